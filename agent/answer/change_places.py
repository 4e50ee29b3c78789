"""Sentences about where it changed most, and whether it gained or lost."""

from __future__ import annotations

import re

from agent.answer.change_words import (
    CELLS,
    HALVES,
    QUARTERS,
    WATER,
    claims_amounts,
    foremost,
    halves_told,
    nothing,
    turned_told,
    undecided,
    why,
)
from agent.answer.draft import plain
from agent.answer.outcome import Outcome, ref, said
from agent.evidence import Evidence
from agent.inquiry import Ask

_CLEARLY = 2.0


def sides_in(question: str) -> tuple[str, ...]:
    """Return the halves a question compares: those it names, all four where it names less."""
    named = tuple(side for side in HALVES if re.search(rf"\b{side}", question, re.IGNORECASE))
    return named if len(named) > 1 else HALVES


def where(change: Evidence, ask: Ask, pair: str, halves: tuple[str, ...] = HALVES) -> Outcome:
    """Name the ninth, half or quarter where most or least is marked."""
    if change.value("verdict") == "unchanged":
        return nothing(change, pair, yes=False)
    names, suffix, word = {
        "halves": (halves, "_half", "half"),
        "quarters": (QUARTERS, "_quarter", "quarter"),
    }.get(ask.aspect or "", (CELLS, "", "of that ninth"))
    sure = claims_amounts(change)
    prefix = "share" if sure else "candidate_share"
    least = ask.order == "fewer"
    best = foremost(change, prefix, names, least=least, suffix=suffix)
    if best is None:
        text = (
            f"**Cannot tell** where between {pair}: no part of it can be named by the compass, or "
            f"none stands out [{change.id}]."
        )
        return undecided(change, text, partly=True)
    direction = best.replace("_", "-")
    figures = ", ".join(
        f"{name.replace('_', '-')} {ref(change, f'{prefix}_{name}{suffix}')}"
        for name in (names if suffix else (best,))
        if change.quantity(f"{prefix}_{name}{suffix}") is not None
    )
    least_most = "least" if least else "most"
    shown = f"{figures} {word if not suffix else ''}".rstrip()
    if not sure:
        text = (
            f"**Cannot tell** where between {pair} it changed {least_most}. {why(change)} "
            f"The places that differ {least_most} lie in the {direction}: {shown} is marked. These "
            f"are candidates; light and season can mark them too [{change.id}]."
        )
        return undecided(change, text, partly=True)
    text = f"**{least_most.capitalize()} in the {direction}** of the scene: {shown} changed "
    text += f"[{change.id}]." + (halves_told(change) if not suffix else "")
    evidence = [f"{change.id}.{prefix}_{best}{suffix}"]
    return Outcome(text, [said(direction, text, "change", evidence)], used=[change])


def direction(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Answer "did the water grow": by what became dark to radar, where it was radar."""
    of = plain(ask.of.label) if ask.of is not None and ask.of.label else "it"
    darker, brighter = change.value("darker_share"), change.value("brighter_share")
    radar = any(caveat.code == "darker_like_water" for caveat in change.caveats)
    if change.value("verdict") == "unchanged":
        return nothing(change, pair, yes=False)
    numbers = isinstance(darker, int | float) and isinstance(brighter, int | float)
    if not (numbers and radar and WATER.search(of)):
        text = (
            f"**Cannot tell** whether {of} grew or shrank: between {pair} the tool tells that and "
            f"where something changed, not from what to what [{change.id}]."
        )
        return undecided(change, text, partly=True)
    assert isinstance(darker, int | float)
    assert isinstance(brighter, int | float)
    more, less = max(darker, brighter), min(darker, brighter)
    shares = (
        f"{ref(change, 'darker_share')} of the area became darker, as open water looks to radar, "
        f"and {ref(change, 'brighter_share')} brighter, as where water went"
    )
    if more < _CLEARLY * less:
        return undecided(change, f"**Cannot tell** whether {of} grew or shrank between {pair}: "
                          f"{shares} [{change.id}].", partly=True)  # fmt: skip
    word = "grew" if darker > brighter else "shrank"
    text = f"**It {word}**, as far as radar tells, between {pair}: {shares} [{change.id}]."
    evidence = [f"{change.id}.darker_share", f"{change.id}.brighter_share"]
    return Outcome(text, [said(word, text, of, evidence)], used=[change])


def like_water(change: Evidence) -> str:
    """Say how much became darker, as water does."""
    radar = any(caveat.code == "darker_like_water" for caveat in change.caveats)
    told = f" Mind that {{{change.id}!darker_like_water}}." if radar else ""
    return f"{turned_told(change)} What the ground turned into is not told by this tool.{told}"
