"""Fills the references of a draft from the ledger."""

from __future__ import annotations

import re

from agent.answer.draft import Draft, plain
from agent.answer.numbers import one, shown
from agent.planner.contract import Ledger
from store.features.labels import cell, label, tags
from tools.contract import Unit

REFERENCE = re.compile(
    r"\{(?:(?P<quantity>E\d+)\.(?P<name>[a-z0-9_]+)|(?P<row>E\d+)#(?P<number>\d+)(?:\.(?P<column>[A-Za-z0-9_]+)|~(?P<tag>[A-Za-z0-9_:]+))?"
    r"|(?P<caveat>E\d+)!(?P<code>[a-z0-9_]+)|(?P<refusal>R\d+)|(?P<doubt>D\d+))(?:\|(?P<style>[a-z0-9_]+))?\}"
)
_COLUMN_UNITS: dict[str, Unit] = {
    "area_m2": "m2", "area_inside_m2": "m2", "length_m": "m", "length_inside_m": "m",
    "nearest_m": "m", "lat": "deg", "lon": "deg",
    "area_px": "px2",
}  # fmt: skip


class DanglingReference(ValueError):
    """A draft refers to something that is not in the ledger: a bug of whoever composed it."""


def render(draft: Draft, ledger: Ledger) -> str:
    """Return the text of an answer with every reference filled in."""
    return filled(draft.text, ledger)


def filled(text: str, ledger: Ledger) -> str:
    """Return text with its references filled in."""
    return REFERENCE.sub(lambda found: _value(found, ledger), text)


def _value(found: re.Match[str], ledger: Ledger) -> str:
    style = found["style"] or ""
    if found["quantity"]:
        return _quantity(found["quantity"], found["name"], style, ledger)
    if found["tag"]:
        return _tag(found["row"], int(found["number"]), found["tag"], ledger)
    if found["row"]:
        return _object(found["row"], int(found["number"]), found["column"], style, ledger)
    if found["caveat"]:
        evidence = ledger.get(found["caveat"])
        text = (
            next((c.text for c in evidence.caveats if c.code == found["code"]), None)
            if evidence
            else None
        )
    elif found["refusal"]:
        text = next((r.text for r in ledger.refusals if r.id == found["refusal"]), None)
    else:
        text = next((d.text for d in ledger.doubts if d.id == found["doubt"]), None)
    if text is None:
        raise DanglingReference(f"{found[0]} leads nowhere")
    return plain(text)


def _quantity(evidence_id: str, name: str, style: str, ledger: Ledger) -> str:
    evidence = ledger.get(evidence_id)
    quantity = evidence.quantity(name) if evidence is not None else None
    if quantity is None:
        raise DanglingReference(f"{evidence_id}.{name} leads nowhere")
    return plain(shown(quantity, style))


def _object(evidence_id: str, number: int, column: str | None, style: str, ledger: Ledger) -> str:
    features = ledger.features(evidence_id)
    if features is None or not 1 <= number <= len(features):
        raise DanglingReference(f"{evidence_id}#{number} leads nowhere")
    row = number - 1
    if column is None:
        return plain(label(features, row))
    value = cell(features, column, row)
    unit = _COLUMN_UNITS.get(column) or _unit_of_value(evidence_id, ledger)
    return plain(one(value, unit, style) if isinstance(value, int | float) else str(value))


def _tag(evidence_id: str, number: int, key: str, ledger: Ledger) -> str:
    features = ledger.features(evidence_id)
    value = tags(features, number - 1).get(key) if features is not None else None
    if value is None:
        raise DanglingReference(f"{evidence_id}#{number}~{key} leads nowhere")
    return plain(value)


def _unit_of_value(evidence_id: str, ledger: Ledger) -> Unit:
    """Return the unit of a measured column, which the finding's own figures have."""
    evidence = ledger.get(evidence_id)
    for name in ("value", "largest"):
        quantity = evidence.quantity(name) if evidence is not None else None
        if quantity is not None:
            return quantity.unit
    return "count"
