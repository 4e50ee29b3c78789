"""What the page does with the analyst: asking, reopening, selecting, judging; no Gradio here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from agent import telling
from agent.events import Found, Listener
from agent.evidence import Evidence, Verdict
from agent.history import ToldTurn, held_sessions, session_exists, told_turns
from agent.inputs import plain_question, region_text, session_name
from agent.ledger import SessionLedger
from agent.respondents import VERDICTS, AnswersGiven
from agent.result import Answer
from agent.start import Analyst
from agent.turn_record import TurnRecord
from agent.verify import record_breaks
from store.errors import BadName, StoreError, UnknownId
from store.features.sets import FeatureSet
from ui import markup, panels
from ui.desk import Desk, Running
from ui.here import Here
from ui.show import TurnView, finished, fold

MOST_TURNS = 40
MOST_SCENES = 60
_CROP = re.compile(r"^E[1-9]\d{0,8}#[1-9]\d{0,8}$")
_NAME_WORDS = 46


@dataclass(frozen=True)
class Talk:
    """A conversation as markup: all turns but the last, and the last."""

    past: str
    now: str
    all: str = ""
    """All turns as they are once another one is asked."""


class Acts:
    """The page's doings over one analyst.

    Args:
        analyst: Answers the questions; used from several threads.
        desk: Where turns run.
    """

    def __init__(self, analyst: Analyst, desk: Desk) -> None:
        self.analyst = analyst
        self.desk = desk

    # Sessions

    def arrive(self, wanted: str) -> Here:
        """Return the state of a page that was just opened: the session named, else the last one."""
        database = self.analyst.home.database
        if wanted:
            try:
                name = session_name(wanted)
            except BadName:
                name = ""
            if name and session_exists(database, name):
                return self._opened(name)
        held = held_sessions(database, 1)
        return self._opened(held[0].name) if held else Here(session=session_name(None))

    def open(self, name: str) -> Here:
        """Return the state of a page that goes over to another session."""
        name = session_name(name)
        if not session_exists(self.analyst.home.database, name):
            raise UnknownId(f"there is no session {name!r}")
        return self._opened(name)

    def _opened(self, name: str) -> Here:
        turns = self._turns(name)
        if not turns:
            return Here(session=name)
        last = turns[-1].record
        return Here(
            session=name,
            scenes=tuple(last.scenes),
            region=last.region or "",
            evidence=_first_evidence(last),
        )

    def bar(self, here: Here) -> str:
        """Return the bar at the top: which sessions there are."""
        lines = held_sessions(self.analyst.home.database)
        shown = [{"name": line.name, "words": _session_words(line)} for line in lines]
        if all(line["name"] != here.session for line in shown):
            shown.insert(0, {"name": here.session, "words": "new session"})
        return markup.render("bar.html", sessions=shown, session=here.session)

    # Asking

    def ask(self, here: Here, question: str) -> Running:
        """Begin to answer a question; what is wrong with it is refused before anything runs."""
        question = plain_question(question)
        about = [f"scene {scene}" for scene in here.scenes]
        about += [f"here: {_place_words(here.region)}"] if here.region else []
        if here.examples:
            word = "example" if len(here.examples) == 1 else "examples"
            about.append(f"{len(here.examples)} {word}")
        region = region_text(here.region) if here.region else None

        def work(listener: Listener, cancel: Callable[[], bool]) -> Answer:
            return self.analyst.ask(
                question, scenes=here.scenes, region=region, examples=here.examples,
                session=here.session, listener=listener, cancel=cancel,
            )  # fmt: skip

        return self.desk.start(here.session, TurnView(question, asked_about=tuple(about)), work)

    def answer(self, here: Here, verdicts: Mapping[str, Any], name: str) -> Running:
        """Go on with the question that asked about crops."""
        given: dict[str, Verdict] = {
            crop: cast(Verdict, verdict)
            for crop, verdict in verdicts.items()
            if _CROP.match(crop) and verdict in VERDICTS
        }
        if not given:
            raise BadName("no crop was judged yet; say yes, no or unsure of at least one")
        respondent = AnswersGiven(given, by=reviewer(name))
        question = self._last_question(here)

        def work(listener: Listener, cancel: Callable[[], bool]) -> Answer:
            return self.analyst.ask(
                "", answers=respondent, session=here.session, listener=listener, cancel=cancel
            )

        word = "crop" if len(given) == 1 else "crops"
        about = (f"{len(given)} {word} judged by {respondent.by.partition(':')[2]}",)
        view = TurnView(question, asked_about=about, continued=True)
        return self.desk.start(here.session, view, work)

    def resume(self, here: Here) -> Running:
        """Finish the interrupted question of the session."""
        question = self._last_question(here)

        def work(listener: Listener, cancel: Callable[[], bool]) -> Answer:
            return self.analyst.resume(here.session, listener=listener, cancel=cancel)

        return self.desk.start(here.session, TurnView(question), work)

    def review(self, here: Here, name: str) -> Running:
        """Record the judgements made; the count follows."""
        review = here.review
        if not review.size:
            raise BadName("nothing was judged yet; accept or reject an object, or add one")

        def work(listener: Listener, cancel: Callable[[], bool]) -> Answer:
            return self.analyst.review(
                here.session, review.evidence, by=reviewer(name), accept=sorted(review.accept),
                reject=sorted(review.reject), add=review.add, listener=listener,
            )  # fmt: skip

        words = (
            f"Review of {review.evidence}: {len(review.accept)} accepted, "
            f"{len(review.reject)} rejected, {len(review.add)} added."
        )
        return self.desk.start(here.session, TurnView(words, asked_about=(reviewer(name),)), work)

    def stop(self, here: Here) -> None:
        """Ask the turn under way to stop."""
        running = self.desk.running(here.session)
        if running is not None:
            running.stop()

    # What is shown

    def talk(self, here: Here) -> Talk:
        """Return the conversation; a turn under way is shown by who watches it."""
        turns = self._turns(here.session)
        running = self.desk.running(here.session)
        if running is not None:
            turns = [told for told in turns if told.answer is not None]
        views = [_view(told) for told in turns]
        left_out = max(0, len(views) - MOST_TURNS)
        views = views[left_out:]
        if running is not None:
            return Talk(self._past(views, here, left_out), self.turn(here, running.view))
        if not views:
            return Talk("", markup.render("welcome.html", examples=self._examples()))
        earlier, last = self._past(views[:-1], here, left_out), views[-1]
        whole = earlier + markup.turn(last, here.session, newest=False)
        return Talk(earlier, self.turn(here, last), whole)

    def turn(self, here: Here, view: TurnView) -> str:
        """Return the newest turn."""
        return markup.turn(view, here.session)

    def _past(self, views: Sequence[TurnView], here: Here, left_out: int) -> str:
        told = [markup.turn(view, here.session, newest=False) for view in views]
        if left_out:
            told.insert(0, markup.render("earlier.html", turns=left_out))
        return "".join(told)

    def _examples(self) -> list[str]:
        """Return questions to begin with, for what is held."""
        catalog = self.analyst.home.catalog
        scenes, layers = catalog.scenes(limit=3), catalog.layers()
        asked = ["What do you hold?"]
        asked += [f"Describe {scenes[0].alias}."] if scenes else []
        asked += ["How many bus stops are there?"] if layers else []
        dated = [scene for scene in scenes if scene.period is not None]
        if len(dated) >= 2:
            asked.append(f"What changed between {dated[1].alias} and {dated[0].alias}?")
        return asked

    def evidence(self, here: Here) -> str:
        """Return the evidence panel."""
        ledger = self._ledger(here)
        if not ledger.evidence:
            return markup.render("evidence.html", cards=[], selected=None)
        artifacts = self.analyst.home.artifacts
        chosen = ledger.get(here.evidence) or ledger.evidence[-1]
        cards = [panels.evidence_card(here.session, e, artifacts) for e in ledger.evidence]
        features, missing = _features(ledger, chosen)
        selected = panels.evidence_card(here.session, chosen, artifacts, features)
        return markup.render(
            "evidence.html",
            cards=cards,
            selected=selected,
            missing=missing,
            row=here.row,
            review=here.review,
            first=panels.FIRST_FIGURES,
        )

    def record(self, here: Here) -> str:
        """Return the record panel."""
        return markup.render("record.html", turns=panels.record_rows(self._turns(here.session)))

    def verify(self) -> str:
        """Verify the log and what lies beside it, and return the result in words."""
        began = time.monotonic()
        audit, home = self.analyst.audit, self.analyst.home
        verdict = audit.verify()
        # A chain that is not whole says nothing about the records beside it.
        breaks = (
            list(record_breaks(home.database, home.artifacts, audit))
            if verdict.whole
            else verdict.breaks
        )
        return markup.render(
            "verdict.html", words=telling.log_words(verdict, breaks), whole=not breaks,
            at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
            took=telling.seconds(time.monotonic() - began),
        )  # fmt: skip

    def scenes(self, here: Here) -> str:
        """Return the scene picker."""
        catalog = self.analyst.home.catalog
        held = catalog.scenes()
        cards = [panels.scene_card(s, s.id in here.scenes) for s in held[:MOST_SCENES]]
        return markup.render(
            "scenes.html", cards=cards, more=max(0, len(held) - MOST_SCENES),
            layers=[panels.layer_line(layer) for layer in catalog.layers()],
        )  # fmt: skip

    def context(self, here: Here) -> str:
        """Return what the next question is asked about."""
        return markup.render(
            "context.html", scenes=here.scenes, region=here.region, examples=here.examples,
            region_words=_place_words(here.region), drawn=here.drawn,
            reviewing=self._reviewable(here), again=self._again(here),
        )  # fmt: skip

    def strip(self, here: Here, note: str = "") -> str:
        """Return the line under the map: what is selected on it."""
        ledger = self._ledger(here)
        chosen = ledger.get(here.evidence) if here.evidence else None
        card, picked = None, None
        if chosen is not None:
            features, missing = _features(ledger, chosen) if here.row else (None, "")
            note = note or missing
            card = panels.evidence_card(
                here.session, chosen, self.analyst.home.artifacts, features, here.row
            )
            picked = next(iter(card.objects), None)
        return markup.render(
            "strip.html", card=card, row=here.row if picked else None, object=picked,
            note=note, review=here.review,
        )  # fmt: skip

    def _again(self, here: Here) -> str:
        """Return the question that was asked back and can be asked again, now with examples."""
        if not here.examples or self.desk.running(here.session) is not None:
            return ""
        turns = self._turns(here.session)
        waits = bool(turns) and turns[-1].record.status in ("needs_input", "abstained")
        return turns[-1].question if waits else ""

    def _reviewable(self, here: Here) -> str:
        chosen = self._ledger(here).get(here.evidence) if here.evidence else None
        return chosen.id if chosen is not None and panels.can_review(chosen) else ""

    def _ledger(self, here: Here) -> SessionLedger:
        home = self.analyst.home
        return SessionLedger(home.database, home.artifacts, here.session)

    def _last_question(self, here: Here) -> str:
        turns = self._turns(here.session)
        if not turns:
            raise BadName("nothing was asked in this session yet; ask a question first")
        return turns[-1].question

    def _turns(self, session: str) -> list[ToldTurn]:
        home = self.analyst.home
        return told_turns(home.database, home.artifacts, self.analyst.audit, session)


def reviewer(name: str) -> str:
    """Return who judges, as it is recorded.

    >>> reviewer(" Ada  Lovelace "), reviewer(""), reviewer("a:b<c>")
    ('person:Ada Lovelace', 'person:unnamed', 'person:a b c')
    """
    plain = " ".join(re.sub(r"[^\w .'\-]", " ", name).split())[:40]
    return f"person:{plain or 'unnamed'}"


def _first_evidence(record: TurnRecord) -> str:
    """Return the evidence an answer stands on first, or whose crops are asked about."""
    cited = [reference for claim in record.claims for reference in claim.evidence]
    if record.question_back is not None:
        cited += [crop.id for crop in record.question_back.crops]
    return cited[0].partition(".")[0].partition("#")[0] if cited else ""


def _view(told: ToldTurn) -> TurnView:
    """Return what is shown of an earlier turn."""
    record = told.record
    about = [f"scene {scene}" for scene in record.scenes if not record.continues]
    if record.region and not record.continues:
        about.append(f"here: {_place_words(record.region)}")
    judged = [e.evidence for e in told.events if isinstance(e, Found)]
    about += [_judged_words(e) for e in judged if e.tool == "record_answers"]
    continued = bool(told.record.continues)
    view = TurnView(told.question, turn=told.turn, asked_about=tuple(about), continued=continued)
    for event in told.events:
        view = fold(view, event)
    if told.answer is None:
        return replace(view, running=False, interrupted=True)
    return finished(view, told.answer)


def _judged_words(evidence: Evidence) -> str:
    """Say how many crops were judged, and by whom."""
    count = evidence.set.count if evidence.set else 0
    by = str(evidence.arguments.get("by", "")).partition(":")[2]
    return f"{count} {'crop' if count == 1 else 'crops'} judged" + (f" by {by}" if by else "")


def _features(ledger: SessionLedger, evidence: Evidence) -> tuple[FeatureSet | None, str]:
    """Load the objects of evidence; else say why there are none to be shown."""
    try:
        return ledger.features(evidence.id), ""
    except StoreError as wrong:
        return None, f"The objects cannot be shown: {wrong}"


def _place_words(region: str | None) -> str:
    """Say a region shortly."""
    if not region:
        return ""
    return region if len(region) <= _NAME_WORDS else region[: _NAME_WORDS - 1] + "…"


def _session_words(line: Any) -> str:
    question = " ".join(line.first_question.split())[:_NAME_WORDS]
    return f"{line.last_utc[:16].replace('T', ' ')} · {question}"
