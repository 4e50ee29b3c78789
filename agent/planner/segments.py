"""Pieces of lines in plain words: "pieces of road", "the road network", "three-lane segments"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.concepts.find import find_concept
from tools.concepts.model import Match
from tools.concepts.words import plural

_LINE = (
    r"(?P<line>road|street|railway|rail|footpath|path|cycleway|river|stream|canal|motorway|"
    r"highway|track|power line)"
)
_PIECE = r"(?:segment|piece|section|stretch|link|edge|line feature|linestring|bit)"
_MANY = rf"(?:{_PIECE}s|stretches|{_PIECE})"
_CUT = r"(?:cut|divided|split|broken|segmented|subdivided|chopped)(?: up| down)?(?: into)?"
_NUMBERS = {"single": 1, "one": 1, "two": 2, "double": 2, "dual": 2, "three": 3, "triple": 3,
            "four": 4, "five": 5, "six": 6}  # fmt: skip
_INTO = re.compile(
    rf"\b(?:in)?to how many {_MANY} (?:is|are|was|were|has|have) (?:the |this |these )?{_LINE}s?"
    rf"(?: network| system| layer| net)?(?: been)? {_CUT}\b",
    re.IGNORECASE,
)
_OF = re.compile(
    rf"\b{_PIECE}(?P<many>e?s)? of (?:the |a )?{_LINE}s?(?: network| system)?\b", re.IGNORECASE
)
_BEFORE = re.compile(rf"\b{_LINE}s? {_PIECE}(?P<many>e?s)?\b", re.IGNORECASE)
_NETWORK = re.compile(rf"\b{_LINE}s? (?:network|system|net|grid)\b", re.IGNORECASE)
_ALONE = re.compile(r"\b(?:segment|line feature|linestring)(?P<many>s)?\b", re.IGNORECASE)
_LANES = re.compile(
    rf"\b(?P<number>\d+|{'|'.join(_NUMBERS)})[- ]lane(?:d)? (?P<what>\w+)", re.IGNORECASE
)
_QUANTITY = re.compile(r"^(?P<what>[^:?]{3,80}): ?(?:quantity|number|count|how many)\??$", re.I)
_SHORTEST = 4
_WORD = re.compile(r"[^\W\d_]+")


def plain_segments(text: str, layers: Iterable[str]) -> str:
    """Return a question with pieces of lines called by what they are pieces of.

    A bare "segment" is one of the kind that the only layer of lines is called after.

    >>> plain_segments("Into how many segments is the road network cut?", ())
    'how many roads are there?'
    >>> plain_segments("How many three-lane segments are there?", ["town_roads"])
    'How many roads with 3 lanes are there?'
    """
    text = _INTO.sub(lambda m: f"how many {plural(m['line'])} are there", text)
    text = _QUANTITY.sub(lambda m: f"How many {m['what']} are there?", text)
    for pattern in (_OF, _BEFORE):
        text = pattern.sub(lambda m: plural(m["line"]) if m["many"] else m["line"], text)
    text = _NETWORK.sub(lambda m: plural(m["line"]), text)
    line = _line_of(layers) if _ALONE.search(text) else None
    if line is not None:
        text = _ALONE.sub(lambda m: plural(line) if m["many"] else line, text)
    return _LANES.sub(_with_lanes, text)


def _with_lanes(found: re.Match[str]) -> str:
    said = found["number"].casefold()
    number = _NUMBERS.get(said) or int(said)
    return f"{found['what']} with {number} lane{'' if number == 1 else 's'}"


def _line_of(layers: Iterable[str]) -> str | None:
    """Return the kind of line that layers are called after, None unless it is one kind."""
    kinds: dict[str, str] = {}
    for word in (word for layer in layers for word in _WORD.findall(layer)):
        match = find_concept(word) if len(word) >= _SHORTEST else None
        if isinstance(match, Match) and match.concept.geometry == "line":
            kinds[match.concept.id] = match.concept.label
    return next(iter(kinds.values())) if len(kinds) == 1 else None
