"""Untrusted bytes are read by a process behind walls; whatever happens to it, the service goes on."""

from __future__ import annotations

import io
import os
import signal
import socket
import struct
import tarfile
import time
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import rasterio

from store.errors import BrokenFile, StoreError, TooLarge, UnsupportedFormat
from store.home import Home
from store.ingest import hired, untrusted
from store.ingest.entry import Taken, ingest
from store.ingest.hired import WorkerStopped
from store.ingest.sandbox import Limits
from store.ingest.untrusted import own_name, probe, take_in
from tests.store.ingest.intake import geojson, work_here
from tests.store.raster.test_gate import GIANTS
from tests.store.rasters import textured, write


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def nothing_left(home) -> bool:
    made = list(home.artifacts.root.glob("making-*"))
    return not made and not list(home.scratch.iterdir()) and home.catalog.scenes() == []


def test_a_picture_is_taken_in_and_progress_told(home, tmp_path):
    path, told = write(tmp_path / "a.png", textured(600, 700), driver="PNG"), []
    scene = take_in(
        home, path, "../../A harbour.PNG", progress=lambda share, what: told.append(share)
    )
    assert (scene.alias, scene.trust) == ("A_harbour", "upload")
    assert told == sorted(told)
    assert told[-1] == 1.0
    with home.open_scene(scene) as reader:
        assert (reader.read(0, 0, 700, 600).data == textured(600, 700)).all()
    assert not list(home.scratch.iterdir())


def test_features_are_taken_in_as_an_operator_would_have_them(home, tmp_path):
    path = geojson(tmp_path / "houses.geojson")
    layer = take_in(home, path, "houses.geojson", Taken(tags={"source": "me"}))
    theirs = Home(tmp_path / "other")
    same = ingest(theirs, path, Taken(tags={"source": "me"}))
    assert layer.features_sha256 == same.features_sha256
    assert (layer.id, layer.count, layer.declared) == (same.id, 5, {"source": "me"})
    path.unlink()
    features = home.layer_features(home.catalog.layer(layer.id))
    features.close()
    theirs.close()
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": 3}]}'
    )
    with pytest.raises(StoreError):
        take_in(home, path, "houses.geojson")
    assert len(home.catalog.layers()) == 1


def _archives(folder):
    slip = io.BytesIO()
    with zipfile.ZipFile(slip, "w") as made:
        made.writestr("../../outside.txt", "out")
        for n in range(1000):
            made.writestr(f"{n}.tif", b"")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros", b"\0" * (42 << 20))
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as made:
        made.writestr("inner.zip", bomb.getvalue())
    links = io.BytesIO()
    with tarfile.open(fileobj=links, mode="w:gz") as made:
        link = tarfile.TarInfo("a.tif")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return [slip.getvalue(), bomb.getvalue(), nested.getvalue(), links.getvalue(), b"7z\xbc\xaf\x27\x1c" + bytes(40)]  # fmt: skip


OTHERS = [
    b"%!PS-Adobe-3.0 EPSF-3.0\n", b"%PDF-1.7\n", b"8BPS\0\1" + bytes(30), b"GIF89a" + bytes(99),
    b"SIMPLE  =                    T" + b" " * 50, b"RIFF\x10\0\0\0WEBPVP8 ", b"<svg xmlns='x'/>", b"<?xml version='1.0'?><VRTDataset/>",
    b"<VRTDataset rasterXSize='1'/>", b"\x89HDF\r\n\x1a\n" + bytes(40), b"CDF\1" + bytes(40), b"#!/bin/sh\n", b"\x7fELF" + bytes(60), b"MZ" + bytes(60),
    b"ncols 2\nnrows 2\n", b"\x00\x00\x01\x00" + bytes(30), b"P6 1 1 255\n\0\0\0", b"\0" * 100, b"a", b"[1, 2]", b"WMS:http://127.0.0.1/",
]  # fmt: skip


def test_what_is_no_picture_and_no_map_is_refused_under_every_name(home, tmp_path):
    for number, data in enumerate([*_archives(tmp_path), *OTHERS]):
        for suffix in ("tif", "png", "zip", "geojson"):
            path = tmp_path / f"{number}.{suffix}"
            path.write_bytes(data)
            with pytest.raises(UnsupportedFormat):
                take_in(home, path, path.name)
    assert not (tmp_path.parent / "outside.txt").exists()
    assert nothing_left(home)


def test_sizes_are_checked_before_anything_is_read(home, tmp_path):
    path = tmp_path / "a.tif"
    path.touch()
    with pytest.raises(BrokenFile, match="is empty"):
        take_in(home, path, "a.tif")
    with path.open("wb") as file:
        file.truncate(513 << 20)
    with pytest.raises(TooLarge, match="has 513 MiB; an upload may have 512 MiB"):
        take_in(home, path, "a.tif")
    assert nothing_left(home)


def test_special_files_are_refused_without_waiting(home, tmp_path):
    pipe, folder, place = tmp_path / "p.tif", tmp_path / "d.tif", tmp_path / "s.tif"
    os.mkfifo(pipe)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        started = time.monotonic()
        for path in (pipe, folder, place, tmp_path / "none.tif"):
            with pytest.raises(StoreError):
                take_in(home, path, path.name)
    with pytest.raises(StoreError):
        take_in(home, tmp_path / ".." / ".." / "dev" / "zero", "zero")
    assert time.monotonic() - started < 1
    assert nothing_left(home)


NAMES = [
    *("../" * n + "etc/passwd" for n in range(1, 20)), *("..\\" * n + "boot.ini" for n in range(1, 20)),
    *(f"a{chr(code)}b.tif" for code in (*range(32), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x2044, 0x2215, 0xFF0F, 0xFF3C, 0x29F8)),
    *(f"..{dots}" for dots in ("", ".", "/", "\\", "%2f", "%5c", "%c0%af", "%252f", ";", " ", "\0")),
    *(f"{device}{end}" for device in ("CON", "NUL", "AUX", "COM1", "LPT1") for end in ("", ".tif", ":", ".tif:x")),
    *(f"{start}x.tif" for start in ("/", "//", "C:\\", "\\\\host\\share\\", "/vsimem/", "/vsicurl/http://127.0.0.1/", "file:///", "~/", "~root/", "$HOME/", "`id`", "$(id)", "|id ", "-rf ", "--", "%s%n", "{0}", "*", "?")),
    *("a" * n + ".tif" for n in (100, 255, 256, 4096, 100_000)), "", " ", ".", "..", "...", ".tif", "tif", "é" * 300, "\ud800.tif", "名前.tif", "🛰️", "a\n.tif",
    *(f"{n}%2e%2e%2f{n}.png" for n in range(120)),
]  # fmt: skip


def test_names_are_ours_whatever_they_were(home, tmp_path, monkeypatch):
    assert len(set(NAMES)) >= 250
    allowed = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    for name in NAMES:
        own = own_name(name)
        assert set(own) <= allowed, name
        assert 0 < len(own) <= 90
        assert own[0] not in ".-"
        assert ".." not in own or "/" not in own
    work_here(monkeypatch)
    path = write(tmp_path / "a.png", textured(8, 9), driver="PNG")
    before = set(tmp_path.iterdir())
    for name in NAMES[::9]:
        scene = take_in(home, path, name)
        assert home.catalog.scene(scene.alias).id == scene.id
    assert set(tmp_path.iterdir()) - before <= {home.root}


@pytest.mark.parametrize("case", ["square", "tile", "offsets"])
def test_a_giant_header_is_refused_by_words(home, tmp_path, case):
    path = tmp_path / f"{case}.tif"
    path.write_bytes(GIANTS[case])
    started = time.monotonic()
    with pytest.raises(StoreError) as refused:
        take_in(home, path, path.name)
    assert refused.value.code in ("too_large", "broken_file")
    assert time.monotonic() - started < 15
    assert nothing_left(home)


def test_a_picture_of_more_pixels_than_an_upload_may_have_is_refused(home, tmp_path):
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(9))), (b"IEND", b"")]  # fmt: skip
    chunks = (
        struct.pack(">I4s", len(d), k) + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    )
    path = tmp_path / "big.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    with pytest.raises(StoreError, match=r"declares 40000 x 40000 px; an upload may have"):
        probe(home, path, "big.png")


# What a process that was taken over might do: said in place of the worker's own program.
_WALLED = """
import sys, json, os, socket, subprocess, signal, types
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("sandbox", sys.argv[1] + "/store/ingest/sandbox.py")
sandbox = sys.modules["sandbox"] = module_from_spec(spec)
spec.loader.exec_module(sandbox)
job = types.SimpleNamespace(**json.loads(sys.stdin.buffer.readline()))
file, folder = sandbox.Path(job.file), sandbox.Path(job.folder)
walls = sandbox.build_walls(sandbox.Limits(**job.limits), [file], folder)
def say(**message): print(json.dumps(message), flush=True)
"""
COPIED = 'say(copied={"format": "PNG"})'


def _taken_over(monkeypatch, program):
    monkeypatch.setattr(hired, "_START", _WALLED + program)


STRIKES = {
    "ends at once": ("", WorkerStopped),
    "crashes": ("os.abort()", WorkerStopped),
    "is killed for memory": ("os.kill(os.getpid(), signal.SIGKILL)", TooLarge),
    "spins": ("while True: pass", TooLarge),
    "sleeps": ("import time; time.sleep(60)", TooLarge),
    "sleeps and hears nothing": ("signal.signal(signal.SIGTERM, signal.SIG_IGN); import time; time.sleep(60)", TooLarge),
    "allocates": ("a = [bytearray(1 << 26) for _ in range(99)]", WorkerStopped),
    "fills the disk": ("f = open(job.folder + '/f', 'wb', 0)\nwhile True: f.write(bytes(1 << 22))", WorkerStopped),
    "babbles": ("print('hello', flush=True)", BrokenFile),
    "says too much": ("sys.stdout.write('x' * (5 << 20)); sys.stdout.flush()", BrokenFile),
    "says more than words": ("say(refused={'code': '../x', 'text': 'a'})", BrokenFile),
    "says nothing true": (COPIED, BrokenFile),
    "hands over a link": (f"import ctypes; ctypes.CDLL(None).symlink(b'/etc/passwd', (job.folder + '/copy.tif').encode())\n{COPIED}", BrokenFile),
    "hands over something else": (f"open(job.folder + '/copy.tif', 'wb').write(b'<VRTDataset/>')\n{COPIED}", (BrokenFile, UnsupportedFormat)),
    "hands over a folder": (f"os.mkdir(job.folder + '/copy.tif')\n{COPIED}", (BrokenFile, StoreError)),
    "hands over what it was given": (f"open(job.folder + '/copy.tif', 'wb').write(open(job.file, 'rb').read())\n{COPIED}", BrokenFile),
}  # fmt: skip


@pytest.mark.parametrize("strike", STRIKES)
def test_whatever_the_process_does_is_a_worded_error_and_leaves_nothing(
    strike, home, tmp_path, monkeypatch
):
    program, error = STRIKES[strike]
    path = write(tmp_path / "a.png", textured(20, 30), driver="PNG")
    _taken_over(monkeypatch, program)
    limits = Limits(
        processor_s=1 if strike == "spins" else 30, wall_s=1 if "sleeps" in strike else 40,
        memory_bytes=300 << 20, file_bytes=8 << 20,
    )  # fmt: skip
    started = time.monotonic()
    with pytest.raises(error) as failed:
        take_in(home, path, "a.png", limits=limits)
    assert time.monotonic() - started < 20
    assert str(tmp_path) not in str(failed.value)
    assert nothing_left(home)


def test_an_error_the_process_words_reaches_the_person_clean(home, tmp_path, monkeypatch):
    _taken_over(
        monkeypatch, "say(refused={'code': 'too_large', 'text': 'a\\u202eb\\nc', 'exit_code': 0})"
    )
    path = write(tmp_path / "a.png", textured(20, 30), driver="PNG")
    with pytest.raises(StoreError) as refused:
        take_in(home, path, "a.png")
    assert (str(refused.value), refused.value.code, refused.value.exit_code) == (
        "ab c",
        "too_large",
        2,
    )


ESCAPES = {
    "connect": ("socket.socket()", "calls"),
    "listen on a unix socket": ("socket.socket(socket.AF_UNIX)", "calls"),
    "start a program": ("subprocess.run(['/bin/true'])", "calls"),
    "fork": ("os.fork()", "calls"),
    "signal its parent": ("os.kill(os.getppid(), 0)", "calls"),
    "signal everybody": ("os.kill(-1, 0)", "calls"),
    "change rights": ("os.chmod(job.folder, 0)", "calls"),
    "make a link": ("os.symlink('/etc/passwd', job.folder + '/l')", "calls"),
    "read the database": ("open(root + '/elenchus.db', 'rb')", "files"),
    "list the home": ("os.listdir(root)", "files"),
    "write an artifact": ("open(root + '/artifacts/sha256/x', 'wb')", "files"),
    "remove the database": ("os.unlink(root + '/elenchus.db')", "files"),
    "read another file beside its own": ("open(os.path.realpath(job.file) + '.secret')", "files"),
    "read what users there are": ("open('/etc/passwd')", "files"),
    "read its parent's settings": ("open(f'/proc/{os.getppid()}/environ')", "files"),
    "write its own file": ("open(job.file, 'ab')", "files"),
    "take 5 GB": ("bytearray(5 << 30)", "limits"),
    "open 300 files": ("[open('/dev/null') for _ in range(300)]", "limits"),
}  # fmt: skip


def test_the_walls_hold_against_the_program_inside(home, tmp_path, monkeypatch):
    """A25: each of these is tried behind the walls; every wall this kernel offers must hold."""
    path = write(tmp_path / "a.png", textured(20, 30), driver="PNG")
    (tmp_path / "a.png.secret").write_text("secret")
    home.catalog.scenes()
    tries = "".join(
        f"    try:\n        {code}\n        done.append({name!r})\n    except (OSError, MemoryError): pass\n"
        for name, (code, _) in ESCAPES.items()
    ).replace("    try", "if True:\n    try")
    program = (
        f"root = {str(home.root)!r}; done = []\n{tries}\n"
        "say(refused={'code': 'told', 'text': ','.join(walls) + '|' + ','.join(done) + '|' + ','.join(sorted(os.environ))})"
    )
    _taken_over(monkeypatch, program)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with pytest.raises(StoreError) as told:
        take_in(home, path, "a.png")
    walls, done, names = str(told.value).split("|")
    assert {
        name for name in done.split(",") if name and ESCAPES[name][1] in walls.split(",")
    } == set()
    assert "AWS_SECRET_ACCESS_KEY" not in names
    assert {"limits"} <= set(walls.split(","))


def test_stopping_ends_the_process(home, tmp_path, monkeypatch):
    class Stopped(Exception):
        pass

    def stop(share, what):
        raise Stopped

    _taken_over(
        monkeypatch,
        "say(progress={'share': 0.5, 'what': str(os.getpid())}); import time; time.sleep(60)",
    )
    path = write(tmp_path / "a.png", textured(20, 30), driver="PNG")
    with pytest.raises(Stopped):
        take_in(home, path, "a.png", progress=stop)
    assert nothing_left(home)


def test_the_process_dies_with_the_service_and_what_it_left_is_removed(home, tmp_path, monkeypatch):
    _taken_over(
        monkeypatch,
        "open(job.folder + '/pid', 'w').write(str(os.getpid())); import time; time.sleep(60)",
    )
    path = write(tmp_path / "a.png", textured(20, 30), driver="PNG")
    child = os.fork()
    if child == 0:
        take_in(home, path, "a.png")
        os._exit(0)
    pids = []
    for _ in range(300):
        pids = [p.read_text() for p in home.scratch.glob("*/out/pid")]
        if any(pids):
            break
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    deadline = time.monotonic() + 5
    while _runs(int(pids[0])) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(int(pids[0]))
    assert untrusted.remove_abandoned(home) == 0
    assert untrusted.remove_abandoned(home, 0) == 1
    assert nothing_left(home)


def _runs(pid: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.mark.nightly
@pytest.mark.parametrize("codec", ["deflate", "zstd", "lzw", "packbits", "lzma", "lerc", "webp", "jpeg", "jp2"])  # fmt: skip
def test_a_small_file_that_unfolds_is_read_within_the_limits_or_refused(home, tmp_path, codec):
    """A10: a quarter of a gigapixel of one colour; the next file is read as ever."""
    path, side = tmp_path / f"{codec}.tif", 16_000
    shape = {"width": side, "height": side, "count": 3, "dtype": "uint8"}
    how = {"driver": "JP2OpenJPEG", "REVERSIBLE": "YES"} if codec == "jp2" else {"driver": "GTiff", "tiled": True, "blockxsize": 4096, "blockysize": 4096, "compress": codec}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", **shape, **how) as made:
            for row in range(0, side, 4000):
                made.write(
                    np.full((3, 4000, side), 7, np.uint8), window=((row, row + 4000), (0, side))
                )
    started = time.monotonic()
    try:
        scene = take_in(home, path, path.name)
    except StoreError as refused:
        assert refused.code in ("too_large", "broken_file", "read_failed", "cannot_write")  # noqa: PT017
    else:
        assert (scene.width, scene.trust) == (side, "upload")
    assert time.monotonic() - started < 130
    small = write(tmp_path / "a.png", textured(20, 30), driver="PNG")
    assert take_in(home, small, "a.png").width == 30
    assert not list(home.scratch.iterdir())
