"""The real loop around a count: act, resolve, ask about crops, weigh, answer, check, verify."""

from __future__ import annotations

from typing import Annotated

import pytest

from agent.respondents import AnswersGiven
from agent.settings import Settings
from agent.start import Analyst
from store.features.sets import FeatureSet
from store.geo import Region
from store.scenes import Caveat
from tests.fakes import METHOD, png
from tests.pictures import ground, take, write
from tools.all_tools import registry as all_tools
from tools.contract import (
    Bench,
    Coverage,
    Finding,
    FromEvidence,
    Look,
    Quantity,
    SceneRef,
    ToolRefusal,
    View,
)
from tools.record_answers import record_answers
from tools.registry import Registry, tool

ROWS = 6


@tool("1")
def count_objects(
    bench: Bench,
    scene: SceneRef,
    target: str,
    region: Annotated[Region | None, FromEvidence] = None,
    examples: Annotated[list[Region], FromEvidence] = [],  # noqa: B006
    like: Annotated[FeatureSet | None, FromEvidence] = None,
    judged: Annotated[list[FeatureSet], FromEvidence] = [],  # noqa: B006
    method: str = "auto",
) -> Finding:
    """Count six boxes, after two rounds of questions; tanks are told by shape."""
    boxes = [_box(scene, 10 * i, 10 * i, 8) for i in range(ROWS)]
    features = FeatureSet.of(scene.frame, boxes, score=[1.0] * ROWS, length_m=[4.0] * ROWS)
    shared = {"method": METHOD, "scenes": [scene.key], "region": region or scene.footprint}
    if not (examples or like or judged):
        if "tank" not in target:
            raise ToolRefusal(f"{target} cannot be told by shape", "needs_examples")
        proposals = Caveat(code="proposals", text="found by shape; nobody looked at them")
        return Finding(
            quantities=_counts("spread"), features=features, caveats=[proposals],
            coverage=Coverage(asked=1.0, looked=[Look(gsd_m=0.5, share=1.0)]), gsd_m=0.5, **shared,
        )  # fmt: skip
    if len(judged) < 2:
        ask = [2 * len(judged) + 1, 2 * len(judged) + 2]
        views = [
            View(name=f"ask-{row}", png=png((row, 0, 0)), region=scene.footprint, gsd_m=0.5,
                 caption=f"Is this a {target}?")
            for row in ask
        ]  # fmt: skip
        flags = [row + 1 in ask for row in range(ROWS)]
        features = features.with_columns(ask=flags)
        known = [Quantity(name="candidate_count", value=ROWS, unit="count"),
                 Quantity(name="questions", value=2, unit="count")]  # fmt: skip
        return Finding(quantities=known, features=features, views=views, series={"ask": ask},
                       **shared)  # fmt: skip
    return Finding(
        quantities=_counts("sampled"), features=features, gsd_m=0.5,
        coverage=Coverage(asked=1.0, looked=[Look(gsd_m=0.5, share=1.0)]), **shared,
    )  # fmt: skip


def _box(scene, col, row, side):
    if scene.is_georeferenced:
        west, south, _, _ = scene.footprint.bounds
        step = 1e-6
        return Region.lonlat(
            west + col * step, south + row * step, west + (col + side) * step,
            south + (row + side) * step,
        ).area  # fmt: skip
    return Region.pixels(scene.frame, col, row, col + side, row + side).area


def _counts(kind):
    level = {"level": 0.9} if kind == "sampled" else {}
    return [
        Quantity(name="count", value=ROWS, unit="count", low=5, high=8, interval=kind, **level),
        Quantity(name="answered", value=4 if level else 0, unit="count"),
        Quantity(name="marked", value=ROWS, unit="count"),
        Quantity(name="cut_by_edge", value=0, unit="count"),
    ]


@pytest.fixture
def analyst(tmp_path):
    # The stand-in takes the place of the tool of the same name.
    own = (count_objects.name, record_answers.name)
    specs = [spec for spec in all_tools() if spec.name not in own]
    registry = Registry([*specs, count_objects, record_answers])
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, registry=registry) as made:
        take(made.home, write(tmp_path / "quay_1.tif", ground()), date="2021-07-04")
        yield made


BOX = ["lonlat:14.9999,45.15,15.0001,45.1502"]


def answers(*numbers):
    return AnswersGiven({f"E{e}#{n}": "yes" for e in numbers for n in range(1, 9)}, "person:Ada")


def test_a_count_by_asking_goes_on_over_turns_and_verifies(analyst):
    first = analyst.ask("How many ships are there?", session="s")
    assert first.status == "needs_input"
    assert "Draw a box" in first.answer
    second = analyst.ask("How many ships are there?", session="s", examples=BOX)
    assert second.status == "needs_input"
    crops = [crop.id for crop in second.question_back.crops]
    assert crops == ["E3#1", "E3#2"]
    assert second.question_back.crops[0].text == "Is this a ship?"
    third = analyst.ask(session="s", answers=answers(3, 5))
    assert third.status == "answered"
    assert [claim.value for claim in third.claims if claim.role == "answer"] == [6]
    assert "(5–8, 90 % from a sample)" in third.answer
    assert analyst.audit.verify().breaks == []


def test_what_was_found_by_shape_is_made_firm_by_answers(analyst):
    analyst.ask("How many storage tanks are there?", session="s")
    told = analyst.ask("ask me about them", answers=answers(*range(1, 12)), session="s")
    tools = [evidence.tool for evidence in told.evidence]
    assert told.status == "answered"
    assert tools.count("record_answers") == 2
    assert [doubt.settled_by is not None for doubt in told.doubts] == [True]


def test_by_shape_alone_is_partial_and_doubted(analyst):
    told = analyst.ask("How many storage tanks are there?")
    assert told.status == "partial"
    assert [doubt.code for doubt in told.doubts] == ["proposals_only"]
    assert "nobody looked at them" in told.answer
