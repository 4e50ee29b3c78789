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
from store.features.reach import reach
from store.features.scale import metres_per_pixel
from store.features.sets import FeatureSet
from store.geo import Region, area_m2, is_earth
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
    one to its nearest), and the kept features with `nearest` and `nearest_m`. The count has bounds
    where the right set was not looked for all around the left features.
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
    unsure = _unsure(bench, pair, relation, distance_m, related)
    looked = _looked(left, right, unsure)
    return Finding(
        quantities=list(_quantities(pair, found, unsure)),
        method=Method(
            name="relate",
            version=VERSION,
            parameters={"relation": relation, "distance_m": distance_m},
            source="geodesics between nearest points (Karney 2013)",
        ),
        coverage=_coverage(left, looked),
        caveats=list(_caveats(pair, unsure, len(found))),
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
    if not _complete(right):
        raise ToolRefusal(
            "the right set is empty, but not all of its area was looked at, so that nothing "
            "is there is not known; ask where map data or imagery covers all of it",
            code="right_not_covered",
            requirements={"right.looked": f">= {ENOUGH}"},
        )


def _complete(right: FeatureSet) -> bool:
    """Tell whether every right feature is held with its place, in all of where was looked."""
    if right.looked is None or shapely.is_missing(right.geometry).any():
        return False
    return right.looked >= ENOUGH or right.region is not None


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


@dataclass(frozen=True)
class _Unsure:
    """Which left features may stand otherwise, as a right one may be where none was looked for."""

    kept: int
    left_out: int
    complete: bool
    nearer_m: float | None = None
    """A right one may be as near as this, where that is nearer than the nearest."""

    @property
    def any(self) -> int:
        return self.kept + self.left_out


def _unsure(
    bench: Bench, pair: _Pair, relation: Relation, distance_m: float | None, related: _Related
) -> _Unsure:
    """Hold where the right set was looked for against how far around the left ones matters."""
    left, right = pair.left, pair.right
    missing = shapely.is_missing(left.geometry)
    kept = np.zeros(len(left), dtype=bool)
    kept[related.row_of_left] = True
    asked = kept if relation in _DENIED else ~missing if relation == "nearest" else ~kept & ~missing
    complete, nearer = _complete(right), None
    doubted = asked
    if complete and right.region is None:
        doubted = np.zeros(len(left), dtype=bool)
    elif complete and right.region is not None:
        needed = distance_m if relation.endswith("_distance") else 0.0
        if relation == "nearest":
            needed = float(np.nanmin(related.distance, initial=np.inf))
        far = _reach(bench, pair, right.region, asked, relation)
        doubted = asked & ((far < needed) | (far < 0)) if needed else asked & (far < 0)
        if relation == "nearest" and doubted.any():
            nearer = float(np.maximum(far[doubted], 0.0).min())
    elif relation == "nearest":
        doubted = asked
    return _Unsure(
        int((doubted & kept).sum()),
        int((doubted & ~kept).sum()) + int(missing.sum()),
        complete,
        nearer,
    )


def _reach(
    bench: Bench, pair: _Pair, region: Region, asked: NDArray[np.bool_], relation: Relation
) -> NDArray[np.float64]:
    """Return how far around the left features asked about was looked; -1 where one sticks out."""
    far = np.full(len(pair.left), np.inf)
    rows = np.flatnonzero(asked)
    shapes = pair.left.geometry[rows]
    held = (shapely.intersects if relation == "inside" else shapely.covers)(region.area, shapes)
    far[rows] = np.where(held, np.inf, -1.0)
    if relation.endswith("_distance") or relation == "nearest":
        within = rows[held]
        around = reach(pair.left.frame, pair.left.geometry[within], region, bench.check)
        far[within] = around * pair.scale
    return far


def _name(right: FeatureSet, row: int) -> str | None:
    return None if row < 0 else label(right, int(row))


def _quantities(pair: _Pair, found: FeatureSet, unsure: _Unsure) -> Iterator[Quantity]:
    yield _count(len(found), unsure)
    for name, number in (("left_count", len(pair.left)), ("right_count", len(pair.right))):
        yield Quantity(name=name, value=number, unit="count", interval="exact")
    distances = [d for d in found.columns["nearest_m"] if d is not None]
    if distances and unsure.nearer_m is not None:
        yield Quantity(
            name="smallest_distance", value=min(distances), unit=pair.unit,
            low=unsure.nearer_m, high=min(distances), interval="bounds",
        )  # fmt: skip
    elif distances:
        yield Quantity(name="smallest_distance", value=min(distances), unit=pair.unit)
    if distances:
        yield Quantity(name="largest_distance", value=max(distances), unit=pair.unit)


def _count(number: int, unsure: _Unsure) -> Quantity:
    low, high = number - unsure.kept, number + unsure.left_out
    if unsure.nearer_m is not None or low == high:
        sure = unsure.complete and not unsure.any
        return Quantity(
            name="count", value=number, unit="count", interval="exact" if sure else "none"
        )
    return Quantity(name="count", value=number, unit="count", low=low, high=high, interval="bounds")


def _looked(left: FeatureSet, right: FeatureSet, unsure: _Unsure) -> float | None:
    """Return the share in which the relation was looked for; unknown when either is unknown."""
    if left.looked is None or right.looked is None:
        return None
    if right.looked < ENOUGH and (right.region is None or not unsure.complete):
        return min(left.looked, right.looked)
    return None if unsure.any else left.looked


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


def _caveats(pair: _Pair, unsure: _Unsure, kept: int) -> Iterator[Caveat]:
    for side, features in (("left", pair.left), ("right", pair.right)):
        missing = int(np.sum(shapely.is_missing(features.geometry)))
        if missing:
            text = f"{missing:,} of the {side} features have no place and are not related"
            yield Caveat(code="without_place", text=text)
    if not is_earth(pair.left.frame) and pair.unit == "m":
        text = f"distances use the declared size of a pixel, {pair.scale:g} m"
        yield Caveat(code="gsd_declared", text=text)
    if not unsure.complete:
        text = "what they are held against may be incomplete: one that is not held may be there"
        yield Caveat(code="right_incomplete", text=text)
    elif unsure.any:
        text = (
            f"{unsure.any:,} lie so near the edge of what was searched that something beyond it "
            "could decide otherwise"
        )
        yield Caveat(code="right_incomplete", text=text)
    if kept > MOST_PAIRS:
        yield Caveat(code="pairs_cut", text=f"the first {MOST_PAIRS:,} pairs are listed")
