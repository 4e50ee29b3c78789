"""One turn: the steps of the loop over a session's ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.act import Act
from agent.answer import Draft, compose, render
from agent.audit import AuditLog
from agent.check import Subject, check, with_words
from agent.crops import answered
from agent.doubting import Doubting
from agent.events import (
    CallStarted,
    Found,
    Listener,
    Notice,
    Understood,
    WasRefused,
)
from agent.evidence import (
    Call,
    Claim,
    Evidence,
    Refused,
    Status,
    digest,
)
from agent.graph import TurnState
from agent.inquiry import Inquiry
from agent.ledger import SessionLedger
from agent.planner.contract import Conversation, FallsBack, NotRun, Planner
from agent.records import Place
from agent.respondents import Respondent
from agent.turn_record import TurnRecord
from store import ledger as rows
from store.catalog import Catalog
from store.database import Database
from tools.registry import Registry


@dataclass(frozen=True)
class Budget:
    """What a turn may spend."""

    steps: int
    calls: int
    samples: int
    until: float
    """`time.monotonic()` value at which the turn's time is up."""


@dataclass
class Turn:
    """The steps of one turn, as the graph calls them."""

    question: str
    conversation: Conversation
    planner: Planner
    registry: Registry
    catalog: Catalog
    database: Database
    audit: AuditLog
    ledger: SessionLedger
    doubting: Doubting
    act_on: Act
    budget: Budget
    cancel: Callable[[], bool]
    record: TurnRecord
    session: str
    number: int
    listener: Listener
    respondent: Respondent | None = None
    """Answers questions about crops, where somebody can now."""
    draft: Draft | None = field(default=None)

    def understand(self, state: TurnState) -> dict[str, Any]:
        """Turn the question into an inquiry."""
        if self.record.inquiry is None:
            inquiry = self._understood()
            self._store(inquiry=inquiry, planner=self.planner.name)
            self._fall_back(inquiry.fell_back)
        assert self.record.inquiry is not None
        self.listener(Understood(self.record.inquiry.restated))
        return {"step": state["step"]}

    def _understood(self) -> Inquiry:
        """Understand the question; one that is gone on with was understood before."""
        continues = self.record.continues
        if continues:
            before = next(t for t in self.conversation.turns if t.turn == continues[-1])
            if before.inquiry is not None:
                return before.inquiry.model_copy(update={"continues": continues})
        answered = self.respondent is not None
        heard = self.conversation.model_copy(update={"answered": answered})
        return self.planner.understand(self.question, heard, self.catalog)

    def plan(self, state: TurnState) -> dict[str, Any]:
        """Choose the next calls, or where to end."""
        step = state["step"] + 1
        if end := self._broken_off():
            return {"step": step, "calls": [], "way": "answer", "end": end}
        assert self.record.inquiry is not None
        plan = self._steering().plan(
            self.record.inquiry,
            self.number,
            self.ledger,
            self.doubting.open(),
            self.catalog,
            self.registry,
        )
        self._fall_back(plan.fell_back)
        self._log_not_run(plan.not_run)
        if plan.ask is not None and not plan.calls:
            plan = answered(plan.ask, self.ledger, self.respondent, self._must_stop)
            if end := self._broken_off():
                return {"step": step, "calls": [], "way": "answer", "end": end}
        if plan.calls and self._spent(state):
            return {"step": step, "calls": [], "way": "answer", "end": "budget"}
        if plan.calls:
            calls = [call.model_dump() for call in plan.calls]
            return {"step": step, "calls": calls, "way": "act", "end": None}
        end = "ask" if plan.question_back else "abstain" if plan.abstain else "enough"
        self._store(
            end=end, end_text=plan.abstain, question_back=plan.question_back, words=plan.words
        )
        return {"step": step, "calls": [], "way": "answer", "end": end}

    def _steering(self) -> Planner:
        """Return the planner that steers now: the other one once a model failed in this turn."""
        if self.record.fell_back and isinstance(self.planner, FallsBack):
            return self.planner.instead
        return self.planner

    def _fall_back(self, why: str | None) -> None:
        """Go on without the model for the rest of the turn, and say so."""
        if why is None or self.record.fell_back:
            return
        said = f"{self.planner.name} {why}"
        told = f"{said}, so the embedded planner went on without it"
        self._store(planner=f"embedded ({said})", fell_back=told)
        self.listener(Notice(told))

    def _log_not_run(self, calls: Sequence[NotRun]) -> None:
        """Log the calls that a model wished for and that were not taken."""
        if not calls:
            return
        with self.database.write() as connection:
            for call in calls:
                body = {"what": "call not run", **call.model_dump(), "by": self.planner.name}
                self.audit.append(
                    connection, session=self.session, turn=self.number, kind="decision", body=body
                )

    def _also(self) -> list[str]:
        """Return what the person should know of how the answer came about."""
        inquiry = self.record.inquiry
        assert inquiry is not None
        if not inquiry.reworded:
            return [self.record.fell_back] if self.record.fell_back else []
        said = f"read as “{inquiry.reworded}” by {inquiry.read_by}"
        taken = f", with {', '.join(inquiry.taken_for)}" if inquiry.taken_for else ""
        return [said + taken, *([self.record.fell_back] if self.record.fell_back else [])]

    def _reword(self, words: str, faults: Sequence[str]) -> str | None:
        steering, inquiry = self._steering(), self.record.inquiry
        if not isinstance(steering, FallsBack) or inquiry is None:
            return None
        return steering.reword(words, faults, inquiry)

    def act(self, state: TurnState) -> dict[str, Any]:
        """Run the calls one after another."""
        evidence: list[str] = []
        refusals: list[str] = []
        samples = 0
        for ordinal, data in enumerate(state["calls"]):
            call = Call.model_validate(data)
            self.listener(CallStarted(call))
            started = time.monotonic()
            record = self.act_on(call, Place(self.session, self.number, state["step"], ordinal))
            if isinstance(record, Evidence):
                evidence.append(record.id)
                samples += record.pixels_read
                self.listener(Found(record, time.monotonic() - started))
            else:
                refusals.append(record.id)
                self.listener(WasRefused(record))
                if record.kind == "fault" or record.code == "cancelled":
                    break
        return {
            "evidence_ids": evidence,
            "refusal_ids": refusals,
            "calls_made": state["calls_made"] + len(evidence) + len(refusals),
            "samples_read": state["samples_read"] + samples,
        }

    def weigh(self, state: TurnState) -> dict[str, Any]:
        """Raise the doubts the turn's evidence gives rise to; settle those that stand no more."""
        newest = state["evidence_ids"][-1] if state["evidence_ids"] else None
        self.doubting.weigh(self.turn_evidence(), self.catalog, newest)
        return {"open_doubt_ids": [doubt.id for doubt in self.doubting.open()]}

    def answer(self, state: TurnState) -> dict[str, Any]:
        """Compose the answer from the ledger."""
        assert self.record.inquiry is not None
        self.draft = compose(
            self.record.inquiry,
            self.number,
            self.ledger,
            self.doubting.all(),
            self.turn_refusals(),
            end=state["end"] or "enough",
            end_text=self.record.end_text,
            question_back=self.record.question_back,
            also=self._also(),
        )
        if self.record.words is not None:
            self.draft = with_words(
                self.draft,
                self.record.words,
                self.planner.name,
                self.ledger,
                self._subject(self.draft),
                self._reword,
            )
        self._store(
            steps=state["step"],
            calls_made=state["calls_made"],
            samples_read=state["samples_read"],
            end=state["end"],
        )
        return {"status": self.draft.status}

    def check(self, state: TurnState) -> dict[str, Any]:
        """Hold the answer against the ledger; what does not hold is not said."""
        if self.draft is None:  # resumed between answer and check
            self.answer(state)
        draft = self.draft
        assert draft is not None
        text = render(draft, self.ledger)
        faults = check(draft, text, self.ledger, self._subject(draft))
        status: Status = draft.status
        claims = draft.claims
        if faults:
            status, claims = "failed", []
            text = (
                "I measured, but my answer did not agree with the record, so I do not give it: "
                + faults[0]
            )
        self._finish(status, text, claims, faults)
        return {"status": status}

    def _subject(self, draft: Draft) -> Subject:
        record = self.record
        assert record.inquiry is not None
        told = [record.end_text or "", *(item.text for item in self.turn_refusals())]
        told += [doubt.text for doubt in self.doubting.all()]
        back = record.question_back or draft.question_back
        told += [] if back is None else [back.text, *(choice.label for choice in back.choices)]
        whole = (*self._also(), self.planner.name)
        return Subject(self.question, record.inquiry, self.number, tuple(told), whole)

    def turn_evidence(self) -> list[Evidence]:
        """This turn's evidence in order, with that of the turns it goes on with."""
        turns = {self.number, *self.record.continues}
        return [item for item in self.ledger.evidence if item.turn in turns]

    def turn_refusals(self) -> list[Refused]:
        """This turn's refusals in order."""
        return [item for item in self.ledger.refusals if item.turn == self.number]

    def fail(self, trace: str) -> None:
        """End the turn after a bug outside of any tool; what was found before stays recorded."""
        text = "Something went wrong inside, and I stopped; its traceback is in the audit log."
        with self.database.write() as connection:
            body = {"what": "bug", "traceback": trace[-8000:]}
            self.audit.append(
                connection, session=self.session, turn=self.number, kind="turn", body=body
            )
        self.draft = None
        self._finish("failed", text, [], [])

    def _broken_off(self) -> str | None:
        """Say why nothing more may be planned, whatever was found."""
        if any(refused.kind == "fault" for refused in self.turn_refusals()):
            return "failed"
        if any(refused.code == "deadline_passed" for refused in self.turn_refusals()):
            return "budget"
        return "cancelled" if self.cancel() else None

    def _must_stop(self) -> bool:
        """Tell whether the person wants an end, or the time is up."""
        return self.cancel() or time.monotonic() >= self.budget.until

    def _spent(self, state: TurnState) -> bool:
        """Tell whether the budget allows no further call; what is enough already may be told."""
        return (
            state["step"] >= self.budget.steps
            or state["calls_made"] >= self.budget.calls
            or state["samples_read"] >= self.budget.samples
            or time.monotonic() >= self.budget.until
        )

    def _store(self, **changes: Any) -> None:
        self.record = self.record.model_copy(update=changes)
        with self.database.write() as connection:
            rows.update_turn(
                connection,
                session=self.session,
                turn=self.number,
                record=self.record.model_dump_json(),
            )

    def _finish(self, status: Status, text: str, claims: list[Claim], faults: list[str]) -> None:
        """Commit the answer, its row in the log and the end of the turn in one transaction."""
        draft = self.draft
        back = None if draft is None else draft.question_back
        changes = {"status": status, "answer": text, "claims": claims, "question_back": back}
        self.record = self.record.model_copy(update=changes)
        claimed = [claim.model_dump(mode="json") for claim in claims]
        with self.database.write() as connection:
            rows.update_turn(
                connection,
                session=self.session,
                turn=self.number,
                record=self.record.model_dump_json(),
                status=status,
            )
            body = {
                "status": status,
                "answer_sha256": digest(text),
                "claims_sha256": digest(claimed),
                "faults": faults[:5],
                "evidence": [item.id for item in self.turn_evidence()],
            }
            self.audit.append(
                connection, session=self.session, turn=self.number, kind="answer", body=body
            )
