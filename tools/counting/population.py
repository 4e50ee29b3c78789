"""What is known of counting by example before anything is asked: fitted on many other images.

`population.json` is made by `benchmarks/counting_fit.py`; it holds how likeness to the examples
goes with being an object (a logistic model's weights: their mean, by how well the examples stand
out, and their covariance over images), and how many objects no candidate lies on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.counting.appearance import LIKENESS, Appearance

Floats = NDArray[np.float64]
SENSES = ("one", "score", "rank", *LIKENESS)
PARTS = 4
PART_SD = 0.45
"""How much each principal component of the appearance may weigh in one image."""
_OWN, _OWN_STEP, _OWN_MOST = 4.5, 1.5, 1.5


@dataclass(frozen=True)
class Missed:
    """Objects for each one found: lognormal over images, above 1 where candidates miss some."""

    log_mean: float
    log_sd: float
    widen: float = 1.0
    """By what factor the spread of counts is stretched, so that intervals hold."""


@dataclass(frozen=True)
class Prior:
    """What is known of one image's weights, and of what its candidates miss."""

    mean: Floats
    root: Floats
    """Lower triangle L with L Lᵀ the covariance of the weights over images."""
    missed: Missed


@dataclass(frozen=True)
class Population:
    """The fit over images."""

    mean: Floats
    slope: Floats
    """What is added to the mean for a step of standing out."""
    root: Floats
    made: Missed
    """Of vehicles, vessels and aircraft, which are of one size and stand apart."""
    clear: Missed
    blurred: Missed
    least_own: float
    """Examples that score themselves less are hardly told from the ground."""

    def prior(self, own: float, *, made: bool) -> Prior:
        """Return what is known of an image.

        Args:
            own: What its examples score themselves.
            made: Whether vehicles, vessels or aircraft are sought.
        """
        missed = self.made if made else self.clear
        missed = self.blurred if own < self.least_own else missed
        return Prior(self.mean + standing_out(own) * self.slope, self.root, missed)


def population_of(told: Mapping[str, Any]) -> Population:
    """Read a fit."""
    covariance = np.array(told["covariance"], dtype=np.float64)
    return Population(
        mean=np.array(told["mean"], dtype=np.float64),
        slope=np.array(told["slope"], dtype=np.float64),
        root=np.asarray(np.linalg.cholesky(covariance), np.float64),
        made=Missed(**told["made"]),
        clear=Missed(**told["clear"]),
        blurred=Missed(**told["blurred"]),
        least_own=float(told["least_own"]),
    )


@lru_cache(maxsize=1)
def population() -> Population:
    """Return the fit that comes with the program."""
    path = Path(__file__).with_name("population.json")
    return population_of(json.loads(path.read_text(encoding="utf-8")))


def standing_out(own: float) -> float:
    """Return how well examples stand out from the ground, about within ±1.5.

    >>> standing_out(4.5), standing_out(9.0)
    (0.0, 1.5)
    """
    return float(np.clip((own - _OWN) / _OWN_STEP, -_OWN_MOST, _OWN_MOST))


def senses(score: Floats, own: float, look: Appearance) -> Floats:
    """Return what is known of each candidate, (candidates, len(SENSES)), about within ±2.

    Args:
        score: Scores of the ranking, best first.
        own: What the examples score themselves.
        look: Likeness to the examples.
    """
    rank = np.log(np.arange(1, len(score) + 1))
    one = np.ones(len(score))
    first = np.stack([one, 2 * (score / own - 0.5), rank - 4], axis=1)
    return np.concatenate([first, 2 * (look.likeness - 0.5)], axis=1)
