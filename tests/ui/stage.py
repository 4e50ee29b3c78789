"""A chat that is really served on this machine, and a headless browser with a spy on its requests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import uvicorn

from ui.app import make_app
from ui.cli import listening
from ui.keys import Key

TOKEN = "a-token-for-the-browser-tests"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Served:
    """Where a chat is served, and how to stop it."""

    origin: str
    app: object
    server: uvicorn.Server

    @property
    def link(self):
        return f"{self.origin}/?token={TOKEN}"


@contextlib.contextmanager
def served(analyst):
    """Serve a chat in a thread of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def make():
        return make_app(analyst, Key(TOKEN, port), port=port)

    # In a loop of its own: this thread may have the browser's, and Gradio would leave its own open.
    with ThreadPoolExecutor(1) as thread:
        app = thread.submit(lambda: asyncio.run(make())).result()
    listener = listening("127.0.0.1", port)
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield Served(f"http://127.0.0.1:{port}", app, server)
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()


def until(what, seconds=20.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@dataclass
class Spy:
    """What a page did that it must not do."""

    origin: str
    elsewhere: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self, page):
        page.on("request", self._request)
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("popup", lambda other: self.elsewhere.append(f"popup {other.url}"))

    def _request(self, request):
        self.asked.append(request.url)
        if not request.url.startswith((self.origin + "/", "data:", "blob:")):
            self.elsewhere.append(request.url)

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _console(self, message):
        # A blocked request is one that was tried.
        if "Content Security Policy" in message.text:
            self.elsewhere.append(message.text)

    @property
    def quiet(self):
        return not (self.elsewhere or self.dialogs or self.errors)


@contextlib.contextmanager
def page_of(browser, chat, **context):
    """Open the chat by its link, as a person would, with a spy on it."""
    given = {"viewport": {"width": 1280, "height": 800}, **context}
    with contextlib.closing(browser.new_context(**given)) as opened:
        page = opened.new_page()
        spy = Spy(chat.origin)
        spy.watch(page)
        page.goto(chat.link)
        page.wait_for_selector("#question textarea")
        page.wait_for_selector("#top [data-session]")
        yield page, spy


def new_session(page):
    """Begin a session, and wait until the page is about it."""
    page.wait_for_function("location.search.includes('session=')")
    before = page.evaluate("location.search")
    page.click("[data-act=new]")
    page.wait_for_function("was => location.search !== was", arg=before)
    page.wait_for_selector("#now .welcome")


def ask(page, question, *, wait=True):
    """Ask and, unless told otherwise, wait for the answer."""
    page.fill("#question textarea", question)
    page.click("#ask")
    if wait:
        answered(page, question)


def answered(page, question):
    page.wait_for_function(
        "question => { const turn = document.querySelector('#now .turn:not(.running)');"
        " return turn && turn.querySelector('.asked p').textContent.includes(question)"
        " && turn.querySelector('.answer'); }",
        arg=question,
        timeout=60_000,
    )
