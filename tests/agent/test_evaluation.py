"""Question banks: what counts as right, as a wrong number, and as a refusal that was due."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from agent.cli.app import app
from agent.evaluation import Expected, Question, load_bank, score
from agent.evaluation.bank import BadBank
from agent.evaluation.run import not_right, table
from agent.evidence import Claim, Evidence
from agent.result import Answer
from agent.town import CannotDraw, make_town
from tools.contract import Method, Quantity

BANK = """
name: a small town
stores:
  town: {town: {seed: 15, size: 512}}
questions:
  - {id: held, family: scenes, store: town, ask: 'What do you hold?', expect: {contains: [town_2021]}}
  - {id: gsd, family: scenes, store: town, ask: 'What is the pixel size of town_2021?',
     expect: {value: 0.5, tolerance: 0.001}}
  - {id: mayor, family: unanswerable, store: town, ask: 'Who is the mayor?', expect: {refuse: true}}
  - {id: wrong, family: scenes, store: town, ask: 'What is the pixel size of town_2023?',
     expect: {value: 0.7}}
"""


def answered(value, status="answered", evidence=("E1.count",), text="There are."):
    finding = Evidence(
        id="E1", turn=1, call_key="k", tool="t", tool_version="1", arguments={},
        quantities=[Quantity(name="count", value=5, unit="count")],
        method=Method(name="m", version="1"),
    )  # fmt: skip
    claims = [] if value is ... else [
        Claim(id="C1", role="answer", text=text, value=value, evidence=list(evidence))
    ]  # fmt: skip
    return Answer(
        status=status, answer=text, claims=claims, evidence=[finding], doubts=[], refusals=[],
        question_back=None, steps=1, tool_calls=1, pixels_read=0, seconds=0.1, planner="p",
        session="s", turn=1, audit_head="h", schema=1,
    )  # fmt: skip


def estimated(value, low, high):
    answer = answered(value)
    claim = answer.claims[0].model_copy(
        update={"low": low, "high": high, "level": 0.9, "interval": "sampled"}
    )
    return answer.model_copy(update={"claims": [claim]})


def asked(**expect):
    return Question(id="q", family="f", store="s", ask="?", expect=Expected(**expect))


@pytest.mark.parametrize(
    ("expect", "answer", "outcome"),
    [
        ({"value": 5}, answered(5), "right"),
        ({"value": 5, "tolerance": 1}, answered(6), "right"),
        ({"value": 5, "tolerance": 1}, answered(6.1), "wrong_number"),
        ({"value": 100, "tolerance_share": 0.1}, answered(91), "right"),
        ({"value": 5}, answered(None, "abstained"), "over_abstained"),
        ({"value": 5}, answered(None), "over_abstained"),
        ({"value": 5}, answered(5, "needs_input"), "over_abstained"),
        ({"value": 5}, answered(..., "failed"), "failed"),
        ({"value": True}, answered(True), "right"),
        ({"value": True}, answered(False), "wrong_number"),
        ({"value": True}, answered(1), "wrong_number"),
        ({"value": "Mill Street"}, answered("the mill street"), "right"),
        ({"value": "Mill Street"}, answered("Hill Street"), "wrong_number"),
        ({"any_of": [3, 4]}, answered(4), "right"),
        ({"refuse": True}, answered(None, "abstained"), "right_refusal"),
        ({"refuse": True}, answered(0), "wrong_number"),
        ({"refuse": True}, answered(None), "wrong_other"),
        ({"refuse": True}, answered(None, "partial"), "right_refusal"),
        ({"value": 8, "tolerance": 1}, estimated(5, 3, 9), "imprecise"),
        ({"value": 8, "tolerance": 1}, estimated(5, 3, 7), "wrong_number"),
        ({"value": 8, "tolerance": 3}, estimated(5, 3, 7), "right"),
        ({"value": "#1"}, answered("#12"), "wrong_number"),
        ({"contains": ["are"]}, answered(...), "right"),
        ({"contains": ["not"]}, answered(...), "wrong_other"),
        ({"value": 5}, answered(5, evidence=("E2.count",)), "wrong_other"),
        ({"value": 5}, answered(5, evidence=("E1.sum",)), "wrong_other"),
        ({"value": 5}, answered(5, evidence=()), "wrong_other"),
    ],
)
def test_outcomes(expect, answer, outcome):
    assert score(asked(**expect), answer).outcome == outcome


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("expect: {refuse: true}", "expect: {}"), "say a value"),
        (("id: gsd", "id: held"), "two questions"),
        (("id: gsd, family: scenes, store: town", "id: gsd, family: scenes, store: x"), "no store"),
        (("{town: {seed: 15, size: 512}}", "{}"), "made of a town or of files"),
        (("name: a", "nam: a"), "name"),
    ],
)
def test_a_bank_that_does_not_hang_together_is_refused(tmp_path, change, why):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK.replace(*change))
    with pytest.raises(BadBank, match=why):
        load_bank(path)


def test_the_table_counts_by_family():
    scored = [
        score(asked(value=5), answered(5)),
        score(asked(value=5), answered(6)),
        score(asked(refuse=True), answered(None, "abstained")),
    ]
    last = table(scored).splitlines()[-1]
    assert last == "| all | 3 | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 67% |"
    assert [item.outcome for item in not_right(scored)] == ["wrong_number"]


def test_questions_are_chosen_with_those_they_follow(tmp_path):
    path = tmp_path / "bank.yaml"
    follows = "id: mayor, after: gsd, family"
    path.write_text(BANK.replace("id: mayor, family", follows))
    bank = load_bank(path)
    assert [question.id for question in bank.chosen(["mayor"])] == ["gsd", "mayor"]
    assert len(bank.chosen([])) == 4
    with pytest.raises(BadBank, match="no question called major"):
        bank.chosen(["held", "major"])


@pytest.mark.slow
def test_a_bank_is_asked_and_scored(tmp_path):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK)
    result = CliRunner().invoke(app, ["eval", str(path), "--work", str(tmp_path / "work")])
    assert result.exit_code == 1, result.output
    assert "wrong (wrong_number)" in result.output
    assert "| all | 4 | 2 | 1 | 1 | 0 | 0 | 0 | 0 | 75% |" in result.output


def test_missing_data_is_said_in_words(tmp_path):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK.replace("{town: {seed: 15, size: 512}}", "{files: [{path: a.tif}]}"))
    result = CliRunner().invoke(
        app, ["eval", str(path), "--work", str(tmp_path / "work"), "--data", str(tmp_path)]
    )
    assert result.exit_code != 0
    assert "a.tif is not there" in str(result.exception)


def test_a_town_that_cannot_be_written_says_so_wherever_its_folder_would_be(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CannotDraw, match="Not a directory"):
        make_town(tmp_path / "file" / "below" / "deeper", 15, 512)
