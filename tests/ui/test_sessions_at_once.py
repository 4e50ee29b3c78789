"""One analyst, several sessions asked at the same time from threads: nothing mixes, nothing breaks."""

from __future__ import annotations

import threading

import pytest

from agent.audit import AuditLog
from agent.evidence import Call
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Plan
from agent.settings import Settings
from agent.start import Analyst, SessionBusy
from agent.verify import record_breaks
from tests import fakes
from tests.agent.town import town_analyst

SESSIONS, TURNS = 6, 2


class CountsItsNumber:
    """Counts as many things as the question says, in two calls."""

    name = "counting"

    def understand(self, question, conversation, catalog):
        return Inquiry(question=question, asked=[Ask(goal="count")], restated=question)

    def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
        mine = [item for item in ledger.evidence if item.turn == turn]
        if len(mine) == 2:
            return Plan(enough=True)
        number = int(inquiry.question.split()[-1]) + len(mine)
        call = Call(tool="count_things", arguments={"number": number, "pause_s": 0.01})
        return Plan(calls=[call])


def together(jobs):
    """Run jobs in threads that begin at the same moment; raise what any of them raised."""
    start, wrong = threading.Barrier(len(jobs)), []

    def run(job):
        start.wait()
        try:
            job()
        except BaseException as error:
            wrong.append(error)
            raise

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_each_session_gets_its_own_numbers_and_the_log_stays_whole(tmp_path):
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, planner=CountsItsNumber(), registry=fakes.registry()) as analyst:
        answers = {}

        def talk(number):
            for turn in range(TURNS):
                told = analyst.ask(f"How many {1000 * number + turn}", session=f"s{number}")
                answers[number, turn] = told

        together([lambda n=n: talk(n) for n in range(SESSIONS)])
        assert len(answers) == SESSIONS * TURNS
        for (number, turn), told in answers.items():
            values = [item.value("count") for item in told.evidence if item.turn == told.turn]
            assert values == [1000 * number + turn, 1000 * number + turn + 1]
            assert told.session == f"s{number}"
            assert [e.id for e in told.evidence if e.turn == told.turn] == [
                f"E{2 * turn + 1}", f"E{2 * turn + 2}",
            ]  # fmt: skip
        assert whole(analyst)
        # Another process sees the same whole log.
        again = AuditLog(analyst.home.database, settings.heads_folder)
        assert again.verify().whole


def whole(analyst):
    verdict = analyst.audit.verify()
    parts = (analyst.home.database, analyst.home.artifacts, analyst.audit)
    return verdict.whole and not verdict.unsealed and not list(record_breaks(*parts))


def test_two_questions_of_one_session_at_once_never_mix(tmp_path):
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, planner=CountsItsNumber(), registry=fakes.registry()) as analyst:
        told = []

        def ask(number):
            try:
                told.append(analyst.ask(f"How many {number}", session="one"))
            except SessionBusy:
                told.append(None)

        together([lambda n=n: ask(n) for n in (100, 200, 300)])
        assert any(told)
        for answer in filter(None, told):
            mine = [item.value("count") for item in answer.evidence if item.turn == answer.turn]
            assert mine[1] == mine[0] + 1
        assert whole(analyst)


@pytest.mark.slow
def test_real_questions_asked_at_once_are_answered_as_one_by_one(tmp_path):
    questions = [
        "How many benches are there?",
        "How many buildings are within 100 m of a bus stop?",
        "What changed between town_2021 and town_2023?",
        "What share of the area is covered by buildings?",
    ]
    analyst, _ = town_analyst(tmp_path)
    with analyst:
        alone = [analyst.ask(q, session=f"alone{n}").digest() for n, q in enumerate(questions)]
        at_once = {}
        together(
            [
                lambda n=n, q=q, r=r: at_once.__setitem__(
                    (n, r), analyst.ask(q, session=f"once{n}-{r}").digest()
                )
                for n, q in enumerate(questions)
                for r in range(2)
            ]
        )
        assert all(at_once[n, r] == alone[n] for n, r in at_once)
        assert whole(analyst)
