"""Turns under way: one per session, a few at once, watched, stopped and left."""

from __future__ import annotations

import threading
import time

import pytest

from agent.events import Understood
from store.errors import StoreError
from tests.ui.test_show import answer
from ui import desk as desks
from ui.desk import Desk, DeskBusy
from ui.show import TurnView


@pytest.fixture
def desk():
    made = Desk(at_once=2)
    yield made
    made.close()


def until(what, seconds=5.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def test_a_turn_is_watched_from_question_to_answer(desk):
    def work(listener, cancel):
        listener(Understood("count ships"))
        return answer()

    views = list(desk.start("s", TurnView("How many?"), work).views())
    assert views[-1].answer.status == "answered"
    assert views[-1].understood == "count ships"
    assert not views[-1].running
    until(lambda: desk.running("s") is None)


def test_a_session_answers_one_question_at_a_time(desk):
    go = threading.Event()
    first = desk.start("s", TurnView("one"), lambda *_: go.wait(5) and answer())
    with pytest.raises(DeskBusy, match="another question"):
        desk.start("s", TurnView("two"), lambda *_: answer())
    other = desk.start("t", TurnView("three"), lambda *_: answer())
    assert list(other.views())[-1].answer
    go.set()
    assert list(first.views())[-1].answer


def test_more_than_a_few_wait_for_a_place(desk):
    go, begun = threading.Event(), []

    def work(listener, cancel):
        begun.append(1)
        go.wait(5)
        return answer()

    turns = [desk.start(f"s{n}", TurnView("q"), work) for n in range(5)]
    until(lambda: len(begun) == 2)
    time.sleep(0.05)
    assert len(begun) == 2
    go.set()
    assert all(list(turn.views())[-1].answer for turn in turns)


def test_stop_is_heard_by_the_work(desk):
    def work(listener, cancel):
        until(cancel)
        return answer(status="cancelled", claims=[])

    turn = desk.start("s", TurnView("q"), work)
    turn.stop()
    assert turn.view.stopping or turn.done
    assert list(turn.views())[-1].answer.status == "cancelled"


def test_a_turn_that_everybody_left_stops(desk, monkeypatch):
    monkeypatch.setattr(desks, "LEFT_ALONE_S", 0.1)
    stopped = threading.Event()

    def work(listener, cancel):
        until(cancel)
        stopped.set()
        return answer(status="cancelled", claims=[])

    watched = desk.start("s", TurnView("q"), work).views()
    next(watched)
    watched.close()  # what a page that is closed does to it
    assert stopped.wait(5)


def test_a_page_that_comes_back_in_time_goes_on_watching(desk, monkeypatch):
    monkeypatch.setattr(desks, "LEFT_ALONE_S", 0.5)
    go = threading.Event()

    def work(listener, cancel):
        go.wait(5)
        return answer(status="cancelled" if cancel() else "answered")

    turn = desk.start("s", TurnView("q"), work)
    left = turn.views()
    next(left)
    left.close()
    back = turn.views()
    next(back)
    time.sleep(0.7)
    go.set()
    assert list(back)[-1].answer.status == "answered"


def test_what_went_wrong_outside_is_told_in_its_own_words(desk):
    def work(listener, cancel):
        raise StoreError("the disk is full; make room")

    view = list(desk.start("s", TurnView("q"), work).views())[-1]
    assert view.error == "the disk is full; make room"


def test_a_bug_is_logged_and_not_shown(desk, caplog):
    def work(listener, cancel):
        raise KeyError("/secret/path")

    view = list(desk.start("s", TurnView("q"), work).views())[-1]
    assert "/secret" not in view.error
    assert "KeyError" in caplog.text


def test_closing_stops_what_runs():
    desk = Desk()
    ended = threading.Event()

    def work(listener, cancel):
        until(cancel)
        ended.set()
        return answer(status="cancelled", claims=[])

    desk.start("s", TurnView("q"), work)
    desk.close()
    assert ended.is_set()
