"""Mentions of concepts are found in whole questions, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.concepts import Match, Spot, spot
from tools.concepts.spelling import spread

LINES = Path(__file__).with_name("concepts_sentences.txt").read_text(encoding="utf-8").splitlines()
SENTENCES = [tuple(line.split(" ##")) for line in LINES if not line.startswith("#")]


def shown(mention: Spot) -> str:
    """Write a mention as the table does."""
    found = mention.found
    name = found.concept.id if isinstance(found, Match) else "?"
    return f"{mention.text} => {name}" + (
        f" [{' '.join(mention.unread)}]" if mention.unread else ""
    )


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES, ids=[s for s, _ in SENTENCES])
def test_mentions_in_a_sentence(sentence: str, expected: str) -> None:
    assert " | ".join(shown(mention) for mention in spot(sentence)) == expected.strip()


WORDS = st.sampled_from(
    sorted(
        spread(
            """the a park parks bus stops stop bank how many Italian restaurants red one-way streets
        near amenity=fuel where can I charge my EV ? , . Hyde schools with without name lit &
        24/7"""
        )
    )
)


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=80))
def test_spans_are_right_and_never_overlap(text: str) -> None:
    end = 0
    for mention in spot(text):
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert (mention.found.start, mention.found.end) == (mention.start, mention.end)
        end = mention.end


@given(st.sampled_from(["schools", "petrol stations", "zebra crossings"]), st.integers(0, 30))
def test_what_stands_around_a_mention_does_not_move_it(words: str, spaces: int) -> None:
    (mention,) = spot(f"How many{' ' * (spaces + 1)}{words} are there?")
    assert mention.text == words
