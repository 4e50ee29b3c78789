"""A chat over a home with stand-in tools, and a browser that showed the token."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from agent.settings import Settings
from agent.start import Analyst
from tests import fakes
from tests.ui import stage
from tools.registry import Registry
from ui.app import make_app
from ui.keys import Key

TOKEN = "a-token-for-the-tests-only"
PORT = 7860
ORIGIN = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def chromium():
    """A headless browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(stage.CHROMIUM).exists():
        pytest.skip(f"there is no {stage.CHROMIUM}")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=stage.CHROMIUM, args=stage.FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def analyst(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("chat")
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads", max_upload_bytes=1 << 20)
    registry = Registry([*fakes.registry(), fakes.count_by_asking, fakes.record_answers])
    with Analyst(settings, planner=fakes.AskingPlanner(), registry=registry) as analyst:
        yield analyst


@pytest.fixture(scope="module")
def key():
    return Key(TOKEN, PORT)


@pytest.fixture(scope="module")
def app(analyst, key):
    async def make():
        return make_app(analyst, key, local=True, port=PORT)

    return asyncio.run(make())  # outside a loop, Gradio makes loops that it never closes


@pytest.fixture(scope="module")
def running(app):
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def stranger(running):
    """A browser without the token."""
    running.cookies.clear()
    running.headers.pop("origin", None)
    return running


@pytest.fixture
def browser(stranger, key):
    """A browser that showed the token."""
    stranger.cookies.set(key.cookie_name, key.new_cookie())
    stranger.headers["origin"] = ORIGIN
    return stranger


FIGURES: list[str] = []


@pytest.fixture
def told():
    """Return what keeps a measured figure, to be shown after the results."""
    return FIGURES.append


def pytest_terminal_summary(terminalreporter):
    """Show what was measured."""
    if FIGURES:
        terminalreporter.section("measured")
        for line in FIGURES:
            terminalreporter.write_line(line)


def raw(client, path, method="GET", body=b"", headers=()):
    """Send a request whose path no client would send, and return status and body."""
    sent = [(b"host", b"127.0.0.1:7860"), *headers]
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    if cookies:
        sent.append((b"cookie", cookies.encode()))
    where, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": unquote(where), "raw_path": where.encode("utf-8", "replace"),
        "query_string": query.encode(), "root_path": "", "headers": sent,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 7860), "extensions": {},
    }  # fmt: skip
    status, parts = [], []
    pieces = iter([body] if isinstance(body, bytes) else body)

    async def receive():
        piece = next(pieces, None)
        more = piece is not None and not isinstance(body, bytes)
        return {"type": "http.request", "body": piece or b"", "more_body": more}

    async def send(message):
        if message["type"] == "http.response.start":
            status.append(message["status"])
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    async def call():
        await client.app(scope, receive, send)

    client.portal.call(call)
    return status[0], b"".join(parts)
