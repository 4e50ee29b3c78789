"""`review_objects`: a person accepts, rejects and adds objects, and the count follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import shapely
from pydantic import Field

from store.features.sets import FeatureSet
from store.geo import Region, same_frame
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.counting.judges import check_rows, judge
from tools.registry import ConformanceCase, tool

VERSION = "1"
_SAME = 0.5
"""Boxes that share more than this of their union are around one object."""
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "missing_date": "no dates are compared",
    "too_coarse": "no pixels are read",
    "empty_region": "takes no region to look in",
    "one_pixel": "no pixels are read",
}


@tool(VERSION, exempt=_EXEMPT)
def review_objects(
    bench: Bench,
    objects: Annotated[FeatureSet, FromEvidence],
    by: Annotated[str, Field(max_length=100)],
    accept: Annotated[list[int], Field(max_length=100_000)] = [],  # noqa: B006 - never changed
    reject: Annotated[list[int], Field(max_length=100_000)] = [],  # noqa: B006 - never changed
    add: Annotated[list[Region], FromEvidence] = [],  # noqa: B006 - never changed
    count: Annotated[Quantity | None, FromEvidence] = None,
) -> Finding:
    """Take over a person's review of found objects: rows accepted, rows rejected, boxes added.

    Rows count from 1. With `count`, the count they come from, the count follows: what was
    rejected is taken off, what was added comes to it, and its interval moves along. Without, the
    count is of what stands: all but the rejected, and the added; exact when every object that
    stands was accepted or added by the reviewer. Only for what a person said; never review
    yourself.
    """
    bench.check()
    who = judge(by)
    yes = set(check_rows(accept, len(objects), "accept"))
    no = set(check_rows(reject, len(objects), "reject"))
    if yes & no:
        raise ToolRefusal(
            f"row {min(yes & no)} is both accepted and rejected; say one of them", "contradiction"
        )
    if not (yes or no or add):
        raise ToolRefusal(
            "nothing was reviewed; accept or reject rows, or add boxes", "nothing_reviewed"
        )
    kept = [row for row in range(1, len(objects) + 1) if row not in no]
    stands = objects.take([row - 1 for row in kept])
    before = objects.columns.get("reviewed", [None] * len(objects))
    marks = ["accepted" if row in yes else before[row - 1] for row in kept]
    _check_added(stands, add)
    features = _with_added(stands, marks, add)
    return Finding(
        quantities=[
            _count(objects, features, yes, no, count),
            *_quantities(features.columns["reviewed"], len(yes), len(no), len(add)),
        ],
        method=Method(name="review_objects", version=VERSION, parameters={"by": who}),
        region=objects.region,
        features=features,
        series={"by": [who]},
    )


def _check_added(stands: FeatureSet, add: Sequence[Region]) -> None:
    """Refuse boxes of another frame, or around what stands already."""
    shapes = list(stands.geometry)
    for number, region in enumerate(add, start=1):
        same_frame(stands.frame, region.frame)
        for row, shape in enumerate(shapes, start=1):
            if shape is None or not shape.intersects(region.area):
                continue
            shared = shapely.intersection(shape, region.area).area
            if shared > _SAME * shapely.union(shape, region.area).area:
                what = f"object {row}" if row <= len(stands) else f"box {row - len(stands)}"
                raise ToolRefusal(
                    f"box {number} lies on {what} of those that stand; accept that one instead",
                    "there_already",
                )
        shapes.append(region.area)


def _with_added(
    stands: FeatureSet, marks: Sequence[str | None], add: Sequence[Region]
) -> FeatureSet:
    """Return what stands with the boxes added at the end; columns unknown of them are null."""
    geometry = np.empty(len(stands) + len(add), dtype=object)
    geometry[:] = [*stands.geometry, *(region.area for region in add)]
    columns: dict[str, list[Any]] = {
        name: [*values, *([None] * len(add))] for name, values in stands.columns.items()
    }
    columns["reviewed"] = [*marks, *(["added"] * len(add))]
    return FeatureSet(stands.frame, geometry, columns, stands.looked, stands.region)


def _count(
    objects: FeatureSet,
    stands: FeatureSet,
    accepted: set[int],
    rejected: set[int],
    before: Quantity | None,
) -> Quantity:
    """Return the count after a review: of what stands, or the estimate before with what it adds."""
    marks = stands.columns["reviewed"]
    known = sum(mark is not None for mark in marks)
    base = None if before is None else before.number
    if before is None or base is None or before.low is None or before.high is None:
        return Quantity(
            name="count", of="objects that stand after the review", value=len(marks), unit="count",
            interval="none" if known < len(marks) else "exact",
        )  # fmt: skip
    share = objects.columns.get("probability", [1.0] * len(objects))
    seen = objects.columns.get("reviewed", [None] * len(objects))
    added = len(stands) - (len(objects) - len(rejected))
    by = (
        added
        + sum(1.0 - _sure(share[row - 1]) for row in accepted if seen[row - 1] is None)
        - sum(_sure(share[row - 1]) if seen[row - 1] is None else 1.0 for row in rejected)
    )
    value, low, high = (max(end + by, known) for end in (base, before.low, before.high))
    whole = round(value)
    ends = {"low": min(low, whole), "high": max(high, whole)}
    return before.model_copy(update={"value": whole, **ends})


def _sure(probability: float | None) -> float:
    return 1.0 if probability is None else float(probability)


def _quantities(
    marks: Sequence[str | None], accepted: int, rejected: int, added: int
) -> list[Quantity]:
    unreviewed = sum(mark is None for mark in marks)
    numbers = {
        "standing": len(marks), "accepted": accepted, "rejected": rejected, "added": added,
        "unreviewed": unreviewed,
    }  # fmt: skip
    return [
        Quantity(name=name, of="objects", value=value, unit="count", interval="exact")
        for name, value in numbers.items()
    ]
