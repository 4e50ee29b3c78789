"""Sentences and claims about things counted in an image."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.figures import FIGURES
from agent.answer.figures.shared import capital, checked, cite, main_of, nothing_known, things_of
from agent.answer.looks import LOOKS, share_of_cover
from agent.answer.numbers import unit_asked
from agent.answer.outcome import Outcome, count_of, ends, of_quantity, ref, said, verdict
from agent.answer.witnesses import beside, how, supports
from agent.evidence import Evidence
from agent.inquiry import Subject
from agent.planner.contract import Ledger
from agent.planner.restate import picked_text
from agent.planner.steps import Found


def seen(found: Found, ledger: Ledger) -> Outcome:
    """Say what an image shows, by the goal."""
    ask = found.ask
    if ask.goal in LOOKS:
        return LOOKS[ask.goal](found, ledger)
    if ask.goal in ("share", "area") or (ask.goal == "compare" and ask.measure == "area"):
        return share_of_cover(found, ledger)
    own = {"count": _count, "exists": _exists, "density": _density, "value": _value,
           "compare": _compare}  # fmt: skip
    if ask.goal in own:
        outcome = own[ask.goal](found, ledger)
    elif ask.goal == "extreme" and found.result is not None:
        outcome = _longest(found, ledger)
    else:
        outcome = FIGURES[ask.goal](found, ledger)
        outcome.text += "" if found.several else _ways(*_counts(found))
        outcome.text += _no_difference(found)
        if found.main is not None and _proposed(found.main) and outcome.settled:
            outcome.settled, outcome.partly = False, True
    return _with_place(found, outcome)


def _ways(*counts: Evidence) -> str:
    """Say how counts were made, what holds for each of them once."""
    told = [(one, how(one)) for one in {one.id: one for one in counts}.values()]
    if len(told) == 1:
        return told[0][1]
    return "".join(f" {cite(one)}{text}" for one, text in told if text)


def _no_difference(found: Found) -> str:
    """Say that two counts cannot be told apart where their difference may be none."""
    if found.ask.goal != "difference" or found.result is None:
        return ""
    low, high = ends(found.result, "value")
    return " They cannot be told apart: it may be none." if low <= 0 <= high and low < high else ""


def _counts(found: Found) -> list[Evidence]:
    return [one for one in (found.main, found.other) if one is not None]


def words_of(subject: Subject | None) -> str:
    """Return what was counted, without naming the witness."""
    bare = None if subject is None else subject.model_copy(update={"witness": "any"})
    return things_of(bare)


def scene_of(evidence: Evidence) -> str:
    """Return the scene of a count, as text."""
    return plain(evidence.scenes[0].id) if evidence.scenes else "the scene"


def _with_place(found: Found, outcome: Outcome) -> Outcome:
    """Add what bounds the place that was looked at."""
    if found.whole:
        outcome.text += f" “{plain(found.whole)}” was taken to be all of the scene."
    if found.ask.goal != "extreme" and found.several and found.main is not None:
        places = [one for one in found.several if one.tool == "lookup_osm"]
        if places:
            cited = " ".join(cite(one) for one in places)
            outcome.text += f" Where that is was taken from the map {cited}."
            outcome.used += places
    return outcome


def _count(found: Found, ledger: Ledger) -> Outcome:
    """Say how many, with the interval, what it cost and what another witness has."""
    main, ask = main_of(found), found.ask
    words = words_of(ask.of)
    more, claims, used = beside(found, words)
    if main.tool == "select":
        return _selected(found, words)
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        unknown.text += how(main) + more
        unknown.claims += claims
        return unknown
    if ask.claim is not None and ask.claim.value is not None:
        outcome = checked(
            found, main, "count", f"There are {ref(main, 'count')} {words} {cite(main)}"
        )
        outcome.text += how(main) + more
        outcome.claims += [*supports(main, words), *claims]
        return outcome
    text = f"**{ref(main, 'count')}** {words} in {scene_of(main)} {cite(main)}."
    if count_of(main) == 0:
        text = f"**None** seen: {ref(main, 'count')} {words} in {scene_of(main)} {cite(main)}."
    answer = of_quantity(main, "count", "answer", text, words)
    proposed = _proposed(main)
    return Outcome(
        text + how(main) + more,
        [answer, *supports(main, words), *claims],
        settled=not proposed,
        partly=proposed,
        used=[main, *used],
    )


def _proposed(main: Evidence) -> bool:
    """Say whether nobody has looked at what was found."""
    by_shape = any(caveat.code == "proposals" for caveat in main.caveats)
    return by_shape and main.value("count") != 0


def _selected(found: Found, words: str) -> Outcome:
    """Say how many of those marked have a size as asked."""
    main, ask = main_of(found), found.ask
    if ask.claim is not None and ask.claim.value is not None:
        return checked(found, main, "count", f"There are {ref(main, 'count')} {words} {cite(main)}")
    text = (
        f"**{ref(main, 'count')}** {words}, of {ref(main, 'count_of')} that are marked "
        f"{cite(main)}. What was not marked was not measured."
    )
    return Outcome(text, [of_quantity(main, "count", "answer", text, words)], used=[main])


def _exists(found: Found, ledger: Ledger) -> Outcome:
    """Say whether there are any; where the interval reaches down to none it stays open."""
    main, ask = main_of(found), found.ask
    words = words_of(ask.of)
    more, claims, used = beside(found, words)
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        unknown.text += how(main) + more
        return unknown
    low, high = ends(main, "count")
    denied = ask.claim is not None and ask.claim.relation == "no"
    true = None if low <= 0 < high else (high > 0) != denied
    lead = "Cannot tell" if true is None else "Yes" if true else "No"
    if denied and true is not None:
        lead = "Right" if true else "Not so"
    text = f"**{lead}**: {ref(main, 'count')} {words} in {scene_of(main)} {cite(main)}."
    asserted = {"verdict": verdict(true)} if ask.claim is not None or true is None else {}
    answer = said(true, text, words, [f"{main.id}.count"], **asserted)
    support = of_quantity(main, "count", "support", "how many", words)
    return Outcome(
        text + how(main) + more,
        [answer, support, *supports(main, words), *claims],
        settled=true is not None,
        used=[main, *used],
    )


def _compare(found: Found, ledger: Ledger) -> Outcome:
    """Say which has more; where the interval of the difference contains none it stays open."""
    main, other, ask, result = main_of(found), found.other, found.ask, found.result
    assert other is not None
    assert result is not None
    for one, subject in ((main, ask.of), (other, ask.other)):
        unknown = nothing_known(one, ask, words_of(subject))
        if unknown is not None:
            unknown.text += how(one)
            return unknown
    name = "count"
    figures = (
        f"{ref(main, name)} {words_of(ask.of)} in {scene_of(main)}, {ref(other, name)} "
        f"{words_of(ask.other)} in {scene_of(other)} {cite(main)} {cite(other)}"
    )
    gap = f"the difference is {ref(result, 'value')} {cite(result)}"
    refs = [f"{main.id}.{name}", f"{other.id}.{name}"]
    (least, most), (few, many) = ends(main, name), ends(other, name)
    both = f"{words_of(ask.of)} in {scene_of(main)} and in {scene_of(other)}"
    if _open(ask.order, least, most, few, many):
        text = f"**Cannot be told apart**: {figures}; {gap}."
        answer = said(None, text, both, refs, verdict="undecided")
        outcome = Outcome(text, [answer], settled=False, used=[main, other, result])
    else:
        outcome = _apart(found, figures, gap, refs, both)
    outcome.text += _ways(main, other)
    outcome.claims += [
        of_quantity(result, "value", "support", "difference", both),
        *(of_quantity(one, name, "support", "figure", both) for one in (main, other)),
    ]
    return outcome


def _open(order: str | None, least: float, most: float, few: float, many: float) -> bool:
    """Tell whether the intervals leave open which is more."""
    if order == "same":
        return least <= many and few <= most and not least == most == few == many
    return least <= many and few <= most and not (least == most and few == many)


def _apart(found: Found, figures: str, gap: str, refs: list[str], both: str) -> Outcome:
    """Say which of two that can be told apart has more."""
    main, other, ask, result = main_of(found), found.other, found.ask, found.result
    assert other is not None
    assert result is not None
    one, two = count_of(main), count_of(other)
    used = [main, other, result]
    if ask.order in ("which_more", "which_fewer"):
        first = one > two if ask.order == "which_more" else one < two
        which = "equal" if one == two else scene_of(main if first else other)
        text = f"**{capital(which)}**: {figures}; {gap}."
        return Outcome(text, [said(which, text, both, refs)], used=used)
    true = one == two if ask.order == "same" else one > two if ask.order == "more" else one < two
    text = f"**{'Yes' if true else 'No'}**: {figures}; {gap}."
    more = {} if ask.claim is None else {"verdict": verdict(true)}
    return Outcome(text, [said(true, text, both, refs, **more)], used=used)


def _density(found: Found, ledger: Ledger) -> Outcome:
    """Say how many there are per area."""
    main, ask, result = main_of(found), found.ask, found.result
    assert result is not None
    words = words_of(ask.of)
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        return unknown
    style = unit_asked(ask.unit) or "km2"
    area = f"{ref(found.other, 'area')} {cite(found.other)}" if found.other is not None else ""
    text = (
        f"**{ref(result, 'value', style)}** {cite(result)}: {ref(main, 'count')} {words} "
        f"{cite(main)} on {area}."
    )
    answer = of_quantity(result, "value", "answer", text, words)
    return Outcome(
        text + how(main),
        [answer, of_quantity(main, "count", "support", "how many", words), *supports(main, words)],
        settled=not _proposed(main),
        partly=_proposed(main),
        used=[main, result],
    )


def _value(found: Found, ledger: Ledger) -> Outcome:
    """Say how long or wide what was marked is, on average."""
    main, ask, result = main_of(found), found.ask, found.result
    words = words_of(ask.of)
    if result is None:
        return nothing_known(main, ask, words) or FIGURES["count"](found, ledger)
    name = {"median": "median", "largest": "largest", "smallest": "smallest"}.get(
        ask.statistic or "", "mean"
    )
    if result.quantity(name) is None:
        return FIGURES["value"](found, ledger)
    plain_number = result.arguments.get("of") == "tag"
    style, unit = ("number", " in metres") if plain_number else ("", "")
    text = (
        f"The {name} {ask.key} of {words} that are marked{unit}: "
        f"**{ref(result, name, style)}** {cite(result)}."
    )
    return Outcome(text, [of_quantity(result, name, "answer", text, words)], used=[main, result])


def _longest(found: Found, ledger: Ledger) -> Outcome:
    """Say which of those marked is longest or lies furthest to a side."""
    ask, result = found.ask, found.result
    assert result is not None
    assert ask.extreme is not None
    words = words_of(ask.of)
    features = ledger.features(result.id)
    if features is None or len(features) < ask.extreme.rank:
        return FIGURES["extreme"](found, ledger)
    row = ask.extreme.rank
    kind = plain(picked_text(ask.extreme, ask.of))
    long = "length_m" in features.columns
    size = f", {{{result.id}#{row}.length_m}} long" if long else ""
    text = f"**{{{result.id}#{row}}}** is {kind}{size} {cite(result)}."
    name = f"#{row}"
    answer = said(name, text, words, [f"{result.id}#{row}"])
    text += " Only what is marked was measured."
    return Outcome(text, [answer], used=[one for one in (found.base, result) if one is not None])
