"""The draft of an answer: words with references in place of numbers, and the claims."""

from __future__ import annotations

from pydantic import Field

from agent.evidence import Claim, QuestionBack, Status
from store.scenes import Record


class Draft(Record):
    """An answer before its numbers are filled in.

    References in `text`: `{E3.count}` a quantity (`{E3.area|ha}` in a unit, `{E3.count|bare}`
    without its interval), `{E3#2}` what object 2 is called, `{E3#2.area_m2}` a column of it,
    `{E3#2~surface}` a tag of it,
    `{E3!edge}` the words of a caveat, `{R1}` of a refusal, `{D2}` of a doubt.
    """

    status: Status
    text: str
    claims: list[Claim] = Field(default_factory=list)
    question_back: QuestionBack | None = None


_INERT = str.maketrans({
    "{": "(", "}": ")", "[": "(", "]": ")", "<": "‹", ">": "›",
    "`": "'", "*": "∗", "|": "¦", "~": "∼",
})  # fmt: skip
"""What could pass for a reference, a citation or markup, and what is shown in its place."""


def plain(text: str) -> str:
    """Return text from outside with nothing in it that reads as a reference or as markup."""
    cleaned = "".join(c if c.isprintable() else " " for c in text)
    return cleaned.translate(_INERT)[:400]
