"""What clicks mean, and what comes back after the server was started anew."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from agent.settings import Settings
from agent.start import Analyst
from store.errors import BadName, StoreError, UnknownId
from tests import fakes
from tests.ui.viewer.stage import numbered, scene
from tools.registry import Registry
from tools.review_objects import review_objects
from ui.acts import Acts, _view, reviewer
from ui.desk import Desk
from ui.doings import Doings
from ui.here import Here, Review


@pytest.fixture
def acts(tmp_path):
    with opened(tmp_path) as analyst:
        desk = Desk()
        yield Acts(analyst, desk)
        desk.close()


def opened(folder):
    settings = Settings(home=folder / "home", heads=folder / "heads")
    registry = Registry([fakes.count_by_asking, fakes.record_answers, review_objects])
    return Analyst(settings, planner=fakes.AskingPlanner(), registry=registry)


def done(running):
    return list(running.views())[-1]


def asked(acts, question="How many boxes?"):
    here = acts.arrive("")
    done(acts.ask(here, question))
    return Doings(acts).settled(here)


def test_a_first_visit_begins_a_session_and_offers_questions(acts):
    here = acts.arrive("")
    assert here.session
    assert "What do you hold?" in acts.talk(here).now
    assert "No evidence yet" in acts.evidence(here)
    assert "Nothing was called yet" in acts.record(here)
    assert "No scenes are held yet" in acts.scenes(here)
    assert "new session" in acts.bar(here)


@pytest.mark.parametrize("wanted", ["nobody", "../etc", "<script>", "a" * 500, "None", " "])
def test_a_session_that_is_none_is_not_opened(acts, wanted):
    assert acts.arrive(wanted).session != wanted
    with pytest.raises(StoreError):
        acts.open(wanted)


def test_crops_are_asked_about_and_answered_to_the_count(acts):
    here = asked(acts)
    assert 'src="/view/' in acts.talk(here).now
    assert here.evidence == "E1"
    view = done(acts.answer(here, {"E1#1": "no", "E1#2": "yes"}, "Ada"))
    assert view.answer.crops
    view = done(acts.answer(here, {"E3#3": "no", "E3#4": "unsure"}, "Ada"))
    assert view.answer.figures[0].value == "4"
    ledger = acts._ledger(here)
    assert {e.arguments["by"] for e in ledger.evidence if e.tool == "record_answers"} == {
        "person:Ada"
    }
    talk = acts.talk(here)
    assert "2 crops judged by Ada" in talk.past + talk.now
    assert "Answers to: How many boxes?" in talk.now
    assert talk.past.count("data-crops") == 0


def test_a_review_makes_a_turn_the_count_follows_and_the_reviewer_is_recorded(acts):
    here = asked(acts)
    for evidence, rows in (("E1", (1, 2)), ("E3", (3, 4))):
        done(acts.answer(here, {f"{evidence}#{row}": "yes" for row in rows}, "Ada"))
    here = Doings(acts).settled(here)
    assert here.evidence == "E5"
    with pytest.raises(BadName, match="nothing was judged"):
        acts.review(here, "Ada")
    doings = Doings(acts)
    for act, row in (("accept", 1), ("reject", 2), ("reject", 3)):
        here = doings.told(here, {"act": act, "evidence": "E5", "row": str(row)})
    assert "review of E5" in acts.strip(here)
    view = done(acts.review(here, "Grace"))
    assert not view.error
    kept = acts._ledger(here).evidence[-1]
    assert (kept.tool, kept.value("count"), kept.value("accepted")) == ("review_objects", 4, 1)
    assert kept.method.parameters["by"] == "person:Grace"
    assert doings.asked(here).review == Review()
    assert "Grace" in acts.record(here)


@pytest.mark.parametrize(
    "verdicts", [{}, {"E1#1": "maybe"}, {"E1": "yes"}, {"<x>#1": "yes"}, {"E1#1": None}]
)
def test_answers_that_are_none_are_refused(acts, verdicts):
    here = asked(acts)
    with pytest.raises(BadName, match="no crop was judged"):
        acts.answer(here, verdicts, "Ada")


def test_an_empty_or_endless_question_is_refused_before_anything_runs(acts):
    here = acts.arrive("")
    for question in ("", "   ", "\x00", "x" * 5000):
        with pytest.raises(BadName):
            acts.ask(here, question)
    assert acts.desk.running(here.session) is None


def test_sessions_come_back_after_the_server_was_started_anew(tmp_path):
    with opened(tmp_path) as analyst:
        acts = Acts(analyst, Desk())
        here = asked(acts)
        before = (acts.talk(here), acts.evidence(here), acts.record(here))
    with opened(tmp_path) as analyst:
        acts = Acts(analyst, Desk())
        again = acts.arrive("")
        assert again.session == here.session
        assert again.evidence == here.evidence
        assert (acts.talk(again), acts.evidence(again), acts.record(again)) == before
        assert done(acts.answer(again, {"E1#1": "no"}, "Ada")).answer.crops
        assert acts.arrive(here.session).session == here.session


def test_a_live_turn_and_the_same_turn_told_again_look_alike(acts):
    here = acts.arrive("")
    live = done(acts.ask(here, "How many boxes?"))
    (told,) = acts._turns(here.session)
    again = _view(told)
    assert again.understood == live.understood
    assert [s.found for s in again.steps] == [s.found for s in live.steps]
    assert again.answer.blocks == live.answer.blocks
    assert again.answer.crops == live.answer.crops


def test_an_interrupted_question_is_offered_to_be_finished(acts):
    class Dies(BaseException):
        """As a killed process would end."""

    here = acts.arrive("")

    def die(event):
        raise Dies

    with pytest.raises(Dies):
        acts.analyst.ask("How many boxes?", session=here.session, listener=die)
    assert 'data-act="resume"' in acts.talk(here).now
    assert done(acts.resume(here)).answer.crops


def test_verifying_says_the_result_in_words(acts):
    here = asked(acts)
    assert "Whole: " in acts.verify()
    assert "signed heads" in acts.verify()
    with acts.analyst.home.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE evidence SET record = replace(record, '1.0', '2.0') WHERE session = ?",
            (here.session,),
        )
    assert "Not whole: E1 of session" in acts.verify()


def test_choosing_scenes_keeps_the_last_two_and_a_second_click_takes_one_off(acts, tmp_path):
    doings, here = Doings(acts), Here(session="s")
    home = acts.analyst.home
    held = [scene(home, tmp_path / f"{n}.tif", numbered(20, 30) + n).id for n in range(3)]
    for name in held:
        here = doings.told(here, {"act": "pick", "scene": name})
    assert here.scenes == (held[1], held[2])
    assert doings.told(here, {"act": "pick", "scene": held[1]}).scenes == (held[2],)
    with pytest.raises(UnknownId):
        doings.told(here, {"act": "pick", "scene": "nothing"})


def test_what_is_to_be_known_of_a_scene_is_told_beside_it(acts, tmp_path):
    held = scene(acts.analyst.home, tmp_path / "2021-06-14.tif", numbered(20, 30))
    assert held.caveats
    assert held.caveats[0].text in html.unescape(acts.scenes(Here(session="s")))


def test_objects_whose_file_is_gone_are_said_to_be_missing(acts):
    here = asked(acts)
    found = acts._ledger(here).get("E1")
    acts.analyst.home.artifacts.path(found.set.sha256).unlink()
    assert "The objects cannot be shown: " in acts.evidence(here)
    assert "The objects cannot be shown: " in acts.strip(replace(here, row=1))


@pytest.mark.parametrize("act", ["resume", "answers"])
def test_nothing_can_be_gone_on_with_where_nothing_was_asked(acts, act):
    with pytest.raises(BadName, match="nothing was asked"):
        Doings(acts).begin(Here(session="s"), {"act": act, "verdicts": {"E1#1": "yes"}})


@pytest.mark.parametrize(
    ("told", "evidence", "row"),
    [
        ({"act": "cite", "evidence": "E3"}, "E3", None),
        ({"act": "cite", "evidence": "E3", "row": "7"}, "E3", 7),
        ({"act": "select", "evidence": "E3", "row": "-1"}, "E3", None),
        ({"act": "select", "evidence": "<x>"}, "", None),
        ({"act": "object", "evidence": "E3", "row": "9" * 40}, "E3", None),
    ],
)
def test_clicks_select_evidence_and_objects(acts, told, evidence, row):
    here = Doings(acts).told(Here(session="s"), told)
    assert (here.evidence, here.row) == (evidence, row)


def test_a_pick_on_the_map_selects_its_object(acts):
    here = Doings(acts).picked(Here(session="s"), {"layer": "E5#set", "row": 12})
    assert (here.evidence, here.row) == ("E5", 12)
    assert Doings(acts).picked(here, {"layer": "<x>", "row": 1}) == here


def test_a_drawn_box_becomes_a_place_an_example_or_an_object(acts):
    doings, here = Doings(acts), Here(session="s", drawn="lonlat:1,2,3,4", evidence="E1")
    assert doings.told(here, {"act": "as-region"}).region == "lonlat:1,2,3,4"
    assert doings.told(here, {"act": "as-example"}).examples == ("lonlat:1,2,3,4",)
    assert doings.told(here, {"act": "as-added"}).review.add == ("lonlat:1,2,3,4",)
    for act in ("as-region", "as-example", "as-added", "drop-drawn"):
        assert doings.told(here, {"act": act}).drawn == ""


def test_a_question_that_waits_for_an_example_is_asked_again_with_it(acts):
    here = asked(acts)
    assert 'data-act="choose"' not in acts.context(here)
    here = Doings(acts).told(replace(here, drawn="lonlat:1,2,3,4"), {"act": "as-example"})
    assert 'data-value="How many boxes?"' in acts.context(here)


def test_what_the_page_tells_and_is_unknown_changes_nothing(acts):
    here = Here(session="s")
    for told in ({}, {"act": "x"}, {"act": None}, {"act": ["a"]}, {"act": "as-region"}):
        assert Doings(acts).told(here, told) == here
    with pytest.raises(BadName):
        Doings(acts).begin(here, {"act": "rm"})


def test_a_review_is_of_one_set_and_a_second_click_takes_it_back():
    review = Review().judged("E5", 3, "accept").judged("E5", 4, "reject")
    assert (review.accept, review.reject, review.size) == ({3}, {4}, 2)
    assert review.judged("E5", 3, "accept").accept == frozenset()
    moved = review.judged("E5", 3, "reject")
    assert (moved.accept, moved.reject) == (frozenset(), {3, 4})
    assert review.judged("E6", 1, "accept") == Review("E6", frozenset({1}))
    assert review.added("E5", "lonlat:1,2,3,4").add == ("lonlat:1,2,3,4",)


@pytest.mark.parametrize(
    ("name", "by"),
    [("Ada", "person:Ada"), ("", "person:unnamed"), ("<b>x</b>", "person:b x b"),
     ("eyes:model", "person:eyes model"), ("a" * 99, "person:" + "a" * 40), ("Zoë", "person:Zoë")],
)  # fmt: skip
def test_who_judges_is_recorded_plainly_and_as_a_person(name, by):
    assert reviewer(name) == by


def test_the_map_shows_what_it_can_and_says_what_it_cannot(acts):
    here = asked(acts)
    view = Doings(acts).view(here)
    assert view.spec.scenes == []
    assert "no scene" in view.note
    assert view.note in html.unescape(acts.strip(here, view.note))
