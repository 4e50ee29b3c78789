"""A real count in a headless browser: from an example drawn on the map to a review of what was found."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import shapely

from agent.ledger import SessionLedger
from agent.settings import Settings
from agent.start import Analyst
from agent.town import make_town
from store.raster import Place
from tests.ui import stage
from tests.ui.stage import ask, new_session, page_of, served
from tests.ui.viewer.page import AT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # left by the browser's own client
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

QUESTION = "How many boats are there in town_2023?"


@pytest.fixture(scope="module")
def coast(tmp_path_factory):
    """A small town by the sea, and the outlines of its boats in pixels of its second scene."""
    folder = tmp_path_factory.mktemp("coast")
    world = make_town(folder / "home", seed=15, size=1024, coast=300)
    things = json.loads(world.scenes[1].with_suffix(".geojson").read_text(encoding="utf-8"))
    found = [f["geometry"] for f in things["features"] if f["properties"]["kind"] == "boat"]
    with Analyst(Settings(home=folder / "home", heads=folder / "heads")) as analyst:
        place = Place.of(analyst.home.catalog.scene("town_2023"))
        chat_boats = [place.in_pixels(shapely.geometry.shape(shape)) for shape in found]
        with served(analyst) as chat:
            chat.analyst, chat.boats, chat.place = analyst, chat_boats, place
            yield chat


def session_of(page):
    return re.search(r"session=([^&]+)", page.url)[1]


def features_of(chat, page, evidence):
    home = chat.analyst.home
    return SessionLedger(home.database, home.artifacts, session_of(page)).features(evidence)


def counted(page):
    """Return the count of the newest answer and the ends of its interval."""
    words = page.locator("#now .answer strong").first.inner_text().replace(",", "")
    return [int(n) for n in re.findall(r"\d+", words)[:3]]


def look_at(page, box):
    """Bring a place to the middle of the map, and wait until it is drawn."""
    page.evaluate(
        """([c0, r0, c1, r1]) => {
          const viewer = ElenchusViewer.of(document.querySelector('#map .el-viewer'));
          viewer.look({box: [c0, r0, c1, r1], resolution: 0.25}); }""",
        list(box),
    )
    page.wait_for_timeout(400)


def draw_around(page, shape):
    col0, row0, col1, row1 = shape.bounds
    look_at(page, (col0 - 30, row0 - 30, col1 + 30, row1 + 30))
    page.locator("#map [aria-label^='Draw a box']").click()
    start, end = (page.evaluate(AT, list(at)) for at in ((col0, row0), (col1, row1)))
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def judge(chat, page):
    """Judge the crops that are asked about as the town's own truth has them."""
    ids = [c.get_attribute("data-id") for c in page.locator("#now .crop").all()]
    for crop in ids:
        evidence, _, row = crop.partition("#")
        features = features_of(chat, page, evidence)
        shape = chat.place.in_pixels(features.geometry[int(row) - 1])
        yes = any(boat.contains(shape.centroid) for boat in chat.boats)
        page.locator(f"#now .crop[data-id='{crop}']").focus()
        page.keyboard.press("y" if yes else "n")
    page.locator("#now [data-act=answers]").click()
    page.wait_for_function(
        "first => { const turn = document.querySelector('#now .turn:not(.running)');"
        " return turn && turn.querySelector('.answer') &&"
        " !document.querySelector(`#now .crop[data-id='${first}']`); }",
        arg=ids[0],
        timeout=60_000,
    )


def test_a_drawn_example_crops_a_count_and_its_review(chromium, coast):
    with page_of(chromium, coast) as (page, spy):
        page.fill("[data-name]", "Grace")
        new_session(page)

        # what is to be drawn is said without what would be typed at a command line
        ask(page, QUESTION)
        told = page.locator("#now .answer").inner_text()
        assert "Draw a box" in told
        assert "--" not in told
        page.get_by_role("tab", name="Map").click()
        draw_around(page, max(coast.boats, key=lambda boat: boat.area))
        page.locator("#context [data-act=as-example]").click()
        page.locator("#context .again").click()
        page.wait_for_selector("#now .crop", timeout=60_000)

        # the crops are judged, some at a time, until the count stands
        for _ in range(8):
            if page.locator("#now .crop").count() == 0:
                break
            judge(coast, page)
        page.wait_for_selector("#now .figure")
        value, low, high = counted(page)
        assert low <= len(coast.boats) <= high
        assert low < value < high
        assert "judged by Grace" in page.locator("#conversation").inner_text()

        # one object is picked on the map and rejected, another accepted in the list
        evidence = page.locator("#strip [data-act=select]").first.inner_text()
        features = features_of(coast, page, evidence)
        shape = coast.place.in_pixels(features.geometry[0])
        look_at(page, shape.buffer(20).bounds)
        page.mouse.click(*page.evaluate(AT, [shape.centroid.x, shape.centroid.y]))
        page.wait_for_selector("#strip [data-act=reject]")
        picked = page.locator("#strip [data-act=select]").first.inner_text()
        row = int(picked.partition("#")[2])
        assert picked.startswith(f"{evidence}#")
        page.locator("#strip [data-act=reject]").click()
        page.wait_for_selector("#strip [data-act=reject][aria-pressed=true]")
        page.get_by_role("tab", name="Evidence").click()
        other = row + 1 if row < 3 else row - 1
        accept = f".objects [data-act=accept][data-row='{other}']"
        page.locator(accept).click()
        page.wait_for_selector(f"{accept}[aria-pressed=true]")
        pending = " ".join(page.locator(".objects .pending").inner_text().split())
        assert f"review of {evidence} 1 accepted, 1 rejected, 0 added" in pending
        page.locator(".objects [data-act=review]").click()
        stage.answered(page, f"Review of {evidence}")

        # the count follows, the object is gone, and who reviewed is in the record
        assert counted(page)[0] == value - 1
        reviewed = page.locator("#strip [data-act=select]").first.inner_text()
        assert reviewed != evidence
        left = features_of(coast, page, reviewed)
        assert len(left) == len(features) - 1
        rejected = features.geometry[row - 1]
        assert not any(shapely.equals(np.asarray(left.geometry), rejected))
        assert page.locator(".pending").count() == 0
        page.get_by_role("tab", name="Record").click()
        assert "person:Grace" in page.locator(".record section").first.inner_text()
        page.click("#verify")
        page.wait_for_selector(".verdict.whole", timeout=30_000)
        assert spy.quiet, (spy.elsewhere, spy.dialogs, spy.errors)
