"""From scores to a mask: a threshold that may find nothing, and growth from certain seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from tools.change.contract import Floats, Mask, Plane

GROWTH_PX = 24
"""A pixel above the low threshold counts within this many steps of a seed."""
_SEED_OVER_OTSU = 1.7


@dataclass(frozen=True, slots=True)
class Threshold:
    """Hysteresis (Canny 1986): `low` for pixels that touch a seed, `seed` for the seeds."""

    low: float
    seed: float

    def mask(self, score: Plane, valid: Mask, growth_px: int = GROWTH_PX) -> Mask:
        """Pixels above `low` that reach a seed through such pixels in at most `growth_px` steps."""
        above = (score > self.low) & valid
        seeds = (score > self.seed) & valid
        if not seeds.any():
            return seeds
        grown: Mask = ndimage.binary_dilation(seeds, iterations=growth_px, mask=above)
        return grown


def from_noise(low: float, seed: float) -> Threshold:
    """A fixed multiple of the noise of unchanged pixels: finds nothing where nothing changed."""
    return Threshold(low, seed)


def from_scores(scores: Floats, low_floor: float, seed_floor: float) -> Threshold:
    """Otsu (1979) between two classes, but never below what noise alone reaches.

    Args:
        scores: Scores of valid sample pixels, in units of the noise.
        low_floor: Least low threshold.
        seed_floor: Least seed; the test whether there is a second class at all.
    """
    scores = scores[np.isfinite(scores)]
    if len(scores) == 0 or float(scores.min()) == float(scores.max()):
        return Threshold(low_floor, seed_floor)
    split = float(threshold_otsu(np.minimum(scores, np.quantile(scores, 0.999))))
    low = max(split, low_floor)
    return Threshold(low, max(_SEED_OVER_OTSU * split, seed_floor, low))
