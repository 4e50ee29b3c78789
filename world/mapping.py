"""What the map shows of the town, with the flaws that maps have.

The map is of a day between the two dates. Some buildings are not on it, some on it are gone by the
second date, some lie a few metres off; some things have no name, some names occur twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import shapely

from world.dice import key_of
from world.place import scene_box
from world.plan import REACH, street_name
from world.things import Block, Box, Building
from world.town import Town

Point = tuple[float, float]
Tags = tuple[tuple[str, str], ...]

_DISPLACED = (6.0, -4.0)
"""How far some buildings lie off on the map, in pixels."""
_TANK: Tags = (("man_made", "storage_tank"),)
_LANDUSE: dict[str, Tags] = {
    "field": (("landuse", "farmland"),),
    "forest": (("natural", "wood"),),
    "meadow": (("landuse", "meadow"),),
    "riverside": (("landuse", "grass"),),
    "farm": (("landuse", "farmyard"),),
}


class Drawn(NamedTuple):
    """One element of the map, in columns and rows from the middle of the world."""

    of: str
    """The thing it shows: its id in the truth, or a name of its own."""
    kind: Literal["node", "line", "area"]
    points: tuple[Point, ...]
    """Of an area: the outline, not closed."""
    tags: Tags
    hole: tuple[Point, ...] = ()

    def shape(self) -> shapely.geometry.base.BaseGeometry:
        """Return the geometry."""
        if self.kind == "node":
            return shapely.Point(self.points[0])
        if self.kind == "line":
            return shapely.LineString(self.points)
        return shapely.Polygon(self.points, [self.hole] if self.hole else None)


def margin_of(size: int) -> float:
    """Return how far the map reaches beyond a scene, so that its box in degrees is full."""
    return 24.0 + 0.01 * size


def drawn(town: Town, size: int) -> Iterator[Drawn]:
    """Yield the elements that touch a scene or come near it, in a fixed order."""
    frame = scene_box(size, margin_of(size))
    shapely.prepare(frame)
    for element in _all(town, size):
        if frame.intersects(element.shape()):
            yield element


def is_displaced(building: str) -> bool:
    """Tell whether the map shows a building, given by its id, a few metres off."""
    return key_of(*building.encode()) % 40 == 0


def _all(town: Town, size: int) -> Iterator[Drawn]:
    low, high = -(size // 2) - margin_of(size), size - size // 2 + margin_of(size)
    cells = list(town.cells_in(low, low, high, high))
    yield from _streets(town, cells)
    yield from _river(town, low, high)
    yield from _harbour(town, low, high)
    for i, j in cells:
        yield from _block(town, town.block(i, j))


def _block(town: Town, block: Block) -> Iterator[Drawn]:
    for building in block.buildings:
        if building.mapped:
            yield _building(town, building)
    if block.use in _LANDUSE and not block.wet:
        yield Drawn(f"l{block.i}.{block.j}", "area", _outline(town, block.box), _LANDUSE[block.use])
    for area in block.areas:
        if area.tags and area.lives != "after":
            yield Drawn(area.id, "area", _outline(town, area.box, area.shape), area.tags)
    for tank in block.tanks:
        if tank.mapped:
            r = tank.radius
            box = Box(tank.u - r, tank.v - r, tank.u + r, tank.v + r)
            yield Drawn(tank.id, "area", _outline(town, box, "ellipse"), _TANK)
    for tree in block.trees:
        if tree.mapped and tree.lives != "after":
            yield Drawn(tree.id, "node", (town.plan.point(tree.u, tree.v),), (("natural", "tree"),))
    for spot in block.spots:
        yield Drawn(spot.id, "node", (town.plan.point(spot.u, spot.v),), spot.tags)


def _building(town: Town, building: Building) -> Drawn:
    by = _DISPLACED if is_displaced(building.id) else (0.0, 0.0)
    outline, hole = (
        tuple((x + by[0], y + by[1]) for x, y in (town.plan.point(u, v) for u, v in ring))
        for ring in (building.outline, building.hole)
    )
    return Drawn(building.id, "area", outline, building.tags, hole)


def _outline(town: Town, box: Box, shape: Literal["box", "ellipse"] = "box") -> tuple[Point, ...]:
    if shape == "box":
        return tuple(town.plan.point(u, v) for u, v in box.corners)
    angles = np.arange(24) * (2 * np.pi / 24)
    (u, v), a, b = box.middle, box.width / 2, box.depth / 2
    return tuple(
        town.plan.point(u + a * float(np.cos(t)), v + b * float(np.sin(t))) for t in angles
    )


def _streets(town: Town, cells: list[tuple[int, int]]) -> Iterator[Drawn]:
    """Yield streets as runs between gaps; runs that cross share their points."""
    columns = sorted({i + k for i, _ in cells for k in (0, 1)})
    rows = sorted({j + k for _, j in cells for k in (0, 1)})
    here = set(cells)
    for axis, lines, across in ((0, columns, rows), (1, rows, columns)):
        for line in lines:
            for start, end, bridge in _runs(town, axis, line, across, here):
                yield _street(town, axis, line, start, end, bridge=bridge)


def _runs(
    town: Town, axis: int, line: int, across: list[int], here: set[tuple[int, int]]
) -> Iterator[tuple[int, int, bool]]:
    """Yield (first crossing, last crossing, is a bridge) of the pieces of one street."""
    start: int | None = None
    last = across[0]
    for at in across:
        i, j = (line, at) if axis == 0 else (at, line)
        near = (i, j) in here or ((i - 1, j) if axis == 0 else (i, j - 1)) in here
        there = near and not town.plan.is_gap(i, j, axis == 0)
        bridge = there and axis == 1 and town.plan.crosses_water(i, j)
        if start is not None and (not there or bridge):
            yield start, at, False
            start = None
        if bridge:
            yield at, at + 1, True
        elif there and start is None:
            start = at
        last = at
    if start is not None:
        yield start, last + 1, False


def _street(town: Town, axis: int, line: int, start: int, end: int, *, bridge: bool) -> Drawn:
    plan = town.plan
    street = plan.column(line) if axis == 0 else plan.row(line)
    points: list[Point] = []
    for at in range(start, end + 1):
        if axis == 1:
            points.append(plan.point(plan.column(at).at, street.at))
            continue
        here = plan.row(at).at
        points.append(plan.point(street.at, here))
        if at < end:
            step = (plan.row(at + 1).at - here) / 3
            points += [plan.point(street.at, here + step), plan.point(street.at, here + 2 * step)]
    name = street_name(town.seed, axis, line)
    tags: Tags = (("highway", "secondary" if street.main else "residential"),)
    tags += (("name", name),) if name else ()
    tags += (("bridge", "yes"), ("layer", "1")) if bridge else ()
    return Drawn(f"street{axis}.{line}.{start}", "line", tuple(points), tags)


def _harbour(town: Town, low: float, high: float) -> Iterator[Drawn]:
    """Yield marinas and their piers; what floats is on no map."""
    for marina in town.harbour.marinas(low, low, high, high):
        left, top, right, bottom = marina.box
        ring = ((left, top), (right, top), (right, bottom), (left, bottom))
        tags = (("leisure", "marina"), ("name", marina.name))
        yield Drawn(f"marina{left:.0f}", "area", ring, tags)
        for pier in marina.piers:
            line = ((pier.x, pier.y0), (pier.x, pier.y1))
            yield Drawn(f"pier{pier.x:.0f}", "line", line, (("man_made", "pier"),))


def _river(town: Town, low: float, high: float) -> Iterator[Drawn]:
    """Yield the river as its line and its water, in pieces, and the coast where it is near."""
    river, step, piece = town.plan.river, 40, 2000
    first, last = int(low) - 200, int(high) + 200
    name = ("name", "Elver")
    for start in range(first // piece * piece, last, piece):
        rows = np.arange(start, start + piece + 1, step)
        middle, half = river.middle[rows + REACH], river.half[rows + REACH]
        keep = rows < river.coast[np.clip(middle, -REACH, REACH - 1).astype(int) + REACH] + 60
        if keep.sum() < 2:
            continue
        rows, middle, half = rows[keep], middle[keep], half[keep]
        line = tuple((float(x), float(y)) for x, y in zip(middle, rows, strict=True))
        yield Drawn(f"river{start}", "line", line, (("waterway", "river"), name))
        ring = [
            *zip(middle - half, rows, strict=True),
            *zip((middle + half)[::-1], rows[::-1], strict=True),
        ]
        water = (("natural", "water"), ("water", "river"), name)
        yield Drawn(f"water{start}", "area", tuple((float(x), float(y)) for x, y in ring), water)
    columns = np.arange(first, last, step)
    coast = river.coast[columns + REACH]
    if coast.min() < high:
        # From west to east: the map's rule for coasts has water to the right of the line.
        line = tuple((float(x), float(y)) for x, y in zip(columns, coast, strict=True))
        yield Drawn("coast", "line", line, (("natural", "coastline"),))
