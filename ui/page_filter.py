"""The page as Gradio writes it, made fit for our content policy: nonces, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?=[\s>])")
_SOCIAL = re.compile(r"\s*<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>")
_ELSEWHERE = re.compile(
    r"\s*<(?:script|link)\b[^>]*(?:src|href)=[\"'](?:https?:)?//[^>]*>(?:\s*</script>)?"
)


def fit(page: str, nonce: str) -> str:
    """Return a page whose inline scripts carry the nonce and which names no other host.

    >>> fit('<script>a()</script><script src="./b.js"></script>', "n")
    '<script nonce="n">a()</script><script src="./b.js"></script>'
    >>> fit('<link href="https://fonts.example/x">', "n")
    ''
    """
    page = _ELSEWHERE.sub("", _SOCIAL.sub("", page))
    return _INLINE.sub(f'<script nonce="{nonce}"', page)


class PageFilter:
    """Rewrites the one page, and lets everything else through as it is."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        # The page is rewritten here, so it must come as it is.
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        start: Message = {}
        body = bytearray()

        async def held(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await self._answer(scope, start, bytes(body), send)

        await self._app(scope, receive, held)

    async def _answer(
        self, scope: MutableMapping[str, Any], start: Message, body: bytes, send: Send
    ) -> None:
        kept = [p for p in start["headers"] if p[0].lower() not in (b"content-length", b"etag")]
        if any(name.lower() == b"content-type" and b"html" in value for name, value in kept):
            body = fit(body.decode("utf-8"), scope["state"]["nonce"]).encode()
        start["headers"] = [
            *kept,
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send(start)
        await send({"type": "http.response.body", "body": body, "more_body": False})
