"""What an answer was given to."""

from __future__ import annotations

from dataclasses import dataclass

from agent.inquiry import Inquiry


@dataclass(frozen=True)
class Subject:
    """The question, as asked and as understood, in one turn of a session."""

    question: str
    inquiry: Inquiry
    turn: int
    told: tuple[str, ...] = ()
    """Words of ours that an answer repeats: a question back, a reason, doubts and refusals."""
    whole: tuple[str, ...] = ()
    """Sentences of ours that an answer repeats whole; their numbers may stand nowhere else."""
