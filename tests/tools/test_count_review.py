"""Recording answers and reviewing objects: what stands, what is exact, and every bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import FramesDiffer
from store.features.sets import FeatureSet
from store.geo import EARTH, Region
from tools.contract import Bench, ToolRefusal
from tools.counting.judges import check_rows
from tools.record_answers import record_answers
from tools.review_objects import review_objects

FRAME = "px:quay-1a2b3c"
BENCH = Bench(catalog=None, open_scene=None, scratch=Path())


def boxes(count=5, ask=(True, True, True, False, False)):
    shapes = [Region.pixels(FRAME, 20 * i, 0, 20 * i + 10, 6).area for i in range(count)]
    columns = {"score": [9.0 - i for i in range(count)]}
    if ask is not None:
        columns["ask"] = list(ask)[:count]
    return FeatureSet.of(FRAME, shapes, **columns)


def record(rows, verdicts, of=None, by="person:Ada"):
    return record_answers.function(
        BENCH, of=boxes() if of is None else of, rows=rows, verdicts=verdicts, by=by
    )


def review(objects=None, by="person:Ada", **said):
    return review_objects.function(
        BENCH, objects=boxes() if objects is None else objects, by=by, **said
    )


def values(found):
    return {q.name: q.value for q in found.quantities}


def code(call, *args, **about):
    with pytest.raises(ToolRefusal) as caught:
        call(*args, **about)
    assert len(str(caught.value)) > 20
    return caught.value.code


def test_answers_are_kept_with_their_rows_and_who_gave_them():
    found = record([3, 1], ["yes", "unsure"])
    assert found.features.columns == {
        "score": [7.0, 9.0],
        "verdict": ["yes", "unsure"],
        "row": [3, 1],
    }
    assert values(found) == {"yes": 1, "no": 0, "unsure": 1}
    assert found.series == {"by": ["person:Ada"]}
    assert found.features.geometry[0].equals(boxes().geometry[2])


@pytest.mark.parametrize(
    ("rows", "verdicts", "about", "wanted"),
    [
        ([1, 2], ["yes"], {}, "verdicts_do_not_fit"),
        ([9], ["yes"], {}, "no_such_row"),
        ([0], ["yes"], {}, "no_such_row"),
        ([-1], ["yes"], {}, "no_such_row"),
        ([1, 1], ["yes", "no"], {}, "row_twice"),
        ([4], ["yes"], {}, "not_asked"),
        ([], [], {}, "no_rows"),
        ([1], ["maybe"], {}, "no_such_verdict"),
        ([1], ["yes"], {"by": "somebody"}, "no_judge"),
        ([1], ["yes"], {"by": ""}, "no_judge"),
        ([1], ["yes"], {"of": boxes(ask=(False,) * 5)}, "nothing_asked"),
        ([1], ["yes"], {"of": boxes(0, ask=None)}, "nothing_asked"),
    ],
)  # fmt: skip
def test_answers_that_do_not_fit_are_refused(rows, verdicts, about, wanted):
    assert code(record, rows, verdicts, **about) == wanted


@pytest.mark.parametrize("by", ["person:Ada", "file:answers.yaml", "eyes:tiny-vlm", "person"])
def test_whoever_judges_is_named(by):
    assert record([1], ["yes"], by=by).method.parameters == {"by": by}


def test_what_stands_is_all_but_the_rejected_and_the_added():
    added = Region.pixels(FRAME, 200, 50, 215, 60)
    found = review(accept=[1], reject=[2, 3], add=[added])
    assert values(found) == {
        "count": 4, "standing": 4, "accepted": 1, "rejected": 2, "added": 1, "unreviewed": 2,
    }  # fmt: skip
    assert found.features.columns["reviewed"] == ["accepted", None, None, "added"]
    assert found.features.columns["score"] == [9.0, 6.0, 5.0, None]
    assert found.features.geometry[-1].equals(added.area)


def test_the_count_is_exact_once_every_object_was_looked_at():
    part = review(accept=[1])
    whole = review(accept=[1, 2, 3, 4], reject=[5])
    assert [found.quantities[0].interval for found in (part, whole)] == ["none", "exact"]


def test_a_review_goes_on_from_a_review():
    first = review(accept=[1, 2], reject=[3])
    second = review(first.features, accept=[3, 4])
    assert second.quantities[0].interval == "exact"
    assert values(second)["count"] == 4


def test_rejecting_everything_leaves_an_exact_nothing():
    found = review(reject=[1, 2, 3, 4, 5])
    assert values(found)["count"] == 0
    assert found.quantities[0].interval == "exact"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, "nothing_reviewed"),
        ({"accept": [6]}, "no_such_row"),
        ({"reject": [0]}, "no_such_row"),
        ({"accept": [2, 2]}, "row_twice"),
        ({"accept": [2], "reject": [2]}, "contradiction"),
        ({"add": [Region.pixels(FRAME, 1, 0, 10, 6)]}, "there_already"),
        ({"add": [Region.pixels(FRAME, 300, 0, 310, 6), Region.pixels(FRAME, 301, 0, 310, 6)]}, "there_already"),
        ({"accept": [1], "by": "me"}, "no_judge"),
    ],
)  # fmt: skip
def test_reviews_that_contradict_are_refused(said, wanted):
    assert code(review, **said) == wanted


def test_a_review_of_very_many_takes_no_time():
    rows = list(range(1, 50_001))
    assert check_rows(rows, 50_000, "accept") == rows
    assert code(check_rows, [*rows, 7, 3], 50_000, "accept") == "row_twice"


def test_a_rejected_object_may_be_drawn_anew():
    found = review(reject=[1], add=[Region.pixels(FRAME, 1, 0, 10, 6)])
    assert values(found)["count"] == 5


def test_boxes_of_another_frame_are_refused():
    with pytest.raises(FramesDiffer):
        review(add=[Region.lonlat(0, 0, 1, 1)])


def test_objects_without_a_place_can_be_reviewed():
    geometry = np.empty(2, dtype=object)
    geometry[0] = Region.lonlat(0, 0, 1, 1).area
    objects = FeatureSet(EARTH, geometry, {"name": ["a", "b"]})
    found = review(objects, accept=[1], add=[Region.lonlat(5, 5, 6, 6)])
    assert found.features.columns["name"] == ["a", "b", None]


@given(st.lists(st.sampled_from(["accept", "reject", None]), min_size=1, max_size=8))
def test_the_count_is_what_was_not_rejected(words):
    said = {w: [i for i, word in enumerate(words, 1) if word == w] for w in ("accept", "reject")}
    if not any(said.values()):
        return
    found = review(boxes(len(words), ask=None), **said)
    assert values(found)["count"] == len(words) - len(said["reject"])
    assert values(found)["unreviewed"] == words.count(None)
