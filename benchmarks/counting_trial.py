"""One trial of counting: search an image, answer as its labels say, and see how right it was.

Used by counting_quality.py and counting_fit.py.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.counting_images import Item, data_folder, measured, rendered, training
from store.home import Home
from store.ingest.declared import Declared
from store.ingest.scenes import ingest_scene
from store.raster import SceneReader
from tools.counting.area import area_of
from tools.counting.asking import DRAWS, FINAL_DRAWS
from tools.counting.belief import Belief
from tools.counting.estimate import estimate
from tools.counting.examples import drawn
from tools.counting.population import Population
from tools.counting.questions import in_this_round, next_rows
from tools.counting.search import Search, search
from tools.counting.target import target_of

ERRORS = (0.0, 0.05)


@dataclass(frozen=True)
class Case:
    """One search in one image, and what is true of its candidates."""

    item: Item
    seed: int
    done: Search
    label: NDArray[np.intp]
    """In which label's box each candidate lies; -1 for none."""

    @property
    def is_object(self) -> NDArray[np.bool_]:
        """Which candidates are answered yes."""
        return self.label >= 0


def open_item(home: Home, item: Item) -> SceneReader:
    """Ingest an image, with its pixel size where it does not say it itself, and open it."""
    says_itself = item.file.suffix == ".tif"
    declared = Declared() if says_itself or item.gsd_m is None else Declared(gsd_m=item.gsd_m)
    return home.open_scene(ingest_scene(home, item.file, declared))


def case_of(home: Home, item: Item, seed: int, *, upright: bool = True) -> Case:
    """Search an image from three examples."""
    with open_item(home, item) as reader:
        boxes = [drawn(item.outline(row, upright=upright)) for row in item.examples(seed)]
        sought = target_of(item.target)
        where = area_of(reader, None).where
        done = search(reader, where, boxes, made=sought.made, aspect=sought.aspect)
    return Case(item, seed, done, item.label_of(done.found.centres))


def gather(home: Home, folder: Path, seeds: int = 3) -> list[Case]:
    """Search all there is: measured images with several seeds, the rest with one."""
    data, more = data_folder(), data_folder("train")
    jobs = [(item, seed) for item in measured(data) for seed in range(seeds)] if data else []
    jobs += [(item, 0) for item in (training(more) if more else [])]
    jobs += [(item, 0) for item in rendered(folder)]
    cases = []
    for item, seed in jobs:
        cases.append(case_of(home, item, seed))
        print(f"searched {item.id} ({seed})", file=sys.stderr)
    return cases


def same_place(one: Item, other: Item) -> bool:
    """Tell whether two images show one place."""
    return one.place == other.place or one.file == other.file


@dataclass(frozen=True)
class Row:
    """One count and how right it is."""

    case: Case
    count: int
    low: int
    high: int
    misses_by: float
    """Distance of the truth from the count, in half widths of the interval, on a log scale."""
    f1_unasked: float
    f1: float

    @property
    def error(self) -> float:
        """Share by which the count is off."""
        return abs(self.count - len(self.case.item.boxes)) / len(self.case.item.boxes)

    @property
    def holds(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= len(self.case.item.boxes) <= self.high

    @property
    def width(self) -> float:
        """Width of the interval, in shares of the truth."""
        return (self.high - self.low) / len(self.case.item.boxes)


def counted(case: Case, fitted: Population, wrong: float) -> Row:
    """Ask, answer as the labels say, count."""
    prior = fitted.prior(case.done.own, made=target_of(case.item.target).made)
    belief: Belief = replace(case.done.belief, prior=prior)
    dice = np.random.default_rng(zlib.crc32(f"{case.item.id}/{case.seed}".encode()))
    said: dict[int, bool] = {}
    while count := in_this_round(len(said)):
        closed = belief.known.copy()
        closed[list(said)] = True
        if closed.all():
            break
        draws = belief.draws(said, DRAWS, 100, 3)
        for row in next_rows(draws, case.done.doubles.once(draws), closed, count):
            said[row] = bool(case.is_object[row]) ^ bool(dice.uniform() < wrong)
    draws = belief.draws(said, FINAL_DRAWS, 300, 4)
    told = estimate(draws, case.done.doubles, prior)
    asked = belief.known.copy()
    asked[list(said)] = True
    unasked, whole = _scores(case, told.marked, asked)
    misses_by = _misses_by(len(case.item.boxes), told.count, told.low, told.high)
    return Row(case, told.count, told.low, told.high, misses_by, unasked, whole)


def _misses_by(truth: int, count: int, low: int, high: int) -> float:
    end = high + 0.5 if truth > count else max(low - 0.5, 0.25)
    return float(np.log(truth / count) / np.log(end / count)) if truth != count else 0.0


def _scores(case: Case, marked: np.ndarray, asked: np.ndarray) -> tuple[float, float]:
    """Return F1 on objects that were not asked about, and on all."""
    centres, labels = case.done.found.centres, len(case.item.boxes)
    seen = np.unique(case.label[asked & case.is_object])
    left = np.setdiff1d(np.arange(labels), seen)
    rest = marked[~asked[marked] & ~np.isin(case.label[marked], seen)]
    hits, all_hits = case.item.hits(centres[rest], left), case.item.hits(centres[marked])
    unasked = 2 * hits / (len(rest) + len(left)) if len(left) else float("nan")
    return unasked, 2 * all_hits / (len(marked) + labels)
