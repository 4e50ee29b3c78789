"""`lookup_osm`: what it counts, what it says it cannot know, and when it refuses."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import osmium
import pytest

from store.errors import Cancelled, DeadlinePassed
from store.features.conditions import TagCondition
from store.geo import Period, Region
from store.home import Home
from tests.tools.maps import bench_of, feature, ingested, line, point, square, written
from tools.concepts.tags import parse_query
from tools.contract import Finding, ToolRefusal
from tools.lookup_osm import lookup_osm

BUILDING = parse_query("building=*")
HERE = Region.lonlat(0, 0, 0.01, 0.01)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def ask(home: Home, **arguments: Any) -> Finding:
    return lookup_osm.function(bench_of(home), **arguments)


def codes(finding: Finding) -> set[str]:
    return {caveat.code for caveat in finding.caveats}


def extract(path: Path, nodes: list[tuple[float, float, dict[str, str]]], box: tuple) -> Path:
    """Write an extract with these nodes, and one road, within a box."""
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(*box))
    with osmium.SimpleWriter(str(path), header=header) as out:
        for number, (lon, lat, tags) in enumerate(nodes, start=1):
            out.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags))
        for number, lon in ((901, box[0]), (902, box[2])):
            out.add_node(osmium.osm.mutable.Node(id=number, location=(lon, box[1]), tags={}))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=[901, 902], tags={"highway": "path"}))
    return path


def buildings(path: Path, **declared: Any) -> Path:
    """Write four buildings: inside, half in, centre out, and far away."""
    return written(path, [
        feature(square(0.003, 0.004), osm_id=1, name="Hall", **{"building:levels": "6"}),
        feature(square(0.0093, 0.002), osm_id=2, **{"building:levels": "3"}),
        feature(square(0.0098, 0.006), osm_id=3, **{"building:levels": "2;9"}),
        feature(square(0.02, 0.02), osm_id=4),
    ])  # fmt: skip


# Counting and measuring


def test_it_counts_what_touches_and_says_where_the_centres_are(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    found = ask(home, tags=BUILDING, region=HERE)
    assert found.value("count") == 3
    assert found.value("count_centre_inside") == 2
    assert found.value("count_cut") == 2
    assert found.features.columns["centre_inside"].count(True) == 2
    inside = ask(home, tags=BUILDING, region=HERE, position="centre_inside")
    assert inside.value("count") == 2
    one = ask(home, tags=BUILDING, region=HERE, part="north-east")
    assert one.value("count") == 1
    assert all(
        quantity.interval == "exact" for quantity in found.quantities if quantity.unit == "count"
    )


def test_shares_are_of_the_union_clipped_and_areas_given_whole_and_inside(home, tmp_path):
    path = written(tmp_path / "b.geojson", [
        feature(square(0, 0, 0.005), osm_id=1), feature(square(0, 0, 0.005), osm_id=2),
        feature(square(0.0075, 0, 0.005), osm_id=3),
    ])  # fmt: skip
    around = Region.lonlat(-0.01, -0.01, 0.02, 0.02)
    ingested(home, path, tags={"building": "yes"}, extent=around)
    found = ask(home, tags=BUILDING, region=HERE)
    assert found.value("share") == pytest.approx(0.25 + 0.125, rel=1e-6)
    assert found.value("area_inside") == pytest.approx(0.375 * found.value("region_area"), rel=1e-6)
    assert found.value("area_whole") == pytest.approx(0.75 * found.value("region_area"), rel=1e-6)
    assert found.value("density") == pytest.approx(3 / HERE.size())


def test_lines_are_clipped(home, tmp_path):
    path = written(
        tmp_path / "r.geojson", [feature(line((-0.01, 0.005), (0.01, 0.005)), highway="path")]
    )
    ingested(home, path)
    found = ask(home, tags=parse_query("highway=*"), region=HERE)
    assert found.value("length_inside") == pytest.approx(found.value("length_whole") / 2)
    assert not [q for q in found.quantities if q.name in ("share", "area_whole")]


def test_what_the_map_does_not_say_is_counted_apart(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    tall = TagCondition(key="building:levels", op="gt", value=5)
    found = ask(home, tags=BUILDING, where=[tall])
    assert found.value("count") == 1
    assert found.value("count_condition_unknown") == 2  # one without the tag, one "2;9"
    assert "condition_unknown" in codes(found)
    # an element that fails one condition for certain is not unknown
    named = TagCondition(key="name", op="exists")
    assert ask(home, tags=BUILDING, where=[tall, named]).value("count_condition_unknown") == 0


def test_the_set_comes_in_canonical_order_with_its_columns(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    found = ask(home, tags=BUILDING, region=HERE)
    assert found.features.columns["osm_id"] == [3, 1, 2]
    assert {"osm_type", "name", "tags", "area_m2", "area_inside_m2", "layer"} <= set(
        found.features.columns
    )


def test_names_are_found_whole_first_then_in_part(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    assert ask(home, named="hall").value("count") == 1
    far = written(tmp_path / "c.geojson", [feature(point(0, 0), name="Hall of Mirrors", osm_id=9)])
    layer = ingested(home, far)
    found = ask(home, named="mirrors", layer=layer.id)
    assert found.value("count") == 1
    assert "name_contains" in codes(found)


# What it cannot know


def test_none_is_said_only_where_an_extract_covers_all_of_the_region(home, tmp_path):
    nodes = [(0.5, 0.5, {"shop": "bakery"}), (0.6, 0.5, {"building": "yes"})]
    ingested(home, extract(tmp_path / "e.osm.pbf", nodes, (0, 0, 1, 1)))
    found = ask(home, tags=parse_query("amenity=bank"), region=HERE)
    assert found.value("count") == 0
    assert found.coverage.looked[0].share == 1
    assert found.features.looked == 1
    part = ask(home, tags=parse_query("amenity=bank"), region=Region.lonlat(0.5, 0, 1.5, 1))
    assert part.coverage.looked[0].share == pytest.approx(0.5, abs=1e-3)
    assert "outside_map" in codes(part)


def test_a_file_that_is_not_complete_never_says_none(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    found = ask(home, tags=BUILDING, region=Region.lonlat(0.012, 0.012, 0.015, 0.015))
    assert found.value("count") == 0
    assert found.coverage.looked[0].share == 0
    assert found.features.looked is None
    assert any("does not mean that there is none" in caveat.text for caveat in found.caveats)
    assert "share" not in {quantity.name for quantity in found.quantities}


def test_a_declared_extent_lets_a_file_say_none_of_what_it_is_about(home, tmp_path):
    path = buildings(tmp_path / "b.geojson")
    ingested(home, path, tags={"building": "yes"}, extent=Region.lonlat(0, 0, 1, 1))
    found = ask(home, tags=BUILDING, region=Region.lonlat(0.5, 0.5, 0.6, 0.6))
    assert found.coverage.looked[0].share == 1
    with pytest.raises(ToolRefusal, match="cannot tell about"):
        ask(home, tags=parse_query("highway=bus_stop"), region=HERE)


def test_an_extract_cut_down_to_some_keys_does_not_say_none_of_others(home, tmp_path):
    path = extract(tmp_path / "e.osm.pbf", [(0.5, 0.5, {"shop": "bakery"})], (0, 0, 1, 1))
    filtered = tmp_path / "f.osm.pbf"
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(0, 0, 1, 1))
    with osmium.SimpleWriter(str(filtered), header=header) as out:
        for node in osmium.FileProcessor(str(path)).with_filter(osmium.filter.KeyFilter("shop")):
            out.add(node)
    ingested(home, filtered)
    with pytest.raises(ToolRefusal, match=r"holds only features of shop.*cannot tell about"):
        ask(home, tags=parse_query("amenity=bank"), region=HERE)


@pytest.mark.parametrize(
    ("tags", "query", "told"),
    [
        ([{"shop": "bakery"}], "shop=butcher", False),  # cut down to bakeries, perhaps
        ([{"shop": "bakery"}, {"shop": "books"}], "shop=butcher", True),
        ([{"shop": "bakery"}, {"shop": "books"}], "amenity=bank", False),
        ([{"building": "yes"}], "amenity=bank", False),  # nothing besides roads and houses
        ([{"building": "yes"}, {"shop": "bakery"}], "amenity=bank", True),
        ([{"building": "yes"}, {"amenity": "cafe"}], "amenity=bank", False),
    ],
)
def test_none_needs_several_keys_in_the_extract_or_several_values(
    home, tmp_path, tags, query, told
):
    nodes = [(0.5, 0.1 * number, held) for number, held in enumerate(tags, start=1)]
    ingested(home, extract(tmp_path / "e.osm.pbf", nodes, (0, 0, 1, 1)))
    if told:
        assert ask(home, tags=parse_query(query), region=HERE).features.looked == 1
    else:
        with pytest.raises(ToolRefusal, match="cannot tell about"):
            ask(home, tags=parse_query(query), region=HERE)


def test_what_does_not_say_whether_it_meets_a_condition_keeps_none_from_being_said(home, tmp_path):
    nodes = [(0.001, 0.001, {"building": "yes"}), (0.002, 0.002, {"building": "yes"})]
    nodes.append((0.003, 0.003, {"building": "yes", "building:levels": "2"}))
    nodes.append((0.5, 0.5, {"shop": "bakery"}))
    ingested(home, extract(tmp_path / "e.osm.pbf", nodes, (0, 0, 1, 1)))
    tall = TagCondition(key="building:levels", op="gt", value=5)
    found = ask(home, tags=BUILDING, where=[tall], region=HERE)
    assert (found.value("count"), found.value("count_condition_unknown")) == (0, 2)
    assert found.features.looked is None
    assert found.coverage.looked[0].share == 0
    assert "share" not in {quantity.name for quantity in found.quantities}
    count = found.quantities[0]
    assert (count.low, count.high, count.interval) == (0, 2, "bounds")
    low = TagCondition(key="building:levels", op="exists")
    assert ask(home, tags=BUILDING, where=[low], region=HERE).features.looked == 1


def test_features_whose_place_is_unknown_keep_none_from_being_said(home, tmp_path):
    path = tmp_path / "e.osm.pbf"
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(0, 0, 1, 1))
    with osmium.SimpleWriter(str(path), header=header) as out:
        for number, lon in ((1, 0.9), (2, 0.95)):
            out.add_node(osmium.osm.mutable.Node(id=number, location=(lon, 0.9), tags={}))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 77], tags={"landuse": "forest"}))
        out.add_way(osmium.osm.mutable.Way(id=2, nodes=[1, 2], tags={"highway": "path"}))
    ingested(home, path)
    found = ask(home, tags=parse_query("landuse=forest"), region=HERE)
    assert found.value("count") == 0
    assert "place_unknown" in codes(found)
    assert found.features.looked is None
    assert found.coverage.looked[0].share == 0
    assert "share" not in {quantity.name for quantity in found.quantities}


def test_no_share_and_no_density_of_a_region_that_the_map_does_not_cover(home, tmp_path):
    path = written(tmp_path / "b.geojson", [feature(square(0, 0, 0.005), osm_id=1)])
    ingested(home, path, tags={"building": "yes"}, extent=Region.lonlat(0, 0, 0.005, 0.01))
    found = ask(home, tags=BUILDING, region=HERE)
    assert found.value("covered_share") == pytest.approx(0.5, rel=1e-3)
    assert not {"share", "density"} & {quantity.name for quantity in found.quantities}
    assert found.features.region.bounds == pytest.approx((0, 0, 0.005, 0.01))
    inside = ask(home, tags=BUILDING, region=Region.lonlat(0, 0, 0.005, 0.01))
    assert inside.value("share") == pytest.approx(0.5, rel=1e-3)


def test_a_grown_region_holds_what_lies_near(home, tmp_path):
    nodes = [(0.5, 0.5, {"amenity": "cafe"}), (0.5, 0.5005, {"amenity": "bank"})]
    ingested(home, extract(tmp_path / "e.osm.pbf", nodes, (0, 0, 1, 1)))
    place = Region.lonlat(0.4, 0.4, 0.5002, 0.5002)
    bank = parse_query("amenity=bank")
    assert ask(home, tags=bank, region=place).value("count") == 0
    grown = ask(home, tags=bank, region=place, grown_m=50)
    assert grown.value("count") == 1
    assert grown.region.bounds[3] > 0.5005
    assert grown.features.region == grown.region
    with pytest.raises(ToolRefusal, match="to be grown"):
        ask(home, tags=bank, grown_m=50)


def test_the_date_of_the_map_is_said(home, tmp_path):
    path = buildings(tmp_path / "b.geojson")
    ingested(home, path, tags={"building": "yes"})
    assert "of unknown date" in " ".join(c.text for c in ask(home, tags=BUILDING).caveats)
    ingested(home, path, tags={"building": "yes"}, date=Period.parse("2019-04"))
    dated = ask(home, tags=BUILDING)
    assert str(dated.period) == "2019-04"


# Layers


def test_overlapping_extracts_hold_an_element_once_and_the_newest_that_covers_all_is_asked(
    home, tmp_path
):
    bank = (0.5, 0.5, {"amenity": "bank"})
    west = extract(tmp_path / "w.osm.pbf", [bank], (0, 0, 0.6, 1))
    east = extract(tmp_path / "e.osm.pbf", [bank], (0.4, 0, 1, 1))
    for path in (west, east):
        ingested(home, path)
    both = ask(home, tags=parse_query("amenity=bank"), region=Region.lonlat(0, 0, 1, 1))
    assert both.value("count") == 1
    assert both.coverage.looked[0].share == 1
    assert len(both.scenes) == 2
    whole = extract(tmp_path / "all.osm.pbf", [bank, bank], (0, 0, 1, 1))
    ingested(home, whole, date=Period.parse("2024"))
    newest = ask(home, tags=parse_query("amenity=bank"), region=Region.lonlat(0, 0, 1, 1))
    assert newest.value("count") == 2
    assert "other_layers" in codes(newest)


def test_two_files_that_claim_nothing_are_the_persons_choice(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    path = written(tmp_path / "c.geojson", [feature(square(0.003, 0.003, 0.003))])
    other = ingested(home, path, tags={"building": "yes"})
    with pytest.raises(ToolRefusal, match="2 layers hold"):
        ask(home, tags=BUILDING, region=HERE)
    assert ask(home, tags=BUILDING, region=HERE, layer=other.alias).value("count") == 1


# Refusals


def test_no_map_data_and_a_place_outside_it_are_refusals_never_zero(home, tmp_path):
    with pytest.raises(ToolRefusal, match="no map data is held"):
        ask(home, tags=BUILDING)
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    with pytest.raises(ToolRefusal, match="outside all map data"):
        ask(home, tags=BUILDING, region=Region.lonlat(50, 50, 51, 51))
    with pytest.raises(ToolRefusal, match="holds only features of building"):
        ask(home, tags=parse_query("highway=bus_stop"), region=HERE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "say what"),
        ({"of": "flurbs"}, "I do not know"),
        ({"tags": BUILDING, "part": "west"}, "of what"),
        ({"tags": BUILDING, "region": Region.pixels("px:a", 0, 0, 5, 5)}, "no place on the ground"),
        ({"named": "?!"}, "is no name"),
        ({"element": "way"}, "is no element"),
        ({"element": "way/77"}, "not in"),
    ],
)
def test_it_refuses_in_words(home, tmp_path, arguments, said):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    with pytest.raises(ToolRefusal, match=said):
        ask(home, **arguments)


def test_it_stops_when_told(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    with pytest.raises(Cancelled):
        lookup_osm.function(bench_of(home, cancel=lambda: True), tags=BUILDING)
    with pytest.raises(DeadlinePassed):
        lookup_osm.function(bench_of(home, deadline=time.monotonic() - 1), tags=BUILDING)


def test_words_lead_to_tags(home, tmp_path):
    ingested(home, buildings(tmp_path / "b.geojson"), tags={"building": "yes"})
    found = ask(home, of="buildings", region=HERE)
    assert found.value("count") == 3
    assert found.quantities[0].of == "buildings"
    with pytest.raises(ToolRefusal, match="not kept in the map"):
        ask(home, of="ships")
