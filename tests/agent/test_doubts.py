"""The doubts about counts in an image, and the words for how much was looked at."""

from __future__ import annotations

import pytest

from agent.doubts import witnesses_disagree
from agent.evidence import Evidence
from agent.telling import coverage
from store.geo import Region
from tests import fakes
from tools.contract import Coverage, Quantity


def _counted(name, tool, value, region=None, **arguments):
    return Evidence(
        id=name, turn=1, call_key=name, tool=tool, tool_version="1", arguments=arguments,
        quantities=[Quantity(name="count", value=value, unit="count", interval="exact")],
        method=fakes.METHOD, region=region,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("of", "east", "doubted"),
    [
        ("ferries", 1, True),
        ("ferry", 1, True),
        ("ferry terminals", 1, False),
        ("ferries", 2, False),
    ],
)
def test_image_and_map_disagree_only_on_the_same_things_in_the_same_place(of, east, doubted):
    seen = _counted("E1", "count_objects", 3, Region.lonlat(0, 0, 1, 1), target="ferry")
    mapped = _counted("E2", "lookup_osm", 9, Region.lonlat(0, 0, east, 1), of=of)
    assert bool(list(witnesses_disagree([seen, mapped], None))) == doubted


def test_shares_of_coverage_are_told_as_shares_of_what_was_asked_about():
    lines = coverage(Coverage(asked=1e6, imaged=0.5, valid=0.4), "earth")
    assert lines[1] == "of it imaged 50 %, with data 40 %"
