"""From probabilities to a count with an interval, and to the objects that are marked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.counting.doubles import Doubles
from tools.counting.population import Missed, Prior

Floats = NDArray[np.float64]
LEVEL = 0.9
MARKED = 0.5


@dataclass(frozen=True)
class Estimate:
    """A count, the ends of its interval at `LEVEL`, and the rows that are marked as objects."""

    count: int
    low: int
    high: int
    marked: NDArray[np.intp]


def estimate(probability: Floats, doubles: Doubles, prior: Prior) -> Estimate:
    """Return the count that draws of probabilities come to.

    Each draw counts every candidate with its probability, doubles once, adds what chance adds to
    such a count and what candidates miss. The interval is from the 5th to the 95th percentile,
    stretched about the median by the factor with which such intervals held on other images.

    Args:
        probability: (draws, candidates).
        doubles: Which candidates may be one object.
        prior: What is known from other images.
    """
    dice = np.random.default_rng(probability.shape[1])
    each = probability * doubles.once(probability)
    counts = each.sum(axis=1)
    counts = counts + dice.normal(size=len(counts)) * np.sqrt((each * (1 - each)).sum(axis=1))
    counts = np.maximum(counts, 0.5) * _unseen(prior.missed, dice, len(counts))
    tail = (1 - LEVEL) / 2
    low, middle, high = np.log(np.quantile(counts, [tail, 0.5, 1 - tail]))
    value = round(math.exp(middle))
    low = middle - prior.missed.widen * (middle - low)
    high = middle + prior.missed.widen * (high - middle)
    marked = doubles.best_of(probability.mean(axis=0), MARKED)
    least = min(value, math.floor(math.exp(low) + 0.5))
    return Estimate(value, least, max(value, math.ceil(math.exp(high) - 0.5)), marked)


def _unseen(missed: Missed, dice: np.random.Generator, count: int) -> Floats:
    """Return factors by which there are more objects than candidates lie on."""
    return np.exp(missed.log_mean + missed.log_sd * dice.normal(size=count))
