"""One object, one mark: the best of those that lie on each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tools.counting.contract import Candidates, Floats, Rows


def apart(found: Candidates, nearest: float) -> Candidates:
    """Return the best first, without those that lie too close to a better one.

    Closeness is measured along and across each of two marks in its length and width, and the
    smaller counts: `nearest` is the least share. Marks of all windows go in together, so it
    does not matter in which window each was found.
    """
    best = found.ranked()
    gone = np.zeros(len(best), dtype=bool)
    if len(best) < 2:
        return best
    tree = cKDTree(best.centres)
    reach = nearest * float(best.length_px.max())
    for i in range(len(best)):
        if gone[i]:
            continue
        near: Rows = np.array(tree.query_ball_point(best.centres[i], reach), dtype=np.intp)
        near = near[near > i]
        moved = best.centres[near] - best.centres[i]
        close = np.minimum(
            _in_sizes(best, np.full(len(near), i), moved), _in_sizes(best, near, moved)
        )
        gone[near[close < nearest]] = True
    return best.take(~gone)


def _in_sizes(found: Candidates, rows: NDArray[np.intp], moved: Floats) -> Floats:
    cos, sin = np.cos(found.angle_rad[rows]), np.sin(found.angle_rad[rows])
    along = (moved[:, 0] * cos + moved[:, 1] * sin) / found.length_px[rows]
    across = (moved[:, 1] * cos - moved[:, 0] * sin) / found.width_px[rows]
    share: Floats = np.hypot(along, across)
    return share
