"""Sentences and claims about what changed between two scenes; amounts only where they hold."""

from __future__ import annotations

import re

from agent.answer.draft import plain
from agent.answer.numbers import unit_asked
from agent.answer.outcome import Outcome, can_deny, holds, of_quantity, ref, said, verdict
from agent.evidence import Claim, Evidence
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Ledger
from agent.planner.restate import claim_text, part_text, relation_text
from agent.planner.steps import Found

_CELLS = (
    "north_west", "north", "north_east", "west", "centre", "east",
    "south_west", "south", "south_east",
)  # fmt: skip
_HALVES = ("north", "south", "west", "east")
_QUARTERS = ("north_west", "north_east", "south_west", "south_east")
_PLENTY = 0.005
_CLEARLY = 2.0
_WATER = re.compile(r"water|river|lake|flood|sea\b|reservoir|wetland|pond", re.IGNORECASE)
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
        return _kept(found, change, pair) if ask.order == "same" else _near(found, change)
    if ask.of is not None and ask.of.part is not None:
        return _in_part(change, ask, pair)
    by_aspect = {
        "exists": _whether, "list": _what, "share": _amount, "area": _amount, "count": _regions,
        "where": _where, "quarters": _where, "largest": _largest,
    }  # fmt: skip
    if ask.aspect == "direction":
        return _direction(change, ask, pair)
    if ask.aspect == "halves":
        outcome = _where(change, ask, pair, _sides_in(inquiry.question))
    else:
        outcome = by_aspect[ask.aspect or "exists"](change, ask, pair)
    if _WATER.search(inquiry.question) and change.quantity("darker_share") is not None:
        outcome.text += _like_water(change)
    return outcome


def _undecided(change: Evidence, text: str, *, partly: bool = False) -> Outcome:
    claim = said(None, text, "change", [f"{change.id}.verdict"], verdict="undecided")
    return Outcome(text, [claim], settled=False, partly=partly, used=[change])


def _reasons(change: Evidence) -> str:
    """Return why the tool came to its verdict, in its own words."""
    return "; ".join(plain(str(reason)) for reason in change.series.get("reasons", []))


def _codes(change: Evidence) -> set[str]:
    return {str(code) for code in change.series.get("reason_codes", [])}


def _open(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Say that nothing can be told, and where a look is worth while."""
    text = f"**Cannot tell** whether anything changed between {pair}: {_reasons(change)} "
    text += f"[{change.id}]."
    if change.quantity("candidate_count") is not None and change.value("candidate_count"):
        text += (
            f" {ref(change, 'candidate_count')} places are worth a look; they are not claimed to "
            "have changed."
        )
        best = _foremost(change, "candidate_share", _CELLS, least=False)
        if ask.aspect in ("where", "halves", "quarters", "list") and best is not None:
            text += f" What differs lies mostly in the {best.replace('_', '-')}: "
            text += f"{ref(change, f'candidate_share_{best}')} there."
    return _undecided(change, text)


# -- whether, and what -----------------------------------------------------------------------------


def _whether(change: Evidence, ask: Ask, pair: str) -> Outcome:
    did = change.value("verdict") == "changed"
    denied = ask.claim is not None and ask.claim.relation == "no"
    kind = ask.of.phrase if ask.of is not None and ask.of.changed else ""
    if did and kind:
        return _whether_of_kind(change, kind, pair)
    if not did:
        return _nothing(change, pair, yes=denied)
    text = f"**{'No' if denied else 'Yes'}**: something changed between {pair}{_how_much(change)}"
    text += f" [{change.id}]." + ("" if _holds(change) else f" {_why(change)}")
    if ask.of is not None and ask.of.tags is not None:
        text += (
            f" What it is that changed ({plain(ask.of.label)} or something else) is not told by "
            "this tool."
        )
    return Outcome(text, _with_share(change, said(not denied, text, "change", _verdict(change))),
                   used=[change])  # fmt: skip


def _nothing(change: Evidence, pair: str, *, yes: bool) -> Outcome:
    """Say that nothing changed: the same values, or no difference that can be told."""
    if "identical" in _codes(change):
        what = f"{pair} hold the same values in all pixels compared"
    else:
        what = f"nothing changed between {pair} that can be told from the two"
    text = f"**{'Yes' if yes else 'No'}**: {what} [{change.id}]."
    return Outcome(text, _with_share(change, said(yes, text, "change", _verdict(change))),
                   used=[change])  # fmt: skip


def _whether_of_kind(change: Evidence, kind: str, pair: str) -> Outcome:
    """Answer "has anything been built": only where structure itself came or went."""
    words, codes = _KINDS[kind]
    fits = _codes(change) & codes
    if not fits:
        text = (
            f"**Cannot tell** whether anything was {words} between {pair}. "
            f"{_clear(change)} [{change.id}]. What it is that changed is not told by this tool."
        )
        return _undecided(change, text, partly=True)
    deed = "structure appeared" if "new_structure" in fits else "structure was lost widely"
    text = f"**Yes**: {deed} between {pair}: {_reasons(change)} [{change.id}]."
    return Outcome(text, _with_share(change, said(True, text, "change", _verdict(change))),
                   used=[change])  # fmt: skip


def _what(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Answer "what changed": how much and where as far as that holds, and why it is so."""
    if change.value("verdict") != "changed":
        text = f"**Nothing** that can be told changed between {pair}: {_reasons(change)} "
        text += f"[{change.id}]."
        claim = said("unchanged", text, "change", _verdict(change))
        return Outcome(text, _with_share(change, claim), used=[change])
    if not _holds(change):
        text = f"**Something changed** between {pair} [{change.id}]. {_why(change)}"
        text += _candidates(change)
        claim = said("changed", text, "change", _verdict(change))
        return Outcome(text, [claim], settled=True, used=[change])
    text = f"**{ref(change, 'changed_share')}** of the area compared changed between {pair}"
    text += f"{_in_regions(change)} [{change.id}].{_places(change)}{_turned(change)}"
    return Outcome(
        text, [of_quantity(change, "changed_share", "answer", text, "change")], used=[change]
    )


def _verdict(change: Evidence) -> list[str]:
    return [f"{change.id}.verdict"]


def _holds(change: Evidence) -> bool:
    """Tell whether the tool claims amounts; else it marks places worth a look."""
    return change.quantity("changed_share") is not None


def _why(change: Evidence) -> str:
    return f"That something changed is clear: {_reasons(change)}; how much cannot be told from the two."  # noqa: E501


def _clear(change: Evidence) -> str:
    """Say that something changed, and how much as far as that holds."""
    return f"That something changed is clear: {_reasons(change)}"


def _how_much(change: Evidence) -> str:
    if not _holds(change):
        return ""
    return f", {ref(change, 'changed_share')} of the area compared{_in_regions(change)}"


def _in_regions(change: Evidence) -> str:
    held = change.quantity("region_count")
    return "" if held is None else f", in {ref(change, 'region_count')} regions"


def _with_share(change: Evidence, claim: Claim) -> list[Claim]:
    if not _holds(change):
        return [claim]
    return [claim, of_quantity(change, "changed_share", "support", "changed share", "change")]


def _candidates(change: Evidence) -> str:
    best = _foremost(change, "candidate_share", _CELLS, least=False)
    if best is None:
        return ""
    share = ref(change, f"candidate_share_{best}")
    return (
        f" The places that differ most lie in the {best.replace('_', '-')}: {share} of that ninth "
        "is marked as candidates."
    )


def _places(change: Evidence) -> str:
    shown = [
        f"{name} {ref(change, f'share_{name}_half')}"
        for name in _HALVES
        if change.quantity(f"share_{name}_half") is not None
    ]
    return f" By halves: {', '.join(shown)}." if shown else ""


def _turned(change: Evidence) -> str:
    if change.quantity("darker_share") is None:
        return ""
    return (
        f" {ref(change, 'brighter_share')} became brighter and {ref(change, 'darker_share')} "
        "darker."
    )


# -- how much --------------------------------------------------------------------------------------


def _amount(change: Evidence, ask: Ask, pair: str) -> Outcome:
    name = "changed_area" if ask.aspect == "area" else "changed_share"
    quantity = change.quantity(name)
    if quantity is None:
        return _undecided(change, f"{_why(change)} [{change.id}]", partly=True)
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


def _kept(found: Found, change: Evidence, pair: str) -> Outcome:
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


def _in_part(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Answer about a half, a quarter or the middle of the scene."""
    part = ask.of.part if ask.of is not None else None
    base = str(part).replace("-", "_")
    name = f"share_{base}"
    name += "" if part == "centre" else "_quarter" if "_" in base else "_half"
    where = f"the {part_text(str(part))}"
    if change.value("verdict") == "unchanged":
        return _nothing(change, pair, yes=False)
    quantity = change.quantity(name)
    if quantity is None or not isinstance(quantity.value, int | float):
        unnamed = f"**Cannot tell** what changed in {where} [{change.id}]."
        why = unnamed if _holds(change) else f"{_why(change)} [{change.id}]"
        return _undecided(change, why, partly=True)
    shown = f"{ref(change, name)} of {where} changed between {pair} [{change.id}]."
    if ask.aspect != "exists":
        text = f"**{ref(change, name)}** of {where} changed between {pair} [{change.id}]."
        return Outcome(text, [of_quantity(change, name, "answer", text, "change")], used=[change])
    if 0 < quantity.value < _PLENTY:
        return _undecided(change, f"**Cannot tell**, it is hardly above noise there: {shown}")
    did = quantity.value > 0
    text = f"**{'Yes' if did else 'No'}**: {shown}"
    claims = [
        said(did, text, "change", [f"{change.id}.{name}"]),
        of_quantity(change, name, "support", "share there", "change"),
    ]
    return Outcome(text, claims, used=[change])


def _regions(change: Evidence, ask: Ask, pair: str) -> Outcome:
    quantity = change.quantity("region_count")
    if quantity is None:
        return _undecided(change, f"{_why(change)} [{change.id}]{_looks(change)}", partly=True)
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


def _looks(change: Evidence) -> str:
    if change.quantity("candidate_count") is None:
        return ""
    return f" {ref(change, 'candidate_count')} places are worth a look; not all need have changed."


def _largest(change: Evidence, ask: Ask, pair: str) -> Outcome:
    if change.quantity("largest_region") is None:
        if _holds(change):
            return _nothing(change, pair, yes=False)
        return _undecided(change, f"{_why(change)} [{change.id}]{_looks(change)}", partly=True)
    text = (
        f"**{ref(change, 'largest_region', unit_asked(ask.unit) or '')}** is the area of the "
        f"largest changed region between {pair}, of {ref(change, 'region_count')} [{change.id}]."
    )
    claim = of_quantity(change, "largest_region", "answer", text, "changed regions")
    return Outcome(text, [claim], used=[change])


def _near(found: Found, change: Evidence) -> Outcome:
    """Say how many changed regions lie so to things of the map."""
    ask, related = found.ask, found.result
    assert related is not None
    how = " ".join(relation_text(r) for r in ask.of.relations) if ask.of is not None else ""
    if not _holds(change):
        text = (
            f"{_why(change)} [{change.id}] {ref(related, 'count')} of "
            f"{ref(related, 'left_count')} places worth a look lie {plain(how)} [{related.id}]."
        )
        return _undecided(change, text, partly=True)
    if related.value("count") == 0 and not can_deny(related):
        text = (
            f"**Cannot tell** whether any changed region lies {plain(how)}: not enough was looked "
            f"at to say that none does [{related.id}]."
        )
        return _undecided(change, text)
    text = (
        f"**{ref(related, 'count')}** of {ref(related, 'left_count')} changed regions lie "
        f"{plain(how)} [{related.id}, {change.id}]."
    )
    claim = of_quantity(related, "count", "answer", text, "changed regions")
    return Outcome(text, [claim], used=[change, related])


# -- where, and which way --------------------------------------------------------------------------


def _sides_in(question: str) -> tuple[str, ...]:
    """Return the halves a question compares: those it names, all four where it names less."""
    named = tuple(side for side in _HALVES if re.search(rf"\b{side}", question, re.IGNORECASE))
    return named if len(named) > 1 else _HALVES


def _where(change: Evidence, ask: Ask, pair: str, halves: tuple[str, ...] = _HALVES) -> Outcome:
    """Name the ninth, half or quarter where most or least is marked."""
    if change.value("verdict") == "unchanged":
        return _nothing(change, pair, yes=False)
    names, suffix, word = {
        "halves": (halves, "_half", "half"),
        "quarters": (_QUARTERS, "_quarter", "quarter"),
    }.get(ask.aspect or "", (_CELLS, "", "of that ninth"))
    sure = _holds(change)
    prefix = "share" if sure else "candidate_share"
    least = ask.order == "fewer"
    best = _foremost(change, prefix, names, least=least, suffix=suffix)
    if best is None:
        text = (
            f"**Cannot tell** where between {pair}: no part of it can be named by the compass, or "
            f"none stands out [{change.id}]."
        )
        return _undecided(change, text, partly=True)
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
            f"**Cannot tell** where between {pair} it changed {least_most}. {_why(change)} "
            f"The places that differ {least_most} lie in the {direction}: {shown} is marked. These "
            f"are candidates; light and season can mark them too [{change.id}]."
        )
        return _undecided(change, text, partly=True)
    text = f"**{least_most.capitalize()} in the {direction}** of the scene: {shown} changed "
    text += f"[{change.id}]." + (_places(change) if not suffix else "")
    evidence = [f"{change.id}.{prefix}_{best}{suffix}"]
    return Outcome(text, [said(direction, text, "change", evidence)], used=[change])


def _foremost(
    change: Evidence, prefix: str, names: tuple[str, ...], *, least: bool, suffix: str = ""
) -> str | None:
    """Return the part with the largest or smallest share, None when none stands alone."""
    held = {
        name: float(value)
        for name in names
        if isinstance(value := change.value(f"{prefix}_{name}{suffix}"), int | float)
    }
    if not held:
        return None
    best = min(held, key=held.__getitem__) if least else max(held, key=held.__getitem__)
    return best if list(held.values()).count(held[best]) == 1 else None


def _direction(change: Evidence, ask: Ask, pair: str) -> Outcome:
    """Answer "did the water grow": by what became dark to radar, where it was radar."""
    of = plain(ask.of.label) if ask.of is not None and ask.of.label else "it"
    darker, brighter = change.value("darker_share"), change.value("brighter_share")
    radar = any(caveat.code == "darker_like_water" for caveat in change.caveats)
    if change.value("verdict") == "unchanged":
        return _nothing(change, pair, yes=False)
    numbers = isinstance(darker, int | float) and isinstance(brighter, int | float)
    if not (numbers and radar and _WATER.search(of)):
        text = (
            f"**Cannot tell** whether {of} grew or shrank: between {pair} the tool tells that and "
            f"where something changed, not from what to what [{change.id}]."
        )
        return _undecided(change, text, partly=True)
    assert isinstance(darker, int | float)
    assert isinstance(brighter, int | float)
    more, less = max(darker, brighter), min(darker, brighter)
    shares = (
        f"{ref(change, 'darker_share')} of the area became darker, as open water looks to radar, "
        f"and {ref(change, 'brighter_share')} brighter, as where water went"
    )
    if more < _CLEARLY * less:
        return _undecided(change, f"**Cannot tell** whether {of} grew or shrank between {pair}: "
                          f"{shares} [{change.id}].", partly=True)  # fmt: skip
    word = "grew" if darker > brighter else "shrank"
    text = f"**It {word}**, as far as radar tells, between {pair}: {shares} [{change.id}]."
    evidence = [f"{change.id}.darker_share", f"{change.id}.brighter_share"]
    return Outcome(text, [said(word, text, of, evidence)], used=[change])


def _like_water(change: Evidence) -> str:
    radar = any(caveat.code == "darker_like_water" for caveat in change.caveats)
    told = f" Mind that {{{change.id}!darker_like_water}}." if radar else ""
    return f"{_turned(change)} What the ground turned into is not told by this tool.{told}"
