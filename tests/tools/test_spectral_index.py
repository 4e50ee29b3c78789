"""Spectral indices: right formulas, right samples, right areas, and refusals that say what is missing."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from store.geo import Region
from store.home import Home
from tests.pictures import bench, ground, take, write
from tools.contract import ToolRefusal
from tools.spectral_index import spectral_index

measure = spectral_index.function
PLAIN = {"photometric": "MINISBLACK"}
S2 = ["B02", "B03", "B04", "B08"]


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


@pytest.fixture
def desk(home, tmp_path):
    """Write bands, ingest them, and measure an index of them."""

    def ask(data, index="ndvi", name="a.tif", bands=None, sensor=None, scale=None, on=None, **more):
        path = write(tmp_path / name, data, **PLAIN, **(on or {}))
        if scale is not None:
            with rasterio.open(path, "r+") as file:
                file.scales, file.offsets = [scale[0]] * file.count, [scale[1]] * file.count
        scene = take(home, path, bands=bands, sensor=sensor)
        return measure(bench(home, tmp_path / "s"), scene, index, **more)

    return ask


def codes(found):
    return {caveat.code for caveat in found.caveats}


def sentinel(dark=1200, red=1300, nir=5000, shape=(80, 80)):
    """Sentinel-2 samples of one ground, with a dark corner."""
    data = np.full((4, *shape), 1250, np.uint16)
    data[2], data[3] = red, nir
    data[:, :10, :10] = dark
    return data


def test_an_offset_written_in_the_file_is_applied_once(desk):
    found = desk(sentinel(), bands=S2, scale=(1e-4, -0.1))
    assert found.value("max") == pytest.approx(0.860465, abs=1e-6)


def test_a_baseline_in_the_products_name_decides_on_the_offset(desk):
    late = desk(sentinel(), bands=S2, name="S2A_MSIL2A_20230701_N0509_R022.tif")
    assert late.value("max") == pytest.approx(0.860465, abs=1e-6)
    early = desk(sentinel(dark=1210), bands=S2, name="S2A_MSIL2A_20180701_N0207_R022.tif")
    assert early.value("max") == pytest.approx(0.587302, abs=1e-6)
    assert "offset_decided" in codes(early)


def test_dark_pixels_show_that_no_offset_is_left_in_the_samples(desk):
    found = desk(sentinel(dark=180), bands=S2)
    assert found.value("max") == pytest.approx(0.587302, abs=1e-6)
    assert "offset_decided" in codes(found)


def test_where_name_and_darkness_disagree_nothing_is_measured(desk):
    with pytest.raises(ToolRefusal, match="180, that they do not") as refused:
        desk(sentinel(dark=180), bands=S2, name="S2B_MSIL2A_20230701_N0509_x.tif")
    assert refused.value.code == "offset_unknown"
    found = desk(sentinel(dark=180), bands=S2, scale=(1e-4, 0.0))  # the way out that it names
    assert found.value("max") == pytest.approx(0.587302, abs=1e-6)


@pytest.mark.parametrize("name", ["SCL", "CLOUD", "AOT"])
def test_classes_beside_the_bands_do_not_decide_on_the_offset(desk, name):
    data = np.concatenate([sentinel(), np.full((1, 80, 80), 4, np.uint16)])
    data[4, :10] = 0
    if name == "CLOUD":
        data[4] = 0
        data[4, :40] = 1
    found = desk(data, bands=[*S2, name], name="S2B_MSIL2A_20230701_N0509_x.tif")
    assert found.value("max") == pytest.approx(0.860465, abs=1e-6)
    with pytest.raises(ToolRefusal, match=r"04\.00"):
        desk(data + (data > 5), bands=[*S2, name], name="farm.tif")


def strip(rows, cols, held):
    """Reflectance of red and near infrared in stripes, with data in some rows alone."""
    data = np.full((2, rows, cols), 0.2, np.float32)
    data[1] = 0.25
    data[0, ::2], data[1, ::2] = 0.04, 0.4
    data[:, held:] = -9999
    return data


@pytest.mark.parametrize("shape", [(1000, 900, 30), (2600, 64, 9), (50, 3000, 2)])
def test_samples_are_judged_where_the_data_are(desk, shape):
    found = desk(strip(*shape), "savi", bands=["red", "nir"], on={"nodata": -9999})
    assert "reflectance_assumed" in codes(found)
    full = desk(strip(*shape[:2], shape[0]), "savi", bands=["red", "nir"], name="b.tif")
    assert found.value("mean") == pytest.approx(full.value("mean"), abs=0.06)


@pytest.mark.parametrize("index", ["ndvi", "savi"])
def test_where_no_data_are_it_is_not_said_that_they_are_no_reflectance(desk, index):
    data = strip(200, 200, 0)
    with pytest.raises(ToolRefusal, match="data") as refused:
        desk(data, index, bands=["red", "nir"], on={"nodata": -9999})
    assert refused.value.code == "no_data"
    empty = np.zeros((4, 100, 100), np.uint16)
    with pytest.raises(ToolRefusal) as refused:
        desk(empty, index, bands=S2, name="c.tif", sensor="Sentinel-2")
    assert refused.value.code == "no_data"


def test_values_below_zero_are_not_taken_for_reflectance(desk):
    data = np.full((2, 80, 80), -0.6, np.float32)
    data[1] = 0.5
    with pytest.raises(ToolRefusal, match="reflectance") as refused:
        desk(data, "savi", bands=["red", "nir"])
    assert refused.value.code == "needs_reflectance"


def test_where_nothing_tells_of_the_offset_it_is_refused(desk):
    with pytest.raises(ToolRefusal, match=r"04\.00") as refused:
        desk(sentinel(), bands=S2)
    assert refused.value.code == "offset_unknown"
    assert refused.value.requirements


def test_an_offset_in_the_file_that_makes_reflectance_negative_is_said(desk):
    found = desk(sentinel(dark=300, red=400), bands=S2, scale=(1e-4, -0.1))
    assert "offset_conflict" in codes(found)


def test_landsat_products_are_known_by_their_name_or_refused(desk):
    data = np.full((4, 64, 64), 9000, np.uint16)
    data[3] = 20000
    bands, sensor = ["B2", "B3", "B4", "B5"], "Landsat-8"
    found = desk(data, bands=bands, sensor=sensor, name="LC08_L2SP_190028_20230701.tif")
    red, nir = 9000 * 2.75e-5 - 0.2, 20000 * 2.75e-5 - 0.2
    assert found.value("mean") == pytest.approx((nir - red) / (nir + red), abs=1e-5)
    with pytest.raises(ToolRefusal, match="offset"):
        desk(data + 1, bands=bands, sensor=sensor, name="scene.tif")


def test_samples_of_zero_are_no_data_in_sentinel_2(desk):
    data = sentinel(dark=180)
    data[:, 40:] = 0
    assert desk(data, bands=S2).value("valid_share") == pytest.approx(0.5)


def test_nodata_of_any_kind_weighs_nothing(desk):
    data = np.full((2, 100, 100), 0.5, np.float32)
    data[0], data[1] = 0.1, 0.3
    data[:, :10] = -9999
    found = desk(data, bands=["red", "nir"], on={"nodata": -9999})
    assert found.value("mean") == pytest.approx(0.5, abs=1e-6)
    assert found.value("valid_share") == pytest.approx(0.9)
    assert found.coverage.valid == pytest.approx(0.9)


def test_statistics_are_those_of_all_pixels_whatever_the_windows(desk, monkeypatch):
    dice = np.random.default_rng(3)
    data = dice.uniform(0.02, 0.5, (3, 300, 200)).astype(np.float32)
    ndvi = (data[2] - data[1]) / (data[2] + data[1])
    whole = desk(data, bands=["green", "red", "nir"], above=0.2)
    monkeypatch.setattr("tools.looking.scan.TILE_PX", 5000)
    cut = desk(data, bands=["green", "red", "nir"], above=0.2)
    for name, value in {
        "mean": ndvi.mean(),
        "std": ndvi.std(),
        "min": ndvi.min(),
        "max": ndvi.max(),
    }.items():
        assert whole.value(name) == pytest.approx(value, abs=1e-6)
        assert cut.value(name) == pytest.approx(whole.value(name), abs=1e-9)
    assert whole.value("median") == pytest.approx(np.median(ndvi), abs=2e-4)
    assert cut.value("area") == pytest.approx(whole.value("area"), rel=1e-6)


def test_share_area_and_mask_tell_the_same(desk):
    data = np.full((2, 120, 100), 0.1, np.float32)
    data[1, :, :25] = 0.6
    found = desk(data, bands=["red", "nir"], above=0.4)
    assert found.value("share") == pytest.approx(0.25, abs=1e-4)
    assert found.value("area") == pytest.approx(0.25 * found.coverage.asked, rel=1e-3)
    assert next(q.unit for q in found.quantities if q.name == "area") == "m2"
    with rasterio.open(found.masks[0].path) as file:
        mask = file.read(1)
        assert file.crs is not None
    assert (mask[:, :25] == 1).all()
    assert (mask[:, 25:] == 0).all()
    between = desk(data, bands=["red", "nir"], above=-0.1, below=0.4)
    assert between.value("share") == pytest.approx(0.75, abs=1e-4)


def test_a_region_alone_is_measured(home, tmp_path):
    data = np.full((2, 100, 100), 0.1, np.float32)
    data[1, :50] = 0.6
    path = write(tmp_path / "r.tif", data, **PLAIN)
    scene = take(home, path, bands=["red", "nir"])
    north = Region.of("earth", scene.footprint.part("north-half").area)
    found = measure(bench(home, tmp_path / "s"), scene, "ndvi", region=north, above=0.4)
    assert found.value("share") == pytest.approx(1.0)
    assert found.value("area") == pytest.approx(north.size(), rel=0.03)


def test_a_scene_may_hold_the_index_itself_with_its_clouds(desk):
    data = np.full((2, 60, 60), 0.7, np.float32)
    data[1] = 0
    data[1, :15] = 1
    found = desk(data, bands=["NDVI", "CLOUD"], above=0.5)
    assert found.value("cloud_share") == pytest.approx(0.25)
    assert found.coverage.valid == pytest.approx(0.75)
    assert found.value("mean") == pytest.approx(0.7)
    assert "index_given" in codes(found)
    data[1] = 1
    with pytest.raises(ToolRefusal, match="cloud"):
        desk(data, name="all.tif", bands=["NDVI", "CLOUD"])


def test_none_is_not_said_of_what_was_not_seen(desk):
    data = np.full((2, 60, 60), 0.3, np.float32)
    data[:, :30] = np.nan
    found = desk(data, bands=["red", "nir"], above=0.5)
    assert "share" not in {q.name for q in found.quantities}
    assert "none_seen" in codes(found)


@pytest.mark.parametrize("index", ["evi", "savi"])
def test_formulas_of_reflectance_refuse_grey_levels(desk, index):
    with pytest.raises(ToolRefusal, match="reflectance") as refused:
        desk(ground(bands=4), index, bands=["R", "G", "B", "NIR"])
    assert refused.value.code == "needs_reflectance"
    assert "not_reflectance" in codes(desk(ground(bands=4), "ndvi", bands=["R", "G", "B", "NIR"]))


def test_evi_of_reflectance_is_the_published_formula(desk):
    data = np.zeros((3, 64, 64), np.float32)
    data[0], data[1], data[2] = 0.04, 0.06, 0.40
    found = desk(data, "evi", bands=["blue", "red", "nir"])
    assert found.value("mean") == pytest.approx(2.5 * 0.34 / (0.40 + 0.36 - 0.30 + 1), abs=1e-5)


def test_missing_bands_are_named(desk):
    with pytest.raises(ToolRefusal, match="NIR") as refused:
        desk(ground(), bands=["R", "G", "B"])
    assert refused.value.code == "needs_bands"
    with pytest.raises(ToolRefusal, match="ndvi") as refused:
        desk(ground(), "nonsense", bands=["R", "G", "B"])
    assert refused.value.code == "unknown_index"
    with pytest.raises(ToolRefusal, match="lower end"):
        desk(ground(), "exg", bands=["R", "G", "B"], above=0.5, below=0.1)


def test_without_position_no_square_metres_are_claimed(home, tmp_path):
    scene = take(home, write(tmp_path / "p.png", ground()))
    found = measure(bench(home, tmp_path / "s"), scene, "excess green", above=0.0)
    assert next(q.unit for q in found.quantities if q.name == "area") == "px2"
