"""One scene on the pixels of another: exact on equal grids, true to the ground across CRSs."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from store.errors import FramesDiffer
from store.home import Home
from store.ingest import Declared, ingest_scene
from store.raster import Grid, Window, read_on_grid
from tests.store.rasters import textured, write


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def smooth(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """A field that is known at every place."""
    return (120 + 100 * np.sin((lon - 15) * 9000) * np.cos((lat - 45) * 9000)).astype(np.float32)


def field(path, crs: str, affine: rasterio.Affine, cols: int, rows: int):
    """Write the field as a picture in a CRS."""
    row, col = np.mgrid[0:rows, 0:cols] + 0.5
    x, y = affine * (col, row)
    lon, lat = Transformer.from_crs(crs, "OGC:CRS84", always_xy=True).transform(x, y)
    return write(path, smooth(lon, lat), crs=crs, transform=affine)


UTM_AT = rasterio.Affine(1, 0, 500_000, 0, -1, 4_983_300)


def test_an_equal_grid_gives_the_samples_untouched(home, tmp_path):
    data = textured(50, 60)
    one, two = (
        write(tmp_path / f"{n}.tif", data, crs="EPSG:32633", transform=UTM_AT, compress=c)
        for n, c in (("a", "lzw"), ("b", "deflate"))
    )
    a, b = ingest_scene(home, one), ingest_scene(home, two)
    with home.open_scene(b) as reader:
        pixels = read_on_grid(reader, Grid.of(a), Window(5, 6, 55, 46))
    assert (pixels.data == data[:, 6:46, 5:55]).all()
    assert pixels.valid.all()


@pytest.mark.parametrize(
    ("crs", "affine"),
    [
        ("EPSG:4326", rasterio.Affine(9e-6, 0, 14.9985, 0, -9e-6, 45.0025)),
        ("EPSG:3857", rasterio.Affine(1, 0, 1_669_640, 0, -1, 5_622_200)),
        ("EPSG:32633", rasterio.Affine(0.5, 0, 499_950.3, 0, -0.5, 4_983_350.2)),
        ("EPSG:32633", rasterio.Affine.translation(500_150, 4_983_450) * rasterio.Affine.rotation(210) * rasterio.Affine.scale(0.8)),
    ],
)  # fmt: skip
def test_the_same_ground_is_read_across_crs(home, tmp_path, crs, affine):
    target = ingest_scene(home, field(tmp_path / "a.tif", "EPSG:32633", UTM_AT, 200, 150))
    other = ingest_scene(home, field(tmp_path / "b.tif", crs, affine, 700, 700))
    with home.open_scene(target) as a, home.open_scene(other) as b:
        truth = a.read(*a.whole).data
        pixels = read_on_grid(b, Grid.of(target), a.whole)
        part = read_on_grid(b, Grid.of(target), Window(40, 30, 90, 100))
    assert pixels.valid.mean() > 0.3
    off = np.abs(pixels.data - truth)[0][pixels.valid]
    assert np.percentile(off, 99) < 1.5
    # A shift of half a pixel would show as more than this.
    shifted = np.abs(pixels.data[0][:, 1:] - truth[0][:, :-1])[pixels.valid[:, 1:]]
    assert np.median(off) < np.median(shifted) / 5
    assert np.abs(part.data - pixels.data[:, 30:100, 40:90])[0][part.valid].max() < 0.1


def test_what_the_other_does_not_show_is_invalid_and_nodata_spreads(home, tmp_path):
    a = ingest_scene(home, field(tmp_path / "a.tif", "EPSG:32633", UTM_AT, 100, 100))
    data = np.full((1, 100, 100), 7, np.uint8)
    data[0, 50:, :] = 0
    path = write(
        tmp_path / "b.tif",
        data,
        nodata=0,
        crs="EPSG:32633",
        transform=UTM_AT * rasterio.Affine.translation(50.5, 0.25),
    )
    b = ingest_scene(home, path)
    with home.open_scene(b) as reader:
        pixels = read_on_grid(reader, Grid.of(a), Grid.of(a).whole)
        nothing = read_on_grid(reader, Grid.of(a), Window(-500, -500, -400, -400))
    assert set(np.unique(pixels.data[0][pixels.valid])) == {7}
    assert not pixels.valid[:, :50].any()
    assert not pixels.valid[51:].any()
    assert pixels.valid[2:49, 52:].all()
    assert not nothing.valid.any()


def test_a_finer_scene_is_averaged_and_not_picked_from(home, tmp_path):
    rng = np.random.default_rng(1)
    data = rng.integers(0, 256, (1, 800, 800)).astype(np.uint8)
    fine = ingest_scene(
        home,
        write(
            tmp_path / "f.tif",
            data,
            crs="EPSG:32633",
            transform=rasterio.Affine(1, 0, 5e5, 0, -1, 5e6),
        ),
    )
    coarse = ingest_scene(
        home,
        write(
            tmp_path / "c.tif",
            textured(50, 50, 1),
            crs="EPSG:32633",
            transform=rasterio.Affine(16, 0, 5e5, 0, -16, 5e6),
        ),
    )
    with home.open_scene(fine) as reader:
        pixels = read_on_grid(reader, Grid.of(coarse), Grid.of(coarse).whole)
        half = read_on_grid(reader, Grid.of(coarse), Grid.of(coarse).whole, out_shape=(25, 25))
    assert pixels.valid.all()
    assert pixels.data.std() < 10
    assert (half.data.shape, half.gsd_m) == ((1, 25, 25), pytest.approx(32, rel=1e-3))


def test_pictures_without_place_share_a_grid_only_in_one_frame(home, tmp_path):
    paths = [write(tmp_path / f"{n}.tif", textured(20, 20, seed=i)) for i, n in enumerate("ab")]
    loose = [ingest_scene(home, path) for path in paths]
    with home.open_scene(loose[1]) as reader, pytest.raises(FramesDiffer):
        read_on_grid(reader, Grid.of(loose[0]), Window(0, 0, 5, 5))
    shared = [ingest_scene(home, path, Declared(frame="yard")) for path in paths]
    with home.open_scene(shared[1]) as reader:
        assert read_on_grid(reader, Grid.of(shared[0]), Window(0, 0, 5, 5)).valid.all()
