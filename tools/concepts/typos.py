"""Mending small slips of the keyboard, never into a word that was perhaps not meant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from tools.concepts.lexicon import Lexicon, lexicon
from tools.concepts.spelling import LEAD_INS, POINTERS
from tools.concepts.words import Token, edits

_SHORTEST = 5
_TWO_SLIPS = 9
_SHORT_STEM = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]")


def corrected(known: Lexicon, words: Sequence[Token]) -> dict[int, str]:
    """Return the mended words by their start in the text; only those that needed it."""
    mended = {}
    for word in words:
        better = near_word(word.lemma) if needs_mending(known, word) else None
        if better:
            mended[word.start] = better
    return mended


def needs_mending(known: Lexicon, word: Token) -> bool:
    """Say whether a word is neither ours nor ordinary English."""
    if len(word.plain) < _SHORTEST or not word.plain.isalpha():
        return False
    forms = {word.plain, word.lemma}
    return forms.isdisjoint(known.vocabulary | POINTERS) and not ordinary(known, forms)


def ordinary(known: Lexicon, forms: set[str]) -> bool:
    """Say whether a word is ordinary English, also with -ed, -ing, -er, -est, -ly on it."""
    stems = set(forms)
    for form in forms:
        for ending in ("ed", "ing", "er", "est", "ly", "d", "r", "st", "y", "ness", "ful", "less"):
            if form.endswith(ending):
                stem = form[: -len(ending)]
                stems |= {stem + "e"} if _would_double(stem, ending) else {stem, stem + "e"}
                if len(stem) > 2 and stem[-1] == stem[-2]:
                    stems.add(stem[:-1])
    return not stems.isdisjoint(known.common) or not stems.isdisjoint(known.silent)


def _would_double(stem: str, ending: str) -> bool:
    """Say whether a stem doubles its last letter before an ending: "swiming" is no word."""
    return ending in ("ed", "ing", "er", "est") and _SHORT_STEM.fullmatch(stem) is not None


@lru_cache(maxsize=2048)
def near_word(word: str) -> str | None:
    """Return the only word of the lexicon within one slip (two in long words), or None.

    >>> near_word("supermarkt")
    'supermarket'
    """
    most = 2 if len(word) >= _TWO_SLIPS else 1
    near: dict[str, int] = {}
    for other in _by_letter().get(word[0], ()):
        distance = edits(word, other, most)
        if distance <= most and len(other) >= _SHORTEST:
            near[other] = distance
    near = {other: distance for other, distance in near.items() if _same_form(word, other)}
    least = min(near.values(), default=0)
    best = [other for other, distance in near.items() if distance == least]
    return best[0] if len(best) == 1 else None


def _same_form(word: str, other: str) -> bool:
    """Say whether neither or both words are verb forms: "destroyed" is no slip for "destroyer"."""
    return all(word.endswith(ending) == other.endswith(ending) for ending in ("ed", "ing", "ly"))


@lru_cache(maxsize=1)
def _by_letter() -> dict[str, list[str]]:
    """Return the words of the lexicon by their first letter, which slips rarely touch."""
    index: dict[str, list[str]] = defaultdict(list)
    ours = lexicon().vocabulary | set(" ".join(LEAD_INS).split())
    for word in sorted(ours):
        if word.isalpha():
            index[word[0]].append(word)
    return index
