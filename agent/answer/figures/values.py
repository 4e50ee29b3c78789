"""Recorded properties."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.figures.shared import (
    LISTED,
    cite,
    main_of,
    nothing_known,
    things_of,
    unmeasured,
)
from agent.answer.numbers import unit_asked
from agent.answer.outcome import (
    Outcome,
    of_quantity,
    ref,
    said,
)
from agent.planner.contract import Ledger
from agent.planner.steps import Found


def value(found: Found, ledger: Ledger) -> Outcome:
    """Say what the map records as a property of things."""
    ask, result = found.ask, found.result
    main = main_of(found)
    words = things_of(ask.of)
    if result is None:
        return nothing_known(main, ask, words) or unmeasured(main, words, ask.key or "it")
    if ask.statistic is not None:
        if result.quantity(ask.statistic) is None:
            return unmeasured(result, words, ask.key or "it")
        style = unit_asked(ask.unit) or ("number" if result.arguments.get("of") == "tag" else "")
        text = (
            f"**{ref(result, ask.statistic, style)}** is the {ask.statistic} "
            f"{plain(ask.key or '')} of {words} {cite(result)}; {ref(result, 'count_without')} of "
            f"{ref(result, 'count')} do not say."
        )
        return Outcome(
            text, [of_quantity(result, ask.statistic, "answer", text, words)], used=[result]
        )
    features = ledger.features(result.id)
    texts = features.columns.get("value_text") if features is not None else None
    told = [row for row, text in enumerate(texts or []) if text]
    if not told:
        text = f"The map does not say the {plain(ask.key or '')} of {words} {cite(result)}."
        return Outcome(
            text,
            [said(None, text, words, [f"{result.id}.count_without"])],
            settled=False,
            used=[result],
        )
    assert texts is not None
    ranked = [str(pair[0]) for pair in result.series.get("counts", [])]
    different = list(dict.fromkeys([*ranked, *(str(texts[row]) for row in told)]))
    first = {str(texts[row]): row for row in reversed(told)}
    different = [text for text in different if text in first]
    listed = "; ".join(
        f"{{{result.id}#{first[text] + 1}.value_text}}" for text in different[:LISTED]
    )
    key = str(result.arguments.get("tag") or ask.key or "")
    more = [f"{{{one.id}.value}}" for one in found.several if one.quantity("value") is not None]
    listed = ", ".join([listed, *more])
    text = f"**{listed}** is the {plain(key)} of {words} {cite(result)}."
    if len(different) > 1:
        text = f"The {plain(key)} of {words} {cite(result)}: {listed}."
    answer = said(
        "; ".join(plain(text) for text in different[:LISTED]),
        text,
        words,
        [f"{result.id}#{row + 1}" for row in told[:LISTED]],
    )
    return Outcome(text, [answer], used=[main, result])
