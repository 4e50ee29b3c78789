"""What several figures need: words, citations, checks."""

from __future__ import annotations

from collections.abc import Callable

from agent.answer.draft import plain
from agent.answer.outcome import (
    Outcome,
    can_deny,
    count_of,
    ends,
    holds,
    of_quantity,
    said,
    verdict,
)
from agent.evidence import Evidence
from agent.inquiry import Ask, Subject
from agent.planner.contract import Ledger
from agent.planner.restate import claim_text, part_text, subject_text
from agent.planner.steps import Found
from tools.contract import Quantity

LISTED = 10
_WHY = (
    "layer_extent_assumed", "outside_map", "condition_unknown", "place_unknown",
    "right_incomplete", "without_value",
)  # fmt: skip
"""Caveats that say why nothing found is not nothing there."""


Figure = Callable[[Found, Ledger], Outcome]


def main_of(found: Found) -> Evidence:
    """Return the evidence a finding rests on."""
    assert found.main is not None
    return found.main


def things_of(subject: Subject | None, *, part: bool = True) -> str:
    """Return what is asked about in words."""
    if subject is None:
        return "them"
    subject = subject if part else subject.model_copy(update={"part": None})
    return plain(subject_text(subject))


def cite(evidence: Evidence) -> str:
    """Return the citation of evidence."""
    return f"[{evidence.id}]"


def capital(text: str) -> str:
    """Return text with its first letter large."""
    return text[:1].upper() + text[1:]


def ground(ask: Ask) -> str:
    """Return what a share is of in words."""
    part = ask.of.part if ask.of is not None else None
    return "the ground" if part in (None, "whole") else f"the {part_text(part)}"


def checked(found: Found, evidence: Evidence, name: str, text: str) -> Outcome:
    """Hold a figure against what was claimed or asked of it."""
    ask = found.ask
    quantity = evidence.quantity(name)
    assert ask.claim is not None
    assert isinstance(quantity, Quantity)
    words = things_of(ask.of)
    told = evidence.tool in ("lookup_osm", "relate", "select", "count_objects")
    if quantity.value == 0 and name == "count" and told and not can_deny(evidence):
        return cannot_tell(evidence, words)
    low, high = ends(evidence, name)
    if low < high:
        quantity = quantity.model_copy(update={"low": low, "high": high})
    true = holds(ask.claim, quantity)
    lead = "Cannot be told" if true is None else "Yes" if true else "No"
    if ask.claim.asserted:
        lead = {"supported": "Supported", "refuted": "Not supported", "undecided": "Undecided"}[
            verdict(true)
        ]
    asked = claim_text(ask.claim)
    full = (
        f"**{lead}**: {text[:1].lower() + text[1:] if text[:2] != 'E' else text}; asked was "
        f"{plain(asked)}."
    )
    answer = said(true, full, words, [f"{evidence.id}.{name}"], verdict=verdict(true))
    return Outcome(
        full,
        [answer, of_quantity(evidence, name, "support", "the figure", words)],
        settled=true is not None,
        used=[evidence],
    )


def nothing_known(main: Evidence, ask: Ask, words: str) -> Outcome | None:
    """Return "cannot tell" where nothing was found and not enough was looked at to deny it."""
    if count_of(main) > 0 or main.tool == "measure":
        return None
    return None if can_deny(main) else cannot_tell(main, words)


def cannot_tell(evidence: Evidence, words: str) -> Outcome:
    """Return "cannot tell", with why nothing may be denied."""
    codes = [c.code for c in evidence.caveats if c.code in _WHY]
    why = (
        " ".join(f"{{{evidence.id}!{code}}}." for code in dict.fromkeys(codes))
        or "What is held there does not claim to be complete."
    )
    text = (
        f"**Cannot tell**: no {words} were found, but not enough was looked at to say that there "
        f"are none {cite(evidence)}. {capital(why)}"
    )
    return Outcome(
        text,
        [said(None, text, words, [f"{evidence.id}.count"], verdict="undecided")],
        settled=False,
        used=[evidence],
    )


def none_of(evidence: Evidence, words: str) -> Outcome:
    """Say that there is nothing the question could be about."""
    text = f"There are no {words} {cite(evidence)}, so there is none to speak of."
    return Outcome(text, [said(None, text, words, [f"{evidence.id}.count"])], used=[evidence])


def unmeasured(evidence: Evidence, words: str, what: str) -> Outcome:
    """Return that what was found has no such figure."""
    if count_of(evidence) == 0 and evidence.tool == "lookup_osm" and can_deny(evidence):
        text = f"There are no {words} {cite(evidence)}, so there is nothing to measure."
        return Outcome(text, [said(None, text, words, [f"{evidence.id}.count"])], used=[evidence])
    text = (
        f"**Cannot tell** the {plain(what)} of {words}: what was found has no such figure "
        f"{cite(evidence)}."
    )
    return Outcome(
        text,
        [
            said(
                None,
                text,
                words,
                [f"{evidence.id}.count"] if evidence.quantity("count") else [],
                verdict="undecided",
            )
        ],
        settled=False,
        used=[evidence],
    )
