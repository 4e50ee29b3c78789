"""The viewer's addresses answer with tiles, outlines and regions, or with plain words."""

from __future__ import annotations

import pytest
import rasterio
from fastapi import FastAPI
from fastapi.testclient import TestClient

from agent.settings import Settings
from agent.start import Analyst
from store.features.sets import FeatureSet
from tests.store.rasters import UTM, textured, write
from tests.ui.viewer.stage import decoded, keep, numbered, scene
from tests.ui.viewer.test_vectors import squares
from ui.viewer import assets
from ui.viewer.routes import router


@pytest.fixture
def analyst(tmp_path):
    with Analyst(Settings(home=tmp_path / "home")) as made:
        yield made


@pytest.fixture
def browser(analyst):
    app = FastAPI()
    app.include_router(router(analyst))
    return TestClient(app)


@pytest.fixture
def held(analyst, tmp_path):
    return scene(analyst.home, tmp_path / "a.tif", numbered(300, 600), **UTM)


def test_a_tile_is_a_private_png_that_a_browser_may_keep(browser, held):
    answer = browser.get(f"/viewer/tiles/{held.id}/2/1/0.png?revision=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert decoded(answer.content).shape == (256, 256, 3)
    again = browser.get(
        f"/viewer/tiles/{held.id}/2/1/0.png?revision=1",
        headers={"if-none-match": answer.headers["etag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    other = browser.get(f"/viewer/tiles/{held.id}/2/0/0.png?revision=1")
    assert other.headers["etag"] != answer.headers["etag"]


BAD_TILES = [
    "nothing-000000/0/0/0.png", "a/9/0/0.png", "a/0/1/0.png", "a/2/-1/0.png", "a/x/0/0.png", "a/0/0.5/0.png",
    "a/0/0/1e3.png", "a/00000000000000000001/0/0.png", "a/0/0/٣.png", "a/0/0/0.png?revision=7",
    "a/0/0/0.png?revision=x", "a/0/0/0.png?on=missing-000000", "a/0/0/0.png?on=", "..%2f..%2fetc/0/0/0.png",
    "%2Fvsicurl%2Fhttp:/0/0/0.png", "vrt:%2F%2Fx/0/0/0.png", "a%00b/0/0/0.png", "%3CVRTDataset%3E/0/0/0.png",
]  # fmt: skip


@pytest.mark.parametrize("path", BAD_TILES)
def test_no_such_tile_is_not_found_in_plain_words(browser, held, monkeypatch, path):
    def opened(*_, **__):
        raise AssertionError("nothing may be opened for an address that names nothing")

    monkeypatch.setattr(rasterio, "open", opened)
    answer = browser.get(f"/viewer/tiles/{path}")
    assert answer.status_code == 404
    if "error" in answer.json():
        message = answer.json()["error"]["message"]
        assert len(message) < 400
        assert "Traceback" not in message
        assert answer.headers["cache-control"] == "no-store"


def test_a_changed_file_is_an_error_and_no_empty_tile(browser, held, tmp_path):
    write(tmp_path / "a.tif", textured(300, 600, seed=9), **UTM)
    answer = browser.get(f"/viewer/tiles/{held.id}/0/0/0.png")
    assert answer.status_code == 409
    assert "changed after it was ingested" in answer.json()["error"]["message"]


def test_a_scene_on_another_s_pixels(browser, analyst, held, tmp_path):
    data = numbered(300, 600)[::-1]
    other = scene(analyst.home, tmp_path / "b.tif", data, **UTM)
    answer = browser.get(f"/viewer/tiles/{other.id}/2/0/0.png?on={held.id}")
    assert (decoded(answer.content)[..., 0] == data[0, :256, :256]).all()
    pixels = scene(analyst.home, tmp_path / "c.tif", textured(30, 40))
    assert browser.get(f"/viewer/tiles/{pixels.id}/0/0/0.png?on={held.id}").status_code == 404


def test_outlines_of_a_session_s_evidence(browser, analyst, held):
    keep(analyst.home, FeatureSet.of(f"px:{held.id}", squares(5)), scenes=[held])
    address = f"/viewer/vectors/s/E1.geojson?scene={held.id}"
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"
    assert [f["properties"]["row"] for f in answer.json()["features"]] == [1, 2, 3, 4, 5]
    assert browser.get(address).json() == answer.json()


@pytest.mark.parametrize(
    "path",
    ["s/E2.geojson?scene=a", "other/E1.geojson?scene=a", "s/E1.geojson", "s/E1.geojson?scene=zz",
     "s/R1.geojson?scene=a", "s/E0.geojson?scene=a", "..%2fs/E1.geojson?scene=a", "s/E1%20.geojson?scene=a"],
)  # fmt: skip
def test_no_such_evidence_is_not_found(browser, analyst, held, path):
    keep(analyst.home, FeatureSet.of(f"px:{held.id}", squares(5)), scenes=[held])
    assert browser.get(f"/viewer/vectors/{path}").status_code == 404


def test_outlines_of_another_frame_are_refused_in_words(browser, analyst, held):
    keep(analyst.home, FeatureSet.of("px:other", squares(5)))
    answer = browser.get(f"/viewer/vectors/s/E1.geojson?scene={held.id}")
    assert answer.status_code == 422
    assert "these lie in px:other" in answer.json()["error"]["message"]


def test_a_box_is_told_as_a_region(browser, held):
    answer = browser.get(f"/viewer/region/{held.id}?box=10,20,30.4,40").json()
    assert answer["box"] == [10, 20, 30, 40]
    assert answer["region"].startswith("POLYGON")
    assert "smallest box of degrees" in answer["note"]


@pytest.mark.parametrize(
    "box", ["", "1,2,3", "1,2,3,x", "1,2,3,4,5", "900,0,950,10", "nan,0,1,1", "1e999,0,1,1"]
)
def test_a_box_that_is_none_is_refused_in_words(browser, held, box):
    answer = browser.get(f"/viewer/region/{held.id}", params={"box": box})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "bad_region"


def test_only_the_viewer_s_own_files_are_served(browser, tmp_path, monkeypatch):
    (tmp_path / "viewer.js").write_text("made()", encoding="utf-8")
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    answer = browser.get("/viewer/static/viewer.js")
    assert answer.text == "made()"
    assert answer.headers["content-type"].startswith("text/javascript")
    kept = {"if-none-match": answer.headers["etag"]}
    assert browser.get("/viewer/static/viewer.js", headers=kept).status_code == 304
    missing = browser.get("/viewer/static/viewer.css")
    assert missing.status_code == 409
    assert "make env" in missing.json()["error"]["message"]
    for name in ("secret.js", ".stamp", "..%2fspec.py", "viewer.js%00"):
        assert browser.get(f"/viewer/static/{name}").status_code == 404
