"""A scene is described by what is known, with what is not known said, for hardly any pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
import rasterio
from PIL import Image
from scipy import ndimage

from store.errors import Cancelled
from store.home import Home
from store.ingest import Declared, ingest_scene
from tests.store.rasters import UTM, textured, write
from tools.contract import Bench
from tools.describe_scene import describe_scene


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def described(home, path, **declared):
    scene = ingest_scene(home, path, Declared(**declared))
    bench = Bench(catalog=home.catalog, open_scene=home.open_scene)
    return describe_scene.function(bench, scene)


def values(finding) -> dict:
    return {quantity.name: quantity.value for quantity in finding.quantities}


def test_says_what_is_known_and_names_what_is_not(home, tmp_path):
    finding = described(home, write(tmp_path / "a.png", textured(200, 300), driver="PNG"))
    told = values(finding)
    assert told["width"] == 300
    assert told["height"] == 200
    assert told["band_count"] == 3
    assert told["bands"] == "red, green, blue"
    assert told["area"] == 60_000
    assert told["valid_share"] == 1
    assert not {"gsd", "date", "sensor", "crs", "effective_gsd"} & set(told)
    assert {"unknown_gsd", "unknown_date", "unknown_sensor", "no_position"} <= {
        c.code for c in finding.caveats
    }
    assert finding.coverage.asked == 60_000


def test_a_placed_scene_has_its_area_on_the_ground(home, tmp_path):
    affine = rasterio.Affine(2, 0, 5e5, 0, -3, 5e6)
    finding = described(
        home,
        write(tmp_path / "a.tif", textured(100, 100), crs="EPSG:32633", transform=affine),
        date="2010-06",
        sensor="rgb",
    )
    told = values(finding)
    assert told["area"] == pytest.approx(60_000, rel=1e-3)
    assert told["gsd"] == pytest.approx(6**0.5, rel=1e-3)
    assert (told["gsd_x"], told["gsd_y"]) == (
        pytest.approx(2, rel=1e-3),
        pytest.approx(3, rel=1e-3),
    )
    assert (told["date"], told["sensor"], told["crs"]) == ("2010-06", "RGB", "EPSG:32633")
    assert finding.region.frame == "earth"
    assert {q.unit for q in finding.quantities if q.name == "area"} == {"m2"}


def test_shares_of_valid_pixels_are_exact_when_all_were_looked_at(home, tmp_path):
    data = textured(100, 100, 1)
    data[0, :30] = 0
    finding = described(home, write(tmp_path / "a.tif", data, nodata=0))
    assert values(finding)["valid_share"] == 0.7
    assert values(finding)["nodata_share"] == pytest.approx(0.3)
    assert finding.coverage.valid == 0.7


def test_an_enlarged_picture_is_seen_to_be_one(home, tmp_path):
    rng = np.random.default_rng(3)
    ground = ndimage.gaussian_filter(rng.normal(size=(600, 600)), 0.6)
    for fields in (8, 32, 64):
        ground += ndimage.zoom(rng.normal(size=(600 // fields + 1,) * 2), fields, order=0)[
            :600, :600
        ]
    sharp = np.clip(128 + 30 * ground, 0, 255)
    twice = ndimage.zoom(sharp[:300, :300], 2, order=3)
    thrice = ndimage.zoom(sharp[:200, :200], 3, order=1)
    factors = []
    for name, picture in (("sharp", sharp), ("twice", twice), ("thrice", thrice)):
        path = write(tmp_path / f"{name}.tif", np.clip(picture, 0, 255).astype(np.uint8), **UTM)
        finding = described(home, path)
        told = next(q for q in finding.quantities if q.name == "effective_gsd")
        assert told.low <= told.value <= told.high
        assert told.interval == "spread"
        factors.append(told.value)
        assert ("enlarged_or_blurred" in {c.code for c in finding.caveats}) is (name != "sharp")
    assert factors[0] < 1.4
    assert 1.5 < factors[1] < 3.2
    assert factors[2] > factors[1]


def test_a_flat_scene_has_no_effective_size(home, tmp_path):
    finding = described(home, write(tmp_path / "a.tif", np.full((1, 300, 300), 7, np.uint8), **UTM))
    assert "effective_gsd" not in values(finding)


def test_the_preview_is_a_small_picture_without_metadata(home, tmp_path):
    tags = {None: {"TIFFTAG_IMAGEDESCRIPTION": "CANARY-51", "SECRET": "CANARY-51"}}
    data = textured(900, 1800, 4)
    data[3] = 255
    data[3, :100] = 0
    finding = described(
        home, write(tmp_path / "a.tif", data, tags=tags, photometric="rgb", alpha="yes", **UTM)
    )
    picture = Image.open(io.BytesIO(finding.views[0].png))
    assert max(picture.size) <= 1024
    assert picture.mode == "RGBA"
    assert picture.getpixel((5, 5))[3] == 0
    assert picture.info == {}
    assert b"CANARY" not in finding.views[0].png
    assert finding.views[0].region == finding.region


@pytest.mark.parametrize("dtype", ["uint16", "float32", "complex64", "int16"])
def test_pictures_of_any_type_are_stretched_to_be_seen(home, tmp_path, dtype):
    data = (np.abs(np.random.default_rng(0).normal(300, 80, (1, 200, 200))) + 1).astype(dtype)
    finding = described(home, write(tmp_path / "a.tif", data))
    grey = np.asarray(Image.open(io.BytesIO(finding.views[0].png)))
    assert grey.std() > 40


def test_stops_when_the_person_does(home, tmp_path):
    scene = ingest_scene(home, write(tmp_path / "a.tif", textured(20, 20)))
    bench = Bench(catalog=home.catalog, open_scene=home.open_scene, cancel=lambda: True)
    with pytest.raises(Cancelled):
        describe_scene.function(bench, scene)


def test_one_pixel_and_no_valid_pixel_are_described_too(home, tmp_path):
    assert values(described(home, write(tmp_path / "one.tif", textured(1, 1, 1))))["width"] == 1
    empty = described(
        home, write(tmp_path / "none.tif", np.zeros((3, 50, 50), np.uint8), nodata=0, **UTM)
    )
    assert values(empty)["valid_share"] == 0
    assert empty.views[0].png


def test_a_look_at_a_large_scene_reads_few_of_its_pixels(home, tmp_path):
    data = textured(4096, 4096, 1)
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=256, blockysize=256, **UTM)
    finding = described(home, path)
    assert finding.pixels_read < 0.4 * data.size
    assert "reduced_look" in {c.code for c in finding.caveats}


def test_real_scenes_are_as_sharp_as_they_are(home, test_data):
    kampala = described(home, test_data / "osm_kampala/kampala_a.tif")
    assert values(kampala)["gsd"] == pytest.approx(0.07439, rel=1e-3)
    assert values(kampala)["effective_gsd"] < 1.5 * values(kampala)["gsd"]
    joplin = described(home, test_data / "disaster_joplin/pre/tile_337-10160.tif", date="2010")
    assert values(joplin)["date"] == "2010"


def test_the_preview_of_a_long_strip_is_small_too(home, tmp_path):
    finding = described(home, write(tmp_path / "a.tif", textured(2, 30_000, 1)))
    picture = Image.open(io.BytesIO(finding.views[0].png))
    assert picture.size == (1024, 1)
