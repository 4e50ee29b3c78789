"""The words around the references: nothing in them may pass for a measurement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from agent.answer import Draft
from agent.answer.draft import plain
from agent.answer.render import REFERENCE
from agent.answer.witnesses import looked_text
from agent.check.subject import Subject
from agent.evidence import Evidence
from agent.inquiry import Inquiry
from agent.inquiry import Subject as Asked
from agent.planner.contract import Ledger
from agent.planner.restate import restate
from agent.planner.work import QUARTERS
from store.features.labels import element_name, label
from store.features.sets import FeatureSet

_REFERENCE = re.compile(r"\{[^{}]*\}")
_CITATION = re.compile(r"\[([ERD]\d+(?:, ?[ERD]\d+)*)\]")
_NUMBER = re.compile(r"\d[\d,.]*")
_UNIT = re.compile(
    r"�\s*(?:%|°|k?m²|m2\b|px|km\b|m\b|ha\b|hectares?\b|acres?\b|met(?:re|er)s?\b|kilomet(?:re|er)s?\b|"
    r"miles?\b|feet\b|ft\b|yards?\b|percent\b|per cent\b|dB\b|thousand\b|million\b)"
)
_SIGN = re.compile(
    r"(?:(?<=\s)|^|\*)[-−+±~]\s?�|(?:minus|plus|nearly|almost|over|under)\s\**�", re.MULTILINE
)
_NUMBER_WORDS = re.compile(
    r"\b(zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|dozens?|twice|thrice|double|triple|"
    r"half|halves|thirds?|quarters?|several|many|few|most of|majority)\b",
    re.IGNORECASE,
)
_OURS = (
    "between the two", "from the two", "of the two", "of that ninth", "by halves", "no two",
    "their two", "these two", "the two dates", "two ways", "in two frames",
)  # fmt: skip
"""Phrases of ours in which a number word counts nothing that was measured."""
_COMPASS = re.compile(
    r"\b(north|south|east|west)(?:ern)?(?:[- ]?(east|west)(?:ern)?)?\b", re.IGNORECASE
)
_PARTS = re.compile(
    r"\b(?:north|south|east|west)(?:ern)?(?:[- ](?:east|west)(?:ern)?)? "
    r"(?:half|halves|quarters?|third)\b",
    re.IGNORECASE,
)
"""Parts of an area by name; their directions are checked by themselves."""
_QUOTED = re.compile(r"[“\"]([^”\"]{1,200})[”\"]")
_HELD = "�"


def word_faults(draft: Draft, ledger: Ledger, subject: Subject) -> Iterator[str]:
    """Yield what the words of an answer say that neither question nor record does."""
    if "{" in _REFERENCE.sub("", draft.text) or not _all_read(draft.text):
        yield "a reference is written in a way that nothing fills in"
    yield from _citation_faults(draft.text, ledger)
    known = _known_texts(ledger, subject)
    literal = _REFERENCE.sub(_HELD, _CITATION.sub("", draft.text))
    if found := _UNIT.search(literal):
        yield f"a unit is typed after a figure: {found[0].strip(_HELD).strip()!r}"
    if found := _SIGN.search(literal):
        yield f"a sign or bound is typed before a figure: {found[0].strip(_HELD)!r}"
    bare = _without(literal, known)
    asked = " ".join(known.asked)
    for found in _NUMBER.finditer(bare):
        if found[0].rstrip(".,") not in _numbers(asked):
            yield f"the number {found[0]!r} is typed, not measured"
    for found in _NUMBER_WORDS.finditer(_PARTS.sub(" ", bare)):
        if not re.search(rf"\b{re.escape(found[0])}\b", _PARTS.sub(" ", asked), re.IGNORECASE):
            yield f"the number word {found[0]!r} is typed, not measured"
    yield from _direction_faults(draft, bare, asked, ledger, subject.inquiry)
    yield from _name_faults(literal, known)


def _all_read(text: str) -> bool:
    """Tell whether everything in braces is a reference that the renderer fills in."""
    return all(REFERENCE.fullmatch(found[0]) for found in _REFERENCE.finditer(text))


class _Known:
    """Texts that an answer may repeat: from the person, and from the record."""

    def __init__(self, asked: Iterable[str], recorded: Iterable[str]) -> None:
        self.asked = [text for text in asked if text]
        self.recorded = sorted({text for text in recorded if text}, key=len, reverse=True)


def _known_texts(ledger: Ledger, subject: Subject) -> _Known:
    inquiry = subject.inquiry
    asked = [subject.question, inquiry.restated, restate(inquiry), *inquiry.when, *subject.told]
    recorded: list[str] = [*inquiry.where.scenes, *inquiry.where.layers, *_OURS, *subject.whole]
    recorded += [text for ask in inquiry.asked for text in _loose(ask.of, ask.other)]
    for evidence in ledger.evidence:
        recorded += _texts_of(evidence)
        recorded += _texts_of_set(ledger.features(evidence.id))
    return _Known(asked, (plain(text) for text in recorded))


def _loose(*subjects: Asked | None) -> Iterator[str]:
    """Yield why words were matched loosely, as the lexicon says it."""
    for subject in subjects:
        if subject is not None:
            yield subject.loose or ""
            yield from _loose(*(relation.to for relation in subject.relations))


def _texts_of(evidence: Evidence) -> list[str]:
    """Return the texts a piece of evidence holds that an answer may repeat as they are."""
    texts = [evidence.method.name, evidence.method.source, f"version {evidence.tool_version}"]
    texts += [str(evidence.period)] if evidence.period is not None else []
    texts += [f"{evidence.gsd_m:g} m per pixel"] if evidence.gsd_m is not None else []
    texts += [looked_text(evidence)]
    for key in evidence.scenes:
        texts += [key.id, f"sha256 {key.digest[:12]}"]
    for quantity in evidence.quantities:
        texts += [quantity.of, str(quantity.value) if isinstance(quantity.value, str) else ""]
    texts += [str(item) for items in evidence.series.values() for item in _flat(items)]
    texts += [caveat.text for caveat in evidence.caveats]
    return texts


def _flat(items: Any) -> Iterator[Any]:
    for item in items if isinstance(items, list) else [items]:
        if isinstance(item, str):
            yield item


def _texts_of_set(features: FeatureSet | None) -> list[str]:
    if features is None:
        return []
    texts: list[str] = []
    for row in range(min(len(features), 2000)):
        texts += [label(features, row), element_name(features, row) or ""]
    return texts


def _without(literal: str, known: _Known) -> str:
    """Take known texts out of the words, longest first; short ones are left in."""
    for text in (*sorted(known.asked, key=len, reverse=True), *known.recorded):
        if len(text) >= 2:
            literal = literal.replace(text, " ").replace(text[:1].upper() + text[1:], " ")
    return literal


def _numbers(text: str) -> set[str]:
    return {found[0].rstrip(".,") for found in _NUMBER.finditer(text)} | {
        found[0].rstrip(".,").replace(",", "") for found in _NUMBER.finditer(text)
    }


def _citation_faults(text: str, ledger: Ledger) -> Iterator[str]:
    refusals = {refusal.id for refusal in ledger.refusals}
    for found in _CITATION.finditer(text):
        for name in found[1].replace(" ", "").split(","):
            if ledger.get(name) is None and name not in refusals and not name.startswith("D"):
                yield f"[{name}] is cited and is not in this session"


def _direction_faults(
    draft: Draft, bare: str, asked: str, ledger: Ledger, inquiry: Inquiry
) -> Iterator[str]:
    """Directions come from the question, from what was asked of a tool, or from a claim's value."""
    allowed = asked.lower() + " clockwise from north "
    allowed += " ".join(str(c.value) for c in draft.claims if isinstance(c.value, str)).lower()
    for evidence in ledger.evidence:
        allowed += f" {evidence.arguments.get('part', '')} "
    if any(ask.extreme is not None and ask.extreme.axis == "count" for ask in inquiry.asked):
        allowed += f" {' '.join(QUARTERS)} "
    allowed += " ".join(
        reference[0].replace("_", "-") for reference in _REFERENCE.finditer(draft.text)
    )
    allowed = allowed.replace("ern", "")
    for found in _COMPASS.finditer(bare):
        word = found[0].lower().replace("ern", "").replace(" ", "-")
        if word not in allowed:
            yield f"the direction {found[0]!r} is typed, not measured"


def _name_faults(literal: str, known: _Known) -> Iterator[str]:
    for found in _QUOTED.finditer(literal):
        name = found[1].casefold()
        if _HELD in name:
            continue
        if not any(name in text.casefold() for text in (*known.asked, *known.recorded)):
            yield f"the name {found[1]!r} stands in neither question nor record"
