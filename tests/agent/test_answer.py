"""Answers: figures from the record, what is unknown said as unknown, a failure never a zero."""

import re

import pytest

from agent.answer.figures.pairs import _told_apart
from agent.answer.numbers import one, rounded, shown
from agent.answer.outcome import holds
from agent.inquiry import Ask, Claim, Subject
from store.scenes import Caveat
from tests.agent.stand_ins import Fails, Given, Session, Town, count, figure, places, scene
from tools.contract import Quantity

TOWN = {
    "school": 6,
    "bus stop": 12,
    "park": 4,
    "building": 40,
    "pharmac": 2,
    "station": 1,
    "cafe": 8,
    "restaurant": 9,
    "road": 20,
    "hospital": 1,
    "playground": 5,
    "tree": 30,
    "church": 3,
}


def session(counts=None, scenes=(), **more):
    return Session(Town(dict(TOWN if counts is None else counts), **more), scenes=scenes)


QUESTIONS = [
    "How many schools are there?",
    "Are there any schools?",
    "Is there a school within 200 m of a park?",
    "How many schools are within 200 m of a park?",
    "List the schools.",
    "Which park is the largest?",
    "What share of the ground is covered by buildings?",
    "How far is the nearest pharmacy from the railway station?",
    "Are there more schools than parks?",
    "What percentage of restaurants have a name?",
]
KINDS = ["refusal", "error", "invalid", "interrupted"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_failed_tool_is_never_nothing_found(question, kind):
    told = session(
        fails={"lookup_osm": Fails(kind, "the map did not answer (time-out after 3 tries)")}
    ).ask(question)
    assert told.status == "abstained"
    assert "could not determine" in told.text
    assert "the map did not answer" in told.text.casefold()
    assert all(claim.value is None for claim in told.claims)
    assert not re.search(r"\b(none|no schools|0)\b", told.text.split("Understood as")[0])
    assert told.faults == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("How many schools are within 200 m of a park?", "relate"),
        ("Which park is the largest?", "measure"),
        ("How many buildings are larger than 500 m²?", "select"),
        ("What percentage of restaurants have a name?", "calculate"),
    ],
)
def test_a_failed_second_step_gives_no_figure(question, tool, kind):
    told = session(fails={tool: Fails(kind, "it ran out of time")}).ask(question)
    assert told.status == "abstained"
    assert all(claim.value is None for claim in told.answers)


def test_one_failure_of_two_things_asked_gives_a_partial_answer():
    told = session(fails={"measure": Fails("refusal", "none of these has an area")}).ask(
        "How many parks are there and which is the largest?"
    )
    assert told.status == "partial"
    assert [claim.value for claim in told.answers] == [4, None]
    assert told.answers[1].verdict == "undecided"
    assert "Could not be determined" in told.text


def test_nothing_found_is_none_only_where_enough_was_looked_at():
    told = session({}).ask("How many schools are there?")
    assert told.answers[0].value == 0
    assert told.text.startswith("**None**")
    partly = Town({}, lookup_osm=Given([count(0, "schools")], places([]), looked=0.6))
    told = Session(partly).ask("How many schools are there?")
    assert told.status == "abstained"
    assert told.answers[0].value is None
    assert "Cannot tell" in told.text


@pytest.mark.parametrize(
    "question",
    [
        "Are there any schools?",
        "There is no school here, right?",
        "Is it true that there are more than 3 schools?",
        "Are there more schools than parks?",
        "Which school is the largest?",
    ],
)
def test_an_incomplete_map_denies_nothing(question):
    partly = Town({}, lookup_osm=Given([count(0, "schools")], places([]), looked=None))
    told = Session(partly).ask(question)
    assert told.status == "abstained"
    assert told.answers[0].value is None


def test_a_count_says_what_is_cut_and_whose_centre_is_inside():
    told = session(scenes=[scene()]).ask("How many schools are there?")
    assert told.text.startswith("**6** schools [E2]. Of these 5 have their centre inside")
    assert {claim.quantity for claim in told.claims if claim.role == "support"} >= {
        "count_centre_inside",
        "count_cut",
    }
    assert told.faults == []


@pytest.mark.parametrize(
    ("question", "value", "verdict"),
    [
        ("Are there any schools?", True, None),
        ("Are there any zoos?", False, None),
        ("There is no zoo here, right?", True, "supported"),
        ("There is no school here, right?", False, "refuted"),
        ("Is it true that there are more than 5 schools?", True, "supported"),
        ("Is it true that there are more than 6 schools?", False, "refuted"),
        ("Are there at least 6 schools?", True, "supported"),
        ("A newspaper says there are 7 schools here. Is that true?", False, "refuted"),
        ("Are there fewer than ten schools?", True, "supported"),
        ("Are there more schools than parks?", True, None),
        ("Are there as many schools as parks?", False, None),
        ("Are all schools within 500 m of a bus stop?", False, None),
        ("Is the largest park bigger than 900 m²?", True, "supported"),
        ("Is the largest park bigger than 2 ha?", False, "refuted"),
    ],
)  # fmt: skip
def test_yes_and_no_and_claims(question, value, verdict):
    told = session().ask(question)
    assert told.answers[0].value is value
    assert told.answers[0].verdict == verdict
    assert told.faults == []


@pytest.mark.parametrize(
    ("question", "value", "contains"),
    [
        ("Which park is the largest?", "park a", "1,000 m²"),
        ("What is the osm id of the largest park?", "way/100", "way/100"),
        ("How big is the largest park?", 1000.0, "1,000 m²"),
        ("Show me the three largest parks", "park", "990 m²"),
        ("What is the second largest park?", "park b", "990 m²"),
        ("Which are more common, schools or parks?", "schools", "6 for schools"),
        ("How far is the nearest pharmacy from the railway station?", 120.0, "120 m"),
        ("What is the surface of the roads?", "asphalt", "asphalt"),
        ("How many more schools than parks are there?", 2.0, "2 more"),
        ("What share of the ground is covered by buildings?", 0.004, "0.4 %"),
        ("What is the name of the hospital?", "hospital a", "hospital a"),
        ("How many buildings per hectare are there?", 4e-05, "0.4 per ha"),
    ],
)  # fmt: skip
def test_figures_and_names(question, value, contains):
    told = session().ask(question)
    assert told.status == "answered"
    got = told.answers[0].value
    assert value in got if isinstance(value, str) else got == pytest.approx(value)
    assert contains in told.text.replace("**", "")
    assert told.faults == []


def test_each_thing_asked_has_one_answer_in_order():
    told = session(scenes=[scene()]).ask(
        "How many buildings are there and what share of the ground do they cover, and which "
        "osm_id is the largest?"
    )
    assert [claim.quantity for claim in told.answers] == ["count", "share", None]
    assert told.answers[2].value == "way/100"
    assert told.faults == []


def test_caveats_and_loose_words_are_told_once():
    caveat = Caveat(code="map_date", text="the map data map-1a2b3c is of unknown date")
    town = Town(
        {},
        lookup_osm=lambda call, ledger: Given(
            [count(3, "lakes")], places(["a", "b", "c"]), caveats=[caveat]
        ),
    )
    told = Session(town).ask("Are there more lakes than parks?")
    assert told.text.count("unknown date") == 1
    assert told.faults == []


def test_a_change_that_cannot_be_told_is_said_so():
    unsure = Given(
        [figure("verdict", "cannot_tell", "text"), figure("candidate_count", 3, "count")],
        places([None] * 3),
        series={"reasons": ["the light differs"]},
    )
    told = Session(Town(detect_change=unsure), scenes=[scene("a"), scene("b")]).ask(
        "Has anything been built or removed?"
    )
    assert told.status == "abstained"
    assert told.answers[0].value is None
    assert "Cannot tell" in told.text
    assert "the light differs" in told.text.casefold()
    assert told.faults == []


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Did anything change?", True), ("Nothing changed, right?", False), ("How much of the scene changed?", 0.158),
        ("How many changed regions are there?", 4), ("Where did it change the most?", "south-east"),
        ("Which part changed least?", "north-west"), ("Did more than 50 % of the scene change?", False),
        ("How many changed regions are within 100 m of a school?", 3), ("How many hectares changed?", 158_000.0),
    ],
)  # fmt: skip
def test_change(question, value):
    told = Session(Town(dict(TOWN)), scenes=[scene("a"), scene("b")]).ask(question)
    assert told.answers[0].value == value
    assert told.status == "answered"
    assert told.faults == []


def test_a_threshold_inside_the_interval_is_undecided():
    told = Session(Town(), scenes=[scene("a"), scene("b")]).ask(
        "Did more than 15 % of the scene change?"
    )
    assert told.answers[0].value is None
    assert told.answers[0].verdict == "undecided"
    assert told.status == "abstained"


def test_how_do_you_know_gives_the_chain_of_evidence():
    talk = session(scenes=[scene()])
    talk.ask("How many schools are there?")
    told = talk.ask("How do you know?")
    assert told.status == "answered"
    assert "[E1] describe_scene" in told.text
    assert "[E2] lookup_osm" in told.text
    assert "dddddddddddd" in told.text
    assert told.faults == []


def test_names_from_outside_cannot_be_references():
    odd = Town(lookup_osm=Given([count(1, "cafes")], places(["{E9.count} <b>`x`"])))
    told = Session(odd).ask("List the cafes.")
    assert "(E9.count) ‹b›'x'" in told.text


@pytest.mark.parametrize(
    ("value", "unit", "style", "text"),
    [
        (1234, "count", "", "1,234"), (0.24196, "1", "", "24.2 %"), (999.4, "m2", "", "999.4 m²"), (23456.0, "m2", "", "2.346 ha"),
        (3_500_000.0, "m2", "", "3.5 km²"), (23456.0, "m2", "acre", "5.796 acres"), (512.4, "m", "", "512.4 m"), (1530.2, "m", "", "1.53 km"),
        (1609.344, "m", "mi", "1 miles"), (1.2e-5, "1/m2", "", "12 per km²"), (1.2e-4, "1/m2", "ha", "1.2 per ha"), (60.17, "deg", "", "60.17000°"),
        (0.5, "m/px", "", "0.5 m per pixel"), (True, "text", "", "yes"), (None, "text", "", "unknown"), ("way/1", "id", "", "way/1"),
    ],
)  # fmt: skip
def test_numbers_as_people_read_them(value, unit, style, text):
    assert one(value, unit, style) == text


def test_an_interval_is_shown_with_its_kind():
    quantity = Quantity(name="share", value=0.158, unit="1", low=0.13, high=0.18, interval="spread")
    assert shown(quantity) == "15.8 % (13 %–18 %, spread over settings)"
    assert shown(quantity, "bare") == "15.8 %"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (1e-9, "0.000000001"), (999999.5, "1,000,000"), (12.3456, "12.35")],
)
def test_rounding_keeps_four_digits(number, text):
    assert rounded(number) == text


@pytest.mark.parametrize(
    ("relation", "wanted", "low", "value", "high", "true"),
    [
        ("more_than", 10, None, 11, None, True), ("more_than", 11, None, 11, None, False), ("at_least", 11, None, 11, None, True),
        ("more_than", 10, 8, 11, 12, None), ("exactly", 40, 34, 38, 42, None), ("about", 200, None, 210, None, True),
        ("about", 200, None, 250, None, False), ("fewer_than", 5, 6, 7, 8, False),
    ],
)  # fmt: skip
def test_claims_against_figures_with_intervals(relation, wanted, low, value, high, true):
    quantity = Quantity(
        name="count",
        value=value,
        unit="count",
        low=low,
        high=high,
        interval="none" if low is None else "spread",
    )
    assert holds(Claim(relation=relation, value=wanted), quantity) is true


def test_two_that_are_alike_are_told_apart_by_their_scenes():
    near, far = (Subject(label="buildings", scene=name) for name in ("yard-0a1b2c", "quay-3d4e5f"))
    told = _told_apart(Ask(goal="compare", of=near, other=far))
    assert told == ("buildings in yard-0a1b2c", "buildings in quay-3d4e5f")
    other = far.model_copy(update={"label": "bus stops"})
    assert _told_apart(Ask(goal="compare", of=near, other=other)) == ("buildings", "bus stops")
