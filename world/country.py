"""What fills blocks of the open country, by their use."""

from __future__ import annotations

from world.filler import Filler
from world.palette import GROUND

_CROPS = ("crop1", "crop2", "crop3", "crop4", "crop5", "crop6")


def field(f: Filler) -> None:
    """A field with its crop; it may be harvested between the dates."""
    first = f.dice.pick(_CROPS)
    second = f.dice.pick(_CROPS) if f.dice.chance(0.3) else first
    f.ground = GROUND[first], GROUND[second]
    if f.dice.chance(0.25):
        f.scatter(f.box.part(0, 0, 1, 0.08), f.dice.whole(3, 8))


def forest(f: Filler) -> None:
    """Closed forest; some of it is felled between the dates."""
    felled = f.dice.chance(0.03)
    f.ground = GROUND["forest"], GROUND["soil" if felled else "forest"]


def meadow(f: Filler) -> None:
    """Grass with a few trees."""
    f.ground = (GROUND["meadow"],) * 2
    f.scatter(f.box, f.dice.whole(0, 7), 5.0, 10.0)


def riverside(f: Filler) -> None:
    """Grass and trees along the water."""
    f.ground = (GROUND["riverside"],) * 2
    f.scatter(f.box, f.dice.whole(10, 18), 5.0, 9.5)
    f.mark(f.box.u0 + 12, f.box.v0 + 6, ("amenity", "bench"))


def farm(f: Filler) -> None:
    """A farm among fields."""
    d, box = f.dice, f.box
    f.ground = (GROUND["meadow"],) * 2
    f.lay("soil", box.part(0.3, 0.35, 0.75, 0.8))
    f.build(box.part(0.34, 0.2, 0.5, 0.34), tags=(("building", "farm"),), height_m=7.0, gable=True)
    f.build(
        box.part(0.55, 0.2, 0.85, 0.36),
        tags=(("building", "barn"),),
        height_m=8.0,
        gable=True,
        lives=f.lives(),
    )
    f.scatter(box, d.whole(4, 10))
