"""Windows of pixels: what is valid, what is counted, and that windows add up to the whole."""

from __future__ import annotations

import os

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from store.errors import BadRegion, FramesDiffer, InputChanged, StoreError, TooLarge
from store.geo import EARTH, Region
from store.home import Home
from store.ingest import Declared, ingest_scene
from store.raster.gdal import placeless
from store.raster.resample import area_average, nearest
from store.raster.window import Window, tiling
from tests.store.rasters import UTM, textured, write


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def opened(home, path, **declared):
    return home.open_scene(ingest_scene(home, path, Declared(**declared)))


def test_reads_the_file_s_own_samples_one_for_one(home, tmp_path):
    data = textured(70, 90)
    with opened(home, write(tmp_path / "a.tif", data)) as reader:
        pixels = reader.read(10, 20, 50, 60, bands=[3, 1])
    assert (pixels.data == data[[2, 0], 20:60, 10:50]).all()
    assert pixels.data.dtype == np.uint8
    assert pixels.valid.all()


def test_what_lies_outside_the_scene_is_invalid_and_zero(home, tmp_path):
    data = textured(20, 30)
    with opened(home, write(tmp_path / "a.tif", data)) as reader:
        pixels = reader.read(-5, -5, 35, 25)
        away = reader.read(100, 100, 110, 110)
    assert pixels.valid.sum() == 600
    assert (pixels.data[:, 5:25, 5:35] == data).all()
    assert pixels.data[:, :5].sum() == 0
    assert not away.valid.any()


DTYPES = [
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "uint64",
    "int64",
    "float32",
    "float64",
    "complex64",
    "complex128",
]


@pytest.mark.parametrize("dtype", DTYPES)
def test_each_type_of_sample_keeps_its_values_and_its_nodata(home, tmp_path, dtype):
    data = (np.arange(32 * 32).reshape(1, 32, 32) % 60 + 1).astype(dtype)
    data[0, :4] = 77
    path = write(tmp_path / "a.tif", data, nodata=77)
    with opened(home, path) as reader:
        pixels = reader.read(0, 0, 32, 32)
        coarse = reader.read(0, 0, 32, 32, out_shape=(8, 8))
    assert (pixels.data == data).all()
    assert pixels.valid.sum() == (data != 77).sum()
    assert not coarse.valid[0].any()
    assert coarse.valid[2:].all()


def test_nodata_never_weighs_in_an_average(home, tmp_path):
    data = np.full((1, 100, 100), 0.5, np.float32)
    data[0, :10] = data[0, 40:43] = -9999
    with opened(home, write(tmp_path / "a.tif", data, nodata=-9999)) as reader:
        whole, coarse = reader.read(0, 0, 100, 100), reader.read(0, 0, 100, 100, out_shape=(10, 10))
        odd = reader.read(0, 0, 100, 100, out_shape=(7, 9))
    assert whole.valid.mean() == 0.87
    assert (coarse.valid.sum(), odd.valid[3:].all()) == (90, True)
    for pixels in (whole, coarse, odd):
        assert pixels.data[0][pixels.valid] == pytest.approx(0.5)
        assert pixels.valid.any()


def test_not_a_number_and_infinity_are_invalid(home, tmp_path):
    data = np.ones((1, 10, 10), np.float32)
    data[0, 0, :3] = [np.nan, np.inf, -np.inf]
    with opened(home, write(tmp_path / "a.tif", data)) as reader:
        assert reader.read(0, 0, 10, 10).valid.sum() == 97


def test_a_nodata_value_that_the_type_cannot_hold_hides_nothing(home, tmp_path):
    path = write(tmp_path / "a.tif", textured(16, 16, 1), nodata=255)
    raw = path.read_bytes()
    assert raw.count(b"255\0") == 1
    path.write_bytes(raw.replace(b"255\0", b"999\0"))
    with opened(home, path) as reader:
        assert reader.read(0, 0, 16, 16).valid.all()


def test_alpha_and_internal_masks_are_validity(home, tmp_path):
    data = textured(64, 64, 4)
    data[3] = 255
    data[3, :16] = 0
    alpha = write(tmp_path / "alpha.tif", data, photometric="rgb", alpha="yes")
    mask = np.full((64, 64), 255, np.uint8)
    mask[:, :8] = 0
    masked = write(tmp_path / "masked.tif", data[:3], mask=mask)
    with opened(home, alpha) as reader:
        assert reader.data_bands == [1, 2, 3]
        assert reader.read(0, 0, 64, 64).valid.sum() == 48 * 64
        assert reader.read(0, 0, 64, 64, out_shape=(16, 16)).valid.sum() == 12 * 16
    with opened(home, masked) as reader:
        assert reader.read(0, 0, 64, 64).valid.sum() == 56 * 64


def test_a_palette_is_read_as_its_colours(home, tmp_path):
    index = np.array([[0, 1], [2, 3]], np.uint8).repeat(8, 0).repeat(8, 1)
    path = tmp_path / "p.png"
    image = Image.fromarray(index, "P")
    image.putpalette([10, 20, 30, 200, 0, 0, 0, 200, 0, 9, 9, 9])
    image.save(path, transparency=3)
    with opened(home, path) as reader:
        pixels = reader.read(0, 0, 16, 16)
        assert reader.scene.palette == "colour"
        assert [band.name for band in reader.scene.bands] == ["red", "green", "blue"]
        assert pixels.data[:, 0, 0].tolist() == [10, 20, 30]
        assert pixels.data[:, 0, 15].tolist() == [200, 0, 0]
        assert pixels.valid.sum() == 192
        coarse = reader.read(0, 0, 16, 16, out_shape=(4, 4))
    assert {tuple(c) for c in coarse.data.reshape(3, -1).T} == {
        tuple(c) for c in pixels.data.reshape(3, -1).T
    }


def test_one_bit_and_grey_palettes_are_grey(home, tmp_path):
    bits = np.indices((16, 16)).sum(0) % 2 == 0
    Image.fromarray(bits).save(tmp_path / "bits.png")
    write(tmp_path / "bits.tif", bits.astype(np.uint8), nbits=1)
    for name in ("bits.png", "bits.tif"):
        with opened(home, tmp_path / name) as reader:
            pixels = reader.read(0, 0, 16, 16)
        assert pixels.data.shape == (1, 16, 16)
        assert (pixels.data[0] > 0).tolist() == bits.tolist()


def test_the_smallest_and_the_longest_pictures_are_read(home, tmp_path):
    for name, shape in (("one", (1, 1)), ("long", (1, 300_000)), ("high", (20_000, 1))):
        data = textured(*shape, 1)
        with opened(home, write(tmp_path / f"{name}.tif", data)) as reader:
            whole = reader.reduced(1000)
            assert whole.valid.size <= 1000
            total = sum(
                reader.read(*tile.core).valid.sum() for tile in reader.windows(max_px=10_000)
            )
        assert total == data.size


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)), block=st.sampled_from([(16, 16), (300, 1), (64, 32), (1, 1)]),
    max_px=st.sampled_from([1, 100, 5000, 10**9]), halo=st.integers(0, 9),
)  # fmt: skip
def test_tiles_cover_a_window_exactly_once(size, block, max_px, halo):
    count = np.zeros(size, int)
    for tile in tiling(Window(0, 0, size[1], size[0]), block, size, max_px=max_px, halo=halo):
        count[tile.core.row0 : tile.core.row1, tile.core.col0 : tile.core.col1] += 1
        assert tile.core.size <= max(max_px, block[0])
        assert tile.outer.clipped(size) == tile.outer
        assert np.zeros(tile.outer.shape)[tile.core.inside(tile.outer)].shape == tile.core.shape
    assert (count == 1).all()


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 40),
    cols=st.integers(1, 40),
    out=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    seed=st.integers(0, 99),
)
def test_area_averages_keep_the_total_and_nearest_keeps_the_classes(rows, cols, out, seed):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(2, rows, cols))
    valid = np.ones((rows, cols), bool)
    edges = np.linspace(0, rows, out[0] + 1), np.linspace(0, cols, out[1] + 1)
    mean, held = area_average(data, valid, *edges)
    assert held.all()
    assert mean.mean(axis=(1, 2)) == pytest.approx(data.mean(axis=(1, 2)), abs=1e-9)
    classes = rng.integers(0, 5, (1, rows, cols))
    assert set(np.unique(nearest(classes, valid, *edges)[0])) <= set(np.unique(classes))


def test_a_coarse_look_reads_hardly_more_than_an_overview(home, tmp_path):
    data = textured(1024, 1024, 1)
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=128, blockysize=128)
    with placeless(), rasterio.open(path, "r+") as target:
        target.build_overviews([2, 4, 8], rasterio.enums.Resampling.average)
    with opened(home, path) as reader:
        look = reader.reduced(128 * 128)
        assert reader.pixels_read == 128 * 128
        reader.read(0, 0, 1, 1)
        assert reader.pixels_read == 2 * 128 * 128
    assert look.data.mean() == pytest.approx(data.mean(), abs=1)


def test_large_files_without_overviews_get_some_among_our_artifacts(home, tmp_path):
    data = np.zeros((1, 5000, 4000), np.uint8)
    data[0] = (np.arange(4000) // 16 % 200 + 20).astype(np.uint8)
    data[0, :1000] = 0
    path = write(tmp_path / "a.tif", data, nodata=0, tiled=True, compress="deflate", **UTM)
    before = path.read_bytes()
    scene = ingest_scene(home, path)
    assert scene.overview_sha256 is not None
    with home.open_scene(scene) as reader:
        look = reader.reduced(100_000)
        assert reader.pixels_read < 0.08 * data.size
        full = reader.read(0, 0, 4000, 5000)
    assert look.valid.mean() == pytest.approx(0.8, abs=0.01)
    assert look.data[0][look.valid].mean() == pytest.approx(
        full.data[0][full.valid].mean(), rel=0.01
    )
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tif", "home"]


def test_complex_looks_are_amplitudes(home, tmp_path):
    phase = np.exp(1j * np.random.default_rng(0).uniform(0, 6.28, (1, 64, 64))).astype(np.complex64)
    with opened(home, write(tmp_path / "sar.tif", 3 * phase)) as reader:
        look = reader.reduced(64)
    assert np.abs(look.data) == pytest.approx(3.0, rel=1e-5)


def test_a_changed_file_is_noticed(home, tmp_path):
    path = write(tmp_path / "a.tif", textured(32, 32, 1))
    scene = ingest_scene(home, path)
    stamp = path.stat()
    write(path, textured(32, 32, 1, seed=1))
    with pytest.raises(InputChanged):
        home.open_scene(scene)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    with pytest.raises(InputChanged):
        home.open_scene(scene)
    path.unlink()
    with pytest.raises(InputChanged):
        home.open_scene(scene)


def test_a_region_selects_the_pixels_whose_centres_are_inside(home, tmp_path):
    path = write(tmp_path / "a.tif", textured(100, 100, 1), **UTM)
    with opened(home, path) as reader:
        triangle = Region.of(
            EARTH, reader.to_frame(shapely.Polygon([(10, 10), (60, 10.1), (10, 80)]))
        )
        where = reader.region_window(triangle)
        assert where.window == Window(10, 10, 60, 80)
        mask = where.mask(Window(0, 0, 100, 100))
        rows, cols = np.mgrid[0:100, 0:100] + 0.5
        truth = shapely.contains_xy(shapely.Polygon([(10, 10), (60, 10.1), (10, 80)]), cols, rows)
        assert (mask != truth).sum() <= 2
        pixels = reader.read_region(triangle, gsd_m=2.0)
        assert pixels.inside is not None
        assert pixels.gsd_m == pytest.approx(2.0, rel=0.03)
        assert pixels.inside.mean() == pytest.approx(0.5, abs=0.03)
        with pytest.raises(BadRegion):
            reader.region_window(Region.lonlat(100, 10, 101, 11))


def test_a_region_of_pixels_names_its_scene(home, tmp_path):
    a, b = (write(tmp_path / f"{n}.tif", textured(20, 20, 1, seed=i)) for i, n in enumerate("ab"))
    first, second = ingest_scene(home, a), ingest_scene(home, b)
    region = Region.pixels(first.frame, 2, 3, 8, 9)
    with home.open_scene(first) as reader:
        assert reader.region_window(region).window == Window(2, 3, 8, 9)
        assert reader.region_window(region).mask().all()
    with home.open_scene(second) as reader, pytest.raises(FramesDiffer):
        reader.region_window(region)
    with home.open_scene(first) as reader:
        with pytest.raises(StoreError, match="--gsd"):
            reader.read_region(region, gsd_m=3)
        with pytest.raises(FramesDiffer):
            reader.region_window(Region.lonlat(0, 0, 1, 1))


def test_reads_that_are_empty_or_too_large_are_refused(home, tmp_path):
    with opened(home, write(tmp_path / "a.tif", textured(20, 20, 1))) as reader:
        for window in ((5, 5, 5, 9), (5, 5, 3, 9)):
            with pytest.raises(BadRegion):
                reader.read(*window)
        with pytest.raises(TooLarge):
            reader.read(0, 0, 20, 20, out_shape=(10_000, 10_000))
        with pytest.raises(BadRegion):
            reader.read(0, 0, 5, 5, bands=[2])


def test_classes_are_picked_from_the_file_and_not_from_averages(home, tmp_path):
    classes = np.random.default_rng(0).choice([10, 200], (1, 4200, 4200)).astype(np.uint8)
    with opened(home, write(tmp_path / "a.tif", classes, tiled=True, **UTM)) as reader:
        assert reader.scene.overview_sha256 is not None
        look = reader.read(0, 0, 4200, 4200, out_shape=(50, 50), resampling="nearest")
    assert set(np.unique(look.data)) == {10, 200}


def test_a_region_over_180_degrees_is_one_piece_of_a_scene_there(home, tmp_path):
    affine = rasterio.Affine(100, 0, 700_000, 0, -100, 200_000)
    path = write(tmp_path / "a.tif", textured(300, 3000, 1), crs="EPSG:32660", transform=affine)
    with opened(home, path) as reader:
        assert reader.scene.footprint.crosses_180
        where = reader.region_window(Region.lonlat(179.5, 1.6, -179.5, 1.75))
        mask = where.mask()
        west = reader.region_window(Region.lonlat(179.5, 1.6, 180, 1.75)).mask().sum()
        east = reader.region_window(Region.lonlat(-180, 1.6, -179.5, 1.75)).mask().sum()
        assert mask.sum() == pytest.approx(west + east, rel=0.01)
        assert mask.mean() > 0.95
        with pytest.raises(BadRegion):
            reader.region_window(Region.lonlat(10, 10, 20, 20))
        everywhere = reader.region_window(Region.lonlat(-180, -90, 180, 90))
        assert everywhere.window == reader.whole
        assert everywhere.mask().mean() > 0.99


def test_a_region_about_a_pole_is_found_in_a_polar_scene(home, tmp_path):
    affine = rasterio.Affine(10_000, 0, -1_000_000, 0, -10_000, 1_000_000)
    path = write(tmp_path / "a.tif", textured(200, 200, 1), crs="EPSG:3031", transform=affine)
    with opened(home, path) as reader:
        mask = reader.region_window(Region.lonlat(-180, -90, 180, -85)).mask(reader.whole)
        rows, cols = np.mgrid[0:200, 0:200] + 0.5
        lat = reader.to_lonlat(cols.ravel(), rows.ravel())[1].reshape(200, 200)
    assert (mask != (lat < -85)).mean() < 0.002
