"""What lies where in a window of the town: a label for each pixel, in sun or in shadow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from world.harbour import Vessel
from world.look import Look
from world.palette import (
    FIRST_BOAT,
    FIRST_CAR,
    FIRST_CROWN,
    FIRST_SHIP,
    GROUND,
    SHADOW,
    roof_label,
)
from world.plan import REACH
from world.streets import Labels, StreetLabels
from world.things import PIXEL_M, Area, Box, Building, Tank, Tree, is_there
from world.town import Town

Floats32 = NDArray[np.float32]


class Painter:
    """Paints the labels of one window: ground, water, areas, shadows, cars, buildings, trees."""

    def __init__(self, town: Town, look: Look, x0: int, y0: int, x1: int, y1: int) -> None:
        self.town, self.plan, self.look = town, town.plan, look
        self.origin = x0, y0
        self.x, self.y = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
        self.blocks = town.blocks_in(x0, y0, x1, y1)
        plan = self.plan
        self.v = _sum(self.y * plan.cos, -self.x * plan.sin)
        row = (self.v + np.float32(REACH)).astype(np.intp)
        self.u = _sum(self.y * plan.sin, self.x * plan.cos) + plan.bend_table[row]
        self._strip_rows = plan.strips_v[row]
        self._strip_columns = plan.strips_u[(self.u + np.float32(REACH)).astype(np.intp)]
        self.labels = self._ground()
        azimuth, elevation = (math.radians(angle) for angle in look.sun)
        per_metre = 1.0 / math.tan(elevation) / PIXEL_M
        dx, dy = -math.sin(azimuth) * per_metre, math.cos(azimuth) * per_metre
        self.shadow_xy = dx, dy
        self.shadow = dx * plan.cos + dy * plan.sin, dy * plan.cos - dx * plan.sin

    def paint(self) -> Labels:
        """Return the labels of the window."""
        date = self.look.date
        here = [
            block for block in self.blocks if block.use not in ("field", "forest") or block.trees
        ]
        for block in here:
            for area in block.areas:
                if is_there(area.lives, date):
                    self._area(area)
        self._water()
        if self.plan.coastal:
            self._harbour()
        buildings = [b for block in here for b in block.buildings if is_there(b.lives, date)]
        trees = [t for block in here for t in block.trees if is_there(t.lives, date)]
        for block in here:
            for car in self.town.cars(block.i, block.j, date):
                self._fill(car.box, FIRST_CAR + car.colour)
        for building in buildings:
            for part in building.parts:
                self._cast(part, building.height_m)
        tanks = [tank for block in here for tank in block.tanks]
        for tank in tanks:
            self._tank_shadow(tank)
        for tree in trees:
            self._tree_shadow(tree)
        for building in buildings:
            self._roof(building)
        for tank in tanks:
            self._tank(tank)
        for tree in trees:
            self._crown(tree)
        return self.labels

    def _ground(self) -> Labels:
        """Return the labels of streets and blocks: a table over the strips, read at each pixel."""
        first = int(self._strip_columns.min()), int(self._strip_rows.min())
        wide = int(self._strip_columns.max()) - first[0] + 1
        high = int(self._strip_rows.max()) - first[1] + 1
        table = StreetLabels(self.town, self.look.date).table(*first, wide, high)
        at = (self._strip_rows - first[1]) * wide + (self._strip_columns - first[0])
        labels: Labels = table.ravel()[at]
        return labels

    def _water(self) -> None:
        river, (x0, y0) = self.plan.river, self.origin
        rows = slice(y0 + REACH, y0 + REACH + len(self.y))
        middle, half = river.middle[rows], river.half[rows]
        if self.x[0] < (middle + half).max() + 9 and self.x[-1] > (middle - half).min() - 9:
            away = np.abs(self.x - middle[:, None]) - half[:, None]
            deck = (self.labels == GROUND["deck"]) | (self.labels == GROUND["deck_rim"])
            self.labels[(away < 7.0) & ~deck] = GROUND["bank"]
            self.labels[(away < 0.0) & ~deck] = GROUND["water"]
        coast = river.coast[x0 + REACH : x0 + REACH + len(self.x)]
        if self.y[-1] > coast.min() - 40:
            out = self.y[:, None] - coast
            self.labels[out > -28.0] = GROUND["sand"]
            self.labels[out > 0.0] = GROUND["sea"]

    def _harbour(self) -> None:
        """Draw piers, boats and ships over the sea."""
        harbour = self.town.harbour
        window = self.x[0], self.y[0], self.x[-1], self.y[-1]
        for marina in harbour.marinas(*window):
            for pier in marina.piers:
                where = self._clip(pier.x - pier.half, pier.y0, pier.x + pier.half, pier.y1)
                if where is not None:
                    across = np.abs(self.x[where[1]] - pier.x) < pier.half
                    y = self.y[where[0]]
                    inside = ((y >= pier.y0) & (y < pier.y1))[:, None] & across
                    np.copyto(self.labels[where], np.int16(GROUND["pier"]), where=inside)
        for vessel in harbour.vessels(*window, self.look.date):
            self._vessel(vessel)

    def _vessel(self, vessel: Vessel) -> None:
        """Draw a hull over the shadow it casts, and a bridge on a ship."""
        height = 9.0 if vessel.ship else 1.2
        by = self.shadow_xy[0] * height, self.shadow_xy[1] * height
        reach = vessel.length / 2 + math.hypot(*by)
        where = self._clip(vessel.x - reach, vessel.y - reach, vessel.x + reach, vessel.y + reach)
        if where is None:
            return
        labels = self.labels[where]
        x, y = self.x[where[1]] - vessel.x, (self.y[where[0]] - vessel.y)[:, None]
        shaded = _in_hull(vessel, x - by[0], y - by[1])
        np.bitwise_or(labels, np.int16(SHADOW), out=labels, where=shaded)
        first = FIRST_SHIP if vessel.ship else FIRST_BOAT
        hull = _in_hull(vessel, x, y)
        np.copyto(labels, np.int16(first + vessel.colour), where=hull)
        if vessel.ship:
            along = x * math.cos(vessel.heading) + y * math.sin(vessel.heading)
            bridge = hull & (along < -0.3 * vessel.length) & (along > -0.42 * vessel.length)
            np.copyto(labels, np.int16(FIRST_BOAT), where=bridge)

    def _tank_shadow(self, tank: Tank) -> None:
        """Darken what a tank shades: its disc swept along the shadow."""
        du, dv = self.shadow[0] * tank.height_m, self.shadow[1] * tank.height_m
        r = tank.radius
        where = self._spot(
            tank.u + min(du, 0) - r, tank.v + min(dv, 0) - r,
            tank.u + max(du, 0) + r, tank.v + max(dv, 0) + r,
        )  # fmt: skip
        if where is None:
            return
        u, v = self.u[where] - np.float32(tank.u), self.v[where] - np.float32(tank.v)
        along = np.clip((u * du + v * dv) / (du * du + dv * dv), 0.0, 1.0)
        shaded = (u - along * du) ** 2 + (v - along * dv) ** 2 < r * r
        labels = self.labels[where]
        np.bitwise_or(labels, np.int16(SHADOW), out=labels, where=shaded)

    def _tank(self, tank: Tank) -> None:
        r = tank.radius
        where = self._spot(tank.u - r, tank.v - r, tank.u + r, tank.v + r)
        if where is None:
            return
        u, v = self.u[where] - np.float32(tank.u), self.v[where] - np.float32(tank.v)
        away, labels = u * u + v * v, self.labels[where]
        np.copyto(labels, np.int16(GROUND["tank_rim"]), where=away < r * r)
        np.copyto(labels, np.int16(GROUND["tank"]), where=away < (r - 1.6) ** 2)

    def _spot(self, u0: float, v0: float, u1: float, v1: float) -> tuple[slice, slice] | None:
        """Return the rows and columns around a box in (u, v), or None when it is elsewhere."""
        corners = [self.plan.point(u, v) for u in (u0, u1) for v in (v0, v1)]
        x, y = zip(*corners, strict=True)
        return self._clip(min(x) - 2, min(y) - 2, max(x) + 2, max(y) + 2)

    def _clip(self, x0: float, y0: float, x1: float, y1: float) -> tuple[slice, slice] | None:
        col0, row0 = max(int(x0) - self.origin[0] - 1, 0), max(int(y0) - self.origin[1] - 1, 0)
        col1, row1 = int(x1) - self.origin[0] + 2, int(y1) - self.origin[1] + 2
        if col1 <= 0 or row1 <= 0 or col0 >= len(self.x) or row0 >= len(self.y):
            return None
        return slice(row0, row1), slice(col0, col1)

    def _fill(self, box: Box, label: int) -> None:
        where = self._spot(*box)
        if where is not None:
            u, v = self.u[where], self.v[where]
            inside = (u >= box.u0) & (u < box.u1) & (v >= box.v0) & (v < box.v1)
            np.copyto(self.labels[where], np.int16(label), where=inside)

    def _area(self, area: Area) -> None:
        if area.shape == "box":
            self._fill(area.box, area.ground)
            return
        where = self._spot(*area.box)
        if where is not None:
            (u, v), a, b = area.box.middle, area.box.width / 2, area.box.depth / 2
            inside = ((self.u[where] - u) / a) ** 2 + ((self.v[where] - v) / b) ** 2 < 1.0
            np.copyto(self.labels[where], np.int16(area.ground), where=inside)

    def _cast(self, box: Box, height_m: float) -> None:
        """Darken what a box of a height shades: the box swept along the shadow."""
        du, dv = self.shadow[0] * height_m, self.shadow[1] * height_m
        where = self._spot(
            min(box.u0, box.u0 + du),
            min(box.v0, box.v0 + dv),
            max(box.u1, box.u1 + du),
            max(box.v1, box.v1 + dv),
        )
        if where is None:
            return
        u, v = self.u[where] - np.float32(box.middle[0]), self.v[where] - np.float32(box.middle[1])
        a, b = box.width / 2, box.depth / 2
        shaded = (np.abs(u - du / 2) < a + abs(du) / 2) & (np.abs(v - dv / 2) < b + abs(dv) / 2)
        shaded &= np.abs(u * np.float32(dv) - v * np.float32(du)) < a * abs(dv) + b * abs(du)
        labels = self.labels[where]
        np.bitwise_or(labels, np.int16(SHADOW), out=labels, where=shaded)

    def _tree_shadow(self, tree: Tree) -> None:
        height = 0.5 + 0.42 * tree.radius
        self._disc(tree, height * self.shadow[0], height * self.shadow[1], shadow=True)

    def _crown(self, tree: Tree) -> None:
        self._disc(tree, 0.0, 0.0, shadow=False)

    def _disc(self, tree: Tree, du: float, dv: float, *, shadow: bool) -> None:
        u0, v0, r = tree.u + du, tree.v + dv, tree.radius
        where = self._spot(u0 - r, v0 - r, u0 + r, v0 + r)
        if where is None:
            return
        u, v = self.u[where] - np.float32(u0), self.v[where] - np.float32(v0)
        inside, labels = u * u + v * v < np.float32(r * r), self.labels[where]
        if shadow:
            np.bitwise_or(labels, np.int16(SHADOW), out=labels, where=inside)
            return
        length = math.hypot(*self.shadow)
        toward = u * np.float32(self.shadow[0] / length) + v * np.float32(self.shadow[1] / length)
        first = FIRST_CROWN + 3 * tree.crown
        sides = first + (toward > -0.25 * r).astype(np.int16) + (toward > 0.45 * r)
        np.copyto(labels, sides, where=inside)

    def _roof(self, building: Building) -> None:
        roof, tone = divmod(building.roof, 3)
        lit, dark = roof_label(roof, tone, lit=True), roof_label(roof, tone, lit=False)
        for part in building.parts:
            self._fill(part, lit)
            if not building.gable:
                continue
            u, v = part.middle
            if part.width >= part.depth:
                self._fill(part._replace(v0=v) if self.shadow[1] > 0 else part._replace(v1=v), dark)
            else:
                self._fill(part._replace(u0=u) if self.shadow[0] > 0 else part._replace(u1=u), dark)
        for fitting in building.fittings:
            self._fill(fitting, GROUND["fitting"])


def _in_hull(
    vessel: Vessel, x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]
) -> NDArray[np.bool_]:
    """Tell which places, from a vessel's middle, lie in its hull: straight, with a pointed bow."""
    cos, sin = math.cos(vessel.heading), math.sin(vessel.heading)
    a, b = vessel.length / 2, vessel.width / 2
    along, across = x * cos + y * sin, np.abs(y * cos - x * sin)
    taper = np.clip((a - along) / (0.8 * a), 0.0, 1.0)
    return np.asarray((along >= -a) & (across < b * taper))


def _sum(of_rows: NDArray[np.floating[Any]], of_columns: NDArray[np.floating[Any]]) -> Floats32:
    """Return what each pixel gets from its row and its column."""
    return of_rows[:, None].astype(np.float32) + of_columns.astype(np.float32)
