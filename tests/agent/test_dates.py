"""Dates said in questions: what is a date, and which scenes bear it out."""

from __future__ import annotations

import pytest

from agent.inquiry import Ask, Inquiry, Where
from agent.planner.dates import against_dates, dates_said
from store.geo import Period
from tests.agent.stand_ins import scene


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("How much changed between 2012 and 2020?", ["2012", "2020"]),
        ("What changed from June 2008 to 12 May 2009?", ["2008-06", "2009-05-12"]),
        ("the NDVI on July 11, 2015", ["2015-07-11"]),
        ("2012-2020: how much changed?", ["2012", "2020"]),
        ("After the flood of '97, what changed?", ["1997"]),
        ("the 2012 and the 2020 image", ["2012", "2020"]),
        ("what changed since May", ["5"]),
        ("May I ask what changed by march?", ["3"]),
        ("Are there more than 2000 houses?", []),
        ("did more than 2000 m² change?", []),
        ("what changed between town_2012 and town_2020?", []),
        ('what changed at "Platform 2012"?', []),
    ],
)
def test_dates_are_told_from_numbers_and_names(text, dates):
    found = dates_said(text, ("town_2012", "town_2020"))
    assert [str(one.period or one.month) for one in found] == dates


def _asked(question, dates, goal="change"):
    scenes = [
        scene(f"s{n}").model_copy(update={"period": Period.parse(date) if date else None})
        for n, date in enumerate(dates)
    ]
    inquiry = Inquiry(
        question=question,
        asked=[Ask(goal=goal)],
        where=Where(scenes=[one.id for one in scenes]),
    )
    return against_dates(inquiry, scenes).refusal_hint


@pytest.mark.parametrize(
    ("question", "dates", "refused"),
    [
        ("How much changed between 2012 and 2020?", ("2008-06", "2009-06"), True),
        ("How much changed between 2008 and 2020?", ("2008-06", "2009-06"), True),
        ("How much changed between 2008 and 2009?", ("2008-06", "2009-06"), False),
        ("How much changed between May and August?", ("1997-05", "1997-08"), False),
        ("How much changed between June and July?", ("1997-05", "1997-08"), True),
        ("How much changed in 2009?", ("2008-06", "2009-06"), True),
        ("How much changed in 1997?", ("1997-05", "1997-08"), False),
        ("How much changed by August?", ("1997-05", "1997-08"), False),
        ("How much changed since 1990?", ("1997-05", "1997-08"), True),
        ("How much changed between 2012 and 2020?", (None, None), True),
        ("How much changed?", (None, None), False),
    ],
)
def test_changes_are_told_of_the_dates_held_alone(question, dates, refused):
    hint = _asked(question, dates)
    assert (hint is not None) == refused
    assert not refused or all(date in hint for date in dates if date)


def test_an_index_is_told_of_the_date_held_alone():
    assert "2015-07-11" in _asked("the mean NDVI on 15 June 2019?", ("2015-07-11",), "index")
    assert _asked("the mean NDVI on 11 July 2015?", ("2015-07-11",), "index") is None
