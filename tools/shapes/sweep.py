"""Going over a canvas window by window, and putting together what the windows gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tools.contract import Bench
from tools.counting.contract import Candidates
from tools.shapes.looks import Canvas, Look, Piece

Finder = Callable[[Look, Piece], Sequence[Candidates]]


def sweep(
    bench: Bench, canvas: Canvas, margin_px: int, find: Finder, core_px: int | None = None
) -> list[Candidates]:
    """Return what a finder gives over all windows: for each of its answers, all marks joined.

    Each window's finder gives only marks whose centre lies in the core, so nothing is found twice.
    """
    pieces = canvas.pieces(margin_px, core_px)
    found: list[Sequence[Candidates]] = []
    for done, piece in enumerate(pieces):
        bench.check()
        found.append(find(canvas.look(piece.outer), piece))
        bench.progress((done + 1) / len(pieces), "looking for shapes")
    return [Candidates.joined(parts) for parts in zip(*found, strict=True)]


def scaled(found: Candidates, step: int) -> Candidates:
    """Return marks of working pixels in native pixels."""
    return Candidates(
        found.centres * step,
        np.maximum(found.length_px * step, 1e-6),
        np.maximum(found.width_px * step, 1e-6),
        found.angle_rad,
        found.score,
    )
