"""A model's words may not pass a narrower figure for a wider one, nor one figure for another."""

from __future__ import annotations

import pytest

from agent.check.offered import offered_faults
from agent.evidence import Evidence
from tests.agent.stand_ins import METHOD, MemoryLedger
from tools.contract import Quantity


def found(number, tool="lookup_osm", parents=(), what="restaurants", more=(), **arguments):
    quantities = [
        Quantity(name=name, of=what, value=value, unit="count")
        for name, value in (("count", 10), *more)
    ]
    return Evidence(
        id=f"E{number}", turn=1, call_key="k", tool=tool, tool_version="1", arguments=arguments,
        parents=list(parents), quantities=quantities, method=METHOD,
    )  # fmt: skip


NAMED = (("named_count", 4), ("count_without_id", 0), ("region_area", 5))
LEDGER = MemoryLedger(
    [
        found(1, what="restaurants", more=NAMED, scene="town-0a1b2c"),
        found(2, what="Italian restaurants", more=NAMED),
        found(3, what="restaurants named 'Roma'", named="Roma"),
        found(4, what="restaurants", region="POLYGON ((0 0, 1 1, 1 0, 0 0))", part="north"),
        found(5, what="restaurants", tags={"cuisine": "greek"}),
        found(6, what="schools"),
        found(7, "relate", ("E1", "E6"), "", left="E1#set", right="E6#set", relation="nearest"),
        found(8, "relate", ("E1", "E6"), "", left="E1#set", relation="within_distance", distance_m=50.0),
        found(9, "measure", ("E8",), "", features="E8#set", of="area"),
        found(10, what="covered markets"),
        found(11, what="valid area with NDVI above 0.4", index="ndvi"),
        found(12, what="restaurants", parents=["E3"], region="E3#region"),
        found(13, what="quick lunch bars", parents=["E99"]),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "There are {E1.count} restaurants.",
        "There are {E2.count} Italian restaurants.",
        "Of the restaurants, {E1.named_count} are named.",
        "There are {E3.count} restaurants named Roma.",
        "There are {E10.count} covered markets.",
        "Nearest: {E7.count} restaurants to schools.",
        "There are {E1.count} restaurants. There are {E6.count} schools.",
        "There are {E12.count} restaurants in that named Roma.",
    ],
)
def test_a_sentence_that_says_all_of_what_its_figure_is_passes(words):
    assert list(offered_faults(words, LEDGER, 1)) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("There are {E2.count} restaurants.", "italian"),
        ("The number of restaurants is {E1.named_count}.", "named"),
        ("There are {E1.count_without_id} restaurants.", "without"),
        ("There are {E1.count} restaurants without id.", "'id' is not in the evidence"),
        ("The restaurants: {E1.region_area}.", "region"),
        ("There are {E3.count} restaurants.", "roma"),
        ("There are {E4.count} restaurants.", "POLYGON"),
        ("There are {E4.count} restaurants in the north.", "POLYGON"),
        ("There are {E5.count} restaurants.", "cuisine"),
        ("There are {E7.count} restaurants.", "school"),
        ("There are {E8.count} restaurants within distance of schools.", "distance_m"),
        ("The area of restaurants within distance of schools is {E9.count}.", "distance_m"),
        ("There are {E10.count} markets.", "covered"),
        ("The valid area with NDVI above is {E11.count}.", "0.4"),
        ("There are {E12.count} restaurants.", "roma"),
        ("There are {E13.count} quick lunch bars.", "E99"),
        ("There are {E1.count} restaurants and {E2.count} Italian restaurants.", "more than one"),
        ("There are {E2.count} restaurants and {E1.count} Italian ones.", "more than one"),
        ("There are restaurants.", "no figure"),
    ],
)
def test_a_figure_of_something_narrower_or_other_is_caught(words, why):
    assert any(why in fault for fault in offered_faults(words, LEDGER, 1))
