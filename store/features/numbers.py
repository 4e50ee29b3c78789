"""Numbers in the text of tags: `12`, `3.5 m`, `50 mph`, `2;3`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

NumberUnit = Literal["1", "m", "km/h", "t", "m2", "W"]

_NUMBER = r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)"
_PLAIN = re.compile(rf"{_NUMBER}\s*([a-zA-Z²/']*)")
_FEET = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in))?")
_UNITS: dict[str, tuple[NumberUnit, float]] = {
    "m": ("m", 1.0), "metre": ("m", 1.0), "metres": ("m", 1.0), "meter": ("m", 1.0),
    "meters": ("m", 1.0), "km": ("m", 1000.0), "cm": ("m", 0.01), "mm": ("m", 0.001),
    "ft": ("m", 0.3048), "mi": ("m", 1609.344), "nmi": ("m", 1852.0), "km/h": ("km/h", 1.0),
    "kmh": ("km/h", 1.0), "kph": ("km/h", 1.0), "mph": ("km/h", 1.609344), "knots": ("km/h", 1.852),
    "t": ("t", 1.0), "kg": ("t", 0.001), "m2": ("m2", 1.0), "m²": ("m2", 1.0), "sqm": ("m2", 1.0),
    "ha": ("m2", 10_000.0), "w": ("W", 1.0), "kw": ("W", 1e3), "mw": ("W", 1e6), "gw": ("W", 1e9),
}  # fmt: skip
_KEYS: dict[str, NumberUnit] = {
    "height": "m", "min_height": "m", "roof:height": "m", "building:height": "m", "ele": "m",
    "width": "m", "length": "m", "est_width": "m", "maxheight": "m", "maxwidth": "m",
    "maxlength": "m", "depth": "m", "diameter": "m", "distance": "m", "maxspeed": "km/h",
    "minspeed": "km/h", "maxspeed:advisory": "km/h", "maxweight": "t",
}  # fmt: skip
"""Units of bare numbers, as the OpenStreetMap wiki says; those under other keys are plain."""

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TagNumber:
    """A number read from a tag; `least` and `most` differ when the tag lists several or a range."""

    least: float
    most: float
    unit: NumberUnit

    @property
    def single(self) -> float | None:
        """The number, None when the tag holds several."""
        return self.least if self.least == self.most else None


def unit_of(key: str) -> NumberUnit:
    """Return the unit of a bare number under a key.

    >>> unit_of("height"), unit_of("building:levels")
    ('m', '1')
    """
    return _KEYS.get(key, "1")


def parse_number(text: str, key: str = "") -> TagNumber | None:
    """Read the number of a tag in the base unit of its kind; None when it is none.

    >>> parse_number("3.5 m", "height"), parse_number("50 mph", "maxspeed").least
    (TagNumber(least=3.5, most=3.5, unit='m'), 80.4672)
    >>> parse_number("12;14", "building:levels"), parse_number("about 5")
    (TagNumber(least=12.0, most=14.0, unit='1'), None)
    """
    parts = [
        part for part in re.split(r"[;|]|(?<=\d)\s*[-–]\s*(?=\d)", text.strip()) if part.strip()
    ]
    found = [_single(part.strip(), key) for part in parts]
    numbers = [one for one in found if one is not None]
    if not numbers or len(numbers) < len(found) or len({unit for _, unit in numbers}) > 1:
        return None
    values = [value for value, _ in numbers]
    return TagNumber(min(values), max(values), numbers[0][1])


def _single(text: str, key: str) -> tuple[float, NumberUnit] | None:
    if feet := _FEET.fullmatch(text):
        return float(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254, "m"
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    value = float(found[1].replace(",", ""))
    if not found[2]:
        return value, unit_of(key)
    unit = _UNITS.get(found[2].lower())
    return None if unit is None else (value * unit[1], unit[0])
