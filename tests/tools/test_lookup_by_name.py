"""Layers without tags of the map: taken for what they are called, and never over a real map."""

from __future__ import annotations

import pytest

from store.features.conditions import TagCondition
from store.geo import Region
from store.home import Home
from tests.tools.maps import bench_of, feature, ingested, line, point, square, written
from tools.concepts.find import find_concept
from tools.concepts.tags import TagClause, parse_query
from tools.contract import ToolRefusal
from tools.lookup_osm import lookup_osm

HERE = Region.lonlat(0, 0, 0.01, 0.01)
LANES = ("1", "1", "1", "3", "2")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def ask(home, **arguments):
    return lookup_osm.function(bench_of(home), **arguments)


def codes(finding):
    return {caveat.code for caveat in finding.caveats}


def roads(tmp_path, home, name="vegas_img0_roads", kind="vector", first=1):
    """Take five lines with a column of lanes as a layer of this name."""
    lines = [
        feature(line((0.001, 0.001 * n), (0.002, 0.001 * n)), road_id=n, lane_number=lanes)
        for n, lanes in enumerate(LANES, start=first)
    ]
    return ingested(home, written(tmp_path / f"{name}.geojson", lines), kind=kind)


@pytest.mark.parametrize("of", ["roads", "road", "Road"])
def test_a_layer_called_roads_is_taken_for_roads_and_says_so(home, tmp_path, of):
    roads(tmp_path, home)
    finding = ask(home, of=of)
    assert finding.value("count") == 5
    assert "layer_by_name" in codes(finding)
    assert "by its name" in next(c.text for c in finding.caveats if c.code == "layer_by_name")


def test_it_counts_within_a_region_and_measures(home, tmp_path):
    roads(tmp_path, home)
    finding = ask(home, of="roads", region=HERE)
    assert finding.value("count") == 5
    assert finding.value("length_inside") == pytest.approx(5 * 111.3, rel=0.01)


@pytest.mark.parametrize(("lanes", "count"), [("1", 3), ("2", 1), ("3", 1), ("7", 0)])
def test_a_property_is_read_from_the_only_column_with_its_word(home, tmp_path, lanes, count):
    roads(tmp_path, home)
    query = find_concept("roads").concept.query.narrowed(TagClause(key="lanes", values=(lanes,)))
    finding = ask(home, of="roads", tags=query)
    assert finding.value("count") == count
    assert "lane_number for lanes" in " ".join(c.text for c in finding.caveats)


def test_bounds_are_read_from_that_column_too(home, tmp_path):
    roads(tmp_path, home)
    finding = ask(home, of="roads", where=[TagCondition(key="lanes", op="ge", value=2)])
    assert finding.value("count") == 2


@pytest.mark.parametrize("of", ["schools", "footpaths", "bridges", "rivers", "buildings"])
def test_it_is_not_taken_for_anything_else(home, tmp_path, of):
    roads(tmp_path, home)
    with pytest.raises(ToolRefusal, match="cannot tell about"):
        ask(home, of=of)


def test_a_property_no_column_holds_is_not_guessed(home, tmp_path):
    roads(tmp_path, home)
    query = find_concept("roads").concept.query.narrowed(TagClause(key="surface", values=("sand",)))
    with pytest.raises(ToolRefusal, match="cannot tell about"):
        ask(home, of="roads", tags=query)


def test_a_map_that_can_tell_goes_before_a_layer_called_so(home, tmp_path):
    roads(tmp_path, home)
    mapped = [feature(line((0.001, 0.006), (0.002, 0.006)), osm_id=1, highway="residential")]
    ingested(home, written(tmp_path / "town.geojson", mapped))
    finding = ask(home, of="roads", region=HERE)
    assert finding.value("count") == 1
    assert "layer_by_name" not in codes(finding)


def test_a_layer_taken_as_a_map_is_not_read_by_its_name(home, tmp_path):
    roads(tmp_path, home, kind="osm")
    with pytest.raises(ToolRefusal, match="cannot tell about"):
        ask(home, of="roads")


def test_two_layers_called_so_are_asked_back(home, tmp_path):
    roads(tmp_path, home, "east_roads")
    roads(tmp_path, home, "west_roads", first=2)
    with pytest.raises(ToolRefusal, match="2 layers hold roads"):
        ask(home, of="roads")


def test_none_found_is_not_said_to_be_none(home, tmp_path):
    tower = feature(square(0.001, 0.001), osm_id=1, building="yes")
    ingested(home, written(tmp_path / "trees.geojson", [feature(point(0.5, 0.5), n=1), tower]), kind="vector")  # fmt: skip
    far = Region.lonlat(0.4, 0.4, 0.45, 0.45)
    finding = ask(home, of="trees", tags=parse_query("natural=tree"), region=far)
    assert finding.value("count") == 0
    assert sum(look.share for look in finding.coverage.looked) == 0
