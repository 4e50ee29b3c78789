"""The connection to a model server: one address, bounded in time and in bytes.

The usual clients wait for gaps, so a server that sends a byte a second holds them for ever;
here every read is held against a deadline for the whole reply. Requests carry only what the
interface needs: no headers about this machine, no organisation of another service.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

import httpx2
from typing_extensions import override

SENT = {"host", "accept", "content-type", "content-length", "authorization", "connection"}
UNTIL: ContextVar[float | None] = ContextVar("until", default=None)
"""`time.monotonic()` value at which the request in hand has taken too long."""


@dataclass(frozen=True)
class Limits:
    """How long, and how much."""

    connect_s: float = 3.0
    first_token_s: float = 30.0
    total_s: float = 120.0
    max_tokens: int = 1024
    max_bytes: int = 4_000_000
    rest_s: float = 15.0
    """For so long a server that failed is not asked again."""


class OverTime(httpx2.ReadTimeout):
    """The whole reply took too long, however often something came."""


class TooMuch(httpx2.ReadError):
    """The reply is larger than any we use."""


class _Bounded(httpx2.SyncByteStream):
    """Bytes of a reply, until there are too many or it is too late."""

    def __init__(self, inner: httpx2.SyncByteStream, until: float, most: int) -> None:
        self._inner = inner
        self._until = until
        self._most = most

    @override
    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        for chunk in self._inner:
            seen += len(chunk)
            if seen > self._most:
                raise TooMuch(f"more than {self._most} bytes")
            if time.monotonic() > self._until:
                raise OverTime("the reply took too long")
            yield chunk

    @override
    def close(self) -> None:
        self._inner.close()


class _Guard(httpx2.BaseTransport):
    """Sends what is needed and no more, and bounds what comes back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # Each request has a connection of its own, so that none is left open.
        alone = httpx2.Limits(max_keepalive_connections=0)
        self._inner = httpx2.HTTPTransport(retries=0, trust_env=False, limits=alone)

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        for name in list(request.headers):
            if name.lower() not in SENT:
                del request.headers[name]
        request.headers["accept-encoding"] = "identity"
        until = UNTIL.get() or time.monotonic() + self._limits.total_s
        response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, until, self._limits.max_bytes)
        return response

    @override
    def close(self) -> None:
        self._inner.close()


def waits(limits: Limits) -> httpx2.Timeout:
    """Return how long is waited for a connection and for each piece of a reply."""
    return httpx2.Timeout(limits.first_token_s, connect=limits.connect_s)


def connection(limits: Limits) -> httpx2.Client:
    """Return a client for one server: no redirects, no proxies, no settings from outside."""
    return httpx2.Client(
        transport=_Guard(limits), timeout=waits(limits), follow_redirects=False, trust_env=False
    )
