"""What speaks for a change on the ground, and what light alone could do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tools.change.contract import Bands, Floats, Mask
from tools.change.gradients import block_sums
from tools.change.lattice import BLOCK_PX, Cells

_LIGHT_SPREAD = 0.2  # of the log-ratio within a block
_FEWEST_PX = 6
_LOST = 0.2
_DENSE = 0.8
_FORMERLY = 0.3
_ALL_PARALLEL = 0.9
_GLARING = 0.9
_TEXTURED_LINES = 0.2


@dataclass(frozen=True, slots=True)
class LightTest:
    """Counts changed pixels that no shadow and no other exposure would explain, per block.

    A shadow multiplies all bands by about the same factor, so within a block the log-ratio of
    pixels that darkened (or brightened) has one sign in all bands and hardly varies.
    """

    low: Floats  # (bands,) dark level of the first image
    span: Floats  # (bands,) range of the first image

    def __call__(self, a: Bands, b: Bands, mask: Mask) -> Floats:
        """Unexplained pixels per block of a window (b normalised onto a)."""
        ratio = np.stack(
            [
                np.log(_lifted(y, lo, s) / _lifted(x, lo, s))
                for x, y, lo, s in zip(a, b, self.low, self.span, strict=True)
            ]
        )
        mean = ratio.mean(axis=0)
        return sum(self._unexplained(ratio, mask & side) for side in (mean > 0, mean <= 0))

    def _unexplained(self, ratio: Bands, mask: Mask) -> Floats:
        """Pixels of one sign in blocks where the log-ratio is not one factor for all bands."""
        count = _padded_sums(mask)
        enough = np.maximum(count, 1.0)
        means = [_padded_sums(band * mask) / enough for band in ratio]
        squares = [_padded_sums(band * band * mask) / enough for band in ratio]
        wild = np.max([np.sqrt(np.maximum(q - m * m, 0)) for m, q in zip(means, squares, strict=True)], axis=0)
        one_sign = (np.min(means, axis=0) > 0) | (np.max(means, axis=0) < 0)
        light = one_sign & (wild < _LIGHT_SPREAD)
        return np.where(light | (count < _FEWEST_PX), 0.0, count)


def _lifted(plane: Floats, low: float, span: float) -> Floats:
    """Brightness above the dark level, kept positive."""
    return np.maximum(plane - np.float32(low), 0.0) + np.float32(0.05 * span)


def _padded_sums(plane: Floats) -> Floats:
    """Block sums in which a cut block at the far edge counts as one."""
    rows, cols = (-plane.shape[0] % BLOCK_PX, -plane.shape[1] % BLOCK_PX)
    return block_sums(np.pad(plane.astype(np.float32), ((0, rows), (0, cols))), BLOCK_PX)


def new_structure(cells: Cells) -> tuple[Mask, Mask]:
    """Cells where straight edges appeared, and where they went, on ground without any.

    Edge directions must have lost all likeness, one date must be full of long straight edges
    that are not all parallel (ploughing is), the other must have had hardly any, and must not
    glare (a cloud or a burnt-out roof shows no edges either).
    """
    lost = (cells.agreement < _LOST) & cells.valid
    came = _built(cells.lines_b, cells.lines_a, cells.turn_b, cells.bright_a)
    went = _built(cells.lines_a, cells.lines_b, cells.turn_a, cells.bright_b)
    return lost & came, lost & went


def _built(now: Floats, then: Floats, turn: Floats, bright_then: Floats) -> Mask:
    """Whether one date is built up and the other was not."""
    return (
        (now > _DENSE)
        & (then < _FORMERLY * now)
        & (turn < _ALL_PARALLEL)
        & (bright_then < _GLARING)
    )


def largest_cluster(cells: Mask, weights: Floats | None = None) -> float:
    """Number (or weight) of cells in the largest eight-connected cluster."""
    labels, found = ndimage.label(cells, np.ones((3, 3)))
    if not found:
        return 0.0
    sizes = np.bincount(labels.ravel(), None if weights is None else weights.ravel())
    return float(sizes[1:].max())


def common_agreement(cells: Cells) -> float | None:
    """Median agreement of edge directions where there are lines to agree on; None if nowhere."""
    lined = cells.valid & (np.minimum(cells.lines_a, cells.lines_b) > _TEXTURED_LINES)
    use = lined if lined.sum() >= 4 else cells.valid
    return float(np.median(cells.agreement[use])) if use.any() else None
