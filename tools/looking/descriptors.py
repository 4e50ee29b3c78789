"""Measured descriptors of a picture: brightness, contrast, edges, direction of lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

EDGE_SHARE = 0.1
"""An edge is where brightness changes by more than this share of the range shown, from one pixel
to the next."""
CLEAR_DIRECTION = 0.15
_FEWEST_PX = 64


@dataclass(frozen=True)
class Lines:
    """How many pixels lie on edges, and the direction most lines run in.

    `direction_deg` is clockwise from the top of the picture, in [0, 180); `strength` is the
    coherence of the structure tensor: 0 for no direction, 1 for parallel lines alone.
    """

    edge_share: float
    direction_deg: float
    strength: float


def lines_of(brightness: Floats, valid: Bools, span: float) -> Lines | None:
    """Measure edges and directions (structure tensor: Bigun and Granlund 1987).

    Args:
        brightness: One plane.
        valid: Where it holds data; pixels beside others that do not are left out.
        span: The range of brightness shown, from black to white.
    """
    if min(brightness.shape) < 3:
        return None
    right = (brightness[1:-1, 2:] - brightness[1:-1, :-2]) / 2
    down = (brightness[2:, 1:-1] - brightness[:-2, 1:-1]) / 2
    held = valid[1:-1, 1:-1] & valid[1:-1, 2:] & valid[1:-1, :-2] & valid[2:, 1:-1]
    held &= valid[:-2, 1:-1]
    if int(held.sum()) < _FEWEST_PX:
        return None
    right, down = right[held], down[held]
    edges = float((np.hypot(right, down) > EDGE_SHARE * span).mean())
    xx, yy, xy = (float((a * b).sum()) for a, b in ((right, right), (down, down), (right, down)))
    total = xx + yy
    if total <= 0.0:
        return Lines(edges, 0.0, 0.0)
    strength = math.hypot(xx - yy, 2 * xy) / total
    across = 0.5 * math.atan2(2 * xy, xx - yy)
    along = across + math.pi / 2
    clockwise = math.degrees(math.atan2(math.cos(along), -math.sin(along)))
    return Lines(edges, clockwise % 180.0, strength)


def contrast_of(brightness: Floats, valid: Bools) -> float | None:
    """Return (p95 - p5) / (p95 + p5) of the brightness; None where that means nothing."""
    held = brightness[valid]
    if not held.size or held.min() < 0.0:
        return None
    low, high = np.percentile(held, [5.0, 95.0])
    return float((high - low) / (high + low)) if high + low > 0.0 else None
