"""What has to be asked back before a question can be planned, with choices to answer by."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.evidence import Choice
from agent.inquiry import Inquiry, Subject
from agent.planner.nouns import Problems
from agent.planner.vocabulary import closed_words
from tools.concepts.find import find_concept
from tools.concepts.model import Ambiguous, Unknown


def asking_back(inquiry: Inquiry, text: str, problems: Problems) -> Inquiry:
    """Add the question to the person, where one is needed."""
    if problems.ambiguous:
        return _which_kind(inquiry, text, problems.ambiguous[0])
    for ask in (one for one in inquiry.asked if one.goal != "look"):
        for subject in (ask.of, ask.other):
            found = subject and _open_point(subject)
            if found:
                words, choices = found
                return inquiry.model_copy(
                    update={
                        "ask_back": words,
                        "choices": [_reworded(text, *choice) for choice in choices],
                    }
                )
    return inquiry


def _which_kind(inquiry: Inquiry, text: str, found: Ambiguous) -> Inquiry:
    choices = [
        Choice(label=concept.plural, value=_replaced(text, found.text, concept.plural))
        for concept in found.choices[:8]
    ]
    return inquiry.model_copy(update={"ask_back": found.question(), "choices": choices})


def _open_point(subject: Subject) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Return what about a subject has to be asked back, with choices (label, old words."""
    for relation in subject.relations:
        if relation.vague and relation.distance_m is None:
            word, to = relation.vague, relation.to.label or "it"
            far = relation.relation == "beyond_distance"
            distances = (
                (20, 50, 100)
                if word.casefold() in ("along", "on", "in", "at", "on both sides of")
                else (100, 250, 500, 1000)
            )
            new = "more than {} m from" if far else "within {} m of"
            choices = [(f"{d} m", word, new.format(d)) for d in distances]
            return f"How many metres from {to} counts as “{word}”?", choices
        if (inner := _open_point(relation.to)) is not None:
            return inner
    for condition in subject.where:
        if condition.key == "size":
            metres = f"{condition.value:g} m"
            return (
                f"Does {metres} mean the height or the length of {subject.label}?",
                [
                    (f"{metres} tall", _written(condition.value), f"{metres} tall"),
                    (f"{metres} long", _written(condition.value), f"{metres} long"),
                ],
            )
    return None


def _written(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reworded(text: str, label: str, old: str, new: str) -> Choice:
    if new.endswith((" tall", " long")):
        return Choice(label=label, value=re.sub(rf"{re.escape(old)}\s*\w+", new, text, count=1))
    if old == "nearby":
        return Choice(
            label=label,
            value=_replaced(text, "nearby", new.removesuffix(" of").removesuffix(" from")),
        )
    return Choice(label=label, value=_replaced(text, old, new))


def _replaced(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b", new, text, count=1, flags=re.IGNORECASE)


def meant(question: str, words: Sequence[str]) -> list[Choice]:
    """Return the question with words that were not understood replaced by what may be meant."""
    choices = []
    for word in words:
        if len(word) < 4 or all(part in closed_words() for part in word.casefold().split()):
            continue
        found = find_concept(word)
        near = found.suggestions if isinstance(found, Unknown) else ()
        choices += [Choice(label=name, value=_replaced(question, word, name)) for name in near]
    return choices[:8]
