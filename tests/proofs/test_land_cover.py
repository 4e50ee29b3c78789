"""Land cover on real scenes: shares within what was promised, haze refused, water of radar."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import rowcol, xy

from store.home import Home
from tests.pictures import bench, take
from tools.contract import ToolRefusal
from tools.map_land_cover import map_land_cover
from tools.spectral_index import spectral_index

tell = map_land_cover.function


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


@pytest.mark.parametrize("number", [2, 3, 4])
def test_forest_of_a_clear_sentinel_2_scene(home, tmp_path, test_data, number):
    folder = test_data / "landcover_eolearn" / "tif"
    scene = take(home, folder / f"s2_reference_{number}.tif")
    found = tell(bench(home, tmp_path / "s"), scene)
    with rasterio.open(folder / "lulc_truth.tif") as file:
        truth = file.read(1)
    with rasterio.open(next(m.path for m in found.masks if m.name == "trees")) as file:
        mask = file.read(1) == 1
    known = truth > 0
    there = truth == 2
    trees = next(q for q in found.quantities if q.name == "share_trees")
    right = there[known].mean()
    assert trees.value == pytest.approx(right, abs=0.06)
    assert trees.low <= right <= trees.high
    both = (mask & there & known).sum()
    assert 2 * both / ((mask & known).sum() + there.sum()) >= 0.92
    assert found.value("main_class") == "trees"


@pytest.mark.parametrize("number", [0, 1])
def test_a_hazy_scene_is_refused(home, tmp_path, test_data, number):
    scene = take(home, test_data / f"landcover_eolearn/tif/s2_reference_{number}.tif")
    with pytest.raises(ToolRefusal) as refused:
        tell(bench(home, tmp_path / "s"), scene)
    assert refused.value.code == "cloudy"


def test_ndvi_files_are_measured_where_they_are_clear(home, tmp_path, test_data):
    folder = test_data / "landcover_eolearn" / "tif"
    clear = take(home, folder / "ndvi_2015-07-11_00.tif")
    found = spectral_index.function(bench(home, tmp_path / "s"), clear, "ndvi", above=0.5)
    with rasterio.open(folder / "ndvi_2015-07-11_00.tif") as file:
        values = file.read(1)
    assert found.value("mean") == pytest.approx(float(values.mean()), abs=1e-5)
    assert found.value("share") == pytest.approx(float((values > 0.5).mean()), abs=1e-3)
    cloudy = take(home, folder / "ndvi_2015-07-31_01.tif")
    with pytest.raises(ToolRefusal) as refused:
        spectral_index.function(bench(home, tmp_path / "s"), cloudy, "ndvi")
    assert refused.value.code == "cloudy"


def test_the_sea_at_olinda_by_two_ways(home, tmp_path, test_data):
    scene = take(home, test_data / "landcover_olinda/L7_ETMs.tif", sensor="Landsat-7")
    found = tell(bench(home, tmp_path / "s"), scene)
    index = spectral_index.function(bench(home, tmp_path / "s"), scene, "mndwi", above=0.2)
    assert found.value("share_water") == pytest.approx(index.value("share"), abs=0.02)


def test_the_river_in_a_radar_picture_is_where_it_is_in_the_photograph(home, tmp_path, test_data):
    folder = test_data / "multisensor_rotterdam"
    found = tell(bench(home, tmp_path / "s"), take(home, folder / "sar_hh.tif"))
    with rasterio.open(found.masks[0].path) as file:
        water = file.read(1) == 1
        x, y = xy(file.transform, *np.nonzero(water))
    with rasterio.open(folder / "rgb_unmasked.tif") as file:
        photograph = file.read().astype(float)
        rows, cols = rowcol(file.transform, x, y)
    red, green = photograph[0][rows, cols], photograph[1][rows, cols]
    assert 0.15 < water.mean() < 0.35
    assert (red < 0.85 * green).mean() > 0.8, "the river is greenish there, roofs and soil are not"
