"""Text to lexemes: words of questions, numbers with units, kinds of things, names, scenes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.planner.numbers import NUMBER_WORDS, Amount, read_number, read_unit
from agent.planner.slips import CONTRACTIONS, TYPOS
from agent.planner.vocabulary import closed_words, longest_phrase, phrases
from tools.concepts.model import Spot
from tools.concepts.spot import spot
from tools.concepts.words import american, edits

_TOKEN = re.compile(
    r"\d{4}-\d{2}(?:-\d{2})?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:st|nd|rd|th)\b|\d+(?:\.\d+)?"
    r"|[^\W\d_]+\d?(?:['’][^\W\d_]+)*|>=|<=|[^\w\s]"
)
_QUOTED = re.compile(r"[\"“”«]([^\"“”«»]{1,80})[\"“”»]|(?<!\w)['‘]([^'’‘]{2,80})['’](?!\w)")
_MONTHS = {
    month: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for month in names.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One word as matched (`plain`) and as written (`raw`), with its place in the text."""

    plain: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A stretch of the text that plays one or more parts, each with a value."""

    kinds: dict[str, Any]
    text: str
    start: int
    end: int

    def has(self, *kinds: str) -> bool:
        """Tell whether it can play one of these parts."""
        return any(kind in self.kinds for kind in kinds)


@dataclass(slots=True)
class Reading:
    """The lexemes of a text, and the text they lie in."""

    text: str
    lexemes: list[Lexeme] = field(default_factory=list)


def tidy(text: str) -> str:
    """Bring text to one form: composed letters, straight spaces, contractions written out."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("`", "'")
    text = re.sub(r"\s+", " ", text).strip()
    if text.isupper() and " " in text:
        text = text.lower()  # shouting says nothing about what is a name
    for pattern, full in CONTRACTIONS:
        text = re.sub(pattern, full, text, flags=re.IGNORECASE)
    return text


def tokenize(text: str) -> list[Token]:
    """Cut tidy text into tokens in plain spelling."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw = match.group()
        if (
            raw in "-–"
            and text[match.start() - 1 : match.start()].isalpha()
            and text[match.end() : match.end() + 1].isalpha()
        ):
            continue  # "north-east", "five-minute"
        word = raw.casefold()
        word = re.sub(r"'s$", "", word)
        for plain in TYPOS.get(word, word).split("_"):
            found.append(Token(american(plain), raw, match.start(), match.end()))
    return found


def lex(
    text: str,
    spots: Sequence[Spot],
    scenes: Iterable[tuple[str, str]],
    vocabulary: Iterable[str] = (),
    mentions: Sequence[Lexeme] = (),
) -> Reading:
    """Turn tidy text into lexemes; longest reading first.

    Args:
        text: What `tidy` gave.
        spots: The kinds of things mentioned in it.
        scenes: Names (ids, aliases) that may be written, each with the id it stands for.
        vocabulary: Words of kinds of things, which are never corrected to function words.
        mentions: Lexemes found before, where no full name of a scene stands.
    """
    tokens = _corrected(tokenize(text), spots, frozenset(vocabulary))
    reading = Reading(text)
    fixed = _fixed(text, scenes)
    fixed += [
        m
        for m in mentions
        if not any(f.start < m.end and m.start < f.end for f in fixed)
        and not (m.has("NOSCENE") and any(s.start < m.end and m.start < s.end for s in spots))
    ]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        held = _lies_in(token, fixed)
        if held is not None:
            reading.lexemes.append(held)
            while at < len(tokens) and tokens[at].start < held.end:
                at += 1
            continue
        # No phrase reaches into a name: "in town_2021" is not "in town".
        ahead = next((i for i in range(at, len(tokens)) if _lies_in(tokens[i], fixed)), len(tokens))
        lexeme, used = _longest(tokens[:ahead], at, text, spots)
        reading.lexemes.append(lexeme)
        at += used
    return reading


def _lies_in(token: Token, lexemes: Sequence[Lexeme]) -> Lexeme | None:
    return next((x for x in lexemes if x.start <= token.start < x.end), None)


def _fixed(text: str, scenes: Iterable[tuple[str, str]]) -> list[Lexeme]:
    """Find quoted names and names of scenes, which are read before anything else."""
    found: list[Lexeme] = []
    named = sorted(scenes, key=lambda pair: -len(pair[0]))
    for name, scene in named:
        lead = r"(?<=(?:image|scene|photo)\s)" if _is_word(name) else r"(?<![\w-])"
        pattern = rf"{lead}{re.escape(name)}(?:\.\w{{3,4}})?(?![\w-])"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if not any(other.start < match.end() and match.start() < other.end for other in found):
                found.append(Lexeme({"SCENEID": scene}, match.group(), match.start(), match.end()))
    for match in _QUOTED.finditer(text):
        if not any(other.start < match.end() and match.start() < other.end for other in found):
            name = match.group(1) or match.group(2)
            found.append(Lexeme({"NAME": name.strip()}, match.group(), match.start(), match.end()))
    return found


def _is_word(name: str) -> bool:
    """Say whether a scene is called like a word of questions or a thing."""
    if re.search(r"[\d_\-]", name):
        return len(name) < 3
    return len(name) < 4 or name.casefold() in closed_words() or bool(spot(name))


def _corrected(
    tokens: list[Token], spots: Sequence[Spot], vocabulary: frozenset[str]
) -> list[Token]:
    """Bring misspelt function words to the nearest known one, where there is exactly one."""
    known = closed_words()

    def fixed(token: Token) -> Token:
        word = token.plain
        inside = any(spot.start <= token.start < spot.end for spot in spots)
        if (
            inside
            or not word.isalpha()
            or len(word) < 5
            or word in known
            or word in vocabulary
            or word in NUMBER_WORDS
        ):
            return token
        if token.raw[:1].isupper() and token.start > 0:
            return token
        most = 1 if len(word) < 8 else 2
        near = [
            other
            for other in known
            if len(other) > 3 and other[0] == word[0] and edits(word, other, most) <= most
        ]
        near = sorted(near, key=lambda other: (edits(word, other, most), other))
        if not near or (len(near) > 1 and edits(word, near[0], most) == edits(word, near[1], most)):
            return token
        return Token(near[0], token.raw, token.start, token.end)

    return [fixed(token) for token in tokens]


def _longest(tokens: list[Token], at: int, text: str, spots: Sequence[Spot]) -> tuple[Lexeme, int]:
    """Return the longest lexeme that starts at a token, and how many tokens it takes."""
    spot = next((spot for spot in spots if spot.start <= tokens[at].start < spot.end), None)
    candidates = [_date(tokens, at), _amount(tokens, at, text), _phrase(tokens, at, spots)]
    kinds, used = max((c for c in candidates if c), key=lambda c: c[1], default=({}, 0))
    if spot is not None:
        covered = sum(spot.start <= token.start < spot.end for token in tokens[at:])
        if covered > used or (covered == used and _thing_first(kinds)):
            kinds, used = (
                {"THING": spot, **({"ATTR": kinds["ATTR"]} if "ATTR" in kinds else {})},
                covered,
            )
    if not used:
        kinds, used = _unknown(tokens, at), 1
    start, end = tokens[at].start, tokens[at + used - 1].end
    return Lexeme(kinds, text[start:end], start, end), used


def _thing_first(kinds: dict[str, Any]) -> bool:
    """Say whether the name of a thing wins over an equally long phrase."""
    return not kinds or not set(kinds) - {
        "ATTR",
        "SCENEKEY",
        "CANNOT",
        "CHANGE",
        "FILL",
        "LIE",
        "CROSS",
        "GROUND",
        "ONES",
        "RADIUS",
        "COVER",
    }


def _unknown(tokens: list[Token], at: int) -> dict[str, Any]:
    token = tokens[at]
    if token.raw[:1].isupper() and token.raw[:1].isalpha() and token.start > 0:
        return {"PROPER": token.raw, "UNKNOWN": token.raw}
    return {"UNKNOWN": token.raw}


def _amount(tokens: list[Token], at: int, text: str) -> tuple[dict[str, Any], int] | None:
    """Read a number, with its unit when there is one, or a unit alone."""
    words = [token.plain for token in tokens]
    number = read_number(words, at)
    if number is None and words[at] in ("a", "an"):
        unit = read_unit(words, at + 1)
        if unit and unit[0] in ("length", "area") and len(words[at + 1]) > 2:
            number = (1.0, 1)
    if number is None:
        unit = read_unit(words, at)
        return (
            ({"UNIT": (unit[0], unit[1], " ".join(words[at : at + unit[2]]))}, unit[2])
            if unit
            else None
        )
    value, used = number
    after = at + used
    if words[after : after + 1] == ["-"] and read_unit(words, after + 1):
        after += 1
    unit = read_unit(words, after)
    if unit is None:
        fraction = value < 1 and not words[at][0].isdigit()
        said = text[tokens[at].start : tokens[after - 1].end]
        return {"NUM": Amount(value, "fraction" if fraction else None, said=said)}, used
    dimension, factor, length = unit
    written = " ".join(words[after : after + length])
    said = text[tokens[at].start : tokens[after + length - 1].end]
    return {"NUM": Amount(value * factor, dimension, written, said)}, after + length - at


def _date(tokens: list[Token], at: int) -> tuple[dict[str, Any], int] | None:
    """Read "2011", "2011-05-22", "May 2011", "22 May 2011"."""
    words = [token.plain for token in tokens[at : at + 4]]
    if re.fullmatch(r"(19|20)\d\d-\d\d(-\d\d)?", words[0]):
        return {"DATE": words[0]}, 1
    before = tokens[at - 1].plain if at else ""
    if re.fullmatch(r"(19|20)\d\d", words[0]):
        dated = before in (
            "in",
            "from",
            "of",
            "since",
            "and",
            "between",
            "to",
            "for",
            "than",
            "until",
            "during",
            "around",
            "by",
        )
        unit = words[1:2] and (
            read_unit(words, 1) or (words[1].isalpha() and words[1] not in closed_words())
        )
        return (
            ({"DATE": words[0], "NUM": Amount(float(words[0]), said=words[0])}, 1)
            if dated and not unit
            else None
        )
    if words[0] in _MONTHS:
        month = _MONTHS[words[0]]
        if len(words) > 1 and re.fullmatch(r"(19|20)\d\d", words[1]):
            return {"DATE": f"{words[1]}-{month:02d}"}, 2
        if tokens[at].raw[:1].isupper() and before in (
            "in",
            "from",
            "of",
            "since",
            "and",
            "between",
            "to",
            "than",
        ):
            return {"MONTH": month}, 1
    day = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", words[0])
    if day and len(words) > 2 and words[1] in _MONTHS and re.fullmatch(r"(19|20)\d\d", words[2]):
        return {"DATE": f"{words[2]}-{_MONTHS[words[1]]:02d}-{int(day[1]):02d}"}, 3
    return None


def _phrase(
    tokens: list[Token], at: int, spots: Sequence[Spot]
) -> tuple[dict[str, Any], int] | None:
    """Read the longest phrase of questions that does not cut the name of a thing in two."""
    table = phrases()
    words = tuple(token.plain for token in tokens[at : at + longest_phrase()])
    for length in range(len(words), 0, -1):
        entries = table.get(words[:length])
        if not entries:
            continue
        start, end = tokens[at].start, tokens[at + length - 1].end
        if any(spot.start < end < spot.end for spot in spots) or any(
            spot.start < start < spot.end for spot in spots
        ):
            continue
        kinds: dict[str, Any] = {}
        for kind, value in entries:
            if kind in kinds:
                kinds[kind] = (
                    (*kinds[kind], value) if isinstance(kinds[kind], list) else kinds[kind]
                )
            else:
                kinds[kind] = value
        return kinds, length
    return None
