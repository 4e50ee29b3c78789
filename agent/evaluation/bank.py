"""What a question bank says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from agent.evaluation.stores import StoreSpec
from agent.yaml_files import Closed, read
from store.errors import StoreError
from tools.contract import Value


class BadBank(StoreError):
    """A question bank that cannot be read."""

    code = "bad_bank"


class Expected(Closed):
    """What is true: a value with its tolerance, one of several, or that it cannot be known."""

    value: Value = None
    """The value of the first answer claim, in the units of records: m, m2, count, 1 ..."""
    tolerance: float = 0.0
    """How far a number may be off, absolutely."""
    tolerance_share: float = 0.0
    """How far a number may be off, as a share of the true one."""
    any_of: list[Value] = Field(default_factory=list)
    """Other values that are right too."""
    contains: list[str] = Field(default_factory=list)
    """What the answer's words must hold, for answers that are no value."""
    refuse: bool = False
    """Whether nobody could know from what is held, or what the question takes for true is not."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        told = self.value is not None or bool(self.any_of) or bool(self.contains)
        if told == self.refuse:
            raise ValueError("say a value, words the answer contains, or refuse: true; not both")
        return self


class Question(Closed):
    """One question, what it is asked of, and what is true."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,60}$")
    family: str
    store: str
    ask: str
    scenes: list[str] = Field(default_factory=list)
    region: str | None = None
    examples: list[str] = Field(default_factory=list)
    answers: Path | None = None
    """Answers about crops, as `elenchus ask --answers` takes them; beside the bank, among the
    data, or in the store's folder."""
    answers_where: dict[str, list[str]] = Field(default_factory=dict)
    """Which features of a GeoJSON file of answers count: those with one of these values each."""
    after: str | None = None
    """Id of the question this one follows in the same conversation."""
    expect: Expected
    why: str = ""
    """How the true answer is known."""


class Bank(Closed):
    """A bank of questions and the stores they are asked of."""

    name: str
    kind: Literal["known", "blind"] = "known"
    stores: dict[str, StoreSpec]
    questions: list[Question] = Field(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        seen: dict[str, Question] = {}
        for question in self.questions:
            if question.id in seen:
                raise ValueError(f"two questions are called {question.id}")
            if question.store not in self.stores:
                raise ValueError(f"{question.id}: there is no store {question.store}")
            if question.after is not None:
                before = seen.get(question.after)
                if before is None or before.store != question.store:
                    raise ValueError(
                        f"{question.id}: {question.after} is no earlier question there"
                    )
            seen[question.id] = question
        return self

    def chosen(self, only: Sequence[str]) -> list[Question]:
        """Return the questions of these ids with those they follow; all where none is named."""
        known = {question.id: question for question in self.questions}
        if lacking := [name for name in only if name not in known]:
            raise BadBank(f"{self.name} has no question called {', '.join(lacking)}")
        wanted: set[str] = set()
        for name in only or known:
            follows: str | None = name
            while follows is not None and follows not in wanted:
                wanted.add(follows)
                follows = known[follows].after
        return [question for question in self.questions if question.id in wanted]


def load_bank(path: Path) -> Bank:
    """Read a question bank; a wrong one is refused with the place of the fault."""
    return read(path, Bank, BadBank)
