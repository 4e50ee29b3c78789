"""Running one turn: its parts put together, the loop, and what it gives back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import turn_record
from agent.act import Act
from agent.audit import AuditLog
from agent.checkpoints import checkpoints
from agent.events import Listener, Progress
from agent.evidence import Claim, Evidence
from agent.graph import begin, build
from agent.ledger import SessionLedger
from agent.planner.contract import Planner
from agent.planner.one_call import OneCall
from agent.records import Recorder
from agent.references import Resolver
from agent.respondents import AnswersGiven
from agent.result import Answer, doubt_out, refusal_out
from agent.settings import Settings
from agent.turn import Budget, Turn
from store.home import Home
from tools.contract import Bench
from tools.registry import Registry

if TYPE_CHECKING:
    from tools.vision.eyes import Eyes

Cancel = Callable[[], bool]


@dataclass(frozen=True)
class Parts:
    """What every turn over one home works with."""

    settings: Settings
    home: Home
    audit: AuditLog
    registry: Registry
    eyes: Eyes | None


def make_turn(
    parts: Parts,
    planner: Planner,
    session: str,
    number: int,
    listener: Listener,
    cancel: Cancel,
) -> Turn:
    """Put a turn together from what is stored of it."""
    home, settings = parts.home, parts.settings
    ledger = SessionLedger(home.database, home.artifacts, session)
    question, record = turn_record.load(home.database, session, number)
    until = time.monotonic() + settings.turn_timeout_s
    if record.call is not None:
        planner = OneCall(record.call, record.asked, record.call_by)
    given = AnswersGiven(record.answers, record.answers_by) if record.answers else None
    return Turn(
        respondent=given,
        question=question,
        conversation=turn_record.conversation(home.database, session, number, record),
        planner=planner,
        registry=parts.registry,
        catalog=home.catalog,
        database=home.database,
        audit=parts.audit,
        ledger=ledger,
        act_on=_act(parts, ledger, until, listener, cancel),
        record=record,
        session=session,
        number=number,
        listener=listener,
        cancel=cancel,
        budget=Budget(settings.max_steps, settings.max_calls, settings.max_samples_read, until),
    )


def _act(
    parts: Parts, ledger: SessionLedger, until: float, listener: Listener, cancel: Cancel
) -> Act:
    home = parts.home
    return Act(
        registry=parts.registry,
        resolver=Resolver(ledger, home.catalog),
        recorder=Recorder(home.database, home.artifacts, parts.audit, ledger),
        ledger=ledger,
        bench=_benches(parts, until, listener, cancel),
    )


def _benches(
    parts: Parts, until: float, listener: Listener, cancel: Cancel
) -> Callable[[], AbstractContextManager[Bench]]:
    """Return what opens the bench of one call, with a scratch folder of its own."""
    home = parts.home

    @contextmanager
    def bench() -> Iterator[Bench]:
        with tempfile.TemporaryDirectory(
            prefix="call-", dir=home.scratch, ignore_cleanup_errors=True
        ) as scratch:
            yield Bench(
                catalog=home.catalog,
                open_scene=home.open_scene,
                layer_features=home.layer_features,
                scratch=Path(scratch),
                cancel=cancel,
                eyes=parts.eyes,
                deadline=min(until, time.monotonic() + parts.settings.tool_timeout_s),
                progress=lambda share, what: listener(Progress(share, what)),
            )

    return bench


def loop(turn: Turn, where: Path) -> None:
    """Run the graph from the start, or from the last checkpoint of this turn.

    Args:
        turn: The turn.
        where: The database of checkpoints.
    """
    thread = f"{turn.session}:{turn.number}"
    limit = 4 * turn.budget.steps + 8
    config: Any = {"configurable": {"thread_id": thread}, "recursion_limit": limit}
    with checkpoints(where) as saver:
        graph = build(
            understand=turn.understand,
            plan=turn.plan,
            act=turn.act,
            weigh=turn.weigh,
            answer=turn.answer,
            check=turn.check,
            checkpointer=saver,
        )
        begun = saver.get_tuple(config) is not None
        start = None if begun else begin(turn.session, turn.number)
        graph.invoke(start, config, durability="sync")
        saver.delete_thread(thread)


def answer_of(turn: Turn, head: str, seconds: float) -> Answer:
    """Return what a finished turn gives back."""
    record = turn.record
    return Answer(
        status=record.status or "failed",
        answer=record.answer,
        claims=record.claims,
        evidence=_with_cited(turn.turn_evidence(), record.claims, turn.ledger),
        doubts=[doubt_out(d) for d in turn.turn_doubts()],
        refusals=[refusal_out(r) for r in turn.turn_refusals()],
        question_back=record.question_back,
        steps=record.steps,
        tool_calls=record.calls_made,
        pixels_read=record.samples_read,
        seconds=round(seconds, 3),
        planner=record.planner,
        session=turn.session,
        turn=turn.number,
        audit_head=head,
        understood=record.inquiry.restated if record.inquiry else "",
    )


def _with_cited(
    evidence: Sequence[Evidence], claims: Sequence[Claim], ledger: SessionLedger
) -> list[Evidence]:
    """Return a turn's evidence with that of earlier turns its claims stand on."""
    cited = {
        reference.partition(".")[0].partition("#")[0]
        for claim in claims
        for reference in claim.evidence
    }
    wanted = cited | {item.id for item in evidence}
    return [item for item in ledger.evidence if item.id in wanted]
