"""Kinds of things by their words, as subjects."""

from __future__ import annotations

from agent.inquiry import Subject
from tools.concepts.find import find_concept
from tools.concepts.model import Match


def subject_named(words: str) -> Subject:
    """Return the subject that plain words of one kind of thing stand for.

    Raises:
        ValueError: The words name no single kind of thing.
    """
    found = find_concept(words)
    if not isinstance(found, Match):
        raise ValueError(f"{words!r} names no single kind of thing")
    concept = found.concept
    return Subject(
        phrase=words,
        label=concept.plural,
        one=concept.label,
        concepts=[concept.id],
        tags=concept.query,
        geometry=concept.geometry,
        unmapped=concept.query is None,
        loose=found.loose,
    )
