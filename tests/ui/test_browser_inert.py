"""Text from outside is inert in a real browser: it neither runs (B10) nor calls home (B11)."""

from __future__ import annotations

import time

import pytest

from agent.evidence import Call
from agent.settings import Settings
from agent.start import Analyst
from tests import fakes
from tests.ui import stage
from tests.ui.evil import AWAY, PAYLOADS, EvilPlanner, says_evil
from tests.ui.stage import ask, new_session, page_of, served
from tools.contract import Bench, Finding
from tools.registry import Registry, tool

pytestmark = [
    pytest.mark.browser,
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # left by the browser's own client
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MADE = (
    "img:not([src^='/']), script, iframe, object, embed, video, audio, svg[onload], link, style, "
    "meta, base, form[action], math, template, marquee, a[href^='http'], a[href^='javascript'], "
    "[onerror], [onload], [onfocus], [onclick], [style*='url']"
)
"""What the payloads would have made of our markup."""


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evil")
    settings = Settings(home=folder / "home", heads=folder / "heads")
    with (
        Analyst(settings, planner=EvilPlanner(), registry=Registry([says_evil])) as analyst,
        served(analyst) as chat,
    ):
        yield chat


def test_no_text_runs_and_none_calls_home(chromium, evil):
    assert len(PAYLOADS) >= 150
    with page_of(chromium, evil) as (page, spy):
        for part in range(4):
            ask(page, f"Question {part}: {PAYLOADS[part * 3]}")
        page.fill("#question textarea", "\n".join(PAYLOADS)[:3900])
        page.click("#ask")
        page.wait_for_function("document.querySelectorAll('#past .turn').length >= 4")
        for name in ("Evidence", "Record", "Scenes", "Map"):
            page.get_by_role("tab", name=name).click()
            page.wait_for_timeout(300)
        page.get_by_role("tab", name="Evidence").click()
        page.locator(".ids button").nth(1).click()
        page.locator(".objects [data-act=object]").nth(3).click()
        page.wait_for_timeout(1000)
        shown = page.locator("#desk").inner_text()
        assert "onerror=window.ran=1" in shown, "the payloads were not even shown"
        assert page.evaluate("window.ran") is None
        made = page.evaluate(
            "what => [...document.querySelectorAll('.our *')].filter(e => e.matches(what)).map(e => e.outerHTML)",
            MADE,
        )
        assert made == []
        assert not [url for url in spy.asked if AWAY.split("/")[2] in url]
        assert spy.quiet, (spy.elsewhere, spy.dialogs, spy.errors)
        page.reload()
        page.wait_for_selector("#now .turn")
        assert page.evaluate("window.ran") is None
        assert spy.quiet, (spy.elsewhere, spy.dialogs, spy.errors)


def test_the_policy_holds_even_where_markup_is_not_escaped(chromium, evil):
    """Plant the fault: write the payloads into the page as markup, and let the policy stop them."""
    with page_of(chromium, evil) as (page, spy):
        page.evaluate(
            "all => { const host = document.createElement('div'); document.body.append(host);"
            " for (const text of all) { const one = document.createElement('div'); host.append(one);"
            " one.innerHTML = text; } }",
            [text for text in PAYLOADS if "<meta" not in text.lower()],
        )
        page.wait_for_timeout(1000)
        assert page.evaluate("window.ran") is None
        assert spy.dialogs == []
        assert spy.elsewhere, "the spy sees nothing, so it proves nothing"


@tool("1")
def works_long(bench: Bench, seconds: float) -> Finding:
    """Work in windows, and stop between them when it is told to."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        bench.check()
        bench.progress(1 - (end - time.monotonic()) / seconds, "windows")
        time.sleep(0.05)
    return Finding(quantities=[], method=fakes.METHOD)


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    settings = Settings(home=folder / "home", heads=folder / "heads")
    registry = Registry([works_long])
    planner = fakes.ScriptedPlanner([[Call(tool="works_long", arguments={"seconds": 60.0})]])
    with Analyst(settings, planner=planner, registry=registry) as analyst, served(analyst) as chat:
        chat.analyst = analyst
        yield chat


def test_stop_stops_and_says_so(chromium, slow):
    with page_of(chromium, slow) as (page, spy):
        new_session(page)
        ask(page, "How many?", wait=False)
        page.wait_for_selector("#now .step.running")
        began = time.monotonic()
        page.click("#stop")
        page.wait_for_selector("#now .answer.cancelled")
        assert time.monotonic() - began < 5
        assert page.locator("#ask").is_visible()
        assert spy.quiet


def test_a_closed_tab_stops_its_work(chromium, slow, told):
    desk = slow.app.state.desk
    with page_of(chromium, slow) as (page, _):
        new_session(page)
        ask(page, "How many?", wait=False)
        page.wait_for_selector("#now .step.running")
        assert desk._turns
    began = time.monotonic()
    stage.until(lambda: not desk._turns, 12)
    told(f"stopped {time.monotonic() - began:.1f} s after the tab was closed")
    statuses = [
        body.get("status") for _, body in slow.analyst.audit.rows() if body["kind"] == "answer"
    ]
    assert statuses[-1] == "cancelled"


def test_a_reload_goes_on_watching(chromium, slow):
    with page_of(chromium, slow) as (page, spy):
        new_session(page)
        ask(page, "How many?", wait=False)
        page.wait_for_selector("#now .step.running")
        page.wait_for_function("location.search.includes('session=')")
        page.reload()
        page.wait_for_selector("#now .step.running")
        page.wait_for_timeout(6000)
        assert page.locator("#now .step.running").count() == 1
        page.click("#stop")
        page.wait_for_selector("#now .answer.cancelled")
        assert spy.quiet
