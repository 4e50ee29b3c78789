"""Units as powers of base units, from and to the closed list of the contract."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from tools.contract import ToolRefusal, Unit

Powers = tuple[tuple[str, int], ...]
"""Base units and their powers, none of them 0, in order of the names."""

PURE: Powers = ()
_BASES: dict[Unit, dict[str, int]] = {
    "1": {}, "count": {"count": 1}, "m": {"m": 1}, "m2": {"m": 2}, "1/m2": {"m": -2},
    "px": {"px": 1}, "px2": {"px": 2}, "m/px": {"m": 1, "px": -1}, "deg": {"deg": 1},
    "s": {"s": 1}, "d": {"d": 1}, "dB": {"dB": 1},
}  # fmt: skip


def powers_of(unit: Unit, name: str) -> Powers:
    """Return the powers of a unit; refuses what is not a size."""
    if unit not in _BASES:
        raise ToolRefusal(f"{name} is a {unit}, and one cannot calculate with that")
    return _tuple(_BASES[unit])


def times(left: Powers, right: Powers, sign: int) -> Powers:
    """Return the powers of a product (sign 1) or a quotient (sign -1)."""
    total = Counter(dict(left))
    for base, power in right:
        total[base] += sign * power
    return _tuple(total)


def unit_of(powers: Powers) -> Unit:
    """Return the unit of these powers; a count beside another unit is a plain number.

    >>> unit_of((("count", 1), ("m", -2)))
    '1/m2'
    """
    held = dict(powers)
    for unit, bases in _BASES.items():
        if held == bases:
            return unit
    if abs(held.pop("count", 0)) == 1:
        return unit_of(_tuple(held))
    raise ToolRefusal(
        f"the result would be in {words(powers)}, which is no unit we report; units are "
        f"{', '.join(get_args(Unit))}",
        code="unit",
    )


def words(powers: Powers) -> str:
    """Return powers in words, such as `m^3` or `1`."""
    parts = (base if power == 1 else f"{base}^{power}" for base, power in powers)
    return "·".join(parts) or "a plain number"


def _tuple(powers: dict[str, int]) -> Powers:
    return tuple(sorted((base, power) for base, power in powers.items() if power))
