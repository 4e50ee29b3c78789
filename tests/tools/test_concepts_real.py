"""Concepts on a real extract: counts by concept are the counts by hand-written rules."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest

from tools.concepts import Match, concept_for_tags, find_concept

Elements = list[dict[str, str]]


@pytest.fixture(scope="module")
def helsinki(test_data: Path) -> Elements:
    path = test_data / "osm_only" / "helsinki.osm.pbf"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the test data")
    return [dict(element.tags) for element in osmium.FileProcessor(str(path)) if element.tags]


def count(elements: Elements, phrase: str) -> int:
    found = find_concept(phrase)
    assert isinstance(found, Match)
    assert found.concept.query is not None
    return sum(found.concept.query.matches(tags) for tags in elements)


@pytest.mark.parametrize(
    ("phrase", "key", "value"),
    [
        ("cafés", "amenity", "cafe"),
        ("benches", "amenity", "bench"),
        ("bins", "amenity", "waste_basket"),
        ("trees", "natural", "tree"),
        ("tram stops", "railway", "tram_stop"),
        ("street lamps", "highway", "street_lamp"),
        ("hotels", "tourism", "hotel"),
        ("playgrounds", "leisure", "playground"),
        ("hairdressers", "shop", "hairdresser"),
    ],
)
def test_simple_concepts_count_their_tag(
    helsinki: Elements, phrase: str, key: str, value: str
) -> None:
    asked = sum(value in tags.get(key, "").split(";") for tags in helsinki)
    assert asked > 0
    assert count(helsinki, phrase) == asked


def test_nearly_every_shop_and_amenity_has_a_name_of_its_own(helsinki: Elements) -> None:
    pairs = {(key, tags[key]) for tags in helsinki for key in ("amenity", "leisure") if key in tags}
    named = [pair for pair in pairs if concept_for_tags(dict([pair])) is not None]
    assert len(named) >= 0.9 * len(pairs), sorted(pairs - set(named))
