"""How likely each candidate is an object, given answers about some of them.

A Bayesian logistic model: its weights have a prior from other images (`population`), and an
answer is wrong with a small chance. Weights are drawn by elliptical slice sampling (Murray, Adams
and MacKay, AISTATS 2010), so that what is not known stays spread out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tools.counting.population import PART_SD, PARTS, Prior

Floats = NDArray[np.float64]
WRONG = 0.05
"""The chance that an answer is wrong, which the model allows for."""
_SURE = 1.0 - 1e-6


@dataclass(frozen=True)
class Belief:
    """Candidates as rows of numbers, and what is known of their weights before any answer."""

    rows: Floats
    """(candidates, senses + parts), the parts scaled to weights of unit spread."""
    prior: Prior
    known: NDArray[np.bool_]
    """Candidates that lie on an example."""

    @classmethod
    def of(cls, senses: Floats, parts: Floats, prior: Prior, known: NDArray[np.bool_]) -> Belief:
        """Put senses and parts of the appearance together."""
        scaled = parts[:, :PARTS] * PART_SD
        return cls(np.concatenate([senses, scaled], axis=1), prior, known)

    @property
    def _parts(self) -> int:
        return int(self.rows.shape[1]) - len(self.prior.mean)

    def draws(
        self, answers: Mapping[int, bool], count: int, warm_up: int = 150, every: int = 4
    ) -> Floats:
        """Return draws of the probabilities, (count, candidates), given answers by row.

        A candidate that was judged has the probability that its own answer leaves.
        """
        asked = np.array(sorted(answers), np.intp)
        said = np.array([answers[int(row)] for row in asked], bool)
        drawn = self._weights(self.rows[asked], said, count, warm_up, every)
        probability = expit(drawn @ self.rows.T)
        for row, yes in zip(asked, said, strict=True):
            before = probability[:, row]
            right, wrong = (1 - WRONG, WRONG) if yes else (WRONG, 1 - WRONG)
            probability[:, row] = right * before / (right * before + wrong * (1 - before))
        probability[:, self.known] = _SURE
        return np.asarray(probability)

    def _weights(
        self, rows: Floats, said: NDArray[np.bool_], count: int, warm_up: int, every: int
    ) -> Floats:
        dice = np.random.default_rng(len(said))
        mean = np.concatenate([self.prior.mean, np.zeros(self._parts)])
        at = np.zeros(len(mean))
        likely = _likelihood(rows @ mean, said)
        kept = np.empty((count, len(mean)))
        for step in range(warm_up + count * every):
            ellipse = self._from_prior(dice)
            bar = likely + math.log(dice.uniform())
            turn = dice.uniform(0, 2 * math.pi)
            low, high = turn - 2 * math.pi, turn
            while True:
                there = at * math.cos(turn) + ellipse * math.sin(turn)
                likely = _likelihood(rows @ (mean + there), said)
                if likely > bar:
                    break
                low, high = (turn, high) if turn < 0 else (low, turn)
                turn = dice.uniform(low, high)
            at = there
            if step >= warm_up and (step - warm_up) % every == 0:
                kept[(step - warm_up) // every] = mean + at
        return kept

    def _from_prior(self, dice: np.random.Generator) -> Floats:
        shared = self.prior.root @ dice.normal(size=len(self.prior.mean))
        return np.concatenate([shared, dice.normal(size=self._parts)])


def _likelihood(logit: Floats, said: NDArray[np.bool_]) -> float:
    """Return the log likelihood of answers, each of which may be wrong."""
    yes = WRONG + (1 - 2 * WRONG) * expit(logit)
    return float(np.log(np.where(said, yes, 1 - yes)).sum())
