"""Finding everything in a scene that looks like the examples, best first, by windows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.raster.window import Window
from tools.counting.cells import CELL, MARGIN_CELLS, Cells, cells
from tools.counting.contract import Candidates
from tools.counting.lattice import Lattice
from tools.counting.seams import apart
from tools.counting.template import Template

TILE_CELLS = 192
LOWEST = 1.0
"""Scores below this are not kept; the unit is the spread of scores of empty ground, about."""
_POOL = 60_000
_HELD = 20_000


@dataclass(frozen=True)
class _Span:
    """Window positions, in cells of the lattice, whose centres lie within a part of the scene."""

    col0: int
    row0: int
    col1: int
    row1: int

    def tiles(self, side: int) -> Iterator[_Span]:
        """Yield pieces that cover the span once."""
        for row in range(self.row0, self.row1, side):
            for col in range(self.col0, self.col1, side):
                yield _Span(col, row, min(col + side, self.col1), min(row + side, self.row1))


def rank(
    lattice: Lattice,
    template: Template,
    within: Window,
    limit: int,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda share: None,
    tile_cells: int = TILE_CELLS,
) -> Candidates:
    """Return the places whose centres lie in a window, best first, at most `limit` of them.

    Args:
        lattice: The scene at the template's scale.
        template: What is sought.
        within: Where, in native pixels.
        limit: Most candidates.
        check: Called before each tile; it raises to stop.
        progress: Told the share that is done.
        tile_cells: Cells along a tile; the result does not depend on it.
    """
    span = _span(lattice, template, within)
    total = max(1, (span.col1 - span.col0) * (span.row1 - span.row0))
    pool: list[Candidates] = []
    done = 0
    for tile in span.tiles(tile_cells):
        check()
        pool.append(_peaks(lattice, template, tile, within))
        if sum(map(len, pool)) > _POOL:
            pool = [_best_of(pool)]
        done += (tile.col1 - tile.col0) * (tile.row1 - tile.row0)
        progress(done / total)
    return apart(_best_of(pool), limit=limit)


def _best_of(pool: list[Candidates]) -> Candidates:
    """Return the best of all; taking them time and again gives the same as taking them once."""
    ranked = Candidates.joined(pool).ranked()
    return ranked.take(range(min(_HELD, len(ranked))))


def _span(lattice: Lattice, template: Template, within: Window) -> _Span:
    """Return the positions of windows that have, or border on, their centre within."""
    to_cell = lattice.scale / CELL
    half = template.shape.side / 2
    return _Span(
        math.floor(within.col0 * to_cell - half) - 1,
        math.floor(within.row0 * to_cell - half) - 1,
        math.ceil(within.col1 * to_cell - half) + 1,
        math.ceil(within.row1 * to_cell - half) + 1,
    )


def _peaks(lattice: Lattice, template: Template, tile: _Span, within: Window) -> Candidates:
    """Return the local maxima of the score in a tile, placed to a fraction of a cell."""
    best, turn = _best(lattice, template, tile)
    core = best[1:-1, 1:-1]
    peak = core > LOWEST
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            near = best[1 + down : best.shape[0] - 1 + down, 1 + right : best.shape[1] - 1 + right]
            # Of equal neighbours the first, in reading order, is the peak.
            peak &= core > near if (down, right) < (0, 0) else core >= near
    rows, cols = np.nonzero(peak)
    side = template.shape.side
    row, col = rows + 1, cols + 1
    down_by = _vertex(best[row - 1, col], best[row, col], best[row + 1, col])
    right_by = _vertex(best[row, col - 1], best[row, col], best[row, col + 1])
    to_native = CELL / lattice.scale
    centres = np.stack(
        [
            (tile.col0 + cols + right_by + side / 2) * to_native,
            (tile.row0 + rows + down_by + side / 2) * to_native,
        ],
        axis=1,
    )
    count = len(rows)
    found = Candidates(
        centres,
        np.full(count, template.shape.length_px),
        np.full(count, template.shape.width_px),
        template.angles[turn[row, col]],
        best[row, col].astype(np.float64),
    )
    return found.within(within)


def _vertex(
    before: NDArray[np.float32], at: NDArray[np.float32], after: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return where a parabola through three neighbours has its top, from the middle one."""
    bend = before.astype(np.float64) - 2.0 * at + after
    top = 0.5 * (before.astype(np.float64) - after) / np.where(bend < -1e-6, bend, -1.0)
    return np.where(bend < -1e-6, np.clip(top, -0.5, 0.5), 0.0)


def _best(
    lattice: Lattice, template: Template, tile: _Span
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the best score over all turns, and the turn, in a tile and one position around it."""
    side = template.shape.side
    rows, cols = tile.row1 - tile.row0 + 2, tile.col1 - tile.col0 + 2
    margin = MARGIN_CELLS
    col0, row0 = tile.col0 - 1 - margin, tile.row0 - 1 - margin
    planes = lattice.planes(
        col0 * CELL, row0 * CELL,
        (col0 + cols + side - 1 + 2 * margin) * CELL, (row0 + rows + side - 1 + 2 * margin) * CELL,
    )  # fmt: skip
    grid = cells(planes)[margin:-margin, margin:-margin]
    scores = template.scores(_sums(grid, template.weights, rows, cols))
    turn = scores.argmax(axis=2)
    return np.take_along_axis(scores, turn[:, :, None], axis=2)[:, :, 0], turn


def _sums(grid: Cells, weights: NDArray[np.float32], rows: int, cols: int) -> NDArray[np.float32]:
    """Return the sum of products of each window with each turn's weights: (rows, cols, turns).

    One matrix product a line of cells gives what that line adds to all windows it lies in.
    """
    turns, side, _, values = weights.shape
    by_line = weights.transpose(2, 3, 1, 0).reshape(side * values, side * turns)
    by_line = np.ascontiguousarray(by_line)
    strides = grid.strides
    total = np.zeros((rows, cols, turns), np.float32)
    for line in range(grid.shape[0]):
        windows = np.lib.stride_tricks.as_strided(
            grid[line], (cols, side * values), (strides[1], strides[2]), writeable=False
        )
        added = (windows @ by_line).reshape(cols, side, turns)
        first, last = max(0, line - rows + 1), min(side - 1, line)
        for inside in range(first, last + 1):
            total[line - inside] += added[:, inside]
    return total
