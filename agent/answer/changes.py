"""Sentences and claims about what changed between two scenes; amounts only where they hold."""

from __future__ import annotations

from agent.answer.change_amounts import amount, in_part, kept, largest, near, regions
from agent.answer.change_places import direction, like_water, sides_in, where
from agent.answer.change_words import (
    CELLS,
    WATER,
    claims_amounts,
    clear,
    codes,
    foremost,
    halves_told,
    how_much,
    in_regions,
    nothing,
    reasons,
    turned_told,
    undecided,
    verdict_of,
    why,
    with_share,
)
from agent.answer.draft import plain
from agent.answer.outcome import Outcome, of_quantity, ref, said
from agent.evidence import Evidence
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Ledger
from agent.planner.steps import Found

_KINDS = {
    "built": ("built", {"new_structure"}),
    "lost": ("removed or destroyed", {"lost_structure"}),
    "built or lost": ("built or removed", {"new_structure", "lost_structure"}),
}


def changed(found: Found, inquiry: Inquiry, ledger: Ledger) -> Outcome:
    """Say what changed between the two scenes, as it was asked."""
    ask, change = found.ask, found.main
    assert change is not None
    pair = " and ".join(plain(key.id) for key in change.scenes[:2])
    if change.value("verdict") == "cannot_tell":
        return _open(change, ask, pair)
    if found.result is not None:
        return kept(found, change, pair) if ask.order == "same" else near(found, change)
    if ask.of is not None and ask.of.part is not None:
        return in_part(change, ask, pair)
    by_aspect = {
        "exists": _whether, "list": _what, "share": amount, "area": amount, "count": regions,
        "where": where, "quarters": where, "largest": largest,
    }  # fmt: skip
    if ask.aspect == "direction":
        return direction(change, ask, pair)
    if ask.aspect == "halves":
        outcome = where(change, ask, pair, sides_in(inquiry.question))
    else:
        outcome = by_aspect[ask.aspect or "exists"](change, ask, pair)
    if WATER.search(inquiry.question) and change.quantity("darker_share") is not None:
        outcome.text += like_water(change)
    return outcome


def _open(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Say that nothing can be told, and where a look is worth while."""
    text = f"**Cannot tell** whether anything changed between {pair}: {reasons(change)} "
    text += f"[{change.id}]."
    if change.quantity("candidate_count") is not None and change.value("candidate_count"):
        text += (
            f" {ref(change, 'candidate_count')} places are worth a look; they are not claimed to "
            "have changed."
        )
        best = foremost(change, "candidate_share", CELLS, least=False)
        if ask.aspect in ("where", "halves", "quarters", "list") and best is not None:
            text += f" What differs lies mostly in the {best.replace('_', '-')}: "
            text += f"{ref(change, f'candidate_share_{best}')} there."
    return undecided(change, text)


# -- whether, and what -----------------------------------------------------------------------------


def _whether(change: Evidence, ask: Ask, pair: str) -> Outcome:
    did = change.value("verdict") == "changed"
    denied = ask.claim is not None and ask.claim.relation == "no"
    kind = ask.of.phrase if ask.of is not None and ask.of.changed else ""
    if did and kind:
        return _whether_of_kind(change, kind, pair)
    if not did:
        return nothing(change, pair, yes=denied)
    text = f"**{'No' if denied else 'Yes'}**: something changed between {pair}{how_much(change)}"
    text += f" [{change.id}]." + ("" if claims_amounts(change) else f" {why(change)}")
    if ask.of is not None and ask.of.tags is not None:
        text += (
            f" What it is that changed ({plain(ask.of.label)} or something else) is not told by "
            "this tool."
        )
    return Outcome(text, with_share(change, said(not denied, text, "change", verdict_of(change))),
                   used=[change])  # fmt: skip


def _whether_of_kind(change: Evidence, kind: str, pair: str) -> Outcome:
    """Answer "has anything been built": only where structure itself came or went."""
    words, wanted = _KINDS[kind]
    fits = codes(change) & wanted
    if not fits:
        text = (
            f"**Cannot tell** whether anything was {words} between {pair}. "
            f"{clear(change)} [{change.id}]. What it is that changed is not told by this tool."
        )
        return undecided(change, text, partly=True)
    deed = "structure appeared" if "new_structure" in fits else "structure was lost widely"
    text = f"**Yes**: {deed} between {pair}: {reasons(change)} [{change.id}]."
    return Outcome(text, with_share(change, said(True, text, "change", verdict_of(change))),
                   used=[change])  # fmt: skip


def _what(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Answer "what changed": how much and where as far as that holds, and why it is so."""
    if change.value("verdict") != "changed":
        text = f"**Nothing** that can be told changed between {pair}: {reasons(change)} "
        text += f"[{change.id}]."
        claim = said("unchanged", text, "change", verdict_of(change))
        return Outcome(text, with_share(change, claim), used=[change])
    if not claims_amounts(change):
        text = f"**Something changed** between {pair} [{change.id}]. {why(change)}"
        text += _candidates(change)
        claim = said("changed", text, "change", verdict_of(change))
        return Outcome(text, [claim], settled=True, used=[change])
    text = f"**{ref(change, 'changed_share')}** of the area compared changed between {pair}"
    text += f"{in_regions(change)} [{change.id}].{halves_told(change)}{turned_told(change)}"
    return Outcome(
        text, [of_quantity(change, "changed_share", "answer", text, "change")], used=[change]
    )


def _candidates(change: Evidence) -> str:
    best = foremost(change, "candidate_share", CELLS, least=False)
    if best is None:
        return ""
    share = ref(change, f"candidate_share_{best}")
    return (
        f" The places that differ most lie in the {best.replace('_', '-')}: {share} of that ninth "
        "is marked as candidates."
    )
