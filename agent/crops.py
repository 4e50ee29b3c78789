"""Questions about crops in a turn: answered now by somebody who can, or put to the person."""

from __future__ import annotations

from agent.evidence import Call, CropQuestion, Evidence, QuestionBack
from agent.planner.contract import CropAsk, Ledger, Plan
from agent.respondents import AnswersGiven, BadAnswers, Respondent, Stop


def answered(ask: CropAsk, ledger: Ledger, respondent: Respondent | None, stop: Stop) -> Plan:
    """Return a plan that records answers about crops, or one that asks the person."""
    evidence = ledger.get(ask.evidence)
    assert evidence is not None
    questions = crop_questions(evidence)
    text = ask.text or "I need some answers about what these crops show."
    given = None
    try:
        if respondent is not None:
            given = respondent.answer(questions, ledger, stop)
    except BadAnswers as wrong:
        told = str(wrong)
        text = f"{told[:1].upper()}{told[1:]}. {text}"
    if given is None and isinstance(respondent, AnswersGiven):
        text = f"None of the answers given is about these crops. {text}"
    if given is None:
        return Plan(question_back=QuestionBack(text=text, crops=questions))
    arguments = {
        "of": f"{evidence.id}#set",
        "rows": [int(crop.partition("#")[2]) for crop in given.verdicts],
        "verdicts": list(given.verdicts.values()),
        "by": given.by,
    }
    call = Call(tool="record_answers", arguments=arguments, why="what the crops show")
    return Plan(calls=[call])


def crop_questions(evidence: Evidence) -> list[CropQuestion]:
    """Return the outstanding questions of evidence about crops, in order."""
    views = {view.name: view for view in evidence.views}
    found: list[CropQuestion] = []
    for row in evidence.series.get("ask", []):
        view = views.get(f"ask-{row}")
        if view is not None:
            found.append(
                CropQuestion(id=f"{evidence.id}#{row}", text=view.caption, view=view.sha256)
            )
    return found
