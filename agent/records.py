"""Committing what calls are about to do and did: ledger and audit log in one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from agent.audit import AuditLog
from agent.evidence import Call, Evidence, MaskRef, Refused, SetRef, ViewRef, digest
from agent.ledger import SessionLedger
from agent.references import Resolved
from store import audit_log
from store import ledger as rows
from store.artifacts import Artifacts
from store.database import Database
from store.features.parquet import write_set
from tools.contract import Finding
from tools.registry import ToolSpec

RefusalKind = Literal["refusal", "error", "invalid", "forbidden", "fault", "interrupted"]


@dataclass(frozen=True)
class Place:
    """Where in a session a call stands."""

    session: str
    turn: int
    step: int
    ordinal: int


@dataclass(frozen=True)
class CallInHand:
    """A call with its place, its key and, once checked, its tool and resolved arguments."""

    call: Call
    place: Place
    key: str
    spec: ToolSpec | None = None
    resolved: Resolved | None = None


@dataclass(frozen=True)
class Told:
    """Why a call gave no finding."""

    kind: RefusalKind
    code: str
    text: str
    requirements: dict[str, str]


class Recorder:
    """Writes intents, findings and refusals of one session."""

    def __init__(
        self, database: Database, artifacts: Artifacts, audit: AuditLog, ledger: SessionLedger
    ) -> None:
        self._database = database
        self._artifacts = artifacts
        self._audit = audit
        self._ledger = ledger

    def intent(self, hand: CallInHand) -> int:
        """Commit the intent and return which try this is; an intent left open is closed first."""
        resolved = hand.resolved or Resolved()
        with self._database.write() as connection:
            before = audit_log.count_of(connection, hand.key, "intent")
            if before:
                interrupted = {"status": "interrupted", "attempt": before}
                self._row(connection, hand, "outcome", interrupted)
            arguments = digest(hand.call.arguments)
            text = json.dumps(hand.call.arguments, sort_keys=True)
            audit_log.put_payload(connection, arguments, text)
            body = {
                "step": hand.place.step,
                "ordinal": hand.place.ordinal,
                "attempt": before + 1,
                "tool": hand.call.tool[:100],
                "version": None if hand.spec is None else hand.spec.version,
                "arguments_sha256": arguments,
                "inputs": [key.model_dump() for key in resolved.inputs],
                "parents": resolved.parents,
                "why": hand.call.why[:300],
            }
            self._row(connection, hand, "intent", body)
        return before + 1

    def finding(self, hand: CallInHand, finding: Finding, seconds: float) -> Evidence:
        """Keep a finding's artifacts, then commit evidence and outcome together."""
        kept = self._keep(finding)
        place = hand.place
        with self._database.write() as connection:
            number = rows.next_number(connection, place.session, "evidence")
            evidence = _evidence(f"E{number}", hand, finding, kept)
            record = evidence.model_dump_json()
            rows.add_record(
                connection,
                "evidence",
                session=place.session,
                number=number,
                turn=place.turn,
                record=record,
                call_key=hand.key,
            )
            body = {
                "status": "found",
                "evidence": evidence.id,
                "result_sha256": digest(json.loads(record)),
                "duration_ms": round(seconds * 1000),
            }
            self._row(connection, hand, "outcome", body)
        self._ledger.add(evidence, finding.features)
        return evidence

    def refusal(self, hand: CallInHand, told: Told, seconds: float) -> Refused:
        """Commit a refusal and its outcome together."""
        place = hand.place
        with self._database.write() as connection:
            number = rows.next_number(connection, place.session, "refusal")
            refused = Refused(
                id=f"R{number}",
                turn=place.turn,
                call_key=hand.key,
                tool=hand.call.tool[:100],
                arguments=hand.call.arguments,
                kind=told.kind,
                code=told.code,
                text=told.text,
                requirements=told.requirements,
            )
            rows.add_record(
                connection,
                "refusal",
                session=place.session,
                number=number,
                turn=place.turn,
                record=refused.model_dump_json(),
                call_key=hand.key,
            )
            body = {
                "status": told.kind,
                "refusal": refused.id,
                "code": told.code,
                "text": told.text[:4000],
                "duration_ms": round(seconds * 1000),
            }
            self._row(connection, hand, "outcome", body)
        self._ledger.add(refused)
        return refused

    def _keep(self, finding: Finding) -> dict[str, Any]:
        """Put a finding's set, masks and pictures among the artifacts; returns their references."""
        views = [
            ViewRef(sha256=self._artifacts.put_bytes(view.png), **view.model_dump(exclude={"png"}))
            for view in finding.views
        ]
        masks = [
            MaskRef(name=mask.name, frame=mask.frame, sha256=self._artifacts.put_file(mask.path))
            for mask in finding.masks
        ]
        return {"set": self._keep_set(finding), "views": views, "masks": masks}

    def _keep_set(self, finding: Finding) -> SetRef | None:
        features = finding.features
        if features is None:
            return None
        with self._artifacts.new_file(".parquet") as path:
            write_set(features, path)
            sha256 = self._artifacts.put_file(path)
        columns = list(features.columns)
        return SetRef(sha256=sha256, count=len(features), frame=features.frame, columns=columns)

    def _row(
        self,
        connection: Connection,
        hand: CallInHand,
        kind: Literal["intent", "outcome"],
        body: dict[str, Any],
    ) -> None:
        self._audit.append(
            connection,
            session=hand.place.session,
            turn=hand.place.turn,
            kind=kind,
            body=body,
            call_key=hand.key,
        )


def _evidence(name: str, hand: CallInHand, finding: Finding, kept: dict[str, Any]) -> Evidence:
    resolved = hand.resolved or Resolved()
    return Evidence(
        id=name,
        turn=hand.place.turn,
        call_key=hand.key,
        tool=hand.call.tool,
        tool_version="" if hand.spec is None else hand.spec.version,
        arguments=hand.call.arguments,
        parents=resolved.parents,
        quantities=finding.quantities,
        method=finding.method,
        region=finding.region,
        period=finding.period,
        scenes=list(dict.fromkeys([*finding.scenes, *resolved.inputs])),
        gsd_m=finding.gsd_m,
        coverage=finding.coverage,
        caveats=finding.caveats,
        series=finding.series,
        pixels_read=finding.pixels_read,
        **kept,
    )
