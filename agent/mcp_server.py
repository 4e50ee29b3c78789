"""The tools and `ask` over the Model Context Protocol, on standard input and output.

Every call is a turn of a session, with its intent and its outcome in the audit log; what it found
is evidence that later calls of the session may refer to.
"""

from __future__ import annotations

import base64
import functools
import json
import uuid
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import jsonschema
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from agent.inputs import LONGEST_QUESTION, SESSION_NAME
from agent.planner.contract import OF_PEOPLE
from agent.respondents import VERDICTS, AnswersGiven
from store.errors import BadName, StoreError

if TYPE_CHECKING:
    from agent.result import Answer
    from agent.start import Analyst

LARGEST_PICTURE = 512 << 10
MOST_PICTURES = 4
_ASK = "ask"
_SESSION = {
    "type": "string",
    "pattern": SESSION_NAME.pattern,
    "description": "a conversation to go on with; this connection's own by default",
}
_ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "question": {
            "type": "string",
            "maxLength": LONGEST_QUESTION,
            "description": "in plain English; empty with `answers` to go on with the question "
            "that asked about crops",
        },
        "scenes": {"type": "array", "items": {"type": "string"}, "maxItems": 8},
        "region": {"type": "string", "description": "lonlat:W,S,E,N, px:SCENE:C0,R0,C1,R1 or WKT"},
        "examples": {
            "type": "array",
            "items": {"type": "string"},
            "maxItems": 3,
            "description": "boxes around one of the things to count each, written as regions",
        },
        "answers": {
            "type": "object",
            "additionalProperties": {"enum": list(VERDICTS)},
            "description": "answers about crops, by object: {'E5#12': 'yes'}",
        },
        "session": _SESSION,
    },
}
_ASK_WORDS = (
    "Answer a question about the satellite and aerial imagery and the map held here. Numbers in "
    "the answer are recorded measurements, with their evidence; a refusal is not a zero."
)


class Service:
    """Answers MCP requests with one analyst, one conversation for each connection.

    Args:
        analyst: Over the home that is asked about.
    """

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._session = f"mcp-{uuid.uuid4().hex[:12]}"

    def tools(self) -> list[types.Tool]:
        """Return `ask` and every tool a planner has."""
        found = [types.Tool(name=_ASK, description=_ASK_WORDS, inputSchema=_ASK_SCHEMA)]
        for spec in self._analyst.registry:
            if spec.name in OF_PEOPLE:
                continue
            schema = spec.arguments.model_json_schema()
            schema.setdefault("properties", {})["session"] = _SESSION
            found.append(
                types.Tool(name=spec.name, description=spec.description, inputSchema=schema)
            )
        return found

    def call(self, name: str, arguments: dict[str, Any], cancel: Any) -> types.CallToolResult:
        """Run a call in this thread; what is wrong with it is said in words, never raised."""
        given = dict(arguments)
        session = given.pop("session", self._session)
        try:
            if not isinstance(session, str):
                raise BadName("a session is named by text")
            if name in OF_PEOPLE:
                raise BadName(f"{name} keeps what a person said; answer crops with `ask`")
            if name == _ASK:
                answer = self._ask(given, session, cancel)
            else:
                answer = self._analyst.call(name, given, by="mcp", session=session, cancel=cancel)
            return self._told(answer)
        except StoreError as wrong:
            text = types.TextContent(type="text", text=f"{wrong.code}: {wrong}")
            return types.CallToolResult(content=[text], isError=True)

    def _ask(self, given: dict[str, Any], session: str, cancel: Any) -> Answer:
        try:
            jsonschema.validate(given, _ASK_SCHEMA)
        except jsonschema.ValidationError as wrong:
            raise BadName(f"{_ASK}: {wrong.json_path}: {wrong.message[:300]}") from wrong
        answers = given.get("answers")
        return self._analyst.ask(
            given.get("question", ""),
            scenes=given.get("scenes", ()),
            region=given.get("region"),
            examples=given.get("examples", ()),
            answers=None if answers is None else AnswersGiven(answers, "mcp"),
            session=session,
            cancel=cancel,
        )

    def _told(self, answer: Answer) -> types.CallToolResult:
        content: list[Any] = [types.TextContent(type="text", text=answer.answer)]
        content += [self._picture(sha256) for sha256 in self._pictures(answer)]
        return types.CallToolResult(
            content=content,
            structuredContent=json.loads(answer.to_json(indent=None)),
            isError=answer.status == "failed",
        )

    def _pictures(self, answer: Answer) -> list[str]:
        """Return the digests of pictures worth sending: those asked about, else of this turn."""
        if answer.question_back is not None and answer.question_back.crops:
            return [crop.view for crop in answer.question_back.crops]
        views = [v for e in answer.evidence if e.turn == answer.turn for v in e.views]
        return [view.sha256 for view in views[-MOST_PICTURES:]]

    def _picture(self, sha256: str) -> types.ImageContent | types.TextContent:
        data = self._analyst.home.artifacts.path(sha256).read_bytes()
        if len(data) > LARGEST_PICTURE:
            words = f"a picture of {len(data)} bytes is kept as {sha256}"
            return types.TextContent(type="text", text=words)
        return types.ImageContent(
            type="image", data=base64.b64encode(data).decode(), mimeType="image/png"
        )


def make_server(analyst: Analyst) -> Server[Any, Any]:
    """Return the server over one analyst."""
    server: Server[Any, Any] = Server("elenchus")
    service = Service(analyst)

    async def list_tools() -> list[types.Tool]:
        return service.tools()

    async def call_tool(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        stopped = False
        run = functools.partial(service.call, name, arguments, lambda: stopped)
        try:
            return await anyio.to_thread.run_sync(run, abandon_on_cancel=True)
        except anyio.get_cancelled_exc_class():
            stopped = True  # the thread stops at its next window
            raise

    server.list_tools()(list_tools)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    # Arguments are checked by `act`, which records a wrong call as it records every other.
    server.call_tool(validate_input=False)(call_tool)
    return server


def serve(analyst: Analyst) -> None:
    """Serve on standard input and output until the client closes them."""

    async def run() -> None:
        server = make_server(analyst)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    anyio.run(run)
