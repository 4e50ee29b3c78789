"""What every planner does, the embedded one and a model alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pydantic import Field

from agent.evidence import Call, Claim, Doubt, Evidence, QuestionBack, Refused, Status
from agent.inquiry import Inquiry
from store.scenes import Record

if TYPE_CHECKING:
    from store.catalog import Catalog
    from store.features.sets import FeatureSet
    from tools.registry import Registry


OF_PEOPLE = frozenset({"record_answers", "review_objects"})
"""Tools that keep what a person said: no model and no other program may call them."""


class PastTurn(Record):
    """What a later turn may refer to."""

    turn: int
    question: str
    inquiry: Inquiry | None
    status: Status
    answer: str
    claims: list[Claim] = Field(default_factory=list)
    question_back: QuestionBack | None = None


class Conversation(Record):
    """The session so far, as a planner sees it; newest turn last."""

    turns: list[PastTurn] = Field(default_factory=list)
    scenes: list[str] = Field(default_factory=list)
    """Ids of the scenes this question was asked about with `--scene`."""
    region: str | None = None
    """The region this question was asked about with `--region`, as written."""
    examples: list[str] = Field(default_factory=list)
    """Boxes around one thing each, drawn by the person (`--example`), as written."""
    answered: bool = False
    """Whether somebody or something answers questions about crops in this turn."""


class Ledger(Protocol):
    """The session's evidence and refusals, for reading."""

    @property
    def evidence(self) -> Sequence[Evidence]:
        """All evidence of the session in order; a turn's own has its turn number."""
        ...

    @property
    def refusals(self) -> Sequence[Refused]:
        """All refusals of the session in order."""
        ...

    @property
    def doubts(self) -> Sequence[Doubt]:
        """All doubts of the session in order."""
        ...

    def get(self, evidence_id: str) -> Evidence | None:
        """Return the evidence of this id, or None."""
        ...

    def features(self, evidence_id: str) -> FeatureSet | None:
        """Load the feature set of evidence, or None when it has none."""
        ...


class CropAsk(Record):
    """The wish to have the outstanding questions of evidence about crops answered."""

    evidence: str
    """Evidence whose series `ask` names the rows, and whose views show them."""
    text: str = ""
    """What is asked and why, for the person."""


class NotRun(Record):
    """A call that a planner wished for and that was not taken as far as `act`."""

    tool: str
    arguments: str
    """The arguments as written, cut."""
    why: str


class Plan(Record):
    """What to do next: calls, crops to be judged, enough, a question back, or why not."""

    calls: list[Call] = Field(default_factory=list)
    ask: CropAsk | None = None
    enough: bool = False
    question_back: QuestionBack | None = None
    abstain: str | None = None
    words: str | None = None
    """An answer in the planner's words with references, for where the composer has none."""
    not_run: list[NotRun] = Field(default_factory=list)
    fell_back: str | None = None
    """What a model did, such as "was not reachable", so that the rules went on without it."""


class Planner(Protocol):
    """Fills the inquiry, and steers by it; keeps no state of its own between calls."""

    name: str

    def understand(self, question: str, conversation: Conversation, catalog: Catalog) -> Inquiry:
        """Turn a question into an inquiry, with what was not understood in it."""
        ...

    def plan(
        self,
        inquiry: Inquiry,
        turn: int,
        ledger: Ledger,
        doubts: Sequence[Doubt],
        catalog: Catalog,
        tools: Registry,
    ) -> Plan:
        """Choose the next calls from the inquiry, this turn's evidence and the open doubts."""
        ...


@runtime_checkable
class FallsBack(Planner, Protocol):
    """A planner that may fail, and names the one that goes on without it."""

    instead: Planner

    def reword(self, words: str, faults: Sequence[str], inquiry: Inquiry) -> str | None:
        """Mend an answer in the planner's words that did not agree with the record."""
        ...
