"""The town: any block of it, on its own, from the seed and the block's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from world.blocks import FILLERS
from world.dice import Dice, key_of
from world.filler import Filler
from world.harbour import Harbour
from world.palette import CARS
from world.plan import STREETS_U, STREETS_V, Plan, street_name
from world.things import Block, Box, Car

_USES, _CARS, _EDGE, _OIL = 5, 6, 7, 10
_OIL_REACH = 700.0
"""How far from the sea oil may be stored."""
_MARGIN = 70.0
"""How far things of a block may reach out of it, shadows and street trees with them, in pixels."""
_KEPT_BLOCKS = 4096
_SHARES: dict[str, tuple[tuple[str, float], ...]] = {
    "town": (
        ("residential", 0.68), ("court", 0.06), ("commercial", 0.07), ("park", 0.07),
        ("school", 0.03), ("works", 0.05), ("site", 0.02), ("meadow", 0.02),
    ),
    "edge": (
        ("residential", 0.5), ("meadow", 0.2), ("works", 0.1), ("field", 0.15), ("park", 0.02),
    ),
    "woods": (("forest", 0.86), ("meadow", 0.1)),
    "land": (("field", 0.84), ("meadow", 0.1), ("farm", 0.03)),
}  # fmt: skip
"""How often blocks are used for what; what is left over is the first."""


class Town:
    """A town on a river, laid out block by block; only a few thousand blocks of it are kept.

    Args:
        seed: The same seed gives the same town, whatever part of it is looked at.
        coast: Distance of the sea from the middle, in pixels, for a town with a harbour; by
            default the sea is far and empty.
    """

    def __init__(self, seed: int, coast: float | None = None) -> None:
        self.seed, self.coast = seed, coast
        self.plan = Plan(seed, coast)
        self.harbour = Harbour(self.plan)
        self._columns = np.array([street.at for street in self.plan.columns])
        self._rows = np.array([street.at for street in self.plan.rows])
        self.block = lru_cache(maxsize=_KEPT_BLOCKS)(self._block)
        self._first_uses = self._middle_uses()

    def blocks_in(self, x0: float, y0: float, x1: float, y1: float) -> list[Block]:
        """Return the blocks that may show in a window, in a fixed order."""
        return [self.block(i, j) for i, j in self.cells_in(x0, y0, x1, y1)]

    def cells_in(self, x0: float, y0: float, x1: float, y1: float) -> Iterator[tuple[int, int]]:
        """Yield columns and rows of the blocks that may show in a window."""
        x = np.array([x0 - _MARGIN, x1 + _MARGIN, x1 + _MARGIN, x0 - _MARGIN])
        y = np.array([y0 - _MARGIN, y0 - _MARGIN, y1 + _MARGIN, y1 + _MARGIN])
        u, v = self.plan.to_town(x, y)
        bend = 30.0
        for j in _range(self._rows, v.min(), v.max(), STREETS_V):
            for i in _range(self._columns, u.min() - bend, u.max() + bend, STREETS_U):
                if self._may_show(i, j, x[0], y[0], x[1], y[2]):
                    yield i, j

    def _may_show(self, i: int, j: int, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Tell whether the circle around a block reaches a window."""
        u0, u1 = self.plan.column(i).at, self.plan.column(i + 1).at
        v0, v1 = self.plan.row(j).at, self.plan.row(j + 1).at
        x, y = self.plan.point((u0 + u1) / 2, (v0 + v1) / 2)
        radius = float(np.hypot(u1 - u0, v1 - v0)) / 2 + 4.0
        return bool(x0 - radius < x < x1 + radius and y0 - radius < y < y1 + radius)

    def box(self, i: int, j: int) -> Box:
        """Return a block without the streets around it."""
        left, right = self.plan.column(i), self.plan.column(i + 1)
        top, bottom = self.plan.row(j), self.plan.row(j + 1)
        return Box(
            left.at + left.half, top.at + top.half, right.at - right.half, bottom.at - bottom.half
        )

    def _block(self, i: int, j: int) -> Block:
        box, use = self.box(i, j), self.use(i, j)
        filler = Filler(
            self.seed, i, j, box, (street_name(self.seed, 1, j), street_name(self.seed, 1, j + 1))
        )
        FILLERS[use](filler)
        self._edge(filler, i, j, use)
        block = Block(
            i, j, use, box, filler.ground, self._is_near_water(box), tuple(filler.buildings),
            tuple(filler.trees), tuple(filler.areas), tuple(filler.spots), tuple(filler.stalls),
            tuple(filler.tanks),
        )  # fmt: skip
        return self._without_wet(block) if block.wet else block

    def _without_wet(self, block: Block) -> Block:
        """Return a block without what would stand in water."""
        return block._replace(
            buildings=tuple(b for b in block.buildings if self._is_dry(b.outline, 14.0)),
            trees=tuple(t for t in block.trees if self._is_dry([(t.u, t.v)], 5.0)),
            areas=tuple(a for a in block.areas if self._is_dry(a.box.corners, 4.0)),
            spots=tuple(s for s in block.spots if self._is_dry([(s.u, s.v)], 10.0)),
            tanks=tuple(t for t in block.tanks if self._is_dry([(t.u, t.v)], t.radius + 4.0)),
            stalls=tuple(s for s in block.stalls if self._is_dry(s.corners, 4.0)),
        )

    def use(self, i: int, j: int) -> str:
        """Return what a block is used for."""
        if (i, j) in self._first_uses:
            return self._first_uses[i, j]
        dice, town = Dice(self.seed, _USES, i, j), self.plan.urbanity(i, j)
        thrown = dice.unit()
        if self._is_near_water(self.box(i, j), 0.0) or self._is_by_the_sea(self.box(i, j)):
            return "riverside"
        if self.plan.coastal and self._stores_oil(i, j):
            return "tanks"
        wooded = (key_of(self.seed, 8, i // 6, j // 7) % 100) < 26
        kind = "town" if town > 0.55 else "edge" if town > 0.3 else "woods" if wooded else "land"
        return _first(thrown, _SHARES[kind])

    def _stores_oil(self, i: int, j: int) -> bool:
        """Tell whether a block by the harbour is a yard of tanks."""
        u, v = self.box(i, j).middle
        x, y = self.plan.point(u, v)
        near = bool(self.plan.is_sea(np.array([x]), np.array([y]), _OIL_REACH)[0])
        return near and Dice(self.seed, _OIL, i, j).chance(0.3)

    def _middle_uses(self) -> dict[tuple[int, int], str]:
        """Return the uses around the middle, where a small scene has some of each kind."""
        cells = [(i, j) for j in range(-2, 2) for i in range(-2, 2)]
        uses = dict.fromkeys(cells, "residential")
        for cell in cells:
            if self._is_near_water(self.box(*cell), 0.0):
                uses[cell] = "riverside"
        dry = [cell for cell in cells if not self._is_near_water(self.box(*cell))]
        near = sorted(dry, key=lambda cell: (cell[0] + 0.5) ** 2 + (cell[1] + 0.5) ** 2)[:8]
        wanted = ("park", "school", "court", "commercial", "site")
        places = Dice(self.seed, _USES, 999).shuffled(near)
        return uses | dict(zip(places, wanted, strict=False))

    def _edge(self, f: Filler, i: int, j: int, use: str) -> None:
        """Add street trees and bus stops along the upper street of a block."""
        if use in ("field", "forest", "meadow", "farm"):
            return
        dice, street, box = Dice(self.seed, _EDGE, i, j), self.plan.row(j), f.box
        if self.plan.is_gap(i, j, False):
            return
        if dice.chance(0.45):
            step, u = dice.between(17, 24), box.u0 + 8
            while u < box.u1 - 6:
                if dice.chance(0.8):
                    f.plant(u, box.v0 + 1.5, dice.between(3.2, 4.6), mapped=0.5)
                u += step
        if street.main and use != "riverside":
            stop = (box.u0 + dice.between(0.2, 0.8) * box.width, street.at + street.lane + 2.0)
            f.mark(
                *stop,
                ("highway", "bus_stop"),
                ("name", f"Stop {_letters(i, j)}"),
                ("shelter", dice.pick(("yes", "no"))),
            )
            if dice.chance(0.6):
                f.mark(stop[0] + 5, stop[1] + 1, ("amenity", "bench"))

    def cars(self, i: int, j: int, date: int) -> list[Car]:
        """Return the cars in and above a block at a date: each date has its own."""
        block = self.block(i, j)
        dice = Dice(self.seed, _CARS, i, j, date)
        there = [stall for stall in block.stalls if dice.chance(0.5)]
        if block.use == "site" and date == 0:
            there = []
        cars = [Car(stall, dice.whole(0, CARS - 1)) for stall in there]
        street = self.plan.row(j)
        if self.plan.is_gap(i, j, False) or self.plan.urbanity(i, j) < 0.3:
            return cars
        for side in (-1, 1):
            u = block.box.u0 + 6
            while u + 10 < block.box.u1:
                if dice.chance(0.3):
                    kerb = street.at + side * (street.lane - 2.6)
                    car = Box(u, kerb - 1.9, u + dice.between(8.4, 9.4), kerb + 1.9)
                    if not (block.wet and self._is_near_water(car, 0.0)):
                        cars.append(Car(car, dice.whole(0, CARS - 1)))
                u += dice.between(11, 17)
        return cars

    def _is_by_the_sea(self, box: Box) -> bool:
        """Tell whether sea or beach lie in a box."""
        u, v = (np.array(axis) for axis in zip(*box.corners, strict=True))
        return bool(self.plan.is_sea(*self.plan.to_world(u, v), 60.0).any())

    def is_under_water(self, block: Block) -> bool:
        """Tell whether nothing of a block is dry: its corners and its middle lie in water."""
        u, v = (np.array(axis) for axis in zip(*block.box.corners, block.box.middle, strict=True))
        return bool(self.plan.is_water(*self.plan.to_world(u, v)).all())

    def _is_near_water(self, box: Box, margin: float = 24.0) -> bool:
        """Tell whether water is in a box or near it; the river is wider than the mesh."""
        steps = np.linspace(0.0, 1.0, 6)
        u, v = np.meshgrid(box.u0 + box.width * steps, box.v0 + box.depth * steps)
        x, y = self.plan.to_world(u.ravel(), v.ravel())
        return bool(self.plan.is_water(x, y, margin).any())

    def _is_dry(self, places: Iterable[tuple[float, float]], margin: float) -> bool:
        """Tell whether all places in (u, v) lie away from water."""
        x, y = (np.array(axis) for axis in zip(*(self.plan.point(*p) for p in places), strict=True))
        return not bool(self.plan.is_water(x, y, margin).any())


def _range(streets: NDArray[np.float64], low: float, high: float, middle: int) -> range:
    """Return the numbers of the blocks between two coordinates."""
    first = max(int(np.searchsorted(streets, low)) - 1, 0)
    last = min(int(np.searchsorted(streets, high)), len(streets) - 1)
    return range(first - middle, last - middle)


def _first(thrown: float, shares: tuple[tuple[str, float], ...]) -> str:
    """Return the use that a throw falls on; what is left over is the first."""
    for use, share in shares:
        if thrown < share:
            return use
        thrown -= share
    return shares[0][0]


def _letters(i: int, j: int) -> str:
    """Return a short name of a place on the grid.

    >>> _letters(0, 0), _letters(3, -2)
    ('A1', 'G6')
    """
    column, row = 2 * abs(i) + (i < 0), 2 * abs(j) + (j < 0)
    word = ""
    while column >= 0:
        word = chr(65 + column % 26) + word
        column = column // 26 - 1
    return f"{word}{row + 1}"
