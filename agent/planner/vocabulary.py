"""The words of questions: which phrases there are, and what part each plays."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from agent.planner.numbers import ORDINALS

Entry = tuple[str, Any]
_SIDES = {
    "north": "north northern top upper",
    "south": "south southern bottom lower",
    "west": "west western left",
    "east": "east eastern right",
}
_OF_SIDES = (
    "half", "part", "side", "portion", "section", "end", "halve", "area", "sector", "hand side",
    "hand half", "hand part",
)  # fmt: skip
_OF_CORNERS = (
    "quarter", "quadrant", "corner", "part", "sector", "area", "side", "section", "portion", "one",
)  # fmt: skip
_OF_MIDDLES = ("part", "third", "ninth", "cell", "section", "area", "portion", "square")
_PLACES = ("image", "scene", "area", "picture", "map", "town", "city")
_MAPS = (
    "the map", "this map", "our map", "the data", "the dataset", "the osm data", "osm",
    "the openstreetmap data", "openstreetmap", "the extract", "this extract", "the map data",
    "the database", "the layer", "the city", "the town", "this town", "the city center",
    "the town center", "the center", "the area", "this area", "the district", "the region",
    "the place", "this place", "the village", "the neighborhood", "downtown",
)  # fmt: skip
_HOLD = (
    "show", "have", "hold", "contain", "list", "know", "know of", "record", "include", "give",
    "count", "feature", "offer", "boast", "display", "report", "mention", "register", "carry",
    "depict",
)  # fmt: skip
_LEADS = ("", "a ", "an ", "with a ", "with an ", "with ")


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], list[Entry]]:
    """Return all phrases as rows of tokens, each with the parts it plays and their values."""
    found: dict[tuple[str, ...], list[Entry]] = {}
    for phrase, kind, value in _all():
        entries = found.setdefault(tuple(phrase.replace("_", " ").split()), [])
        if (kind, value) not in entries:
            entries.append((kind, value))
    return found


def _all() -> Iterator[tuple[str, str, Any]]:
    """Yield phrase, part of speech and value; where a phrase has one part twice."""
    text = files("agent.planner").joinpath("english.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    yield from ((phrase, "PART", part) for phrase, part in _parts().items())
    for section, kind in (
        ("scene_keys", "SCENEKEY"), ("change", "CHANGE"), ("axes", "AXIS"), ("attributes", "ATTR"),
        ("cannot", "CANNOT"), ("indices", "INDEX"),
        ("sides_of", "SIDEOF"),
    ):  # fmt: skip
        for key, words in data[section].items():
            yield from ((phrase, kind, key) for phrase in _cut(words))
    yield from _limits(data)
    for key, words in data["superlatives"].items():
        axis, order, tag = (*key.split(), "")[:3]
        yield from ((phrase, "SUP", (axis, order, tag, phrase)) for phrase in _cut(words))
    for key, words in data["comparatives"].items():
        yield from ((phrase, "CMP", tuple(key.split())) for phrase in _cut(words))
    for side, words in _SIDES.items():
        yield from ((word, "SIDE", side) for word in words.split() if word not in ("top", "bottom"))
    yield from ((word, "ORD", rank) for word, rank in ORDINALS.items())
    yield "top", "TOP", "top"
    yield "/", "OR", "/"
    for holder in _MAPS:
        yield from ((f"does {holder} {verb}", "FILL", "") for verb in _HOLD)
        yield from ((f"does {holder} {verb}", "EXISTS", "") for verb in _HOLD)
        for may in ("would", "can", "could", "might"):
            yield from ((f"{may} {holder} {verb}", "FILL", "") for verb in _HOLD)
        if "center" not in holder:
            yield from ((f"{word} {holder}", "HERE", "") for word in ("on", "in", "of", "from"))
    for kind, words in data["parts_of_speech"].items():
        yield from ((phrase, kind, phrase) for phrase in _cut(words))


def _limits(data: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield bounds: of numbers, and of sizes ("an area of more than", "larger than")."""
    for op, words in data["limits"].items():
        yield from ((phrase, "LIMIT", (op, None)) for phrase in _cut(words))
    for axis, nouns in data["measures"].items():
        for noun in _cut(nouns):
            for op, bounds in data["bounds"].items():
                for bound in _cut(bounds):
                    yield from ((f"{lead}{noun} {bound}", "LIMIT", (op, axis)) for lead in _LEADS)
    for key, words in data["sizes"].items():
        axis, op = key.split()
        yield from ((phrase, "LIMIT", (op, axis)) for phrase in _cut(words))


def _parts() -> dict[str, str]:
    """Return every way to name a part of an area, with the part."""
    found: dict[str, str] = {}
    for side, words in _SIDES.items():
        for word in words.split():
            found |= {f"{word} {noun}": side for noun in _OF_SIDES}
        found[f"the {side}"] = side
        found |= {f"{side} of the {place}": side for place in _PLACES}
        found |= {f"{side} of this image": side, f"{side} of town": side}
    for vertical in ("north", "south"):
        for horizontal in ("west", "east"):
            found |= _corner(vertical, horizontal)
    for word in ("central", "middle", "center", "inner"):
        found |= {f"{word} {noun}": "centre" for noun in _OF_MIDDLES}
    for place in _PLACES:
        found |= {f"the {word} of the {place}": "centre" for word in ("center", "middle")}
    found["the center of this image"] = "centre"
    return found | {f"the {p}": part for p, part in found.items() if not p.startswith("the ")}


def _corner(vertical: str, horizontal: str) -> dict[str, str]:
    """Return the ways to name a quarter."""
    part = f"{vertical}-{horizontal}"
    short = vertical[0] + horizontal[0]
    plain = (f"{vertical} {horizontal}", f"{vertical}{horizontal}")
    names = [f"{v} {h}" for v in _SIDES[vertical].split() for h in _SIDES[horizontal].split()]
    names += [f"{vertical}{horizontal}", f"{vertical}{horizontal}ern", short]
    return {f"{name} {noun}": part for name in names for noun in _OF_CORNERS} | dict.fromkeys(
        plain, part
    )


def _cut(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(" / ")]


@lru_cache(maxsize=1)
def closed_words() -> frozenset[str]:
    """Return the single words of all phrases."""
    return frozenset(word for phrase in phrases() for word in phrase if word.isalpha())


@lru_cache(maxsize=1)
def longest_phrase() -> int:
    """Return the number of tokens of the longest phrase."""
    return max(len(phrase) for phrase in phrases())
