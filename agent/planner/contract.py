"""What every planner does, the embedded one and a model alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from pydantic import Field

from agent.evidence import Call, Claim, Doubt, Evidence, QuestionBack, Refused, Status
from agent.inquiry import Inquiry
from store.scenes import Record

if TYPE_CHECKING:
    from store.catalog import Catalog
    from store.features.sets import FeatureSet
    from tools.registry import Registry


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


class Plan(Record):
    """What to do next: calls, crops to be judged, enough, a question back, or why not."""

    calls: list[Call] = Field(default_factory=list)
    ask: CropAsk | None = None
    enough: bool = False
    question_back: QuestionBack | None = None
    abstain: str | None = None


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
