"""Merging candidates over seams, scales and turns, so that tiles give what the whole gives."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tools.counting.contract import Candidates, Floats

NEAREST = 0.7
"""Two candidates closer than this share of an object's length and width are one."""


def apart(found: Candidates, nearest: float = NEAREST, limit: int | None = None) -> Candidates:
    """Return the best first, without those too close to a better one (elliptical suppression).

    Closeness is measured along and across each of the two, in lengths and widths; the smaller
    of both counts. The result depends on the candidates alone, not on their order: collect
    those of all windows' cores first, then call this once, and tiles equal the whole.

    Args:
        found: Candidates in any order.
        nearest: The least distance, as a share of length and width.
        limit: Stop when so many are kept.
    """
    best = found.ranked()
    keep: list[int] = []
    gone = np.zeros(len(best), dtype=bool)
    if not len(best):
        return best
    tree = cKDTree(best.centres)
    reach = nearest * float(np.maximum(best.length_px, best.width_px).max())
    for i in range(len(best)):
        if gone[i]:
            continue
        keep.append(i)
        if limit is not None and len(keep) >= limit:
            break
        near = np.asarray(tree.query_ball_point(best.centres[i], reach), dtype=np.intp)
        near = near[near > i]
        gone[near[_distance(best, i, near) < nearest]] = True
    return best.take(keep)


def _distance(found: Candidates, i: int, others: np.ndarray) -> Floats:
    """Return distances from one candidate to others in lengths and widths, the smaller of both."""
    moved = found.centres[others] - found.centres[i]
    own = np.full(len(others), i)
    return np.minimum(_in_sizes(found, own, moved), _in_sizes(found, others, moved))


def _in_sizes(found: Candidates, rows: np.ndarray, moved: Floats) -> Floats:
    cos, sin = np.cos(found.angle_rad[rows]), np.sin(found.angle_rad[rows])
    along = (moved[:, 0] * cos + moved[:, 1] * sin) / found.length_px[rows]
    across = (moved[:, 1] * cos - moved[:, 0] * sin) / found.width_px[rows]
    distance: Floats = np.hypot(along, across)
    return distance
