"""Mentions of kinds of things in a question, freed of words that belong to the sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.planner.lexer import Lexeme
from agent.planner.vocabulary import phrases
from tools.concepts.find import find_concept
from tools.concepts.model import Ambiguous, Concept, Match, Spot
from tools.concepts.spot import spot
from tools.concepts.tags import AllOf, TagClause, TagQuery, parse_query
from tools.concepts.words import plural, tokens

_LONGEST = 4
_BEFORE = ("THE", "IN", "OUTSIDE", "NEAR", "CROSS", "ALONG", "EVERY", "LIMIT")
_AFTER = ("LIE", "BE", "IN", "HAVE", "COVER")


_THINGS = r"(?:elements?|features?|objects?|things?|items?)"
_KEY = r"(?P<key>[a-z][\w:]*)(?: ?= ?(?P<value>\*|[\w:;-]+))?"
_CARRY = (
    r"(?:with|carrying|having|bearing|using|(?:that )?(?:have|has|carry|carries|bear|bears|use))"
)
_TAGGED = (
    rf"{_THINGS} {_CARRY} (?:the |a )?(?:tag|key) {_KEY}",
    rf"{_THINGS} {_CARRY} (?:the |an? )?{_KEY} (?:tag|key)",
    rf"{_THINGS} tagged (?:with |as )?(?:the )?(?:tag |key )?{_KEY}",
)
"""Ways to name a key of the map itself."""
_WIDE = {
    r"man[- ]?made (?:structures?|objects?|features?|things?)": ("man_made", "man-made structure"),
    r"(?:public )?amenit(?:y|ies)": ("amenity", "amenity"),
    r"natural (?:features?|objects?|things?)": ("natural", "natural feature"),
    r"historic(?:al)? (?:features?|objects?|things?|sites?)": ("historic", "historic feature"),
}
"""Whole keys of the map by the words for them."""


def _wide(text: str) -> list[Spot]:
    """Return mentions of everything under one key of the map."""
    found = [_keyed(seen) for p in _TAGGED for seen in re.finditer(p, text, re.IGNORECASE)]
    for pattern, (key, label) in _WIDE.items():
        for seen in re.finditer(rf"\b{pattern}\b", text, re.IGNORECASE):
            query = parse_query(f"{key}=*")
            concept = Concept(id=f"any_{key}", label=label, plural=plural(label), query=query)
            match = Match(concept, "tag", seen.start(), seen.end(), seen.group())
            found.append(Spot(seen.start(), seen.end(), seen.group(), match))
    return found


def _keyed(seen: re.Match[str]) -> Spot:
    """Return the mention of all elements that carry a key, of one value or whatever it is."""
    key, value = seen["key"], seen["value"]
    value = None if value == "*" else value
    clause = TagClause(key=key, values=(value,)) if value else TagClause(key=key, excluded=())
    query = TagQuery(any_of=(AllOf(all_of=(clause,)),))
    tag = f"{key}={value}" if value else key
    label = f"element with the tag {tag}"
    concept = Concept(
        id=f"key_{tag}", label=label, plural=f"elements with the tag {tag}", query=query
    )
    match = Match(concept, "tag", seen.start(), seen.end(), seen.group())
    return Spot(seen.start(), seen.end(), seen.group(), match)


def things_in(text: str) -> list[Spot]:
    """Return the mentions of kinds of things, in order.

    A mention that takes in a word of the sentence ("inside parks", "trees stand") is read
    again without it, because places and verbs are asked about here, not kinds of things.
    """
    wide = _wide(text)
    narrow = [_freed(text, mention) for mention in spot(text)]
    kept = [n for n in narrow if not any(w.start < n.end and n.start < w.end for w in wide)]
    return sorted([*wide, *kept], key=lambda mention: mention.start)


def missed_things(text: str, lexemes: Sequence[Lexeme]) -> list[Lexeme]:
    """Return the lexemes with runs of unknown words read as kinds of things."""
    found: list[Lexeme] = []
    at = 0
    while at < len(lexemes):
        used = next(
            (n for n in range(_LONGEST, 0, -1) if _names_thing(text, lexemes[at : at + n], n)), 0
        )
        if used:
            start, end = lexemes[at].start, lexemes[at + used - 1].end
            match = find_concept(text[start:end])
            assert isinstance(match, Match | Ambiguous)
            found.append(
                Lexeme(
                    {"THING": Spot(start, end, text[start:end], match)}, text[start:end], start, end
                )
            )
        else:
            found.append(lexemes[at])
        at += used or 1
    return found


def _names_thing(text: str, row: Sequence[Lexeme], length: int) -> bool:
    """Say whether all of a row of unknown words together name a kind of thing."""
    if len(row) < length or any(not x.has("UNKNOWN") or x.has("PROPER") for x in row):
        return False
    found = find_concept(text[row[0].start : row[-1].end])
    return isinstance(found, Ambiguous) or (
        isinstance(found, Match) and found.how in ("exact", "synonym", "inflected")
    )


def _freed(text: str, mention: Spot) -> Spot:
    words = tokens(mention.text)
    if len(words) < 2:
        return mention
    start, end = 0, len(words)
    if _plays(words[0].plain, _BEFORE) and not words[0].raw.isupper():
        start = 1
    elif _plays(words[-1].plain, _AFTER):
        end -= 1
    else:
        return mention
    left = mention.start + words[start].start
    right = mention.start + words[end - 1].end
    found = find_concept(text[left:right])
    if not isinstance(found, Match | Ambiguous):
        return mention
    return Spot(left, right, text[left:right], found, ())


def _plays(word: str, kinds: Sequence[str]) -> bool:
    return any(kind in kinds for kind, _ in phrases().get((word,), ()))
