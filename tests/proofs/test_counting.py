"""Real images, counted by asking: the person's answers are the labels'; so are the examples."""

from __future__ import annotations

import numpy as np
import pytest

from agent.respondents import AnswersByPlaces
from benchmarks.counting_images import measured
from benchmarks.counting_trial import case_of, counted
from store.home import Home
from tools.counting.population import population

MADE = ("ship", "lot", "street")


@pytest.fixture(scope="module")
def cases(tmp_path_factory, test_data):
    home = Home(tmp_path_factory.mktemp("counting") / "home")
    cases = [case_of(home, item, 0) for item in measured(test_data)]
    home.close()
    return cases


@pytest.fixture(scope="module", params=[0.0, 0.05])
def rows(cases, request):
    return [counted(case, population(), request.param) for case in cases]


def of(rows, groups):
    return [row for row in rows if row.case.item.group in groups]


@pytest.mark.slow
def test_vehicles_and_ships_are_counted_well_with_24_answers(rows):
    mine = of(rows, MADE)
    assert np.median([row.error for row in mine]) <= 0.16
    assert np.nanmedian([row.f1_unasked for row in mine]) >= 0.75


@pytest.mark.slow
def test_intervals_hold_and_are_not_boundless(rows):
    assert np.mean([row.holds for row in rows]) >= 0.85
    assert np.median([row.width for row in of(rows, MADE)]) <= 1.1


@pytest.mark.slow
def test_a_harbour_is_counted_over_rounds_of_questions(desk, test_data):
    item = measured(test_data)[0]
    scene = desk.take("count_dota/images/P0706.png", gsd_m=item.gsd_m)
    examples = []
    for row in item.examples(0):
        box = item.outline(row, upright=True).bounds
        examples.append(f"px:{scene.id}:" + ",".join(f"{end:.1f}" for end in box))
    labels = [item.outline(row, upright=False) for row in range(len(item.boxes))]
    told = desk.ask(
        "How many ships are there?", examples=examples,
        answers=AnswersByPlaces(labels, "file:labels"),
    )  # fmt: skip
    assert told.status == "answered", told.answer
    claim = next(claim for claim in told.claims if claim.role == "answer")
    assert claim.low <= len(labels) <= claim.high
    assert claim.interval == "sampled"
    assert sum(call.tool == "record_answers" for call in told.evidence) == 4


@pytest.mark.slow
def test_without_examples_parked_cars_are_not_counted(desk):
    desk.take("count_dota/images/P0005.png", gsd_m=0.12)
    told = desk.ask("How many cars are there?")
    assert told.status == "needs_input"
    assert "box" in told.answer
    assert not any(claim.role == "answer" and claim.value == 0 for claim in told.claims)
