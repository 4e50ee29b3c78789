"""What stands in the town: boxes along its streets, buildings, trees, cars, areas and places.

Lengths are in pixels of half a metre. `u` and `v` are the town's own axes, along and across its
streets; `x` and `y` are columns and rows, counted from the middle of the world.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

PIXEL_M = 0.5

Lives = Literal["both", "before", "after"]
"""At which of the two dates a thing is there."""


class Box(NamedTuple):
    """A rectangle along the streets."""

    u0: float
    v0: float
    u1: float
    v1: float

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return (self.u0 + self.u1) / 2, (self.v0 + self.v1) / 2

    @property
    def width(self) -> float:
        """Length along u."""
        return self.u1 - self.u0

    @property
    def depth(self) -> float:
        """Length along v."""
        return self.v1 - self.v0

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners in (u, v), around the box."""
        return (
            (self.u0, self.v0),
            (self.u1, self.v0),
            (self.u1, self.v1),
            (self.u0, self.v1),
        )

    def shrunk(self, by: float) -> Box:
        """Return the box without a margin on all sides."""
        return Box(self.u0 + by, self.v0 + by, self.u1 - by, self.v1 - by)

    def part(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return a part, given in shares of width and depth."""
        return Box(
            self.u0 + left * self.width,
            self.v0 + top * self.depth,
            self.u0 + right * self.width,
            self.v0 + bottom * self.depth,
        )


class Building(NamedTuple):
    """A building; its parts touch, and together they are its roof."""

    id: str
    parts: tuple[Box, ...]
    outline: tuple[tuple[float, float], ...]
    """Corners in (u, v), not closed."""
    roof: int
    gable: bool
    height_m: float
    tags: tuple[tuple[str, str], ...]
    hole: tuple[tuple[float, float], ...] = ()
    lives: Lives = "both"
    mapped: bool = True
    fittings: tuple[Box, ...] = ()
    """Small things on a flat roof."""


class Tree(NamedTuple):
    """A tree with a round crown."""

    id: str
    u: float
    v: float
    radius: float
    crown: int
    lives: Lives = "both"
    mapped: bool = False


class Car(NamedTuple):
    """A car at one date."""

    box: Box
    colour: int


class Area(NamedTuple):
    """A piece of ground with a use."""

    id: str
    box: Box
    ground: int
    shape: Literal["box", "ellipse"] = "box"
    tags: tuple[tuple[str, str], ...] = ()
    lives: Lives = "both"


class Tank(NamedTuple):
    """A round storage tank."""

    id: str
    u: float
    v: float
    radius: float
    height_m: float
    mapped: bool = True


class Spot(NamedTuple):
    """A place that the map shows as a point."""

    id: str
    u: float
    v: float
    tags: tuple[tuple[str, str], ...]


class Block(NamedTuple):
    """All that lies between four streets."""

    i: int
    j: int
    use: str
    box: Box
    ground: tuple[int, int]
    """What the ground is at the first and the second date."""
    wet: bool = False
    """Whether water comes near."""
    buildings: tuple[Building, ...] = ()
    trees: tuple[Tree, ...] = ()
    areas: tuple[Area, ...] = ()
    spots: tuple[Spot, ...] = ()
    stalls: tuple[Box, ...] = ()
    """Where cars may stand, apart from the street."""
    tanks: tuple[Tank, ...] = ()


def is_there(lives: Lives, date: int) -> bool:
    """Tell whether a thing is there at the first (0) or second (1) date."""
    return lives == "both" or (lives == "before") == (date == 0)
