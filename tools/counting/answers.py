"""Answers as they come back: sets of candidates with a verdict each, matched to this search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from store.features.sets import FeatureSet
from store.raster import SceneReader
from tools.contract import ToolRefusal
from tools.counting.contract import Candidates
from tools.counting.places import to_pixels

VERDICTS = ("yes", "no", "unsure")
_SAME_PX = 0.5


@dataclass(frozen=True)
class Answers:
    """What was said: yes or no by row (from 0), and which rows were unsure."""

    said: dict[int, bool]
    unsure: frozenset[int]

    @property
    def asked(self) -> set[int]:
        """All rows that were asked about."""
        return set(self.said) | self.unsure

    def __len__(self) -> int:
        return len(self.said) + len(self.unsure)


def answers_of(reader: SceneReader, found: Candidates, judged: Sequence[FeatureSet]) -> Answers:
    """Read sets of `record_answers`; where a row was judged again, the later answer counts.

    Raises:
        ToolRefusal: `other_count` when a set does not belong to these candidates.
    """
    verdicts: dict[int, str] = {}
    for part in judged:
        verdicts |= _read(reader, found, part)
    return Answers(
        {row: word == "yes" for row, word in verdicts.items() if word != "unsure"},
        frozenset(row for row, word in verdicts.items() if word == "unsure"),
    )


def _read(reader: SceneReader, found: Candidates, part: FeatureSet) -> dict[int, str]:
    if not {"row", "verdict"} <= set(part.columns):
        raise ToolRefusal(
            "a set given as judged holds no verdicts; give the sets of `record_answers`, in order",
            "no_verdicts",
        )
    rows = np.array([int(row) - 1 for row in part.columns["row"]], np.intp)
    words = [str(word) for word in part.columns["verdict"]]
    places = to_pixels(reader, part)
    middles = shapely.get_coordinates(shapely.centroid(places)) if len(places) else np.zeros((0, 2))
    fits = (rows >= 0) & (rows < len(found))
    if len(middles) == len(rows) and fits.all():
        fits &= np.hypot(*(found.centres[rows] - middles).T) < _SAME_PX
    if len(middles) != len(rows) or not fits.all() or not set(words) <= set(VERDICTS):
        raise ToolRefusal(
            "a set given as judged is of another count: its places are not those asked about "
            "here. Give the answers to this very count (same scene, target, region and examples)",
            "other_count",
        )
    return dict(zip(rows.tolist(), words, strict=True))
