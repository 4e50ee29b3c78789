"""The records beside the log: what was put in, edited or spoilt is found, and said in words."""

from __future__ import annotations

import pytest

from agent.settings import Settings
from agent.start import Analyst
from agent.verify import record_breaks
from tests import fakes
from tools.registry import Registry


@pytest.fixture
def analyst(tmp_path):
    registry = Registry([fakes.count_by_asking, fakes.record_answers])
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, planner=fakes.AskingPlanner(0), registry=registry) as analyst:
        yield analyst


@pytest.mark.parametrize("text", ["garbage", "{}", "[]", '{"answer": NaN, "claims": 1e999}'])
def test_records_that_were_put_in_or_spoilt_are_found(analyst, text):
    analyst.ask("How many boxes?", session="s")
    parts = (analyst.home.database, analyst.home.artifacts, analyst.audit)
    assert list(record_breaks(*parts)) == []
    with analyst.home.database.write() as connection:
        for statement in (
            "INSERT INTO sessions SELECT 'other', created_utc, state, last_evidence, last_refusal, "
            "last_doubt, last_turn FROM sessions",
            "INSERT INTO evidence SELECT 'other', number, turn, call_key, record FROM evidence",
            "INSERT INTO turns SELECT 'other', turn, question, status, record, started_utc, "
            "ended_utc FROM turns",
        ):
            connection.exec_driver_sql(statement)
        for table in ("evidence", "turns"):
            spoil = f"UPDATE {table} SET record = ? WHERE session = 's'"
            connection.exec_driver_sql(spoil, (text,))
    assert [broken.text.partition(":")[0] for broken in record_breaks(*parts)] == [
        "E1 of session s was edited",
        "the answer of turn 1 of session s was edited",
        "E1 of session other is in no row of the log",
        "the answer of turn 1 of session other is in no row of the log",
    ]


def test_an_edited_question_is_found(analyst):
    analyst.ask("How many boxes?", session="s")
    with analyst.home.database.write() as connection:
        connection.exec_driver_sql("UPDATE turns SET question = 'How many cats?'")
    parts = (analyst.home.database, analyst.home.artifacts, analyst.audit)
    assert [broken.text.partition(":")[0] for broken in record_breaks(*parts)] == [
        "the question of turn 1 of session s was edited"
    ]
