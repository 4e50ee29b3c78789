"""The town as an image: any window of it, at one of two dates, equal to the same part of the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from world import texture
from world.palette import (
    FIRST_CAR,
    FIRST_CROWN,
    GROUND,
    SHADOW,
    colours,
    roof_label,
    strengths,
)
from world.plan import LARGEST_SIDE, REACH, STREETS_U, STREETS_V
from world.things import PIXEL_M, Area, Box, Building, Tree, is_there
from world.town import Town

Labels = NDArray[np.int16]
Floats32 = NDArray[np.float32]

BANDS = ("red", "green", "blue", "nir")
_HALO = 3
_CLOUD_CELL = 16
_ROWS_AT_ONCE = 64
_TALLEST_M = 14.0


@dataclass(frozen=True)
class Look:
    """How one acquisition sees the town.

    Args:
        date: 0 for the first date, 1 for the second.
        day: When it was taken.
        sun: Azimuth and elevation of the sun in degrees.
        gain: Factor of each band.
        haze: Levels added to each band.
        greenness: Factor of what plants reflect in the near infrared.
        shift: How far the image lies off its georeference, in pixels to the right and down, within 0..1.
        noise: Deviation of the sensor's noise, in levels.
        cloud: Whether a thin cloud hangs over part of it.
    """

    date: int
    day: date
    sun: tuple[float, float]
    gain: tuple[float, float, float, float] = (1.1, 1.1, 1.1, 1.1)
    haze: tuple[float, float, float, float] = (4.0, 5.0, 7.0, 2.0)
    greenness: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    noise: float = 1.6
    cloud: bool = False


BEFORE = Look(0, date(2021, 6, 14), (152.0, 55.0))
AFTER = Look(
    1, date(2023, 7, 2), (161.0, 50.0), (1.16, 1.14, 1.11, 1.14), (5.0, 6.0, 9.0, 3.0), 0.97, noise=1.8
)  # fmt: skip


class Renderer:
    """Renders windows of one acquisition of a square scene around the middle of the town.

    Args:
        town: The town.
        look: How it is seen.
        size: Columns and rows of the scene.
    """

    def __init__(self, town: Town, look: Look, size: int) -> None:
        if not 64 <= size <= LARGEST_SIDE:
            raise ValueError(f"a scene of {size} pixels a side; 64 to {LARGEST_SIDE} can be rendered")
        self.town, self.look, self.size = town, look, size
        self._half = size // 2
        self._colours = colours(look.gain, look.haze, look.greenness)
        self._fine, self._coarse, self._stripes = (strengths(which) for which in (4, 5, 6))
        self._taps = [_taps(shift) for shift in look.shift]
        self._noise = texture.sensor_noise(look.date, look.noise)

    def window(self, col0: int, row0: int, col1: int, row1: int) -> NDArray[np.uint8]:
        """Return (band, row, column) of a window, half-open, in pixels of the scene."""
        x0, y0 = col0 - self._half - _HALO, row0 - self._half - _HALO
        x1, y1 = col1 - self._half + _HALO, row1 - self._half + _HALO
        labels = _Painter(self.town, self.look, x0, y0, x1, y1).paint()
        out = np.empty((4, row1 - row0, col1 - col0), np.uint8)
        for row in range(0, row1 - row0, _ROWS_AT_ONCE):
            last = min(row + _ROWS_AT_ONCE, row1 - row0)
            self._develop(labels[row : last + 2 * _HALO], x0, y0 + row, out[:, row:last])
        return out

    def _develop(self, labels: Labels, x0: int, y0: int, out: NDArray[np.uint8]) -> None:
        """Turn labels into levels: colour, texture, blur, noise."""
        at = labels.astype(np.intp)
        y1, x1 = y0 + labels.shape[0], x0 + labels.shape[1]
        detail = self._fine[at] * texture.fine().window(x0, y0, x1, y1)
        detail += self._coarse[at] * texture.coarse().window(x0, y0, x1, y1)
        detail >>= 5
        forest = labels & (SHADOW - 1) == GROUND["forest"]
        if forest.any():
            detail += np.where(forest, texture.canopy().window(x0, y0, x1, y1), 0)
        rows = slice(_HALO, -_HALO)
        inner = (x0 + _HALO, y0 + _HALO, x1 - _HALO, y1 - _HALO)
        cloud = self._cloud(*inner) if self.look.cloud else None
        for band in range(4):
            level = self._colours[band][at]
            level += detail if band != 3 else detail + (detail >> 1)
            blurred = _blur(_blur(level, self._taps[1], 0)[rows], self._taps[0], 1)[:, rows]
            blurred += self._noise[band].window(*inner)
            if cloud is not None:
                blurred = np.rint(blurred + (np.float32(225 - 12 * (band == 3)) - blurred) * cloud).astype(np.int16)
            np.clip(blurred, 0, 255, out=blurred)
            out[band] = blurred

    def _cloud(self, x0: int, y0: int, x1: int, y1: int) -> Floats32:
        """Return how white the cloud is, in [0, 1], bilinear between its cells."""
        cells = texture.clouds(self.town.seed % 7)
        side = len(cells)
        x, y = (np.arange(a, b) / _CLOUD_CELL for a, b in ((x0, x1), (y0, y1)))
        left, top = np.floor(x).astype(int), np.floor(y).astype(int)
        fx, fy = x - left, (y - top)[:, None]
        rows, next_rows, cols, next_cols = (n % side for n in (top, top + 1, left, left + 1))
        upper = cells[np.ix_(rows, cols)] * (1 - fx) + cells[np.ix_(rows, next_cols)] * fx
        lower = cells[np.ix_(next_rows, cols)] * (1 - fx) + cells[np.ix_(next_rows, next_cols)] * fx
        return np.asarray(upper * (1 - fy) + lower * fy, np.float32)


def _taps(shift: float) -> tuple[int, int, int, int]:
    """Return a 1 2 1 blur moved by part of a pixel, in sixty-fourths, from the nearest on."""
    blur = np.array([16.0, 32.0, 16.0, 0.0])
    moved = np.rint(blur * (1 - shift) + np.roll(blur, 1) * shift)
    moved[1] += 64 - moved.sum()
    first, second, third, fourth = (int(tap) for tap in moved)
    return first, second, third, fourth


def _blur(level: NDArray[np.int16], taps: tuple[int, int, int, int], axis: int) -> NDArray[np.int16]:
    """Return the weighted sum of neighbours along an axis; edges of one pixel and two are not valid."""
    level = level if axis == 0 else level.T
    out = np.empty_like(level, order="K")
    inner = out[2:-1]
    np.multiply(level[3:], taps[0], out=inner)
    for place, tap in enumerate(taps[1:], start=1):
        if tap:
            inner += level[3 - place : -place] * np.int16(tap)
    inner += 32
    inner >>= 6
    return out if axis == 0 else out.T


class _Painter:
    """Paints the labels of one window: ground, water, areas, shadows, cars, buildings, trees."""

    def __init__(self, town: Town, look: Look, x0: int, y0: int, x1: int, y1: int) -> None:
        self.town, self.plan, self.look = town, town.plan, look
        self.origin = x0, y0
        self.x, self.y = np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5
        self.blocks = town.blocks_in(x0, y0, x1, y1)
        plan = self.plan
        self.v: Floats32 = (self.y * plan.cos)[:, None].astype(np.float32) - (self.x * plan.sin).astype(np.float32)
        row = (self.v + np.float32(REACH)).astype(np.intp)
        self.u: Floats32 = (self.y * plan.sin)[:, None].astype(np.float32) + (self.x * plan.cos).astype(np.float32)
        self.u += plan.bend_table[row]
        self._strip_rows = plan.strips_v[row]
        self._strip_columns = plan.strips_u[(self.u + np.float32(REACH)).astype(np.intp)]
        self.labels = self._ground()
        azimuth, elevation = (math.radians(angle) for angle in look.sun)
        per_metre = 1.0 / math.tan(elevation) / PIXEL_M
        dx, dy = -math.sin(azimuth) * per_metre, math.cos(azimuth) * per_metre
        self.shadow = dx * plan.cos + dy * plan.sin, dy * plan.cos - dx * plan.sin
        self.sunny_u = self.shadow[0] < 0

    def paint(self) -> Labels:
        """Return the labels of the window."""
        date = self.look.date
        here = [block for block in self.blocks if block.use not in ("field", "forest") or block.trees]
        for block in here:
            for area in block.areas:
                if is_there(area.lives, date):
                    self._area(area)
        self._water()
        buildings = [b for block in here for b in block.buildings if is_there(b.lives, date)]
        trees = [t for block in here for t in block.trees if is_there(t.lives, date)]
        for block in here:
            for car in self.town.cars(block.i, block.j, date):
                self._fill(car.box, FIRST_CAR + car.colour)
        for building in buildings:
            for part in building.parts:
                self._cast(part, building.height_m)
        for tree in trees:
            self._tree_shadow(tree)
        for building in buildings:
            self._roof(building)
        for tree in trees:
            self._crown(tree)
        return self.labels

    def _ground(self) -> Labels:
        """Return the labels of streets and blocks: a table over the strips, looked up for each pixel."""
        first = int(self._strip_columns.min()), int(self._strip_rows.min())
        wide = int(self._strip_columns.max()) - first[0] + 1
        high = int(self._strip_rows.max()) - first[1] + 1
        table = _Streets(self.town, self.look.date).table(*first, wide, high)
        at = (self._strip_rows - first[1]) * wide + (self._strip_columns - first[0])
        return table.ravel()[at]

    def _water(self) -> None:
        river, (x0, y0) = self.plan.river, self.origin
        rows = slice(y0 + REACH, y0 + REACH + len(self.y))
        middle, half = river.middle[rows], river.half[rows]
        deck = None
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

    def _spot(self, u0: float, v0: float, u1: float, v1: float) -> tuple[slice, slice] | None:
        """Return the rows and columns around a box in (u, v), or None when none are in the window."""
        point = self.plan.point
        (xa, ya), (xb, yb), (xc, yc), (xd, yd) = point(u0, v0), point(u1, v0), point(u1, v1), point(u0, v1)
        left, right = min(xa, xb, xc, xd), max(xa, xb, xc, xd)
        top, bottom = min(ya, yb, yc, yd), max(ya, yb, yc, yd)
        return self._clip(left - 2, top - 2, right + 2, bottom + 2)

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
            min(box.u0, box.u0 + du), min(box.v0, box.v0 + dv), max(box.u1, box.u1 + du), max(box.v1, box.v1 + dv)
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


class _Streets:
    """The labels of strips: streets, their crossings and gaps, and the ground of blocks."""

    def __init__(self, town: Town, date: int) -> None:
        self.town, self.plan, self.date = town, town.plan, date

    def table(self, first_u: int, first_v: int, wide: int, high: int) -> Labels:
        """Return labels of (strip along v, strip along u)."""
        return np.array(
            [[self._label(first_u + a, first_v + b) for a in range(wide)] for b in range(high)], np.int16
        )

    def _label(self, strip_u: int, strip_v: int) -> int:
        (i, zone_u), (j, zone_v) = divmod(strip_u, 6), divmod(strip_v, 6)
        i, j = i - STREETS_U, j - STREETS_V
        if zone_u == 5 and zone_v == 5:
            return self._block(i, j)
        if zone_v == 5:
            gap = self.plan.is_gap(i, j, True)
            return self._block(i, j) if gap else self._lane(zone_u, i, j, deck=False)
        if zone_u == 5:
            gap = self.plan.is_gap(i, j, False)
            return self._block(i, j) if gap else self._lane(zone_v, i, j, deck=self.plan.has_bridge(j))
        return self._crossing(i, j, zone_u, zone_v)

    def _block(self, i: int, j: int) -> int:
        return self.town.block(i, j).ground[self.date]

    def _lane(self, zone: int, i: int, j: int, *, deck: bool) -> int:
        if zone in (0, 4):
            rural = self.plan.urbanity(i, j) < 0.3
            return GROUND["deck_rim" if deck else "bank" if rural else "sidewalk"]
        return GROUND["line" if zone == 2 and not deck else "deck" if deck else "asphalt"]

    def _crossing(self, i: int, j: int, zone_u: int, zone_v: int) -> int:
        left, right = (self.plan.is_gap(n, j, False) for n in (i - 1, i))
        up, down = (self.plan.is_gap(i, n, True) for n in (j - 1, j))
        deck = self.plan.has_bridge(j)
        if left and right and up and down:
            return self._block(i, j)
        if up and down:
            return self._lane(zone_v, i, j, deck=deck)
        if left and right:
            return self._lane(zone_u, i, j, deck=False)
        corner = zone_u in (0, 4) and zone_v in (0, 4)
        closed = (zone_u == 0 and left) or (zone_u == 4 and right) or (zone_v == 0 and up) or (zone_v == 4 and down)
        if corner or closed:
            return self._lane(0, i, j, deck=deck)
        return GROUND["deck" if deck else "asphalt"]


