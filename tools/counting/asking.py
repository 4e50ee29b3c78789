"""Counting by example and questions: what to ask now, or the count when all is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.features.sets import FeatureSet
from store.raster import SceneReader
from store.scenes import Caveat
from tools.contract import Bench, Finding, Method, Quantity, ToolRefusal
from tools.counting.answers import Answers, answers_of
from tools.counting.area import Area
from tools.counting.boxes import Boxes
from tools.counting.crops import crops, overview
from tools.counting.estimate import LEVEL, Estimate, estimate
from tools.counting.marks import features_of, undated
from tools.counting.questions import in_this_round, next_rows
from tools.counting.search import LIMIT, Search, search_again
from tools.counting.target import Target

Floats = NDArray[np.float64]
METHOD = "count_by_asking"
SOURCE = (
    "ranking: exemplar-LDA, Hariharan et al. 2012; crops to ask about: chosen by rule, those that "
    "would narrow the count most, not drawn by chance; count and interval: Bayesian logistic "
    "regression with a prior fitted on other images, elliptical slice sampling, Murray et al. "
    "2010, stretched by what held in other places"
)
DRAWS, FINAL_DRAWS = 400, 600
FULL_BEFORE, FULL_AFTER = 0.3, 0.05
"""Where the last of all candidates that can be held are likelier, there are too many; before and
after the questions."""
_LAST = 20


@dataclass(frozen=True)
class Job:
    """What is counted, where, and from which examples."""

    bench: Bench
    reader: SceneReader
    target: Target
    area: Area
    boxes: Boxes
    judged: Sequence[FeatureSet]
    version: str


def by_asking(job: Job) -> Finding:
    """Return the questions to answer now, or the finished count."""
    job.bench.check()
    done = search_again(
        job.reader,
        job.area.where,
        job.boxes.drawn,
        made=job.target.made,
        aspect=job.target.aspect,
        check=job.bench.check,
        progress=lambda share: job.bench.progress(share, f"looking for {job.target.many}"),
    )
    found = done.found
    on_data = job.area.on_data(found)
    if not on_data.any():
        raise ToolRefusal(
            f"nothing in this part of {job.reader.scene.id} looks at all like the examples; that "
            f"does not say that there are no {job.target.many}. Draw other examples, or ask about "
            "a larger region",
            "nothing_alike",
            {"examples": "1 to 3 boxes"},
        )
    answers = answers_of(job.reader, found, job.judged)
    closed = done.belief.known | ~on_data
    closed[list(answers.asked)] = True
    count = in_this_round(len(answers))
    if count and not closed.all():
        draws = done.belief.draws(answers.said, DRAWS, 100, 3)
        _check_full(job, done, draws.mean(axis=0), FULL_BEFORE)
        rows = next_rows(draws, done.doubles.once(draws), closed, count)
        return _questions(job, done, answers, rows)
    if answers.unsure and not answers.said:
        raise ToolRefusal(
            f"no crop could be told to show {job.target.many} or not: every answer was unsure (of "
            f"{len(answers)}), and no count comes of that. Choose a finer image, draw clearer "
            "examples, or have the crops judged by somebody who can tell",
            "no_answers",
        )
    return _counted(job, done, answers, on_data)


def _questions(job: Job, done: Search, answers: Answers, rows: list[int]) -> Finding:
    """Return what to ask about now; no count is claimed."""
    ask = np.zeros(len(done.found), bool)
    ask[rows] = True
    quantities = [
        _number("candidate_count", "places that look alike", len(done.found)),
        _number("answered", "questions", len(answers)),
        _number("questions", "crops to be judged now", len(rows)),
    ]
    return _finding(
        job, done, quantities,
        features=features_of(job.reader, job.area, done.found, ask=ask.tolist()),
        views=crops(job.reader, done.found, rows, job.target.question),
        caveats=[*job.boxes.caveats, *undated(job.reader.scene)],
        series={"ask": [row + 1 for row in rows]},
    )  # fmt: skip


def _counted(job: Job, done: Search, answers: Answers, on_data: NDArray[np.bool_]) -> Finding:
    draws = done.belief.draws(answers.said, FINAL_DRAWS, 300, 4)
    draws[:, ~on_data] = 0.0
    mean = draws.mean(axis=0)
    _check_full(job, done, mean, FULL_AFTER)
    counted = estimate(draws, done.doubles, done.prior)
    marks = done.found.take(counted.marked)
    quantities = [
        _count(job, counted),
        _number("marked", f"{job.target.many} that are marked", len(marks)),
        _number("answered", "questions", len(answers)),
        _number("unsure", "answers", len(answers.unsure)),
        _number("candidate_count", "places that look alike", len(done.found)),
        _number("cut_by_edge", f"marked {job.target.many}", job.area.cut(marks)),
    ]
    verdicts = ["yes" if answers.said.get(int(row)) else None for row in counted.marked]
    words = f"{len(marks)} {job.target.many} marked; the count also holds what is likely, unmarked"
    return _finding(
        job, done, quantities,
        features=features_of(
            job.reader, job.area, marks, probability=mean[counted.marked].round(4).tolist(),
            judged=verdicts,
        ),
        views=[overview(job.reader, job.area.where.window, job.area.region, marks, words)],
        caveats=[
            *job.boxes.caveats, *undated(job.reader.scene), *_caveats(done, answers)
        ],
        series={},
    )  # fmt: skip


def _check_full(job: Job, done: Search, chance: Floats, most: float) -> None:
    """Refuse where more things look alike than one count can hold."""
    if done.full and chance[-_LAST:].mean() > most:
        raise ToolRefusal(
            f"more than {LIMIT} places look like {job.target.many} here, more than one count can "
            "hold; count a smaller region, and add up the parts",
            "too_many",
            {"region": "a smaller one"},
        )


def _count(job: Job, counted: Estimate) -> Quantity:
    return Quantity(
        name="count", of=job.target.many, value=counted.count, unit="count",
        low=counted.low, high=counted.high, interval="sampled", level=LEVEL,
    )  # fmt: skip


def _caveats(done: Search, answers: Answers) -> list[Caveat]:
    said = []
    if not len(answers):
        text = "nothing but the examples looks alike here, so no question was asked"
        said.append(Caveat(code="nothing_asked", text=text))
    if answers.unsure:
        text = (
            f"{len(answers.unsure)} of {len(answers)} answers were unsure; they count as not "
            "given, which leaves the interval wider"
        )
        said.append(Caveat(code="unsure_answers", text=text))
    if done.prior.missed.log_sd > 0.25:
        text = (
            "the examples hardly stand out from the ground here: many of these may go unseen, and "
            "single marks are not to be relied on"
        )
        said.append(Caveat(code="hardly_told", text=text))
    return said


def _number(name: str, of: str, value: int) -> Quantity:
    return Quantity(name=name, of=of, value=value, unit="count", interval="exact")


def _finding(job: Job, done: Search, quantities: list[Quantity], **rest: Any) -> Finding:
    scene = job.reader.scene
    return Finding(
        quantities=quantities,
        method=Method(
            name=METHOD,
            version=job.version,
            parameters={
                "examples": len(job.boxes.drawn),
                "object_px": [round(done.shape.length_px, 2), round(done.shape.width_px, 2)],
                "working_scale": round(done.shape.scale, 4),
                "own_score": round(done.own, 3),
            },
            source=SOURCE,
        ),
        region=job.area.region,
        period=scene.period,
        scenes=[scene.key],
        gsd_m=scene.gsd_m,
        coverage=job.area.coverage,
        pixels_read=job.reader.pixels_read,
        **rest,
    )
