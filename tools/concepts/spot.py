"""Mentions of concepts in whole sentences, with their places in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.concepts import reading
from tools.concepts.deeds import deed_of, lead_length, place_for
from tools.concepts.find import outcome
from tools.concepts.grammar import acts, in_name, is_setting, is_unit, quoted
from tools.concepts.lexicon import Lexicon, lexicon
from tools.concepts.model import Match, Spot
from tools.concepts.spelling import POINTERS
from tools.concepts.taglike import LITERAL, concept_of
from tools.concepts.tags import parse_query
from tools.concepts.typos import corrected
from tools.concepts.words import Token, tokens

_LONGEST_DEED = 7
_GAP = re.compile(r"[\s\-‐‑–'’.]*")
_IDENTIFIER = re.compile(r"(?<!\w)\w+_[\w.\-]*\w|(?<!\S)\.{0,2}/[\w./\-]*\w")
"""A name such as `town_2021` or a path: of a file or a tag, never words about things."""
_SOFT_GAP = re.compile(r"\s+|\s*[-‐‑]\s*|['’]\s+")


@dataclass(frozen=True, slots=True)
class _Text:
    """A sentence, its words, and the words as they may have been meant."""

    known: Lexicon
    raw: str
    words: Sequence[Token]
    lemmas: Sequence[str]
    mended: dict[int, str]

    def joined(self, first: int, end: int) -> bool:
        """Say whether only spaces and hyphens lie between some words."""
        pairs = zip(self.words[first : end - 1], self.words[first + 1 : end], strict=True)
        return all(_GAP.fullmatch(self.raw[a.end : b.start]) for a, b in pairs)


@dataclass(frozen=True, slots=True)
class _Noun:
    """The words from `first` to before `end` that read as a concept."""

    first: int
    end: int
    read: reading.Reading


def spot(text: str) -> list[Spot]:
    """Return all mentions of concepts in a sentence, in order, without overlap.

    Longer mentions win. Verbs ("where do people park"), parts of names ("Hyde Park") and quoted
    names are left out. Words that seem to qualify a mention and were not understood are in
    `Spot.unread`.
    """
    literal = _literal_tags(text)
    hidden = _blanked(text, literal)
    words = tokens(hidden)
    known = lexicon()
    mended = {
        start: better for start, better in corrected(known, words).items() if _slip(words, start)
    }
    line = _Text(known, text, words, [mended.get(w.start, w.lemma) for w in words], mended)
    taken = [False] * len(words)
    found = [*_deeds(line, taken), *_nouns(line, taken)]
    return sorted([*literal, *found], key=lambda mention: mention.start)


def _literal_tags(text: str) -> list[Spot]:
    """Return the tags that are written out, such as `amenity=fuel`."""
    found = []
    for tag in LITERAL.finditer(text):
        concept = concept_of(parse_query(tag.group()))
        match = Match(concept, "tag", tag.start(), tag.end(), tag.group())
        found.append(Spot(tag.start(), tag.end(), tag.group(), match))
    return found


def _blanked(text: str, literal: Sequence[Spot]) -> str:
    """Blank out written-out tags, quoted names and identifiers, at the same length."""
    identifiers = (found.span() for found in _IDENTIFIER.finditer(text))
    for start, end in [*((tag.start, tag.end) for tag in literal), *quoted(text), *identifiers]:
        text = f"{text[:start]}{'.' * (end - start)}{text[end:]}"
    return text


def _slip(words: Sequence[Token], start: int) -> bool:
    """Say whether a word may be a slip of the keyboard: not a name, and long enough."""
    word = next(word for word in words if word.start == start)
    return word.raw.islower() and len(word.raw) > 5


def _deeds(line: _Text, taken: list[bool]) -> list[Spot]:
    """Return the places that are named by what one does there ("where can I buy shoes")."""
    found = []
    for first in range(len(line.words)):
        lead = lead_length(line.words[first:])
        if taken[first] or not lead:
            continue
        most = min(len(line.words), first + lead + _LONGEST_DEED)
        for end in range(most, first + lead, -1):
            words = line.words[first:end]
            read = (
                place_for(line.known, deed_of(line.known, words))
                if line.joined(first, end)
                else None
            )
            if read:
                taken[first:end] = [True] * (end - first)
                found.append(_spot(line, first, end, read, ()))
                break
    return found


def _nouns(line: _Text, taken: list[bool]) -> list[Spot]:
    """Return the concepts that are named by nouns, with the modifiers around them."""
    chosen = _longest(line, taken)
    spots = []
    for noun in chosen:
        before = reading.modifiers_ending(line.known, _run_before(line, noun.first), noun.read)
        after = reading.modifiers_starting(
            line.known, _run_after(line, noun.end), noun.read, predicates=False
        )
        first, end = noun.first - before.count, noun.end + after.count
        whole = reading.Reading(noun.read.choices, noun.read.key, (*before.found, *after.found))
        if not whole.narrowed():
            first, end, whole = noun.first, noun.end, noun.read
        spots.append((first, end, whole))
    return _without_qualifiers(line, _uncovered(spots))


def _uncovered(
    spots: list[tuple[int, int, reading.Reading]],
) -> list[tuple[int, int, reading.Reading]]:
    """Drop readings that lie inside a longer one: their words were modifiers."""
    longest: list[tuple[int, int, reading.Reading]] = []
    for one in sorted(spots, key=lambda one: (one[0] - one[1], one[0])):
        if all(one[1] <= other[0] or other[1] <= one[0] for other in longest):
            longest.append(one)
    return sorted(longest, key=lambda one: one[0])


def _longest(line: _Text, taken: list[bool]) -> list[_Noun]:
    """Choose nouns that do not overlap, longest first, then first in the text."""
    count = len(line.words)
    could = []
    for first in range(count):
        if (
            line.lemmas[first] not in line.known.vocabulary
            and line.lemmas[first] not in line.known.joined
        ):
            continue
        for end in range(first + 1, min(count, first + reading.LONGEST_NOUN) + 1):
            read = (
                reading.noun(line.known, line.lemmas[first:end])
                if line.joined(first, end)
                else None
            )
            if read:
                could.append(_Noun(first, end, read))
    chosen: list[_Noun] = []
    for noun in sorted(could, key=lambda noun: (noun.first - noun.end, noun.first)):
        if any(taken[noun.first : noun.end]) or _no_thing(line, noun):
            continue
        taken[noun.first : noun.end] = [True] * (noun.end - noun.first)
        chosen.append(noun)
    return sorted(chosen, key=lambda noun: noun.first)


def _no_thing(line: _Text, noun: _Noun) -> bool:
    """Say whether words are a verb, a unit or part of a name rather than a thing."""
    span = (noun.first, noun.end)
    return (
        acts(line.words, *span, modifiers=line.known.before)
        or is_unit(line.words, *span)
        or is_setting(line.words, *span)
        or in_name(line.raw, line.words, *span, modifiers=line.known.before)
    )


def _run_before(line: _Text, first: int) -> list[str]:
    """Return the words that stand right before a noun, without a break."""
    start = first
    while start and line.joined(start - 1, start + 1):
        start -= 1
    return list(line.lemmas[start:first])


def _run_after(line: _Text, end: int) -> list[str]:
    """Return the words that stand right after a noun, without a break."""
    last = end
    while last < len(line.words) and line.joined(last - 1, last + 1):
        last += 1
    return list(line.lemmas[end:last])


def _without_qualifiers(line: _Text, spots: list[tuple[int, int, reading.Reading]]) -> list[Spot]:
    """Turn readings into mentions; a noun that only qualifies the next one becomes unread."""
    kept: list[tuple[int, int, reading.Reading]] = []
    qualifies: dict[int, int] = {}
    for first, end, read in spots:
        previous = kept[-1] if kept else None
        if previous and previous[1] == first and _qualifies(line, previous[1] - 1):
            kept.pop()
            qualifies[first] = qualifies.pop(previous[0], previous[0])
        kept.append((first, end, read))
    return [
        _spot(line, first, end, read, _unread(line, qualifies.get(first, first), first, end))
        for first, end, read in kept
    ]


def _qualifies(line: _Text, last: int) -> bool:
    """Say whether a word in the singular stands right before another noun."""
    word = line.words[last]
    gap = line.raw[word.end : line.words[last + 1].start]
    return word.plain == word.lemma and _SOFT_GAP.fullmatch(gap) is not None


def _unread(line: _Text, start: int, first: int, end: int) -> tuple[str, ...]:
    """Return the words around a mention that qualify it in a way we do not know."""
    odd = [word.raw for word in line.words[start:first]]
    before = start - 1
    while before >= 0 and line.joined(before, before + 2) and not _silent(line, before):
        odd.insert(0, line.words[before].raw)
        before -= 1
    singular = line.words[end - 1].plain == line.words[end - 1].lemma
    if (
        end < len(line.words)
        and singular
        and line.joined(end - 1, end + 1)
        and not _silent(line, end)
    ):
        gap = line.raw[line.words[end - 1].end : line.words[end].start]
        if _SOFT_GAP.fullmatch(gap):
            odd.append(line.words[end].raw)
    return tuple(odd)


def _silent(line: _Text, at: int) -> bool:
    """Say whether a word qualifies nothing: a function word, a number, a common verb."""
    word = line.words[at]
    return (
        word.plain in line.known.silent
        or word.plain in POINTERS
        or word.plain[0].isdigit()
        or word.plain.endswith("est")
        or word.raw == "&"
    )


def _spot(
    line: _Text, first: int, end: int, read: reading.Reading, unread: tuple[str, ...]
) -> Spot:
    """Return a mention for some words."""
    words = line.words[first:end]
    found = outcome(line.raw, words, read, line.mended)
    return Spot(found.start, found.end, found.text, found, unread)
