"""What is shown of an answer: its words, its figures with their intervals, what it asks back."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from agent import telling
from agent.answer.numbers import one
from agent.evidence import Choice, Claim, CropQuestion
from agent.result import Answer

CITATION = re.compile(r"\[((?:E[1-9]\d*(?:#[1-9]\d*)?)(?:, ?E[1-9]\d*(?:#[1-9]\d*)?)*)\]")
_PIECES = re.compile(r"(\*\*[^*]+\*\*|\*[^*]+\*|\[[^\]\n]{1,400}\])")
_TO_KNOW = "*To know:*"
_TYPED = re.compile(r",? or give (?:it with )?--(?:example|region)\b(?: [a-z]+:[\w.,:-]*\w)?")


@dataclass(frozen=True)
class Piece:
    """A run of an answer's words: plain, strong, quiet, or a citation of evidence."""

    text: str
    style: str = ""
    evidence: str = ""
    row: int | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph, or one point of a list."""

    pieces: tuple[Piece, ...]
    kind: str = "paragraph"


@dataclass(frozen=True)
class FigureView:
    """A figure of the answer with its interval; places are shares of the scale shown."""

    value: str
    of: str
    low: str
    high: str
    kind: str
    evidence: str
    start: float
    end: float
    at: float
    verdict: str = ""


@dataclass(frozen=True)
class AnswerView:
    """All that is shown of an answer."""

    status: str
    status_words: str
    blocks: tuple[Block, ...]
    figures: tuple[FigureView, ...]
    limits: tuple[str, ...]
    choices: tuple[Choice, ...]
    crops: tuple[CropQuestion, ...]
    cost: str
    planner: str
    turn: int


def answer_view(answer: Answer, known: Set[str]) -> AnswerView:
    """Return what is shown of an answer.

    Args:
        answer: The answer.
        known: Ids of evidence that a citation may lead to; others stay words.
    """
    text, limits = _without_limits(answer)
    back = answer.question_back
    return AnswerView(
        status=answer.status,
        status_words=telling.STATUS_WORDS[answer.status],
        blocks=tuple(blocks(without_typing(text), known)),
        figures=tuple(f for f in map(_figure, answer.claims) if f is not None),
        limits=limits,
        choices=tuple(back.choices) if back else (),
        crops=tuple(back.crops) if back else (),
        cost=f"{telling.pixels(answer.pixels_read)} read · {telling.seconds(answer.seconds)}",
        planner=answer.planner,
        turn=answer.turn,
    )


def _without_limits(answer: Answer) -> tuple[str, tuple[str, ...]]:
    """Take the last paragraph apart when it is the list of what limits the answer."""
    limits = tuple(claim.text for claim in answer.claims if claim.role == "limit")
    text, mark, last = answer.answer.rpartition(_TO_KNOW)
    left = last
    for limit in limits:
        left = left.replace(limit, "", 1)
    if mark and limits and not left.strip(" ;."):
        return text.strip(), limits
    return answer.answer, ()


def without_typing(text: str) -> str:
    """Leave out what is to be typed at a command line where a box can be drawn on the map instead.

    >>> without_typing("Draw a box around one to three ships, or give --example lonlat:1,2,3,4.")
    'Draw a box around one to three ships.'
    >>> without_typing("Draw a box around it, or give it with --region")
    'Draw a box around it'
    """
    return _TYPED.sub("", text)


def blocks(text: str, known: Set[str]) -> list[Block]:
    """Take an answer's words apart into paragraphs and points, with their citations."""
    found = []
    for paragraph in re.split(r"\n{2,}", text.strip()):
        for line in paragraph.split("\n"):
            point = line.startswith("- ")
            words = line[2:] if point else line
            kind = "point" if point else "paragraph"
            if words.strip():
                found.append(Block(tuple(pieces(words, known)), kind))
    return found


def pieces(text: str, known: Set[str]) -> list[Piece]:
    """Take a line apart into plain, strong and quiet words and citations."""
    found: list[Piece] = []
    for part in _PIECES.split(text):
        if not part:
            continue
        if cited := CITATION.fullmatch(part):
            found += _citations(cited[1], known)
        elif part.startswith("**") and part.endswith("**") and len(part) > 4:
            found += [_strong(p) for p in pieces(part[2:-2], known)]
        elif part.startswith("*") and part.endswith("*") and len(part) > 2:
            found.append(Piece(part[1:-1], "quiet"))
        else:
            found.append(Piece(part))
    return found


def _strong(piece: Piece) -> Piece:
    return piece if piece.evidence else Piece(piece.text, "strong")


def _citations(inside: str, known: Set[str]) -> list[Piece]:
    found = []
    for name in re.split(r", ?", inside):
        evidence, _, row = name.partition("#")
        if evidence in known:
            found.append(Piece(name, "cite", evidence, int(row) if row else None))
        else:
            found.append(Piece(f"[{name}]"))
    return found


def _figure(claim: Claim) -> FigureView | None:
    """Return the figure of an answer claim that has an interval to show."""
    value, low, high = claim.value, claim.low, claim.high
    if claim.role != "answer" or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if low is None or high is None or claim.unit is None or low == high:
        return None
    start, end = _scale(low, high)
    span = end - start
    return FigureView(
        value=one(value, claim.unit),
        of=claim.of,
        low=one(low, claim.unit),
        high=one(high, claim.unit),
        kind=telling.interval_kind(claim.interval, claim.level),
        evidence=claim.evidence[0].partition(".")[0].partition("#")[0] if claim.evidence else "",
        start=(low - start) / span,
        end=(high - start) / span,
        at=(value - start) / span,
        verdict=claim.verdict or "",
    )


def _scale(low: float, high: float) -> tuple[float, float]:
    """Return the ends of a scale that shows an interval's width beside its distance from zero.

    >>> _scale(500.0, 600.0), _scale(-2.0, 2.0)
    ((0.0, 660.0), (-2.4, 2.4))
    """
    if low >= 0:
        return 0.0, high * 1.1
    reach = (high - low) * 0.1
    return low - reach, max(high, 0.0) + reach
