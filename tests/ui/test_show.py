"""From events to what is shown: pure functions, one view after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import (
    CallStarted,
    DoubtRaised,
    DoubtSettled,
    Found,
    Notice,
    Progress,
    Understood,
    WasRefused,
)
from agent.evidence import Call, Choice, Claim, CropQuestion, Doubt, Evidence, QuestionBack, Refused
from agent.result import Answer
from tools.contract import Method, Quantity
from ui import markup
from ui.answered import answer_view, blocks
from ui.show import DoubtView, NoticeView, StepView, TurnView, failed, finished, fold


def evidence(number=1, **more):
    return Evidence(
        id=f"E{number}", turn=1, call_key="k", tool="count_objects", tool_version="1",
        arguments={}, method=Method(name="m", version="1"),
        quantities=[
            Quantity(
                name="count", of="ships", value=12, unit="count", low=10, high=15,
                interval="sampled", level=0.9,
            )
        ],
        **more,
    )  # fmt: skip


def refused(kind="refusal"):
    return Refused(
        id="R1", turn=1, call_key="k", tool="count_objects", arguments={}, kind=kind,
        code="too_coarse", text="a ship is 2 px long here; 1 m or finer would do",
    )  # fmt: skip


def claim(**more):
    given = {
        "id": "C1", "role": "answer", "text": "12 ships [E1].", "quantity": "count", "of": "ships",
        "value": 12, "unit": "count", "low": 10, "high": 15, "interval": "sampled", "level": 0.9,
        "evidence": ["E1.count"],
    }  # fmt: skip
    return Claim(**{**given, **more})


def answer(text="**12 (10–15)** ships [E1].", **more):
    given = {
        "status": "answered", "answer": text, "claims": [claim()], "evidence": [evidence()],
        "doubts": [], "refusals": [], "question_back": None, "steps": 2, "tool_calls": 1,
        "pixels_read": 2_000_000, "seconds": 1.5, "planner": "embedded", "session": "s", "turn": 3,
        "audit_head": "h", "schema": 1,
    }  # fmt: skip
    return Answer(**{**given, **more})


def told(*events, view=None):
    view = view or TurnView("How many ships are there?")
    for event in events:
        view = fold(view, event)
    return view


CALL = CallStarted(Call(tool="count_objects", why="how many there are"))


def test_a_question_as_understood():
    assert told(Understood("count ships")).understood == "count ships"


def test_a_call_runs_and_tells_how_far_it_is():
    view = told(CALL, Progress(0.25, "window 3 of 12"))
    (step,) = view.steps
    assert (step.state, step.why, step.share) == ("running", "how many there are", 0.25)
    assert step.doing == "window 3 of 12"


def test_a_call_that_found_says_what_and_what_it_cost():
    view = told(CALL, Found(evidence(pixels_read=3_407_872, gsd_m=0.5), 0.284))
    (step,) = view.steps
    assert (step.state, step.evidence) == ("found", "E1")
    assert step.found == "count 12 (10–15, 90 % from a sample)"
    assert step.cost == "3.41 million pixels read at 0.5 m, 0.284 s"
    assert view.known == {"E1"}


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("refusal", "refused", "cannot be done"),
        ("error", "failed", "failed outside"),
        ("invalid", "failed", "asked wrongly"),
        ("fault", "failed", "failed through a bug"),
    ],
)
def test_a_refusal_is_told_with_its_kind_and_is_never_a_number(kind, state, words):
    (step,) = told(CALL, WasRefused(refused(kind))).steps
    assert (step.state, step.kind, step.refusal) == (state, words, "R1")
    assert step.found == ""


def test_a_bug_shows_no_traceback():
    bug = refused("fault").model_copy(update={"text": 'Traceback\n File "/x.py"\nKeyError: 3'})
    (step,) = told(CALL, WasRefused(bug)).steps
    assert "/x.py" not in step.told
    assert "KeyError: 3" in step.told


def test_doubts_are_raised_and_settled_by_evidence():
    doubt = Doubt(id="D1", turn=1, code="single_witness", text="one witness only")
    view = told(CALL, Found(evidence(), 0.1), DoubtRaised(doubt))
    assert view.items[-1] == DoubtView("D1", "one witness only")
    assert view.open_doubts == 1
    view = told(DoubtSettled(doubt.model_copy(update={"settled_by": "E2"})), view=view)
    assert view.items[-1] == DoubtView("D1", "one witness only", "E2")
    assert view.open_doubts == 0


def test_notices_are_told():
    assert told(Notice("taken up again")).items == (NoticeView("taken up again"),)


def test_progress_without_a_call_changes_nothing():
    view = TurnView("q")
    assert fold(view, Progress(0.5, "x")) == view


def test_a_call_under_way_when_the_turn_ends_is_not_told_as_found():
    view = failed(told(CALL), "the database is full")
    assert [step.state for step in view.steps] == ["failed"]
    assert view.error == "the database is full"
    assert not view.running


def test_the_end_has_answer_cost_and_summary():
    view = finished(told(Understood("count ships"), CALL, Found(evidence(), 0.1)), answer())
    assert not view.running
    assert view.turn == 3
    assert view.summary == "1 call · 2 million pixels read · 1.5 s"
    assert view.answer.status_words == "answered"


def test_a_figure_shows_its_interval_and_what_kind_it_is():
    (figure,) = answer_view(answer(), {"E1"}).figures
    assert (figure.value, figure.low, figure.high) == ("12", "10", "15")
    assert figure.kind.startswith("estimated from answers about some")
    assert "90 times in 100" in figure.kind
    assert 0 <= figure.start < figure.at < figure.end <= 1
    assert figure.evidence == "E1"


@pytest.mark.parametrize(
    "other",
    [
        {"role": "support"},
        {"value": True, "low": None, "high": None},
        {"value": "town-1", "low": None, "high": None, "unit": "id"},
        {"low": 12, "high": 12, "interval": "exact"},
        {"low": None, "high": None, "interval": "none"},
    ],
)
def test_what_has_no_interval_gets_no_scale(other):
    assert answer_view(answer(claims=[claim(**other)]), set()).figures == ()


def test_limits_are_taken_out_of_the_words_only_when_they_are_all_there():
    limits = [
        claim(id="C2", role="limit", text="the map is of 2022", evidence=[]),
        claim(id="C3", role="limit", text="one witness", evidence=[]),
    ]
    whole = "**12** ships [E1].\n\n*To know:* the map is of 2022; one witness."
    view = answer_view(answer(whole, claims=[claim(), *limits]), {"E1"})
    assert view.limits == ("the map is of 2022", "one witness")
    assert len(view.blocks) == 1
    more = whole.replace("one witness.", "one witness; and 3 were cut by the edge.")
    view = answer_view(answer(more, claims=[claim(), *limits]), {"E1"})
    assert view.limits == ()
    assert "cut by the edge" in view.blocks[-1].pieces[-1].text


def test_citations_lead_to_evidence_that_is_known_and_stay_words_otherwise():
    (block,) = blocks("12 ships [E1, E2#3], not [E9] nor [sic].", {"E1", "E2"})
    cited = [(p.evidence, p.row) for p in block.pieces if p.style == "cite"]
    assert cited == [("E1", None), ("E2", 3)]
    assert "[E9]" in [p.text for p in block.pieces]


def test_points_and_paragraphs_are_told_apart():
    found = blocks("It stands on:\n\n- [E1] one\n- [E2] two", {"E1"})
    assert [block.kind for block in found] == ["paragraph", "point", "point"]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            "Draw a box around one, or give --example lonlat:-1.5,2,3.25,4.",
            "Draw a box around one.",
        ),
        (
            "Draw a box around one, or give --example px:bay-0a1b2c:1,2,3,4.",
            "Draw a box around one.",
        ),
        ("Draw a box around it, or give it with --region", "Draw a box around it"),
        ("Declare it at ingest with --gsd M.", "Declare it at ingest with --gsd M."),
    ],
)
def test_what_a_box_on_the_map_says_is_not_to_be_typed(told, shown):
    view = answer_view(answer(told, status="needs_input", claims=[]), set())
    assert [p.text for block in view.blocks for p in block.pieces] == [shown]


def test_choices_and_crops_of_a_question_back():
    back = QuestionBack(
        text="Which?", choices=[Choice(label="100 m", value="Within 100 m?")],
        crops=[CropQuestion(id="E1#3", text="Is this a ship?", view="0" * 64)],
    )  # fmt: skip
    view = answer_view(answer("Which?", status="needs_input", claims=[], question_back=back), set())
    assert view.choices[0].value == "Within 100 m?"
    assert view.crops[0].id == "E1#3"
    shown = finished(TurnView("q"), answer("Which?", claims=[], question_back=back))
    page = markup.turn(shown, "s")
    assert 'src="/view/s/E1/ask-3.png"' in page
    assert 'data-value="Within 100 m?"' in page
    assert "data-value" not in markup.turn(shown, "s", newest=False)


EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>" onmouseover=a() \' {{7*7}} ${8*8}'


def test_all_text_from_outside_is_escaped():
    events = [
        Understood(EVIL), CallStarted(Call(tool=EVIL, why=EVIL)), Progress(0.5, EVIL),
        WasRefused(refused().model_copy(update={"text": EVIL, "tool": EVIL})),
        DoubtRaised(Doubt(id="D1", turn=1, code="x", text=EVIL)), Notice(EVIL),
    ]  # fmt: skip
    view = told(
        *events,
        CallStarted(Call(tool=EVIL)),
        Progress(0.1, EVIL),
        view=TurnView(EVIL, asked_about=(EVIL,)),
    )
    back = QuestionBack(
        text=EVIL, choices=[Choice(label=EVIL, value=EVIL)],
        crops=[CropQuestion(id="E1#1", text=EVIL, view="0" * 64)],
    )  # fmt: skip
    said = answer(EVIL, claims=[claim(of=EVIL, text=EVIL)], question_back=back)
    for page in (
        markup.turn(view, "s"),
        markup.turn(finished(view, said), "s"),
        markup.turn(failed(view, EVIL), "s"),
    ):
        assert "<img src=x" not in page
        assert "<script" not in page
        assert 'onerror="' not in page
        assert '" onmouseover' not in page
        assert page.count("&lt;img") >= 4


@given(st.text(alphabet=st.sampled_from("abE12#[], *-\n.é"), max_size=200))
def test_no_letter_and_no_digit_is_lost_or_added(text):
    shown = "".join(piece.text for block in blocks(text, set()) for piece in block.pieces)
    assert [c for c in shown if c.isalnum()] == [c for c in text if c.isalnum()]


@given(
    st.floats(-1e9, 1e9),
    st.floats(0, 1e9),
    st.floats(0, 1),
)
def test_a_scale_holds_its_interval_whatever_the_numbers(low, width, share):
    high = low + width
    value = min(high, low + width * share)
    for figure in answer_view(
        answer(claims=[claim(value=value, low=low, high=high)]), set()
    ).figures:
        assert -1e-9 <= figure.start <= figure.at + 1e-9
        assert figure.at <= figure.end + 1e-9
        assert figure.end <= 1 + 1e-9


def test_steps_without_a_reason_are_called_by_their_tool():
    page = markup.turn(told(CallStarted(Call(tool="find_scenes"))), "s")
    assert page.count("find_scenes") == 2
    assert StepView("a", "b").state == "running"
