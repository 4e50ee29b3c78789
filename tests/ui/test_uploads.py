"""Uploads are counted and bounded on the way in, and leave nothing behind (B6)."""

from __future__ import annotations

import os
import resource
import shutil
import time

import numpy as np
import pytest
from PIL import Image

from store.errors import BrokenFile
from store.ingest.jobs import Facts
from tests.ui.conftest import ORIGIN, raw
from ui import uploads as module
from ui.uploads import MOST_FILES, MOST_WAITING, TooMuch, Uploads, Waiting, declared_of

MB = 1 << 20


class Held:
    """What the stand-in for the worker returns."""

    id, alias = "harbour-0a1b2c", "harbour"


@pytest.fixture
def worker(monkeypatch, app):
    """Stand in for the process that reads: it says what a file lacks, and takes it in."""
    for name in list(app.state.uploads._waiting):  # of the tests before
        app.state.uploads._forget(name)
    calls = []

    def probe(home, path, name):
        calls.append(("probe", name, path.stat().st_size))
        return Facts(
            kind="picture",
            format="PNG",
            width=40,
            height=30,
            bands=["red"],
            unknown=["gsd", "date", "bands"],
        )

    def take_in(home, path, name, how):
        calls.append(("take_in", name, how.scene))
        return Held

    monkeypatch.setattr(module, "probe", probe)
    monkeypatch.setattr(module, "take_in", take_in)
    monkeypatch.setattr(module, "is_picture", lambda path: path.read_bytes()[:4] == b"\x89PNG")
    return calls


def left(analyst):
    return list(analyst.home.scratch.glob("upload-*"))


def test_a_file_that_says_everything_is_taken_in_at_once(browser, analyst, worker):
    answer = browser.post("/upload", content=b"{}", headers={"x-file-name": "map%20one.geojson"})
    assert answer.json() == {"taken": "harbour-0a1b2c", "alias": "harbour", "kind": "map"}
    assert [call[:2] for call in worker] == [("take_in", "map one.geojson")]
    assert left(analyst) == []


def test_what_a_picture_does_not_say_is_asked_and_then_declared(browser, analyst, worker):
    asked = browser.post("/upload", content=b"\x89PNG....", headers={"x-file-name": "a.png"}).json()
    assert asked["ask"] == ["gsd", "date"]
    assert asked["about"] == "PNG, 40 × 30 px, 1 band"
    assert len(left(analyst)) == 1
    answer = browser.post(f"/upload/{asked['upload']}?gsd=0,3&date=2021-06-14&sensor=")
    assert answer.json()["taken"] == "harbour-0a1b2c"
    declared = worker[-1][2]
    assert (declared.gsd_m, declared.date, declared.sensor) == (0.3, "2021-06-14", None)
    assert declared.trust == "upload"
    assert left(analyst) == []
    assert browser.post(f"/upload/{asked['upload']}").status_code == 422


@pytest.mark.parametrize(
    ("said", "why"),
    [("gsd=big", "no pixel size"), ("gsd=-1", "between 0.0001"), ("date=yesterday", "is no date"),
     ("gsd=nan", "between 0.0001")],
)  # fmt: skip
def test_a_wrong_declaration_is_told_and_the_file_still_waits(browser, worker, said, why):
    asked = browser.post("/upload", content=b"\x89PNG....").json()
    wrong = browser.post(f"/upload/{asked['upload']}?{said}")
    assert wrong.status_code == 422
    assert why in wrong.json()["error"]
    assert browser.post(f"/upload/{asked['upload']}").status_code == 200


def test_a_waiting_file_is_the_browsers_own(browser, stranger, key, worker):
    asked = browser.post("/upload", content=b"\x89PNG....").json()
    stranger.cookies.clear()
    stranger.cookies.set(key.cookie_name, key.new_cookie())
    assert stranger.post(f"/upload/{asked['upload']}").status_code == 422


def test_few_files_wait_and_the_oldest_gives_way(browser, analyst, worker):
    names = [browser.post("/upload", content=b"\x89PNG....").json()["upload"] for _ in range(5)]
    assert len(left(analyst)) == 3
    assert browser.post(f"/upload/{names[0]}").status_code == 422
    for name in names[2:]:
        assert browser.post(f"/upload/{name}").status_code == 200
    assert left(analyst) == []


def test_too_large_is_refused_by_its_length_or_at_the_first_byte_too_many(browser, analyst, worker):
    said = browser.post("/upload", content=b"x" * (MB + 1))
    assert said.status_code == 413
    assert "larger than 1 MB" in said.json()["error"]

    def pieces():
        for _ in range(20):
            yield b"x" * 100_000

    unsaid = browser.post("/upload", content=pieces())
    assert unsaid.status_code == 413
    lying = raw(
        browser, "/upload", "POST", b"x" * (2 * MB),
        [(b"origin", ORIGIN.encode()), (b"content-length", b"10")],
    )  # fmt: skip
    assert lying[0] == 413
    assert worker == []
    assert left(analyst) == []


def test_an_empty_file_is_refused(browser, analyst, worker):
    assert browser.post("/upload", content=b"").status_code == 413
    assert left(analyst) == []


def test_a_full_disk_is_refused_before_it_is_full(browser, analyst, worker, monkeypatch):
    usage = shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage)
    answer = browser.post("/upload", content=b"x" * 1000)
    assert answer.status_code == 413
    assert "no room" in answer.json()["error"]
    assert left(analyst) == []


def test_a_browser_may_add_so_many_files_and_another_still_can(browser, stranger, key, worker):
    codes = [browser.post("/upload", content=b"{}").status_code for _ in range(MOST_FILES + 1)]
    assert codes[:MOST_FILES] == [200] * MOST_FILES
    assert codes[MOST_FILES] == 429
    stranger.cookies.clear()
    stranger.cookies.set(key.cookie_name, key.new_cookie())
    assert stranger.post("/upload", content=b"{}").status_code == 200


def test_a_refused_file_is_told_in_words_and_not_counted(browser, analyst, worker, monkeypatch):
    def refuses(home, path, name, how):
        raise BrokenFile(f"{name!r} is damaged; save it again")

    monkeypatch.setattr(module, "take_in", refuses)
    for _ in range(MOST_FILES + 5):
        answer = browser.post("/upload", content=b"{}", headers={"x-file-name": "a.tif"})
        assert answer.status_code == 422
    assert "is damaged" in answer.json()["error"]
    assert left(analyst) == []


def test_what_a_killed_server_left_is_removed_and_what_another_receives_is_not(analyst):
    scratch, then = analyst.home.scratch, time.time() - 90_000
    for name in ("upload-old", "export-old", "upload-slow", "upload-new", "export-new"):
        (scratch / name).mkdir()
        (scratch / name / "file").write_bytes(b"x")
        if name.endswith("old"):
            os.utime(scratch / name / "file", (then, then))
        if not name.endswith("new"):
            os.utime(scratch / name, (then, then))
    Uploads(analyst.home, MB)
    names = {path.name for path in scratch.iterdir()}
    assert names >= {"upload-slow", "upload-new", "export-new"}
    assert not names & {"upload-old", "export-old"}
    for name in ("upload-slow", "upload-new", "export-new"):
        shutil.rmtree(scratch / name)


def test_a_file_that_is_read_does_not_give_way_and_is_not_read_twice(
    browser, analyst, app, worker, monkeypatch
):
    uploads, browser_name = app.state.uploads, []
    name = browser.post("/upload", content=b"\x89PNG....").json()["upload"]
    path = uploads._waiting[name].path
    browser_name.append(uploads._waiting[name].browser)

    def take_in(home, path, called, how):
        with pytest.raises(TooMuch, match="being read"), uploads._read_now(name, browser_name[0]):
            pass
        for n in range(MOST_WAITING + 2):
            uploads._wait(Waiting(path.parent.with_name(f"upload-{n}") / "file", "b.png",
                                  browser_name[0], time.monotonic()))  # fmt: skip
        monkeypatch.setattr(module, "WAITS_S", -1.0)
        uploads._forget_old()
        assert path.exists()
        assert list(uploads._waiting) == [name]
        return Held

    monkeypatch.setattr(module, "take_in", take_in)
    answer = browser.post(f"/upload/{name}?gsd=0.3")
    assert answer.status_code == 200, answer.json()
    assert not path.exists()
    assert (uploads._waiting, uploads._reading) == ({}, set())
    assert left(analyst) == []


def test_a_form_left_empty_declares_nothing():
    declared = declared_of({"gsd": " ", "date": "", "other": "x"})
    assert (declared.gsd_m, declared.date, declared.sensor) == (None, None, None)


@pytest.mark.slow
def test_half_a_gigabyte_too_much_does_not_grow_the_server(browser, analyst, worker, monkeypatch):
    monkeypatch.setattr(browser.app.state.uploads, "_most_bytes", 512 * MB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pieces = (b"x" * MB for _ in range(513))
    status, body = raw(browser, "/upload", "POST", pieces, [(b"origin", ORIGIN.encode())])
    assert status == 413
    assert b"larger than 512 MB" in body
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 32 << 10
    assert left(analyst) == []


@pytest.mark.slow
def test_a_real_picture_goes_through_the_real_worker(browser, analyst, app, tmp_path):
    for name in list(app.state.uploads._waiting):
        app.state.uploads._forget(name)
    path = tmp_path / "yard.png"
    Image.fromarray(np.arange(64 * 48 * 3, dtype=np.uint8).reshape(48, 64, 3)).save(path)
    asked = browser.post("/upload", content=path.read_bytes(), headers={"x-file-name": "yard.png"})
    assert asked.status_code == 200, asked.json()
    told = asked.json()
    assert set(told["ask"]) >= {"gsd", "date"}
    taken = browser.post(f"/upload/{told['upload']}?gsd=0.5&date=2021-06").json()
    scene = analyst.home.catalog.scene(taken["taken"])
    assert (scene.gsd_m, scene.trust, str(scene.period)) == (0.5, "upload", "2021-06")
    thumb = browser.get(f"/thumb/{scene.id}/{scene.revision}.png")
    assert thumb.content.startswith(b"\x89PNG")
    assert left(analyst) == []
