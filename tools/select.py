"""`select`: the features of a set whose size or tag is as asked."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Literal

from store.features import values as valued
from store.features.numbers import parse_number
from store.features.scale import metres_per_pixel
from store.features.sets import FeatureSet
from store.geo import is_earth
from store.scenes import Caveat
from tools.contract import (
    Bench,
    Coverage,
    Finding,
    FromEvidence,
    Look,
    Method,
    Quantity,
    ToolRefusal,
    at_least,
)
from tools.registry import ConformanceCase, tool

VERSION = "1"
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "missing_date": "no dates are compared",
    "too_coarse": "no pixels are read",
    "empty_region": "takes no region",
    "one_pixel": "no pixels are read",
    "two_frames": "takes one set",
}


@tool(version=VERSION, exempt=_EXEMPT)
def select(
    bench: Bench,
    features: Annotated[FeatureSet, FromEvidence],
    of: Literal["area", "length", "perimeter", "tag"],
    op: Literal["gt", "ge", "lt", "le"],
    value: float,
    tag: str | None = None,
) -> Finding:
    """Keep the features of a set whose area (m²), length or perimeter (m) or tag passes a bound.

    "Larger than 500 m²" is of="area", op="gt", value=500. `tag` reads the number of the tag named
    by `tag`. Sizes are of the whole feature, parts outside a region included.

    Gives count, count_of (how many there were) and count_without (no such size or number; not
    kept), and the kept features. Conditions on tags are quicker in `lookup_osm`.
    """
    bench.check()
    numbers = _numbers(bench, features, of, tag)
    keep = _COMPARE[op]
    rows = [row for row, n in enumerate(numbers) if n is not None and keep(n, value)]
    without = sum(number is None for number in numbers)
    if len(features) and without == len(features):
        what = f"tag {tag}" if of == "tag" else of
        raise ToolRefusal(
            f"none of these features has the {what} to compare; choose another measure",
            code="no_such_size",
        )
    kept = features.take(rows).with_columns(value=[numbers[row] for row in rows])
    return Finding(
        quantities=list(_quantities(len(rows), len(features), without)),
        method=Method(
            name="select",
            version=VERSION,
            parameters={"of": of, "op": op, "value": value, "tag": tag},
            source="areas after Snyder 1987, geodesics after Karney 2013, on WGS84",
        ),
        coverage=_coverage(features, without),
        caveats=list(_caveats(without, of, tag)),
        features=replace(kept, looked=None if without else features.looked),
    )  # fmt: skip


def _coverage(features: FeatureSet, without: int) -> Coverage | None:
    if features.looked is None or without:
        return None
    return Coverage(asked=0.0, looked=[Look(gsd_m=None, share=features.looked)])


def _numbers(bench: Bench, features: FeatureSet, of: str, tag: str | None) -> list[float | None]:
    if of == "tag":
        if not tag:
            raise ToolRefusal("of='tag' needs the name of the tag, such as tag='height'")
        read = [
            None if t is None else parse_number(t, tag) for t in valued.tag_texts(features, tag)
        ]
        return [None if number is None else number.single for number in read]
    measured = {"area": valued.areas, "length": valued.lengths, "perimeter": valued.perimeters}[of](
        features
    )
    if is_earth(features.frame):
        return measured
    gsd_m = metres_per_pixel(bench.catalog, features.frame)
    if gsd_m is None:
        raise ToolRefusal(
            f"the size of a pixel of {features.frame} is not known, so sizes in m cannot be "
            "compared; "
            "ingest the scene again with --gsd M",
            code="no_gsd",
        )
    power = 2 if of == "area" else 1
    return [None if number is None else number * gsd_m**power for number in measured]


def _quantities(kept: int, all_of_them: int, without: int) -> Iterator[Quantity]:
    yield at_least("count", kept, without)
    for name, number in (("count_of", all_of_them), ("count_without", without)):
        yield Quantity(name=name, value=number, unit="count", interval="exact")


def _caveats(without: int, of: str, tag: str | None) -> Iterator[Caveat]:
    if without:
        what = tag if of == "tag" else of
        yield Caveat(
            code="without_value",
            text=f"{without:,} of the features have no {what}; they are not counted",
        )
