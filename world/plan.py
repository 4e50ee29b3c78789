"""The plan of the town: its axes, streets, river and coast, from the seed and the place alone."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from world.dice import Dice, key_of

Floats = NDArray[np.float64]

REACH = 48_000
"""Streets are laid this far from the middle along both axes, in pixels."""
LARGEST_SIDE = 65_536
SPAN_U, SPAN_V = 190, 150
"""Mean distance of streets, in pixels."""
STREETS_U, STREETS_V = REACH // SPAN_U, REACH // SPAN_V
ZONES = ("walk", "lane", "line", "lane", "walk", "block")
"""What follows from one street to the next, from low to high coordinates."""

_KEPT = 16_384

_STREETS, _RIVER, _TOWN, _FRAME = 1, 2, 3, 4


class Street(NamedTuple):
    """One street over its whole length; its middle lies at `at`."""

    at: float
    lane: float
    walk: float
    main: bool

    @property
    def half(self) -> float:
        """Half of the width, with the sidewalks."""
        return self.lane + self.walk


class Plan:
    """Where streets, river and coast lie.

    Args:
        seed: The town's seed.
        coast: Distance of the sea from the middle, in pixels; far to the south by default.
    """

    def __init__(self, seed: int, coast: float | None = None) -> None:
        dice = Dice(seed, _FRAME)
        self.seed = seed
        self.coastal = coast is not None
        angle = math.radians(dice.between(8.0, 17.0)) * (1 if dice.chance(0.5) else -1)
        self.cos, self.sin = math.cos(angle), math.sin(angle)
        self._bend = (
            dice.between(8.0, 14.0),
            dice.between(1300.0, 1900.0),
            dice.between(0, 2 * math.pi),
        )
        self.columns = [_street(seed, 0, i, SPAN_U) for i in range(-STREETS_U, STREETS_U + 1)]
        self.rows = [_street(seed, 1, j, SPAN_V) for j in range(-STREETS_V, STREETS_V + 1)]
        self.river = _River(seed, coast)
        self.bend_table = self.bend(np.arange(-REACH, REACH, dtype=np.float64) + 0.5).astype(
            np.float32
        )
        self.strips_u, self.strips_v = _strips(self.columns), _strips(self.rows)
        self.urbanity = lru_cache(maxsize=_KEPT)(self._urbanity)
        self.crosses_water = lru_cache(maxsize=_KEPT)(self._crosses_water)
        self.is_gap = lru_cache(maxsize=_KEPT)(self._is_gap)

    def bend(self, v: Floats) -> Floats:
        """Return how far the streets along v swing out at v."""
        size, length, phase = self._bend
        return size * np.sin(v * (2 * math.pi / length) + phase) - size * math.sin(phase)

    def to_world(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return columns and rows from the middle of the world."""
        straight = u - self.bend(v)
        return straight * self.cos - v * self.sin, straight * self.sin + v * self.cos

    def to_town(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the place along the streets."""
        v = y * self.cos - x * self.sin
        return x * self.cos + y * self.sin + self.bend(v), v

    def point(self, u: float, v: float) -> tuple[float, float]:
        """Return the column and row of one place along the streets."""
        size, length, phase = self._bend
        straight = u - size * (math.sin(v * (2 * math.pi / length) + phase) - math.sin(phase))
        return straight * self.cos - v * self.sin, straight * self.sin + v * self.cos

    def column(self, i: int) -> Street:
        """Return the street between blocks i - 1 and i."""
        return self.columns[i + STREETS_U]

    def row(self, j: int) -> Street:
        """Return the street between block rows j - 1 and j."""
        return self.rows[j + STREETS_V]

    def _urbanity(self, i: int, j: int) -> float:
        """Return how built-up it is around a block: above 0.55 town, below 0.3 country."""
        away = math.hypot(i * SPAN_U, j * SPAN_V) / 5600.0
        noise = _lattice(self.seed, i / 9.0, j / 11.0)
        return 1.25 - 0.95 * away + (noise - 0.5) * 0.7 if away < 1.4 else (noise - 0.36) * 1.2

    def is_water(self, x: Floats, y: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
        """Tell where river or sea lie, or come nearer than a margin."""
        rows = np.clip(np.floor(y).astype(np.int64) + REACH, 0, 2 * REACH - 1)
        river = np.abs(x - self.river.middle[rows]) < self.river.half[rows] + margin
        return np.asarray(river | self.is_sea(x, y, margin))

    def is_sea(self, x: Floats, y: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
        """Tell where the sea lies, or comes nearer than a margin."""
        columns = np.clip(np.floor(x).astype(np.int64) + REACH, 0, 2 * REACH - 1)
        return np.asarray(y > self.river.coast[columns] - margin)

    def has_bridge(self, j: int) -> bool:
        """Tell whether the street along block row j crosses the river; one near the middle does."""
        return j % 5 == 0

    def _is_gap(self, i: int, j: int, column: bool) -> bool:
        """Tell whether a street is missing beside block (i, j): on its left, or above it."""
        street = self.column(i) if column else self.row(j)
        wet, sea = self._is_wet(i, j, column=column)
        if not column and self.has_bridge(j):
            return sea
        if street.main or wet:
            return wet
        town = self.urbanity(i, j)
        share = 0.1 if town > 0.55 else 0.3 if town > 0.3 else 0.88
        near_middle = max(abs(i), abs(j)) <= 3
        dice = Dice(self.seed, _STREETS, 2 if column else 3, i, j)
        return dice.chance(share) and not near_middle

    def _crosses_water(self, i: int, j: int) -> bool:
        """Tell whether the street above block (i, j) lies over the river, on a bridge."""
        return self.has_bridge(j) and self._is_wet(i, j, column=False) == (True, False)

    def _is_wet(self, i: int, j: int, *, column: bool) -> tuple[bool, bool]:
        """Tell whether any water, and whether the sea, comes near one segment of a street."""
        t = np.linspace(0.0, 1.0, 5)
        if column:
            low, high = self.row(j).at, self.row(j + 1).at
            u, v = np.full(5, self.column(i).at), low + (high - low) * t
        else:
            low, high = self.column(i).at, self.column(i + 1).at
            u, v = low + (high - low) * t, np.full(5, self.row(j).at)
        x, y = self.to_world(u, v)
        return bool(self.is_water(x, y, 20.0).any()), bool(self.is_sea(x, y, 20.0).any())


class _River:
    """A river from north to south, and the coast in the south, as tables over whole pixels."""

    def __init__(self, seed: int, coast: float | None) -> None:
        dice = Dice(seed, _RIVER)
        side = 1 if dice.chance(0.5) else -1
        along = np.arange(-REACH, REACH) + 0.5
        swings = [
            (dice.between(16, 30), dice.between(700, 1000)),
            (dice.between(50, 90), dice.between(2600, 3600)),
            (dice.between(900, 1500), dice.between(17_000, 24_000)),
        ]
        middle = np.full(len(along), side * dice.between(205.0, 250.0))
        for size, length in swings:
            phase = dice.between(-0.4, 0.4)
            middle += size * (np.sin(along * (2 * math.pi / length) + phase) - math.sin(phase))
        self.middle = middle
        self.half = dice.between(26.0, 33.0) + 4.0 * np.sin(along / 410.0 + dice.between(0, 6.0))
        phases = [dice.between(0, 6.0) for _ in range(3)]
        far = dice.between(9_000.0, 10_500.0)
        swing = 1.0 if coast is None else 0.2
        self.coast = (far if coast is None else coast) + sum(
            swing * size * np.sin(along / length + phase)
            for (size, length), phase in zip(
                ((700.0, 3100.0), (130.0, 560.0), (22.0, 90.0)), phases, strict=True
            )
        )


def _street(seed: int, axis: int, index: int, span: int) -> Street:
    dice = Dice(seed, _STREETS, axis, index)
    at = index * span + dice.between(-0.14, 0.14) * span
    if index % 4 == 0:
        return Street(at, dice.between(10.0, 12.0), 4.0, main=True)
    return Street(at, dice.between(6.0, 8.0), 3.0, main=False)


def _strips(streets: list[Street]) -> NDArray[np.int32]:
    """Return for each whole pixel along an axis the number of its strip: six to a street."""
    edges: list[float] = []
    for s in streets:
        line = 0.5 if s.main else 0.0
        edges += (s.at - away for away in (s.half, s.lane, line))
        edges += (s.at + away for away in (line, s.lane, s.half))
    along = np.arange(-REACH, REACH) + 0.5
    return (np.searchsorted(edges, along, side="right") - 1).astype(np.int32)


def _lattice(seed: int, x: float, y: float) -> float:
    """Return smooth noise in [0, 1]: bilinear between thrown corners."""
    left, top = math.floor(x), math.floor(y)
    fx, fy = x - left, y - top
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    corner = [[key_of(seed, _TOWN, left + a, top + b) / 2.0**64 for a in (0, 1)] for b in (0, 1)]
    upper, lower = (pair[0] + (pair[1] - pair[0]) * fx for pair in corner)
    return upper + (lower - upper) * fy


def street_name(seed: int, axis: int, index: int) -> str | None:
    """Return the name of a street; some have none, and two near the middle have the same."""
    if (axis, index) in ((0, 1), (1, -1)):
        return "Mill Lane"
    dice = Dice(seed, _STREETS, 4 + axis, index)
    if index % 4 and dice.chance(0.12) and max(abs(index), 0) > 2:
        return None
    offset = key_of(seed, _STREETS, 9) % len(_NAMES)
    turn, word = divmod(index * 2 + axis + 4096, len(_NAMES))
    turn -= 4096 // len(_NAMES)
    minor = (("Street", "Lane", "Way"), ("Road", "Walk", "Row"))[axis]
    last = ("Avenue", "Street") if index % 4 == 0 else minor
    before = _BEFORE[turn % len(_BEFORE)]
    return f"{before}{_NAMES[(word * 7 + offset) % len(_NAMES)]} {last[index % len(last)]}"


_BEFORE = (
    "", "Old ", "New ", "Upper ", "Lower ", "East ", "West ", "North ", "South ", "Little ",
    "Great ",
)  # fmt: skip
_NAMES = (
    "Alder", "Anchor", "Barley", "Birch", "Candle", "Cedar", "Chapel", "Clover", "Cooper",
    "Copper", "Elder", "Ferry", "Fisher", "Garland", "Granite", "Harbour", "Hazel", "Heron",
    "Juniper", "Lantern", "Larch", "Linden", "Maple", "Meadow", "Orchard", "Osprey", "Pilot",
    "Quarry", "Rowan", "Sailmaker", "Saltgate", "Sexton", "Slate", "Tanner", "Thistle",
    "Tollgate", "Weaver", "Wharf", "Willow",
)  # fmt: skip
