"""English questions: what each is understood as, and what is never taken for understood."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions import read_question
from tests.agent.understood import HELD, brief, expected, rows, understood

TABLES = (
    "heldout_questions.txt",
    "heldout_questions_2.txt",
    "heldout_questions_3.txt",
    "questions_2.txt",
    "questions.txt",
)
ASKED = [row for name in TABLES for row in rows(name)]


@pytest.mark.parametrize(("question", "meaning"), ASKED)
def test_is_understood_as(question, meaning):
    assert understood(question) == expected(meaning)


@pytest.mark.parametrize(("question", "meaning"), rows("unanswerable_questions.txt"))
def test_is_not_taken_for_answerable(question, meaning):
    assert understood(question) in ("back", "cannot", "unknown")
    assert understood(question) == meaning


def _dialogues():
    text = (Path(__file__).parent / "dialogues.txt").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if block.strip()]
    for block in blocks:
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        yield [tuple(part.strip() for part in line.split(" | ")) for line in lines]


@pytest.mark.parametrize("dialogue", list(_dialogues()), ids=lambda turns: turns[0][0])
def test_follow_ups_go_back_to_what_was_asked(dialogue):
    context = []
    for question, meaning in dialogue:
        inquiry = read_question(question, HELD, context)
        assert brief(inquiry) == expected(meaning), question
        if inquiry.asked and inquiry.goal != "explain":
            context = [*context[-1:], *inquiry.asked]


SPEAKERS = ('"', "says", "told", "According", "claims", "These are")
PLAIN = [
    question
    for question, _ in rows("questions.txt")
    if question[0].isupper() and not any(word in question for word in SPEAKERS)
]
WRAPPERS = st.sampled_from(
    [
        "{}",
        "please, {}",
        "{} please",
        "Hi! {}",
        "Could you tell me: {}",
        "ok so {}",
        "{} thanks",
        "I was wondering, {}",
    ]
)


def _lowered(question):
    return question[0].lower() + question[1:] if not re.match(r"[A-Z]{2}", question) else question


@given(
    st.sampled_from(PLAIN),
    WRAPPERS,
    st.booleans(),
    st.integers(1, 3),
    st.sampled_from(["", "?", "??", "!", " ?"]),
)
def test_politeness_case_and_punctuation_change_nothing(question, wrapper, shout, spaces, end):
    bare = question.rstrip("?!. ")
    said = wrapper.format(_lowered(bare) if wrapper != "{}" else bare).rstrip("?!. ") + end
    said = said.replace(" ", " " * spaces)
    if shout and not re.search(r"[A-Z]", bare[1:]):
        said = said.upper() if not re.search(r"\d\s*m", said) else said
    assert understood(said) == understood(question)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Within 200 m of a school, how many bus stops are there?", "How many bus stops are there within 200 m of a school?"),
        ("In the western half, how many schools are there?", "How many schools are there in the western half?"),
        ("How many named cafes are there?", "How many cafes with a name are there?"),
        ("How many schools have no playground within 200 m?", "How many schools are more than 200 m from a playground?"),
        ("Buildings cover what share of the ground?", "What share of the ground do buildings cover?"),
        ("The largest park is which?", "Which is the largest park?"),
        ("How far is it from the church to the school?", "What is the distance between the church and the school?"),
        ("Is there a school within 1 km of the church?", "Is there a school within 1000 metres of the church?"),
        ("How many buildings are larger than 1 ha?", "How many buildings are larger than 10,000 square metres?"),
        ("How many cafes lie within 100 m of a park?", "How many cafes are located less than 100 m from a park?"),
    ],
)  # fmt: skip
def test_order_and_wording_of_clauses_change_nothing(one, other):
    assert understood(one) == understood(other)
    assert understood(one) not in ("unknown", "cannot", "back")


@given(st.text(max_size=120))
def test_any_text_is_read_without_a_crash(text):
    read_question(text, HELD)


@given(st.sampled_from(PLAIN), st.sampled_from(["grubbled", "xyzzy", "floopy"]), st.data())
def test_a_word_nobody_knows_is_never_dropped(question, word, data):
    words = question.rstrip("?!.").split()
    at = data.draw(st.integers(1, len(words)))
    inquiry = read_question(" ".join([*words[:at], word, *words[at:]]), HELD)
    named = " ".join([*inquiry.not_understood, inquiry.refusal_hint or "", inquiry.ask_back or ""])
    kept = [
        s
        for ask in inquiry.asked
        for s in (ask.of, ask.other)
        if s is not None and word in (s.model_dump_json())
    ]
    assert (
        word in named
        or any(word in part for part in inquiry.set_aside)
        or inquiry.refusal_hint
        or inquiry.ask_back
        or kept
        or inquiry.where.place == word
    )
