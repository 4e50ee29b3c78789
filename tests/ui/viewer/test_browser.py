"""The viewer in a headless browser: tiles, drawing, picking, swiping, and nothing from elsewhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely

from agent.ledger import SessionLedger
from agent.settings import Settings
from agent.start import Analyst
from store.features.sets import FeatureSet
from store.geo import Region
from tests.store.rasters import UTM
from tests.ui.viewer import page as pages
from tests.ui.viewer.stage import keep, scene
from ui.viewer.views import evidence_view, view_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.loopback,
    # Gradio makes an event loop while a page is built, and leaves it to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CHECKOUT = Path(__file__).resolve().parents[3]
EVIL = "<img src=http://203.0.113.9/x onerror=document.title='run'>"


def checks(rows: int, cols: int, cell: int, low: int, high: int) -> np.ndarray:
    """Return a chessboard of two greys in three bands."""
    row, col = np.mgrid[0:rows, 0:cols] // cell
    return np.repeat(np.where((row + col) % 2, high, low)[None], 3, 0).astype(np.uint8)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Serve a few views of scenes whose pixels are known."""
    if pages.chromium() is None:
        pytest.skip("there is no Chromium here")
    if subprocess.run(
        ["sh", "scripts/web.sh", "check"], cwd=CHECKOUT, check=False, capture_output=True
    ).returncode:
        pytest.skip("the viewer is not built of these sources; run `make env`")
    folder = tmp_path_factory.mktemp("viewer")
    with Analyst(Settings(home=folder / "home")) as analyst:
        home = analyst.home
        board = scene(home, folder / "board.tif", checks(300, 400, 50, 20, 230))
        red, blue = np.zeros((2, 3, 500, 800), np.uint8)
        red[0, :, ::2], blue[2, :, ::2], red[0, :, 1::2], blue[2, :, 1::2] = 250, 250, 180, 180
        first = scene(home, folder / "red.tif", red, declared={"date": "2020"}, **UTM)
        second = scene(home, folder / "blue.tif", blue, declared={"date": "2022"}, **UTM)
        degrees = {"crs": "EPSG:4326", "transform": rasterio.Affine(1e-5, 0, 24.9, 0, -1e-5, 60.0)}
        north = scene(home, folder / "north.tif", checks(300, 400, 50, 30, 200), **degrees)
        boxes = [shapely.box(20 + 60 * i, 100, 50 + 60 * i, 130) for i in range(5)]
        named = FeatureSet.of(
            board.frame, boxes, score=[0.9] * 5, label=["ship", EVIL, "ship", None, "ship"]
        )
        keep(home, named, scenes=[board])
        views = {
            "board": view_of(home.catalog, ["board"]),
            "north": view_of(home.catalog, ["north"]),
            "pair": view_of(home.catalog, ["red", "blue"]),
            "E1": evidence_view(
                home.catalog, SessionLedger(home.database, home.artifacts, "s"), "E1"
            ),
            "E1#4": evidence_view(
                home.catalog, SessionLedger(home.database, home.artifacts, "s"), "E1#4"
            ),
        }
        with pages.served(analyst, views) as address:
            yield address, {"board": board, "first": first, "second": second, "north": north}


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as made:
        yield made.chromium.launch(executable_path=pages.chromium(), args=pages.FLAGS)


@pytest.fixture
def driver(site, browser):
    """Open the page; fails afterwards on any request that left it, or any script error."""
    address, _ = site
    page = browser.new_page(viewport={"width": 1000, "height": 1000})
    away: list[str] = []
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:", "blob:")) else away.append(r.url),
    )
    page.on("pageerror", lambda error: away.append(str(error)))
    page.goto(address)
    page.wait_for_selector(".elv-root")
    yield pages.Driver(page)
    page.close()
    assert away == []


def test_the_scene_s_own_pixels_appear_in_their_places(driver):
    driver.show("board")
    for col, row in ((25, 25), (75, 25), (75, 75), (375, 275), (325, 275)):
        expected = 230 if (col // 50 + row // 50) % 2 else 20
        assert np.abs(driver.colour(col, row) - expected).max() <= 2
    driver.key("1", "+", "+", "+")
    edges = [driver.colour(200 + off, 151.5)[0] for off in (-0.4, 0.4)]
    assert sorted(edges) == [20, 230], "native pixels are enlarged without smoothing"


def test_a_drawn_box_is_the_region_of_its_pixels(driver, site):
    board = site[1]["board"]
    driver.show("board")
    driver.key("b")
    driver.drag(driver.at(60, 40), driver.at(260, 190))
    told = json.loads(driver.told("draw"))
    box = Region.parse(told["region"]).bounds
    assert told["scene"] == board.id
    assert told["region"].startswith(f"px:{board.id}:")
    assert np.abs(np.array(box) - (60, 40, 260, 190)).max() <= 1
    assert driver.page.get_attribute(".elv-group button[aria-pressed]", "aria-pressed") == "false"
    driver.page.click(".elv-here button")
    assert json.loads(driver.told("draw"))["region"] == ""


def test_all_that_is_seen_can_be_taken_by_keyboard(driver, site):
    driver.show("board")
    driver.key("f", "b", "Enter")
    assert json.loads(driver.told("draw"))["region"] == f"px:{site[1]['board'].id}:0,0,400,300"


def test_a_box_on_the_ground_is_the_very_box(driver, site):
    first = site[1]["first"]
    driver.show("pair")
    driver.key("b")
    driver.drag(driver.at(100, 120), driver.at(300, 220))
    told = json.loads(driver.told("draw"))
    assert told["region"].startswith("POLYGON")
    assert "smallest box of degrees" in told["note"]
    from store.raster import Place  # noqa: PLC0415

    back = Place.of(first).in_pixels(Region.parse(told["region"]).area).bounds
    assert np.abs(np.array(back) - (100, 120, 300, 220)).max() <= 1.1


def test_pixels_that_are_not_square_on_the_ground_keep_their_proportions(driver):
    driver.show("north")
    origin, right, below = (np.array(driver.at(*at)) for at in ((0, 0), (100, 0), (0, 100)))
    assert (below - origin)[1] / (right - origin)[0] == pytest.approx(2.0, rel=0.02)
    for col, row in ((25, 25), (75, 25), (125, 225), (375, 275)):
        expected = 200 if (col // 50 + row // 50) % 2 else 30
        assert np.abs(driver.colour(col, row) - expected).max() <= 2
    driver.key("b")
    driver.drag(driver.at(100, 50), driver.at(300, 250))
    west, south, east, north = Region.parse(json.loads(driver.told("draw"))["region"]).bounds
    assert (west, south, east, north) == pytest.approx(
        (24.901, 59.9975, 24.903, 59.9995), abs=2.1e-5
    )


def test_a_click_on_an_object_tells_its_row_and_shows_its_words_as_words(driver):
    driver.show("E1")
    driver.page.mouse.click(*driver.at(95, 115))
    told = json.loads(driver.told("pick"))
    assert (told["row"], told["reference"], told["evidence"], told["score"]) == (
        2,
        "E1#2",
        "E1",
        0.9,
    )
    card = driver.page.inner_text(".elv-card")
    assert "E1#2" in card
    assert "<img src=" in card
    assert driver.page.locator(".elv-root img").count() == 0
    assert driver.page.title() != "run"
    driver.key("n")
    assert json.loads(driver.told("pick"))["row"] == 3


def test_a_cited_object_is_in_the_middle_and_marked(driver):
    driver.show("E1#4")
    x, y = driver.at(215, 115)
    box = driver.page.locator(".elv-map").bounding_box()
    assert abs(x - box["x"] - box["width"] / 2) < 2
    assert abs(y - box["y"] - box["height"] / 2) < 2
    assert "E1#4" in driver.page.inner_text(".elv-card")


def test_layers_are_counted_and_can_be_put_away(driver):
    driver.show("E1")
    assert driver.page.inner_text(".elv-count") == "5"
    before = driver.colour(35, 101)
    driver.page.uncheck(".elv-layers input")
    driver.settle()
    assert not (driver.colour(35, 101) == before).all()


def test_the_divider_shows_one_date_on_each_side_and_moves(driver):
    driver.show("pair")
    assert driver.page.inner_text(".elv-date-left") == "2020"
    assert driver.page.inner_text(".elv-date-right") == "2022"
    left, right = driver.colour(200, 250), driver.colour(600, 250)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]
    x, y = driver.page.evaluate(
        "() => { const b = document.querySelector('.elv-handle').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }"
    )
    driver.drag((x, y), (driver.at(700, 250)[0], y))
    driver.settle()
    assert driver.colour(600, 250)[0] > 150
    driver.page.focus(".elv-handle")
    driver.page.keyboard.press("Home")
    driver.settle()
    assert driver.colour(200, 250)[2] > 150
    assert driver.page.get_attribute(".elv-handle", "aria-valuenow") == "0"
    driver.page.click(".elv-modes button[data-mode=single]")
    driver.settle()
    assert driver.colour(600, 250)[0] > 150


def test_the_readout_and_the_scale_bar_are_true(driver):
    driver.show("pair")
    driver.key("1")
    driver.page.mouse.move(*driver.at(300.5, 200.5))
    driver.page.wait_for_timeout(100)
    assert "col 300 · row 200" in driver.page.inner_text(".elv-pixel")
    lat, lon = (
        float(t.rstrip("°")) for t in driver.page.inner_text(".elv-lonlat").split() if "°" in t
    )
    from pyproj import Transformer  # noqa: PLC0415

    true = Transformer.from_crs("EPSG:32633", "OGC:CRS84", always_xy=True).transform(
        500_300.5, 4_999_799.5
    )
    assert (lon, lat) == pytest.approx(true, abs=1.2e-5)
    assert driver.page.inner_text(".elv-scale-text") == "100 m"
    width = driver.page.locator(".elv-scale-rule").bounding_box()["width"]
    assert width == pytest.approx(
        100 / 1.0004, abs=0.8
    )  # one metre of the grid is a little more on the ground


def test_a_tile_that_cannot_be_read_is_said_and_not_shown_as_nothing(driver):
    driver.page.route("**/viewer/tiles/**", lambda route: route.fulfill(
        status=409, content_type="application/json", body='{"error": {"code": "x", "message": "the file was changed"}}'))  # fmt: skip
    driver.page.fill("#show textarea", "board")
    driver.page.press("#show textarea", "Enter")
    driver.page.wait_for_selector(".elv-notice.elv-fault")
    assert "the file was changed" in driver.page.inner_text(".elv-notice")
