"""The records of a home against the log: what was found and said is what the log sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agent.audit import AuditLog
from agent.evidence import digest
from agent.heads import Break
from store import audit_log
from store import ledger as rows
from store.artifacts import Artifacts, sha256_of
from store.database import Database
from store.errors import StoreError


def record_breaks(database: Database, artifacts: Artifacts, audit: AuditLog) -> Iterator[Break]:
    """Yield a break for every record or artifact that is not what the log says of it."""
    known: dict[str, dict[int, str]] = {}
    turns: dict[str, dict[int, str]] = {}
    checked: set[str] = set()
    for seq, body in audit.rows():
        session = body["session"]
        if body["kind"] == "outcome" and body.get("status") == "found":
            if session not in known:
                known[session] = dict(rows.numbered(database, "evidence", session))
            record = known[session].pop(int(body["evidence"][1:]), None)
            yield from _evidence_breaks(seq, body, record, artifacts, checked)
        elif body["kind"] == "answer":
            if session not in turns:
                turns[session] = {
                    turn: text for turn, _, _, text in rows.turn_rows(database, session)
                }
            yield from _answer_breaks(seq, body, turns[session].get(body["turn"]))
        elif body["kind"] == "intent":
            yield from _payload_breaks(seq, body, database)
    for session, left in known.items():
        for number in left:
            yield Break(
                None, f"E{number} of session {session} is in no row of the log: it was added"
            )


def _evidence_breaks(
    seq: int, body: dict[str, Any], record: str | None, artifacts: Artifacts, checked: set[str]
) -> Iterator[Break]:
    name = f"{body['evidence']} of session {body['session']}"
    if record is None:
        yield Break(seq, f"{name} is in the log (row {seq}) and no longer in the ledger")
        return
    data = json.loads(record)
    if digest(data) != body["result_sha256"]:
        yield Break(seq, f"{name} was edited: it is not what row {seq} says was found")
    for sha256 in _artifacts_of(data):
        if sha256 not in checked:
            checked.add(sha256)
            yield from _artifact_breaks(sha256, name, artifacts)


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


def _answer_breaks(seq: int, body: dict[str, Any], record: str | None) -> Iterator[Break]:
    name = f"the answer of turn {body['turn']} of session {body['session']}"
    if record is None:
        yield Break(seq, f"{name} is in the log (row {seq}) and no longer among the turns")
        return
    told = json.loads(record)
    same = digest(told["answer"]) == body["answer_sha256"]
    if not same or digest(told["claims"]) != body["claims_sha256"]:
        yield Break(seq, f"{name} was edited: it is not what row {seq} says was answered")


def _payload_breaks(seq: int, body: dict[str, Any], database: Database) -> Iterator[Break]:
    text = audit_log.payload(database, body["arguments_sha256"])
    if text is not None and digest(json.loads(text)) != body["arguments_sha256"]:
        yield Break(seq, f"the arguments of the call in row {seq} were edited")
