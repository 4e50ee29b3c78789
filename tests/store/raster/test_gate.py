"""What may be opened, and that hostile or damaged files are errors before any pixel is believed."""

from __future__ import annotations

import io
import os
import random
import resource
import socket
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image

from store.errors import BrokenFile, ReadFailed, StoreError, TooLarge, UnsupportedFormat
from store.home import Home
from store.ingest import ingest_scene
from store.raster.gate import check_file
from store.raster.gdal import GDAL_ERRORS, SETTINGS, placeless, safe_gdal
from store.raster.tiff import read_images
from tests.store.rasters import textured, tiff, write

CANARY = b"CANARY-7f3a91"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.mark.parametrize("suffix", ["tif", "png", "jpg", "jp2"])
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>\n', "\ufeff", "\n \n"])
def test_refuses_a_virtual_raster_under_any_name(home, tmp_path, suffix, declaration):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(CANARY * 100)
    path = tmp_path / f"harmless.{suffix}"
    path.write_text(
        f'{declaration}<VRTDataset rasterXSize="13" rasterYSize="10"><VRTRasterBand dataType="Byte" '
        f'band="1" subClass="VRTRawRasterBand"><SourceFilename>{secret}</SourceFilename>'
        "<ImageOffset>0</ImageOffset></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    with pytest.raises(UnsupportedFormat) as refused:
        ingest_scene(home, path)
    assert CANARY.decode() not in str(refused.value)
    assert home.catalog.scenes() == []


def _made_by_other_drivers(folder: Path) -> list[tuple[str, Path]]:
    """Write a valid small raster with every driver outside our list that can write one."""
    made = []
    data = textured(16, 16, 1)
    with rasterio.Env() as env:
        drivers = sorted(
            set(env.drivers()) - {"GTiff", "COG", "PNG", "JPEG", "JP2OpenJPEG", "BMP", "MEM"}
        )
    for driver in drivers:
        path = folder / f"{driver.replace(' ', '_')}.bin"
        try:
            write(path, data, driver=driver)
        except (*GDAL_ERRORS, ValueError, TypeError):
            continue
        if path.is_file():
            made.append((driver, path.rename(folder / f"{driver.replace(' ', '_')}.tif")))
    return made


def test_opens_nothing_that_another_driver_wrote_under_the_name_tif(home, tmp_path):
    made = _made_by_other_drivers(tmp_path)
    assert len(made) >= 10
    for driver, path in made:
        if path.read_bytes()[:4] in (b"II*\0", b"MM\0*"):
            continue  # its files are TIFF files
        with pytest.raises(UnsupportedFormat) as refused:
            ingest_scene(home, path)
        assert driver not in str(refused.value).replace(path.name, "") or driver in ("R",)


def test_opens_what_a_setting_allows_and_nothing_else(tmp_path):
    path = write(tmp_path / "grid.asc", textured(8, 8, 1).astype(np.float32), driver="AAIGrid")
    with pytest.raises(UnsupportedFormat):
        ingest_scene(Home(tmp_path / "a"), path)
    open_home = Home(tmp_path / "b", extra_drivers=("AAIGrid",))
    scene = ingest_scene(open_home, path)
    with open_home.open_scene(scene) as reader:
        assert reader.read(0, 0, 8, 8).valid.all()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


GIANTS = {
    "square": tiff(2**31 - 1, 2**31 - 1, tags=[(273, 4, 1, 200), (278, 4, 1, 2**31 - 1), (279, 4, 1, 100)], body=b"x" * 400),
    "bands": tiff(16, 16, tags=[(273, 4, 1, 200), (279, 4, 1, 256)], body=b"x" * 800, samples=65_535),
    "colours": tiff(16, 16, tags=[(273, 4, 1, 200), (279, 4, 1, 256), (320, 3, 10**8, 200)], body=b"x" * 800),
    "offsets": tiff(16, 16, tags=[(273, 4, 10**8, 200), (279, 4, 10**8, 200)], body=b"x" * 800),
    "tile": tiff(1, 1, tags=[(322, 4, 1, 2**30), (323, 4, 1, 2**30), (324, 4, 1, 200), (325, 4, 1, 100)], body=b"x" * 400),
    "rows": tiff(2**31 - 1, 1, tags=[(273, 4, 1, 200), (278, 4, 1, 1), (279, 4, 1, 100), (259, 3, 1, 8)], body=b"x" * 400),
}  # fmt: skip


@pytest.mark.parametrize("case", GIANTS)
def test_refuses_a_giant_header_at_once_and_in_little_memory(home, tmp_path, case):
    path = tmp_path / f"{case}.tif"
    path.write_bytes(GIANTS[case])
    home.catalog.scenes()
    before, started = _peak_mb(), time.monotonic()
    with pytest.raises((TooLarge, BrokenFile)):
        ingest_scene(home, path)
    assert time.monotonic() - started < 1.0
    assert _peak_mb() - before < 64


def test_refuses_a_giant_png_and_jpeg_header(home, tmp_path):
    chunk = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR") + chunk + struct.pack(">I", 0)
    raw += struct.pack(">I4s", 0, b"IEND") + struct.pack(">I", 0xAE426082)
    path = tmp_path / "giant.png"
    path.write_bytes(raw)
    with pytest.raises((TooLarge, BrokenFile)):
        ingest_scene(home, path)


def test_refuses_a_list_of_images_that_runs_in_a_circle(home, tmp_path):
    raw = bytearray(tiff(16, 16, tags=[(273, 4, 1, 200), (279, 4, 1, 256)], body=b"x" * 400))
    end = 8 + 2 + struct.unpack_from("<H", raw, 8)[0] * 12
    struct.pack_into("<I", raw, end, 8)
    path = tmp_path / "loop.tif"
    path.write_bytes(bytes(raw))
    with pytest.raises(BrokenFile, match="circle"):
        ingest_scene(home, path)


WRITERS = {
    "tiled.tif": {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"},
    "striped.tif": {"compress": "lzw"},
    "plain.tif": {},
    "cog.tif": {"driver": "COG", "compress": "deflate", "blocksize": 128},
    "big.tif": {"BIGTIFF": "YES", "tiled": True, "blockxsize": 64, "blockysize": 64},
    "jpeg.tif": {"compress": "jpeg", "photometric": "ycbcr", "tiled": True, "blockxsize": 64, "blockysize": 64},
    "a.png": {"driver": "PNG"},
    "a.jpg": {"driver": "JPEG"},
    "a.bmp": {"driver": "BMP"},
    "a.jp2": {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"},
}  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_cut_short_anywhere_is_an_error_and_never_zeros(home, tmp_path, name):
    whole = write(tmp_path / name, textured(200, 180), **WRITERS[name])
    raw = whole.read_bytes()
    ingest_scene(home, whole)
    cuts = random.Random(name).sample(range(1, len(raw)), 25)
    # The last bytes of a COG only repeat the ones before them.
    for cut in [*cuts, len(raw) - (9 if name.startswith("cog") else 1)]:
        path = tmp_path / f"cut{cut}_{name}"
        path.write_bytes(raw[:cut])
        with pytest.raises((BrokenFile, ReadFailed, UnsupportedFormat)):
            ingest_scene(home, path)
    assert len(home.catalog.scenes()) == 1


def test_a_list_of_tiles_shorter_than_the_grid_is_an_error(home, tmp_path):
    path = tmp_path / "short.tif"
    tags = [(322, 4, 1, 16), (323, 4, 1, 16), (324, 4, 1, 200), (325, 4, 1, 256)]
    path.write_bytes(tiff(32, 32, tags=tags, body=b"x" * 800))
    with pytest.raises(BrokenFile, match="4 blocks but it lists 1"):
        ingest_scene(home, path)


def test_a_tile_that_was_never_written_is_nodata_and_not_zero(home, tmp_path):
    path = tmp_path / "sparse.tif"
    profile = {
        "driver": "GTiff",
        "width": 128,
        "height": 128,
        "count": 1,
        "dtype": "uint8",
        "tiled": True,
    }
    profile |= {"blockxsize": 64, "blockysize": 64, "SPARSE_OK": "TRUE"}
    with placeless(), rasterio.open(path, "w", **profile) as target:
        target.write(
            np.full((64, 64), 7, np.uint8), 1, window=rasterio.windows.Window(64, 0, 64, 64)
        )
    scene = ingest_scene(home, path)
    with home.open_scene(scene) as reader:
        pixels = reader.read(0, 0, 128, 128)
    assert pixels.valid.sum() == 64 * 64
    assert pixels.valid[:64, 64:].all()


def ingest_and_read_all(home, path):
    with home.open_scene(ingest_scene(home, path)) as reader:
        for tile in reader.windows(max_px=1 << 20):
            reader.read(*tile.core)


def test_a_block_whose_bytes_are_damaged_fails_when_it_is_read(home, tmp_path):
    profile = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate"}
    path = write(tmp_path / "large.tif", textured(4096, 4096, 1), **profile)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 40] = b"\xff" * 40
    path.write_bytes(bytes(raw))
    with pytest.raises((ReadFailed, BrokenFile)):
        ingest_and_read_all(home, path)


SIDE_CARS = {
    ".tif.aux.xml": "<PAMDataset><SRS>EPSG:4326</SRS><GeoTransform>0,1,0,0,0,-1</GeoTransform>"
    '<PAMRasterBand band="1"><NoDataValue>9</NoDataValue><Description>evil</Description></PAMRasterBand></PAMDataset>',
    ".aux": "x", ".tfw": "1\n0\n0\n-1\n0\n0\n", ".wld": "1\n0\n0\n-1\n0\n0\n", ".prj": "EPSG:4326",
    ".tab": "!table\n!version 300\n", ".imd": 'BEGIN_GROUP = BAND_C\nEND_GROUP = BAND_C\nEND;\n',
    ".IMD": "version = \"x\";\nEND;\n", ".rpb": "satId = \"x\";\nEND;\n", "_rpc.txt": "LINE_OFF: 1\n", ".xml": "<a/>",
}  # fmt: skip


def _facts(home: Home, path: Path):
    scene = ingest_scene(home, path)
    with home.open_scene(scene) as reader:
        pixels = reader.read(0, 0, 64, 64)
        look = reader.read(0, 0, 64, 64, out_shape=(16, 16))
    facts = scene.model_dump(exclude={"source"})
    return facts, pixels.data.tobytes(), pixels.valid.tobytes(), look.data.tobytes()


def test_files_beside_a_picture_change_nothing(tmp_path):
    path = write(
        tmp_path / "scene.tif",
        textured(64, 64),
        crs="EPSG:32633",
        transform=rasterio.Affine(1, 0, 5e5, 0, -1, 5e6),
    )
    alone = _facts(Home(tmp_path / "alone"), path)
    for suffix, text in SIDE_CARS.items():
        (tmp_path / f"scene{suffix}").write_text(text, encoding="utf-8")
    for suffix in (".tif.ovr", ".tif.msk", ".ovr", ".msk"):
        write(tmp_path / f"other{suffix}", np.full((3, 32, 32), 200, np.uint8)).rename(
            tmp_path / f"scene{suffix}"
        )
    assert _facts(Home(tmp_path / "beside"), path) == alone


def test_special_files_are_refused_without_waiting(home, tmp_path):
    fifo, folder, link = tmp_path / "a.tif", tmp_path / "b.tif", tmp_path / "c.tif"
    os.mkfifo(fifo)
    folder.mkdir()
    link.symlink_to("/dev/zero")
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(tmp_path / "d.tif"))
    started = time.monotonic()
    for path in (fifo, folder, link, tmp_path / "d.tif", Path("/dev/zero"), tmp_path / "none.tif"):
        with pytest.raises(StoreError):
            ingest_scene(home, path)
    unix.close()
    assert time.monotonic() - started < 1.0


def hostile_names() -> list[str]:
    """Names as an attacker would choose them, as far as a file system takes them."""
    pieces = [
        "..", "%2e%2e", "..%c0%af", "a\\b", "C:", "\\\\host", "CON", "NUL", "a\u202etxt", "\u2215etc", "a\nb", "a\tb",
        "\x1b[31m", "-rf", "~", "$HOME", "`id`", "a;b", "a|b", "<x>", "'", '"', "ﬁ", "é", "日本", "x" * 200, "\u200b", ".", " ",
        "a'; DROP TABLE scenes;--", "zip+https:a", "vrt:", "NETCDF:a", "GTIFF_DIR:1:a", "{json}", "\U000e0041", "​",
    ]  # fmt: skip
    return [f"{a}{b}.png" for a in pieces for b in ("", "%00", "..", "x", " ", "\u2066", "#f")]


def test_ids_and_places_are_made_by_us_whatever_a_file_is_called(tmp_path):
    home = Home(tmp_path / "home")
    content = io.BytesIO()
    tried = 0
    for number, name in enumerate(hostile_names()):
        content = io.BytesIO()
        Image.fromarray(np.full((4, 4), number % 256, np.uint8)).resize(
            (4 + number // 256, 4)
        ).save(content, "PNG")
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.getvalue())
        scene = ingest_scene(home, path)
        assert set(scene.id) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
        )
        assert ".." not in scene.id[:2]
        assert scene.id[0].isalnum()
        assert home.catalog.scene(scene.id).digest == scene.digest
        tried += 1
    assert tried >= 250
    assert all(path.is_relative_to(tmp_path / "home") for path in (tmp_path / "home").rglob("*"))


def test_the_safe_settings_win_over_the_environment(monkeypatch):
    monkeypatch.setenv("GTIFF_IGNORE_READ_ERRORS", "YES")
    with safe_gdal():
        assert rasterio.env.getenv()["GTIFF_IGNORE_READ_ERRORS"] in ("NO", False)
        assert rasterio.env.getenv()["GDAL_CACHEMAX"] == SETTINGS["GDAL_CACHEMAX"] == 64 << 20


def test_a_picture_is_known_by_its_content(tmp_path):
    path = write(tmp_path / "really.jpg", textured(16, 16), driver="JPEG").rename(
        tmp_path / "named.png"
    )
    assert check_file(path).drivers == ["JPEG"]


@pytest.mark.parametrize(
    ("offset", "length"), [(10**6, 256), (200, 10**6), (2**32 - 1, 2**32 - 1), (0, 9)]
)
def test_a_tile_said_to_lie_past_the_end_is_an_error_without_decoding(offset, length):
    tags = [(322, 4, 1, 16), (323, 4, 1, 16), (324, 4, 1, offset), (325, 4, 1, length)]
    with pytest.raises(BrokenFile, match="past the end"):
        read_images(io.BytesIO(tiff(16, 16, tags=tags, body=b"x" * 800)), "a.tif")
