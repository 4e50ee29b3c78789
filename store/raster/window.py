"""Windows: half-open boxes of whole pixels, and tilings made of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple


class Window(NamedTuple):
    """A half-open box of whole pixels, from the outer corner of its upper-left pixel."""

    col0: int
    row0: int
    col1: int
    row1: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.col1 - self.col0

    @property
    def height(self) -> int:
        """Rows."""
        return self.row1 - self.row0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as arrays have them."""
        return self.height, self.width

    @property
    def size(self) -> int:
        """Number of pixels."""
        return max(self.width, 0) * max(self.height, 0)

    def clipped(self, within: tuple[int, int]) -> Window:
        """Return the part within an image of (rows, columns); empty when there is none."""
        col0, row0 = min(max(self.col0, 0), within[1]), min(max(self.row0, 0), within[0])
        return Window(
            col0, row0, max(min(self.col1, within[1]), col0), max(min(self.row1, within[0]), row0)
        )

    def grown(self, by: int, within: tuple[int, int]) -> Window:
        """Return the window with a margin, cut at the edges of an image of (rows, columns)."""
        return Window(self.col0 - by, self.row0 - by, self.col1 + by, self.row1 + by).clipped(
            within
        )

    def inside(self, outer: Window) -> tuple[slice, slice]:
        """Return the slices that cut this window out of an array that covers `outer`."""
        return (
            slice(self.row0 - outer.row0, self.row1 - outer.row0),
            slice(self.col0 - outer.col0, self.col1 - outer.col0),
        )


class Tile(NamedTuple):
    """One piece of a tiling: the core is this piece alone, the outer window has a margin."""

    core: Window
    outer: Window


def tiling(
    within: Window, block: tuple[int, int], image: tuple[int, int], *, max_px: int, halo: int = 0
) -> Iterator[Tile]:
    """Yield row-major tiles that cover a window exactly once, cut at multiples of the block.

    Args:
        within: What to cover.
        block: Columns and rows of a block of the file.
        image: Rows and columns of the whole image; halos are cut at its edges.
        max_px: Most pixels of a core, where a single block is not more.
        halo: Margin of the outer window in pixels.
    """
    across, down = _steps(block, within, max_px)
    for row in _cuts(within.row0, within.row1, down):
        for col in _cuts(within.col0, within.col1, across):
            core = Window(col[0], row[0], col[1], row[1])
            yield Tile(core, core.grown(halo, image))


def _steps(block: tuple[int, int], within: Window, max_px: int) -> tuple[int, int]:
    """Return columns and rows of a tile: whole blocks, about square, or whole rows of strips."""
    across, down = min(block[0], within.width), min(block[1], within.height)
    if across * down >= max_px:
        # One block is too large: cut it into pieces, whole rows of it first.
        return across, max(1, min(down, max_px // max(across, 1)))
    if block[0] >= within.width:
        return across, down * max(1, max_px // (across * down))
    side = math.isqrt(max_px)
    wide = max(1, min(side // across, math.ceil(within.width / across))) * across
    return wide, max(1, max_px // (wide * down)) * down


def _cuts(start: int, stop: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield the half-open pieces of a range that end at multiples of the step."""
    while start < stop:
        end = min((start // step + 1) * step, stop)
        yield start, end
        start = end
