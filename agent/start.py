"""The one place where the parts are put together: an Analyst over one home."""

from __future__ import annotations

import fcntl
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from agent.events import Listener, Notice, nobody
from agent.inputs import plain_question, region_text, session_name
from agent.settings import Settings, load_settings
from store.errors import BadName, StoreError, UnknownId

if TYPE_CHECKING:
    from agent.evidence import Evidence
    from agent.ledger import SessionLedger
    from agent.planner.contract import Planner
    from agent.respondents import Respondent
    from agent.result import Answer
    from agent.turn_record import TurnRecord
    from tools.contract import Quantity
    from tools.registry import Registry
    from tools.vision.eyes import Eyes


class SessionBusy(StoreError):
    """Another process is writing this session."""

    code = "session_busy"


class CannotWrite(StoreError):
    """The store is in a folder that cannot be written, so no question can be asked of it."""

    code = "cannot_write"


class Analyst:
    """Answers questions about what one home holds.

    Args:
        settings: Where the home is and what a turn may spend; read from `ELENCHUS_*` by default.
        planner: Steers the loop; by default as the settings say, which is the embedded planner.
        registry: The tools; all that exist by default.
        eyes: Reads pictures, as a witness; as the settings say, which is nobody by default.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        planner: Planner | None = None,
        registry: Registry | None = None,
        eyes: Eyes | None = None,
    ) -> None:
        from agent.audit import AuditLog
        from store.home import Home

        self.settings = settings or load_settings()
        self.home = Home(self.settings.home)
        self.audit = AuditLog(self.home.database, self.settings.heads_folder)
        self._planner = planner
        self._registry = registry
        self._eyes = eyes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.home.close()

    @property
    def registry(self) -> Registry:
        """The tools that exist."""
        if self._registry is None:
            from tools import all_tools

            self._registry = all_tools.registry()
        return self._registry

    @property
    def planner(self) -> Planner:
        """The planner in use."""
        if self._planner is None:
            from agent.models.configured import chat_model
            from agent.planner.embedded import EmbeddedPlanner

            self._planner = EmbeddedPlanner(self.home.layer_features)
            chat = chat_model(self.settings) if self.settings.model_plans else None
            if chat is not None:
                from agent.planner.model import ModelPlanner

                limits = {
                    "max_calls": self.settings.max_calls,
                    "max_steps": self.settings.max_steps,
                }
                self._planner = ModelPlanner(chat, self._planner, **limits)
        return self._planner

    @property
    def eyes(self) -> Eyes | None:
        """What reads pictures, as a witness; None where nothing is configured."""
        if self._eyes is None:
            from agent.models.configured import served_eyes

            self._eyes = served_eyes(self.settings)
        return self._eyes

    def ask(
        self,
        question: str = "",
        *,
        scenes: Sequence[str] = (),
        region: str | None = None,
        examples: Sequence[str] = (),
        answers: Respondent | None = None,
        session: str | None = None,
        listener: Listener = nobody,
        cancel: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Answer a question; an unfinished turn of the session is finished first.

        Args:
            question: In plain English; empty with `answers` to go on with the question that
                asked about crops.
            scenes: Ids or aliases of the scenes it is about, where the question names none.
            region: Where, as `lonlat:W,S,E,N`, `px:SCENE:C0,R0,C1,R1`, WKT or `@file.geojson`.
            examples: Boxes around one thing each of those asked about, written as regions.
            answers: Who answers questions about crops; the person, in a later turn, by default.
            session: A session's name; the same name goes on where it was left. New by default.
            listener: Told what happens, as it happens.
            cancel: Asked at every window of long work whether to stop.
        """
        from agent.turn_record import TurnRecord, asked_about_crops

        name = session_name(session)
        goes_on = answers is not None and not question.strip()
        if goes_on and (scenes or region or examples):
            raise BadName(
                "answers go on with the question that asked, its scenes, region and examples; "
                "leave these out, or ask the question anew"
            )
        record = TurnRecord(
            scenes=[self.home.catalog.scene(scene).id for scene in scenes],
            region=region_text(region),
            examples=[text for text in map(region_text, examples) if text is not None],
        )
        if not goes_on:
            question = plain_question(question)
        with self._writing(name):
            self._finish_earlier(name, listener, cancel)
            if goes_on:
                question, record = asked_about_crops(self.home.database, name)
            record = record.model_copy(update=_kept(answers))
            turn = self._new_turn(name, question, record)
            return self._run(name, turn, listener, cancel, respondent=answers)

    def review(
        self,
        session: str,
        objects: str,
        *,
        by: str,
        accept: Sequence[int] = (),
        reject: Sequence[int] = (),
        add: Sequence[str] = (),
        listener: Listener = nobody,
        cancel: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Accept, reject or add objects of evidence; the count follows, in a turn of its own.

        Args:
            session: The session's name.
            objects: The evidence whose objects are reviewed, such as `E5`.
            by: Who reviews, such as `person:Ada`.
            accept: Rows of objects, counted from 1, that are right.
            reject: Rows of objects that are wrong.
            add: Boxes around objects that were missed, written as regions.
            listener: Told what happens, as it happens.
            cancel: Asked whether to stop.
        """
        from agent.evidence import Call
        from agent.inquiry import Ask
        from agent.turn_record import TurnRecord

        name = session_name(session)
        arguments: dict[str, Any] = {
            "objects": f"{objects.partition('#')[0]}#set",
            "accept": sorted(accept),
            "reject": sorted(reject),
            "add": [text for text in map(region_text, add) if text is not None],
            "by": by,
        }
        said = f"Review of {objects}: {len(accept)} accepted, {len(reject)} rejected, "
        with self._writing(name):
            self._finish_earlier(name, listener, cancel)
            held = self._ledger(name).get(objects.partition("#")[0])
            count = _counted(held)
            if count.low is not None:
                arguments["count"] = f"{objects.partition('#')[0]}.count"
            call = Call(tool="review_objects", arguments=arguments, why="a person's review")
            record = TurnRecord(call=call, call_by=by, asked=[Ask(goal="count")])
            turn = self._new_turn(name, f"{said}{len(add)} added", record)
            return self._run(name, turn, listener, cancel)

    def call(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        by: str,
        session: str | None = None,
        listener: Listener = nobody,
        cancel: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Call one tool, in a turn of its own; what it found is evidence like any other.

        Args:
            tool: The tool's name.
            arguments: Its arguments as a planner writes them: references, not values.
            by: Who calls, such as `mcp`.
            session: A session's name; new by default.
            listener: Told what happens, as it happens.
            cancel: Asked at every window of long work whether to stop.
        """
        from agent.evidence import Call
        from agent.turn_record import TurnRecord

        name = session_name(session)
        call = Call(tool=tool, arguments=dict(arguments), why=f"called by {by}")
        with self._writing(name):
            self._finish_earlier(name, listener, cancel)
            record = TurnRecord(call=call, call_by=by)
            turn = self._new_turn(name, f"Call of {tool[:60]}.", record)
            return self._run(name, turn, listener, cancel)

    def _finish_earlier(self, session: str, listener: Listener, cancel: Callable[[], bool]) -> None:
        for _ in self._unfinished(session):
            listener(
                Notice("an earlier question of this session was interrupted; it is finished first")
            )
            self._go_on(session, listener, cancel)

    def resume(
        self,
        session: str,
        *,
        listener: Listener = nobody,
        cancel: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Finish the interrupted turn of a session."""
        name = session_name(session)
        with self._writing(name):
            return self._go_on(name, listener, cancel)

    def _go_on(self, session: str, listener: Listener, cancel: Callable[[], bool]) -> Answer:
        unfinished = self._unfinished(session)
        if not unfinished:
            raise UnknownId(f"session {session!r} has no interrupted question; ask a new one")
        return self._run(session, unfinished[0], listener, cancel)

    def _unfinished(self, session: str) -> list[int]:
        from store import ledger as rows

        return [
            turn
            for turn, _, status, _ in rows.turn_rows(self.home.database, session)
            if status == "running"
        ]

    def _new_turn(self, session: str, question: str, record: TurnRecord) -> int:
        from agent.evidence import digest
        from store import ledger as rows

        with self.home.database.write() as connection:
            rows.open_session(connection, session)
            turn = rows.start_turn(
                connection, session=session, question=question, record=record.model_dump_json()
            )
            body: dict[str, Any] = {
                "what": "asked",
                "question_sha256": digest(question),
                "scenes": record.scenes,
                "region": record.region,
            }
            if record.examples:
                body["examples"] = record.examples
            if record.continues:
                body["continues"] = record.continues
            self.audit.append(connection, session=session, turn=turn, kind="turn", body=body)
        return turn

    def _run(
        self,
        session: str,
        number: int,
        listener: Listener,
        cancel: Callable[[], bool],
        respondent: Respondent | None = None,
    ) -> Answer:
        from agent.result import answer_of
        from agent.running import Parts, loop, make_turn
        from store.database import DatabaseError

        started = time.monotonic()
        parts = Parts(self.settings, self.home, self.audit, self.registry, self.eyes)
        turn = make_turn(parts, self.planner, session, number, listener, cancel)
        turn.respondent = respondent or turn.respondent or self._eyes_answer()
        try:
            loop(turn, self.home.checkpoints)
        except DatabaseError:
            raise  # nothing more can be recorded: the turn stays open and can be resumed
        except Exception:  # noqa: BLE001 - a bug ends the turn, with its traceback in the log
            turn.fail(traceback.format_exc(limit=20))
        head = self.audit.seal()
        seconds = time.monotonic() - started
        return answer_of(turn.record, turn.ledger, number, head=head, seconds=seconds)

    def _eyes_answer(self) -> Respondent | None:
        """Return the eyes as respondent, where some are configured."""
        if self.eyes is None:
            return None
        from agent.respondents import AnswersByEyes

        return AnswersByEyes(self.eyes, self.home.artifacts)

    def _ledger(self, session: str) -> SessionLedger:
        from agent.ledger import SessionLedger

        return SessionLedger(self.home.database, self.home.artifacts, session)

    def _lock_file(self, session: str) -> IO[str]:
        folder = self.home.root / "locks"
        try:
            folder.mkdir(exist_ok=True)
            return (folder / f"{session}.lock").open("w")
        except OSError as wrong:
            raise CannotWrite(
                f"the store in {self.home.root} cannot be written ({wrong.strerror}), and a "
                "question leaves a record; copy the store to a folder of yours, or use --home"
            ) from wrong

    @contextmanager
    def _writing(self, session: str) -> Iterator[None]:
        """Hold the session's only place as writer."""
        with self._lock_file(session) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as wrong:
                raise SessionBusy(
                    f"session {session!r} is answering another question; wait, or use another"
                ) from wrong
            yield


def _kept(answers: Respondent | None) -> dict[str, Any]:
    """Return what of answers about crops is stored with a turn, for resuming."""
    from agent.respondents import AnswersGiven

    if not isinstance(answers, AnswersGiven):
        return {}
    return {"answers": dict(answers.answers), "answers_by": answers.by}


def _counted(evidence: Evidence | None) -> Quantity:
    """Return the count that is reviewed; refuses what is no finished count."""
    if evidence is None or evidence.set is None:
        raise UnknownId("there is no such set of objects in this session; name a count, such as E5")
    count = evidence.quantity("count")
    if count is None or evidence.series.get("ask"):
        raise BadName(
            f"{evidence.id} is no finished count: its objects are candidates. Answer the questions "
            "about them first, then review what was counted"
        )
    return count
