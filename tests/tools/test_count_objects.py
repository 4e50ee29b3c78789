"""Counting by asking: questions, answers, the count, and every refusal."""

from __future__ import annotations

import io

import numpy as np
import pytest
import shapely
from PIL import Image

from store.errors import StoreError
from store.features.sets import FeatureSet
from store.geo import Region
from tests.pictures import bench, ground, take, write
from tests.tools.counted_pictures import Desk, box, lot
from tools.contract import ToolRefusal
from tools.count_objects import count_objects
from tools.counting.search import _kept


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("lot"))
    yield desk
    desk.home.close()


@pytest.fixture(scope="module")
def findings(desk):
    return desk.finished()


def value(found, name):
    return next(q for q in found.quantities if q.name == name)


def test_counts_cars_at_any_angle_from_three_upright_boxes(desk, findings):
    told = value(findings[-1], "count")
    assert told.low <= len(desk.places) <= told.high
    assert abs(told.value - len(desk.places)) <= 3
    assert (told.interval, told.level) == ("sampled", 0.9)


def test_marks_lie_on_the_cars(desk, findings):
    marks = findings[-1].features
    assert desk.is_car(desk.middles(findings[-1])).mean() > 0.9
    assert {"score", "probability", "judged", "length_m", "width_m"} <= set(marks.columns)
    assert value(findings[-1], "marked").value == len(marks)
    assert set(marks.columns["judged"]) <= {"yes", None}


def test_questions_claim_no_count_and_show_one_crop_each(findings):
    first = findings[0]
    assert {q.name for q in first.quantities} == {"candidate_count", "answered", "questions"}
    rows = first.series["ask"]
    assert [view.name for view in first.views] == [f"ask-{row}" for row in rows]
    assert {view.caption for view in first.views} == {"Is this a car?"}
    asked = [row for row, ask in enumerate(first.features.columns["ask"], start=1) if ask]
    assert sorted(rows) == asked
    for view in first.views:
        assert Image.open(io.BytesIO(view.png)).width >= 120


def test_never_asks_twice_nor_more_than_24_times(findings):
    asked = [row for found in findings for row in found.series.get("ask", [])]
    assert len(set(asked)) == len(asked) <= 24
    assert value(findings[-1], "answered").value == len(asked)


def test_same_arguments_same_finding(desk, findings):
    again = desk.count()
    assert again.series == findings[0].series
    assert again.features.columns == findings[0].features.columns


@pytest.mark.slow
def test_unsure_answers_count_as_not_given_and_it_says_so(desk, findings):
    judged, found = [], findings[0]
    while "ask" in found.series:
        judged.append(desk.judge(found, lambda car: "yes" if car else "unsure"))
        found = desk.count(judged)
    told = value(found, "count")
    assert value(found, "unsure").value > 0
    assert any(c.code == "unsure_answers" for c in found.caveats)
    assert told.low <= len(desk.places) <= told.high


@pytest.mark.slow
def test_a_region_counts_the_cars_whose_centre_lies_in_it(desk):
    region = Region.pixels(f"px:{desk.scene.id}", 0, 0, 200, 320)
    found = desk.finished(region=region)[-1]
    inside = desk.places[:, 0] < 200
    told = value(found, "count")
    assert told.low <= inside.sum() <= told.high
    assert (desk.middles(found)[:, 0] < 200).all()


@pytest.mark.slow
def test_georeferenced_scenes_give_sets_on_earth(tmp_path):
    desk = Desk(tmp_path, placed=True, seed=5)
    with desk.home.open_scene(desk.scene) as reader:
        earth = [Region.of("earth", reader.to_frame(e.area)) for e in desk.examples]
    found = desk.finished(examples=earth, target="things")[-1]
    told = value(found, "count")
    assert found.features.frame == "earth"
    assert told.low <= len(desk.places) <= told.high
    assert desk.is_car(desk.middles(found)).mean() > 0.9
    desk.home.close()


@pytest.mark.slow
def test_one_band_will_do(tmp_path):
    desk = Desk(tmp_path, bands=1, seed=7)
    told = value(desk.finished()[-1], "count")
    assert told.low <= len(desk.places) <= told.high
    desk.home.close()


def test_accepted_objects_serve_as_examples(desk, findings):
    marks = findings[-1].features.with_columns(reviewed=["accepted"] * len(findings[-1].features))
    found = desk.count(examples=[], like=marks)
    assert found.series["ask"]


def refusal(desk, **about):
    with pytest.raises(ToolRefusal) as caught:
        desk.count(**about)
    return caught.value


def test_refuses_to_count_cars_without_examples(desk):
    for method in ("auto", "asking", "shape"):
        told = refusal(desk, examples=[], method=method)
        assert told.code == "needs_examples"
        assert told.requirements == {"examples": "1 to 3 boxes"}


def test_refuses_boxes_that_are_no_examples(desk):
    frame = f"px:{desk.scene.id}"
    small = Region.pixels(frame, 50, 50, 52, 54)
    large = Region.pixels(frame, 0, 0, 390, 300)
    medium = Region.pixels(frame, 10, 10, 130, 130)
    assert refusal(desk, examples=[small]).code == "too_coarse"
    assert refusal(desk, examples=[large]).code == "example_too_large"
    assert refusal(desk, examples=[medium, desk.examples[0]]).code == "examples_unlike"
    assert refusal(desk, examples=[desk.examples[0]] * 4).code == "too_many_examples"


def test_refuses_words_that_say_nothing(desk):
    assert refusal(desk, target=" \u200b ").code == "no_target"


def test_refuses_answers_of_another_count(desk, findings):
    first = findings[0]
    answers = desk.judge(first)
    moved = FeatureSet(
        answers.frame, shapely.transform(answers.geometry, lambda p: p + 3), answers.columns
    )
    assert refusal(desk, judged=[moved]).code == "other_count"
    assert refusal(desk, judged=[answers], examples=desk.examples[:1]).code == "other_count"
    assert refusal(desk, judged=[first.features]).code == "no_verdicts"
    assert refusal(desk, judged=[answers], examples=[], method="shape").code == "needs_examples"


def test_refuses_a_region_of_another_scene(desk):
    with pytest.raises(StoreError):
        desk.count(region=Region.lonlat(0, 0, 1, 1))


def test_says_that_examples_have_an_unusual_size(desk):
    found = desk.count(target="bus")
    assert any(c.code == "size_unusual" for c in found.caveats)


def test_too_coarse_a_scene_names_what_would_do(tmp_path):
    desk = Desk(tmp_path)
    coarse = take(desk.home, write(tmp_path / "coarse.png", ground(200, 200)), gsd_m=5.0)
    with pytest.raises(ToolRefusal) as caught:
        count_objects.function(bench(desk.home, tmp_path / "s"), scene=coarse, target="car",
                               examples=[box(coarse, (60.0, 60.0, 0.0))])  # fmt: skip
    assert caught.value.code == "too_coarse"
    assert caught.value.requirements["gsd_m"].startswith("<= ")
    desk.home.close()


def test_refuses_where_no_pixel_holds_data(tmp_path):
    desk = Desk(tmp_path)
    blank = take(
        desk.home, write(tmp_path / "blank.tif", np.zeros((3, 90, 90), np.uint8), nodata=0)
    )
    with pytest.raises(ToolRefusal, match="holds data"):
        count_objects.function(bench(desk.home, tmp_path / "s"), scene=blank, target="thing",
                               examples=[box(blank, (40.0, 40.0, 0.0))])  # fmt: skip
    desk.home.close()


def test_where_only_what_has_no_data_looks_alike_no_count_is_made_up(desk, tmp_path):
    data, places = lot()
    col, row = places[5][:2].astype(int)
    data = np.maximum(data, 1)
    data[:, row - 5 : row + 5, col - 5 : col + 5] = 0
    scene = take(
        desk.home,
        write(tmp_path / "holed.tif", data, nodata=0, crs=None, transform=None),
        gsd_m=0.18,
    )
    around = Region.pixels(f"px:{scene.id}", col - 8, row - 8, col + 8, row + 8)
    examples = [box(scene, places[i]) for i in range(3)]
    told = refusal(desk, scene=scene, examples=examples, region=around)
    assert told.code == "nothing_alike"


def test_answers_that_are_all_unsure_give_no_count(desk, findings):
    judged, found = [], findings[0]
    for _ in range(3):
        judged.append(desk.judge(found, lambda car: "unsure"))
        found = desk.count(judged)
    judged.append(desk.judge(found, lambda car: "unsure"))
    assert refusal(desk, judged=judged).code == "no_answers"


def test_says_so_when_nothing_was_asked_because_nothing_else_looks_alike(desk):
    col, row, _ = desk.places[0]
    on_it = Region.pixels(f"px:{desk.scene.id}", col - 5, row - 5, col + 5, row + 5)
    found = desk.count(region=on_it)
    assert (value(found, "count").value, value(found, "answered").value) == (1, 0)
    assert any(c.code == "nothing_asked" for c in found.caveats)


def test_the_method_says_that_crops_are_chosen_and_not_drawn_by_chance(findings):
    assert "chosen by rule" in findings[-1].method.source


def test_answers_do_not_go_with_shape_even_beside_examples(desk, findings):
    told = refusal(desk, judged=[desk.judge(findings[0])], method="shape")
    assert told.code == "nothing_asked"
    assert "no example" not in str(told)


def test_the_person_can_stop_it(desk):
    stopped = bench(desk.home, desk.bench.scratch, cancel=lambda: True)
    with pytest.raises(StoreError):
        count_objects.function(stopped, scene=desk.scene, target="car", examples=desk.examples)


def test_a_search_that_is_kept_gives_the_same_finding_and_counts_its_reading(desk):
    _kept.cache_clear()
    first, second = desk.count(), desk.count()
    assert _kept.cache_info().hits == 1
    assert first.pixels_read == second.pixels_read > 0
    assert first.series == second.series


def test_refuses_more_than_it_can_hold(desk, monkeypatch):
    _kept.cache_clear()
    monkeypatch.setattr("tools.counting.search.LIMIT", 8)
    assert refusal(desk, target="things").code == "too_many"
    _kept.cache_clear()
