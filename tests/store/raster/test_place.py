"""Pixels on the ground: sizes, areas and outlines, also where projections mislead."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from store.errors import BadDeclaration
from store.geo import area_m2
from store.geo.measures import WGS84
from store.home import Home
from store.ingest import ingest_scene
from store.raster.place import Place, declared_crs, place_of, same_crs
from tests.store.rasters import textured, write


def north_up(crs: str, west: float, north: float, step: float, cols: int, rows: int) -> Place:
    return Place(crs, (step, 0.0, west, 0.0, -step, north), cols, rows)


CELLS_KM2 = {0: 12308.464, 30: 10642.393, 45: 8686.495, 60: 6123.141, 75: 3120.947, 85: 978.725}


@pytest.mark.parametrize("south", CELLS_KM2)
def test_a_cell_of_one_degree_has_its_area_on_the_ellipsoid(south):
    place = north_up("EPSG:4326", 10, south + 1, 0.01, 100, 100)
    assert place.footprint().size() / 1e6 == pytest.approx(CELLS_KM2[south], rel=1e-6)


@pytest.mark.parametrize(
    ("lat", "inflated"), [(0, 1.0067), (30, 1.3378), (45, 2.0001), (60, 3.9867), (75, 14.84)]
)
def test_web_mercator_gives_the_true_area_and_pixel_size(lat, inflated):
    x, y = Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True).transform(20.0, lat)
    place = north_up("EPSG:3857", x - 500, y + 500, 1.0, 1000, 1000)
    assert 1e6 / place.footprint().size() == pytest.approx(inflated, rel=2e-4)
    across, down = place.gsd()
    assert across * down * 1e6 == pytest.approx(place.footprint().size(), rel=1e-4)


@pytest.mark.parametrize("lat", [0.01, 45, 60])
@pytest.mark.parametrize("off_deg", [0, 3, 6])
def test_utm_areas_are_geodesic_also_outside_the_zone(lat, off_deg):
    x, y = Transformer.from_crs("OGC:CRS84", "EPSG:32633", always_xy=True).transform(
        15.0 + off_deg, lat
    )
    place = north_up("EPSG:32633", x - 5000, y + 5000, 10.0, 1000, 1000)
    ring = shapely.segmentize(shapely.box(0, 0, 1000, 1000), 5)
    cols, rows = shapely.get_coordinates(ring).T
    lon, lat_ = place.to_lonlat(cols, rows)
    truth = abs(WGS84.polygon_area_perimeter(lon, lat_)[0])
    assert place.footprint().size() == pytest.approx(truth, rel=1e-5)


def test_axis_order_is_longitude_first_whatever_the_authority_says():
    for crs in ("EPSG:4326", "OGC:CRS84", "EPSG:4258", "EPSG:4979"):
        place = north_up(crs, 2.0, 49.0, 0.001, 1000, 500)
        lon, lat = place.to_lonlat(np.array([0.0, 1000.0]), np.array([0.0, 500.0]))
        assert lon == pytest.approx([2.0, 3.0], abs=1e-5)
        assert lat == pytest.approx([49.0, 48.5], abs=1e-5)


def test_epsg_2193_and_other_northing_first_grids_are_read_east_first():
    x, y = Transformer.from_crs("OGC:CRS84", "EPSG:2193", always_xy=True).transform(174.78, -41.29)
    lon, lat = north_up("EPSG:2193", x, y, 1.0, 10, 10).to_lonlat(np.array([0.0]), np.array([0.0]))
    assert (lon[0], lat[0]) == (pytest.approx(174.78), pytest.approx(-41.29))


@pytest.mark.parametrize("written", ["Area", "Point"])
def test_a_point_file_is_the_same_ground_as_an_area_file(tmp_path, written):
    path = write(
        tmp_path / "dem.tif", textured(20, 20, 1), crs="EPSG:32633",
        transform=rasterio.Affine(10, 0, 500_000, 0, -10, 5_000_000), tags={None: {"AREA_OR_POINT": written}},
    )  # fmt: skip
    scene = ingest_scene(Home(tmp_path / "home"), path)
    assert scene.transform == (10, 0, 500_000, 0, -10, 5_000_000)


def test_a_point_file_of_another_writer_is_moved_by_half_a_pixel_once(tmp_path):
    # Another writer ties the centre of the first sample, as GeoTIFF says for RasterPixelIsPoint.
    area = write(
        tmp_path / "a.tif",
        textured(8, 8, 1),
        crs="EPSG:32633",
        transform=rasterio.Affine(10, 0, 5e5, 0, -10, 5e6),
    )
    raw = bytearray(area.read_bytes())
    at = struct.unpack_from("<I", raw, 4)[0]
    for i in range(struct.unpack_from("<H", raw, at)[0]):
        code, _, count, value = struct.unpack_from("<HHII", raw, at + 2 + i * 12)
        if code == 34735:  # the key directory: RasterType to PixelIsPoint
            for key in range(count // 4):
                if struct.unpack_from("<H", raw, value + key * 8)[0] == 1025:
                    struct.pack_into("<H", raw, value + key * 8 + 6, 2)
        if code == 33922:  # tie the centre of the upper-left sample
            struct.pack_into("<dd", raw, value + 24, 5e5 + 5, 5e6 - 5)
    point = tmp_path / "p.tif"
    point.write_bytes(bytes(raw))
    home = Home(tmp_path / "home")
    assert ingest_scene(home, point).transform == ingest_scene(home, area).transform


def test_a_scene_over_180_degrees_is_narrow_and_split():
    for place in (
        north_up("EPSG:4326", 175.0, 10.0, 0.01, 1000, 500),
        north_up("EPSG:4326", -185.0, 10.0, 0.01, 1000, 500),
        north_up("EPSG:32660", 700_000, 1_000_000, 100.0, 3000, 3000),
        north_up("EPSG:32601", 100_000, 1_000_000, 100.0, 3000, 3000),
        north_up("EPSG:32760", 700_000, 8_000_000, 100.0, 3000, 3000),
    ):
        outline = place.footprint()
        parts = [part.bounds for part in shapely.get_parts(outline.area)]
        assert len(parts) == 2
        assert sum(east - west for west, _, east, _ in parts) < 20
        planar = place.width * place.height * math.prod(place.gsd())
        assert outline.size() == pytest.approx(planar, rel=5e-2)
        lon, lat = outline.centre()
        col, row = place.to_pixel(np.array([lon]), np.array([lat]))
        assert abs(col[0] - place.width / 2) < place.width / 20
        assert abs(row[0] - place.height / 2) < place.height / 20
    ten = north_up("EPSG:4326", 175.0, 10.0, 0.01, 1000, 500)
    truth = area_m2(shapely.box(175, 5, 180, 10)) * 2
    assert ten.footprint().size() == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("crs", ["EPSG:3031", "EPSG:3413", "EPSG:3995", "EPSG:6932"])
@pytest.mark.parametrize(
    ("col", "row"), [(0.5, 0.5), (0.0, 0.0), (0.0, 0.5), (0.31, 0.77), (-0.4, 0.3)]
)
def test_scenes_about_the_poles_have_a_finite_right_area(crs, col, row):
    side, step = 200, 1000.0
    place = north_up(crs, -col * side * step, row * side * step, step, side, side)
    ring = shapely.segmentize(shapely.box(0, 0, side, side), 0.5)
    lon, lat = place.to_lonlat(*shapely.get_coordinates(ring).T)
    truth = abs(WGS84.polygon_area_perimeter(lon, lat)[0])
    assert all(np.isfinite(place.gsd()))
    assert place.footprint().size() == pytest.approx(truth, rel=1e-4)


def test_the_whole_world_is_one_outline():
    place = north_up("EPSG:4326", -180.0, 90.0, 0.5, 720, 360)
    assert place.footprint().bounds == (-180, -90, 180, 90)
    assert place.footprint().size() == pytest.approx(510_065_621_724_088, rel=1e-9)
    shifted = north_up("EPSG:4326", 0.0, 90.0, 0.5, 720, 360)
    assert shifted.footprint().size() == pytest.approx(510_065_621_724_088, rel=1e-9)
    col, row = shifted.to_pixel(np.array([-90.0]), np.array([0.0]))
    assert (col[0], row[0]) == (pytest.approx(540), pytest.approx(180))


@settings(max_examples=60, deadline=None)
@given(
    angle=st.floats(-180, 180), shear=st.floats(-0.4, 0.4), dx=st.sampled_from([1, -1]), dy=st.sampled_from([1, -1]),
    col=st.floats(0, 1000), row=st.floats(0, 800),
)  # fmt: skip
def test_rotated_sheared_and_flipped_pixels_go_to_the_ground_and_back(
    angle, shear, dx, dy, col, row
):
    affine = rasterio.Affine.translation(500_000, 5_000_000) * rasterio.Affine.rotation(angle)
    affine *= rasterio.Affine.shear(math.degrees(math.atan(shear)), 0) * rasterio.Affine.scale(
        2.0 * dx, 2.0 * dy
    )
    place = Place("EPSG:32633", tuple(affine)[:6], 1000, 800)
    back = place.to_pixel(*place.to_lonlat(np.array([col]), np.array([row])))
    assert back[0][0] == pytest.approx(col, abs=1e-6)
    assert back[1][0] == pytest.approx(row, abs=1e-6)
    planar = abs(affine.determinant) * 800_000
    assert place.footprint().size() == pytest.approx(planar, rel=2e-3)


def test_units_of_the_crs_do_not_matter():
    feet, metres = (
        north_up(c, 6_000_000 * k, 2_000_000 * k, k * 10, 100, 100)
        for c, k in (("EPSG:2227", 1.0), ("EPSG:26943", 12 / 39.37))
    )
    assert feet.gsd()[0] == pytest.approx(10 * 12 / 39.37, rel=1e-4)
    assert metres.gsd()[0] == pytest.approx(feet.gsd()[0], rel=1e-3)


def test_places_that_are_none_are_none():
    assert place_of('LOCAL_CS["site",UNIT["metre",1]]', (1, 0, 0, 0, -1, 0), 10, 10) is None
    assert place_of("EPSG:32633", (1e9, 0, 0, 0, -1e9, 0), 10, 10) is None


def test_declared_crs_are_codes_and_nothing_else():
    assert declared_crs("epsg:32633") == declared_crs("32633") == "EPSG:32633"
    for text in (
        "+proj=utm +zone=33 +nadgrids=@/etc/passwd",
        "/etc/passwd",
        "EPSG:1",
        "EPSG:5800",
        "",
        "a" * 500,
        "EPSG:4978",
    ):
        with pytest.raises(BadDeclaration):
            declared_crs(text)


def test_the_same_crs_in_other_words_is_the_same():
    assert same_crs("EPSG:4326", "OGC:CRS84")
    assert not same_crs("EPSG:32633", "EPSG:32634")


def test_longitudes_are_within_180_whatever_turn_a_grid_is_on():
    for west in (175.0, -185.0, 355.0):
        lon, _ = north_up("EPSG:4326", west, 10.0, 0.01, 1000, 500).to_lonlat(
            np.array([0.0, 999.0]), np.array([0.0, 0.0])
        )
        assert (np.abs(lon) <= 180).all()
        assert lon == pytest.approx((np.array([west, west + 9.99]) + 180) % 360 - 180)
