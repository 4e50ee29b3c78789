"""Words for what is shown or given: "this part of the city", "this crop", "on this slope"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PROPER = r"(?-i:[A-Z][\w'’-]*)(?: (?-i:[A-Z][\w'’-]*))*"
_PIECE = r"(?:part|bit|piece|stretch|section|portion|patch|slice|area)"
_QUARTER = re.compile(
    r"\bthis (?:outskirts?|suburb|edge|quarter|neighbou?rhood|district)"
    r"(?= of (?-i:(?:the )?[A-Z]))",
    re.IGNORECASE,
)
"""What has bounds of its own, and is narrower than a map of the town may be."""
_LAY = r"(?:land|ground|country|countryside|terrain|landscape|coast|coastline|shore|the coast)"
_BODY = r"(?: (?:estuary|delta|valley|basin|region|area|bay|coast|suburbs|outskirts))?"
_OF_GROUND = rf" this {_PIECE} of (?P<p>(?:the )?{_PROPER}{_BODY}|{_LAY})"
_OF_PLACE = re.compile(
    rf"\b(?P<j>in|on|at|within|inside|across|over|of|along){_OF_GROUND}"
    r"(?=\s*(?:[?.!,;:]|$)|\s(?!of\b)[a-z(])",
    re.IGNORECASE,
)
_SUBJECT = re.compile(rf"\b(?P<j>did|has|does){_OF_GROUND}(?=\s)", re.IGNORECASE)
_OF_THING = re.compile(
    rf"\b(?P<j>in|on|at|within|inside|across|of) this {_PIECE} of the [a-z]+(?=\s*(?:[?.!,;:]|$))",
    re.IGNORECASE,
)
_LIE = re.compile(
    r"\b(?P<j>on|in|at|across|along) this (?:slope|hillside|hill|mountainside|plain|valley"
    r"|spot|bit of land|patch of land)(?=\s*(?:[?.!,;:]|$))",
    re.IGNORECASE,
)
_CROP = re.compile(
    r"\b(?P<j>in|on|within|from|of) (?P<t>this|the|that) (?:(?:aerial|satellite|drone|overhead) )?"
    r"(?:crop|frame|cut-?out|excerpt|clip|chip|snippet)"
    rf"(?P<o> (?:from|of|over) (?P<p>{_PROPER}))?(?=\s*(?:[?.!,;:]|$))",
    re.IGNORECASE,
)
_IN_IMAGE = re.compile(
    rf"\bthis (?P<w>image|scene|picture|photo|photograph) (?:from|of|over) (?P<p>{_PROPER})"
    r"(?=\s*(?:[?.!,;:]|$))",
    re.IGNORECASE,
)

_SCENE_OF = re.compile(
    r"\b(?P<w>image|scene|picture|photo|photograph|tile) (?:from|of|over) (?:the )?"
    rf"(?P<p>{_PROPER})(?=\s*(?:[?.!,;:]|$)|\s(?!of\b)[a-z(])",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"\bthe (?P<p>{_PROPER}) (?P<w>(?:image|scene|picture|photo|photograph|tile)s?)\b",
    re.IGNORECASE,
)
_SENSORS = re.compile(
    r"\d|sentinel|landsat|spot|worldview|sar\b|radar|modis|aster|planet|pl[eé]iades|ikonos|quickbird"
    r"|geoeye|rapideye|kompsat|gaofen|terra|aqua|envisat|palsar|alos|dji|drone|uav|infrared|ir\b"
    r"|pan\b|panchromatic|rgb|multispectral|hyperspectral|lidar|google|bing|maxar|naip"
    r"|january|february|march|april|may\b|june|july|august|september|october|november|december"
    r"|north|south|east|west|first|second|other|new|old|later|earlier",
    re.IGNORECASE,
)
_FRESH = r"rivers?|lakes?|ponds?|streams?|canals?|reservoirs?|freshwater|basins?|pools?|wetlands?"
_SALT = r"sea|seas|ocean|oceans|lagoons?|bays?|the sea|the ocean|harbou?rs?|estuar(?:y|ies)"
_WATERS = re.compile(
    rf"\bwater \((?=[^)]*\b(?:{_FRESH})\b)(?=[^)]*\b(?:{_SALT})\b)"
    rf"(?:(?:{_FRESH}|{_SALT}|etc\.?|and so on)(?:,? (?:and |or )?|(?=\))))+\)",
    re.IGNORECASE,
)
"""Water, with a list of kinds both salt and fresh, which is all of it."""


def all_water(text: str) -> str:
    """Return a text without the kinds of water listed after the word, where that is all of them.

    >>> all_water("What fraction of the image is water (sea, rivers, lagoons)?")
    'What fraction of the image is water?'
    """
    return _WATERS.sub("water", text)


def only_scene(text: str, words: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    """Return a text without names of places for scenes of the only place there is, and the names.

    "The Olinda image" and "the scene of Olinda" mean the one scene, wherever it lies; the names
    of sensors, and of what is held, stay.
    """
    gone: list[str] = []

    def plain(found: re.Match[str]) -> str:
        if _held(found["p"], words):
            return found.group()
        gone.append(found["p"])
        return f"the {found['w']}" if found.re is _NAMED else found["w"]

    return _NAMED.sub(plain, _SCENE_OF.sub(plain, text)), gone


def given(text: str, words: Mapping[str, Sequence[str]], *, drawn: bool) -> tuple[str, list[str]]:
    """Return a text in which words for what is given say just "here", and the names that are gone.

    A name after them tells where that lies, and chooses nothing: names that the map bears stand
    in quotation marks by now and are left. What names a scene that is held is left too.

    Args:
        text: A tidy question with its names in quotation marks.
        words: The words that name scenes.
        drawn: Whether a place is given, or no map that could hold a wider thing of the kind:
            "this part of the park" is narrower than the map otherwise.

    >>> given("How many pubs are in this part of Oslo?", {}, drawn=False)
    ('How many pubs are here?', ['Oslo'])
    """
    gone: list[str] = []

    def here(found: re.Match[str]) -> str:
        if not drawn:  # a place that was drawn is what is meant, whatever it is called
            gone.append(found["p"])
        return "the area" if found.re is _SUBJECT else _plain(found)

    def image(found: re.Match[str]) -> str:
        if _held(found["p"], words):
            return found.group()
        gone.append(found["p"])
        return f"this {found['w']}"

    def crop(found: re.Match[str]) -> str:
        held = bool(found["p"]) and _held(found["p"], words)
        gone.extend([found["p"]] if found["p"] and not held else [])
        return f"{found['j']} {found['t']} image{found['o'] if held else ''}"

    if drawn:
        text = _QUARTER.sub("this part", text)
    text = _OF_PLACE.sub(here, text)
    text = _SUBJECT.sub(lambda found: f"{found['j']} {here(found)}", text)
    if drawn:
        text = _OF_THING.sub(_plain, text)
        text = _LIE.sub(_plain, text)
    return _IN_IMAGE.sub(image, _CROP.sub(crop, text)), gone


def _plain(found: re.Match[str]) -> str:
    return "of the area" if found["j"].casefold() == "of" else "here"


def _held(name: str, words: Mapping[str, Sequence[str]]) -> bool:
    if _SENSORS.search(name):
        return True
    return any(word.casefold().removesuffix("'s") in words for word in name.split())
