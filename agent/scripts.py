"""Scripted sessions: a list of turns with expectations, from a YAML file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from pydantic import Field, field_validator

from agent.events import Listener, nobody
from agent.evidence import Claim, Status, Verdict
from agent.respondents import AnswersGiven, Respondent, read_answers
from agent.result import Answer
from agent.start import Analyst
from agent.yaml_files import Closed, read
from store.errors import StoreError
from tools.contract import Value


class BadScript(StoreError):
    """A session file that cannot be read."""

    code = "bad_script"


class ExpectedClaim(Closed):
    """What one answer claim must say; what is left out is not checked."""

    value: Value = None
    unit: str | None = None
    quantity: str | None = None
    verdict: Literal["supported", "refuted", "undecided"] | None = None
    tolerance: float = 0.0
    """How far a number may be off, absolutely."""
    tolerance_share: float = 0.0
    """How far a number may be off, as a share of the expected value."""


class Expectation(Closed):
    """What a turn must give."""

    status: Status | list[Status] | None = None
    claims: list[ExpectedClaim] = Field(default_factory=list)
    contains: list[str] = Field(default_factory=list)
    lacks: list[str] = Field(default_factory=list)


class ScriptedTurn(Closed):
    """One question, with what it is about and what must come of it."""

    ask: str = ""
    """The question; empty with `answers` to go on with the one that asked about crops."""
    scenes: list[str] = Field(default_factory=list)
    region: str | None = None
    examples: list[str] = Field(default_factory=list)
    """Boxes around one of the things to count each, written as regions."""
    answers: dict[str, Verdict] | Path | None = None
    """Answers about crops by object, such as `E5#12: yes`, or a file as `--answers` takes it."""
    expect: Expectation = Field(default_factory=Expectation)

    @field_validator("answers", mode="before")
    @classmethod
    def _yes_or_no(cls, answers: Any) -> Any:
        """Read YAML's yes and no, which are true and false to it, as the words they are."""
        if not isinstance(answers, Mapping):
            return answers
        words = {True: "yes", False: "no"}
        return {k: words[v] if isinstance(v, bool) else v for k, v in answers.items()}


class Script(Closed):
    """A session file."""

    session: str | None = None
    turns: list[ScriptedTurn] = Field(min_length=1)


class TurnReport(Closed):
    """What a turn gave, and where it was not what was expected."""

    ask: str
    answer: Answer
    faults: list[str]


def load(path: Path) -> Script:
    """Read a session file; a wrong one is refused with the place of the fault."""
    return read(path, Script, BadScript)


def run(analyst: Analyst, script: Script, listener: Listener = nobody) -> list[TurnReport]:
    """Ask all turns in one session and hold each answer against its expectation."""
    reports: list[TurnReport] = []
    session = script.session
    for turn in script.turns:
        answer = analyst.ask(
            turn.ask,
            scenes=turn.scenes,
            region=turn.region,
            examples=turn.examples,
            answers=_respondent(turn.answers),
            session=session,
            listener=listener,
        )
        session = answer.session
        reports.append(TurnReport(ask=turn.ask, answer=answer, faults=faults(answer, turn.expect)))
    return reports


def _respondent(answers: Mapping[str, Verdict] | Path | None) -> Respondent | None:
    if answers is None:
        return None
    return read_answers(answers) if isinstance(answers, Path) else AnswersGiven(answers, "script")


def faults(answer: Answer, expect: Expectation) -> list[str]:
    """Return in words where an answer is not what was expected."""
    found: list[str] = []
    wanted = [expect.status] if isinstance(expect.status, str) else expect.status
    if wanted and answer.status not in wanted:
        found.append(
            f"status is {answer.status}, expected {' or '.join(wanted)}: {answer.answer[:300]}"
        )
    claims = [claim for claim in answer.claims if claim.role == "answer"]
    if len(claims) < len(expect.claims):
        found.append(f"{len(claims)} answer claims, expected {len(expect.claims)}")
    for claim, wish in zip(claims, expect.claims, strict=False):
        found.extend(_claim_faults(claim, wish))
    found.extend(f"the answer lacks {t!r}" for t in expect.contains if t not in answer.answer)
    found.extend(f"the answer says {t!r}" for t in expect.lacks if t in answer.answer)
    return found


def _claim_faults(claim: Claim, wish: ExpectedClaim) -> list[str]:
    found = []
    if wish.value is not None and not _agrees(claim.value, wish):
        found.append(f"claim {claim.id} is {claim.value!r}, expected {wish.value!r}")
    for name in ("unit", "quantity", "verdict"):
        wanted, got = getattr(wish, name), getattr(claim, name)
        if wanted is not None and wanted != got:
            found.append(f"claim {claim.id}: {name} is {got!r}, expected {wanted!r}")
    return found


def _agrees(value: Value, wish: ExpectedClaim) -> bool:
    if isinstance(wish.value, bool | str) or isinstance(value, bool | str) or value is None:
        return type(value) is type(wish.value) and value == wish.value
    expected = float(wish.value or 0)
    allowed = max(wish.tolerance, wish.tolerance_share * abs(expected), 1e-9 * abs(expected))
    return math.isclose(float(value), expected, rel_tol=0, abs_tol=allowed)


def junit(reports: list[TurnReport], name: str) -> bytes:
    """Return the reports as JUnit XML, for test servers."""
    failed = sum(bool(report.faults) for report in reports)
    suite = ElementTree.Element(
        "testsuite", name=name, tests=str(len(reports)), failures=str(failed), errors="0"
    )
    for report in reports:
        case = ElementTree.SubElement(
            suite, "testcase", name=_xml_safe(report.ask), time=f"{report.answer.seconds:.3f}"
        )
        if report.faults:
            text = _xml_safe("; ".join(report.faults))
            ElementTree.SubElement(case, "failure", message=text).text = _xml_safe(
                report.answer.answer
            )
    data: Any = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return bytes(data)


def _xml_safe(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
