"""What several rules need."""

from __future__ import annotations

from agent.inquiry import Claim, Subject
from agent.planner.grammar import Chunk, Clause


def asserted(clause: Clause, claim: Claim | None) -> Claim | None:
    """Mark a claim as someone's statement when the clause says so."""
    stated = clause.has("ASSERT", "TAGQ")
    clause.use_all("ASSERT", "TAGQ")
    return claim.model_copy(update={"asserted": True}) if claim is not None and stated else claim


def measure_of(axis: str, subject: Subject) -> str:
    """Return what "larger" or "longer" measures of a subject."""
    return (
        "length" if axis == "length" or (axis == "size" and subject.geometry == "line") else "area"
    )


def words_of(chunk: Chunk | None) -> list[str]:
    """Return the words of a chunk."""
    return (
        chunk.lexeme.text.casefold().split()
        if chunk is not None and chunk.lexeme is not None
        else []
    )


def wanted(clause: Clause) -> str:
    """Return whether an id, a name or the thing itself is asked for."""
    wants_id = clause.use("ID") is not None
    wants_name = clause.use("NAMEQ") is not None
    clause.use_all("NAMED")
    return "id" if wants_id else "name" if wants_name else "value"
