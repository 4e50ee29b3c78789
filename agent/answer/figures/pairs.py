"""Two against each other: comparisons, differences, distances, directions."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable

from agent.answer.draft import plain
from agent.answer.figures.shared import (
    cannot_tell,
    capital,
    checked,
    cite,
    main_of,
    things_of,
    unmeasured,
)
from agent.answer.numbers import compass, unit_asked
from agent.answer.outcome import (
    Outcome,
    can_deny,
    count_of,
    ends,
    of_quantity,
    ref,
    said,
    verdict,
)
from agent.evidence import Evidence
from agent.inquiry import Ask
from agent.planner.contract import Ledger
from agent.planner.steps import Found
from agent.planner.work import EACH_OTHER

_FOUND = ("lookup_osm", "relate", "select", "count_objects")
_WAYS: dict[str, Callable[[float, float], bool]] = {
    "more": operator.gt, "fewer": operator.lt, "same": operator.eq,
}  # fmt: skip


def _left_open(main: Evidence, other: Evidence, name: str, order: str | None) -> bool:
    """Tell whether what the records do not say could turn a comparison."""
    pairs = list(itertools.product(ends(main, name), ends(other, name)))
    ways = [_WAYS[order]] if order in _WAYS else [operator.gt, operator.lt]
    return any(len({way(one, two) for one, two in pairs}) > 1 for way in ways)


def _told_apart(ask: Ask) -> tuple[str, str]:
    """Return words for the two that are compared, with their scenes where they are alike."""
    words, to = things_of(ask.of), things_of(ask.other)
    if words != to or ask.of is None or ask.other is None or ask.of.scene == ask.other.scene:
        return words, to
    scenes = [plain(one.scene or "") for one in (ask.of, ask.other)]
    one, two = (f" in {scene}" if scene else "" for scene in scenes)
    return words + one, to + two


def compare(found: Found, ledger: Ledger) -> Outcome:
    """Say which of two has more, or whether it is as asked."""
    main, other, ask = main_of(found), found.other, found.ask
    assert other is not None
    name = {"count": "count", "distance": "smallest_distance"}.get(ask.measure, "total")
    one, two = main.value(name), other.value(name)
    words, to = _told_apart(ask)
    for evidence, label_ in ((main, words), (other, to)):
        if evidence.tool in _FOUND and count_of(evidence) == 0 and not can_deny(evidence):
            return cannot_tell(evidence, label_)
    if not isinstance(one, int | float) or not isinstance(two, int | float):
        return unmeasured(main, words, ask.measure)
    figures = (
        f"{ref(main, name)} for {words}, {ref(other, name)} for {to} {cite(main)} {cite(other)}"
    )
    refs = [f"{main.id}.{name}", f"{other.id}.{name}"]
    if _left_open(main, other, name, ask.order):
        text = f"**Cannot tell**: {figures}; what is not said may turn it."
        claim = said(None, text, f"{words} and {to}", refs, verdict="undecided")
        return Outcome(text, [claim], settled=False, used=[main, other])
    if ask.order in ("which_more", "which_fewer"):
        larger = one > two if ask.order == "which_more" else one < two
        which = "equal" if one == two else words if larger else to
        text = f"**{capital(which)}**: {figures}."
        return Outcome(text, [said(which, text, f"{words} and {to}", refs)], used=[main, other])
    true = one == two if ask.order == "same" else one > two if ask.order == "more" else one < two
    text = f"**{'Yes' if true else 'No'}**: {figures}."
    more = {"verdict": verdict(true)} if ask.claim is not None else {}
    claims = [said(true, text, f"{words} and {to}", refs, **more)]
    claims += [
        of_quantity(e, name, "support", "figure", w) for e, w in ((main, words), (other, to))
    ]
    return Outcome(text, claims, used=[main, other])


def difference(found: Found, ledger: Ledger) -> Outcome:
    """Say how much more one has than the other."""
    main, other, ask, result = main_of(found), found.other, found.ask, found.result
    assert other is not None
    assert result is not None
    for evidence, label_ in ((main, things_of(ask.of)), (other, things_of(ask.other))):
        if evidence.tool in _FOUND and count_of(evidence) == 0 and not can_deny(evidence):
            return cannot_tell(evidence, label_)
    name = "count" if ask.measure == "count" else "total"
    difference_ = result.value("value")
    below = isinstance(difference_, int | float) and difference_ < 0
    word = "" if below else " fewer" if ask.order == "fewer" else " more"
    text = (
        f"**{ref(result, 'value')}**{word}: {ref(main, name)} for {things_of(ask.of)}, "
        f"{ref(other, name)} for {things_of(ask.other)} {cite(main)} {cite(other)}."
    )
    if below:
        text += " A negative figure means that it is the other way round."
    claims = [of_quantity(result, "value", "answer", text, things_of(ask.of))]
    claims += [
        of_quantity(e, name, "support", "figure", things_of(w))
        for e, w in ((main, ask.of), (other, ask.other))
    ]
    return Outcome(text, claims, used=[main, other, result])


def distance(found: Found, ledger: Ledger) -> Outcome:
    """Say how far the nearest of one is from another."""
    ask, result = found.ask, found.result
    assert result is not None
    words, to = things_of(ask.of), things_of(ask.other)
    if result.quantity("smallest_distance") is None:
        return unmeasured(result, words, "distance")
    if ask.claim is not None and ask.claim.value is not None:
        return checked(
            found,
            result,
            "smallest_distance",
            f"The shortest distance is {ref(result, 'smallest_distance')} {cite(result)}",
        )
    text = (
        f"**{ref(result, 'smallest_distance', unit_asked(ask.unit) or '')}** from "
        f"{{{result.id}#1}} to {{{result.id}#1.nearest}}, in a straight line between their "
        f"nearest points {cite(result)}."
    )
    if ask.key == EACH_OTHER:
        text = (
            f"**{ref(result, 'smallest_distance', unit_asked(ask.unit) or '')}** between "
            f"{{{result.id}#1}} and {{{result.id}#1.nearest}}, which of all {words} lie nearest to "
            f"each other, between their nearest points {cite(result)}."
        )
        claim = of_quantity(result, "smallest_distance", "answer", text, words)
        return Outcome(text, [claim], used=[e for e in (found.main, result) if e is not None])
    claims = [of_quantity(result, "smallest_distance", "answer", text, f"{words} to {to}")]
    main = found.main
    if main is not None and main.tool != "measure" and count_of(main) > 1:
        text += f" There are {ref(main, 'count')} {words}; this is the one that lies nearest."
    return Outcome(text, claims, used=[e for e in (main, found.other, result) if e is not None])


def bearing(found: Found, ledger: Ledger) -> Outcome:
    """Say in which direction one lies from another."""
    ask, result = found.ask, found.result
    assert result is not None
    words, to = things_of(ask.of), things_of(ask.other)
    features = ledger.features(result.id)
    degrees = features.columns["value"][0] if features is not None and len(features) else None
    if degrees is None or found.main is None or count_of(found.main) != 1:
        text = (
            f"There are {ref(found.main, 'count')} {words}; a direction needs one. Name the "
            "one that is meant."
            if found.main
            else "No direction was measured."
        )
        return Outcome(text, [said(None, text, words, [])], settled=False, used=[result])
    way = compass(float(degrees))
    text = (
        f"**{capital(way)}**: from {words} to {to} the bearing is "
        f"{{{result.id}#1.value|bearing}}, clockwise from north {cite(result)}."
    )
    return Outcome(text, [said(way, text, words, [f"{result.id}#1"])], used=[result])
