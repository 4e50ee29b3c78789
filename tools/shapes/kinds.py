"""Which kinds of things can be found by shape and colour alone, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.concepts import Concept

Trust = Literal["usable", "weak", "hopeless"]
Way = Literal["on_water", "circles", "pools", "rectangles"]


@dataclass(frozen=True)
class Kind:
    """How one concept looks from above, and what was measured of finding it by shape.

    `ratio` is the usual range of width / length. `trust` is `usable` where a count may be stated
    (under the conditions that `reason` names, which each image is asked for), `weak` where
    only proposals can be shown or asked about, `hopeless` where examples are needed. `size_m` is
    the range of lengths that is looked for, where it is not the concept's own.
    """

    id: str
    ratio: tuple[float, float]
    trust: Trust
    reason: str
    way: Way | None = None
    size_m: tuple[float, float] | None = None


OPEN_WATER = (
    "ships and boats are told by shape on open, calm water and nowhere else: beside a pier they "
    "touch each other"
)
_TYPES = "what type of vessel it is cannot be told by shape"
_CIRCLES = (
    "trees, ponds and round roofs gather as many edges around a centre: on one real image all "
    "17 tanks were found, with as many false ones"
)
_POOLS = (
    "blue roofs, tarpaulins and shadows have the colour of a pool: nearly all marks were right in "
    "one town, all were wrong in three places without pools"
)
_LOTS = (
    "containers, roofs and markings are rectangles of the same size: in two lots of buses 94 of 99 "
    "and 34 of 40 were marked, 36 and more where there are none"
)
_CARS = (
    "cars seen without examples were miscounted by half to more than double in parking lots, and "
    "by a third to two thirds on streets"
)
_TREES = "single crowns without examples: a fifth to a third off, half of the places wrong"
_ROOFS = (
    "roofs are too like the ground around them: a quarter to a third off, half of the places "
    "wrong, and dense towns fail altogether"
)
_AIRCRAFT = "a third to two fifths off, with many false ones among roofs and markings"
_NEVER = "finding these by shape was never measured"


def _several(
    ids: str,
    ratio: tuple[float, float],
    trust: Trust,
    reason: str,
    way: Way | None = None,
    size_m: tuple[float, float] | None = None,
) -> list[Kind]:
    return [Kind(name, ratio, trust, reason, way, size_m) for name in ids.split()]


KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in [
        *_several("ship", (0.1, 0.35), "usable", OPEN_WATER, "on_water", (6.0, 200.0)),
        *_several("boat", (0.2, 0.5), "usable", OPEN_WATER, "on_water"),
        *_several("sailboat ferry warship barge tanker", (0.1, 0.4), "hopeless", _TYPES),
        *_several(
            "storage_tank water_tank silo", (0.9, 1.0), "weak", _CIRCLES, "circles", (8, 100)
        ),
        *_several("swimming_pool", (0.3, 1.0), "weak", _POOLS, "pools"),
        *_several("large_vehicle truck bus container", (0.15, 0.5), "weak", _LOTS, "rectangles"),
        *_several("car small_vehicle van vehicle", (0.35, 0.55), "hopeless", _CARS),
        *_several("camper tractor construction_machine", (0.25, 0.6), "hopeless", _CARS),
        *_several("motorcycle bicycle", (0.3, 0.5), "hopeless", _CARS),
        *_several("tree tree_crown palm_tree", (0.7, 1.0), "hopeless", _TREES),
        *_several("building house warehouse greenhouse shed", (0.3, 1.0), "hopeless", _ROOFS),
        *_several("roof_top tent parasol", (0.3, 1.0), "hopeless", _ROOFS),
        *_several("aircraft", (0.7, 1.0), "hopeless", _AIRCRAFT),
        *_several("helicopter", (0.2, 1.0), "hopeless", _AIRCRAFT),
        *_several("submarine", (0.08, 0.15), "hopeless", _NEVER),
        *_several("train railway_car", (0.1, 0.4), "hopeless", _NEVER),
    ]
}
"""What is known of each concept; a concept that is not named here was never measured."""

_ANY_RATIO = (0.3, 1.0)


def kind_of(concept: Concept) -> Kind:
    """Return what is known of finding a concept by shape."""
    return KINDS.get(concept.id) or Kind(concept.id, _ANY_RATIO, "hopeless", _NEVER)


def sizes_m(concept: Concept) -> tuple[float, float] | None:
    """Return the range of lengths that is looked for, in metres; None where nobody knows one."""
    return kind_of(concept).size_m or concept.size_m
