"""A killed process loses nothing that was acknowledged, and repeats no effect."""

import json
import os
import random
import signal
import time
from collections import Counter

import pytest

from agent import records
from agent.events import Found
from agent.evidence import Call, Evidence
from agent.settings import Settings
from agent.start import Analyst
from store import audit_log
from store import ledger as rows
from tests.fakes import ScriptedPlanner, registry

CALLS = 6
ROUNDS = [
    [
        Call(tool="count_things", arguments={"number": n, "pause_s": 0.01})
        for n in (2 * r, 2 * r + 1)
    ]
    for r in range(CALLS // 2)
]


def _analyst(folder):
    settings = Settings(home=folder / "home", heads=folder / "heads")
    return Analyst(settings, planner=ScriptedPlanner(ROUNDS), registry=registry())


def _ask_and_be_killed(folder, after_s, work):
    """Run `work` in a child that is killed; returns what it acknowledged before that."""
    told = folder / "told"
    child = os.fork()
    if child == 0:
        with told.open("a") as file:

            def listen(event):
                if isinstance(event, Found):
                    file.write(f"{event.evidence.id} {event.evidence.value('count')}\n")
                    file.flush()

            with _analyst(folder) as analyst:
                work(analyst, listen)
        os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    lines = told.read_text().splitlines() if told.exists() else []
    return [line.split() for line in lines if len(line.split()) == 2]


def _ask(analyst, listen):
    analyst.ask("How many things?", session="s", listener=listen)


def _lost(folder, told):
    """Return what was acknowledged and is not in the ledger."""
    with _analyst(folder) as analyst:
        held = [
            Evidence.model_validate_json(r)
            for r in rows.records(analyst.home.database, "evidence", "s")
        ]
    known = {(e.id, str(e.value("count"))) for e in held}
    return [entry for entry in told if tuple(entry) not in known]


def _once_each(folder):
    """Resume, and check: one finding and one found outcome a call, and a whole chain."""
    with _analyst(folder) as analyst:
        states = {status for _, _, status, _ in rows.turn_rows(analyst.home.database, "s")}
        if "running" in states:
            analyst.resume("s")
        elif not states:
            analyst.ask("How many things?", session="s")
        held = [
            Evidence.model_validate_json(r)
            for r in rows.records(analyst.home.database, "evidence", "s")
        ]
        assert sorted(e.value("count") for e in held) == list(range(CALLS))
        assert [e.id for e in held] == [f"E{n}" for n in range(1, CALLS + 1)]
        found = Counter()
        for row in audit_log.rows(analyst.home.database):
            if row.kind == "outcome" and json.loads(row.body)["status"] == "found":
                found[row.call_key] += 1
        assert set(found.values()) == {1}
        assert len(found) == CALLS
        assert analyst.audit.verify().whole


def _kill_often(tmp_path, times, seed):
    dice = random.Random(seed)
    for number in range(times):
        folder = tmp_path / str(number)
        folder.mkdir()
        told = _ask_and_be_killed(folder, dice.uniform(0.02, 0.6), _ask)
        assert _lost(folder, told) == []
        _once_each(folder)


def test_a_few_kills_lose_nothing(tmp_path):
    _kill_often(tmp_path, 6, seed=1)


@pytest.mark.slow
def test_fifty_kills_lose_nothing(tmp_path):
    _kill_often(tmp_path, 50, seed=2)


def test_acknowledging_before_the_commit_would_be_caught(tmp_path, monkeypatch):
    """The planted fault: a recorder that tells of a finding before it is on disk."""
    honest = records.Recorder.finding

    def too_early(self, hand, finding, seconds):
        told = records._evidence("E1", hand, finding, {})
        with (tmp_path / "told").open("a") as file:
            file.write(f"E1 {told.value('count')}\n")
        time.sleep(0.5)
        return honest(self, hand, finding, seconds)

    monkeypatch.setattr(records.Recorder, "finding", too_early)
    told = _ask_and_be_killed(tmp_path, 0.45, _ask)
    assert told
    assert _lost(tmp_path, told) != []
