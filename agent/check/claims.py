"""Claims against the ledger: values, units, intervals, derived numbers, yes and no."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from agent.answer import Draft
from agent.answer.numbers import one
from agent.answer.outcome import ends
from agent.evidence import REFERENCE, Claim, Evidence
from agent.inquiry import Ask, Inquiry
from agent.inquiry import Claim as Claimed
from agent.planner.contract import Ledger
from tools.calculate.intervals import Verdict, bounded, evaluate
from tools.calculate.parse import parse
from tools.contract import Quantity

SAME = 1e-9
_LEADS = {"Yes": True, "No": False, "Right": True, "Not so": False}
_VERDICTS = {"Supported": "supported", "Not supported": "refuted", "Undecided": "undecided"}


def claim_faults(draft: Draft, text: str, ledger: Ledger, inquiry: Inquiry) -> list[str]:
    """Return where the claims of an answer do not hold."""
    shown = text.replace("**", "")
    faults: list[str] = []
    answers = [claim for claim in draft.claims if claim.role == "answer"]
    for claim in draft.claims:
        faults += _reference_faults(claim, ledger)
        if claim.role == "answer" and claim.text and claim.text not in shown:
            faults.append(f"claim {claim.id} is not in the text: {claim.text[:120]!r}")
        if claim.quantity is not None:
            faults += _quantity_faults(claim, ledger)
        if claim.role == "answer":
            faults += _lead_faults(claim)
    if len(answers) == len(inquiry.asked):
        for claim, ask in zip(answers, inquiry.asked, strict=True):
            faults += _decision_faults(claim, ask, ledger)
    return faults


def _reference_faults(claim: Claim, ledger: Ledger) -> Iterator[str]:
    known = {refusal.id for refusal in ledger.refusals}
    for reference in claim.evidence:
        found = REFERENCE.match(reference)
        evidence = ledger.get(found[1]) if found else None
        if evidence is None and reference not in known:
            yield f"claim {claim.id} stands on {reference}, which is not in this session"
        elif found and evidence and found[2] and evidence.quantity(found[2]) is None:
            yield f"claim {claim.id} stands on {reference}, which has no such figure"


def _quantity_faults(claim: Claim, ledger: Ledger) -> Iterator[str]:
    quantity, evidence = _quantity_of(claim, ledger)
    if quantity is None or evidence is None:
        yield f"claim {claim.id} names no figure of its evidence"
        return
    told = (claim.value, claim.unit, claim.low, claim.high, claim.interval, claim.level)
    held = (
        quantity.value,
        quantity.unit,
        quantity.low,
        quantity.high,
        quantity.interval,
        quantity.level,
    )
    if told != held:
        yield f"claim {claim.id} says {told}, its evidence {held}"
    if evidence.tool == "calculate" and not _recalculated(evidence, quantity, ledger):
        yield f"claim {claim.id} stands on a calculation that does not come out again"


def _quantity_of(claim: Claim, ledger: Ledger) -> tuple[Quantity | None, Evidence | None]:
    """Return the figure a claim names and the evidence that holds it."""
    for reference in claim.evidence:
        name, _, part = reference.partition(".")
        evidence = ledger.get(name)
        if evidence is not None and part == claim.quantity:
            return evidence.quantity(part), evidence
    return None, None


def _recalculated(evidence: Evidence, quantity: Quantity, ledger: Ledger) -> bool:
    """Work a calculation out anew from the evidence it was made of."""
    names = evidence.arguments.get("names", [])
    given: dict[str, Quantity] = {}
    for name, reference in zip(names, evidence.arguments.get("values", []), strict=True):
        parent, _, part = str(reference).partition(".")
        source = ledger.get(parent)
        value = source.quantity(part) if source is not None else None
        if value is None:
            return False
        given[name] = value
    tree = parse(str(evidence.arguments.get("expression", "")))
    result = evaluate(tree, {name: bounded(name, value) for name, value in given.items()})
    if isinstance(result, Verdict):
        return bool(result.value == quantity.value)
    number = quantity.number
    return number is not None and math.isclose(result.value, number, rel_tol=SAME, abs_tol=SAME)


def _lead_faults(claim: Claim) -> Iterator[str]:
    """Compare the first words of a claim with its value, and a figure with its rendering."""
    lead = claim.text.partition(":")[0]
    if lead in _LEADS and not isinstance(claim.value, str) and claim.value is not _LEADS[lead]:
        yield f"claim {claim.id} says {lead!r}, but its value is {claim.value!r}"
    if lead in _VERDICTS and claim.verdict != _VERDICTS[lead]:
        yield f"claim {claim.id} says {lead!r}, but its verdict is {claim.verdict!r}"
    number = isinstance(claim.value, int | float) and not isinstance(claim.value, bool)
    if (
        claim.quantity
        and number
        and claim.unit == "count"
        and one(claim.value, "count") not in claim.text
    ):
        yield f"claim {claim.id} does not show its own figure {claim.value!r}"


def _decision_faults(claim: Claim, ask: Ask, ledger: Ledger) -> Iterator[str]:
    """Work yes, no and verdicts out anew from the figures they stand on."""
    if not isinstance(claim.value, bool):
        if claim.verdict in ("supported", "refuted"):
            yield f"claim {claim.id} is {claim.verdict} without a yes or no"
        return
    expected = _decided(claim, ask, ledger)
    if _left_open(claim, ask, ledger):
        yield f"claim {claim.id} says {claim.value}, its evidence leaves that open"
    if expected is not None and expected != claim.value:
        yield f"claim {claim.id} says {claim.value}, its evidence says {expected}"
    if claim.verdict is not None and (claim.verdict == "supported") != claim.value:
        yield f"claim {claim.id} is {claim.value} and {claim.verdict}"


def _left_open(claim: Claim, ask: Ask, ledger: Ledger) -> bool:
    """Tell whether what the records do not say could turn a yes into a no, or a no into a yes."""
    bounds = [
        _ends(reference, ledger)
        for reference in claim.evidence
        if _number(reference, ledger) is not None
    ]
    if all(low == high for low, high in bounds):
        return False
    if ask.goal == "every" and len(bounds) == 2:
        (least, most), (few, many) = bounds
        return not (least >= many or most < few)
    corners = itertools.product(*bounds)
    return len({_decided_by(list(numbers), ask) for numbers in corners}) > 1


def _ends(reference: str, ledger: Ledger) -> tuple[float, float]:
    name, _, part = reference.partition(".")
    evidence = ledger.get(name)
    return (0.0, 0.0) if evidence is None else ends(evidence, part)


def _decided(claim: Claim, ask: Ask, ledger: Ledger) -> bool | None:
    """Return what the figures say; None where they are no numbers that can be compared here."""
    numbers = [
        number for number in (_number(ref, ledger) for ref in claim.evidence) if number is not None
    ]
    return _decided_by(numbers, ask)


def _decided_by(numbers: list[float], ask: Ask) -> bool | None:
    if ask.goal == "every" and len(numbers) == 2:
        return numbers[0] == numbers[1]
    if ask.goal == "compare" and len(numbers) == 2:
        first, second = numbers
        return {"more": first > second, "fewer": first < second, "same": first == second}.get(
            ask.order or ""
        )
    if len(numbers) != 1:
        return None
    if ask.claim is not None and ask.claim.value is not None:
        return _as_claimed(ask.claim, numbers[0])
    if ask.goal == "exists":
        denied = ask.claim is not None and ask.claim.relation == "no"
        return (numbers[0] > 0) != denied
    return None


def _number(reference: str, ledger: Ledger) -> float | None:
    name, _, part = reference.partition(".")
    evidence = ledger.get(name)
    quantity = evidence.quantity(part) if evidence is not None and part else None
    return None if quantity is None else quantity.number


def _as_claimed(claimed: Claimed, number: float) -> bool | None:
    """Compare a figure with the one claimed; "about" and rounding are left to the composer."""
    wanted = claimed.value or 0.0
    exact = number == wanted if claimed.unit == "count" else None
    return {
        "more_than": number > wanted,
        "at_least": number >= wanted,
        "fewer_than": number < wanted,
        "at_most": number <= wanted,
        "exactly": exact,
    }.get(claimed.relation)
