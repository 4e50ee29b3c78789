"""A chat server that says what its script says, and can be told to fail in every way there is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"


@dataclass(frozen=True)
class Says:
    """A whole reply: words and calls, streamed in small pieces."""

    text: str = ""
    calls: Sequence[tuple[str, Any]] = ()
    """Names with arguments: an object, or the raw text of one."""
    finish: str | None = None
    interleaved: bool = False
    cut_after: int | None = None
    """So many events are sent, then the connection is closed."""

    def events(self) -> list[bytes]:
        """Return the events of the stream, the last one aside."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in _pieces(self.text)]
        rows = [list(self._call(n, *call)) for n, call in enumerate(self.calls)]
        if self.interleaved:
            longest = max(map(len, rows), default=0)
            deltas += [row[n] for n in range(longest) for row in rows if n < len(row)]
        else:
            deltas += [delta for row in rows for delta in row]
        finish = self.finish or ("tool_calls" if self.calls else "stop")
        events = [_event(delta, None) for delta in deltas]
        return [*events, _event({}, None if finish == "none" else finish)]

    def _call(self, index: int, name: str, arguments: Any) -> Iterator[dict[str, Any]]:
        raw = arguments if isinstance(arguments, str) else json.dumps(arguments)
        first = {"index": index, "id": f"call-{index}", "type": "function"}
        yield {"tool_calls": [first | {"function": {"name": name, "arguments": ""}}]}
        for piece in _pieces(raw):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


@dataclass(frozen=True)
class Fails:
    """An HTTP error."""

    status: int
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hangs:
    """Takes the request and says nothing."""


@dataclass(frozen=True)
class Drips:
    """Sends one byte, waits, and so on; `comments` are lines that carry nothing."""

    every_s: float = 0.1
    comments: bool = False


@dataclass(frozen=True)
class Raw:
    """Sends these bytes as the body of a stream."""

    body: bytes


Reply = Says | Fails | Hangs | Drips | Raw
Script = Callable[[dict[str, Any]], Reply]


def _pieces(text: str) -> list[str]:
    size = max(7, len(text) // 100)
    return [text[at : at + size] for at in range(0, len(text), size)]


def _event(delta: dict[str, Any], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL,
        "choices": [choice],
    }  # fmt: skip
    return f"data: {json.dumps(told)}\n\n".encode()


class ChatServer:
    """Answers requests by a script, and keeps what it was asked.

    Args:
        script: From a request's body to a reply; or replies in order, the last one for ever.
    """

    def __init__(self, script: Script | Sequence[Reply]) -> None:
        self.script = script if callable(script) else _in_order(script)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.models = [MODEL]
        self._stopped = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def prompts(self) -> str:
        """All that was sent, as text."""
        return json.dumps(self.asked, ensure_ascii=False)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                told = {
                    "object": "list",
                    "data": [
                        {"id": m, "object": "model", "created": 1, "owned_by": "t"}
                        for m in server.models
                    ],
                }
                self._whole(200, json.dumps(told).encode(), {})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.asked.append(body)
                server.headers.append({k.lower(): v for k, v in self.headers.items()})
                self._send(server.script(body))

            def _send(self, reply: Reply) -> None:
                if isinstance(reply, Fails):
                    told = json.dumps({"error": {"message": reply.message, "code": reply.status}})
                    self._whole(reply.status, told.encode(), reply.headers)
                    return
                with suppress(BrokenPipeError, ConnectionResetError):
                    self._stream(reply)
                self.close_connection = True

            def _stream(self, reply: Says | Hangs | Drips | Raw) -> None:
                if isinstance(reply, Hangs):
                    server._stopped.wait(60)
                    return
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                if isinstance(reply, Raw):
                    self.wfile.write(reply.body)
                elif isinstance(reply, Drips):
                    while not server._stopped.wait(reply.every_s):
                        self.wfile.write(b": ping\n\n" if reply.comments else b"d")
                else:
                    for event in reply.events()[: reply.cut_after]:
                        self.wfile.write(event)
                    if reply.cut_after is None:
                        self.wfile.write(b"data: [DONE]\n\n")

            def _whole(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        return Handler


def _in_order(replies: Sequence[Reply]) -> Script:
    left = list(replies)

    def script(_: dict[str, Any]) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


@contextmanager
def chat_server(script: Script | Sequence[Reply]) -> Iterator[ChatServer]:
    """Run a server for as long as the block runs."""
    server = ChatServer(script)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def asks_for_json(body: dict[str, Any]) -> bool:
    """Tell whether a request wants a reply by a schema, as reading and looking do."""
    return "response_format" in body


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object a request shows in its first message of the user."""
    return json.loads(next(m["content"] for m in body["messages"] if m["role"] == "user"))
