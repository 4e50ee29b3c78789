"""How likely two marks that are close lie on one object, and counting each object once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import expit

from tools.counting.contract import Candidates

Floats = NDArray[np.float64]
_REACH = 1.5
_PARALLEL = 0.35
_LONG = 1.5
_MOST = 0.999


@dataclass(frozen=True)
class Doubles:
    """Pairs of candidates that may be one object: rows, and the chance that they are."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    chance: Floats

    @classmethod
    def of(cls, found: Candidates) -> Doubles:
        """Find the pairs that are close, measured in lengths and widths.

        Long things side by side, as cars and boats lie, are seldom one; others that are closer than
        about nine tenths of their size are mostly one. Fitted on labelled images.
        """
        if len(found) < 2:
            none = np.zeros(0, np.intp)
            return cls(none, none, np.zeros(0))
        reach = _REACH * float(np.maximum(found.length_px, found.width_px).max())
        pairs = cKDTree(found.centres).query_pairs(reach, output_type="ndarray").reshape(-1, 2)
        i, j = pairs.min(axis=1), pairs.max(axis=1)
        order = np.lexsort((j, i))
        i, j = i[order], j[order]
        along, across = _offsets(found, i, j)
        distance = np.hypot(along, across)
        angle = found.angle_rad[i] - found.angle_rad[j]
        beside = (across > along) & (np.abs(np.sin(angle)) < _PARALLEL)
        beside &= found.length_px[i] > _LONG * found.width_px[i]
        chance = np.where(beside, expit((0.6 - distance) / 0.1), expit((0.9 - distance) / 0.13))
        near = distance < _REACH
        return cls(i[near], j[near], np.minimum(chance[near], _MOST))

    def once(self, probability: Floats) -> Floats:
        """Return the chance of each candidate that no better one lies on the same object.

        Args:
            probability: (draws, candidates); which is better goes by the mean over the draws.
        """
        out = np.zeros(probability.shape)
        if not len(self.first):
            return np.exp(out)
        mean = probability.mean(axis=0)
        swap = mean[self.first] < mean[self.second]
        better = np.where(swap, self.second, self.first)
        other = np.where(swap, self.first, self.second)
        for row, draw in enumerate(probability):
            free = np.log1p(-np.minimum(draw[better] * self.chance, _MOST))
            out[row] = np.bincount(other, free, minlength=probability.shape[1])
        return np.exp(out)

    def best_of(self, probability: Floats, least: float) -> NDArray[np.intp]:
        """Return rows with at least this probability, without those that double a better one."""
        likely = self.chance > 0.5
        near: dict[int, list[int]] = {}
        for a, b in zip(self.first[likely], self.second[likely], strict=True):
            near.setdefault(int(a), []).append(int(b))
            near.setdefault(int(b), []).append(int(a))
        keep: list[int] = []
        gone: set[int] = set()
        for row in np.argsort(-probability, kind="stable"):
            if probability[row] <= least:
                break
            if int(row) not in gone:
                keep.append(int(row))
                gone.update(near.get(int(row), []))
        return np.array(sorted(keep), np.intp)


def _offsets(found: Candidates, i: NDArray[np.intp], j: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Return distances along and across, in lengths and widths, of whichever is closer."""
    moved = found.centres[j] - found.centres[i]
    ways = []
    for rows in (i, j):
        cos, sin = np.cos(found.angle_rad[rows]), np.sin(found.angle_rad[rows])
        along = np.abs(moved[:, 0] * cos + moved[:, 1] * sin) / found.length_px[rows]
        across = np.abs(moved[:, 1] * cos - moved[:, 0] * sin) / found.width_px[rows]
        ways.append((along, across))
    first = np.hypot(*ways[0]) <= np.hypot(*ways[1])
    return np.where(first, ways[0][0], ways[1][0]), np.where(first, ways[0][1], ways[1][1])
