"""What earlier turns did and said, told again from the database as the events they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from agent.audit import AuditLog
from agent.events import (
    CallStarted,
    DoubtRaised,
    DoubtSettled,
    Event,
    Found,
    Understood,
    WasRefused,
)
from agent.evidence import Call
from agent.ledger import SessionLedger
from agent.result import Answer, answer_of
from agent.turn_record import TurnRecord
from store import audit_log
from store.artifacts import Artifacts
from store.database import Database
from store.tables import sessions, turns

MOST_SESSIONS = 200


@dataclass(frozen=True)
class SessionLine:
    """One conversation in the list of those held."""

    name: str
    turns: int
    first_question: str
    last_utc: str


@dataclass(frozen=True)
class ToldTurn:
    """One earlier turn: what was asked, what happened and, when it ended, the answer."""

    turn: int
    question: str
    record: TurnRecord
    started_utc: str
    events: list[Event]
    answer: Answer | None
    """None while it runs, and when it was interrupted."""


def held_sessions(database: Database, most: int = MOST_SESSIONS) -> list[SessionLine]:
    """Return the conversations that have turns, the one used last first."""
    last = func.max(turns.c.started_utc)
    query = (
        select(turns.c.session, func.count().label("number"), last.label("last"))
        .group_by(turns.c.session)
        .order_by(last.desc())
        .limit(most)
    )
    first = select(turns.c.session, turns.c.question).where(turns.c.turn == 1)
    with database.read() as connection:
        found = connection.execute(query).all()
        names = [row.session for row in found]
        asked = connection.execute(first.where(turns.c.session.in_(names))).all()
    questions = {row.session: row.question for row in asked}
    return [SessionLine(r.session, r.number, questions.get(r.session, ""), r.last) for r in found]


def session_exists(database: Database, session: str) -> bool:
    """Tell whether a conversation of this name is held."""
    with database.read() as connection:
        query = select(sessions.c.id).where(sessions.c.id == session)
        return connection.execute(query).first() is not None


def told_turns(
    database: Database, artifacts: Artifacts, audit: AuditLog, session: str
) -> list[ToldTurn]:
    """Return the turns of a session in order, each with its events as the log has them."""
    ledger = SessionLedger(database, artifacts, session)
    happened: dict[int, list[dict[str, Any]]] = {}
    for _, body in audit.rows(session):
        happened.setdefault(body["turn"], []).append(body)
    return [
        _told(row, ledger, happened.get(row.turn, []), database)
        for row in _turn_rows(database, session)
    ]


def _turn_rows(database: Database, session: str) -> list[Any]:
    query = select(turns).where(turns.c.session == session).order_by(turns.c.turn)
    with database.read() as connection:
        return list(connection.execute(query))


def _told(
    row: Any, ledger: SessionLedger, log: list[dict[str, Any]], database: Database
) -> ToldTurn:
    record = TurnRecord.model_validate_json(row.record)
    events = list(_events(record, ledger, log, database))
    answer = None
    if record.status is not None:
        took_s = _took_s(row.started_utc, row.ended_utc)
        answer = answer_of(record, ledger, row.turn, head="", seconds=took_s)
    return ToldTurn(row.turn, row.question, record, row.started_utc, events, answer)


def _events(
    record: TurnRecord, ledger: SessionLedger, log: list[dict[str, Any]], database: Database
) -> Iterator[Event]:
    """Yield what happened in a turn, in the order of its rows in the log."""
    if record.inquiry is not None:
        yield Understood(record.inquiry.restated)
    refusals = {item.id: item for item in ledger.refusals}
    doubts = {item.id: item for item in ledger.doubts}
    for body in log:
        took_s = body.get("duration_ms", 0) / 1000
        if body["kind"] == "intent":
            yield CallStarted(_call(body, database))
        elif body["kind"] == "outcome" and (found := ledger.get(body.get("evidence", ""))):
            yield Found(found, took_s)
        elif body["kind"] == "outcome" and (refused := refusals.get(body.get("refusal", ""))):
            yield WasRefused(refused)
        elif body["kind"] == "doubt" and (doubt := doubts.get(body.get("doubt", ""))):
            if body["what"] == "raised":
                yield DoubtRaised(doubt.model_copy(update={"settled_by": None}))
            else:
                yield DoubtSettled(doubt)


def _call(body: dict[str, Any], database: Database) -> Call:
    """Return the call of an intent; arguments that were erased since are told as none."""
    text = audit_log.payload(database, body["arguments_sha256"])
    return Call(tool=body["tool"], arguments=json.loads(text) if text else {}, why=body["why"])


def _took_s(started: str, ended: str | None) -> float:
    if ended is None:
        return 0.0
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
