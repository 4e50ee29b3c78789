"""Which candidates to ask about next, by a stated design.

The aim is the count: in each round candidates are taken one after another, each the one whose
answer is expected to take most off the variance of the count, after those taken before it. What
is known of a candidate and of the count comes as draws; the expectation is the linear one
(c² / v, with c the covariance of answer and count, v the variance of the answer). It depends on
the answers so far and on nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_QUESTIONS = 24
A_ROUND = 6
_NOISE = 0.03
"""Variance of an answer that is due to answers being wrong at times."""


def next_rows(draws: Floats, once: Floats, closed: NDArray[np.bool_], count: int) -> list[int]:
    """Return the rows to ask about now, the most telling first.

    Args:
        draws: Probabilities of the candidates, (draws, candidates).
        once: The chances that they are no doubles of better ones, of the same shape.
        closed: Candidates that were asked about before, or need no question.
        count: How many to ask about at most.
    """
    mean = draws.mean(axis=0)
    chance = (draws * (1 - draws)).mean(axis=0)
    variance = np.maximum(mean * (1 - mean), 1e-9) + _NOISE
    weight = chance * once.mean(axis=0)
    total = (draws * once).sum(axis=1)
    total -= total.mean()
    away = draws - mean
    closed = closed.copy()
    rows: list[int] = []
    for _ in range(min(count, int((~closed).sum()))):
        covariance = total @ away / len(draws) + weight
        gain = np.where(closed, -1.0, covariance**2 / variance)
        row = int(gain.argmax())
        rows.append(row)
        closed[row] = True
        told = away[:, row].copy()
        spread = told @ told / len(draws) + chance[row] + _NOISE
        total = total - told * (told @ total / len(draws) / spread)
        away = away - np.outer(told, told @ away / len(draws) / spread)
    return rows


def in_this_round(answered: int) -> int:
    """Return how many to ask about when so many were asked before.

    >>> [in_this_round(n) for n in (0, 6, 8, 22, 24)]
    [6, 6, 4, 2, 0]
    """
    if answered >= MOST_QUESTIONS:
        return 0
    return min(MOST_QUESTIONS, (answered // A_ROUND + 1) * A_ROUND) - answered
