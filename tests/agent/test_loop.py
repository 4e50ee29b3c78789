"""The loop: what is run, recorded, refused, doubted, and where it ends."""

import json
import sqlite3
from collections import Counter

import pytest

from agent.audit import AuditLog
from agent.events import CallStarted, DoubtRaised, Found, Understood, WasRefused
from agent.evidence import Call
from agent.graph import TurnState, build
from agent.planner.contract import Plan
from agent.settings import BadSettings, Settings, load_settings
from agent.start import Analyst, SessionBusy
from agent.verify import record_breaks
from store import audit_log
from store.database import DatabaseError
from store.errors import BadName, StoreError, UnknownId
from tests.fakes import ScriptedPlanner, registry


@pytest.fixture
def analyst_of(tmp_path):
    opened = []

    def make(rounds, **settings):
        planner = rounds if hasattr(rounds, "plan") else ScriptedPlanner(rounds)
        chosen = Settings(home=tmp_path / "home", heads=tmp_path / "heads", **settings)
        analyst = Analyst(chosen, planner=planner, registry=registry())
        opened.append(analyst)
        return analyst

    yield make
    for analyst in opened:
        analyst.close()


def call(tool, **arguments):
    return Call(tool=tool, arguments=arguments, why="to see")


def _bodies(analyst, kind):
    return [
        json.loads(row.body) for row in audit_log.rows(analyst.home.database) if row.kind == kind
    ]


def test_references_reach_the_tools_as_values(analyst_of):
    analyst = analyst_of([
        [call("places", count=3)],
        [call("size_of", features="E1#set", region="E1#2", count="E1.count")],
        [call("size_of", region="E1#region")],
    ])  # fmt: skip
    answer = analyst.ask("q", session="s")
    second, third = answer.evidence[1:]
    assert (second.value("features"), second.value("given")) == (3, 3)
    assert second.parents == ["E1"]
    assert 5e9 < second.value("area") < 7e9
    assert third.value("area") == pytest.approx(8 * second.value("area"), rel=1e-3)


def test_references_work_across_turns_and_numbers_run_on(analyst_of):
    analyst = analyst_of([[call("places", count=2)]])
    first = analyst.ask("q", session="s")
    analyst._planner = ScriptedPlanner([[call("size_of", features="E1#set")]])
    second = analyst.ask("again", session="s")
    assert (first.evidence[0].id, second.evidence[-1].id) == ("E1", "E2")
    assert (second.turn, second.evidence[-1].value("features")) == (2, 2)


WRONG = [
    call("size_of", features="E9#set"),
    call("size_of", region="E1#7"),
    call("size_of", count="E1.nothing"),
    call("size_of", features="E1.count"),
    call("size_of", region="48.85, 2.35"),
    call("size_of", region="@/etc/passwd"),
    call("size_of", region="px:nowhere:0,0,1,1"),
    call("no_such_tool"),
    call("places", count="many"),
    call("places", made_up=1),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda c: json.dumps(c.arguments) or c.tool)
def test_wrong_calls_are_refused_in_words_and_logged(analyst_of, wrong):
    analyst = analyst_of([[call("places", count=2)], [wrong]])
    answer = analyst.ask("q", session="s")
    assert [e.id for e in answer.evidence] == ["E1"]
    assert len(answer.refusals) == 1
    assert answer.refusals[0].kind == "invalid"
    assert len(answer.refusals[0].text) > 20
    intents = Counter(
        r.call_key for r in audit_log.rows(analyst.home.database) if r.kind == "intent"
    )
    outcomes = Counter(
        r.call_key for r in audit_log.rows(analyst.home.database) if r.kind == "outcome"
    )
    assert intents == outcomes
    assert set(intents.values()) == {1}


def test_a_refusal_keeps_its_requirements_and_never_a_value(analyst_of):
    answer = analyst_of([[call("refuses")]]).ask("q")
    refusal = answer.refusals[0]
    assert (refusal.code, refusal.requirements) == ("too_coarse", {"gsd_m": "<= 1"})
    assert answer.evidence == []
    assert answer.status != "answered"


def test_a_failure_outside_is_told_and_is_no_finding(analyst_of):
    answer = analyst_of([[call("fails_outside")]]).ask("q")
    assert answer.refusals[0].kind == "error"
    assert answer.status != "answered"


def test_a_bug_ends_the_turn_keeps_earlier_evidence_and_its_traceback(analyst_of):
    analyst = analyst_of([[call("places"), call("has_a_bug"), call("places")], [call("places")]])
    answer = analyst.ask("q", session="s")
    assert (answer.status, answer.exit_code) == ("failed", 1)
    assert [e.id for e in answer.evidence] == ["E1"]
    assert "Traceback" not in answer.refusals[0].text
    assert "KeyError" in answer.refusals[0].text
    assert any(
        "Traceback" in body["text"] for body in _bodies(analyst, "outcome") if "text" in body
    )
    assert analyst.ask("and now?", session="s").turn == 2


def test_every_call_leaves_an_intent_before_it_and_one_outcome_after(analyst_of):
    seen = []

    class Watching(ScriptedPlanner):
        def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
            rows = list(audit_log.rows(analyst.home.database))
            seen.append([r.kind for r in rows if r.kind in ("intent", "outcome")])
            return super().plan(inquiry, turn, ledger, doubts, catalog, tools)

    analyst = analyst_of(Watching([[call("places"), call("refuses")], [call("fails_outside")]]))
    analyst.ask("q", session="s")
    assert seen[-1] == ["intent", "outcome"] * 3
    assert analyst.audit.verify().whole


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE evidence SET record = replace(record, '\"value\":3', '\"value\":4')",
            "was edited",
        ),
        (
            'UPDATE turns SET record = replace(record, \'"answer":"\', \'"answer":"Never. \')',
            "was edited",
        ),
        ("DELETE FROM evidence WHERE number = 1", "no longer in the ledger"),
        ("UPDATE payloads SET body = '{\"count\": 9}'", "arguments of the call"),
        (
            "INSERT INTO evidence SELECT session, 9, turn, 'k', record FROM evidence LIMIT 1",
            "was added",
        ),
    ],
)
def test_what_was_found_and_said_is_held_against_the_log(analyst_of, statement, said):
    analyst = analyst_of([[call("places", count=3)]])
    analyst.ask("q", session="s")
    parts = (analyst.home.database, analyst.home.artifacts, analyst.audit)
    assert list(record_breaks(*parts)) == []
    with analyst.home.database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert any(said in found.text for found in record_breaks(*parts))


def test_an_artifact_that_was_edited_is_noticed(analyst_of):
    analyst = analyst_of([[call("places", count=3)]])
    answer = analyst.ask("q", session="s")
    path = analyst.home.artifacts.path(answer.evidence[0].set.sha256)
    path.write_bytes(path.read_bytes() + b"x")
    parts = (analyst.home.database, analyst.home.artifacts, analyst.audit)
    assert any("artifact" in found.text for found in record_breaks(*parts))


class Broken(ScriptedPlanner):
    def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
        if ledger.evidence:
            raise KeyError("a bug of a planner")
        return super().plan(inquiry, turn, ledger, doubts, catalog, tools)


def test_a_bug_outside_of_tools_ends_its_turn_and_not_the_session(analyst_of):
    analyst = analyst_of(Broken([[call("places", count=3)]]))
    answer = analyst.ask("q", session="s")
    assert (answer.status, answer.exit_code) == ("failed", 1)
    assert [e.id for e in answer.evidence] == ["E1"]
    assert any("KeyError" in body.get("traceback", "") for body in _bodies(analyst, "turn"))
    analyst._planner = ScriptedPlanner([[call("places", count=2)]])
    assert analyst.ask("and now?", session="s").evidence[0].id == "E2"


@pytest.mark.parametrize(
    "region", ["1,2,3,4", "foo", "POINT (1 2)", "lonlat:0,0,1e400,1", "@/nowhere.geojson"]
)
def test_a_wrong_region_is_refused_before_anything_is_asked(analyst_of, region):
    analyst = analyst_of([[call("places")]])
    with pytest.raises(StoreError):
        analyst.ask("q", session="s", region=region)
    assert analyst.ask("q", session="s").turn == 1


def test_without_a_log_no_tool_runs(analyst_of, tmp_path, monkeypatch):
    effects = tmp_path / "effects"
    analyst = analyst_of([[call("count_things", number=1, effects=str(effects))]])

    def broken(self, connection, *, kind, **more):
        if kind == "intent":
            raise DatabaseError("the disk is full")
        return honest(self, connection, kind=kind, **more)

    honest = AuditLog.append
    monkeypatch.setattr(AuditLog, "append", broken)
    with pytest.raises(StoreError, match="disk is full"):
        analyst.ask("q", session="s")
    assert not effects.exists()
    monkeypatch.undo()
    assert analyst.resume("s").evidence[0].value("count") == 1


class Endless(ScriptedPlanner):
    def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
        return Plan(calls=[call("count_things", number=1)] * self.rounds)


@pytest.mark.parametrize(("at_once", "limits"), [(1, {"max_steps": 5}), (3, {"max_calls": 7})])
def test_an_endless_planner_stops_at_its_budget_and_says_so(analyst_of, at_once, limits):
    answer = analyst_of(Endless(at_once), **limits).ask("q")
    assert (answer.status, answer.exit_code) == ("budget", 4)
    assert answer.tool_calls <= 9


def test_a_cancelled_turn_ends_and_says_so(analyst_of):
    answer = analyst_of([[call("count_things", number=1)]]).ask("q", cancel=lambda: True)
    assert (answer.status, answer.exit_code) == ("cancelled", 1)


def test_doubts_are_raised_numbered_and_told(analyst_of):
    heard = []
    analyst = analyst_of([[call("places")], [call("places")]])
    answer = analyst.ask("q", session="s", listener=heard.append)
    assert [(d.id, d.code, d.settled_by) for d in answer.doubts] == [("D1", "concept_loose", None)]
    kinds = [type(event) for event in heard]
    assert kinds[:3] == [Understood, CallStarted, Found]
    assert DoubtRaised in kinds
    assert len(_bodies(analyst, "doubt")) == 1


def test_refusals_are_told_as_they_happen(analyst_of):
    heard = []
    analyst_of([[call("refuses")]]).ask("q", listener=heard.append)
    assert any(isinstance(event, WasRefused) for event in heard)


def test_a_session_has_one_writer(analyst_of):
    analyst = analyst_of([[call("places")]])
    with analyst._writing("s"), pytest.raises(SessionBusy, match="another"):
        analyst.ask("q", session="s")


@pytest.mark.parametrize("name", ["../x", "", "a b", "x" * 65, "s;drop"])
def test_session_names_are_plain(analyst_of, name):
    with pytest.raises(BadName):
        analyst_of([]).ask("q", session=name)


@pytest.mark.parametrize("question", ["", "  \x00 ", "x" * 5000])
def test_empty_and_endless_questions_are_refused(analyst_of, question):
    with pytest.raises(BadName):
        analyst_of([]).ask(question)


def test_nothing_to_resume_is_said(analyst_of):
    with pytest.raises(UnknownId, match="no interrupted question"):
        analyst_of([]).resume("s")


def test_the_state_of_a_step_is_small_and_gone_when_the_turn_is_over(
    analyst_of, tmp_path, monkeypatch
):
    sizes = []

    class Measuring(ScriptedPlanner):
        def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
            with sqlite3.connect(tmp_path / "home" / "checkpoints.db") as raw:
                sizes.append(
                    raw.execute("SELECT max(length(checkpoint)) FROM checkpoints").fetchone()[0]
                )
            raw.close()
            return super().plan(inquiry, turn, ledger, doubts, catalog, tools)

    analyst = analyst_of(Measuring([[call("places", count=200)]] * 8))
    analyst.ask("q", session="s")
    assert 0 < max(sizes) < 20_000
    with sqlite3.connect(tmp_path / "home" / "checkpoints.db") as raw:
        assert raw.execute("SELECT count(*) FROM checkpoints").fetchone()[0] == 0
    raw.close()


def test_the_loop_is_the_picture_in_the_architecture():
    def nothing(state: TurnState):
        return {}

    graph = build(
        understand=nothing, plan=nothing, act=nothing, weigh=nothing, answer=nothing, check=nothing
    )
    edges = {(e.source, e.target) for e in graph.get_graph().edges}
    assert edges == {
        ("__start__", "understand"), ("understand", "plan"), ("plan", "act"), ("plan", "answer"),
        ("act", "weigh"), ("weigh", "plan"), ("answer", "check"), ("check", "__end__"),
    }  # fmt: skip


def test_settings_refuse_what_they_do_not_know(monkeypatch, tmp_path):
    monkeypatch.setenv("ELENCHUS_MAX_STEP", "5")
    with pytest.raises(BadSettings, match="MAX_STEP"):
        load_settings()
    monkeypatch.delenv("ELENCHUS_MAX_STEP")
    monkeypatch.setenv("ELENCHUS_MAX_STEPS", "many")
    with pytest.raises(BadSettings, match="MAX_STEPS"):
        load_settings()
    monkeypatch.delenv("ELENCHUS_MAX_STEPS")
    with pytest.raises(BadSettings, match="inside"):
        load_settings(home=tmp_path, heads=tmp_path / "heads")
