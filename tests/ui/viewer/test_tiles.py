"""A tile is what the reader reads, stretched alike over the whole scene."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from store.errors import InputChanged, StoreError, UnknownId
from store.raster.picture import Stretch, bands_to_show
from tests.store.rasters import UTM, textured, write
from tests.ui.viewer.stage import decoded, numbered, scene
from ui.viewer.kept import Kept
from ui.viewer.png import png
from ui.viewer.pyramid import all_tiles, level_count
from ui.viewer.tiles import TileName, Tiles, check_pair


@pytest.fixture
def tiles(home):
    made = Tiles(home)
    yield made
    made.close()


def whole(tiles, of, on=None) -> np.ndarray:
    """Return the last level put together, cut to the scene."""
    grid = on or of
    z = level_count(grid.width, grid.height) - 1
    found = {
        (x, y): decoded(tiles.png(TileName(of, z, x, y, on)))
        for x, y in all_tiles(grid.width, grid.height, z)
    }
    across, down = max(x for x, _ in found) + 1, max(y for _, y in found) + 1
    channels = max(tile.shape[-1] for tile in found.values())
    out = np.zeros((down * 256, across * 256, channels), np.uint8)
    for (x, y), tile in found.items():
        out[y * 256 : y * 256 + 256, x * 256 : x * 256 + 256, : tile.shape[-1]] = tile
    return out[: grid.height, : grid.width]


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))))
def test_the_png_holds_the_very_pixels(picture):
    assert (decoded(png(picture)) == picture).all()


def test_the_last_level_is_the_scene_s_own_pixels(home, tiles, tmp_path):
    data = numbered(600, 700)
    held = scene(home, tmp_path / "a.tif", data)
    assert (whole(tiles, held)[..., :3] == np.moveaxis(data, 0, -1)).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_a_tile_equals_the_reader_s_window_with_the_stretch_of_the_whole(
    home, tiles, tmp_path, dtype
):
    data = (textured(520, 640).astype(np.float64) * 37 - 900).clip(0 if dtype[0] == "u" else None)
    held = scene(
        home, tmp_path / "a.tif", data.astype(dtype), tiled=True, blockxsize=256, blockysize=256
    )
    with home.open_scene(held) as reader:
        stretch = Stretch.of(reader.reduced(1 << 18, bands=bands_to_show(held)), held)
        for z, x, y, step in ((0, 0, 0, 4), (1, 1, 0, 2), (2, 1, 1, 1)):
            span = 256 * step
            read = reader.read(
                x * span, y * span, (x + 1) * span, (y + 1) * span, out_shape=(256, 256)
            )
            assert (decoded(tiles.png(TileName(held, z, x, y))) == stretch.shown(read)).all()


def test_nodata_and_what_lies_outside_are_transparent(home, tiles, tmp_path):
    data = np.full((1, 300, 300), 900, np.uint16)
    data[0, 40:80, 50:90] = 0
    data[0, :, 200:] += np.arange(100, dtype=np.uint16)
    held = scene(home, tmp_path / "a.tif", data, nodata=0)
    tile = decoded(tiles.png(TileName(held, 1, 1, 1)))
    assert tile.shape == (256, 256, 2)
    assert (tile[:44, :44, 1] == 255).all()
    assert (tile[44:, :, 1] == 0).all()
    first = decoded(tiles.png(TileName(held, 1, 0, 0)))
    assert (first[40:80, 50:90] == 0).all()
    assert first[..., 1].sum() == 255 * (256 * 256 - 1600)


def test_sixteen_bits_are_stretched_once_for_all_tiles(home, tiles, tmp_path):
    dark, light = np.full((256, 256), 400), np.full((256, 256), 2400)
    held = scene(home, tmp_path / "a.tif", np.hstack([dark, light])[None].astype(np.uint16))
    left, right = (decoded(tiles.png(TileName(held, 1, x, 0))) for x in (0, 1))
    assert left.max() < 20
    assert right.min() > 235


def test_radar_amplitudes_are_shown_in_db(home, tiles, tmp_path):
    amplitude = np.geomspace(1, 10_000, 300 * 300).reshape(1, 300, 300).astype(np.float32)
    held = scene(home, tmp_path / "a.tif", amplitude, declared={"sensor": "SAR"})
    grey = whole(tiles, held)[..., 0].astype(int)
    steps = np.diff(grey[::60, 0])
    assert (steps > 0).all()
    assert np.ptp(steps[1:-1]) <= 2


def test_equal_grids_are_laid_pixel_on_pixel(home, tiles, tmp_path):
    one, two = numbered(300, 400), numbered(300, 400)[::-1]
    first = scene(home, tmp_path / "a.tif", one, **UTM)
    second = scene(home, tmp_path / "b.tif", two, **UTM)
    assert (whole(tiles, second, first)[..., :3] == np.moveaxis(two, 0, -1)).all()


def test_a_scene_of_another_grid_is_warped_to_its_place(home, tiles, tmp_path):
    data = textured(300, 400)
    first = scene(home, tmp_path / "a.tif", data, **UTM)
    west_up = rasterio.Affine(1, 0, 500_030, 0, -1, 4_999_980)
    second = scene(home, tmp_path / "b.tif", data[:, 20:, 30:], crs="EPSG:32633", transform=west_up)
    shown = whole(tiles, second, first)
    assert (shown[20:, 30:, :3] == np.moveaxis(data[:, 20:, 30:], 0, -1)).all()
    assert (shown[:20, :, 3] == 0).all()
    assert (shown[:, :30, 3] == 0).all()


def test_scenes_with_no_place_in_common_are_refused_in_words(home, tmp_path):
    on_earth = scene(home, tmp_path / "a.tif", textured(30, 40), **UTM)
    pixels = scene(home, tmp_path / "b.tif", textured(30, 41, seed=1))
    other = scene(home, tmp_path / "c.tif", textured(30, 40, seed=2))
    with pytest.raises(UnknownId, match="only one has a position"):
        check_pair(pixels, on_earth)
    with pytest.raises(UnknownId, match="differ in size"):
        check_pair(pixels, other)


def test_a_changed_file_gives_an_error_and_no_tile(home, tiles, tmp_path):
    held = scene(home, tmp_path / "a.tif", textured(300, 300))
    tiles.png(TileName(held, 1, 0, 0))
    write(tmp_path / "a.tif", textured(300, 300, seed=5))
    with pytest.raises(InputChanged):
        tiles.png(TileName(held, 1, 1, 0))


def test_a_file_cut_short_gives_an_error_and_no_grey(home, tiles, tmp_path):
    held = scene(
        home,
        tmp_path / "a.tif",
        textured(600, 600),
        compress="deflate",
        tiled=True,
        blockxsize=256,
        blockysize=256,
    )
    path = tmp_path / "a.tif"
    data = bytearray(path.read_bytes())
    data[70_000:] = bytes(len(data) - 70_000)
    path.write_bytes(data)
    with pytest.raises(StoreError):
        tiles.png(TileName(held, 2, 2, 2))


def test_missing_tiles_name_what_there_is(home, tiles, tmp_path):
    held = scene(home, tmp_path / "a.tif", textured(300, 600))
    with pytest.raises(UnknownId, match="levels 0 to 2, not 3"):
        tiles.png(TileName(held, 3, 0, 0))
    with pytest.raises(UnknownId, match="3 x 2 tiles"):
        tiles.png(TileName(held, 2, 3, 0))


def test_many_threads_get_the_same_tiles(home, tiles, tmp_path):
    data = numbered(700, 700)
    held = scene(home, tmp_path / "a.tif", data)
    seen: list[bool] = []

    def look() -> None:
        seen.append(bool((whole(tiles, held)[..., :3] == np.moveaxis(data, 0, -1)).all()))

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 6


def test_what_is_kept_is_bounded_and_the_longest_unused_goes_first():
    kept = Kept(1000)
    for i in range(20):
        kept.put(i, bytes(100))
        kept.get(0)
    assert kept.held_bytes == 1000
    assert kept.get(0) is not None
    assert kept.get(1) is None
    kept.put("large", bytes(2000))
    assert kept.held_bytes <= 1000
