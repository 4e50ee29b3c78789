"""Running one turn: its parts put together, and the loop."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import turn_record
from agent.act import Act
from agent.audit import AuditLog
from agent.checkpoints import checkpoints
from agent.doubting import Doubting
from agent.events import Listener, Progress
from agent.graph import begin, build
from agent.ledger import SessionLedger
from agent.planner.contract import Planner
from agent.planner.one_call import OneCall
from agent.records import Recorder
from agent.references import Resolver
from agent.respondents import AnswersGiven
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
        doubting=Doubting(session, number, ledger, home.database, parts.audit, listener),
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
