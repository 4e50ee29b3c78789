"""The normalised difference of two bands, of which the rules of land cover make their indices."""

from __future__ import annotations

import numpy as np

from tools.landcover.classes import Floats

_SMALL = 1e-9


def normalised_difference(first: Floats, second: Floats) -> Floats:
    """Return (first - second) / (first + second); 0 where the sum is not above zero."""
    total = first + second
    out = np.zeros_like(total)
    np.divide(first - second, total, out=out, where=total > _SMALL)
    return out
