"""Shares of the ground, areas, lengths, densities."""

from __future__ import annotations

from agent.answer.figures.shared import (
    checked,
    cite,
    ground,
    main_of,
    none_of,
    nothing_known,
    things_of,
    unmeasured,
)
from agent.answer.numbers import unit_asked
from agent.answer.outcome import (
    Outcome,
    count_of,
    ends,
    of_quantity,
    ref,
)
from agent.evidence import Evidence
from agent.planner.contract import Ledger
from agent.planner.steps import Found


def _least(evidence: Evidence, name: str) -> str:
    """Return "at least" for a figure that would be larger if what is not said were known."""
    low, high = ends(evidence, name)
    return "at least " if high > low else ""


def share(found: Found, ledger: Ledger) -> Outcome:
    """Say what share of the ground is covered."""
    main, ask = found.result or main_of(found), found.ask
    words = things_of(ask.of, part=False)
    if main.quantity("share") is None and count_of(main) == 0:
        return nothing_known(main, ask, words) or none_of(main, words)
    if main.quantity("share") is None:
        return unmeasured(main, words, "cover")
    if ask.claim is not None and ask.claim.value is not None:
        return checked(
            found,
            main,
            "share",
            f"{ref(main, 'share')} of {ground(ask)} is covered by {words} {cite(main)}",
        )
    text = (
        f"**{_least(main, 'share')}{ref(main, 'share')}** of {ground(ask)} is covered by {words} "
        f"{cite(main)}: "
        f"{ref(main, 'area_inside')} of {ref(main, 'region_area')}, overlaps counted once."
    )
    claims = [
        of_quantity(main, "share", "answer", text, words),
        of_quantity(main, "area_inside", "support", "covered area", words),
    ]
    return Outcome(text, claims, used=[main])


def size(found: Found, ledger: Ledger) -> Outcome:
    """Say the area or length of things, whole and inside the region."""
    main, ask = found.result or main_of(found), found.ask
    words = things_of(ask.of)
    style = unit_asked(ask.unit) or ""
    whole, inside = f"{ask.goal}_whole", f"{ask.goal}_inside"
    single = ask.of is not None and ask.of.definite and main.value("count") == 1
    names = (
        ["value"]
        if found.result is not None and found.result.quantity("value") is not None
        else ["total"]
        if found.result is not None
        else [whole, inside]
        if single
        else [inside, whole]
    )
    held = [name for name in names if main.quantity(name) is not None]
    if not held:
        return unmeasured(main, words, ask.goal)
    first = held[0]
    if ask.claim is not None and ask.claim.value is not None:
        return checked(
            found, main, first, f"Together {words} have {ref(main, first, style)} {cite(main)}"
        )
    inner = " inside the area asked about" if first == inside else ""
    what = "total length" if ask.goal == "length" else "area"
    if first == "value" and ask.goal == "area":
        what = "area of the largest that bears the name, out of all"
    least = _least(main, first)
    text = f"**{least}{ref(main, first, style)}** is the {what} of {words}{inner} {cite(main)}."
    claims = [of_quantity(main, first, "answer", text, words)]
    if len(held) > 1 and main.value(held[0]) != main.value(held[1]):
        how = "whole, parts outside included" if held[1] == whole else "inside the area asked about"
        text += f" {ref(main, held[1], style)} {how}."
        claims.append(of_quantity(main, held[1], "support", how, words))
    return Outcome(text, claims, used=[main_of(found), main])


def density(found: Found, ledger: Ledger) -> Outcome:
    """Say how many there are per area."""
    main, ask = main_of(found), found.ask
    words = things_of(ask.of)
    if main.quantity("density") is None:
        return unmeasured(main, words, "density")
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        return unknown
    style = unit_asked(ask.unit) or "km2"
    least = _least(main, "density")
    text = (
        f"**{least}{ref(main, 'density', style)}**: {ref(main, 'count')} {words} on "
        f"{ref(main, 'region_area')} {cite(main)}."
    )
    return Outcome(
        text,
        [
            of_quantity(main, "density", "answer", text, words),
            of_quantity(main, "count", "support", "how many", words),
        ],
        used=[main],
    )
