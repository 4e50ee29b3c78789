"""Real imagery as tiles: the very pixels of photographs, radar in grey, two grids laid on each other."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from PIL import Image

from store.ingest import Declared, ingest_scene
from store.raster.gdal import placeless
from tests.ui.viewer.stage import decoded
from ui.viewer.places import lattice_of
from ui.viewer.pyramid import level_count
from ui.viewer.tiles import TileName, Tiles
from ui.viewer.views import view_of


@pytest.fixture
def tiles(home):
    made = Tiles(home)
    yield made
    made.close()


def last(scene) -> int:
    return level_count(scene.width, scene.height) - 1


def test_a_photograph_is_shown_as_it_is(home, tiles, test_data):
    path = test_data / "osm_kampala" / "kampala_a.tif"
    scene = ingest_scene(home, path)
    with rasterio.open(path) as source:
        true = source.read([1, 2, 3], window=((512, 768), (1024, 1280)))
    tile = decoded(tiles.png(TileName(scene, last(scene), 4, 2)))
    assert (np.moveaxis(tile[..., :3], -1, 0) == true).all()
    assert lattice_of(scene) is not None


def test_a_picture_without_position_is_shown_as_it_is(home, tiles, test_data):
    path = next(test_data.glob("count_*/**/P0706.png"))
    scene = ingest_scene(home, path)
    true = np.asarray(Image.open(path))[..., :3]
    tile = decoded(tiles.png(TileName(scene, last(scene), 4, 4)))
    rows, cols = scene.height - 1024, scene.width - 1024
    assert (tile[:rows, :cols, :3] == true[1024:, 1024:]).all()
    assert (tile[rows:, :, 3] == 0).all()


def test_radar_uses_the_whole_range_of_grey(home, tiles, test_data):
    for name in ("ottawa_1.bmp", "ottawa_2.bmp"):
        path = test_data / "change_sar_hetero" / name
        with placeless():
            scene = ingest_scene(home, path, Declared(sensor="SAR"))
        grey = decoded(tiles.png(TileName(scene, last(scene), 0, 0)))[..., 0]
        low, high = np.percentile(grey, [5, 95])
        assert low < 40
        assert high > 200
    assert view_of(home.catalog, ["ottawa_1", "ottawa_2"]).mode == "swipe"


def test_two_grids_of_one_town_are_laid_on_each_other(home, tiles, test_data):
    folder = test_data / "disaster_joplin"
    first = ingest_scene(home, folder / "pre" / "tile_337-10160.tif", Declared(date="2010"))
    second = ingest_scene(home, folder / "post" / "tile_31500-5137.tif", Declared(date="2011"))
    view = view_of(home.catalog, [first.key, second.key])
    assert view.mode == "swipe"
    assert "warped" in view.note
    whole = decoded(tiles.png(TileName(second, 0, 0, 0, first)))
    shared = second.footprint.overlap(first.footprint).size() / first.footprint.size()
    assert (whole[..., 3] > 0).mean() == pytest.approx(shared, abs=0.02)
