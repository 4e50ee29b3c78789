"""What holds for every concept and every word of the lexicon."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.concepts import Concept, Match, find_concept, parse_query
from tools.concepts.lexicon import key_of, lexicon, words_of
from tools.concepts.words import edits, plural

KNOWN = lexicon()
CONCEPTS = list(KNOWN.concepts())
NAMES = [
    (word, concept.id) for concept in CONCEPTS for word in (*words_of(concept.id), concept.plural)
]


def named(phrase: str) -> str | None:
    """Return the id of the concept a phrase stands for."""
    found = find_concept(phrase)
    return found.concept.id if isinstance(found, Match) else None


def test_there_are_enough_concepts() -> None:
    assert len(CONCEPTS) >= 450


def test_every_label_plural_and_synonym_names_its_own_concept() -> None:
    assert [(word, name) for word, name in NAMES if named(word) != name] == []


def test_plurals_of_synonyms_name_the_same_concept() -> None:
    singular = ((w, n) for w, n in NAMES if not w.split()[0].endswith("s"))
    heads = [(w, n) for w, n in singular if w[-1].isalpha() and w[-1] != "s" and "+" not in w]
    odd = [(word, name) for word, name in heads if named(plural(word)) not in (name, None)]
    assert odd == []
    missed = [word for word, name in heads if named(plural(word)) is None]
    assert len(missed) <= 8, missed


def test_labels_in_capitals_with_an_article_or_hyphens_name_the_same_concept() -> None:
    for concept in CONCEPTS:
        for phrase in (f"the {concept.label}", f"All the {concept.plural}", concept.label.title()):
            assert named(phrase) == concept.id, phrase


def test_no_word_belongs_to_two_concepts() -> None:
    owner: dict[str, str] = {}
    for word, name in NAMES:
        assert owner.setdefault(key_of(word), name) == name, word
    assert set(owner).isdisjoint(KNOWN.ambiguous)


def test_choices_and_alternatives_exist() -> None:
    for ids in KNOWN.ambiguous.values():
        assert len(ids) > 1
        assert set(ids) <= set(KNOWN.entries)
    for concept in CONCEPTS:
        assert set(concept.alternatives) <= set(KNOWN.entries), concept.id
        assert concept.id not in concept.alternatives


def test_queries_read_back_and_differ() -> None:
    texts = [concept.query.text() for concept in CONCEPTS if concept.query]
    assert len(set(texts)) == len(texts)
    for concept in CONCEPTS:
        if concept.query:
            assert parse_query(concept.query.text()) == concept.query


def test_things_of_images_have_a_size() -> None:
    for concept in CONCEPTS:
        if concept.kind != "map":
            assert concept.size_m is not None
            assert 0 < concept.size_m[0] < concept.size_m[1]


def test_modifiers_go_with_some_concept() -> None:
    for modifiers in (*KNOWN.before.values(), *KNOWN.after.values()):
        for modifier in modifiers:
            assert any(modifier.fits(concept) for concept in CONCEPTS), modifier.id


VALUES = st.sampled_from(["yes", "no", "fuel", "residential", "tree", "no;yes", ""])
KEYS = st.sampled_from(["amenity", "building", "highway", "natural", "oneway", "disused:amenity"])


@given(st.dictionaries(KEYS, VALUES), st.sampled_from([c for c in CONCEPTS if c.query]))
def test_a_modifier_never_adds_elements(tags: dict[str, str], concept: Concept) -> None:
    query = concept.query
    assert query is not None
    narrower = query.narrowed(parse_query("oneway=yes").any_of[0].all_of[0])
    assert not narrower.matches(tags) or query.matches(tags)


@given(st.sampled_from([c for c in CONCEPTS if c.query]))
def test_nothing_matches_only_lifecycle_keys_or_no(concept: Concept) -> None:
    query = concept.query
    assert query is not None
    required = {c.key for group in query.any_of for c in group.all_of if c.absent == "refused"}
    assert not query.matches(dict.fromkeys(required, "no"))


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    found = find_concept(text)
    if isinstance(found, Match):
        assert text[found.start : found.end] == found.text


@given(st.text("abcd", max_size=6), st.text("abcd", max_size=6))
def test_edit_distance_is_symmetric_and_zero_for_equals(one: str, other: str) -> None:
    assert edits(one, other, 3) == edits(other, one, 3)
    assert (edits(one, other, 3) == 0) == (one == other)


@pytest.mark.slow
def test_the_first_use_is_quick() -> None:
    code = (
        "import time; from tools.concepts import find_concept; begun = time.process_time();"
        "find_concept('schools'); print(time.process_time() - begun)"
    )
    used = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(used.stdout) < 0.12  # about 0.04 s on an idle laptop CPU
