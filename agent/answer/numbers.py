"""Numbers as people read them: units, rounding, separators, intervals."""

from __future__ import annotations

import math

from tools.contract import Quantity, Unit, Value

KINDS = {
    "calibrated": "calibrated interval",
    "sampled": "from a sample",
    "spread": "spread over settings",
    "exact": "exact",
    "bounds": "the rest is not said",
}
_AREAS = {
    "m2": (1.0, "m²"),
    "ha": (1e4, "ha"),
    "km2": (1e6, "km²"),
    "acre": (4046.8564224, "acres"),
    "ft2": (0.09290304, "sq ft"),
    "mi2": (2589988.110336, "sq mi"),
}
_LENGTHS = {
    "m": (1.0, "m"),
    "km": (1e3, "km"),
    "mi": (1609.344, "miles"),
    "ft": (0.3048, "ft"),
    "yd": (0.9144, "yards"),
    "cm": (0.01, "cm"),
}
_ASKED = {
    "hectare": "ha", "hectares": "ha", "ha": "ha", "acre": "acre", "acres": "acre", "m2": "m2",
    "sqm": "m2", "km2": "km2", "sqkm": "km2",
    "kilometer": "km", "kilometers": "km", "km": "km", "kms": "km", "meter": "m", "meters": "m",
    "m": "m", "mile": "mi", "miles": "mi",
    "mi": "mi", "foot": "ft", "feet": "ft", "ft": "ft", "yard": "yd", "yards": "yd", "ft2": "ft2",
    "sqft": "ft2", "mi2": "mi2",
}  # fmt: skip


def unit_asked(written: str | None) -> str | None:
    """Return the short name of a unit as a person wrote it, None when it is none we show.

    >>> unit_asked("square kilometers"), unit_asked("hectares"), unit_asked(None)
    ('km2', 'ha', None)
    """
    if written is None:
        return None
    words = written.replace("square", "sq").split()
    if words[:1] == ["sq"] and len(words) == 2:
        length = _ASKED.get(words[1])
        return {"m": "m2", "km": "km2", "ft": "ft2", "mi": "mi2"}.get(length or "")
    return _ASKED.get(written)


def shown(quantity: Quantity, style: str = "") -> str:
    """Return a quantity with its unit and, unless `bare`, its interval with its kind."""
    value = one(quantity.value, quantity.unit, "" if style == "bare" else style)
    low, high = quantity.low, quantity.high
    # Both ends are told in the unit of the value.
    style = style or _scale_of(quantity.number, quantity.unit)
    if style == "bare" or low is None or high is None or low == high:
        return value
    if quantity.interval == "bounds" and quantity.value in (low, high):
        least, most = one(low, quantity.unit, style), one(high, quantity.unit, style)
        if quantity.value == low:
            return f"at least {least} (at most {most})"
        return f"at most {most} (at least {least})"
    ends = f"{one(low, quantity.unit, style)}–{one(high, quantity.unit, style)}"
    level = f"{quantity.level * 100:g} % " if quantity.level else ""
    return f"{value} ({ends}, {level}{KINDS.get(quantity.interval, 'interval')})"


def _scale_of(number: float | None, unit: Unit) -> str:
    """Return the unit an area or length is told in, by its size; empty for other units.

    >>> _scale_of(23456.0, "m2"), _scale_of(999.0, "m"), _scale_of(2.0, "count")
    ('ha', 'm', '')
    """
    if number is None or unit not in ("m2", "m"):
        return ""
    if unit == "m":
        return "km" if abs(number) >= 1e3 else "m"
    return "km2" if abs(number) >= 1e6 else "ha" if abs(number) >= 1e4 else "m2"


def one(value: Value, unit: Unit, style: str = "") -> str:
    """Return one value with its unit.

    >>> one(1234, "count"), one(0.24196, "1"), one(23456.0, "m2"), one(1530.2, "m")
    ('1,234', '24.2 %', '2.346 ha', '1.53 km')
    """
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit == "count":
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    if unit == "1":
        return f"{rounded(value)}" if style == "number" else f"{rounded(value * 100, 3)} %"
    if unit == "m2":
        return _scaled(value, _AREAS, style or _scale_of(value, unit))
    if unit == "m":
        return _scaled(value, _LENGTHS, style or _scale_of(value, unit))
    if unit == "1/m2":
        factor, name = _AREAS.get(style, _AREAS["km2"])
        return f"{rounded(value * factor)} per {name}"
    if unit == "deg":
        return f"{value:.5f}°" if style != "bearing" else f"{value:.0f}°"
    words = {
        "m/px": "m per pixel",
        "px2": "px²",
        "id": "",
        "class": "",
        "text": "",
        "date": "",
    }.get(unit, unit)
    return f"{rounded(value)} {words}".strip()


def _scaled(value: float, units: dict[str, tuple[float, str]], name: str) -> str:
    factor, word = units.get(name, next(iter(units.values())))
    return f"{rounded(value / factor)} {word}"


def rounded(value: float, digits: int = 4) -> str:
    """Return a number to so many significant digits, never fewer than its whole part has.

    >>> rounded(328.853), rounded(0.000123456), rounded(1234567.8), rounded(0.0)
    ('328.9', '0.0001235', '1,234,568', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(places, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def compass(degrees: float) -> str:
    """Return the direction of a bearing in words.

    >>> compass(0), compass(47), compass(350)
    ('north', 'north-east', 'north')
    """
    names = (
        "north",
        "north-east",
        "east",
        "south-east",
        "south",
        "south-west",
        "west",
        "north-west",
    )
    return names[round(degrees / 45) % 8]
