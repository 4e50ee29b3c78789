"""The one authorisation in front of everything the chat serves, as ASGI middleware."""

from __future__ import annotations

import ipaddress
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from ui.doors import HEADERS, content_policy, is_served
from ui.keys import COOKIE_AGE_S, Browser, Key
from ui.markup import login_page, opening_page

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE = frozenset({"GET", "HEAD"})
_METHODS = _SAFE | {"POST"}
_MOST_FORM = 4096
_TRIES, _TRIES_S = 20, 60.0


class Gate:
    """Lets in who showed the token, from our own pages only, to addresses that are served.

    Args:
        app: What lies behind.
        key: The token and its cookies.
        local: Whether the server is bound to this machine; then it answers only to its names.
    """

    def __init__(self, app: App, key: Key, *, local: bool) -> None:
        self._app = app
        self._key = key
        self._local = local
        self._failed: list[float] = []
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no websockets
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        send = _with_headers(send, nonce)
        answer = await self._refusal(request)
        if answer is None:
            await self._app(scope, receive, send)
        else:
            await answer(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        """Return the answer to a request that is not let through, None when it is."""
        path, method = request.scope["path"], request.method
        if method not in _METHODS:
            return _plain(405, "only GET, HEAD and POST are served")
        if self._local and not _is_local_name(request.headers.get("host", "")):
            return _plain(421, "this server answers to the names of its own machine only")
        if path == "/health" and method in _SAFE:
            return JSONResponse({"status": "ok"})
        if path == "/login":
            return await self._login(request)
        if method == "GET" and "token" in request.query_params:
            return self._shown(request, request.query_params["token"])
        browser, by_cookie = self._who(request)
        if browser is None:
            return _not_let_in(request)
        if not is_served(path):
            return _plain(403, "not served here")
        if by_cookie and not _from_our_pages(request):
            return _plain(403, "asked from another site, so it was not done")
        request.scope["state"]["browser"] = browser.id
        return None

    def _who(self, request: Request) -> tuple[Browser | None, bool]:
        """Return who asks, and whether only a cookie says so."""
        shown = request.headers.get("authorization", "")
        if shown.lower().startswith("bearer "):
            return (Browser("0" * 32) if self._key.opens(shown[7:].strip()) else None), False
        for value in _cookies(request, self._key.cookie_name):
            if (browser := self._key.browser(value)) is not None:
                return browser, True
        return None, True

    async def _login(self, request: Request) -> Response:
        if request.method in _SAFE:
            return HTMLResponse(login_page(), headers={"cache-control": "no-store"})
        if not _from_our_pages(request):
            return _plain(403, "asked from another site, so it was not done")
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _MOST_FORM:
                return _plain(413, "a token is shorter")
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        return self._shown(request, form.get("token", "").strip())

    def _shown(self, request: Request, token: str) -> Response:
        """Give a cookie for the right token; the page then goes on without it in its address."""
        if not self._may_try():
            return _plain(429, "too many wrong tokens; wait a minute")
        if not self._key.opens(token):
            with self._lock:
                self._failed.append(time.monotonic())
            page = login_page("That is not the token of this server.")
            return HTMLResponse(page, 401, headers={"cache-control": "no-store"})
        # A page of ours asks next: a redirect would count as asked by the page the link was on.
        answer = HTMLResponse(opening_page("/"), headers={"cache-control": "no-store"})
        answer.set_cookie(
            self._key.cookie_name, self._key.new_cookie(), max_age=COOKIE_AGE_S,
            httponly=True, samesite="strict", path="/", secure=_is_encrypted(request),
        )  # fmt: skip
        return answer

    def _may_try(self) -> bool:
        with self._lock:
            since = time.monotonic() - _TRIES_S
            self._failed = [moment for moment in self._failed if moment > since]
            return len(self._failed) < _TRIES


def _cookies(request: Request, name: str) -> list[str]:
    try:
        held = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        return []
    return [held[name].value] if name in held else []


def _from_our_pages(request: Request) -> bool:
    """Tell whether a request that a browser sends by itself comes from a page of this server."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return request.method in _SAFE
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == request.headers.get("host", "")


def _is_encrypted(request: Request) -> bool:
    """Tell whether the browser speaks TLS, to us or to a proxy before us."""
    before = request.headers.get("x-forwarded-proto", "")
    return "https" in (request.url.scheme, before.split(",")[0].strip())


def _is_local_name(host: str) -> bool:
    """Tell whether a Host header names this machine; other names may be rebound to it.

    >>> _is_local_name("127.0.0.1:7860"), _is_local_name("[::1]:7860"), _is_local_name("localhost")
    (True, True, True)
    >>> _is_local_name("evil.example:7860"), _is_local_name("")
    (False, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _not_let_in(request: Request) -> Response:
    if request.method in _SAFE and "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(login_page(), 401, headers={"cache-control": "no-store"})
    return _plain(401, "show the token of this server first")


def _plain(status: int, text: str) -> JSONResponse:
    return JSONResponse({"error": text}, status, headers={"cache-control": "no-store"})


def _with_headers(send: Send, nonce: str) -> Send:
    """Add to every answer what tells a browser to keep to this server."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [
                pair
                for pair in message.get("headers", [])
                if pair[0].lower() not in (b"server", b"access-control-allow-origin")
            ]
            own = content_policy(nonce).encode()
            message["headers"] = [*kept, *HEADERS, (b"content-security-policy", own)]
        await send(message)

    return sending
