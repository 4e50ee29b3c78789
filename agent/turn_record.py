"""What is stored of a turn beside its evidence, and the conversation it makes."""

from __future__ import annotations

from pydantic import Field

from agent.evidence import Call, Claim, QuestionBack, Status, Verdict
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Conversation, PastTurn
from store import ledger as rows
from store.database import Database
from store.errors import UnknownId
from store.scenes import Record


class TurnRecord(Record):
    """What is stored of a turn beside its evidence."""

    scenes: list[str] = Field(default_factory=list)
    region: str | None = None
    examples: list[str] = Field(default_factory=list)
    continues: list[int] = Field(default_factory=list)
    """Earlier turns of the same question, which asked about crops and now get their answers."""
    answers: dict[str, Verdict] = Field(default_factory=dict)
    """What was said about crops with the question, by object; kept so that resuming has it too."""
    answers_by: str = ""
    call: Call | None = None
    """The one call this turn consists of, where somebody decided on it: a review, say."""
    call_by: str = ""
    asked: list[Ask] = Field(default_factory=list)
    """What that call is to answer."""
    planner: str = ""
    inquiry: Inquiry | None = None
    end: str | None = None
    end_text: str | None = None
    question_back: QuestionBack | None = None
    words: str | None = None
    """An answer in a model's words, for where the composer finds none."""
    fell_back: str = ""
    """What went wrong with a model, and who went on."""
    status: Status | None = None
    answer: str = ""
    claims: list[Claim] = Field(default_factory=list)
    steps: int = 0
    calls_made: int = 0
    samples_read: int = 0


def load(database: Database, session: str, number: int) -> tuple[str, TurnRecord]:
    """Return the question of a turn and what is stored of it."""
    for turn, question, _, text in rows.turn_rows(database, session):
        if turn == number:
            return question, TurnRecord.model_validate_json(text)
    raise UnknownId(f"session {session!r} has no turn {number}")


def conversation(database: Database, session: str, number: int, record: TurnRecord) -> Conversation:
    """Return the turns before one, and what that one was asked about."""
    past: list[PastTurn] = []
    for turn, question, _, text in rows.turn_rows(database, session):
        if turn >= number:
            break
        told = TurnRecord.model_validate_json(text)
        past.append(
            PastTurn(
                turn=turn,
                question=question,
                inquiry=told.inquiry,
                status=told.status or "failed",
                answer=told.answer,
                claims=told.claims,
                question_back=told.question_back,
            )
        )
    return Conversation(
        turns=past, scenes=record.scenes, region=record.region, examples=record.examples
    )


def asked_about_crops(database: Database, session: str) -> tuple[str, TurnRecord]:
    """Return the question that waits for answers about crops, as a record that goes on with it.

    Raises:
        UnknownId: The session's last turn asked about no crops.
    """
    turns = list(rows.turn_rows(database, session))
    if turns:
        number, question, _, text = turns[-1]
        last = TurnRecord.model_validate_json(text)
        if last.question_back is not None and last.question_back.crops:
            kept = last.model_dump(include={"scenes", "region", "examples"})
            return question, TurnRecord(**kept, continues=[*last.continues, number])
    raise UnknownId(
        f"session {session!r} waits for no answers about crops; ask the question first, such as: "
        "How many ships are there?"
    )
