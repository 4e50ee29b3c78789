"""Taking an upload in: counted and bounded on the way, then read by the ingest worker.

A file is first only asked what it says of itself; it waits here while the person says the rest.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from store.errors import BadDeclaration, StoreError, UnknownId
from store.home import Home
from store.ingest.declared import Declared
from store.ingest.entry import Taken
from store.ingest.jobs import Facts
from store.ingest.untrusted import probe, take_in
from store.raster.gate import is_picture
from store.scenes import Scene

MOST_FILES = 64
AT_ONCE = 2
MOST_WAITING = 3
WAITS_S = 900.0
SPARE_BYTES = 256 << 20
ASKED = ("gsd", "date", "sensor")
_LONGEST_NAME = 200
_PREFIX = "upload-"
_PREFIXES = (_PREFIX, "export-")
"""Of folders that hold files for one request, and that a server that was killed leaves."""
_ABANDONED_S = 86_400.0


class TooMuch(StoreError):
    """An upload that is over a limit; nothing of it is kept."""

    code = "too_much"

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Waiting:
    """A file that was received and waits for what the person says of it."""

    path: Path
    name: str
    browser: str
    since: float


class Uploads:
    """Receives files, a few at a time, and hands each to the worker that reads untrusted bytes.

    Args:
        home: Where they go.
        most_bytes: The largest file.
    """

    def __init__(self, home: Home, most_bytes: int) -> None:
        self._home = home
        self._most_bytes = most_bytes
        self._count: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._waiting: dict[str, Waiting] = {}
        self._reading: set[str] = set()
        self._lock = threading.Lock()
        self._places = asyncio.Semaphore(AT_ONCE)
        remove_abandoned(home)

    def router(self) -> APIRouter:
        """Return the routes, to be mounted behind the gate."""
        made = APIRouter()
        made.add_api_route("/upload", self.upload, methods=["POST"])
        made.add_api_route("/upload/{name}", self.say, methods=["POST"])
        return made

    async def upload(self, request: Request) -> Response:
        """Receive the body of a request as a file; take it in, or ask what it does not say."""
        browser = request.state.browser
        folder: Path | None = None
        try:
            with self._counted(browser):
                self._forget_old()
                folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._home.scratch))
                path, name = await self._receive(request, folder), _name(request)
                async with self._places:
                    asked = await run_in_threadpool(self._ask, path, name)
                    if asked is None:
                        return await self._taken(browser, path, name, Declared())
                waiting = self._wait(Waiting(path, name, browser, time.monotonic()))
                folder = None
                return JSONResponse({"upload": waiting, **asked})
        except TooMuch as wrong:
            return _told(wrong, wrong.status)
        except StoreError as wrong:
            return _told(wrong, 422)
        except ClientDisconnect:
            return Response(status_code=499)
        finally:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    async def say(self, request: Request, name: str) -> Response:
        """Take a waiting file in, with what the person says of it."""
        browser = request.state.browser
        try:
            declared = declared_of(dict(request.query_params))
            with self._read_now(name, browser) as waiting, self._counted(browser):
                async with self._places:
                    answer = await self._taken(browser, waiting.path, waiting.name, declared)
        except TooMuch as wrong:
            return _told(wrong, wrong.status)
        except StoreError as wrong:
            return _told(wrong, 422)
        self._forget(name)
        return answer

    async def _taken(self, browser: str, path: Path, name: str, declared: Declared) -> Response:
        held = await run_in_threadpool(take_in, self._home, path, name, Taken(scene=declared))
        with self._lock:
            self._count[browser] += 1
        kind = "scene" if isinstance(held, Scene) else "map"
        return JSONResponse({"taken": held.id, "alias": held.alias, "kind": kind})

    def _ask(self, path: Path, name: str) -> dict[str, object] | None:
        """Return what to ask of a picture that does not say everything; None when it does."""
        if not is_picture(path):
            return None
        facts = probe(self._home, path, name)
        missing = [what for what in ASKED if what in facts.unknown]
        return {"ask": missing, "about": _about(facts)} if missing else None

    @contextmanager
    def _counted(self, browser: str) -> Iterator[None]:
        """Count what a browser is doing, and refuse what is too much."""
        with self._lock:
            if self._count[browser] + self._now[browser] >= MOST_FILES:
                raise TooMuch(f"{MOST_FILES} files were added from this browser; that is all", 429)
            if self._now[browser] >= AT_ONCE:
                raise TooMuch("other files are still being read; wait for them", 429)
            self._now[browser] += 1
        try:
            yield
        finally:
            with self._lock:
                self._now[browser] -= 1

    async def _receive(self, request: Request, folder: Path) -> Path:
        """Write the body to a file of ours while it comes, and stop at the first byte too many."""
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._most_bytes:
            raise self._too_large()
        free = shutil.disk_usage(folder).free
        path, size = folder / "file", 0
        with path.open("wb") as file:
            async for part in request.stream():
                size += len(part)
                if size > self._most_bytes:
                    raise self._too_large()
                if size + SPARE_BYTES > free:
                    raise TooMuch("the disk of the server has no room for this file", 413)
                await run_in_threadpool(file.write, part)
        if size == 0:
            raise TooMuch("the file is empty", 413)
        return path

    def _too_large(self) -> TooMuch:
        most = f"{self._most_bytes >> 20} MB"
        return TooMuch(
            f"the file is larger than {most}; have the operator add it with: elenchus ingest", 413
        )

    def _wait(self, waiting: Waiting) -> str:
        """Let a file wait; of the files of one browser the oldest gives way."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            mine = [n for n, held in self._waiting.items() if held.browser == waiting.browser]
            self._waiting[name] = waiting
        for old in mine[: max(0, len(mine) - MOST_WAITING + 1)]:
            self._forget(old)
        return name

    @contextmanager
    def _read_now(self, name: str, browser: str) -> Iterator[Waiting]:
        """Hold a waiting file while it is read: it does not give way, and is not read twice."""
        with self._lock:
            held = self._waiting.get(name)
            if held is None or held.browser != browser:
                raise UnknownId("this file is not here any more; send it again")
            if name in self._reading:
                raise TooMuch("this file is being read; wait for it", 429)
            self._reading.add(name)
        try:
            yield held
        finally:
            with self._lock:
                self._reading.discard(name)

    def _forget(self, name: str) -> None:
        """Let a waiting file go, unless it is being read."""
        with self._lock:
            held = None if name in self._reading else self._waiting.pop(name, None)
        if held is not None:
            shutil.rmtree(held.path.parent, ignore_errors=True)

    def _forget_old(self) -> None:
        remove_abandoned(self._home)
        then = time.monotonic() - WAITS_S
        with self._lock:
            old = [name for name, held in self._waiting.items() if held.since < then]
        for name in old:
            self._forget(name)


def remove_abandoned(home: Home, older_than_s: float = _ABANDONED_S) -> None:
    """Remove the folders that a killed server left; those of another that runs are younger."""
    then = time.time() - older_than_s
    for prefix in _PREFIXES:
        for folder in home.scratch.glob(f"{prefix}*"):
            if _last_written(folder) < then:
                shutil.rmtree(folder, ignore_errors=True)


def _last_written(folder: Path) -> float:
    """Return when a folder or a file in it was last written; now, when it goes meanwhile."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return time.time()


def _about(facts: Facts) -> str:
    bands = f"{len(facts.bands)} {'band' if len(facts.bands) == 1 else 'bands'}"
    hint = f"; {facts.date_hint.caveat.text}" if facts.date_hint is not None else ""
    return f"{facts.format}, {facts.width:,} × {facts.height:,} px, {bands}{hint}"


def _name(request: Request) -> str:
    return unquote(request.headers.get("x-file-name", ""))[:_LONGEST_NAME] or "upload"


def declared_of(said: dict[str, str]) -> Declared:
    """Read what a person declared in a form; empty fields declare nothing."""
    texts = {name: value.strip()[:80] for name, value in said.items() if value.strip()}
    try:
        gsd_m = float(texts["gsd"].replace(",", ".")) if "gsd" in texts else None
    except ValueError as wrong:
        raise BadDeclaration(
            f"{texts['gsd']!r} is no pixel size; write a number in metres, such as 0.3"
        ) from wrong
    declared = Declared(
        gsd_m=gsd_m, date=texts.get("date"), sensor=texts.get("sensor"), trust="upload"
    )
    declared.as_texts()  # refuses what is no date or no size, before anything is read
    return declared


def _told(wrong: StoreError, status: int) -> Response:
    return JSONResponse({"error": str(wrong)}, status, headers={"cache-control": "no-store"})
