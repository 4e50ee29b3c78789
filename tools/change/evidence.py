"""What speaks for a change on the ground, and what light alone could do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.change.contract import Bands, Floats, Mask, Plane, Views
from tools.change.gradients import Orientations, block_sums, brightness, gradient
from tools.change.lattice import BLOCK_PX, Cells

RIM_PX = 4
FEWEST_PX = 24
REACH_PX = 8  # how far a pixel's evidence depends on the mask around it
_APART = 0.7  # 1 when the gradients are independent, 0 when one factor explains both
_ROUGH = 0.03  # per px: below it is noise
_MOST = 0.6
_LOST = 0.2
_DENSE = 0.5
_FORMERLY = 0.3
_ALL_PARALLEL = 0.9
_GLARING = 0.9
_TEXTURED_LINES = 0.2
_FEWEST_CELLS = 4


@dataclass(frozen=True, slots=True)
class GroundTest:
    """Counts changed pixels per block whose texture was replaced, which light cannot do.

    Light multiplies: under a shadow, another exposure or a soft gradient the log-ratio of the two
    dates is flat although both have texture. Where the ground itself is another one, the
    gradient of the log-ratio is as large as those of both dates together. Most pixels of a
    block have to show it, inside the mask and off its rim, where a shadow has its edge.
    """

    dark: float  # added before the logarithm, in units of brightness
    levels: tuple[float, float]  # dark levels subtracted before: with path radiance and without

    def __call__(self, a: Bands, b: Bands, mask: Mask) -> Floats:
        """Replaced pixels per block of a window (b normalised onto a)."""
        core = self.core(mask)
        count = block_sums_padded(core)
        if not core.any():
            return count
        replaced = block_sums_padded(core & self._independent(brightness(a), brightness(b)))
        ground = (replaced >= _MOST * count) & (count >= FEWEST_PX)
        return np.where(ground, count, np.float32(0.0))

    def core(self, mask: Mask) -> Mask:
        """The mask off its rim."""
        core: Mask = ndimage.binary_erosion(mask, np.ones((3, 3)), RIM_PX, border_value=1)
        return core

    def _independent(self, a: Plane, b: Plane) -> Mask:
        """Pixels at which no local factor carries one date into the other."""
        found = np.ones(a.shape, bool)
        for level in self.levels:
            log_a, log_b = (np.log(np.maximum(p - level, 0.0) + self.dark) for p in (a, b))
            (down_a, across_a), (down_b, across_b) = gradient(log_a), gradient(log_b)
            both = np.hypot(np.hypot(down_a, across_a), np.hypot(down_b, across_b))
            apart = np.hypot(down_b - down_a, across_b - across_a)
            found &= apart > np.maximum(_APART * both, _ROUGH)
        return found


def block_sums_padded(plane: NDArray[Any]) -> Floats:
    """Block sums in which a cut block at the far edge counts as one."""
    rows, cols = (-plane.shape[0] % BLOCK_PX, -plane.shape[1] % BLOCK_PX)
    return block_sums(np.pad(plane.astype(np.float32), ((0, rows), (0, cols))), BLOCK_PX)


def new_structure(cells: Cells) -> tuple[Mask, Mask]:
    """Cells where straight edges appeared, and where they went, on ground without any.

    Over 3 x 3 cells, edge directions must have lost all likeness, one date must be full of long
    straight edges, the other must have had hardly any, and must not glare (a cloud or a burnt-out
    roof shows no edges either).
    """
    lost = (around(cells.agreement) < _LOST) & cells.valid
    a, b = around(cells.lines_a), around(cells.lines_b)
    return (
        lost & _built(b, a, around(cells.bright_a)),
        lost & _built(a, b, around(cells.bright_b)),
    )


def _built(now: Floats, then: Floats, bright_then: Floats) -> Mask:
    """Whether one date is built up and the other was not."""
    return (now > _DENSE) & (then < _FORMERLY * now) & (bright_then < _GLARING)


def around(cells: NDArray[Any]) -> NDArray[Any]:
    """Mean over 3 x 3 cells."""
    mean: NDArray[Any] = ndimage.uniform_filter(cells, 3, mode="nearest")
    return mean


def largest_cluster(weights: Floats) -> float:
    """Largest sum over an eight-connected cluster of cells that are not zero."""
    labels, found = ndimage.label(weights != 0, np.ones((3, 3)))
    return float(np.bincount(labels.ravel(), weights.ravel())[1:].max()) if found else 0.0


def largest_crossing(marked: Mask, lines: Floats, turn: Orientations) -> int:
    """Cells in the largest cluster whose straight edges are not all parallel.

    Ploughing, a road or a row of crops is parallel; the walls of buildings are not.
    """
    labels, found = ndimage.label(marked, np.ones((3, 3)))
    if not found:
        return 0
    flat = labels.ravel()
    length = np.bincount(flat, lines.ravel())
    real, imaginary = (np.bincount(flat, part.ravel()) for part in (turn.real, turn.imag))
    crossing = np.hypot(real, imaginary) < _ALL_PARALLEL * length
    crossing[0] = False
    return int(np.bincount(flat)[crossing].max()) if crossing.any() else 0


def sharpness(samples: Sequence[Views], side: int) -> float:
    """Detail of about one px over detail of about three px, of one image (side 0 or 1).

    About 0.5 to 1 for sharp images and 2 for speckle; resampling from coarser pixels, or blur,
    lowers it several times over.
    """
    fine, coarse = 0.0, 0.0
    for view in samples:
        plane = brightness(view.b if side else view.a)
        eased = [ndimage.gaussian_filter(plane, sigma) for sigma in (0.7, 1.4, 4.0)]
        fine += float(np.abs(plane - eased[0])[view.valid].sum())
        coarse += float(np.abs(eased[1] - eased[2])[view.valid].sum())
    return fine / max(coarse, 1e-9)


def common_agreement(samples: Sequence[Cells]) -> float | None:
    """Median agreement of edge directions where both dates have lines; None without cells."""
    if not samples:
        return None
    agreement = np.concatenate([c.agreement.ravel() for c in samples])
    lines = np.concatenate([np.minimum(c.lines_a, c.lines_b).ravel() for c in samples])
    valid = np.concatenate([c.valid.ravel() for c in samples])
    lined = valid & (lines > _TEXTURED_LINES)
    use = lined if lined.sum() >= _FEWEST_CELLS else valid
    return float(np.median(agreement[use])) if use.any() else None
