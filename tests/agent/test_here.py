"""Words for what is given, talk around a question, and dates that choose a scene."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.planner.here import all_water, given, only_scene
from agent.planner.questions import Held, read_question
from agent.planner.scene_names import words_of_scenes
from store.geo import Period
from tests.agent.stand_ins import scene
from tests.agent.understood import expected, understood

WORDS = {"ottawa": ("ottawa_1",), "landsat": ("l7",)}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("How many pubs are in this part of Oslo?", "How many pubs are here?"),
        ("What share of this stretch of the Ebro delta changed?",
         "What share of the area changed?"),
        ("How many cars are in this crop from Oslo?", "How many cars are in this image?"),
        ("How many cars are in this frame of Ottawa?", "How many cars are in this image of Ottawa?"),
        ("How many cars are in this image of Oslo?", "How many cars are in this image?"),
        ("How many cars are in this image of Ottawa?", "How many cars are in this image of Ottawa?"),
        ('Pubs in this part of "Elm Park"?', 'Pubs in this part of "Elm Park"?'),
        ("Trees in this part of the park?", "Trees in this part of the park?"),
        ("Trees on this slope?", "Trees on this slope?"),
        ("Pubs in this district of Oslo?", "Pubs in this district of Oslo?"),
        ("cars on this stretch of road?", "cars on this stretch of road?"),
        ("trees in the northern part of Oslo?", "trees in the northern part of Oslo?"),
    ],
)  # fmt: skip
def test_what_is_given_is_here(text, plain):
    assert given(text, WORDS, drawn=False)[0] == plain


def test_a_name_that_chooses_nothing_is_told_and_one_beside_a_drawn_place_is_not():
    held = Held(layers=frozenset({"osm"}))
    told = read_question("How many pubs are in this part of Oslo?", held)
    assert told.understood
    assert told.set_aside == ["Oslo"]
    assert read_question("How many pubs on this stretch of the coast?", held).set_aside == [
        "the coast"
    ]
    drawn = replace(held, drawn=True)
    assert read_question("How many pubs are in this part of Oslo?", drawn).set_aside == []


def test_a_part_of_a_thing_is_what_was_drawn():
    assert given("Boats in this part of the marina?", {}, drawn=True) == ("Boats here?", [])
    assert given("Trees on this slope?", {}, drawn=True) == ("Trees here?", [])
    assert given("Pubs in this district of Oslo?", {}, drawn=True) == ("Pubs here?", [])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("what share is water (sea, rivers and lagoons)?", "what share is water?"),
        ("what share is water (rivers and lakes)?", "what share is water (rivers and lakes)?"),
        ("what share is water (sea)?", "what share is water (sea)?"),
        ("what share is water (sea and rivers wider than 10 m)?",
         "what share is water (sea and rivers wider than 10 m)?"),
    ],
)  # fmt: skip
def test_water_is_all_water_where_both_salt_and_fresh_is_named(text, plain):
    assert all_water(text) == plain


@pytest.mark.parametrize(
    ("text", "plain", "gone"),
    [
        ("the scene of Olinda", "the scene", ["Olinda"]),
        ("the Olinda image", "the image", ["Olinda"]),
        ("the Landsat scene of Recife", "the Landsat scene", ["Recife"]),
        ("the Sentinel image", "the Sentinel image", []),
        ("the image of May 2012", "the image of May 2012", []),
    ],
)
def test_a_name_chooses_nothing_where_one_scene_is_held(text, plain, gone):
    assert only_scene(text, WORDS) == (plain, gone)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Hi! I'm preparing a talk. How many pubs are there in this part of Oslo?", "count {pub}"),
        ("A friend insists that there are more pubs than cafes. I doubt it... is he right?",
         "compare {pub} more {cafe}"),
        ("For a repair budget I need the total length of the tram tracks here, please.",
         "length {tram track}"),
        ("Count the pubs here, would you?", "count {pub}"),
        ("Count the pubs within 1 km of the church. I have marked two examples.", None),
        ("How many boats are here? I've drawn a box around three of them.", "count seen:boat"),
        ('Count the pubs less than 400 m from the main church ("St Mary").',
         'count {pub} within:400(named:"st mary")'),
        ("How many boats are here? Here are a few examples.", "count seen:boat"),
        ("How many boats are here? I've drawn a box around the northern pier.", "unknown"),
        ("For a family of five I need the number of hotels.", "unknown"),
        ("How many cars are in this aerial frame, both parked and moving?", "count seen:car"),
    ],
)  # fmt: skip
def test_talk_around_a_question_is_set_aside(question, meant):
    found = understood(question)
    assert found == expected(meant) if meant else found not in ("unknown", "cannot")


def _dated():
    dates = {"s2_a": "2015-07-11", "s2_b": "2015-08-30"}
    scenes = [
        scene(name).model_copy(update={"period": Period.parse(date)})
        for name, date in dates.items()
    ]
    return Held(
        {one.id: one.id for one in scenes},
        aliases={one.alias: (one.id,) for one in scenes},
        words=words_of_scenes(scenes),
        periods={one.id: one.period for one in scenes},
    )


@pytest.mark.parametrize(
    ("question", "scenes"),
    [
        ("What was the mean NDVI on 11 July 2015?", ["s2_a"]),
        ("How green was it on 30 August 2015? Give me the mean NDVI of that scene.", ["s2_b"]),
        ("Was the mean NDVI higher on 30 August 2015 than on 11 July 2015?", ["s2_b", "s2_a"]),
        ("Was the mean NDVI lower in August 2015 than in July 2015?", ["s2_b", "s2_a"]),
        ("What was the mean NDVI on 15 June 2019?", None),
        ("What was the mean NDVI in 2015?", None),
        ("What was the mean NDVI after July 2015?", None),
        ("What was the mean NDVI since July 2015?", None),
        ("How many cars were there before July 2015?", None),
        ("What was the mean NDVI between July 2015 and August 2015?", None),
        ("How many houses were built in July 2015?", None),
        ("How many cars were there in July 2015?", ["s2_a"]),
    ],
)
def test_a_date_chooses_the_one_scene_of_that_date(question, scenes):
    inquiry = read_question(question, _dated())
    if scenes is None:
        assert not inquiry.understood
    else:
        assert inquiry.understood
        assert [one.rpartition("-")[0] for one in inquiry.where.scenes] == scenes
