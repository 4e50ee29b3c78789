"""Words of a question that are a name on the held map, found before anything else is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from agent.planner.numbers import NUMBER_WORDS
from agent.planner.vocabulary import closed_words
from store.features.text import folded
from tools.concepts.lexicon import lexicon
from tools.concepts.model import Spot
from tools.concepts.words import american, tokens

NamesHeld = Callable[[Sequence[str]], Collection[str]]
"""Returns which of some names the held map bears, without case, accents or punctuation."""

_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*")
_GAP = re.compile(r"['’]?s?[\s\-–.&/+]{1,3}")
_QUOTED = re.compile(r"[\"“”«][^\"“”«»]{1,80}[\"“”»]")
_LONGEST = 7
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow one another, as they stand in the text."""

    words: tuple[str, ...]
    start: int
    end: int
    first: bool
    """Whether the sentence begins with them."""


def quoted_names(text: str, held: NamesHeld, spots: Sequence[Spot], places: Iterable[str]) -> str:
    """Return the text with every name that the map bears in quotation marks.

    Args:
        text: A tidy question.
        held: Tells which names the map bears.
        spots: The kinds of things mentioned in it.
        places: Names of scenes and layers, which are not names of things in them.
    """
    runs = [run for run in _runs(text) if _may_be_name(text, run, spots)]
    not_names = {folded(part) for place in places for part in (place, place.partition("-")[0])}
    known = set(held([text[run.start : run.end] for run in runs])) - not_names
    taken: list[Run] = []
    for run in sorted(runs, key=lambda run: run.start - run.end):
        free = all(run.end <= other.start or other.end <= run.start for other in taken)
        if free and folded(text[run.start : run.end]) in known:
            taken.append(run)
    for run in sorted(taken, key=lambda run: -run.start):
        after = re.sub(r"^['’]s\b", "", text[run.end :])
        text = f'{text[: run.start]}"{text[run.start : run.end]}"{after}'
    return text


def _runs(text: str) -> list[Run]:
    """Return every run of at most seven words outside quotation marks."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    words = [
        found
        for found in _WORD.finditer(text)
        if not any(start <= found.start() < end for start, end in quoted)
    ]
    runs = []
    for at, word in enumerate(words):
        end = at
        while end < len(words) and end - at < _LONGEST:
            if end > at and not _GAP.fullmatch(text[words[end - 1].end() : words[end].start()]):
                break
            said = tuple(found.group() for found in words[at : end + 1])
            before = text[: word.start()].rstrip()
            first = not before or before[-1] in ".?!:;"
            runs.append(Run(said, word.start(), words[end].end(), first))
            end += 1
    return runs


def _may_be_name(text: str, run: Run, spots: Sequence[Spot]) -> bool:
    """Say whether words could be meant as a name: none of them, or not all, are plain words."""
    inside = [spot for spot in spots if spot.start < run.end and run.start < spot.end]
    if any(spot.start < run.start or run.end < spot.end for spot in inside):
        return False
    capitals = [word[:1].isupper() for word in run.words]
    if run.first:
        capitals = capitals[1:]
    strange = [not _plain(word) for word in run.words]
    if len(run.words) == 1:
        word = run.words[0]
        return strange[0] and (any(capitals) or len(word) >= _SHORTEST or word[:1].isupper())
    outer = (0, -1)
    if any(run.words[at].islower() and run.words[at] in _LEADS for at in outer):
        return False
    return any(strange) or (all(capitals) and bool(capitals))


_LEADS = frozenset((
    "a", "an", "the", "is", "are", "was", "were", "do", "does", "did", "how", "what", "which",
    "where", "when", "who", "and", "or", "of", "in", "on", "at", "to", "from", "for", "near",
    "by", "has", "have", "had", "with", "within", "inside", "there", "any",
))  # fmt: skip
"""Words of the sentence with which no run is tried as a name."""


def _plain(word: str) -> bool:
    """Say whether a word is one of questions, numbers or kinds of things."""
    low = american(word.casefold())
    if low in closed_words() or low in NUMBER_WORDS or low.isdigit():
        return True
    read = tokens(word)
    return bool(read) and read[0].lemma in lexicon().vocabulary
