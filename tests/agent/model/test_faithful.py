"""Whether a rewording asks the same: what is kept, and what is caught."""

import pytest

from agent.planner.model.faithful import unfaithful


def pairs(*given):
    return [{"said": said, "as": meant} for said, meant in given]


SAME = [
    ("How many casas are there?", "How many buildings are there?", pairs(("casas", "buildings")), []),
    ("How many flats are there?", "How many apartment buildings are there?", pairs(("flats", "apartment buildings")), []),
    ("Please tell me how many churches there are", "How many churches are there?", [], []),
    ("How many churches within a dozen metres of a road?", "How many churches are within 12 metres of a road?", [], []),
    ("I am such a fan of yours. How many parks are there?", "How many parks are there?", [], ["I am such a fan of yours."]),
    ("Number of covered markets", "How many covered markets are there?", [], []),
]  # fmt: skip

OTHER = [
    ("How many blue casas are there?", "How many buildings are there?", pairs(("casas", "buildings")), []),
    ("How many blue casas are there?", "How many buildings are there?", pairs(("blue casas", "buildings")), []),
    ("How many casas are there?", "How many large buildings are there?", pairs(("casas", "large buildings")), []),
    ("How many casas within 20 m of a road?", "How many buildings within 200 m of a road?", pairs(("casas", "buildings")), []),
    ("How many casas in the north half?", "How many buildings in the southern half?", pairs(("casas", "buildings")), []),
    ("Which casa is the largest?", "Which building is the smallest?", pairs(("casa", "building"), ("largest", "smallest")), []),
    ("How many casas have no name?", "How many buildings have a name?", pairs(("casas", "buildings")), []),
    ("How many casas are there?", "How many buildings are not schools?", pairs(("casas", "buildings")), []),
    ("Only the casas near a river, how many?", "How many buildings near a river?", pairs(("casas", "buildings")), []),
    ("How many casas are in Kallio?", "How many buildings are there?", pairs(("casas", "buildings")), []),
    ("How many casas are there?", "How many buildings are in Kallio?", pairs(("casas", "buildings")), []),
    ("How many casas in my old town?", "How many buildings?", pairs(("casas", "buildings")), ["in my old town"]),
    ("How many casas?", "How many ships?", pairs(("houses", "ships")), []),
    ("How many casas?", "How many ships?", pairs(("casas", "boats")), []),
    ("How many casas?", "How many ships?", [], []),
    ("How many casas in 2021?", "How many buildings in 2023?", pairs(("casas", "buildings")), []),
    ("Are there at most 10 casas?", "Are there over 10 casas?", pairs(("at most", "over")), []),
    ("Are there at least 10 casas?", "Are there under 10 casas?", pairs(("at least", "under")), []),
    ("Are there at least 10 casas?", "Are there at most 10 casas?", pairs(("at least", "at most")), []),
    ("Are there more casas than parks?", "Are there fewer buildings than parks?", pairs(("casas", "buildings")), []),
]  # fmt: skip


@pytest.mark.parametrize("case", SAME, ids=lambda c: c[0])
def test_the_same_question_in_other_words_passes(case):
    assert list(unfaithful(*case)) == []


@pytest.mark.parametrize("case", OTHER, ids=lambda c: c[0] + " " + c[1])
def test_another_question_is_caught(case):
    assert list(unfaithful(*case))
