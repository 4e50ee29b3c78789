"""Real scenes, asked in words: sizes in any unit, what is unknown, names that do not exist."""

from __future__ import annotations

import pytest

from store.errors import BadName

P0003 = ("count_dota/images/P0003.png", 0.115726939386)
P0003_M2 = 1147 * 1023 * P0003[1] ** 2


def values(told):
    return [claim.value for claim in told.claims if claim.role == "answer"]


@pytest.mark.parametrize(
    "question",
    [
        "How big is P0003 on the ground, in m²?",
        "What area does P0003 cover in hectares?",
        "Ground covered by the image, in acres?",
        "How many square feet does the P0003 image show?",
        "How large an area does the picture show?",
        "Area of P0003 in km2",
    ],
)
def test_a_declared_pixel_size_gives_the_ground_in_any_unit(desk, question):
    desk.take(P0003[0], gsd_m=P0003[1])
    told = desk.ask(question)
    assert values(told) == [pytest.approx(P0003_M2, rel=1e-6)]


@pytest.mark.parametrize(
    "question",
    [
        "What is the area of the scene in square metres?",
        "How many hectares does P0706 cover?",
        "How big is P0706 on the ground, in m²?",
        "How wide is the image in metres?",
        "What is the pixel size of P0706?",
        "What ground area does the picture show, in acres?",
    ],
)
def test_sizes_on_the_ground_without_a_pixel_size_are_asked_back(desk, question):
    desk.take("count_dota/images/P0706.png")
    told = desk.ask(question)
    assert told.status == "needs_input"
    assert [value for value in values(told) if value is not None] == []
    assert "--gsd" in told.answer


PATHS = ["/etc/passwd", "/etc/no_such_file", "../../etc/passwd", "/etc/shadow", "a/b/c.tif"]
NAMES = ["P9999", "no_such_scene", "town_2030.tif"]
ASKED = [
    "What is the pixel size of {}?",
    "When was {} taken?",
    "How many bands does {} have?",
    "What changed between {} and P0706?",
    "What area does {} cover in hectares?",
]


@pytest.mark.parametrize("question", ASKED)
def test_names_of_no_scene_are_refused_alike_whatever_lies_on_the_disk(desk, question):
    desk.take("count_dota/images/P0706.png")
    told = set()
    for number, name in enumerate([*PATHS, *NAMES]):
        answer = desk.ask(question.format(name), session=f"s{number}")
        told.add((answer.status, answer.answer.replace(name, "NAME")))
    assert len(told) == 1
    assert "I hold no scene called “NAME”" in told.pop()[1]


def test_paths_given_as_scenes_are_refused_alike_whatever_lies_on_the_disk(desk):
    desk.take("count_dota/images/P0706.png")
    told = set()
    for name in PATHS:
        with pytest.raises(BadName) as refused:
            desk.ask("What is the pixel size?", scenes=[name])
        told.add((refused.value.code, str(refused.value).replace(name, "NAME")))
    assert len(told) == 1


@pytest.fixture
def vegas(desk):
    desk.take("roads_spacenet/vegas_img0_rgb.tif")
    desk.take("roads_spacenet/vegas_img0_roads.geojson", kind="vector")
    return desk


@pytest.mark.slow
def test_roads_of_a_layer_called_so_are_counted_and_measured(vegas):
    counted = vegas.ask("Into how many segments is the road network cut?")
    assert values(counted) == [38]
    assert "by its name" in counted.answer
    length = vegas.ask("total road length in kilometers", session="b")
    assert values(length) == [pytest.approx(4464.01, rel=0.005)]
    longest = vegas.ask("How long is the longest piece of road?", session="c")
    assert pytest.approx(322.686, rel=0.005) in values(longest)
    lanes = vegas.ask("How many three-lane segments are there?", session="d")
    assert values(lanes) == [2]
    assert "lane_number" in lanes.answer
    assert values(vegas.ask("How many schools are there?", session="e")) == [None]
