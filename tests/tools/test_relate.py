"""`relate`: which features stand in a relation, and when nothing can be said."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import UnknownId
from store.features.parquet import read_set, write_set
from store.features.sets import FeatureSet
from store.geo import Region
from tests.geodesy import distance_m
from tools.contract import Bench, Finding, ToolRefusal
from tools.relate import relate

EARTH = "earth"


class Scenes:
    """A catalogue of one scene with pixels of 0.5 m."""

    def scene(self, name: str) -> SimpleNamespace:
        if name != "sized":
            raise UnknownId(name)
        return SimpleNamespace(gsd_m=0.5)


BENCH = Bench(Scenes(), lambda scene: None)


def points(
    *places: tuple[float, float], looked: float | None = None, frame: str = EARTH
) -> FeatureSet:
    names = [f"p{i}" for i in range(len(places))]
    made = FeatureSet.of(frame, [shapely.Point(p) for p in places], name=names)
    return FeatureSet(frame, made.geometry, made.columns, looked)


def boxes(
    *bounds: tuple[float, ...], frame: str = EARTH, looked: float | None = None
) -> FeatureSet:
    made = FeatureSet.of(
        frame, [shapely.box(*b) for b in bounds], osm_id=list(range(1, len(bounds) + 1))
    )
    return FeatureSet(frame, made.geometry, made.columns, looked)


def run(
    left: FeatureSet, right: FeatureSet, relation: str, distance_m: float | None = None
) -> Finding:
    return relate.function(BENCH, left=left, right=right, relation=relation, distance_m=distance_m)


def codes(finding: Finding) -> set[str]:
    return {caveat.code for caveat in finding.caveats}


LEFT = points((0, 0), (0.001, 0), (0.01, 0))
RIGHT = points((0.0005, 0))


@pytest.mark.parametrize(
    ("relation", "distance", "kept"),
    [
        ("within_distance", 60, ["p0", "p1"]), ("within_distance", 55, []),
        ("beyond_distance", 60, ["p2"]), ("disjoint", None, ["p0", "p1", "p2"]),
        ("intersects", None, []), ("nearest", None, ["p0", "p1"]),
    ],
)  # fmt: skip
def test_relations_of_points(relation, distance, kept):
    found = run(LEFT, RIGHT, relation, distance)
    if relation == "nearest":  # two are equally far to within rounding
        assert set(found.features.columns["name"]) <= set(kept)
    else:
        assert found.features.columns["name"] == kept
    assert (found.value("left_count"), found.value("right_count")) == (3, 1)


def test_areas_hold_meet_and_touch():
    left = boxes((0, 0, 1, 1), (5, 5, 6, 6), (2, 0, 3, 1))
    right = boxes((0.2, 0.2, 0.3, 0.3), (4, 4, 7, 7), (3, 0, 4, 1))
    assert run(left, boxes((9, 9, 9.5, 9.5)), "contains").value("count") == 0
    bare = FeatureSet.of(EARTH, list(right.geometry), name=["small", "large", "beside"])
    assert run(left, bare, "contains").features.columns["nearest"] == ["small"]
    assert run(left, bare, "inside").features.columns["nearest"] == ["large"]
    meeting = run(left, bare, "intersects").features
    assert meeting.columns["nearest"] == ["small", "large", "beside"]
    assert meeting.columns["nearest_m"] == [0, 0, 0]
    assert run(left, bare, "disjoint").value("count") == 0


def test_a_feature_is_not_related_to_itself():
    some = boxes((0, 0, 0.001, 0.001), (0.0015, 0, 0.0025, 0.001), (1, 1, 1.001, 1.001))
    assert run(some, some, "within_distance", 100).value("count") == 2
    assert run(some, some, "intersects").value("count") == 0
    assert run(some, some, "disjoint").value("count") == 3


@pytest.mark.parametrize("looked", [None, 0.5, 0.98])
def test_an_empty_right_set_is_a_refusal_unless_all_was_looked_at(looked):
    with pytest.raises(ToolRefusal, match="right set is empty") as told:
        run(LEFT, points(looked=looked), "within_distance", 10)
    assert told.value.requirements == {"right.looked": ">= 0.99"}


def test_an_empty_right_set_that_was_looked_for_everywhere_is_none():
    nothing = points(looked=0.995)
    assert run(LEFT, nothing, "within_distance", 10).value("count") == 0
    assert run(LEFT, nothing, "beyond_distance", 10).value("count") == 3
    with pytest.raises(ToolRefusal, match="nothing is nearest"):
        run(LEFT, nothing, "nearest")


def test_coverage_is_handed_on():
    looked = run(points((0, 0), looked=1.0), points((1, 1), looked=0.9), "intersects")
    assert looked.coverage.looked[0].share == 0.9
    assert looked.features.looked == 0.9
    unknown = run(points((0, 0), looked=1.0), points((1, 1)), "intersects")
    assert unknown.coverage.looked[0].share == 0
    assert unknown.features.looked is None
    assert "right_incomplete" in codes(run(LEFT, RIGHT, "disjoint"))


def test_two_frames_are_refused():
    with pytest.raises(ToolRefusal, match="one frame"):
        run(LEFT, points((0, 0), frame="px:a"), "intersects")


def test_pixel_frames_measure_in_pixels_or_by_the_declared_size():
    bare = run(points((0, 0), frame="px:a"), points((3, 4), frame="px:a"), "nearest")
    assert (bare.value("smallest_distance"), bare.quantities[-1].unit) == (5, "px")
    with pytest.raises(ToolRefusal, match="--gsd"):
        run(points((0, 0), frame="px:a"), points((3, 4), frame="px:a"), "within_distance", 9)
    sized = run(
        points((0, 0), frame="px:sized"), points((3, 4), frame="px:sized"), "within_distance", 3
    )
    assert (sized.value("smallest_distance"), sized.quantities[-1].unit) == (2.5, "m")
    assert "gsd_declared" in codes(sized)


@pytest.mark.parametrize("distance", [None, 0, -1, float("nan"), float("inf")])
def test_a_distance_is_needed(distance):
    with pytest.raises(ToolRefusal, match="distance_m"):
        run(LEFT, RIGHT, "within_distance", distance)


def test_features_without_a_place_are_said():
    left = FeatureSet.of(EARTH, [None, shapely.Point(0, 0)], name=["a", "b"])
    found = run(left, RIGHT, "beyond_distance", 1)
    assert found.features.columns["name"] == ["b"]
    assert "without_place" in codes(found)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), reach=st.floats(1, 3_000))
def test_within_and_beyond_divide_the_left_set(seed, reach):
    rng = np.random.default_rng(seed)
    left, right = (points(*(rng.random((n, 2)) * 0.05 + 50)) for n in (20, 5))
    within, beyond = (run(left, right, f"{side}_distance", reach) for side in ("within", "beyond"))
    names = set(within.features.columns["name"])
    assert names | set(beyond.features.columns["name"]) == set(left.columns["name"])
    assert within.value("count") + beyond.value("count") == 20
    truth = {
        left.columns["name"][i]
        for i, shape in enumerate(left.geometry)
        if min(distance_m(shape, other) for other in right.geometry) <= reach
    }
    assert names == truth


def test_pairs_are_listed_up_to_a_thousand():
    many = points(*[(i * 1e-6, 0) for i in range(1_500)])
    found = run(many, RIGHT, "within_distance", 1e6)
    assert found.value("count") == 1_500
    assert len(found.series["pairs"]) == 1_000
    assert "pairs_cut" in codes(found)


def within(region: Region, features: FeatureSet, looked: float | None = 1.0) -> FeatureSet:
    """Return a set that was looked for in a region."""
    return FeatureSet(features.frame, features.geometry, features.columns, looked, region)


AROUND = Region.lonlat(-0.02, -0.02, 0.02, 0.02)
SMALL = Region.lonlat(-0.02, -0.02, 0.0105, 0.02)


@pytest.mark.parametrize("side", ["within_distance", "beyond_distance"])
def test_what_lies_just_outside_of_where_was_looked_leaves_the_count_open(side):
    sure = run(LEFT, within(AROUND, RIGHT), side, 100).quantities[0]
    assert (sure.interval, sure.low) == ("exact", None)
    found = run(LEFT, within(SMALL, RIGHT), side, 100)  # p2 lies 56 m from the edge
    count = found.quantities[0]
    bounds = (2, 3) if side == "within_distance" else (0, 1)
    assert (count.low, count.high, count.interval) == (*bounds, "bounds")
    assert "right_incomplete" in codes(found)
    assert "1 lie so near the edge" in " ".join(caveat.text for caveat in found.caveats)
    near = run(LEFT, within(SMALL, RIGHT), side, 50).quantities[0]
    assert near.interval == "exact"


def test_none_near_is_not_said_where_the_edge_is_nearer():
    left = within(SMALL, points((0.01, 0)))
    found = run(left, within(SMALL, points()), "within_distance", 100)
    assert found.value("count") == 0
    assert found.features.looked is None
    assert found.coverage.looked[0].share == 0
    told = run(within(AROUND, points((0.01, 0))), within(AROUND, points()), "within_distance", 100)
    assert told.coverage.looked[0].share == 1
    assert told.quantities[0].interval == "exact"


def test_a_nearer_one_may_lie_beyond_the_edge():
    far = points((0.0, 0))
    found = run(points((0.01, 0)), within(SMALL, far), "nearest")
    distance = next(q for q in found.quantities if q.name == "smallest_distance")
    assert distance.low == pytest.approx(0.0005 * 111_319.49, rel=1e-3)
    assert (distance.high, distance.interval) == (distance.value, "bounds")
    assert "right_incomplete" in codes(found)
    assert "right_incomplete" not in codes(run(points((0.001, 0)), within(SMALL, far), "nearest"))


def test_what_sticks_out_of_where_was_looked_may_meet_what_was_not():
    left = boxes((0, 0, 0.001, 0.001), (0.01, 0, 0.03, 0.001))
    found = run(left, within(AROUND, boxes((0.005, 0.005, 0.006, 0.006))), "intersects")
    assert (found.quantities[0].low, found.quantities[0].high) == (0, 1)
    assert (
        run(left, within(AROUND, boxes((0, 0, 0.03, 0.01))), "intersects").quantities[0].interval
        == "exact"
    )


@pytest.mark.parametrize(
    "relation",
    ["within_distance", "beyond_distance", "intersects", "inside", "contains", "disjoint"],
)
@pytest.mark.parametrize("looked", [None, 0.9])
def test_a_right_set_that_is_not_complete_is_said_in_every_relation(relation, looked):
    found = run(LEFT, points((0.0005, 0), looked=looked), relation, 60)
    assert "right_incomplete" in codes(found)
    assert found.quantities[0].interval != "exact"
    whole = run(LEFT, points((0.0005, 0), looked=1.0), relation, 60)
    assert "right_incomplete" not in codes(whole)
    assert whole.quantities[0].interval == "exact"


@pytest.mark.parametrize("relation", ["within_distance", "disjoint", "intersects"])
def test_two_empty_sets_are_no_crash(relation):
    assert run(points(looked=1.0), points(looked=1.0), relation, 10).value("count") == 0


def test_where_a_set_was_looked_for_is_kept_with_it(tmp_path):
    write_set(within(SMALL, RIGHT, 0.5), tmp_path / "a.parquet")
    held = read_set(tmp_path / "a.parquet", EARTH)
    assert (held.looked, held.region) == (0.5, SMALL)
    write_set(within(SMALL, RIGHT, None), tmp_path / "b.parquet")
    assert read_set(tmp_path / "b.parquet", EARTH).region == SMALL


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), reach=st.floats(1, 3_000))
def test_bounds_hold_whatever_lies_outside(seed, reach):
    """A count's bounds hold what the whole right set would have given."""
    rng = np.random.default_rng(seed)
    left, right = (points(*(rng.random((n, 2)) * 0.05 + 50)) for n in (20, 8))
    region = Region.lonlat(50, 50, 50.03, 50.03)
    held = right.take([i for i, p in enumerate(right.geometry) if region.area.intersects(p)])
    for side in ("within_distance", "beyond_distance"):
        truth = run(left, within(Region.lonlat(40, 40, 60, 60), right), side, reach).value("count")
        count = run(left, within(region, held), side, reach).quantities[0]
        low, high = (count.value, count.value) if count.low is None else (count.low, count.high)
        assert low <= truth <= high


@pytest.mark.parametrize("looked", [None, 0.5])
def test_refusals_hold_no_figures_that_were_not_given(looked):
    with pytest.raises(ToolRefusal) as told:
        run(LEFT, points(looked=looked), "within_distance", 10)
    assert not any(c.isdigit() for c in str(told.value))
