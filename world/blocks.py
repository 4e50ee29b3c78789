"""What fills blocks of the town, by their use, from the seed and the place alone."""

from __future__ import annotations

from collections.abc import Callable

from world import country
from world.dice import Dice
from world.filler import Corners, Filler, Tags
from world.palette import CROWNS, GROUND
from world.things import Box, Tree

_SHOPS = ("bakery", "hairdresser", "clothes", "convenience", "books", "bicycle", "florist")
_CAFES = ("Harbour Café", "Corner Café", "The Blue Kettle", "Café Lantern", "Gull & Bean")
_FOOD = ("The Anchor", "Da Livia", "Golden Wok", "Saltgate Grill", "Taverna Elpis", "Old Ferry Inn")
_CUISINES = ("italian", "chinese", "greek", "regional", "pizza")


def residential(f: Filler) -> None:
    """Two rows of houses with gardens."""
    d, box = f.dice, f.box
    for top in (True, False):
        u, number = box.u0 + d.between(3, 9), 1 + (0 if top else 1)
        while u + 24 < box.u1:
            lot = min(d.between(28, 38), box.u1 - u)
            if not d.chance(0.05):
                _house(f, u, lot, number, top=top)
            u, number = u + lot, number + 2
    f.scatter(box.part(0.02, 0.4, 0.98, 0.6), d.whole(4, 9))
    if d.chance(0.5):
        _corner_shop(f)


def _house(f: Filler, u: float, lot: float, number: int, *, top: bool) -> None:
    d, box = f.dice, f.box
    wide, deep, back = lot - d.between(7.5, 11), d.between(16, 22), d.between(7, 13)
    left = u + d.between(2, 4)
    v = box.v0 + back if top else box.v1 - back - deep
    main = Box(left, v, left + wide, v + deep)
    tags: Tags = (
        ("building", d.pick(("house", "house", "detached", "yes"))),
        ("addr:housenumber", str(number)),
    )
    street = f.streets[0 if top else 1]
    tags += (("addr:street", street),) if street else ()
    tags += (("building:levels", str(d.whole(1, 2))),) if d.chance(0.5) else ()
    height = d.between(5.0, 7.5)
    if d.chance(0.25) and wide > 18:
        wing = d.between(8, 10)
        far = (
            Box(left, v + deep, left + wing, v + deep + 9)
            if top
            else Box(left, v - 9, left + wing, v)
        )
        f.build(
            main,
            far,
            tags=tags,
            height_m=height,
            gable=True,
            outline=_ell(main, far, top=top),
            lives=f.lives(),
        )
    else:
        f.build(main, tags=tags, height_m=height, gable=True, lives=f.lives())
    if d.chance(0.65):
        lane = Box(
            main.u1 + 1.5, box.v0 if top else v + 2, main.u1 + 7.5, v + deep - 2 if top else box.v1
        )
        if lane.u1 < u + lot + 2:
            f.lay("drive", lane)
            end = lane.v0 + 3 if top else lane.v1 - 13
            f.stalls.append(Box(lane.u0 + 1, end, lane.u0 + 4.8, end + 9))
    garden = v + deep + 14 if top else v - 22
    middle = box.middle[1]
    if garden + 9 > middle if top else garden < middle:
        return
    if d.chance(0.22):
        f.build(
            Box(left + 2, garden, left + 2 + d.between(6, 9), garden + d.between(5, 8)),
            tags=(("building", "shed"),),
            height_m=2.5,
        )
    elif d.chance(0.1):
        f.lay(
            "pool",
            Box(left + 6, garden, left + 16, garden + 7),
            (("leisure", "swimming_pool"), ("access", "private")),
        )
    elif d.chance(0.6):
        f.plant(left + d.between(4, wide - 3), garden + d.between(0, 8), d.between(4.5, 8.5))


def _ell(main: Box, wing: Box, *, top: bool) -> Corners:
    """Return the outline of a house with a wing at its left back."""
    (a, b, c, d), far = main.corners, wing.corners
    if top:
        return (a, b, c, (wing.u1, main.v1), far[2], far[3])
    return (far[0], far[1], (wing.u1, main.v0), b, c, d)


def _corner_shop(f: Filler) -> None:
    d = f.dice
    house = d.pick(f.buildings).parts[0] if f.buildings else f.box
    u, v = house.middle
    kind = d.whole(0, 3)
    if kind == 0:
        f.mark(u, v, ("shop", d.pick(_SHOPS)))
    elif kind == 1:
        _cafe(f, u, v)
    elif kind == 2:
        _pharmacy(f, u, v, named=0.6)
    else:
        f.mark(u, v, ("amenity", "kindergarten"), ("name", "Little Gulls"))


def _cafe(f: Filler, u: float, v: float) -> None:
    seats = (("outdoor_seating", f.dice.pick(("yes", "no"))),) if f.dice.chance(0.6) else ()
    f.mark(u, v, ("amenity", "cafe"), ("name", f.dice.pick(_CAFES)), *seats)


def _pharmacy(f: Filler, u: float, v: float, *, named: float) -> None:
    name = (
        (("name", f.dice.pick(("Tower Pharmacy", "Mill Pharmacy", "Quay Pharmacy"))),)
        if f.dice.chance(named)
        else ()
    )
    f.mark(u, v, ("amenity", "pharmacy"), *name)


def commercial(f: Filler) -> None:
    """Shops along the streets, and a car park."""
    d, box = f.dice, f.box
    f.ground = (GROUND["paving"],) * 2
    hall = box.part(0.03, 0.05, d.between(0.46, 0.54), d.between(0.55, 0.7))
    side = box.part(0.6, 0.05, 0.96, d.between(0.3, 0.4))
    f.build(
        hall,
        tags=(("building", "retail"), ("building:levels", "2")),
        height_m=9.0,
        fittings=_fittings(d, hall),
    )
    f.build(
        side,
        tags=(("building", "commercial"), ("building:levels", "3")),
        height_m=11.0,
        fittings=_fittings(d, side),
    )
    f.park_cars(Box(hall.u1 + 6, side.v1 + 8, box.u1 - 2, box.v1 - 2))
    row = Box(box.u0 + 4, hall.v1 + 14, hall.u1, min(hall.v1 + 30, box.v1 - 3))
    f.build(row, tags=(("building", "retail"),), height_m=5.0)
    f.mark(*hall.middle, ("shop", "supermarket"), ("name", "Saltmarket"))
    f.mark(hall.u0 + 8, hall.v0 + 8, ("amenity", "bank"), ("name", "Tidewater Bank"))
    _pharmacy(f, side.u0 + 9, side.middle[1], named=1.0)
    _cafe(f, side.u1 - 9, side.middle[1])
    f.mark(
        row.u0 + 10,
        row.middle[1],
        ("amenity", "restaurant"),
        ("name", d.pick(_FOOD)),
        ("cuisine", d.pick(_CUISINES)),
    )
    f.mark(row.middle[0], row.middle[1], ("shop", d.pick(_SHOPS)))
    for k in range(6):
        f.plant(
            box.u0 + 8 + k * (hall.width - 10) / 5, hall.v1 + 7, d.between(3.5, 4.5), mapped=0.8
        )
    f.mark(hall.u0 + 14, hall.v1 + 10, ("amenity", "bench"))


def _fittings(d: Dice, roof: Box) -> tuple[Box, ...]:
    found = []
    for _ in range(d.whole(2, 5)):
        u, v = d.between(roof.u0 + 4, roof.u1 - 11), d.between(roof.v0 + 4, roof.v1 - 9)
        found.append(Box(u, v, u + d.between(4, 7), v + d.between(3, 5)))
    return tuple(found)


def court(f: Filler) -> None:
    """Flats around a courtyard."""
    d, box = f.dice, f.box.shrunk(6)
    f.ground = (GROUND["paving"],) * 2
    thick = d.between(20, 25)
    hole = box.shrunk(thick)
    bars = (
        Box(box.u0, box.v0, box.u1, hole.v0), Box(box.u0, hole.v1, box.u1, box.v1),
        Box(box.u0, hole.v0, hole.u0, hole.v1), Box(hole.u1, hole.v0, box.u1, hole.v1),
    )  # fmt: skip
    f.lay("park", hole)
    f.build(
        *bars,
        tags=(("building", "apartments"), ("building:levels", "4")),
        height_m=13.0,
        gable=True,
        outline=box.corners,
        hole=hole.corners,
    )
    f.scatter(hole.shrunk(6), 7, 4.5, 6.5, mapped=0.7)
    _pharmacy(f, box.u0 + 20, box.v0 + 10, named=0.0)
    _cafe(f, box.u1 - 24, box.v0 + 10)
    f.mark(box.middle[0], box.v1 - 10, ("shop", d.pick(_SHOPS)))
    f.mark(hole.u0 + 8, hole.v0 + 8, ("amenity", "bench"))


def school(f: Filler) -> None:
    """A school with its yard and sports ground."""
    d, box = f.dice, f.box
    f.ground = (GROUND["lawn1"],) * 2
    f.lay(
        "lawn1",
        box.shrunk(2),
        (
            ("amenity", "school"),
            ("name", d.pick(("Lantern School", "Harbour School", "Orchard School"))),
        ),
    )
    yard = box.part(0.04, 0.05, 0.5, 0.62)
    f.lay("paving", yard)
    back, left = (
        Box(yard.u0, yard.v0, yard.u1, yard.v0 + 22),
        Box(yard.u0, yard.v0 + 22, yard.u0 + 20, yard.v1),
    )
    right = Box(yard.u1 - 20, yard.v0 + 22, yard.u1, yard.v1)
    outer, inner = (back.corners[:2], (right.corners[2], right.corners[3]))
    inside = ((right.u0, back.v1), (left.u1, back.v1), left.corners[2], left.corners[3])
    outline = (*outer, *inner, *inside)
    f.build(
        back,
        left,
        right,
        tags=(("building", "school"), ("building:levels", "2")),
        height_m=8.0,
        outline=outline,
    )
    field = box.part(0.57, 0.08, 0.96, 0.9)
    f.lay("pitch_line", field, (("leisure", "pitch"), ("sport", "soccer")))
    u, v = field.middle
    f.lay("pitch", Box(field.u0 + 1, field.v0 + 1, field.u1 - 1, v - 0.5))
    f.lay("pitch", Box(field.u0 + 1, v + 0.5, field.u1 - 1, field.v1 - 1))
    f.lay("pitch_line", Box(u - 10, v - 10, u + 10, v + 10), ellipse=True)
    f.lay("pitch", Box(u - 9, v - 9, u + 9, v + 9), ellipse=True)
    ground = box.part(0.06, 0.74, 0.3, 0.94)
    f.lay("playground", ground, (("leisure", "playground"),))
    f.scatter(box.part(0.32, 0.7, 0.52, 0.97), 6)
    f.mark(ground.u1 + 4, ground.v0 + 5, ("amenity", "bench"))


def park(f: Filler) -> None:
    """Lawn, paths, a pond, a playground and many trees."""
    d, box = f.dice, f.box
    f.ground = (GROUND["park"],) * 2
    name = d.pick(("Heron Park", "Lantern Gardens", "Orchard Park"))
    f.lay("park", box, (("leisure", "park"), *((("name", name),) if d.chance(0.8) else ())))
    u, v = box.middle
    f.lay("path", Box(box.u0, v - 2.5, box.u1, v + 2.5))
    f.lay("path", Box(u - 2.5, box.v0, u + 2.5, box.v1))
    f.lay("path", Box(u - 20, v - 20, u + 20, v + 20), ellipse=True)
    f.lay(
        "pond",
        Box(u - 14, v - 14, u + 14, v + 14),
        (("natural", "water"), ("water", "pond")),
        ellipse=True,
    )
    ground = box.part(0.07, 0.1, 0.28, 0.36)
    f.lay("playground", ground, (("leisure", "playground"), ("name", "Gulls' Nest")))
    for k in range(d.whole(3, 5)):
        f.mark(
            box.u0 + 16 + k * 26,
            v + 5,
            ("amenity", "bench"),
            *((("backrest", "yes"),) if d.chance(0.5) else ()),
        )
    f.mark(u + 26, v - 6, ("amenity", "drinking_water"))
    for quarter in (
        box.part(0.54, 0.03, 0.98, 0.4),
        box.part(0.02, 0.6, 0.42, 0.97),
        box.part(0.6, 0.62, 0.98, 0.97),
    ):
        f.scatter(quarter, d.whole(7, 12), 5.0, 10.0, mapped=0.6)
    f.scatter(box.part(0.31, 0.06, 0.44, 0.4), 3, mapped=0.6)


def site(f: Filler) -> None:
    """A meadow at the first date, a market hall with a car park at the second."""
    d, box = f.dice, f.box
    f.ground = (GROUND["meadow"], GROUND["paving"])
    f.lay("soil", box.part(0.15, 0.2, 0.6, 0.7), ellipse=True, lives="before")
    hall = box.part(0.05, 0.07, 0.62, 0.62)
    f.build(
        hall,
        tags=(("building", "retail"), ("building:levels", "1")),
        height_m=8.0,
        lives="after",
        fittings=_fittings(d, hall),
    )
    f.park_cars(Box(box.u0 + 4, hall.v1 + 10, box.u1 - 4, box.v1 - 3), lives="after")
    for _ in range(5):
        u, v = d.between(box.u0 + 8, box.u1 - 8), d.between(box.v0 + 8, box.v1 - 8)
        f.trees.append(
            Tree(
                f"t{f.name}.{len(f.trees)}", u, v, d.between(5, 8), d.whole(0, CROWNS - 1), "before"
            )
        )


def works(f: Filler) -> None:
    """Large halls and yards."""
    d, box = f.dice, f.box
    f.ground = (GROUND["parking"],) * 2
    f.lay("parking", box, (("landuse", "industrial"),))
    split = d.between(0.42, 0.56)
    for left, right in ((0.04, split - 0.03), (split + 0.03, 0.96)):
        hall = box.part(left, 0.06, right, d.between(0.5, 0.84))
        f.build(
            hall,
            tags=(("building", "industrial"),),
            height_m=d.between(8, 12),
            lives=f.lives(),
            fittings=_fittings(d, hall),
        )
    f.scatter(box.part(0.02, 0.9, 0.98, 0.98), 3, 3.5, 5.0)


def tanks(f: Filler) -> None:
    """A yard of storage tanks, some large, some small."""
    d, box = f.dice, f.box.shrunk(6)
    f.ground = (GROUND["paving"],) * 2
    f.lay("paving", f.box, (("landuse", "industrial"), ("industrial", "oil")))
    v = box.v0
    while v + 20 < box.v1:
        radius = min(d.between(9, 23), (box.v1 - v) / 2, box.width / 2)
        u = box.u0 + radius
        while u + radius <= box.u1:
            if d.chance(0.85):
                f.store(u, v + radius, radius * d.between(0.85, 1.0), d.between(6, 14))
            u += 2 * radius + d.between(6, 12)
        v += 2 * radius + d.between(8, 14)


FILLERS: dict[str, Callable[[Filler], None]] = {
    "residential": residential,
    "commercial": commercial,
    "court": court,
    "school": school,
    "park": park,
    "site": site,
    "works": works,
    "tanks": tanks,
    "field": country.field,
    "forest": country.forest,
    "meadow": country.meadow,
    "riverside": country.riverside,
    "farm": country.farm,
}
"""How a block of each use is filled."""
