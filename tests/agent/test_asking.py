"""Questions about crops: answered at once, in later turns, from files, or by eyes; and reviews."""

from __future__ import annotations

import pytest
import yaml

from agent.exports import crop_sheet
from agent.ledger import SessionLedger
from agent.respondents import AnswersByPlaces, AnswersGiven, BadAnswers, read_answers
from agent.scripts import ScriptedTurn
from agent.settings import Settings
from agent.start import Analyst
from agent.turn import Turn
from store.database import DatabaseError
from store.errors import BadName, ReadFailed, UnknownId
from store.geo import Region
from tests import fakes
from tools.registry import Registry
from tools.review_objects import review_objects
from tools.vision import NoReading, Reading


@pytest.fixture
def analyst(tmp_path):
    registry = Registry([fakes.count_by_asking, fakes.record_answers])
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, planner=fakes.AskingPlanner(), registry=registry) as analyst:
        yield analyst


def test_answered_at_once(analyst):
    everything = AnswersGiven({f"E{e}#{n}": "yes" for e in (1, 3) for n in range(1, 7)}, "person:A")
    answer = analyst.ask("How many boxes?", answers=everything)
    assert answer.status == "answered"
    assert answer.claims[0].value == 6
    assert [e.tool for e in answer.evidence] == [
        "count_by_asking", "record_answers", "count_by_asking", "record_answers", "count_by_asking",
    ]  # fmt: skip
    assert answer.evidence[1].method.parameters["by"] == "person:A"


def test_answered_in_later_turns(analyst):
    first = analyst.ask("How many boxes?", session="s")
    assert first.status == "needs_input"
    assert [crop.id for crop in first.question_back.crops] == ["E1#1", "E1#2"]
    assert first.question_back.crops[0].text == "Is this a box?"
    assert analyst.home.artifacts.path(first.question_back.crops[0].view).exists()
    second = analyst.ask(answers=AnswersGiven({"E1#1": "no", "E1#2": "yes"}), session="s")
    assert second.status == "needs_input"
    assert [crop.id for crop in second.question_back.crops] == ["E3#3", "E3#4"]
    third = analyst.ask(answers=AnswersGiven({"E3#3": "no"}), session="s")
    assert third.status == "answered"
    assert third.claims[0].value == 4
    assert third.evidence[3].arguments["verdicts"] == ["no"]
    assert third.turn == 3


def test_the_log_tells_which_turn_is_gone_on_with(analyst):
    analyst.ask("How many boxes?", session="s")
    analyst.ask(answers=AnswersGiven({"E1#1": "no"}), session="s")
    bodies = [row for _, row in analyst.audit.rows() if row["kind"] == "turn"]
    assert [body.get("continues") for body in bodies] == [None, [1]]


def test_answers_to_something_else_do_not_go_on(analyst):
    analyst.ask("How many boxes?", session="s")
    again = analyst.ask(answers=AnswersGiven({"E9#1": "no"}), session="s")
    assert again.status == "needs_input"
    assert [crop.id for crop in again.question_back.crops] == ["E1#1", "E1#2"]


def test_without_a_question_that_waits_there_is_nothing_to_go_on_with(analyst):
    with pytest.raises(UnknownId, match="waits for no answers"):
        analyst.ask(answers=AnswersGiven({"E1#1": "no"}), session="s")


def test_answered_by_places(analyst):
    half = Region.lonlat(-1, -1, 2.9, 2).area
    answer = analyst.ask("How many boxes?", answers=AnswersByPlaces([half], "file:places"))
    assert answer.claims[0].value == 5  # rows 1 to 3 lie inside, row 4 was asked and does not


class _Eyes:
    name = "tiny"

    def __init__(self, choice):
        self.choice = choice

    def look(self, png, question, choices=()):
        if self.choice is None:
            raise NoReading("the server is down")
        return Reading(text="I see", choice=self.choice, by="eyes:tiny")


@pytest.mark.parametrize(("choice", "count"), [("yes", 6), ("no", 2), ("perhaps", 6)])
def test_answered_by_eyes(analyst, choice, count):
    analyst._eyes = _Eyes(choice)
    answer = analyst.ask("How many boxes?")
    assert answer.claims[0].value == count
    assert answer.evidence[1].method.parameters["by"] == "eyes:tiny"


def test_eyes_that_fail_leave_it_to_the_person(analyst):
    analyst._eyes = _Eyes(None)
    assert analyst.ask("How many boxes?").status == "needs_input"


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("E5#1: yes\nE5#2: no\n", ["yes", "no"]),
        ('{"answers": {"E5#1": "y", "E5#2": "unsure"}}', ["yes", "unsure"]),
    ],
)
def test_answers_from_a_file(tmp_path, text, verdicts):
    path = tmp_path / "answers.yaml"
    path.write_text(text)
    read = read_answers(path)
    assert [read.answers["E5#1"], read.answers["E5#2"]] == verdicts
    assert read.by == "file:answers.yaml"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("E5#1: maybe", "is no answer"),
        ("five: yes", "is no answer"),
        ("- 1", "holds no answers"),
        ("{", "neither YAML nor JSON"),
        (
            '{"type": "FeatureCollection", "features": [{"geometry": null}]}',
            "no geometry that can be read",
        ),
        (
            '{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", '
            '"coordinates": [0, 0]}}]}',
            "is a Point",
        ),
    ],
)
def test_bad_answers_are_refused_in_words(tmp_path, text, why):
    path = tmp_path / "answers.yaml"
    path.write_text(text)
    with pytest.raises(BadAnswers, match=why):
        read_answers(path)


def test_a_script_may_hold_answers():
    data = yaml.safe_load("ask: How many boxes?\nanswers: {'E1#1': yes, 'E1#2': no}")
    assert ScriptedTurn.model_validate(data).answers == {"E1#1": "yes", "E1#2": "no"}


def test_the_crops_go_on_one_sheet(analyst):
    analyst.ask("How many boxes?", session="s")
    ledger = SessionLedger(analyst.home.database, analyst.home.artifacts, "s")
    sheet = crop_sheet(ledger.get("E1"), analyst.home.artifacts)
    assert sheet.size == (400, 220)
    assert {(1, 0, 0), (2, 0, 0)} <= {colour for _, colour in sheet.getcolors(1 << 20)}


def test_what_was_not_answered_is_asked_again_and_never_put_in_a_mouth(analyst):
    analyst.ask("How many boxes?", session="s")
    again = analyst.ask(answers=AnswersGiven({"E1#2": "no"}, "person:A"), session="s")
    assert again.evidence[1].arguments["rows"] == [2]
    assert again.evidence[1].arguments["verdicts"] == ["no"]


def test_places_that_lie_elsewhere_deny_nothing(analyst):
    far = AnswersByPlaces([Region.lonlat(100, 40, 101, 41).area], "file:far")
    answer = analyst.ask("How many boxes?", answers=far)
    assert answer.status == "needs_input"
    assert "None of the places of file:far lies where the candidates are" in answer.answer
    assert len(answer.evidence) == 1


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ('{"type": "FeatureCollection", "features": []}', None, "holds no area"),
        (
            '{"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:32633"}}, '
            '"features": []}',
            None,
            "is in EPSG:32633",
        ),
        (
            '{"type": "FeatureCollection", "features": [{"properties": {"kind": "car"}, '
            '"geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}}]}',
            {"kind": ["boat"]},
            "holds no area with",
        ),
    ],
)
def test_files_that_would_deny_everything_are_refused(tmp_path, text, where, why):
    path = tmp_path / "places.json"
    path.write_text(text)
    with pytest.raises(BadAnswers, match=why):
        read_answers(path, where=where)


@pytest.fixture
def reviewed(tmp_path):
    registry = Registry([fakes.count_by_asking, fakes.record_answers, review_objects])
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, planner=fakes.AskingPlanner(0), registry=registry) as analyst:
        analyst.ask("How many boxes?", session="s")
        yield analyst


def test_a_review_is_a_turn_of_its_own(reviewed):
    answer = reviewed.review("s", "E1", by="person:A", accept=[1, 2], reject=[3])
    assert answer.status == "answered"
    assert answer.evidence[-1].tool == "review_objects"
    assert answer.evidence[-1].value("rejected") == 1


@pytest.mark.parametrize("step", ["understand", "plan", "act", "weigh", "answer"])
def test_a_review_that_was_cut_off_is_finished_as_the_review_it_was(reviewed, step, monkeypatch):
    def cut_off(self, state):
        raise DatabaseError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Turn, step, cut_off)
        with pytest.raises(DatabaseError):
            reviewed.review("s", "E1", by="person:A", reject=[3])
    answer = reviewed.resume("s")
    assert answer.status == "answered"
    assert [e.tool for e in answer.evidence] == ["review_objects"]
    assert answer.evidence[0].arguments["by"] == "person:A"


def test_answers_that_were_cut_off_are_not_lost(analyst, monkeypatch):
    analyst.ask("How many boxes?", session="s")

    def cut_off(self, state):
        raise DatabaseError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Turn, "plan", cut_off)
        with pytest.raises(DatabaseError):
            analyst.ask(answers=AnswersGiven({"E1#1": "no"}, "person:A"), session="s")
    answer = analyst.resume("s")
    assert answer.evidence[1].arguments["by"] == "person:A"


def test_what_goes_wrong_outside_of_the_record_ends_the_turn_and_not_the_session(
    analyst, monkeypatch
):
    def wrong(self, question, conversation, catalog):
        raise ReadFailed("a picture is gone")

    with monkeypatch.context() as patch:
        patch.setattr(fakes.AskingPlanner, "understand", wrong)
        assert analyst.ask("How many boxes?", session="s").status == "failed"
    assert analyst.ask("How many boxes?", session="s").status == "needs_input"


def test_candidates_that_nobody_judged_cannot_be_reviewed(analyst):
    analyst.ask("How many boxes?", session="s")
    with pytest.raises(BadName, match="is no finished count"):
        analyst.review("s", "E1", by="person:A", accept=[1])
    with pytest.raises(UnknownId, match="no such set"):
        analyst.review("s", "E9", by="person:A", accept=[1])


def test_eyes_stop_when_the_person_wants_an_end(analyst):
    looks = []

    class Slow(_Eyes):
        def look(self, png, question, choices=()):
            looks.append(question)
            return super().look(png, question, choices)

    analyst._eyes = Slow("yes")
    answer = analyst.ask("How many boxes?", cancel=lambda: bool(looks))
    assert answer.status == "cancelled"
    assert len(looks) == 1


def test_the_count_follows_a_review_with_its_interval(analyst):
    analyst._registry = Registry([fakes.count_by_asking, fakes.record_answers, review_objects])
    everything = AnswersGiven({f"E{e}#{n}": "yes" for e in (1, 3) for n in range(1, 7)}, "person:A")
    analyst.ask("How many boxes?", answers=everything, session="s")  # 6 (5 to 7), six marked
    first = analyst.review("s", "E5", by="person:A", reject=[1, 2])
    count = first.evidence[-1].quantity("count")
    assert (count.value, count.low, count.high, count.interval) == (4, 3, 5, "sampled")
    last = analyst.review("s", first.evidence[-1].id, by="person:A", reject=[1, 2, 3, 4])
    assert last.status == "answered"
    assert last.claims[0].value == 0


def test_answers_about_other_crops_are_said_to_be_so(analyst):
    analyst.ask("How many boxes?", session="s")
    again = analyst.ask(answers=AnswersGiven({"E9#1": "no"}), session="s")
    assert again.answer.startswith("None of the answers given is about these crops.")


def test_going_on_takes_nothing_that_belongs_to_the_question(analyst):
    analyst.ask("How many boxes?", session="s")
    with pytest.raises(BadName, match="ask the question anew"):
        analyst.ask(answers=AnswersGiven({"E1#1": "no"}), session="s", region="lonlat:0,0,1,1")
