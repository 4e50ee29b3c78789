"""`measure`: sizes, places, distances and tags of features, and which has the most or least."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import numpy as np

from store.features import values as valued
from store.features.cover import covered
from store.features.groups import by_name
from store.features.labels import element_name, label
from store.features.numbers import parse_number, unit_of
from store.features.scale import metres_per_pixel
from store.features.sets import FeatureSet
from store.geo import Region, is_earth
from store.scenes import Caveat
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal, Unit
from tools.registry import ConformanceCase, tool

VERSION = "1"
MOST_LISTED = 1_000
ENOUGH = 0.99
_SAME = 1e-9
"""Sizes that differ by a smaller part than this are a tie."""
What = Literal[
    "area", "length", "perimeter", "latitude", "longitude", "distance", "bearing", "tag", "share"
]
_ADD_UP = ("area", "length", "perimeter")
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "missing_date": "no dates are compared",
    "too_coarse": "no pixels are read",
    "empty_region": "only the centre of a region is used, and a region is never empty",
    "one_pixel": "no pixels are read",
}


@dataclass(frozen=True)
class _Measured:
    """One number a feature (None where there is none), their unit, and words about them."""

    numbers: list[float | None]
    unit: Unit
    of: str
    adds_up: bool = False
    has_mean: bool = True
    caveats: list[Caveat] = field(default_factory=list)


@tool(version=VERSION, exempt=_EXEMPT)
def measure(
    bench: Bench,
    features: Annotated[FeatureSet, FromEvidence],
    of: What,
    tag: str | None = None,
    to: Annotated[FeatureSet | None, FromEvidence] = None,
    region: Annotated[Region | None, FromEvidence] = None,
    pick: Literal["all", "most", "least"] = "all",
    k: int = 1,
    group_by: Literal["name"] | None = None,
) -> Finding:
    """Measure each feature of a set, and pick those with the most or least.

    `area` of polygons, `length` of lines, `perimeter` of outlines, `latitude` or `longitude` of
    the centre; `distance` to the nearest feature of `to`, or to the centre of `region`; `bearing`
    from each feature to that (degrees clockwise from north); `tag` reads the tag named by `tag`
    ("name", "surface", "building:levels"), its numbers where it has any.

    Gives count, count_without (no such value), total, mean, median, smallest and largest. With
    `pick`: value, runner_up, picked (name or id) and picked_id of the first, and the `k` picked
    features in order. The northernmost has the most latitude, the nearest the least distance.
    `share` is how much of `region` all of them cover: share, area_inside, region_area. With
    `group_by="name"` lengths, areas and perimeters are added up for each name (the pieces of a
    street), and those without a name are left out.
    """
    bench.check()
    if of == "share":
        return _share(features, region)
    if not len(features):
        raise ToolRefusal("the set is empty: there is nothing to measure", code="empty_set")
    if not 1 <= k <= len(features) and pick != "all":
        raise ToolRefusal(f"k={k} is not 1 to the number of these features; choose another k")
    if of == "tag":
        return _of_tag(features, tag, pick, k)
    measured = _measured(bench, features, of, to, region)
    if group_by is not None:
        features, measured = _grouped(features, measured, of)
        k = min(k, len(features))
    return _finding(features, measured, pick, k, {"of": of})


def _share(features: FeatureSet, region: Region | None) -> Finding:
    """Measure how much of a region the features cover together."""
    if region is None:
        raise ToolRefusal("a share of what? Give the region whose share is meant", code="no_region")
    if region.frame != features.frame:
        raise ToolRefusal(
            f"the features lie in {features.frame}, the region in {region.frame}; choose one frame",
            code="frames_differ",
        )
    if features.region is not None and not _searched(features.region, region):
        raise ToolRefusal(
            "these features were not looked for in all of the region, so no share of it is known; "
            "give the region they were looked for in, or one that the map covers",
            code="not_covered",
        )
    inside = covered(features, region)
    if inside is None:
        raise ToolRefusal("none of these features has an area", code="no_such_size")
    unit: Unit = "m2" if is_earth(region.frame) else "px2"
    size = region.size()
    return Finding(
        quantities=[
            Quantity(name="count", value=len(features), unit="count", interval="exact"),
            Quantity(name="area_inside", value=inside, unit=unit),
            Quantity(name="region_area", value=size, unit=unit),
            Quantity(name="share", value=inside / size, unit="1"),
        ],
        region=region,
        method=Method(
            name="measure",
            version=VERSION,
            parameters={"of": "share"},
            source="areas after Snyder 1987 on WGS84, of the union of the polygons",
        ),
    )


def _searched(where: Region, region: Region) -> bool:
    """Tell whether enough of a region was searched."""
    common = where.overlap(region)
    return common is not None and common.size() >= ENOUGH * region.size()


def _grouped(features: FeatureSet, measured: _Measured, of: What) -> tuple[FeatureSet, _Measured]:
    """Add up what is measured for each name."""
    if not measured.adds_up:
        raise ToolRefusal(f"{of} cannot be added up; group lengths, areas or perimeters")
    joined, sums, left_out = by_name(features, measured.numbers)
    if not len(joined):
        raise ToolRefusal(f"none of these features has both a name and a {of}", code="no_names")
    text = "the pieces that bear one name are added up"
    text += f"; {left_out:,} without a name or {of} are left out" if left_out else ""
    caveat = Caveat(code="grouped", text=text)
    grouped = replace(measured, numbers=list(sums), caveats=[*measured.caveats, caveat])
    return joined, grouped


def _of_tag(features: FeatureSet, tag: str | None, pick: str, k: int) -> Finding:
    if not tag:
        raise ToolRefusal("of='tag' needs the name of the tag, such as tag='surface'")
    texts = valued.tag_texts(features, tag)
    numbers = [None if text is None else parse_number(text, tag) for text in texts]
    if pick != "all" and not any(numbers):
        raise ToolRefusal(
            f"{tag} holds no numbers here, so none has the {pick}; ask for its values instead",
            code="not_numeric",
        )
    kinds = Counter(number.unit for number in numbers if number is not None)
    kind = kinds.most_common(1)[0][0] if kinds else unit_of(tag)
    unit: Unit = kind if kind in ("m", "m2") else "count"
    single = [n.single if n is not None and n.unit == kind else None for n in numbers]
    words = tag if unit == kind else f"{tag} in {kind}"
    measured = _Measured(single, unit, words, adds_up=True, caveats=_unread(texts, single, tag))
    extra = list(_text_quantities(texts, tag, pick))
    counted = Counter(text for text in texts if text is not None)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_LISTED]
    series = {"counts": [[value, number] for value, number in ranked]}
    return _finding(
        features.with_columns(value_text=texts), measured, pick, k, {"of": "tag", "tag": tag},
        extra, series,
    )  # fmt: skip


def _unread(texts: Sequence[str | None], numbers: Sequence[float | None], tag: str) -> list[Caveat]:
    """Say how many values are no single number, where some are."""
    held = [n for t, n in zip(texts, numbers, strict=True) if t is not None]
    unread = sum(number is None for number in held)
    if not unread or unread == len(held):
        return []
    text = f"{unread:,} values of {tag} are not one number and are left out of the figures"
    return [Caveat(code="not_numeric", text=text)]


def _text_quantities(texts: Sequence[str | None], tag: str, pick: str) -> Iterator[Quantity]:
    told = {text for text in texts if text is not None}
    yield Quantity(name="distinct", of=tag, value=len(told), unit="count", interval="exact")
    if len(told) == 1 and pick == "all":
        yield Quantity(name="value", of=tag, value=next(iter(told)), unit="text")


def _measured(
    bench: Bench, features: FeatureSet, of: What, to: FeatureSet | None, region: Region | None
) -> _Measured:
    if of in ("latitude", "longitude"):
        return _coordinates(features, of)
    if of in ("distance", "bearing"):
        return _towards(bench, features, of, to, region)
    numbers = {
        "area": valued.areas,
        "length": valued.lengths,
        "perimeter": valued.perimeters,
    }[of](features)
    if all(number is None for number in numbers):
        other = "lines have a length" if of != "length" else "areas have an area and a perimeter"
        raise ToolRefusal(
            f"none of these features has {_article(of)}; {other}", code="no_such_size"
        )
    return _scaled(bench, features, numbers, of, power=2 if of == "area" else 1)


def _article(of: str) -> str:
    return f"an {of}" if of == "area" else f"a {of}"


def _scaled(
    bench: Bench, features: FeatureSet, numbers: list[float | None], of: str, power: int
) -> _Measured:
    """Give numbers of a pixel frame in m where a size of its pixels was declared."""
    adds_up = of in _ADD_UP
    if is_earth(features.frame):
        return _Measured(numbers, "m2" if power == 2 else "m", of, adds_up=adds_up)
    gsd_m = metres_per_pixel(bench.catalog, features.frame)
    if gsd_m is None:
        return _Measured(numbers, "px2" if power == 2 else "px", of, adds_up=adds_up)
    scaled = [None if number is None else number * gsd_m**power for number in numbers]
    caveat = Caveat(code="gsd_declared", text=f"a pixel was declared to be {gsd_m:g} m")
    return _Measured(scaled, "m2" if power == 2 else "m", of, adds_up=adds_up, caveats=[caveat])


def _coordinates(features: FeatureSet, of: What) -> _Measured:
    if not is_earth(features.frame):
        raise ToolRefusal(
            f"features in {features.frame} have no {of}; they lie in an image without a place on "
            "the ground",
            code="no_georeference",
        )
    axis = 1 if of == "latitude" else 0
    numbers = [None if centre is None else centre[axis] for centre in valued.centres(features)]
    return _Measured(numbers, "deg", f"{of} of the centre", has_mean=of == "latitude")


def _towards(
    bench: Bench, features: FeatureSet, of: What, to: FeatureSet | None, region: Region | None
) -> _Measured:
    if (to is None) == (region is None):
        raise ToolRefusal(f"{of} to what? Give either a set (`to`) or a region, not both")
    others = to if to is not None else valued.centre_point(region)  # type: ignore[arg-type]
    if others.frame != features.frame:
        raise ToolRefusal(
            f"the features lie in {features.frame}, what they are measured to in {others.frame}; "
            "choose two of one frame",
            code="frames_differ",
        )
    if not len(others):
        raise ToolRefusal(f"the set to measure the {of} to is empty", code="empty_set")
    near = valued.to_others(features, others, bench.check)
    if of == "distance":
        numbers = [None if np.isnan(d) else float(d) for d in near.distance]
        return _scaled(bench, features, numbers, of, power=1)
    numbers = valued.bearings(features, others, near.row)
    return _Measured(numbers, "deg", "bearing", has_mean=False)


def _finding(
    features: FeatureSet,
    measured: _Measured,
    pick: str,
    k: int,
    parameters: dict[str, Any],
    extra: Sequence[Quantity] = (),
    series: dict[str, list[Any]] | None = None,
) -> Finding:
    features = features.with_columns(value=measured.numbers)
    held = [row for row, number in enumerate(measured.numbers) if number is not None]
    quantities = [*_summary(measured, len(features)), *extra]
    caveats = list(measured.caveats)
    series = dict(series or {})
    if pick != "all":
        ranked = _ranked(measured.numbers, held, most=pick == "most")
        if len(ranked) < k:
            raise ToolRefusal(
                f"fewer than k={k} of the features say their {measured.of}; choose a smaller k",
                code="too_few",
            )
        quantities += _picked(features, measured, ranked)
        caveats += _ties(features, measured, ranked, k)
        features = features.take(ranked[:k])
        series["picked"] = [_entry(features, row) for row in range(min(k, MOST_LISTED))]
    without = sum(number is None for number in measured.numbers)
    if without and held:
        text = f"{without:,} of the features have no {measured.of}"
        text += f"; the one with the {pick} is so among the others only" if pick != "all" else ""
        caveats.append(Caveat(code="without_value", text=text))
    return Finding(
        quantities=quantities,
        method=Method(
            name="measure",
            version=VERSION,
            parameters={**parameters, "pick": pick, "k": k},
            source="areas after Snyder 1987, geodesics after Karney 2013, on WGS84",
        ),
        caveats=caveats,
        features=features,
        series=series,
    )


def _summary(measured: _Measured, count: int) -> Iterator[Quantity]:
    numbers = [number for number in measured.numbers if number is not None]
    for name, number in (("count", count), ("count_without", count - len(numbers))):
        of = measured.of
        yield Quantity(name=name, of=of, value=number, unit="count", interval="exact")
    if not numbers:
        return
    statistic = {"smallest": min(numbers), "largest": max(numbers)}
    if measured.adds_up:
        statistic["total"] = float(sum(numbers))
    if measured.has_mean:
        statistic |= {"mean": statistics.fmean(numbers), "median": statistics.median(numbers)}
    for name, value in statistic.items():
        yield Quantity(name=name, of=measured.of, value=value, unit=measured.unit)


def _ranked(numbers: Sequence[float | None], held: Sequence[int], *, most: bool) -> list[int]:
    """Return the rows with a value, best first; equals stay in the order of the set."""
    sign = -1.0 if most else 1.0
    return sorted(held, key=lambda row: (sign * (numbers[row] or 0.0), row))


def _picked(features: FeatureSet, measured: _Measured, ranked: Sequence[int]) -> Iterator[Quantity]:
    first = ranked[0]
    yield Quantity(name="value", of=measured.of, value=measured.numbers[first], unit=measured.unit)
    if len(ranked) > 1:
        yield Quantity(
            name="runner_up", of=measured.of, value=measured.numbers[ranked[1]], unit=measured.unit
        )
    yield Quantity(name="picked", of=measured.of, value=label(features, first), unit="text")
    identity = element_name(features, first)
    if identity is not None:
        yield Quantity(name="picked_id", of=measured.of, value=identity, unit="id")


def _ties(
    features: FeatureSet, measured: _Measured, ranked: Sequence[int], k: int
) -> Iterator[Caveat]:
    """Say when the last one picked is no better than the next."""
    last = measured.numbers[ranked[k - 1]] or 0.0
    numbers = [measured.numbers[row] or 0.0 for row in ranked]
    equal = [i for i, n in enumerate(numbers) if abs(n - last) <= _SAME * max(abs(n), abs(last))]
    if equal[-1] < k:
        return
    names = ", ".join(label(features, ranked[i]) for i in equal[:5])
    more = f" and {len(equal) - 5} more" if len(equal) > 5 else ""
    yield Caveat(code="tie", text=f"{len(equal)} are equal in {measured.of}: {names}{more}")


def _entry(features: FeatureSet, row: int) -> list[Any]:
    return [label(features, row), element_name(features, row), features.columns["value"][row]]
