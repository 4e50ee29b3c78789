"""The gate passes honest answers and stops mutated ones."""

import random
import re

import pytest

import agent.turn
from agent.answer import render
from agent.answer.render import DanglingReference
from agent.check import check
from tests.agent.town import QUESTIONS, town_analyst

MUTATIONS = 300
REFERENCE = re.compile(r"\{E\d+[.#][^{}]*\}")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Drafts, texts, ledgers and subjects of honest answers, as the gate was given them."""
    seen = []
    patch = pytest.MonkeyPatch()

    def recording(draft, text, ledger, subject):
        faults = check(draft, text, ledger, subject)
        seen.append((draft, text, ledger, subject, faults))
        return faults

    patch.setattr(agent.turn, "check", recording)
    analyst, _ = town_analyst(tmp_path_factory.mktemp("town"))
    for number, question in enumerate(QUESTIONS):
        analyst.ask(question, session=f"s{number}")
        if number % 3 == 0:
            analyst.ask("How do you know?", session=f"s{number}")
            analyst.ask("And in the western half?", session=f"s{number}")
    patch.undo()
    yield seen
    analyst.close()


def test_honest_answers_pass(answers):
    stopped = [(subject.question, faults) for _, _, _, subject, faults in answers if faults]
    assert stopped == []
    settled = [draft for draft, *_ in answers if draft.status in ("answered", "partial")]
    assert len(settled) >= 25


# -- the text, changed after it was rendered -----------------------------------------------------


def _digit(text, dice):
    places = [m.start() for m in re.finditer(r"\d", text)]
    at = dice.choice(places)
    other = dice.choice([d for d in "0123456789" if d != text[at]])
    return text[:at] + other + text[at + 1 :]


def _unit(text, dice):
    units = list(re.finditer(r"(?<=\d )(m²|km²|ha|km|m|%)(?![\w²])", text))
    found = dice.choice(units)
    other = dice.choice([u for u in ("m²", "km²", "ha", "km", "m", "%") if u != found[0]])
    return text[: found.start()] + other + text[found.end() :]


def _sign(text, dice):
    found = dice.choice(list(re.finditer(r"(?<![\w.,/-])\d", text)))
    return text[: found.start()] + "-" + text[found.start() :]


def _order(text, dice):
    numbers = list(re.finditer(r"(?<![\w.,/-])\d[\d,.]*\d|(?<![\w.,/-])\d", text))
    first, second = sorted(dice.sample(numbers, 2), key=lambda m: m.start())
    between = text[first.end() : second.start()]
    return text[: first.start()] + second[0] + between + first[0] + text[second.end() :]


def _date(text, dice):
    found = dice.choice(list(re.finditer(r"\d{4}-\d\d-\d\d|20\d\d", text)))
    return text[: found.start()] + "1999" + text[found.start() + 4 :]


def _id(text, dice):
    found = dice.choice(list(re.finditer(r"\[E(\d+)\]|(?:way|node|relation)/\d+", text)))
    return text[: found.start()] + re.sub(r"\d+", "987654", found[0], count=1) + text[found.end() :]


def _place(text, dice):
    swaps = {"north": "south", "south": "north", "east": "west", "west": "east"}
    found = dice.choice(list(re.finditer("north|south|east|west", text)))
    return text[: found.start()] + swaps[found[0]] + text[found.end() :]


TEXT_MUTATIONS = [_digit, _unit, _sign, _order, _date, _id, _place]


def _mutants(answers, mutate, wanted, dice):
    """Yield honest answers with one thing changed; those it cannot change are passed over."""
    good = [a for a in answers if not a[4] and a[0].status in ("answered", "partial")]
    tries = 0
    made = 0
    while made < wanted:
        tries += 1
        assert tries < 200 * wanted, f"{mutate.__name__} finds nothing to change"
        draft, text, ledger, subject, _ = dice.choice(good)
        try:
            changed = mutate((draft, text, ledger), dice)
        except (IndexError, ValueError):
            continue
        if changed is not None:
            made += 1
            yield (*changed, ledger, subject)


@pytest.mark.parametrize("mutate", TEXT_MUTATIONS, ids=lambda f: f.__name__.strip("_"))
def test_a_changed_text_is_stopped(answers, mutate):
    def changed(answer, dice):
        draft, text, _ = answer
        other = mutate(text, dice)
        return None if other == text else (draft, other)

    dice = random.Random(mutate.__name__)
    wanted = -(-MUTATIONS // len(TEXT_MUTATIONS))
    missed = [
        text for draft, text, ledger, subject in _mutants(answers, changed, wanted, dice)
        if not check(draft, text, ledger, subject)
    ]  # fmt: skip
    assert missed == []


# -- the draft, changed before it is rendered: what a careless planner or model might write ------


def _typed(draft, dice, ledger):
    found = dice.choice(list(REFERENCE.finditer(draft.text)))
    return draft.text[: found.start()] + str(dice.randrange(13, 977)) + draft.text[found.end() :]


def _worded(draft, dice, ledger):
    found = dice.choice(list(REFERENCE.finditer(draft.text)))
    word = dice.choice(["seven", "twenty", "a dozen", "half"])
    return draft.text[: found.start()] + word + draft.text[found.end() :]


def _unit_typed(draft, dice, ledger):
    found = dice.choice(list(REFERENCE.finditer(draft.text)))
    return (
        draft.text[: found.end()]
        + dice.choice([" km", " m²", " %", " hectares"])
        + draft.text[found.end() :]
    )


def _minus(draft, dice, ledger):
    found = dice.choice(list(REFERENCE.finditer(draft.text)))
    return (
        draft.text[: found.start()]
        + dice.choice(["-", "−", "nearly "])
        + draft.text[found.start() :]
    )


def _other_figure(draft, dice, ledger):
    found = dice.choice(list(re.finditer(r"\{(E\d+)\.([a-z0-9_]+)([^{}]*)\}", draft.text)))
    if not any(f"{found[1]}.{found[2]}" in c.evidence for c in draft.claims if c.role == "answer"):
        return draft.text
    others = [q.name for q in ledger.get(found[1]).quantities if q.name != found[2]]
    return (
        draft.text[: found.start()]
        + f"{{{found[1]}.{dice.choice(others)}}}"
        + draft.text[found.end() :]
    )


def _cited(draft, dice, ledger):
    return re.sub(r"\[E\d+\]", "[E777]", draft.text, count=1)


def _at_an_end(text, added, dice):
    found = dice.choice(list(re.finditer(r"\.(?=\s|$)", text)))
    return text[: found.start()] + added + text[found.start() :]


def _turned(draft, dice, ledger):
    return _at_an_end(draft.text, " of the south-eastern corner", dice)


def _named(draft, dice, ledger):
    return _at_an_end(draft.text, ", called “Elm Street”", dice)


def _dated(draft, dice, ledger):
    return _at_an_end(draft.text, " as of 2019-04-01", dice)


DRAFT_MUTATIONS = [
    _typed, _worded, _unit_typed, _minus, _other_figure, _cited, _turned, _named, _dated,
]  # fmt: skip


@pytest.mark.parametrize("mutate", DRAFT_MUTATIONS, ids=lambda f: f.__name__.strip("_"))
def test_a_careless_draft_is_stopped(answers, mutate):
    def changed(answer, dice):
        draft, text, ledger = answer
        other = draft.model_copy(update={"text": mutate(draft, dice, ledger)})
        try:
            rendered = render(other, ledger)
        except DanglingReference:
            return None
        return None if rendered == text else (other, rendered)

    dice = random.Random(mutate.__name__)
    wanted = -(-MUTATIONS // len(DRAFT_MUTATIONS))
    missed = [
        (subject.question, text) for draft, text, ledger, subject in _mutants(answers, changed, wanted, dice)
        if not check(draft, text, ledger, subject)
    ]  # fmt: skip
    assert missed == []


def _flipped(claim):
    swaps = {"Yes": "No", "No": "Yes", "Supported": "Not supported", "Not supported": "Supported"}
    lead = claim.text.partition(":")[0]
    text = claim.text.replace(lead, swaps.get(lead, lead), 1)
    verdicts = {"supported": "refuted", "refuted": "supported", None: None}
    return claim.model_copy(
        update={"value": not claim.value, "text": text, "verdict": verdicts.get(claim.verdict)}
    )


def test_a_yes_turned_into_a_no_everywhere_is_stopped(answers):
    tried = 0
    for draft, _, ledger, subject, faults in answers:
        bools = [c for c in draft.claims if c.role == "answer" and isinstance(c.value, bool)]
        if faults or not bools or subject.inquiry.asked[0].goal in ("change", "explain"):
            continue
        tried += 1
        flipped = _flipped(bools[0])
        lead = bools[0].text.partition(":")[0]
        text = draft.text.replace(f"**{lead}**", f"**{flipped.text.partition(':')[0]}**", 1)
        claims = [flipped if c is bools[0] else c for c in draft.claims]
        other = draft.model_copy(update={"claims": claims, "text": text})
        assert check(other, render(other, ledger), ledger, subject), draft.text
    assert tried >= 4


@pytest.mark.parametrize("field", ["value", "low", "unit", "evidence"])
def test_a_claim_that_differs_from_its_evidence_is_stopped(answers, field):
    tried = 0
    for draft, text, ledger, subject, faults in answers:
        at = next(
            (
                i
                for i, c in enumerate(draft.claims)
                if c.quantity and isinstance(c.value, int | float)
            ),
            None,
        )
        if at is None or faults:
            continue
        claim = draft.claims[at]
        wrong = {"value": claim.value + 1, "low": -5.0, "unit": "dB", "evidence": ["E555.count"]}[
            field
        ]
        other = claim.model_copy(update={field: wrong})
        claims = [*draft.claims[:at], other, *draft.claims[at + 1 :]]
        assert check(draft.model_copy(update={"claims": claims}), text, ledger, subject)
        tried += 1
    assert tried >= 15
