"""Frames, regions, periods and measures on the ellipsoid."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import Transformer

from store.errors import BadName, BadPeriod, BadRegion, FramesDiffer
from store.features.distances import nearest
from store.geo import EARTH, Period, Region, grown, pixel_frame, same_frame
from store.geo.measures import (
    WGS84,
    area_m2,
    areas_m2,
    length_m,
    perimeter_m,
)

# Closed-form authalic areas of 1 x 1 degree cells, in km2.
CELLS = {0: 12308.464, 30: 10642.393, 45: 8686.495, 60: 6123.141, 75: 3120.947, 85: 978.725}


def distance_m(first, second):
    """The distance that tools measure: geodesic, between nearest points."""
    return nearest(EARTH, _one(first), _one(second), np.array([-1])).distance[0]


def _one(geometry):
    array = np.empty(1, dtype=object)
    array[0] = geometry
    return array


longitudes = st.floats(-170, 169)
latitudes = st.floats(-88, 87)


@pytest.mark.parametrize(("south", "km2"), CELLS.items())
def test_areas_of_degree_cells_are_those_of_the_ellipsoid(south, km2):
    measured = area_m2(shapely.box(7, south, 8, south + 1)) / 1e6
    assert measured == pytest.approx(km2, rel=1e-6)


@pytest.mark.parametrize("south", [0, 45, 60])
def test_a_sphere_would_be_noticed(south):
    lat = np.radians([south, south + 1])
    sphere = 6371.0088**2 * math.radians(1) * (math.sin(lat[1]) - math.sin(lat[0]))
    assert abs(sphere / CELLS[south] - 1) > 1e-3


@given(longitudes, latitudes, st.floats(0.001, 1), st.floats(0.001, 1))
def test_a_box_cut_in_two_keeps_its_area(west, south, width, height):
    box = shapely.box(west, south, west + width, south + height)
    middle = west + width / 2
    left = shapely.box(west, south, middle, south + height)
    right = shapely.box(middle, south, west + width, south + height)
    assert areas_m2([left, right]).sum() == pytest.approx(area_m2(box), rel=1e-9)


@given(longitudes, st.floats(-80, 80), st.floats(1e-4, 1e-2), st.integers(5, 12))
def test_small_polygons_agree_with_geodesic_areas(lon, lat, size, corners):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    polygon = shapely.Polygon(
        np.column_stack([lon + size * np.cos(angles), lat + size * np.sin(angles)])
    )
    geodesic, _ = WGS84.geometry_area_perimeter(polygon)
    assert area_m2(polygon) == pytest.approx(abs(geodesic), rel=1e-5)


def test_holes_are_taken_out_and_their_outline_counts():
    outer, hole = shapely.box(0, 0, 1, 1), shapely.box(0.25, 0.25, 0.75, 0.75)
    ring = shapely.Polygon(outer.exterior, [hole.exterior])
    assert area_m2(ring) == pytest.approx(area_m2(outer) - area_m2(hole))
    assert perimeter_m(ring) == pytest.approx(perimeter_m(outer) + perimeter_m(hole))


def test_lines_have_length_and_no_area_and_collections_are_taken_apart():
    line = shapely.LineString([(0, 0), (0, 1)])
    mixed = shapely.GeometryCollection([line, shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])])
    assert area_m2(line) == 0
    assert length_m(mixed) == pytest.approx(length_m(line))
    assert area_m2(mixed) == pytest.approx(area_m2(shapely.box(0, 0, 1, 1)))


def test_a_cell_that_touches_the_pole_is_finite():
    assert area_m2(shapely.box(0, 89, 90, 90)) == pytest.approx(
        area_m2(shapely.box(0, 89, 1, 90)) * 90
    )


@given(longitudes, st.floats(-70, 70), st.floats(10, 5000), st.floats(0, 359))
def test_distances_are_those_walked(lon, lat, metres, bearing):
    lon2, lat2, _ = WGS84.fwd(lon, lat, bearing, metres)
    here, there = shapely.Point(lon, lat), shapely.Point(lon2, lat2)
    assert distance_m(here, there) == pytest.approx(metres, rel=1e-6)


def test_distances_cross_180_degrees():
    here, there = shapely.Point(179.999, 0), shapely.Point(-179.999, 0)
    assert distance_m(here, there) == pytest.approx(222.639, abs=0.01)


def test_nearest_is_nearest_on_the_ground_not_in_degrees():
    here = shapely.Point(25, 60)
    east, north = shapely.Point(25.0015, 60), shapely.Point(25, 60.001)
    assert here.distance(east) > here.distance(north)
    assert distance_m(here, east) < distance_m(here, north)


@given(longitudes, latitudes, st.floats(0.001, 0.9), st.floats(0.001, 0.9))
def test_halves_and_quarters_tile_without_gap_or_overlap(west, south, width, height):
    region = Region.lonlat(west, south, west + width, south + height)
    for parts in (
        ("west", "east"),
        ("north", "south"),
        ("north-west", "north-east", "south-west", "south-east"),
    ):
        cut = [region.part(name) for name in parts]
        assert sum(part.size() for part in cut) == pytest.approx(region.size(), rel=1e-9)
        assert all(a.overlap(b) is None for i, a in enumerate(cut) for b in cut[i + 1 :])


def test_north_is_up_on_the_ground_and_at_row_zero_in_pixels():
    assert Region.lonlat(0, 0, 1, 1).part("north").bounds == (0, 0.5, 1, 1)
    assert Region.pixels("px:a", 0, 0, 10, 10).part("north").bounds == (0, 0, 10, 5)
    assert Region.pixels("px:a", 0, 0, 9, 9).part("centre").bounds == (3, 3, 6, 6)


def test_boxes_across_180_degrees_are_split_and_stay_narrow():
    region = Region.lonlat(170, -10, -170, 10)
    assert region.crosses_180
    assert len(shapely.get_parts(region.area)) == 2
    assert region.size() == pytest.approx(area_m2(shapely.box(0, -10, 20, 10)), rel=1e-9)
    assert abs(region.centre()[0]) == pytest.approx(180)
    west, east = region.part("west"), region.part("east")
    assert west.size() + east.size() == pytest.approx(region.size())
    assert (west.bounds[0], east.bounds[2]) == (170, -170)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 400), st.integers(1, 400))
def test_regions_survive_json(col, row, width, height):
    region = Region.pixels("px:a-1", col, row, col + width, row + height)
    assert Region.model_validate_json(region.model_dump_json()) == region
    assert region.size() == width * height


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("lonlat:2,48,3,49", (2, 48, 3, 49)),
        (" lonlat: 2 , 48 , 3.5 , 49 ", (2, 48, 3.5, 49)),
        ("px:scene-1a2b3c:0,0,10,20", (0, 0, 10, 20)),
        ("POLYGON ((2 48, 3 48, 3 49, 2 49, 2 48))", (2, 48, 3, 49)),
    ],
)
def test_regions_are_read_as_people_write_them(text, bounds):
    assert Region.parse(text).bounds == bounds


@pytest.mark.parametrize(
    "text",
    [
        "48.85, 2.35", "2.35, 48.85", "2,48,3,49", "lonlat:3,49,2,48", "lonlat:2,48,2,49", "lonlat:0,0,1,95",
        "px:a:5,5,5,9", "POLYGON ((0 0))", "LINESTRING (0 0, 1 1)", "@missing.geojson", "", "px:../x:0,0,1,1",
    ],
)  # fmt: skip
def test_what_is_no_region_is_refused_with_the_ways_to_write_one(text):
    with pytest.raises(BadRegion):
        Region.parse(text)


def test_a_region_from_a_file_is_the_union_of_its_areas(tmp_path):
    file = tmp_path / "a.geojson"
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    file.write_text(
        shapely.to_geojson(shapely.GeometryCollection(boxes)).replace("geometries", "features")
    )
    assert Region.parse(f"@{file}").bounds == (0, 0, 2, 1)


def test_two_frames_are_refused():
    with pytest.raises(FramesDiffer, match="--frame"):
        same_frame(EARTH, pixel_frame("a"))
    with pytest.raises(FramesDiffer):
        Region.lonlat(0, 0, 1, 1).overlap(Region.pixels("px:a", 0, 0, 1, 1))
    with pytest.raises(BadName):
        pixel_frame("../etc")
    with pytest.raises(ValidationError):
        Region(frame="mars", geometry={"type": "Polygon", "coordinates": []})


@given(st.dates())
def test_a_day_contains_its_moments_and_survives_text(day):
    assume(day.year >= 1000)
    period = Period.parse(day.isoformat())
    assert Period.parse(str(period)) == period
    assert period.within(Period.parse(f"{day.year:04d}"))


def test_periods_have_an_order_only_when_they_do_not_overlap():
    may, june, year = (Period.parse(t) for t in ("1997-05", "1997-06", "1997"))
    assert (may.order(june), june.order(may), may.order(year)) == ("before", "after", "overlaps")


def test_times_are_utc_whatever_they_were_written_in():
    assert Period.parse("2020-02-29T23:30:00-02:00") == Period.parse("2020-03-01T01:30:00Z")
    assert Period.parse("2020-02-29T10:00") == Period.parse("2020-02-29T10:00Z")


@pytest.mark.parametrize("text", ["2021-02-29", "yesterday", "2010-13", "2011/2010", ""])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadPeriod):
        Period.parse(text)


@pytest.mark.parametrize("lat", [0, 30, 45, 60, 75])
def test_web_mercator_areas_are_not_believed(lat):
    back = Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
    x, y = back.transform(10, lat)
    square = shapely.box(x - 50, y - 50, x + 50, y + 50)
    true = shapely.transform(
        square, lambda p: np.column_stack(back.transform(*p.T, direction="INVERSE"))
    )
    planar_over_true = square.area / area_m2(true)
    expected = {0: 1.0067, 30: 1.3378, 45: 2.0001, 60: 3.9867, 75: 14.84}[lat]
    assert planar_over_true == pytest.approx(expected, rel=1e-3)


def _turned(boxes, by):
    """Return boxes (west, south, east, north) moved by whole degrees of longitude, as a region."""
    parts = []
    for west, south, east, north in boxes:
        west = (west + by + 180) % 360 - 180
        parts += (
            shapely.get_parts(Region.lonlat(west, south, west + east, north).area).tolist()
            if (west + east <= 180)
            else shapely.get_parts(
                Region.lonlat(west, south, west + east - 360, north).area
            ).tolist()
        )
    return Region.of(EARTH, shapely.union_all(parts))


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(-60, 50), st.integers(2, 40), st.just(60)),
        min_size=1,
        max_size=3,
    ),
    st.integers(-180, 180),
)
def test_centre_and_parts_turn_with_the_region_wherever_it_lies(boxes, by):
    """A region less than half the globe wide is the same one wherever it is turned to."""
    here, there = _turned(boxes, 0), _turned(boxes, by)
    apart = (there.centre()[0] - here.centre()[0] - by) % 360
    assert min(apart, 360 - apart) == pytest.approx(0, abs=1e-9)
    west, east = there.part("west"), there.part("east")
    assert west.size() == pytest.approx(here.part("west").size(), rel=1e-9)
    assert west.size() + east.size() == pytest.approx(there.size(), rel=1e-9)


def test_a_region_over_180_and_over_0_degrees_is_cut_in_its_widest_gap():
    parts = shapely.MultiPolygon([shapely.box(170, 0, 180, 5), shapely.box(-180, 0, 10, 5)])
    region = Region.of(EARTH, parts)
    assert region.centre() == (-90, 2.5)
    assert region.part("east").bounds == (-90, 0, 10, 5)
    assert region.part("west").size() == pytest.approx(region.size() / 2)
    apart = Region.of(
        EARTH, shapely.MultiPolygon([shapely.box(170, 0, 178, 5), shapely.box(-178, 0, -170, 5)])
    )
    assert abs(apart.centre()[0]) == 180
    assert apart.part("west").bounds == (170, 0, 178, 5)


@given(
    st.integers(-175, 175), st.integers(-80, 80), st.floats(10, 50_000), st.floats(0, 360),
    st.floats(0, 1), st.floats(0.05, 3),
)  # fmt: skip
def test_a_grown_region_holds_all_that_is_near(west, south, by_m, bearing, along, size):
    """Whatever lies within the distance of a region's edge lies in the region grown by it."""
    region = Region.lonlat(west, south, west + size, south + size)
    start = region.area.exterior.interpolate(along, normalized=True)
    lon, lat, _ = WGS84.fwd(start.x, start.y, bearing, by_m * 0.9999)
    wide = grown(region, by_m)
    assert wide.area.intersects(shapely.Point(lon, lat).buffer(1e-9))
    assert wide.area.covers(region.area.buffer(-1e-9))


def test_a_grown_region_goes_on_beyond_180_and_to_the_pole():
    assert grown(Region.lonlat(179.99, 0, 180, 1), 50_000).crosses_180
    assert grown(Region.lonlat(10, 88.9, 11, 89), 50_000).bounds[1:] == pytest.approx(
        (88.4478, 180, 90), abs=1e-3
    )
    with pytest.raises(BadRegion, match="choose up to"):
        grown(Region.lonlat(0, 0, 1, 1), 1e6)
