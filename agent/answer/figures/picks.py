"""Which has the most or least."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.figures.shared import (
    LISTED,
    cannot_tell,
    capital,
    checked,
    cite,
    none_of,
    nothing_known,
    things_of,
    unmeasured,
)
from agent.answer.numbers import unit_asked
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
from agent.planner.contract import Ledger
from agent.planner.restate import picked_text
from agent.planner.steps import QUARTERS, Found
from store.features.labels import element_name, label


def extreme(found: Found, ledger: Ledger) -> Outcome:
    """Say which has the most or least, by how much, and which follows."""
    ask = found.ask
    assert ask.extreme is not None
    words = things_of(ask.of)
    if ask.other is not None:
        return _holder(found, ledger)
    if ask.extreme.axis == "count":
        return _quarter(found)
    if found.result is None:
        base = found.base
        assert base is not None
        return nothing_known(base, ask, words) or none_of(base, words)
    result = found.result
    features = ledger.features(result.id)
    if features is None or len(features) < ask.extreme.rank:
        return unmeasured(result, words, "order")
    if ask.claim is not None:
        return _claimed_extreme(found, ledger)
    rows = (
        list(range(min(ask.extreme.k, len(features))))
        if ask.extreme.rank == 1
        else [ask.extreme.rank - 1]
    )
    if result.tool == "relate":
        rows = list(range(len(features)))
    names = [
        (element_name(features, row) or label(features, row))
        if ask.want == "id"
        else label(features, row)
        for row in rows
    ]
    unit = unit_asked(ask.unit)
    tag = ask.extreme.axis == "tag"
    style = f"|{unit}" if unit else "|number" if tag else ""
    entries = [
        _measured_entry(result, row, element_name(features, row), label(features, row), style)
        for row in rows[:LISTED]
    ]
    kind = plain(picked_text(ask.extreme, ask.of))
    if len(rows) == 1:
        text = f"**{entries[0][0]}** is {kind}{entries[0][1]} {cite(result)}."
    else:
        text = (
            f"{capital(kind)} {cite(result)}: "
            + "; ".join(name + size for name, size in entries)
            + "."
        )
    text += _cut_too(result, rows, ledger)
    if result.quantity("runner_up") is not None and len(rows) == 1 and ask.extreme.rank == 1:
        text += f" The next has {ref(result, 'runner_up', style.lstrip('|'))}."
    refs = [
        f"{result.id}.picked"
        if result.quantity("picked") and ask.extreme.rank == 1 and len(rows) == 1
        else f"{result.id}#{row + 1}"
        for row in rows
    ]
    answer = said("; ".join(plain(name) for name in names), text, words, refs)
    if (
        ask.want == "id"
        and len(rows) == 1
        and ask.extreme.rank == 1
        and result.quantity("picked_id")
    ):
        answer = answer.model_copy(update={"evidence": [f"{result.id}.picked_id"], "unit": "id"})
    claims = [answer]
    figure = "value" if result.quantity("value") else "smallest_distance"
    if (
        ask.want == "figure"
        and len(rows) == 1
        and ask.extreme.rank == 1
        and result.quantity(figure)
    ):
        claims = [
            of_quantity(result, figure, "answer", text, words),
            answer.model_copy(update={"role": "support"}),
        ]
        return Outcome(
            text, claims, used=[e for e in (found.base, found.other, result) if e is not None]
        )
    value = "value" if result.quantity("value") else "smallest_distance"
    if result.quantity(value) and len(rows) == 1 and ask.extreme.rank == 1:
        claims.append(of_quantity(result, value, "support", "its figure", words))
    return Outcome(
        text, claims, used=[e for e in (found.base, found.other, result) if e is not None]
    )


def _measured_entry(
    result: Evidence, row: int, identity: str | None, name: str, style: str = ""
) -> tuple[str, str]:
    at = f"{result.id}#{row + 1}"
    column = "nearest_m" if result.tool == "relate" else "value"
    also = f" ({plain(identity)})" if identity and identity != name else ""
    far = f", {{{at}.{column}{style}}}" + (" away" if result.tool == "relate" else "")
    return f"{{{at}}}{also}", far


def _cut_too(result: Evidence, rows: list[int], ledger: Ledger) -> str:
    """Give the figure inside the area too, for what is cut by its edge."""
    features = ledger.features(result.id)
    if (
        features is None
        or result.arguments.get("of") not in ("area", "length")
        or "cut" not in features.columns
    ):
        return ""
    column = "area_inside_m2" if result.arguments["of"] == "area" else "length_inside_m"
    cut = [row for row in rows if features.columns["cut"][row] and column in features.columns]
    if not cut:
        return ""
    parts = ", ".join(f"{{{result.id}#{row + 1}.{column}}}" for row in cut[:LISTED])
    return f" Figures are of the whole; the edge cuts it, with {parts} inside."


def _claimed_extreme(found: Found, ledger: Ledger) -> Outcome:
    ask, result = found.ask, found.result
    assert result is not None
    assert ask.claim is not None
    words = things_of(ask.of)
    if ask.claim.text:
        features = ledger.features(result.id)
        name = label(features, 0) if features is not None else ""
        true = (
            ask.claim.text.casefold() in name.casefold()
            or name.casefold() in ask.claim.text.casefold()
        )
        text = f"**{'Yes' if true else 'No'}**: it is {{{result.id}#1}} {cite(result)}."
        return Outcome(
            text,
            [said(true, text, words, [f"{result.id}.picked"], verdict=verdict(true))],
            used=[result],
        )
    assert ask.extreme is not None
    return checked(
        found,
        result,
        "value",
        f"{capital(plain(picked_text(ask.extreme, ask.of)))}, {{{result.id}#1}}, has "
        f"{ref(result, 'value')} {cite(result)}",
    )


def _holder(found: Found, ledger: Ledger) -> Outcome:
    """Say which of some has the most of others in it; a tie or a name borne twice stays open."""
    main, whole, ask = found.main, found.other, found.ask
    assert main is not None
    assert whole is not None
    words, held = things_of(ask.of), things_of(ask.other)
    used = [e for e in (main, whole, found.result) if e is not None]
    if found.result is None:
        return nothing_known(main, ask, held) or none_of(main, f"{held} in {words}")
    counts = found.result.series.get("counts", [])
    features = ledger.features(whole.id)
    names = [label(features, row) for row in range(len(features))] if features is not None else []
    tied = len(counts) > 1 and counts[0][1] == counts[1][1]
    cited = f"{cite(main)} {cite(found.result)}"
    if not counts or tied or names.count(str(counts[0][0])) > 1:
        why = "another has as many" if tied else "its name is borne by several"
        text = f"**Cannot tell** which of {words} has the most {held}: {why} {cited}."
        answer = said(None, text, words, [found.result.id], verdict="undecided")
        return Outcome(text, [answer], settled=False, used=used)
    name = plain(str(counts[0][0]))
    text = (
        f"**{name}** has the most {held}: {ref(main, 'count')} of {ref(main, 'left_count')} {held} "
        f"lie in one of {words} {cited}."
    )
    return Outcome(text, [said(name, text, words, [found.result.id])], used=used)


def _quarter(found: Found) -> Outcome:
    ask = found.ask
    words = things_of(ask.of)
    assert ask.extreme is not None
    values = [count_of(evidence) for evidence in found.several]
    open_ = next((e for e in found.several if not count_of(e) and not can_deny(e)), None)
    if open_ is not None:
        return cannot_tell(open_, words)
    if _order_open(found.several, most=ask.extreme.order == "most"):
        return _no_order(found.several, words)
    best = max(values) if ask.extreme.order == "most" else min(values)
    winners = [part for part, value in zip(QUARTERS, values, strict=True) if value == best]
    each = ", ".join(
        f"{part} {ref(evidence, 'count')}"
        for part, evidence in zip(QUARTERS, found.several, strict=True)
    )
    which = " and ".join(winners)
    text = (
        f"**{capital(which)}** has the {ask.extreme.order} {words}: {each} "
        f"{' '.join(cite(e) for e in found.several)}."
    )
    return Outcome(
        text,
        [said(which, text, words, [f"{e.id}.count" for e in found.several])],
        used=found.several,
    )


def _order_open(several: list[Evidence], *, most: bool) -> bool:
    """Tell whether what the records do not say could make another one the first."""
    bounds = [ends(evidence, "count") for evidence in several]
    if all(low == high for low, high in bounds):
        return False
    best = max(low for low, _ in bounds) if most else min(high for _, high in bounds)
    rivals = [high >= best if most else low <= best for low, high in bounds]
    return sum(rivals) > 1


def _no_order(several: list[Evidence], words: str) -> Outcome:
    """Say that which comes first is not known."""
    each = ", ".join(
        f"{part} {ref(evidence, 'count')}" for part, evidence in zip(QUARTERS, several, strict=True)
    )
    text = f"**Cannot tell** where: {each} {' '.join(cite(e) for e in several)}."
    refs = [f"{evidence.id}.count" for evidence in several]
    answer = said(None, text, words, refs, verdict="undecided")
    return Outcome(text, [answer], settled=False, used=several)
