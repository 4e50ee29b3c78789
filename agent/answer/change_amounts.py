"""Sentences about how much changed, in how many regions and in a part of the scene."""

from __future__ import annotations

from agent.answer.change_words import claims_amounts, nothing, undecided, why
from agent.answer.draft import plain
from agent.answer.numbers import unit_asked
from agent.answer.outcome import Outcome, can_deny, holds, of_quantity, ref, said, verdict
from agent.evidence import Evidence
from agent.inquiry import Ask
from agent.planner.restate import claim_text, part_text, relation_text
from agent.planner.steps import Found

_PLENTY = 0.005


def amount(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Say what share or area changed, or hold it against what was claimed."""
    name = "changed_area" if ask.aspect == "area" else "changed_share"
    quantity = change.quantity(name)
    if quantity is None:
        return undecided(change, f"{why(change)} [{change.id}]", partly=True)
    if ask.claim is not None and ask.claim.value is not None:
        return _claimed(change, ask, name)
    of = " of the area compared" if name == "changed_share" else ""
    text = (
        f"**{ref(change, name, unit_asked(ask.unit) or '')}**{of} changed between {pair} "
        f"[{change.id}]."
    )
    claims = [of_quantity(change, name, "answer", text, "change")]
    for other in ("changed_share", "changed_area", "compared_share"):
        if other != name and change.quantity(other) is not None:
            claims.append(of_quantity(change, other, "support", other.replace("_", " "), "change"))
    return Outcome(text, claims, used=[change])


def kept(found: Found, change: Evidence, pair: str) -> Outcome:
    """Say what share stayed as it was: the rest of the share that changed."""
    kept = found.result
    assert kept is not None
    text = (
        f"**{ref(kept, 'value')}** of the area compared stayed as it was between {pair}, the rest "
        f"of the {ref(change, 'changed_share')} that changed [{kept.id}, {change.id}]."
    )
    claim = of_quantity(kept, "value", "answer", text, "what stayed the same")
    return Outcome(text, [claim], used=[change, kept])


def _claimed(change: Evidence, ask: Ask, name: str) -> Outcome:
    """Hold the figure against what was claimed of it."""
    quantity = change.quantity(name)
    assert quantity is not None
    assert ask.claim is not None
    true = holds(ask.claim, quantity)
    lead = "Cannot be told" if true is None else "Yes" if true else "No"
    text = (
        f"**{lead}**: {ref(change, name)} changed [{change.id}]; asked was "
        f"{plain(claim_text(ask.claim))}."
    )
    claims = [
        said(true, text, "change", [f"{change.id}.{name}"], verdict=verdict(true)),
        of_quantity(change, name, "support", "the figure", "change"),
    ]
    return Outcome(text, claims, settled=true is not None, used=[change])


def in_part(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Answer about a half, a quarter or the middle of the scene."""
    part = ask.of.part if ask.of is not None else None
    base = str(part).replace("-", "_")
    name = f"share_{base}"
    name += "" if part == "centre" else "_quarter" if "_" in base else "_half"
    where = f"the {part_text(str(part))}"
    if change.value("verdict") == "unchanged":
        return nothing(change, pair, yes=False)
    quantity = change.quantity(name)
    if quantity is None or not isinstance(quantity.value, int | float):
        unnamed = f"**Cannot tell** what changed in {where} [{change.id}]."
        text = unnamed if claims_amounts(change) else f"{why(change)} [{change.id}]"
        return undecided(change, text, partly=True)
    shown = f"{ref(change, name)} of {where} changed between {pair} [{change.id}]."
    if ask.aspect != "exists":
        text = f"**{ref(change, name)}** of {where} changed between {pair} [{change.id}]."
        return Outcome(text, [of_quantity(change, name, "answer", text, "change")], used=[change])
    if 0 < quantity.value < _PLENTY:
        return undecided(change, f"**Cannot tell**, it is hardly above noise there: {shown}")
    did = quantity.value > 0
    text = f"**{'Yes' if did else 'No'}**: {shown}"
    claims = [
        said(did, text, "change", [f"{change.id}.{name}"]),
        of_quantity(change, name, "support", "share there", "change"),
    ]
    return Outcome(text, claims, used=[change])


def regions(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Say how many regions changed, or hold that against what was claimed."""
    quantity = change.quantity("region_count")
    if quantity is None:
        return undecided(change, f"{why(change)} [{change.id}]{looks(change)}", partly=True)
    if ask.claim is not None and ask.claim.value is not None:
        true = holds(ask.claim, quantity)
        text = (
            f"**{'Yes' if true else 'No'}**: {ref(change, 'region_count')} regions changed "
            f"[{change.id}]; asked was {plain(claim_text(ask.claim))}."
        )
        where = [f"{change.id}.region_count"]
        return Outcome(text, [said(true, text, "change", where, verdict=verdict(true))],
                       used=[change])  # fmt: skip
    text = f"**{ref(change, 'region_count')}** changed regions between {pair} [{change.id}]."
    claim = of_quantity(change, "region_count", "answer", text, "changed regions")
    return Outcome(text, [claim], used=[change])


def looks(change: Evidence) -> str:
    """Say how many places are worth a look."""
    if change.quantity("candidate_count") is None:
        return ""
    return f" {ref(change, 'candidate_count')} places are worth a look; not all need have changed."


def largest(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Say how large the largest changed region is."""
    if change.quantity("largest_region") is None:
        if claims_amounts(change):
            return nothing(change, pair, yes=False)
        return undecided(change, f"{why(change)} [{change.id}]{looks(change)}", partly=True)
    text = (
        f"**{ref(change, 'largest_region', unit_asked(ask.unit) or '')}** is the area of the "
        f"largest changed region between {pair}, of {ref(change, 'region_count')} [{change.id}]."
    )
    claim = of_quantity(change, "largest_region", "answer", text, "changed regions")
    return Outcome(text, [claim], used=[change])


def near(found: Found, change: Evidence) -> Outcome:
    """Say how many changed regions lie so to things of the map."""
    ask, related = found.ask, found.result
    assert related is not None
    how = " ".join(relation_text(r) for r in ask.of.relations) if ask.of is not None else ""
    if not claims_amounts(change):
        text = (
            f"{why(change)} [{change.id}] {ref(related, 'count')} of "
            f"{ref(related, 'left_count')} places worth a look lie {plain(how)} [{related.id}]."
        )
        return undecided(change, text, partly=True)
    if related.value("count") == 0 and not can_deny(related):
        text = (
            f"**Cannot tell** whether any changed region lies {plain(how)}: not enough was looked "
            f"at to say that none does [{related.id}]."
        )
        return undecided(change, text)
    text = (
        f"**{ref(related, 'count')}** of {ref(related, 'left_count')} changed regions lie "
        f"{plain(how)} [{related.id}, {change.id}]."
    )
    claim = of_quantity(related, "count", "answer", text, "changed regions")
    return Outcome(text, [claim], used=[change, related])
