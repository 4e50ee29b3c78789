"""The plain baseline that other ways of counting are held against: blobs of a kind's size."""

from __future__ import annotations

import math

import numpy as np

from store.raster import SceneReader, Window
from tools.concepts import Concept
from tools.contract import Bench
from tools.counting.contract import Candidates
from tools.counting.seams import apart
from tools.shapes.blobs import NEAREST, REACH_PX, alignment_px, find_blobs, octaves_for
from tools.shapes.kinds import kind_of, sizes_m
from tools.shapes.looks import Canvas, Look, Piece
from tools.shapes.resolvable import resolution_of
from tools.shapes.sweep import scaled, sweep

_THRESHOLD = 14.0
"""Grey levels of a difference of Gaussians: one setting for every kind."""
_WORK_PX = 4.0
"""Working pixels across the short side of a small one."""
_MOST_OCTAVES = 6
_ROOT_2 = math.sqrt(2.0)


def plain_blobs(
    bench: Bench,
    reader: SceneReader,
    concept: Concept,
    within: Window | None = None,
    core_px: int = 1024,
) -> Candidates:
    """Return bright and dark blobs whose size fits a kind, in native pixels, best first.

    Args:
        bench: Whose limits are kept at each window.
        reader: The open scene.
        concept: A concept with a size.
        within: Where to look, in native pixels; by default everywhere.
        core_px: Side of a window in working pixels; the result does not depend on it.
    """
    fine, size = resolution_of(reader, concept.plural), sizes_m(concept)
    if size is None:
        raise ValueError(f"the concept {concept.id} has no size to look for")
    ratio = sum(kind_of(concept).ratio) / 2
    canvas = Canvas(reader, fine.gsd_m, size[0] * ratio / _WORK_PX, within)
    least, most = (math.sqrt(ratio) * length / canvas.gsd_m / (2 * _ROOT_2) for length in size)
    first, last = octaves_for(max(least, 1.0), max(most, 1.0))
    octaves = first, min(last, first + _MOST_OCTAVES)
    step = alignment_px(octaves)
    side = max(step, core_px // step * step)
    margin = -(-REACH_PX * step // step) * step

    def find(look: Look, piece: Piece) -> list[Candidates]:
        return [_both(look, piece, octaves)]

    found = sweep(bench, _aligned(canvas, step), margin, find, side)[0]
    part = (within or reader.whole).clipped(reader.shape)
    return scaled(apart(found, NEAREST), canvas.step).within(part).ranked()


def _aligned(canvas: Canvas, step: int) -> Canvas:
    """Begin the windows of a canvas at multiples of the coarsest octave's pixels."""
    part = canvas.within
    canvas.within = Window(part.col0 // step * step, part.row0 // step * step, part.col1, part.row1)
    return canvas


def _both(look: Look, piece: Piece, octaves: tuple[int, int]) -> Candidates:
    """Return bright and dark blobs whose centre is in the core."""
    bright, parts = look.brightness, []
    for plane in (bright, -bright):
        blobs = find_blobs(plane, octaves, _THRESHOLD, piece.outer[:2])
        size = blobs.sigma * 2 * _ROOT_2
        centres = np.stack([blobs.cols, blobs.rows], axis=1)
        found = Candidates(centres, size, size, np.zeros(len(size)), blobs.response)
        parts.append(found.within(piece.core))
    return Candidates.joined(parts)
