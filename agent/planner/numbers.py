"""Numbers and units as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Dimension = Literal["length", "area", "speed", "fraction", "level", "minute"]

_SMALL = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "k": 1000}
_DOZENS = {"dozen": 12}
ORDINALS = {
    word: rank
    for rank, words in enumerate(
        ("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th",
        "seventh 7th",
         "eighth 8th", "ninth 9th", "tenth 10th"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
FRACTIONS = {
    "half": Fraction(1, 2), "third": Fraction(1, 3),
    "quarter": Fraction(1, 4), "fifth": Fraction(1, 5),
    "tenth": Fraction(1, 10), "thirds": Fraction(1, 3),
    "quarters": Fraction(1, 4), "fifths": Fraction(1, 5),
}  # fmt: skip

_LENGTHS = {
    "m meter meters mtr mtrs mt": 1.0,
    "km kms kilometer kilometers kilometre": 1000.0,
    "cm centimeter centimeters": 0.01,
    "ft foot feet": 0.3048,
    "yd yard yards yds": 0.9144,
    "mi mile miles": 1609.344,
}
_AREAS = {
    "ha hectare hectares": 10_000.0,
    "acre acres": 4046.8564224,
    "m2 sqm sqmt sqmeter sqmeters": 1.0,
    "km2 sqkm": 1_000_000.0,
    "ft2 sqft": 0.3048**2,
    "yd2": 0.9144**2,
    "mi2 sqmi": 1609.344**2,
}
_SPEEDS = {"kmh kph": 1.0, "mph": 1.609344}


def _units() -> dict[tuple[str, ...], tuple[Dimension, float]]:
    """Return every spelling of a unit as a row of tokens, with its dimension and its size."""
    found: dict[tuple[str, ...], tuple[Dimension, float]] = {}
    for words, factor in _LENGTHS.items():
        for word in words.split():
            found[word,] = ("length", factor)
            for square in ("square", "sq", "sq."):
                found[(*square.replace(".", " .").split(), word)] = ("area", factor**2)
    for words, factor in _AREAS.items():
        for word in words.split():
            found[word,] = ("area", factor)
    for words, factor in _SPEEDS.items():
        for word in words.split():
            found[word,] = ("speed", factor)
    found["km", "/", "h"] = found["kilometers", "per", "hour"] = found["km", "per", "hour"] = (
        "speed",
        1.0,
    )
    found["miles", "per", "hour"] = ("speed", 1.609344)
    found["%",] = found["percent",] = found["per", "cent"] = ("fraction", 0.01)
    for word in ["floor", "floors", "level", "levels", "story", "stories"]:
        found[word,] = ("level", 1.0)
    for word in ["minute", "minutes", "min", "mins", "hour", "hours"]:
        found[word,] = ("minute", 1.0)
    return found


UNITS = _units()
NUMBER_WORDS = frozenset(
    [
        *_SMALL,
        *_TENS,
        *_SCALES,
        *_DOZENS,
        *ORDINALS,
        *FRACTIONS,
        *(word for unit in UNITS for word in unit),
    ]
)
"""Words of numbers and units, which are spelled as they should be."""
_LONGEST_UNIT = max(len(words) for words in UNITS)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with the dimension of its unit, in m, m², km/h or as it stands."""

    value: float
    dimension: Dimension | None = None
    unit: str = ""
    said: str = ""


def read_unit(words: list[str], at: int) -> tuple[Dimension, float, int] | None:
    """Read a unit at a token: dimension, size and how many tokens it takes."""
    for length in range(min(_LONGEST_UNIT, len(words) - at), 0, -1):
        if found := UNITS.get(tuple(words[at : at + length])):
            return (*found, length)
    return None


def read_number(words: list[str], at: int) -> tuple[float, int] | None:
    """Read a number at a token, in digits or words; return it and how many tokens it takes.

    >>> read_number("twenty five schools".split(), 0)
    (25.0, 2)
    >>> read_number("two and a half km".split(), 0), read_number(["1.5", "million"], 0)
    ((2.5, 4), (1500000.0, 2))
    """
    first = words[at] if at < len(words) else ""
    fraction = first in ("a", "an", "half", "one", "two", "three")
    if fraction and (found := _fraction(words, at)):
        return found
    if (
        first == "a"
        and words[at + 1 : at + 2]
        and words[at + 1] in (*_SCALES, *_DOZENS)
        and words[at + 1] != "k"
    ):
        value, used = _run([*words[: at + 1], *words[at + 1 :]], at + 1)
        return (value, used + 1) if used else None
    value, used = _run(words, at)
    if not used:
        return None
    if words[at + used : at + used + 3] == ["and", "a", "half"]:
        return value + 0.5, used + 3
    return value, used


def _fraction(words: list[str], at: int) -> tuple[float, int] | None:
    """Read "half a", "a quarter of", "two thirds of" as numbers of one."""
    here = words[at : at + 3]
    if here[:2] == ["half", "a"] or here[:2] == ["half", "an"]:
        return 0.5, 2
    if here[0] == "half" and len(here) > 1 and here[1] in ("of", "the", "all"):
        return 0.5, 1
    top = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}.get(here[0])
    if (
        top
        and len(here) > 1
        and here[1] in FRACTIONS
        and (len(here) < 3 or here[2] in ("of", "the", "all"))
    ):
        return float(top * FRACTIONS[here[1]]), 2
    return None


def _run(words: list[str], at: int) -> tuple[float, int]:
    """Read the longest run of number words; (0, 0) when there is none."""
    total, current, used = 0.0, 0.0, 0
    while at + used < len(words):
        word = words[at + used]
        plain = word.replace(",", "")
        if plain.replace(".", "", 1).isdigit() and plain[0].isdigit():
            if used:
                break
            current = float(plain)
        elif word in _SMALL and (not used or words[at + used - 1] in (*_TENS, *_SCALES, "and")):
            current += _SMALL[word]
        elif word in _TENS and (not used or words[at + used - 1] in (*_SCALES, "and")):
            current += _TENS[word]
        elif (
            word in _SCALES
            and (used or word in ("hundred", "thousand", "million"))
            and (word != "k" or used)
        ):
            current = max(current, 1.0) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, 0.0
        elif word in _DOZENS:
            return total + max(current, 1.0) * 12, used + 1
        elif (
            word == "and"
            and used
            and words[at + used - 1] in _SCALES
            and _is_number(words, at + used + 1)
        ):
            pass
        else:
            break
        used += 1
    return total + current, used


def _is_number(words: list[str], at: int) -> bool:
    return at < len(words) and (words[at] in _SMALL or words[at] in _TENS)
