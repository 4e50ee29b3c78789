"""What lies on the sea: piers with boats along the coast, and ships at anchor farther out.

Columns and rows are counted from the middle of the world, in pixels of half a metre. Everything
follows from the seed, the place and the date, so that any window can be drawn on its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from world.dice import Dice
from world.palette import BOATS, SHIPS
from world.plan import REACH, Plan

MARINA_SPAN = 700
"""Distance of places along the coast where a marina may be."""
ANCHORAGE_SPAN = 500
_MARINA, _BERTH, _SHIP = 11, 12, 13
_PIER_HALF = 2.5
_PIER_GAP = 110
_LONGEST_PIER = 320
_CLEAR = 360
"""How far ships stay off the coast."""
_LONGEST_SHIP = 240
_NAMES = ("Lantern Marina", "Gull Marina", "Pilot Basin", "Osprey Marina", "Saltgate Basin")


class Pier(NamedTuple):
    """A straight pier out to sea."""

    x: float
    y0: float
    y1: float

    @property
    def half(self) -> float:
        """Half of its width."""
        return _PIER_HALF


class Vessel(NamedTuple):
    """A boat or a ship at one date; it points along `heading`, from east towards south."""

    id: str
    ship: bool
    x: float
    y: float
    length: float
    width: float
    heading: float
    colour: int

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """The hull, with its pointed bow, not closed."""
        a, b = self.length / 2, self.width / 2
        hull = ((-a, -b), (0.2 * a, -b), (a, 0.0), (0.2 * a, b), (-a, b))
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        return tuple((self.x + u * cos - v * sin, self.y + u * sin + v * cos) for u, v in hull)


class Marina(NamedTuple):
    """Some piers side by side."""

    name: str
    piers: tuple[Pier, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The basin around the piers: left, top, right, bottom."""
        left, right = self.piers[0].x - 45, self.piers[-1].x + 45
        return (left, max(p.y0 for p in self.piers) + 12, right, max(p.y1 for p in self.piers) + 30)


class Harbour:
    """Piers, boats and ships of a town by the sea.

    Args:
        plan: The town's plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def marinas(self, x0: float, y0: float, x1: float, y1: float) -> Iterator[Marina]:
        """Yield the marinas that may show in a window, from west to east."""
        if not self._near_sea(x0, x1, y1):
            return
        first = math.floor((x0 - MARINA_SPAN) / MARINA_SPAN)
        for k in range(first, math.floor((x1 + MARINA_SPAN) / MARINA_SPAN) + 1):
            dice = Dice(self._plan.seed, _MARINA, k)
            if k == 0 or dice.chance(0.4):
                yield self._marina(k, dice)

    def vessels(self, x0: float, y0: float, x1: float, y1: float, date: int) -> Iterator[Vessel]:
        """Yield the boats and ships that may show in a window at a date, in a fixed order."""
        for marina in self.marinas(x0, y0, x1, y1):
            for pier in marina.piers:
                yield from self._moored(pier, date)
        if self._near_sea(x0, x1, y1):
            yield from self._anchored(x0, y0, x1, y1, date)

    def _near_sea(self, x0: float, x1: float, y1: float) -> bool:
        low, high = (min(max(int(x) + REACH, 0), 2 * REACH) for x in (x0 - 300, x1 + 300))
        return self._plan.coastal and y1 > float(self._plan.river.coast[low:high].min()) - 40

    def _marina(self, k: int, dice: Dice) -> Marina:
        left = k * MARINA_SPAN + dice.between(80, 220)
        piers = []
        for n in range(dice.whole(2, 4)):
            x = left + n * _PIER_GAP
            coast = self._coast(x)
            piers.append(Pier(x, coast - 10, coast + dice.between(180, _LONGEST_PIER)))
        return Marina(_NAMES[k % len(_NAMES)], tuple(piers))

    def _moored(self, pier: Pier, date: int) -> Iterator[Vessel]:
        """Yield the boats at a pier, side by side on both sides, their bows towards it or away."""
        for side in (-1, 1):
            berths = Dice(self._plan.seed, _BERTH, int(pier.x * 8), side)
            there = Dice(self._plan.seed, _BERTH, int(pier.x * 8), side, date)
            y, n = pier.y0 + 34, 0
            while y < pier.y1 - 8:
                length = berths.between(14, 28)
                width = length * berths.between(0.28, 0.34)
                away = berths.chance(0.5)
                colour = berths.whole(0, BOATS - 1)
                if there.chance(0.72):
                    x = pier.x + side * (_PIER_HALF + 1.5 + length / 2)
                    heading = (0.0 if side > 0 else math.pi) + (0.0 if away else math.pi)
                    name = f"m{int(pier.x)}.{side}.{n}.{date}"
                    yield Vessel(name, False, x, y, length, width, heading, colour)
                y, n = y + max(width + 2.0, berths.between(9.5, 12.5)), n + 1

    def _anchored(self, x0: float, y0: float, x1: float, y1: float, date: int) -> Iterator[Vessel]:
        """Yield the ships at anchor: at most one in each square of the sea."""
        span, reach = ANCHORAGE_SPAN, _LONGEST_SHIP
        for row in range(math.floor((y0 - reach) / span), math.floor((y1 + reach) / span) + 1):
            for col in range(math.floor((x0 - reach) / span), math.floor((x1 + reach) / span) + 1):
                dice = Dice(self._plan.seed, _SHIP, col, row, date)
                if not dice.chance(0.3):
                    continue
                x, y = (col + dice.between(0.3, 0.7)) * span, (row + dice.between(0.3, 0.7)) * span
                length = dice.between(70, _LONGEST_SHIP)
                if y < self._coast(x) + _CLEAR:
                    continue
                width, heading = length * dice.between(0.14, 0.19), dice.between(0, 2 * math.pi)
                name = f"s{col}.{row}.{date}"
                colour = dice.whole(0, SHIPS - 1)
                yield Vessel(name, True, x, y, length, width, heading, colour)

    def _coast(self, x: float) -> float:
        return float(self._plan.river.coast[min(max(int(x) + REACH, 0), 2 * REACH - 1)])
