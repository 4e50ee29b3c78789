"""`relate`: which features stand in a relation to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from store.features.distances import Nearest, nearest
from store.features.labels import cell, element_name, label
from store.features.scale import metres_per_pixel
from store.features.sets import FeatureSet
from store.geo import area_m2, is_earth
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
    Unit,
)
from tools.registry import ConformanceCase, tool

VERSION = "1"
ENOUGH = 0.99
MOST_PAIRS = 1_000
Relation = Literal[
    "within_distance", "beyond_distance", "intersects", "inside", "contains", "disjoint", "nearest"
]
_PREDICATES = {"intersects": "intersects", "inside": "covered_by", "contains": "covers"}
_DENIED = ("beyond_distance", "disjoint")
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "missing_date": "no dates are compared",
    "too_coarse": "no pixels are read",
    "empty_region": "takes no region",
    "one_pixel": "no pixels are read",
}


@dataclass(frozen=True)
class _Pair:
    """Both sets in one frame, what a unit of it is, and which features occur in both."""

    left: FeatureSet
    right: FeatureSet
    unit: Unit
    scale: float
    """From units of the frame's distances to `unit`."""
    itself: NDArray[np.intp]


@tool(version=VERSION, exempt=_EXEMPT)
def relate(
    bench: Bench,
    left: Annotated[FeatureSet, FromEvidence],
    right: Annotated[FeatureSet, FromEvidence],
    relation: Relation,
    distance_m: float | None = None,
) -> Finding:
    """Find which features of one set stand in a relation to at least one of another set.

    `within_distance` and `beyond_distance` need `distance_m`, measured between nearest points;
    `beyond_distance` and `disjoint` keep what has none there; `inside` is a left one that a right
    one holds whole, `contains` the reverse; `nearest` keeps the left one closest to any right one.
    A feature is not related to itself.

    Gives count, left_count, right_count, smallest_distance and largest_distance (from each kept
    one to its nearest), and the kept features with `nearest` and `nearest_m`. An empty right set
    counts as none only when all of its area was looked at.
    """
    bench.check()
    _check_arguments(left, right, relation, distance_m)
    pair = _paired(bench, left, right, relation)
    related = _related(bench, pair, relation, distance_m)
    kept = related.row_of_left
    found = left.take(kept).with_columns(
        nearest=[_name(right, row) for row in related.row[kept]],
        nearest_m=[None if np.isnan(d) else float(d) for d in related.distance[kept]],
    )
    looked = _looked(left, right)
    return Finding(
        quantities=list(_quantities(pair, found)),
        method=Method(
            name="relate",
            version=VERSION,
            parameters={"relation": relation, "distance_m": distance_m},
            source="geodesics between nearest points (Karney 2013)",
        ),
        coverage=_coverage(left, looked),
        caveats=list(_caveats(pair, relation, len(found))),
        features=replace(found, looked=looked),
        series=_pairs(found),
    )


@dataclass(frozen=True)
class _Related:
    row_of_left: NDArray[np.intp]
    row: NDArray[np.intp]
    distance: NDArray[np.float64]


def _check_arguments(
    left: FeatureSet, right: FeatureSet, relation: Relation, distance_m: float | None
) -> None:
    if left.frame != right.frame:
        raise ToolRefusal(
            f"the left features lie in {left.frame}, the right ones in {right.frame}; "
            "choose two sets of one frame",
            code="frames_differ",
        )
    if relation.endswith("_distance") and (distance_m is None or not 0 < distance_m < 2e7):
        raise ToolRefusal(
            f"{relation} needs a distance_m above 0, not {distance_m}; say how far in m",
            code="no_distance",
        )
    if len(right):
        return
    if relation == "nearest":
        raise ToolRefusal("the right set is empty, so nothing is nearest to it", code="empty_right")
    if right.looked is None or right.looked < ENOUGH:
        share = "an unknown share" if right.looked is None else f"{right.looked:.1%}"
        raise ToolRefusal(
            f"the right set is empty, but only {share} of its area was looked at, so that nothing "
            "is there is not known; ask where map data or imagery covers all of it",
            code="right_not_covered",
            requirements={"right.looked": f">= {ENOUGH}"},
        )


def _paired(bench: Bench, left: FeatureSet, right: FeatureSet, relation: Relation) -> _Pair:
    itself = _same_elements(left, right)
    if is_earth(left.frame):
        return _Pair(left, right, "m", 1.0, itself)
    gsd_m = metres_per_pixel(bench.catalog, left.frame)
    if gsd_m is not None:
        return _Pair(left, right, "m", gsd_m, itself)
    if relation.endswith("_distance"):
        raise ToolRefusal(
            f"distances in m cannot be told in {left.frame}: nobody declared the size of its "
            "pixels; ingest the scene again with --gsd M",
            code="no_gsd",
        )
    return _Pair(left, right, "px", 1.0, itself)


def _same_elements(left: FeatureSet, right: FeatureSet) -> NDArray[np.intp]:
    """Return for each left feature the row of the same feature on the right, or -1."""
    rows = {key: row for row in range(len(right)) if (key := _identity(right, row)) is not None}
    found = [rows.get(_identity(left, row), -1) for row in range(len(left))]
    return np.array(found, dtype=np.intp).reshape(len(left))


def _identity(features: FeatureSet, row: int) -> Any:
    """Return what makes a feature the same in two sets: its element, else its outline and words."""
    known = element_name(features, row)
    shape = features.geometry[row]
    if known is not None or shape is None:
        return known
    return shapely.to_wkb(shape), cell(features, "name", row), cell(features, "tags", row)


def _related(bench: Bench, pair: _Pair, relation: Relation, distance_m: float | None) -> _Related:
    left, right = pair.left.geometry, pair.right.geometry
    placed = ~shapely.is_missing(left)
    near = nearest(pair.left.frame, left, right, pair.itself, bench.check)
    near = Nearest(near.row, near.distance * pair.scale)
    if relation in ("within_distance", "beyond_distance"):
        within = near.distance <= (distance_m or 0.0)
        kept = placed & (within if relation == "within_distance" else ~within)
    elif relation == "nearest":
        kept = near.distance == np.nanmin(near.distance, initial=np.inf)
    else:
        near, met = _meeting(near, pair, _PREDICATES.get(relation, "intersects"))
        kept = placed & (~met if relation == "disjoint" else met)
    rows = np.flatnonzero(kept)
    return _Related(rows, near.row, near.distance)


def _meeting(near: Nearest, pair: _Pair, predicate: str) -> tuple[Nearest, NDArray[np.bool_]]:
    """Return which left features meet a right one, with that one as their nearest."""
    of, to = shapely.STRtree(pair.right.geometry).query(pair.left.geometry, predicate=predicate)
    other = to != pair.itself[of]
    of, to = of[other], to[other]
    met = np.zeros(len(pair.left), dtype=bool)
    met[of] = True
    row = near.row.copy()
    row[of[::-1]] = to[::-1]
    return Nearest(row, np.where(met, 0.0, near.distance)), met


def _name(right: FeatureSet, row: int) -> str | None:
    return None if row < 0 else label(right, int(row))


def _quantities(pair: _Pair, found: FeatureSet) -> Iterator[Quantity]:
    for name, number in (
        ("count", len(found)),
        ("left_count", len(pair.left)),
        ("right_count", len(pair.right)),
    ):
        yield Quantity(name=name, value=number, unit="count", interval="exact")
    distances = [d for d in found.columns["nearest_m"] if d is not None]
    if distances:
        yield Quantity(name="smallest_distance", value=min(distances), unit=pair.unit)
        yield Quantity(name="largest_distance", value=max(distances), unit=pair.unit)


def _looked(left: FeatureSet, right: FeatureSet) -> float | None:
    """Return the share in which the relation was looked for; unknown when either is unknown."""
    if left.looked is None or right.looked is None:
        return None
    return min(left.looked, right.looked)


def _coverage(left: FeatureSet, looked: float | None) -> Coverage:
    placed = left.geometry[~shapely.is_missing(left.geometry)]
    box = shapely.box(*shapely.total_bounds(placed)) if len(placed) else None
    size = 0.0 if box is None else area_m2(box) if is_earth(left.frame) else float(box.area)
    return Coverage(asked=size, looked=[Look(gsd_m=None, share=looked or 0.0)])


def _pairs(found: FeatureSet) -> dict[str, list[Any]]:
    rows = range(min(len(found), MOST_PAIRS))
    return {
        "pairs": [
            [label(found, row), found.columns["nearest"][row], found.columns["nearest_m"][row]]
            for row in rows
        ]
    }


def _caveats(pair: _Pair, relation: Relation, kept: int) -> Iterator[Caveat]:
    for side, features in (("left", pair.left), ("right", pair.right)):
        missing = int(np.sum(shapely.is_missing(features.geometry)))
        if missing:
            text = f"{missing:,} of the {side} features have no place and are not related"
            yield Caveat(code="without_place", text=text)
    if not is_earth(pair.left.frame) and pair.unit == "m":
        text = f"distances use the declared size of a pixel, {pair.scale:g} m"
        yield Caveat(code="gsd_declared", text=text)
    covered = pair.right.looked is not None and pair.right.looked >= ENOUGH
    if relation in _DENIED and not covered:
        text = "the right set does not say that it is complete; one that is not held may be there"
        yield Caveat(code="right_incomplete", text=text)
    if kept > MOST_PAIRS:
        yield Caveat(code="pairs_cut", text=f"the first {MOST_PAIRS:,} pairs are listed")
