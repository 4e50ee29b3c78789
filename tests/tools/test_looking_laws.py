"""Laws of the parts that the looking tools share: areas, canvases, statistics, scale bars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_bounds, from_origin

from store.geo import Region
from store.home import Home
from tests.pictures import bench, ground, take, write
from tools.looking.areas import PixelAreas
from tools.looking.canvas import Canvas
from tools.looking.roles import roles_of
from tools.looking.scan import Scan
from tools.looking.sheet import enlargement, round_length
from tools.looking.statistics import RunningStatistics


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


GRIDS = {
    "utm": ("EPSG:32633", from_origin(500_000, 5_000_000, 10, 10)),
    "utm edge": ("EPSG:32633", from_origin(166_000, 100_000, 30, 30)),
    "degrees": ("EPSG:4326", from_bounds(10, 40, 12, 42, 300, 200)),
    "coarse degrees": ("EPSG:4326", from_bounds(-150, -60, 150, 60, 300, 200)),
    "web mercator": ("EPSG:3857", from_origin(1_000_000, 8_000_000, 20, 20)),
    "date line": ("EPSG:4326", from_bounds(179, -20, 181, -18, 300, 200)),
    "polar": ("EPSG:3413", from_origin(300_000, -300_000, 500, 500)),
}


@pytest.mark.parametrize("name", GRIDS)
def test_pixel_areas_add_up_to_the_footprint(home, tmp_path, name):
    crs, transform = GRIDS[name]
    scene = take(home, write(tmp_path / "g.tif", np.ones((1, 200, 300), np.uint8), crs, transform))
    with home.open_scene(scene) as reader:
        areas = PixelAreas(reader)
        total = areas.weights(reader.whole).sum()
        tiles = sum(areas.weights(tile.core).sum() for tile in reader.windows(9000))
        halved = areas.weights(reader.whole, (100, 150)).sum()
    assert areas.unit == "m2"
    assert total == pytest.approx(scene.footprint.size(), rel=2e-5)
    assert tiles == pytest.approx(total, rel=3e-6)
    assert halved == pytest.approx(total, rel=1e-4)


def test_without_position_an_area_is_by_declared_size_or_in_pixels(home, tmp_path):
    path = write(tmp_path / "p.png", ground(40, 30))
    with home.open_scene(take(home, path)) as reader:
        areas = PixelAreas(reader)
        assert (areas.unit, areas.weights(reader.whole).sum()) == ("px2", 1200)
    with home.open_scene(take(home, path, gsd_m=2.0)) as reader:
        areas = PixelAreas(reader)
        assert (areas.unit, areas.weights(reader.whole).sum()) == ("m2", 4800)


@given(
    st.lists(st.floats(-3, 3), min_size=1, max_size=300),
    st.integers(1, 7),
    st.sampled_from([0.05, 0.5, 0.95]),
)
def test_statistics_do_not_depend_on_how_values_are_cut(values, pieces, share):
    array = np.array(values)
    running = RunningStatistics()
    for part in np.array_split(array, pieces):
        running.add(part)
    assert running.mean == pytest.approx(array.mean(), abs=1e-9)
    assert running.deviation == pytest.approx(array.std(), abs=1e-7)
    assert (running.low, running.high) == (array.min(), array.max())
    assert running.low <= running.quantile(share) <= running.high


def test_quantiles_are_right_to_a_bin():
    values = np.random.default_rng(4).normal(0.3, 0.2, 100_000)
    running = RunningStatistics()
    running.add(values)
    for share in (0.05, 0.5, 0.95):
        assert running.quantile(share) == pytest.approx(np.quantile(values, share), abs=3e-4)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 13), st.integers(1, 25))
@settings(max_examples=60, deadline=None)
def test_a_canvas_is_the_same_however_its_pieces_are_cut(rows, cols, longest, tile):
    dice = np.random.default_rng(rows * 61 + cols)
    plane = dice.random((rows, cols))
    codes = dice.integers(0, 4, (rows, cols)).astype(np.uint8)
    valid = dice.random((rows, cols)) > 0.2
    whole, cut = Canvas((rows, cols), longest), Canvas((rows, cols), longest)
    classes, counted = Canvas((rows, cols), longest, 4), Canvas((rows, cols), longest, 4)
    whole.add(0, 0, plane[None], valid)
    classes.add(0, 0, np.stack([codes == c for c in range(4)]).astype(float), valid)
    for r in range(0, rows, tile):
        for c in range(0, cols, tile):
            part = slice(r, r + tile), slice(c, c + tile)
            cut.add(r, c, plane[None, *part], valid[part])
            counted.count(r, c, codes[part], valid[part])
    assert np.allclose(whole.means, cut.means)
    assert np.array_equal(whole.valid, cut.valid)
    assert np.allclose(classes.means, counted.means)


@given(st.floats(1e-3, 1e6))
def test_a_scale_bar_is_a_round_length_that_fits(longest):
    length = round_length(longest)
    assert longest / 2.5 - 1e-12 <= length <= longest * (1 + 1e-9)


@given(st.integers(1, 1000), st.integers(1, 860))
def test_a_picture_is_never_enlarged_beyond_its_sheet(cols, rows):
    times = enlargement(rows, cols)
    assert times >= 1
    assert times == 1 or (times * cols <= 1024 and times * rows <= 1024)


@pytest.mark.parametrize("most_px", [10**9, 20_000, 3_000])
def test_a_scan_sees_each_pixel_of_a_region_once(home, tmp_path, most_px):
    data = ground(300, 200)
    scene = take(home, write(tmp_path / "s.tif", data))
    half = Region.of("earth", scene.footprint.part("west-half").area)
    with home.open_scene(scene) as reader:
        scan = Scan(bench(home, tmp_path / "b"), reader, half, most_px)
        seen = np.zeros(scan.shape, int)
        area = 0.0
        for piece in scan.pieces([1], "looking", halo=3):
            rows, cols = piece.inside.shape
            seen[piece.row0 : piece.row0 + rows, piece.col0 : piece.col0 + cols] += piece.inside
            area += scan.weights(piece)[piece.valid].sum()
            assert piece.pixels.data[0][piece.core].shape == piece.inside.shape
        covered = scan.coverage()
    assert seen.max() == 1
    assert covered.valid == pytest.approx(1.0)
    assert area == pytest.approx(half.size(), rel=0.03 if scan.step > 1 else 0.011)
    assert bool(scan.caveats()) == (scan.step > 1)


@pytest.mark.parametrize(
    ("bands", "sensor", "known"),
    [
        (["B02", "B03", "B04", "B08"], None, {"blue": 1, "green": 2, "red": 3, "nir": 4}),
        (
            ["SR_B2", "SR_B3", "SR_B4", "SR_B5"],
            "Landsat-8",
            {"blue": 1, "green": 2, "red": 3, "nir": 4},
        ),
        (["B1", "B2", "B3", "B4"], "Landsat-7", {"blue": 1, "green": 2, "red": 3, "nir": 4}),
        (["NIR", "R", "G"], None, {"nir": 1, "red": 2, "green": 3}),
        (["B1", "B2", "B3", "B5"], None, {}),
        (["swir16", "nir08", "red"], None, {"swir1": 1, "nir": 2, "red": 3}),
    ],
)
def test_roles_come_from_names_and_from_numbers_only_with_a_sensor(
    home, tmp_path, bands, sensor, known
):
    path = write(tmp_path / "b.tif", ground(32, 32, bands=len(bands)), photometric="MINISBLACK")
    assert roles_of(take(home, path, bands=bands, sensor=sensor)).band == known


def test_bands_without_names_are_taken_in_the_sensors_order_and_it_is_said(home, tmp_path):
    path = write(tmp_path / "l.tif", ground(32, 32, bands=6), photometric="MINISBLACK")
    roles = roles_of(take(home, path, sensor="Landsat-7"))
    assert roles.band["nir"] == 4
    assert [caveat.code for caveat in roles.caveats] == ["bands_assumed"]
    assert (
        roles_of(
            take(
                home,
                write(
                    tmp_path / "m.tif", ground(32, 32, bands=6, seed=3), photometric="MINISBLACK"
                ),
            )
        ).band
        == {}
    )
