"""A score for fine pixels in other light: spectral change where structure changed as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.change.contract import Plane, Views, Window
from tools.change.evidence import around
from tools.change.gradients import bilinear
from tools.change.lattice import BLOCK_PX, MARGIN_PX, Cells, Lattice
from tools.change.scores import ChangeVector, MadVariates

_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class StructureScore:
    """Geometric mean of a pixel score, of the change in straight edges and of disagreement.

    The pixel score alone marks light; the other two, on a lattice of 16 px, ask whether edges
    came or went and whether those that are there point the same way.
    """

    pixels: MadVariates | ChangeVector
    lattice: Lattice
    halo_px: int = MARGIN_PX
    name: str = "IR-MAD weighted by change of straight edges"
    source: str = "Nielsen 2007; line support regions: Burns et al. 1986"

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Score a window whose origin is a multiple of the block."""
        cells = self.lattice(views) if cells is None else cells
        if cells.agreement.size == 0:
            return np.zeros(views.valid.shape, np.float32)
        moved = around(np.abs(cells.lines_b - cells.lines_a))
        unlike = np.clip(1.0 - around(cells.agreement) / _ALIKE, 0.0, 1.0)
        rows, cols = (np.arange(n) / BLOCK_PX - 1.0 for n in views.valid.shape)
        weight = bilinear((moved * unlike).astype(np.float32), rows, cols)
        score: Plane = np.sqrt(self.pixels(views, window) * weight)
        return score
