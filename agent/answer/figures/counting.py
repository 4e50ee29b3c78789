"""How many, whether any or all, which, and what share of them."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.figures.shared import (
    LISTED,
    checked,
    cite,
    main_of,
    none_of,
    nothing_known,
    things_of,
    unmeasured,
)
from agent.answer.outcome import (
    Outcome,
    count_of,
    ends,
    of_quantity,
    partly_mapped,
    ref,
    said,
    verdict,
)
from agent.evidence import Claim, Evidence
from agent.inquiry import Ask
from agent.planner.contract import Ledger
from agent.planner.steps import Found
from store.features.labels import cell, element_name, label, tags
from store.features.sets import FeatureSet


def count(found: Found, ledger: Ledger) -> Outcome:
    """Say how many, and check what was claimed of it."""
    main, ask = main_of(found), found.ask
    words = things_of(ask.of)
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        return unknown
    quantity = main.quantity("count")
    assert quantity is not None
    if ask.key == "cut":
        return _cut(found, main, words)
    if ask.claim is not None and ask.claim.value is not None:
        return checked(found, main, "count", f"There are {ref(main, 'count')} {words} {cite(main)}")
    text = f"**{ref(main, 'count')}** {words} {cite(main)}."
    if quantity.value == 0:
        text = f"**None**: {ref(main, 'count')} {words} in what was looked at {cite(main)}."
    outcome = Outcome(text, [of_quantity(main, "count", "answer", text, words)], used=[main])
    if partly_mapped(main):
        where = f"in the {ref(main, 'covered_share')} of the area that the map covers"
        text = f"**{ref(main, 'count')}** {words} {where} {cite(main)}."
        claim = of_quantity(main, "count", "answer", text, words)
        outcome = Outcome(text, [claim], settled=False, partly=True, used=[main])
    outcome.text += _inside(main, ask)
    outcome.claims += _supports(main, words, ask)
    return outcome


def _cut(found: Found, main: Evidence, words: str) -> Outcome:
    """Say how many are cut by the edge of what was looked at."""
    if main.quantity("count_cut") is None:
        return unmeasured(main, words, "number cut by an edge")
    lead = f"{ref(main, 'count_cut')} of {ref(main, 'count')} {words} are cut by the edge"
    if found.ask.claim is not None and found.ask.claim.value is not None:
        return checked(found, main, "count_cut", f"{lead} {cite(main)}")
    text = f"**{ref(main, 'count_cut')}** of {ref(main, 'count')} {words} are cut by the edge"
    text += f" {cite(main)}."
    return Outcome(text, [of_quantity(main, "count_cut", "answer", text, words)], used=[main])


def _inside(main: Evidence, ask: Ask) -> str:
    """Say how many have their centre inside, are cut by the edge, have no id."""
    said_of = []
    touching = ask.of is None or ask.of.position == "touching"
    if touching and main.quantity("count_centre_inside") is not None and count_of(main):
        said_of.append(f"{ref(main, 'count_centre_inside')} have their centre inside")
        said_of.append(f"{ref(main, 'count_cut')} are cut by the edge")
    if main.value("count_without_id"):
        said_of.append(
            f"{ref(main, 'count_without_id')} have no OpenStreetMap id and count each by itself"
        )
    return f" Of these {'; '.join(said_of)}." if said_of else ""


def _supports(main: Evidence, words: str, ask: Ask) -> list[Claim]:
    names = [
        n
        for n in ("count_centre_inside", "count_without_id", "count_cut")
        if main.value(n) is not None
    ]
    if ask.of is not None and ask.of.position != "touching":
        names.remove("count_centre_inside") if "count_centre_inside" in names else None
    return [
        of_quantity(main, name, "support", f"{name.replace('_', ' ')}", words) for name in names
    ]


def exists(found: Found, ledger: Ledger) -> Outcome:
    """Say whether there are any."""
    main, ask = main_of(found), found.ask
    words = things_of(ask.of)
    denied = ask.claim is not None and ask.claim.relation == "no"
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        return unknown
    there = count_of(main) > 0
    value = there != denied
    lead = ("Yes" if value else "No") if not denied else ("Right" if value else "Not so")
    text = f"**{lead}**: {ref(main, 'count')} {words} {cite(main)}."
    more = {"verdict": verdict(value)} if ask.claim is not None else {}
    answer = said(value, text, words, [f"{main.id}.count"], **more)
    shown = named_few(main, ledger) if there else ""
    return Outcome(
        text + shown,
        [answer, of_quantity(main, "count", "support", "how many", words)],
        used=[main],
    )


def named_few(main: Evidence, ledger: Ledger) -> str:
    """Return the names of at most three things."""
    features = ledger.features(main.id)
    if features is None or not 0 < len(features) <= 3 or "name" not in features.columns:
        return ""
    rows = [row for row in range(len(features)) if features.columns["name"][row]]
    return " (" + ", ".join(f"{{{main.id}#{row + 1}}}" for row in rows) + ")" if rows else ""


def listing(found: Found, ledger: Ledger) -> Outcome:
    """List what was found, with names, ids or places."""
    main, ask = main_of(found), found.ask
    words = things_of(ask.of)
    unknown = nothing_known(main, ask, words)
    if unknown is not None:
        return unknown
    features = ledger.features(main.id)
    size = len(features) if features is not None else 0
    if features is None or size == 0:
        return count(found, ledger)
    rows = list(range(size))
    if ask.want == "name":
        rows = [
            row for row in rows if features.columns.get("name") and features.columns["name"][row]
        ]
        if not rows:
            text = f"None of the {ref(main, 'count')} {words} has a name in the map {cite(main)}."
            return Outcome(text, [said(None, text, words, [f"{main.id}#set"])], used=[main])
    kinds = {row: kind for row in rows if (kind := _kind_of(features, row, ask)) is not None}
    listed = [_entry(main, row, ask, kinds.get(row)) for row in rows[:LISTED]]
    texts = [
        (element_name(features, row) or label(features, row))
        if ask.want == "id"
        else _called(features, row, kinds.get(row))
        for row in rows
    ]
    more = "; and more, all in the set" if len(rows) > LISTED else ""
    text = f"**{ref(main, 'count')}** {words} {cite(main)}: {'; '.join(listed)}{more}."
    if ask.want == "name" and size == 1:
        text = f"**{listed[0]}** {cite(main)}."
    value = "; ".join(plain(t) for t in texts[:200])
    answer = said(value, text, words, [f"{main.id}#set"])
    return Outcome(
        text, [answer, of_quantity(main, "count", "support", "how many", words)], used=[main]
    )


def _kind_of(features: FeatureSet, row: int, ask: Ask) -> str | None:
    """Return the key that says what an unnamed thing is, where any value of it was asked for."""
    if ask.want != "value" or ask.of is None or ask.of.tags is None or cell(features, "name", row):
        return None
    open_keys = [c.key for group in ask.of.tags.any_of for c in group.all_of if not c.values]
    held = tags(features, row)
    return next((key for key in open_keys if held.get(key) not in (None, "yes")), None)


def _called(features: FeatureSet, row: int, kind: str | None) -> str:
    name = label(features, row)
    return f"{tags(features, row)[kind]} {name}" if kind is not None else name


def _entry(main: Evidence, row: int, ask: Ask, kind: str | None) -> str:
    at = f"{main.id}#{row + 1}"
    if kind is not None:
        return f"{{{at}~{kind}}} {{{at}}}"
    place = f" at {{{at}.lat}}, {{{at}.lon}}" if ask.goal == "locate" else ""
    return f"{{{at}}}{place}"


def ratio(found: Found, ledger: Ledger) -> Outcome:
    """Say what share of things is as asked."""
    main, other, ask = main_of(found), found.other, found.ask
    assert other is not None
    words = things_of(ask.of)
    if found.result is None:
        return nothing_known(other, ask, things_of(ask.other)) or unmeasured(other, words, "share")
    text = (
        f"**{ref(found.result, 'value')}**: {ref(main, 'count')} of {ref(other, 'count')} "
        f"{things_of(ask.other)} {cite(main)} {cite(other)}."
    )
    style = ""
    if ask.key == "times":
        style = "number"
        name = "count" if ask.measure == "count" else "total"
        value = f"**{ref(found.result, 'value', style)}**"
        whole = things_of(ask.other)
        lead = f"{value} times is {words} to {whole} in {ask.measure}"
        if ask.measure == "count":
            lead = f"{value} {words} for each of {whole}"
        text = f"{lead}: {ref(main, name)} and {ref(other, name)} {cite(main)} {cite(other)}."
    claims = [
        of_quantity(found.result, "value", "answer", text, words),
        of_quantity(main, "count", "support", "how many", words),
        of_quantity(other, "count", "support", "of how many", things_of(ask.other)),
    ]
    if ask.claim is not None and ask.claim.value is not None:
        return checked(
            found,
            found.result,
            "value",
            f"It is {ref(found.result, 'value', style)} {cite(found.result)}",
        )
    return Outcome(text, claims, used=[main, other, found.result])


def every(found: Found, ledger: Ledger) -> Outcome:
    """Say whether all are as asked."""
    main, other, ask = main_of(found), found.other, found.ask
    assert other is not None
    if count_of(other) == 0:
        return nothing_known(other, ask, things_of(ask.other)) or none_of(
            other, things_of(ask.other)
        )
    true = _all(main, other)
    if true is None:
        return _not_all_told(main, other, ask)
    text = (
        f"**{'Yes' if true else 'No'}**: {ref(main, 'count')} of {ref(other, 'count')} "
        f"{things_of(ask.other)} {cite(main)} {cite(other)}."
    )
    claims = [
        said(true, text, things_of(ask.of), [f"{main.id}.count", f"{other.id}.count"]),
        of_quantity(main, "count", "support", "how many", things_of(ask.of)),
        of_quantity(other, "count", "support", "of how many", things_of(ask.other)),
    ]
    return Outcome(text, claims, used=[main, other])


def _all(main: Evidence, other: Evidence) -> bool | None:
    """Tell whether all of others are of main; None where the records leave it open."""
    (least, most), (few, many) = ends(main, "count"), ends(other, "count")
    return True if least >= many else False if most < few else None


def _not_all_told(main: Evidence, other: Evidence, ask: Ask) -> Outcome:
    """Say that some may be as asked or not, as the records do not say."""
    text = (
        f"**Cannot tell**: {ref(main, 'count')} of {ref(other, 'count')} {things_of(ask.other)} "
        f"{cite(main)} {cite(other)}; of the rest it is not known."
    )
    refs = [f"{main.id}.count", f"{other.id}.count"]
    answer = said(None, text, things_of(ask.of), refs, verdict="undecided")
    claims = [answer, of_quantity(main, "count", "support", "how many", things_of(ask.of))]
    return Outcome(text, claims, settled=False, used=[main, other])
