"""What a question gives back: one object, the same in Python and on the command line."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from agent.evidence import Claim, Doubt, Evidence, QuestionBack, Refused, Status, digest
from agent.ledger import SessionLedger
from agent.turn_record import TurnRecord
from store.scenes import Record

SCHEMA = 1
EXIT_CODES: dict[str, int] = {
    "answered": 0,
    "partial": 0,
    "abstained": 3,
    "needs_input": 3,
    "budget": 4,
    "failed": 1,
    "cancelled": 1,
}
_SIGNIFICANT = 9


class DoubtOut(Record):
    """A doubt as it is told."""

    id: str
    code: str
    text: str
    settled_by: str | None


class RefusalOut(Record):
    """A refusal as it is told."""

    id: str
    tool: str
    text: str
    requirements: dict[str, str]
    code: str
    kind: str


class Answer(Record):
    """The answer to one question, with everything it stands on."""

    status: Status
    answer: str
    claims: list[Claim]
    evidence: list[Evidence]
    doubts: list[DoubtOut]
    refusals: list[RefusalOut]
    question_back: QuestionBack | None
    steps: int
    tool_calls: int
    pixels_read: int
    seconds: float
    planner: str
    session: str
    turn: int
    audit_head: str
    understood: str = ""
    schema_version: int = Field(SCHEMA, alias="schema", serialization_alias="schema")

    @property
    def exit_code(self) -> int:
        """The exit code of the command line for this status."""
        return EXIT_CODES[self.status]

    def to_json(self, indent: int | None = 2) -> str:
        """Return the published JSON."""
        return self.model_dump_json(by_alias=True, indent=indent)

    def canonical(self) -> dict[str, Any]:
        """Return what makes two answers the same: no ids of the run, times or picture bytes."""
        told: dict[str, Any] = {
            "answer": self.answer,
            "status": self.status,
            "claims": [claim.model_dump(mode="json") for claim in self.claims],
            "doubts": [doubt.model_dump(mode="json") for doubt in self.doubts],
            "evidence": [_of_world(item) for item in self.evidence],
        }
        return {key: _rounded(value) for key, value in told.items()}

    def digest(self) -> str:
        """Return the SHA-256 of the canonical payload."""
        return digest(self.canonical())


def answer_of(
    record: TurnRecord, ledger: SessionLedger, turn: int, *, head: str, seconds: float
) -> Answer:
    """Return what a turn that ended gives back, with the evidence of earlier turns it cites.

    Args:
        record: What is stored of the turn.
        ledger: The session's records.
        turn: The turn's number.
        head: Hash of the log's newest row; empty where an earlier turn is told again.
        seconds: How long it took.
    """
    cited = {ref.partition(".")[0].partition("#")[0] for c in record.claims for ref in c.evidence}
    turns = {turn, *record.continues}
    return Answer(
        status=record.status or "failed",
        answer=record.answer,
        claims=record.claims,
        evidence=[e for e in ledger.evidence if e.turn in turns or e.id in cited],
        doubts=[doubt_out(d) for d in ledger.doubts if d.turn == turn],
        refusals=[refusal_out(r) for r in ledger.refusals if r.turn == turn],
        question_back=record.question_back,
        steps=record.steps,
        tool_calls=record.calls_made,
        pixels_read=record.samples_read,
        seconds=round(seconds, 3),
        planner=record.planner,
        session=ledger.session,
        turn=turn,
        audit_head=head,
        understood=record.inquiry.restated if record.inquiry else "",
    )


def doubt_out(doubt: Doubt) -> DoubtOut:
    """Return a doubt as it is told."""
    return DoubtOut(id=doubt.id, code=doubt.code, text=doubt.text, settled_by=doubt.settled_by)


def refusal_out(refused: Refused) -> RefusalOut:
    """Return a refusal as it is told; a bug's traceback stays in the log."""
    text = refused.text
    if refused.kind == "fault":
        last = text.strip().splitlines()[-1] if text.strip() else "a fault"
        text = (
            f"{refused.tool} failed through a bug ({last[:200]}); its traceback is in the audit log"
        )
    return RefusalOut(
        id=refused.id,
        tool=refused.tool,
        text=text,
        requirements=refused.requirements,
        code=refused.code,
        kind=refused.kind,
    )


def _of_world(item: Evidence) -> dict[str, Any]:
    data = item.model_dump(mode="json", exclude={"turn", "call_key", "views"})
    data["views"] = [
        {"name": view.name, "region": view.region.model_dump(mode="json")} for view in item.views
    ]
    return data


def _rounded(value: Any) -> Any:
    """Round floats to nine significant digits, everywhere."""
    if isinstance(value, float):
        return float(f"{value:.{_SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return value


def published_schema() -> dict[str, Any]:
    """Return the JSON schema of `ask --json`."""
    schema = Answer.model_json_schema(by_alias=True, mode="serialization")
    return json.loads(json.dumps(schema))  # type: ignore[no-any-return]
