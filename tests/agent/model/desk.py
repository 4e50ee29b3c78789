"""A town to ask about, and a model planner over a scripted server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from agent.models.chat import ChatModel
from agent.models.wire import Limits
from agent.planner.embedded import EmbeddedPlanner
from agent.planner.model import ModelPlanner
from store import audit_log
from tests.servers import MODEL, ChatServer, Script, chat_server

QUICK = Limits(connect_s=1, first_token_s=0.6, total_s=1.2, max_bytes=300_000, rest_s=0)
CALM = Limits(connect_s=5, first_token_s=20, total_s=40, max_bytes=300_000, rest_s=0)
"""For where nothing hangs, so that a busy machine fails no test."""
FINISH = ("finish", {})


@contextmanager
def steered(
    analyst: Any, script: Script | list[Any], *, limits: Limits = CALM, **given: Any
) -> Iterator[ChatServer]:
    """Let a scripted model plan for an analyst, for as long as the block runs."""
    before = analyst._planner
    with chat_server(script) as server:
        chat = ChatModel(server.url, MODEL, SecretStr("sk-canary"), limits, pause=lambda s: None)
        embedded = EmbeddedPlanner(analyst.home.layer_features)
        analyst._planner = ModelPlanner(chat, embedded, **given)
        try:
            yield server
        finally:
            analyst._planner = before


def bodies(analyst: Any, kind: str, session: str | None = None) -> list[dict[str, Any]]:
    """Return the bodies of the rows of one kind in the log."""
    rows = audit_log.rows(analyst.home.database, session=session)
    return [json.loads(row.body) for row in rows if row.kind == kind]


def values(answer: Any) -> list[Any]:
    """Return the values of the answer claims."""
    return [claim.value for claim in answer.claims if claim.role == "answer"]
