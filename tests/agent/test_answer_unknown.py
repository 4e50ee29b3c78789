"""Answers where the records do not say enough: no "none", no "no", no figure without its bounds."""

import pytest

from agent.check.claims import claim_faults
from agent.evidence import Claim
from agent.weigh import weigh
from store.scenes import Caveat
from tests.agent.stand_ins import FakeCatalog, Given, Session, Town, count, figure, places, scene
from tools.contract import at_least

UNKNOWN = Caveat(code="condition_unknown", text="7 more do not say whether building:levels > 5")
TALL = "How many buildings with more than 5 floors are there?"


def town(number, unknown=7, looked=0.0, every=40):
    """Return a town whose map does not say of some buildings whether they are tall."""

    def lookup(call, ledger):
        names = ["tall"] * number
        if not call.arguments.get("where"):
            return Given([count(every, "buildings")], places(["any"] * every))
        known = [
            at_least("count", number, unknown, "buildings"),
            figure("count_condition_unknown", unknown, "count"),
        ]
        return Given(known, places(names), looked=looked, caveats=[UNKNOWN])

    return Session(Town({}, lookup_osm=lookup))


def test_none_is_not_said_where_some_do_not_say():
    told = town(0).ask(TALL)
    assert told.status == "abstained"
    assert told.answers[0].value is None
    assert told.text.startswith("**Cannot tell**")
    assert "7 more do not say" in told.text
    assert told.faults == []


def test_a_count_beside_unknown_ones_is_at_least_that():
    told = town(3).ask(TALL)
    assert told.answers[0].value == 3
    assert "at least 3 (at most 10)" in told.text
    assert "7 more do not say" in told.text
    assert told.faults == []


@pytest.mark.parametrize(
    ("question", "number", "value"),
    [
        ("Are there any buildings with more than 5 floors?", 0, None),
        ("Are there any buildings with more than 5 floors?", 1, True),
        ("Is it true that there are more than 4 buildings with more than 5 floors?", 3, None),
        ("Is it true that there are more than 2 buildings with more than 5 floors?", 3, True),
        ("Is it true that there are more than 10 buildings with more than 5 floors?", 3, False),
        ("Do all buildings have more than 5 floors?", 33, None),
        ("Do all buildings have more than 5 floors?", 40, True),
        ("Do all buildings have more than 5 floors?", 20, False),
    ],
)
def test_yes_and_no_wait_for_what_is_not_said(question, number, value):
    told = town(number, 0 if number == 40 else 7).ask(question)
    assert told.answers[0].value is value, told.text
    assert told.status == ("abstained" if value is None else "answered")
    assert told.faults == []


@pytest.mark.parametrize(("value", "stopped"), [(False, True), (True, True), (None, False)])
def test_the_check_stops_a_yes_or_no_that_the_records_leave_open(value, stopped):
    talk = town(33)
    told = talk.ask("Do all buildings have more than 5 floors?")
    first = told.answers[0]
    lead = {True: "Yes", False: "No", None: "Cannot tell"}[value]
    verdict = None if value is not None else "undecided"
    text = f"{lead}: {first.text.partition(': ')[2]}"
    claim = first.model_copy(update={"value": value, "text": text, "verdict": verdict})
    draft = _Draft([claim])
    faults = claim_faults(draft, text, talk.ledger, told.inquiry)
    assert any("leaves that open" in fault for fault in faults) is stopped


def test_the_check_stops_a_no_that_stands_on_nothing_found_beside_unknown_ones():
    talk = town(0)
    told = talk.ask("Are there any buildings with more than 5 floors?")
    text = "No: there are none."
    claim = Claim(
        id="C1", role="answer", text=text, value=False, unit="text",
        evidence=told.answers[0].evidence,
    )  # fmt: skip
    faults = claim_faults(_Draft([claim]), text, talk.ledger, told.inquiry)
    assert any("leaves that open" in fault for fault in faults)


class _Draft:
    def __init__(self, claims):
        self.claims = claims


@pytest.mark.parametrize(
    "code", ["place_unknown", "right_incomplete", "without_value", "outside_map"]
)
def test_what_the_tools_call_into_question_is_a_doubt(code):
    talk = Session(
        Town(
            {},
            lookup_osm=Given([count(3)], places(["a"] * 3), caveats=[Caveat(code=code, text="x")]),
        )
    )
    talk.ask("How many schools are there?")
    raised = weigh(talk.ledger.evidence, FakeCatalog())
    assert [one.code for one in raised] == [code]


@pytest.mark.parametrize("tool", ["relate", "select"])
def test_nothing_near_is_none_only_where_all_around_was_looked(tool):
    open_ = Given([at_least("count", 0, 2)], places([]), looked=None)
    question = {
        "relate": "How many schools are within 200 m of a park?",
        "select": "How many buildings are larger than 500 m²?",
    }[tool]
    counts = {"school": 6, "park": 4, "building": 5}
    told = Session(Town(counts, **{tool: open_})).ask(question)
    assert told.status == "abstained"
    assert "Cannot tell" in told.text
    sure = Given([count(0)], places([]))
    told = Session(Town(counts, **{tool: sure})).ask(question)
    assert told.answers[0].value == 0
    assert told.faults == []


def test_not_all_near_is_no_only_where_all_around_was_looked():
    open_ = Given([at_least("count", 4, 2)], places(["a"] * 4), looked=None)
    told = Session(Town({"school": 6, "bus stop": 3}, relate=open_)).ask(
        "Are all schools within 500 m of a bus stop?"
    )
    assert told.answers[0].value is None
    assert told.status == "abstained"
    assert told.faults == []


def test_a_count_over_ground_without_map_is_partial_and_says_of_how_much():
    partly = Given(
        [count(6, "schools"), figure("covered_share", 0.62, "1")], places(["a"] * 6), looked=0.62
    )
    told = Session(Town({}, lookup_osm=partly)).ask("How many schools are there?")
    assert told.status == "partial"
    assert "in the 62 % of the area that the map covers" in told.text
    assert told.faults == []
    asked = Session(Town({}, lookup_osm=partly)).ask("Are there fewer than ten schools?")
    assert asked.answers[0].value is None
    more = Session(Town({}, lookup_osm=partly)).ask("Are there more than 5 schools?")
    assert more.answers[0].value is True


def test_comparisons_wait_for_what_is_not_said():
    def lookup(call, ledger):
        schools = "school" in str(call.arguments)
        number = at_least("count", 3, 4) if schools else count(5)
        return Given([number], places(["a"] * int(number.value)))

    told = Session(Town({}, lookup_osm=lookup)).ask("Are there more schools than parks?")
    assert told.answers[0].value is None
    assert told.faults == []


def test_what_things_lie_near_to_is_looked_for_beyond_the_region():
    talk = Session(Town({"school": 6, "park": 4}), scenes=[scene()], maps=[])
    told = talk.ask("How many schools are within 200 m of a park?", region="lonlat:24,60,24.1,60.1")
    grown = [call.arguments.get("grown_m") for call in told.calls if call.tool == "lookup_osm"]
    assert grown == [None, 200.0]


def test_plain_numbers_are_shown_as_numbers():
    def measured(call, ledger):
        known = [
            count(2),
            figure("largest", 7.0, "count"),
            figure("value", 7.0, "count"),
            figure("picked", "Hall", "text"),
        ]
        return Given(known, places(["Hall"], value=[7.0]))

    told = Session(Town({"building": 2}, measure=measured)).ask(
        "Which building has the most levels?"
    )
    assert "%" not in told.text.split("*To know")[0]


def test_a_share_beside_unknown_ones_is_at_least_that():
    def lookup(call, ledger):
        known = [
            at_least("count", 3, 7, "buildings"),
            figure("count_condition_unknown", 7, "count"),
            figure("share", 0.25, "1"),
            figure("area_inside", 2500.0, "m2"),
            figure("region_area", 10_000.0, "m2"),
        ]
        return Given(known, places(["a"] * 3), looked=0.0, caveats=[UNKNOWN])

    talk = Session(Town({}, lookup_osm=lookup), scenes=[scene()])
    question = "What share of the ground is covered by buildings with more than 5 floors?"
    told = talk.ask(question)
    assert told.text.startswith("**at least 25 %** of the ground")
    assert told.faults == []
