"""`measure`: sizes, places and tags of features, and which has the most."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import shapely

from store.errors import UnknownId
from store.features.sets import FeatureSet
from store.geo import EARTH, Region
from store.geo.measures import area_m2, length_m
from tests.geodesy import distance_m
from tools.contract import Bench, Finding, ToolRefusal
from tools.measure import measure
from tools.select import select


class Scenes:
    """A catalogue of one scene with pixels of 0.5 m."""

    def scene(self, name: str) -> SimpleNamespace:
        if name != "sized":
            raise UnknownId(name)
        return SimpleNamespace(gsd_m=0.5)


BENCH = Bench(Scenes(), lambda scene: None)
SQUARES = FeatureSet.of(
    EARTH,
    [shapely.box(0, 0, size, size) for size in (0.001, 0.003, 0.002)] + [shapely.Point(9, 9)],
    osm_type=["way", "way", "way", "node"],
    osm_id=[1, 2, 3, 4],
    name=[None, None, "Mid", "Dot"],
    tags=['{"levels":"2"}', '{"levels":"7"}', '{"levels":"2;3"}', "{}"],
)


def run(features: FeatureSet, **arguments: Any) -> Finding:
    return measure.function(BENCH, features=features, **arguments)


def codes(finding: Finding) -> set[str]:
    return {caveat.code for caveat in finding.caveats}


def test_areas_add_up_and_what_has_none_is_counted():
    found = run(SQUARES, of="area")
    sizes = [area_m2(shape) for shape in SQUARES.geometry[:3]]
    assert found.value("total") == pytest.approx(sum(sizes))
    assert found.value("largest") == pytest.approx(max(sizes))
    assert found.value("median") == pytest.approx(sizes[2])
    assert (found.value("count"), found.value("count_without")) == (4, 1)
    assert {q.unit for q in found.quantities if q.name in ("total", "mean")} == {"m2"}


def test_the_most_and_the_runner_up_have_names_and_ids():
    found = run(SQUARES, of="area", pick="most", k=2)
    assert (found.value("picked"), found.value("picked_id")) == ("way/2", "way/2")
    assert found.features.columns["osm_id"] == [2, 3]
    assert found.value("runner_up") == pytest.approx(area_m2(SQUARES.geometry[2]))
    least = run(SQUARES, of="area", pick="least")
    assert least.value("picked_id") == "way/1"
    assert [entry[0] for entry in found.series["picked"]] == ["way/2", "Mid"]
    assert run(SQUARES.take([3]), of="latitude", pick="most").value("picked") == "Dot"


def test_ties_are_said():
    twins = SQUARES.take([0, 0, 1])
    assert "tie" not in codes(run(twins, of="area", pick="most"))
    assert "tie" in codes(run(twins, of="area", pick="least"))
    assert "tie" not in codes(run(twins, of="area", pick="least", k=2))


def test_places_distances_and_bearings():
    ends = FeatureSet.of(
        EARTH, [shapely.Point(0, 0), shapely.Point(0, 1), None], name=["a", "b", "c"]
    )
    north = run(ends, of="latitude", pick="most")
    assert (north.value("picked"), north.value("value")) == ("b", 1.0)
    goal = FeatureSet.of(EARTH, [shapely.Point(0, 2)], name=["goal"])
    near = run(ends, of="distance", to=goal, pick="least")
    assert near.value("value") == pytest.approx(distance_m(ends.geometry[1], goal.geometry[0]))
    assert run(ends.take([0]), of="bearing", to=goal).value("largest") == 0
    east = run(ends.take([0]), of="bearing", region=Region.lonlat(1, -1, 2, 1))
    assert east.value("largest") == pytest.approx(90, abs=0.01)
    centre = run(ends, of="distance", region=Region.lonlat(-1, -1, 1, 1), pick="least")
    assert (centre.value("picked"), centre.value("value")) == ("a", 0)


def test_lines_have_a_length_and_areas_a_perimeter():
    line = FeatureSet.of(EARTH, [shapely.LineString([(0, 0), (0, 1)])])
    assert run(line, of="length").value("total") == pytest.approx(length_m(line.geometry[0]))
    with pytest.raises(ToolRefusal, match="areas have an area and a perimeter"):
        run(SQUARES, of="length")
    assert run(SQUARES, of="perimeter").value("smallest") == pytest.approx(
        2 * (111.3195 + 110.5743), abs=0.01
    )


def test_tags_as_text_and_as_numbers():
    found = run(SQUARES, of="tag", tag="levels", pick="most")
    assert (found.value("value"), found.value("picked_id")) == (7.0, "way/2")
    assert found.value("distinct") == 3
    assert found.value("count_without") == 2  # one without the tag, one "2;3"
    assert "not_numeric" in codes(found)
    assert found.series["counts"] == [["2", 1], ["2;3", 1], ["7", 1]]
    same = run(SQUARES.take([0, 0]), of="tag", tag="levels")
    assert same.value("value") == "2"
    name = run(SQUARES.take([2]).with_columns(tags=['{"surface":"sand"}']), of="tag", tag="surface")
    assert (name.value("value"), name.quantities[-1].unit) == ("sand", "text")
    with pytest.raises(ToolRefusal, match="holds no numbers"):
        run(SQUARES, of="tag", tag="surface", pick="most")


def test_units_of_tags_are_the_wikis():
    set_of = SQUARES.take([0]).with_columns(tags=['{"height":"30 ft","maxspeed":"50 mph"}'])
    height = run(set_of, of="tag", tag="height")
    assert (height.value("largest"), height.quantities[2].unit) == (pytest.approx(9.144), "m")
    assert run(set_of, of="tag", tag="maxspeed").quantities[2].of == "maxspeed in km/h"


def test_pixel_frames():
    bare = FeatureSet.of("px:a", [shapely.box(0, 0, 4, 2)])
    assert (run(bare, of="area").value("total"), run(bare, of="area").quantities[-1].unit) == (
        8,
        "px2",
    )
    sized = FeatureSet.of("px:sized", [shapely.box(0, 0, 4, 2)])
    found = run(sized, of="area")
    assert (found.value("total"), found.quantities[-1].unit) == (2, "m2")
    assert "gsd_declared" in codes(found)
    with pytest.raises(ToolRefusal, match="no latitude"):
        run(bare, of="latitude")
    with pytest.raises(ToolRefusal, match="one frame"):
        run(bare, of="distance", to=SQUARES)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"of": "tag"}, "name of the tag"), ({"of": "distance"}, "to what"),
        ({"of": "area", "pick": "most", "k": 5}, "k=5 is not 1 to"),
        ({"of": "area", "pick": "most", "k": 0}, "k=0 is not 1 to"),
        ({"of": "area", "pick": "most", "k": 4}, "fewer than k=4"),
        ({"of": "distance", "to": SQUARES.take([])}, "is empty"),
    ],
)  # fmt: skip
def test_it_refuses_in_words(arguments, said):
    with pytest.raises(ToolRefusal, match=said):
        run(SQUARES, **arguments)
    with pytest.raises(ToolRefusal, match="nothing to measure"):
        run(SQUARES.take([]), of="area")


def test_plain_numbers_of_tags_are_numbers_and_no_shares():
    found = run(SQUARES, of="tag", tag="levels", pick="most")
    assert {q.unit for q in found.quantities if q.name in ("value", "largest", "mean")} == {"count"}


def test_no_share_of_a_region_that_was_not_all_searched():
    west = Region.lonlat(0, 0, 0.01, 0.01)
    some = replace(SQUARES, region=west)
    with pytest.raises(ToolRefusal, match="not looked for in all of the region"):
        run(some, of="share", region=Region.lonlat(0, 0, 0.02, 0.01))
    assert run(some, of="share", region=west).value("share") > 0


def test_refusals_do_not_count_the_set():
    for arguments in (
        {"of": "area", "pick": "most", "k": 9},
        {"of": "tag", "tag": "levels", "pick": "most", "k": 4},
    ):
        with pytest.raises(ToolRefusal) as told:
            run(SQUARES, **arguments)
        assert set(re.findall(r"\d+", str(told.value))) <= {str(arguments["k"]), "1"}


def test_selecting_says_what_has_no_such_value():
    found = select.function(
        BENCH, features=replace(SQUARES, looked=1.0), of="tag", tag="levels", op="gt", value=50
    )
    assert found.value("count") == 0
    assert found.features.looked is None
    assert found.coverage is None
    assert (found.quantities[0].low, found.quantities[0].high) == (0, 2)
    with pytest.raises(ToolRefusal) as told:
        select.function(BENCH, features=SQUARES, of="tag", tag="nothing", op="gt", value=5)
    assert not any(c.isdigit() for c in str(told.value))


def test_adds_up_the_pieces_that_bear_one_name():
    shapes = [shapely.LineString([(24.0, 60.0), (24.001, 60.0)]) for _ in range(4)]
    streets = FeatureSet.of(
        EARTH, shapes,
        name=["Long", "Short", "Long", None],
        osm_type=["way"] * 4, osm_id=[1, 2, 3, 4],
        tags=["{}", "{}", "{}", "{}"],
    )  # fmt: skip
    found = run(streets, of="length", pick="most", group_by="name")
    alone = run(streets.take([1]), of="length")
    assert found.value("picked") == "Long"
    assert found.value("value") == pytest.approx(2 * alone.value("total"))
    assert [caveat.code for caveat in found.caveats] == ["grouped"]


def test_outlines_of_areas_are_no_pieces_of_a_street():
    shapes = [shapely.LineString([(24.0, 60.0), (24.001, 60.0)]) for _ in range(2)]
    square = FeatureSet.of(
        EARTH, shapes, name=["Square", "Street"], osm_type=["way"] * 2, osm_id=[1, 2],
        tags=['{"area": "yes"}', "{}"],
    )  # fmt: skip
    found = run(square, of="length", pick="most", group_by="name")
    assert found.value("picked") == "Street"


def test_a_share_counts_overlaps_once_and_stays_in_the_region():
    region = Region(
        frame=EARTH, geometry=shapely.geometry.mapping(shapely.box(24.0, 60.0, 24.01, 60.01))
    )
    half = shapely.box(24.0, 60.0, 24.005, 60.01)
    twice = FeatureSet.of(EARTH, [half, half, shapely.box(23.9, 59.9, 24.0, 60.0)])
    found = run(twice, of="share", region=region)
    assert found.value("share") == pytest.approx(0.5, abs=1e-6)
