"""Readings: what eyes say of a picture, marked as a witness and never as a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.scenes import Caveat
from store.text import clean_text
from tools.contract import Bench, Quantity, ToolRefusal
from tools.vision.eyes import Eyes

_LONGEST_READING = 400


@dataclass(frozen=True)
class Question:
    """One question about a picture, with the answers to choose from, and who is asked."""

    text: str
    choices: list[str]
    eyes: Eyes


def question_of(bench: Bench, question: str | None, choices: Sequence[str]) -> Question | None:
    """Return what is asked, or None; refuses a question where nobody has eyes."""
    text = clean_text(question or "", 300)
    kept = [choice for choice in (clean_text(choice, 60) for choice in choices) if choice]
    if not text:
        return None
    if bench.eyes is None:
        raise ToolRefusal(
            "a question about a picture needs eyes, and none are configured; ask without the "
            "question for the picture and its measures, or configure a vision-language model",
            "no_eyes",
            {"eyes": "a vision-language model"},
        )
    return Question(text, kept, bench.eyes)


def ask_eyes(asked: Question, png: bytes) -> tuple[list[Quantity], list[Caveat]]:
    """Return the reading as a quantity of unit text, and the caveat that it is a witness."""
    reading = asked.eyes.look(png, asked.text, asked.choices)
    by = clean_text(reading.by, 80)
    words = clean_text(reading.text, _LONGEST_READING)
    chosen = None if reading.choice is None else clean_text(reading.choice, 60)
    value = chosen if asked.choices and chosen is not None else words
    quantities = [Quantity(name="reading", of=asked.text, value=value, unit="text")]
    if value != words and words:
        quantities.append(
            Quantity(name="reading_words", of="the reader's own words", value=words, unit="text")
        )
    text = (
        f"read by {by}: what a reader says of the picture, not a measurement; "
        "where a measurement of the same thing exists, that decides"
    )
    return quantities, [Caveat(code="witness", text=text)]
