"""The labels of streets, their crossings and gaps, and of the ground between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from world.palette import GROUND
from world.plan import STREETS_U, STREETS_V
from world.town import Town

Labels = NDArray[np.int16]


class StreetLabels:
    """The labels of strips: streets, their crossings and gaps, and the ground of blocks."""

    def __init__(self, town: Town, date: int) -> None:
        self.town, self.plan, self.date = town, town.plan, date

    def table(self, first_u: int, first_v: int, wide: int, high: int) -> Labels:
        """Return labels of (strip along v, strip along u)."""
        return np.array(
            [[self._label(first_u + a, first_v + b) for a in range(wide)] for b in range(high)],
            np.int16,
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
            deck = self.plan.crosses_water(i, j)
            return self._block(i, j) if gap else self._lane(zone_v, i, j, deck=deck)
        return self._crossing(i, j, zone_u, zone_v)

    def _block(self, i: int, j: int) -> int:
        return self.town.block(i, j).ground[self.date]

    def _lane(self, zone: int, i: int, j: int, *, deck: bool) -> int:
        if zone in (0, 4):
            rural = self.plan.urbanity(i, j) < 0.3
            return GROUND["deck_rim" if deck else "bank" if rural else "sidewalk"]
        if deck:
            return GROUND["deck"]
        return GROUND["line" if zone == 2 else "asphalt"]

    def _crossing(self, i: int, j: int, zone_u: int, zone_v: int) -> int:
        left, right = (self.plan.is_gap(n, j, False) for n in (i - 1, i))
        up, down = (self.plan.is_gap(i, n, True) for n in (j - 1, j))
        deck = self.plan.crosses_water(i, j) or self.plan.crosses_water(i - 1, j)
        if left and right and up and down:
            return self._block(i, j)
        if up and down:
            return self._lane(zone_v, i, j, deck=deck)
        if left and right:
            return self._lane(zone_u, i, j, deck=False)
        corner = zone_u in (0, 4) and zone_v in (0, 4)
        closed = (
            (zone_u == 0 and left)
            or (zone_u == 4 and right)
            or (zone_v == 0 and up)
            or (zone_v == 4 and down)
        )
        if corner or closed:
            return self._lane(0, i, j, deck=deck)
        return GROUND["deck" if deck else "asphalt"]
