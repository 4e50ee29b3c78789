"""From a phrase to a concept: `find_concept`, and what comes near when there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from tools.concepts import reading
from tools.concepts.deeds import deed_of, place_for
from tools.concepts.lexicon import Lexicon, key_of, lexicon
from tools.concepts.model import Ambiguous, Concept, How, Match, Unknown
from tools.concepts.spelling import POINTERS, TRAILERS
from tools.concepts.taglike import tag_concept
from tools.concepts.tags import TagQuery
from tools.concepts.typos import corrected
from tools.concepts.words import Token, tokens

_TOO_LONG = 200


def find_concept(phrase: str) -> Match | Ambiguous | Unknown:
    """Read a whole phrase as one concept, a choice of concepts, or say what was not understood.

    Args:
        phrase: a noun phrase ("Italian restaurants"), a literal tag ("amenity=fuel", "highway=*")
            or words for what one does there ("places to fill up").

    Every word must be understood: a word left over makes the phrase unknown.
    """
    tagged = tag_concept(phrase.strip())
    if tagged:
        start = len(phrase) - len(phrase.lstrip())
        return Match(
            tagged, "tag", start, start + len(phrase.strip()), phrase.strip(), tagged.loose
        )
    words = tokens(phrase[:_TOO_LONG])
    found = read_words(phrase, words)
    if found:
        return found
    return _unknown(phrase, words)


def read_words(phrase: str, words: Sequence[Token]) -> Match | Ambiguous | None:
    """Read words as one concept, first as they are spelled, then with the spelling mended."""
    if not words:
        return None
    known = lexicon()
    lemmas = [word.lemma for word in words]
    found = _trimmed(known, phrase, words, lemmas, {})
    if found:
        return found
    mended = corrected(known, words)
    if mended:
        better = [mended.get(word.start, word.lemma) for word in words]
        return _trimmed(known, phrase, words, better, mended)
    return None


def _trimmed(
    known: Lexicon,
    phrase: str,
    words: Sequence[Token],
    lemmas: Sequence[str],
    mended: Mapping[int, str],
) -> Match | Ambiguous | None:
    """Read words, leaving out what only points ("all the ... here")."""
    ends = [len(words)]
    if len(words) > 1 and words[-1].plain in TRAILERS:
        ends.append(len(words) - 1)
    for end in ends:
        for start in _starts(words[:end]):
            read = reading.phrase(known, lemmas[start:end])
            if read:
                return outcome(phrase, words[start:end], read, mended)
        doing = place_for(known, deed_of(known, words[:end]))
        if doing:
            return outcome(phrase, words[:end], doing, mended)
    return None


def _starts(words: Sequence[Token]) -> Iterator[int]:
    """Yield where a phrase may begin: at its first word, and after each word that only points."""
    for start, word in enumerate(words):
        yield start
        if word.plain not in POINTERS:
            return


def outcome(
    phrase: str, words: Sequence[Token], read: reading.Reading, mended: Mapping[int, str]
) -> Match | Ambiguous:
    """Turn a reading of some words of a phrase into what callers get."""
    start, end = words[0].start, words[-1].end
    text, choices = phrase[start:end], read.narrowed()
    if len(choices) > 1:
        return Ambiguous(phrase, choices, start, end, text)
    concept = choices[0]
    spelled = [f"“{w.raw}” was read as “{mended[w.start]}”" for w in words if w.start in mended]
    reasons = [concept.loose, *read.loose(), *spelled]
    how = "typo" if spelled else _how(text, concept, read)
    return Match(concept, how, start, end, text, "; ".join(r for r in reasons if r) or None)


def _how(text: str, concept: Concept, read: reading.Reading) -> How:
    """Say how words came to their concept."""
    if read.modifiers:
        return "modifier"
    if text.casefold() in (concept.label.casefold(), concept.plural.casefold()):
        return "exact"
    return "inflected" if read.key == key_of(concept.label) else "synonym"


def _unknown(phrase: str, words: Sequence[Token]) -> Unknown:
    """Say which words were not understood, and what the others would have meant."""
    known = lexicon()
    lemmas = [word.lemma for word in words]
    near = tuple(concept.plural for concept in closest(phrase, 3))
    for start, end in reading.noun_spans(len(words)):
        named = reading.noun(known, lemmas[start:end])
        if named is None:
            continue
        before = reading.modifiers_ending(known, lemmas[:start], named)
        after = reading.modifiers_starting(known, lemmas[end:], named)
        rest = [*words[: start - before.count], *words[end + after.count :]]
        odd = tuple(word.raw for word in rest if word.plain not in POINTERS)
        whole = reading.Reading(named.choices, named.key, (*before.found, *after.found))
        choices = whole.narrowed()
        return Unknown(phrase, odd, choices[0] if len(choices) == 1 else None, near)
    odd = tuple(word.raw for word in words if word.plain not in POINTERS)
    return Unknown(phrase, odd, None, near)


def closest(phrase: str, n: int = 5) -> list[Concept]:
    """Return at most n concepts whose words look most like a phrase, best first.

    Similarity is the share of common letter triples (Jaccard index), at least 0.3.
    """
    asked = _triples(key_of(phrase[:_TOO_LONG]))
    best: dict[str, float] = {}
    for triples, concept_id in _all_triples():
        shared = len(asked & triples)
        if shared:
            score = shared / len(asked | triples)
            best[concept_id] = max(score, best.get(concept_id, 0.0))
    ranked = sorted(
        (name for name in best if best[name] >= 0.3), key=lambda name: (-best[name], name)
    )
    return [lexicon().concept(name) for name in ranked[:n]]


@lru_cache(maxsize=1)
def _all_triples() -> tuple[tuple[frozenset[str], str], ...]:
    """Return the letter triples of every wording."""
    return tuple((_triples(key), name) for key, name in lexicon().phrases.items())


def _triples(text: str) -> frozenset[str]:
    """Return the letter triples of a text, its word edges marked."""
    padded = f" {re.sub(' +', ' ', text)} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def concept_for_tags(tags: TagQuery | Mapping[str, str]) -> Concept | None:
    """Return the concept that a query or the tags of one element stand for.

    For a query: the concept that asks for the same. For an element: the concept with the most
    conditions, then the fewest values, that the element fulfils. None when there is none.
    """
    concepts = [concept for concept in lexicon().concepts() if concept.query]
    if isinstance(tags, TagQuery):
        asked = _shape(tags)
        return next((c for c in concepts if c.query and _shape(c.query) == asked), None)
    fits = [concept for concept in concepts if concept.query and concept.query.matches(tags)]
    return min(fits, key=_breadth, default=None)


def _shape(query: TagQuery) -> frozenset[object]:
    """Return a query without the order of its parts."""
    return frozenset(
        frozenset(
            (c.key, frozenset(c.values), frozenset(c.excluded), c.absent) for c in group.all_of
        )
        for group in query.any_of
    )


def _breadth(concept: Concept) -> tuple[int, int, str]:
    """Say how wide a concept is: bare keys, then few conditions, then many values come last."""
    groups = concept.query.any_of if concept.query else ()
    least = min(len(group.all_of) for group in groups)
    values = sum(len(clause.values) or 50 for group in groups for clause in group.all_of)
    return -least, values, concept.id
