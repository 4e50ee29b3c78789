"""What collects the things of one block while it is filled."""

from __future__ import annotations

from typing import Literal

from world.dice import Dice
from world.palette import CROWNS, FLAT_ROOFS, GROUND, PITCHED_ROOFS
from world.things import Area, Box, Building, Lives, Spot, Tank, Tree

Tags = tuple[tuple[str, str], ...]
Corners = tuple[tuple[float, float], ...]

_LAWNS = ("lawn1", "lawn1", "lawn2", "lawn3")


class Filler:
    """Collects the things of one block.

    Args:
        seed: The town's seed.
        i: Column of the block.
        j: Row of the block.
        box: The block without its streets.
        streets: Names of the streets above and below, where they have one.
    """

    def __init__(
        self, seed: int, i: int, j: int, box: Box, streets: tuple[str | None, str | None]
    ) -> None:
        self.dice = Dice(seed, 20, i, j)
        self.name = f"{i}.{j}"
        self.box = box
        self.streets = streets
        self.buildings: list[Building] = []
        self.trees: list[Tree] = []
        self.areas: list[Area] = []
        self.spots: list[Spot] = []
        self.stalls: list[Box] = []
        self.tanks: list[Tank] = []
        ground = GROUND[self.dice.pick(_LAWNS)]
        self.ground = (ground, ground)

    def lives(self) -> Lives:
        """Throw when a building is there: most are at both dates."""
        thrown = self.dice.unit()
        return "before" if thrown < 0.035 else "after" if thrown < 0.09 else "both"

    def build(
        self,
        *parts: Box,
        tags: Tags,
        height_m: float,
        gable: bool = False,
        outline: Corners = (),
        hole: Corners = (),
        lives: Lives = "both",
        fittings: tuple[Box, ...] = (),
    ) -> None:
        """Add a building."""
        roof = self.dice.pick(PITCHED_ROOFS if gable else FLAT_ROOFS) * 3 + self.dice.whole(0, 2)
        name = f"b{self.name}.{len(self.buildings)}"
        mapped = self.dice.chance(0.25 if lives == "after" else 0.92)
        ring = outline or parts[0].corners
        self.buildings.append(
            Building(name, parts, ring, roof, gable, height_m, tags, hole, lives, mapped, fittings)
        )

    def plant(self, u: float, v: float, radius: float, *, mapped: float = 0.0) -> None:
        """Add a tree."""
        crown, on_map = self.dice.whole(0, CROWNS - 1), self.dice.chance(mapped)
        self.trees.append(
            Tree(f"t{self.name}.{len(self.trees)}", u, v, radius, crown, mapped=on_map)
        )

    def scatter(
        self, box: Box, count: int, low: float = 4.0, high: float = 8.5, mapped: float = 0.0
    ) -> None:
        """Add trees anywhere in a box, where no building of the block stands."""
        for _ in range(count):
            u, v = self.dice.between(box.u0, box.u1), self.dice.between(box.v0, box.v1)
            radius = self.dice.between(low, high)
            if not any(_near(part, u, v, radius) for b in self.buildings for part in b.parts):
                self.plant(u, v, radius, mapped=mapped)

    def lay(
        self,
        ground: str,
        box: Box,
        tags: Tags = (),
        *,
        ellipse: bool = False,
        lives: Lives = "both",
    ) -> None:
        """Add a piece of ground."""
        name = f"a{self.name}.{len(self.areas)}"
        shape: Literal["box", "ellipse"] = "ellipse" if ellipse else "box"
        self.areas.append(Area(name, box, GROUND[ground], shape, tags, lives))

    def store(self, u: float, v: float, radius: float, height_m: float) -> None:
        """Add a storage tank; most are on the map."""
        name = f"k{self.name}.{len(self.tanks)}"
        self.tanks.append(Tank(name, u, v, radius, height_m, self.dice.chance(0.85)))

    def mark(self, u: float, v: float, *tags: tuple[str, str]) -> None:
        """Add a place of the map."""
        self.spots.append(Spot(f"s{self.name}.{len(self.spots)}", u, v, tuple(tags)))

    def park_cars(self, box: Box, lives: Lives = "both") -> None:
        """Lay out a car park with rows of stalls."""
        self.lay("parking", box, (("amenity", "parking"), ("parking", "surface")), lives=lives)
        v = box.v0 + 2
        while v + 10 < box.v1:
            u = box.u0 + 3
            while u + 5.4 < box.u1 - 2:
                self.lay("stall", Box(u, v, u + 0.7, v + 10), lives=lives)
                self.stalls.append(Box(u + 0.9, v + 0.8, u + 4.7, v + 9.4))
                u += 5.4
            v += 24


def _near(part: Box, u: float, v: float, radius: float) -> bool:
    """Tell whether a crown would reach over a roof's edge by more than a little."""
    by = 0.6 * radius
    return part.u0 - by < u < part.u1 + by and part.v0 - by < v < part.v1 + by
