"""Phrases become the tags they should, or an honest question, or an honest refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.concepts import (
    Ambiguous,
    Match,
    Unknown,
    closest,
    concept_for_tags,
    find_concept,
    parse_query,
)

LINES = Path(__file__).with_name("concepts_phrases.txt").read_text(encoding="utf-8").splitlines()
PHRASES = [tuple(line.split(" => ")) for line in LINES if not line.startswith("#")]
KINDS = {"ambiguous": Ambiguous, "unknown": Unknown}


@pytest.mark.parametrize(("phrase", "expected"), PHRASES, ids=[phrase for phrase, _ in PHRASES])
def test_a_phrase_means_what_a_mapper_would_say(phrase: str, expected: str) -> None:
    found = find_concept(phrase)
    if expected in KINDS:
        assert isinstance(found, KINDS[expected]), found
        return
    assert isinstance(found, Match), found
    if expected == "image":
        assert found.concept.query is None
        assert found.concept.size_m is not None
        return
    assert found.concept.query is not None
    for probe in expected.split():
        tags = dict(pair.split("=") for pair in probe[1:].split(","))
        assert found.concept.query.matches(tags) == (probe[0] == "+"), (probe, found.concept.query)


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("red cars", ("red",)),
        ("happy restaurants", ("happy",)),
        ("Tesco supermarkets", ("Tesco",)),
        ("Italian bakeries", ("Italian",)),
        ("schools with a swimming pool", ("schools", "with")),
    ],
)
def test_an_unknown_modifier_is_named_and_never_dropped(
    phrase: str, words: tuple[str, ...]
) -> None:
    found = find_concept(phrase)
    assert isinstance(found, Unknown)
    assert found.not_understood == words
    assert all(word in found.reason() for word in words)


def test_a_choice_is_put_as_a_question() -> None:
    found = find_concept("station")
    assert isinstance(found, Ambiguous)
    assert found.question().startswith("By “station”, do you mean railway stations, ")


@pytest.mark.parametrize(
    "phrase", ["houses", "roads", "trees", "supermarkts", "lit footpaths", "chemist's", "bins"]
)
def test_words_wider_or_narrower_than_their_tags_say_so(phrase: str) -> None:
    found = find_concept(phrase)
    assert isinstance(found, Match)
    assert found.loose or found.concept.alternatives


@pytest.mark.parametrize("phrase", ["petrol stations", "schools", "post boxes", "mosques"])
def test_plain_words_carry_no_reservation(phrase: str) -> None:
    found = find_concept(phrase)
    assert isinstance(found, Match)
    assert found.loose is None


@pytest.mark.parametrize(
    ("wrong", "right"), [("supermarkt", "supermarket"), ("playgronds", "playground")]
)
def test_a_mended_spelling_is_said(wrong: str, right: str) -> None:
    found = find_concept(wrong)
    assert isinstance(found, Match)
    assert found.how == "typo"
    assert found.loose is not None
    assert right in found.loose


@pytest.mark.parametrize(
    "word", ["beeches", "hoses", "towels", "packing", "destroyed", "model", "pears", "weather"]
)
def test_an_english_word_is_never_mended_into_a_concept(word: str) -> None:
    assert isinstance(find_concept(word), Unknown)


@pytest.mark.parametrize(
    "phrase", ["", "   ", "the", "???", "a" * 5000, "=", "=*", "amenity=", "&"]
)
def test_nonsense_is_unknown(phrase: str) -> None:
    assert isinstance(find_concept(phrase), Unknown)


def test_tags_follow_the_rules_of_the_map() -> None:
    query = parse_query("building=*")
    assert query.matches({"building": "yes"})
    assert not query.matches({"building": "no"})
    assert not query.matches({"disused:building": "yes"})
    assert not query.matches({})
    sport = parse_query("leisure=pitch and sport=tennis")
    assert sport.matches({"leisure": "pitch", "sport": "soccer; tennis"})
    assert not sport.matches({"leisure": "pitch", "sport": "table_tennis"})


def test_no_in_a_list_is_not_a_value() -> None:
    assert not parse_query("building=*").matches({"building": "no;yes"})


def test_an_absent_name_is_a_condition() -> None:
    found = find_concept("unnamed roads")
    assert isinstance(found, Match)
    assert found.concept.query is not None
    assert found.concept.query.matches({"highway": "service"})
    assert not found.concept.query.matches({"highway": "service", "name": "Mill Lane"})
    assert found.concept.plural == "unnamed roads"


def test_the_nearest_concepts_are_offered() -> None:
    assert closest("swimming pole")[0].id == "swimming_pool"
    assert closest("qqqqq") == []
    assert len(closest("school", 3)) == 3


@pytest.mark.parametrize(
    ("tags", "concept"),
    [
        ({"amenity": "fuel"}, "fuel_station"),
        ({"building": "yes"}, "building"),
        ({"amenity": "place_of_worship", "religion": "christian"}, "church"),
        ({"natural": "tree", "leaf_type": "needleleaved"}, "tree"),
        ({"highway": "bus_stop", "name": "Elm Street"}, "bus_stop"),
    ],
)
def test_an_element_is_named_by_its_tags(tags: dict[str, str], concept: str) -> None:
    found = concept_for_tags(tags)
    assert found is not None
    assert found.id == concept


def test_tags_nobody_named_have_no_concept() -> None:
    assert concept_for_tags({"note": "check me"}) is None
    assert concept_for_tags(parse_query("foo=bar")) is None


def test_a_query_finds_its_concept_whatever_the_order_of_its_parts() -> None:
    found = concept_for_tags(parse_query("religion=christian and amenity=place_of_worship"))
    assert found is not None
    assert found.id == "church"
