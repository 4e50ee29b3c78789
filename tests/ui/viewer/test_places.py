"""Longitudes between the lattice's points, north, and boxes as regions that can be asked with."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadRegion
from store.geo import Region
from store.raster import Place
from tests.store.rasters import UTM, textured
from tests.ui.viewer.stage import scene
from ui.viewer.places import lattice_of, north_of, region_of

GRIDS = {
    "utm": UTM,
    "web": {"crs": "EPSG:3857", "transform": rasterio.Affine(1, 0, 1_669_640, 0, -1, 5_622_200)},
    "degrees": {"crs": "EPSG:4326", "transform": rasterio.Affine(1e-5, 0, 24.9, 0, -1e-5, 60.2)},
    "turned": {"crs": "EPSG:32633", "transform": rasterio.Affine.translation(500_150, 4_983_450) * rasterio.Affine.rotation(-30) * rasterio.Affine.scale(0.8, -0.8)},
    "wide": {"crs": "EPSG:32633", "transform": rasterio.Affine(3000, 0, 200_000, 0, -3000, 7_500_000)},
    "dateline": {"crs": "EPSG:32660", "transform": rasterio.Affine(500, 0, 620_000, 0, -500, 2_000_000)},
}  # fmt: skip


@pytest.fixture
def at(home, tmp_path):
    def make(name, rows=80, cols=120):
        return scene(home, tmp_path / f"{name}.tif", textured(rows, cols, bands=1), **GRIDS[name])

    return make


def interpolated(lattice, col, row):
    """Read the lattice as the browser does."""
    cols, rows = np.array(lattice.cols), np.array(lattice.rows)
    i = int(np.clip(np.searchsorted(cols, col) - 1, 0, len(cols) - 2))
    j = int(np.clip(np.searchsorted(rows, row) - 1, 0, len(rows) - 2))
    a, b = (col - cols[i]) / (cols[i + 1] - cols[i]), (row - rows[j]) / (rows[j + 1] - rows[j])

    def mix(table):
        t = np.array(table)
        return (t[j, i] * (1 - a) + t[j, i + 1] * a) * (1 - b) + (
            t[j + 1, i] * (1 - a) + t[j + 1, i + 1] * a
        ) * b

    return (mix(lattice.lon) + 180) % 360 - 180, mix(lattice.lat)


@pytest.mark.parametrize("name", GRIDS)
def test_interpolated_places_are_right_to_a_third_of_a_pixel(at, name):
    held = at(name)
    lattice, place = lattice_of(held), Place.of(held)
    for col, row in np.random.default_rng(1).uniform(0, 1, (200, 2)) * [held.width, held.height]:
        lon, lat = interpolated(lattice, col, row)
        back = place.to_pixel(np.array([lon]), np.array([lat]))
        assert np.hypot(back[0][0] - col, back[1][0] - row) < 0.34


def test_there_is_no_lattice_around_a_pole_or_without_position(home, tmp_path):
    polar = {"crs": "EPSG:3413", "transform": rasterio.Affine(1000, 0, -40_000, 0, -1000, 40_000)}
    assert lattice_of(scene(home, tmp_path / "p.tif", textured(80, 80), **polar)) is None
    assert lattice_of(scene(home, tmp_path / "n.tif", textured(80, 81))) is None


def test_north_is_up_where_rows_run_south_and_follows_the_grid_when_turned(at, home, tmp_path):
    assert north_of(at("web")) == pytest.approx(0, abs=0.01)
    assert north_of(at("utm")) == pytest.approx(0, abs=0.01)
    assert abs(north_of(at("turned"))) == pytest.approx(30, abs=0.1)
    assert north_of(scene(home, tmp_path / "n.tif", textured(9, 9))) is None
    south_up = {"crs": "EPSG:32633", "transform": rasterio.Affine(1, 0, 500_000, 0, 1, 5_000_000)}
    assert abs(
        north_of(scene(home, tmp_path / "s.tif", textured(9, 8), **south_up))
    ) == pytest.approx(180, abs=0.1)


def test_north_is_left_of_up_where_up_is_north_east(home, tmp_path):
    """A grid whose rows run to the south-west."""
    angle = np.radians(20)  # a step down goes south and west
    a, d = np.cos(angle), -np.sin(angle)
    b, e = -np.sin(angle), -np.cos(angle)
    turned = {"crs": "EPSG:32633", "transform": rasterio.Affine(a, b, 500_000, d, e, 5_000_000)}
    assert north_of(scene(home, tmp_path / "t.tif", textured(50, 50), **turned)) == pytest.approx(
        -20, abs=0.1
    )


@pytest.mark.parametrize("name", GRIDS)
def test_a_box_comes_back_as_the_region_it_is(at, home, name):
    held = at(name)
    found = region_of(held, (10.2, 20.4, 49.6, 59.7))
    assert found.box == (10, 20, 50, 60)
    with home.open_scene(held) as reader:
        back = reader.region_window(Region.parse(found.region))
    drawn = shapely.box(10, 20, 50, 60)
    assert back.area.symmetric_difference(drawn).area < 1e-3 * drawn.area
    # Straight sides of pixels bow in degrees: across hundreds of kilometres by part of a pixel.
    bowed = name in ("wide", "dateline", "turned")
    assert np.abs(np.subtract(back.window, (10, 20, 50, 60))).max() <= bowed


def test_degrees_are_a_box_and_other_grids_an_outline_with_the_smallest_box_named(at):
    box = (10, 20, 50, 60)
    assert region_of(at("degrees"), box).region == "lonlat:24.9001,60.1994,24.9005,60.1998"
    turned = region_of(at("turned"), box)
    assert turned.region.startswith("POLYGON")
    assert "smallest box of degrees around it is lonlat:" in turned.note
    west, south, east, north = turned.lonlat
    around = Region.lonlat(west, south, east, north).area.buffer(1e-8)
    assert around.covers(Region.parse(turned.region).area)


def test_a_box_across_180_degrees_has_west_above_east(at):
    held = at("dateline", cols=800)
    found = region_of(held, (0, 0, 800, 80))
    assert found.lonlat[0] > 0 > found.lonlat[2]
    assert Region.parse(found.region).crosses_180


def test_a_pixel_scene_s_box_is_in_its_pixels(home, tmp_path):
    held = scene(home, tmp_path / "p.tif", textured(30, 40))
    assert region_of(held, (35.6, 3.2, 12.1, 9.9)).region == f"px:{held.id}:12,3,36,10"


@given(st.lists(st.floats(-50, 90), min_size=4, max_size=4))
def test_boxes_are_whole_pixels_within_the_scene_or_refused(box):
    from types import SimpleNamespace  # noqa: PLC0415

    held = SimpleNamespace(id="s-000000", width=40, height=30, is_georeferenced=False)
    try:
        col0, row0, col1, row1 = region_of(held, tuple(box)).box
    except BadRegion:
        assert (
            max(box[0], box[2]) <= 0
            or min(box[0], box[2]) >= 40
            or max(box[1], box[3]) <= 0
            or min(box[1], box[3]) >= 30
        )
        return
    assert 0 <= col0 < col1 <= 40
    assert 0 <= row0 < row1 <= 30


@pytest.mark.parametrize("box", [(50, 0, 60, 10), (0, 0, float("nan"), 4), (0, 0, float("inf"), 4)])
def test_boxes_that_are_none_are_refused(home, tmp_path, box):
    with pytest.raises(BadRegion):
        region_of(scene(home, tmp_path / "p.tif", textured(30, 40)), box)
