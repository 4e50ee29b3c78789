"""Whether an answer is right, wrong or missing, and whether its evidence resolves."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from agent.evaluation.bank import Expected, Question
from agent.evidence import REFERENCE, Claim
from agent.result import Answer
from tools.contract import Value

Outcome = Literal[
    "right", "right_refusal", "wrong_number", "imprecise", "wrong_other", "over_abstained", "failed"
]
"""`wrong_number` is a value that is not true, or one given where none can be known; `imprecise` is
an estimate outside of the tolerance whose own stated interval holds the truth."""

_GIVEN = ("answered", "partial", "budget")


class Scored(BaseModel):
    """One question with what was answered and how right that is."""

    id: str
    family: str
    ask: str
    outcome: Outcome
    status: str
    answer: str
    value: Value = None
    expected: Value = None
    faults: list[str] = []
    seconds: float = 0.0
    tool_calls: int = 0
    session: str = ""


def score(question: Question, answer: Answer) -> Scored:
    """Hold an answer against what is true."""
    claim = next((claim for claim in answer.claims if claim.role == "answer"), None)
    faults = unresolved(answer)
    outcome = _outcome(question.expect, answer, claim)
    if faults and outcome == "right":
        outcome = "wrong_other"
    return Scored(
        id=question.id,
        family=question.family,
        ask=question.ask,
        outcome=outcome,
        status=answer.status,
        answer=answer.answer,
        value=None if claim is None else claim.value,
        expected=question.expect.value,
        faults=faults,
        seconds=answer.seconds,
        tool_calls=answer.tool_calls,
        session=answer.session,
    )


def unresolved(answer: Answer) -> list[str]:
    """Return the references of an answer's claims that lead to nothing in its evidence."""
    evidence = {item.id: item for item in answer.evidence}
    refusals = {item.id for item in answer.refusals}
    faults: list[str] = []
    for claim in answer.claims:
        if claim.role == "answer" and isinstance(claim.value, int | float) and not claim.evidence:
            faults.append(f"{claim.id} gives {claim.value} and names no evidence")
        for reference in claim.evidence:
            if reference in refusals:
                continue
            found = REFERENCE.match(reference)
            item = evidence.get(found[1]) if found else None
            if found is None or item is None or (found[2] and item.quantity(found[2]) is None):
                faults.append(f"{claim.id} refers to {reference}, which is not there")
    return faults


def _outcome(expect: Expected, answer: Answer, claim: Claim | None) -> Outcome:
    value = None if claim is None else claim.value
    if answer.status in ("failed", "cancelled"):
        return "failed"
    given = answer.status in _GIVEN and value is not None
    if expect.refuse:
        return "wrong_number" if given else _refused(answer, claim)
    wanted = [v for v in (expect.value, *expect.any_of) if v is not None]
    if wanted and not given:
        return "over_abstained"
    if not wanted and answer.status not in _GIVEN:
        return "over_abstained"
    said = all(words.casefold() in answer.answer.casefold() for words in expect.contains)
    if wanted and not any(_equal(value, true, expect) for true in wanted):
        return "imprecise" if _held(claim, wanted) else "wrong_number"
    return "right" if said else "wrong_other"


def _refused(answer: Answer, claim: Claim | None) -> Outcome:
    """Tell whether an answer without a value says that it cannot be told, or something else."""
    undecided = claim is not None and claim.verdict == "undecided"
    return "wrong_other" if answer.status == "answered" and not undecided else "right_refusal"


def _held(claim: Claim | None, wanted: Sequence[Value]) -> bool:
    """Tell whether a truth lies in the interval that a claim states with a probability."""
    if claim is None or claim.low is None or claim.high is None or claim.level is None:
        return False
    numbers = [v for v in wanted if isinstance(v, int | float) and not isinstance(v, bool)]
    return any(claim.low <= number <= claim.high for number in numbers)


def _equal(value: Value, true: Value, expect: Expected) -> bool:
    if isinstance(true, str):
        return isinstance(value, str) and _holds(_folded(value), _folded(true))
    if isinstance(true, bool) or isinstance(value, bool | str) or value is None or true is None:
        return type(value) is type(true) and value == true
    allowed = max(expect.tolerance, expect.tolerance_share * abs(true), 1e-9 * abs(true))
    return math.isclose(float(value), float(true), rel_tol=0, abs_tol=allowed)


def _holds(value: str, true: str) -> bool:
    """Tell whether the words of the true answer stand in the value, whole and in order."""
    return re.search(rf"(?<![\w#]){re.escape(true)}(?!\w)", value) is not None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
