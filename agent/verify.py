"""The records of a home against the log: what was found and said is what the log sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from agent.audit import AuditLog
from agent.evidence import digest
from agent.heads import Break
from store import audit_log, tables
from store import ledger as rows
from store.artifacts import Artifacts, sha256_of
from store.database import Database
from store.errors import StoreError


def record_breaks(database: Database, artifacts: Artifacts, audit: AuditLog) -> Iterator[Break]:
    """Yield a break for every record or artifact that is not what the log says of it."""
    # Listed before the log is read: what is recorded meanwhile has its row there, never less.
    found, ended = _held(database)
    records: dict[str, dict[int, str]] = {}
    turns: dict[str, dict[int, tuple[str, str | None]]] = {}
    checked: set[str] = set()
    for seq, body in audit.rows():
        session = body["session"]
        if body["kind"] == "outcome" and body.get("status") == "found":
            if session not in records:
                records[session] = dict(rows.numbered(database, "evidence", session))
            number = int(body["evidence"][1:])
            found.discard((session, number))
            record = records[session].get(number)
            yield from _evidence_breaks(seq, body, record, artifacts, checked)
        elif body["kind"] == "answer":
            if session not in turns:
                turns[session] = _turns(database, session)
            ended.discard((session, body["turn"]))
            yield from _answer_breaks(seq, body, turns[session].get(body["turn"], ("", None))[1])
        elif body["kind"] == "turn" and body.get("what") == "asked":
            if session not in turns:
                turns[session] = _turns(database, session)
            question, _ = turns[session].get(body["turn"], (None, None))
            yield from _question_breaks(seq, body, question)
        elif body["kind"] == "intent":
            yield from _payload_breaks(seq, body, database)
    added = [f"E{number} of session {session}" for session, number in sorted(found)]
    added += [f"the answer of turn {turn} of session {session}" for session, turn in sorted(ended)]
    for name in added:
        yield Break(None, f"{name} is in no row of the log: it was added")


def _turns(database: Database, session: str) -> dict[int, tuple[str, str | None]]:
    """Return question and record of each turn of a session."""
    return {turn: (said, text) for turn, said, _, text in rows.turn_rows(database, session)}


def _held(database: Database) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """Return session and number of all evidence, and of all turns that ended."""
    number = select(tables.evidence.c.session, tables.evidence.c.number)
    turn = select(tables.turns.c.session, tables.turns.c.turn)
    with database.read() as connection:
        found = {(row[0], row[1]) for row in connection.execute(number)}
        over = connection.execute(turn.where(tables.turns.c.status != "running"))
        return found, {(row[0], row[1]) for row in over}


def _evidence_breaks(
    seq: int, body: dict[str, Any], record: str | None, artifacts: Artifacts, checked: set[str]
) -> Iterator[Break]:
    name = f"{body['evidence']} of session {body['session']}"
    if record is None:
        yield Break(seq, f"{name} is in the log (row {seq}) and no longer in the ledger")
        return
    if _digest(record) != body["result_sha256"]:
        yield Break(seq, f"{name} was edited: it is not what row {seq} says was found")
        return
    for sha256 in _artifacts_of(json.loads(record)):
        if sha256 not in checked:
            checked.add(sha256)
            yield from _artifact_breaks(sha256, name, artifacts)


def _digest(text: str, field: str | None = None) -> str:
    """Return the digest of stored JSON or one field of it; empty for text that was never stored."""
    try:
        told = json.loads(text)
        return digest(told if field is None else told[field])
    except (ValueError, KeyError, TypeError):
        return ""


def _artifacts_of(evidence: dict[str, Any]) -> Iterator[str]:
    for held in (evidence.get("set"), *evidence["views"], *evidence["masks"]):
        if held is not None:
            yield held["sha256"]


def _artifact_breaks(sha256: str, name: str, artifacts: Artifacts) -> Iterator[Break]:
    try:
        same = sha256_of(artifacts.path(sha256)) == sha256
    except StoreError:
        yield Break(None, f"artifact {sha256[:12]} of {name} is gone")
        return
    if not same:
        yield Break(None, f"artifact {sha256[:12]} of {name} was edited")


def _question_breaks(seq: int, body: dict[str, Any], question: str | None) -> Iterator[Break]:
    name = f"the question of turn {body['turn']} of session {body['session']}"
    if question is None:
        yield Break(seq, f"{name} is in the log (row {seq}) and no longer among the turns")
    elif digest(question) != body["question_sha256"]:
        yield Break(seq, f"{name} was edited: it is not what row {seq} says was asked")


def _answer_breaks(seq: int, body: dict[str, Any], record: str | None) -> Iterator[Break]:
    name = f"the answer of turn {body['turn']} of session {body['session']}"
    if record is None:
        yield Break(seq, f"{name} is in the log (row {seq}) and no longer among the turns")
        return
    same = _digest(record, "answer") == body["answer_sha256"]
    if not same or _digest(record, "claims") != body["claims_sha256"]:
        yield Break(seq, f"{name} was edited: it is not what row {seq} says was answered")


def _payload_breaks(seq: int, body: dict[str, Any], database: Database) -> Iterator[Break]:
    text = audit_log.payload(database, body["arguments_sha256"])
    if text is not None and _digest(text) != body["arguments_sha256"]:
        yield Break(seq, f"the arguments of the call in row {seq} were edited")
