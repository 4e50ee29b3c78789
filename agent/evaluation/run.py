"""Asking a bank's questions, one store after the other, and what came of it in tables."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.evaluation.bank import Bank, Question
from agent.evaluation.score import Outcome, Scored, score
from agent.evaluation.stores import make_store
from agent.respondents import read_answers
from agent.settings import Settings
from agent.start import Analyst
from store.errors import StoreError

OUTCOMES: dict[Outcome, str] = {
    "right": "right",
    "right_refusal": "rightly refused",
    "wrong_number": "wrong number",
    "imprecise": "imprecise",
    "wrong_other": "wrong otherwise",
    "over_abstained": "over-abstained",
    "failed": "failed",
}


def run_bank(
    bank: Bank,
    *,
    settings: Settings,
    work: Path,
    data: Path | None,
    beside: Path,
    progress: Callable[[int, str], None] = lambda done, what: None,
    only: Sequence[str] = (),
) -> list[Scored]:
    """Ask the questions of a bank and score the answers.

    Args:
        bank: The bank.
        settings: What a turn may spend; the home is each store's own.
        work: Where the stores are made; stores that are there are used again.
        data: The folder that the bank's files are in.
        beside: The bank's own folder, for files of answers.
        progress: Told the number of questions done, and what is being done.
        only: Ids of the questions to ask, each after those it follows; all by default.
    """
    scored: list[Scored] = []
    chosen = bank.chosen(only)
    for name, spec in bank.stores.items():
        questions = [q for q in chosen if q.store == name]
        if not questions:
            continue
        progress(len(scored), f"making store {name}")
        home = work / name
        make_store(spec, home, data)
        own = settings.model_copy(update={"home": home, "heads": home.with_name(f"{name}-heads")})
        with Analyst(own) as analyst:
            sessions: dict[str, str] = {}
            for question in questions:
                progress(len(scored), question.ask)
                told = _asked(analyst, question, sessions, beside=beside, data=data)
                sessions[question.id] = told.session
                scored.append(told)
    return scored


def _asked(
    analyst: Analyst,
    question: Question,
    sessions: dict[str, str],
    *,
    beside: Path,
    data: Path | None,
) -> Scored:
    """Ask one question; what is raised is a failure of this question, not of the bank."""
    session = sessions.get(question.after) if question.after else None
    try:
        answers = None
        if question.answers is not None:
            answers = read_answers(
                _found(question.answers, [beside, data, analyst.settings.home]),
                where=question.answers_where,
            )
        answer = analyst.ask(
            question.ask,
            scenes=question.scenes,
            region=question.region,
            examples=question.examples,
            answers=answers,
            session=session,
        )
    except StoreError as wrong:
        return _failed(question, f"{wrong.code}: {wrong}", session)
    except Exception:  # noqa: BLE001 - a bug in one question is a result of the evaluation
        return _failed(question, traceback.format_exc(limit=5), session)
    return score(question, answer)


def _found(path: Path, folders: Sequence[Path | None]) -> Path:
    """Return the first of the places that holds a file; the first place where none does."""
    places = [folder / path for folder in folders if folder is not None]
    return next((place for place in places if place.exists()), places[0])


def _failed(question: Question, words: str, session: str | None) -> Scored:
    return Scored(
        id=question.id,
        family=question.family,
        ask=question.ask,
        outcome="failed",
        status="failed",
        answer=words,
        expected=question.expect.value,
        session=session or "",
    )


def table(scored: Sequence[Scored]) -> str:
    """Return a Markdown table of outcomes by family, with all of them last."""
    families = list(dict.fromkeys(item.family for item in scored))
    head = ["family", "asked", *OUTCOMES.values(), "right or rightly refused"]
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    for family in [*families, None]:
        part = [item for item in scored if family in (None, item.family)]
        counts = Counter(item.outcome for item in part)
        good = counts["right"] + counts["right_refusal"]
        cells = [family or "all", str(len(part)), *(str(counts[key]) for key in OUTCOMES)]
        lines.append(" | ".join([*cells, f"{good / len(part):.0%}" if part else "-"]))
    return "\n".join(f"| {line} |" for line in lines)


def not_right(scored: Sequence[Scored]) -> list[Scored]:
    """Return what was neither right nor rightly refused, wrong numbers first."""
    order: list[Outcome] = ["wrong_number", "failed", "imprecise", "wrong_other", "over_abstained"]
    bad = [item for item in scored if item.outcome in order]
    return sorted(bad, key=lambda item: order.index(item.outcome))
