"""What one thing asked came to: a sentence, its claims, and whether it was settled."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from agent.evidence import Claim, Evidence
from agent.inquiry import Claim as Claimed
from tools.contract import Quantity, Value

ENOUGH = 0.99
_BARE = ("exactly", "about")
_GROWING = ("share", "density", "area_inside", "area_whole", "length_inside", "length_whole")
"""Figures that would be larger if what does not say so were meant too."""


@dataclass
class Outcome:
    """A sentence with references, the claims it makes, the evidence it stands on."""

    text: str
    claims: list[Claim]
    settled: bool = True
    partly: bool = False
    """Whether something that was asked is told, though not all."""
    used: list[Evidence] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def ref(evidence: Evidence, name: str, style: str = "") -> str:
    """Return a reference to a quantity for a draft's text."""
    return "{" + f"{evidence.id}.{name}" + (f"|{style}" if style else "") + "}"


def of_quantity(evidence: Evidence, name: str, role: str, text: str, of: str) -> Claim:
    """Return a claim that says what a quantity says."""
    quantity = evidence.quantity(name)
    assert quantity is not None
    return Claim(
        id="c", role=role, text=text, quantity=name, of=of, value=quantity.value,
        unit=quantity.unit, low=quantity.low, high=quantity.high, interval=quantity.interval,
        level=quantity.level, evidence=[f"{evidence.id}.{name}"],
    )  # fmt: skip


def said(value: Value, text: str, of: str, evidence: list[str], **more: object) -> Claim:
    """Return an answer claim with a value that is no quantity: yes or no, a name, or unknown."""
    return Claim(
        id="c", role="answer", text=text, of=of, value=value, unit="text", evidence=evidence, **more
    )


def looked(evidence: Evidence) -> float:
    """Return the share of the asked area that was looked at, 0 when nobody says."""
    if evidence.coverage is None:
        return 0.0
    return min(sum(look.share for look in evidence.coverage.looked), 1.0)


def can_deny(evidence: Evidence) -> bool:
    """Tell whether "none" may be said: enough was looked at by something that can tell."""
    return looked(evidence) >= ENOUGH and ends(evidence, "count")[1] <= count_of(evidence)


def ends(evidence: Evidence, name: str) -> tuple[float, float]:
    """Return the least and the most that a figure may be, by its interval or what is not said."""
    quantity = evidence.quantity(name)
    number = quantity.number if quantity is not None else None
    if quantity is None or number is None:
        return 0.0, 0.0
    if quantity.interval != "none" and quantity.low is not None and quantity.high is not None:
        return quantity.low, quantity.high
    unknown = evidence.value("count_condition_unknown")
    more = float(unknown) if isinstance(unknown, int | float) else 0.0
    if name == "count":
        return number, math.inf if partly_mapped(evidence) else number + more
    return number, math.inf if more and name in _GROWING else number


def partly_mapped(evidence: Evidence) -> bool:
    """Tell whether a part of the area asked about lies where no map is held."""
    return evidence.tool == "lookup_osm" and evidence.quantity("covered_share") is not None


def count_of(evidence: Evidence) -> int:
    """Return the count of a finding."""
    value = evidence.value("count")
    return int(value) if isinstance(value, int | float) else 0


def holds(claimed: Claimed, quantity: Quantity) -> bool | None:
    """Tell whether a figure is as claimed; None when its interval leaves it open.

    "About" is within a tenth of the claimed value.
    """
    if not isinstance(quantity.value, int | float) or claimed.value is None:
        return None
    low = quantity.low if quantity.low is not None else float(quantity.value)
    high = quantity.high if quantity.high is not None else float(quantity.value)
    ends = {_as_claimed(claimed, end) for end in (low, float(quantity.value), high)}
    if claimed.relation in _BARE and low <= claimed.value <= high and low < high:
        return None
    return ends.pop() if len(ends) == 1 else None


def _as_claimed(claimed: Claimed, value: float) -> bool:
    wanted = claimed.value or 0.0
    if claimed.relation == "more_than":
        return value > wanted
    if claimed.relation == "at_least":
        return value >= wanted
    if claimed.relation == "fewer_than":
        return value < wanted
    if claimed.relation == "at_most":
        return value <= wanted
    if claimed.relation == "about":
        return abs(value - wanted) <= 0.1 * abs(wanted)
    return abs(value - wanted) <= (0.005 * abs(wanted) if claimed.unit != "count" else 0.0)


def verdict(true: bool | None) -> str:
    """Return the verdict on a statement."""
    return "undecided" if true is None else "supported" if true else "refuted"
