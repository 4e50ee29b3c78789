"""What a click means: from what the page tells to the page's next state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.evidence import REFERENCE
from agent.history import session_exists
from agent.inputs import session_name
from agent.ledger import SessionLedger
from store.errors import BadName, StoreError
from ui.acts import Acts
from ui.desk import Running
from ui.here import Here, Review
from ui.viewer.spec import ViewSpec
from ui.viewer.views import evidence_view, view_of

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Pointed:
    """What the map is to show, and what to say where it can show nothing."""

    spec: ViewSpec
    note: str = ""


class Doings:
    """Turns what the page tells into states and turns; whatever comes is checked here."""

    def __init__(self, acts: Acts) -> None:
        self.acts = acts

    def go_over(self, here: Here, told: Told) -> Here:
        """Go over to another session, or to a new one."""
        if told.get("act") == "new":
            return Here(session=session_name(None), scenes=here.scenes)
        return self.acts.open(str(told.get("value", "")))

    def begin(self, here: Here, told: Told) -> Running:
        """Begin the turn that a click asks for."""
        act, by = told.get("act"), str(told.get("by", ""))
        if act == "choose":
            return self.acts.ask(here, str(told.get("value", "")))
        if act == "resume":
            return self.acts.resume(here)
        if act == "review":
            return self.acts.review(here, by)
        if act == "answers" and isinstance(told.get("verdicts"), Mapping):
            return self.acts.answer(here, told["verdicts"], by)
        raise BadName(f"{str(act)[:40]!r} is nothing that can be asked here")

    def asked(self, here: Here) -> Here:
        """Return the state once a turn began: what was said of one question only is forgotten."""
        return replace(here, examples=(), drawn="", review=Review())

    def settled(self, here: Here) -> Here:
        """Return the state once a turn ended: its first evidence is selected."""
        opened = self.acts.open(here.session) if self._exists(here) else here
        return replace(here, evidence=opened.evidence or here.evidence, row=None)

    def told(self, here: Here, told: Told) -> Here:
        """Return the state after a click that begins no turn."""
        act = told.get("act")
        if act in ("cite", "select", "map", "object"):
            return replace(here, evidence=_evidence(told), row=_row(told))
        if act in ("accept", "reject"):
            row = _row(told)
            review = here.review.judged(_evidence(told), row, act) if row else here.review
            return replace(here, review=review)
        if act == "discard":
            return replace(here, review=Review())
        if act == "uploaded":
            held = str(told.get("scene", ""))
            held = held if held not in here.scenes else ""
            return replace(here, scenes=self._chosen(here, held), evidence="") if held else here
        if act == "pick":
            return replace(here, scenes=self._chosen(here, str(told.get("scene", ""))))
        return self._context(here, told)

    def _context(self, here: Here, told: Told) -> Here:
        """Return the state after a change of what the next question is asked about."""
        act = told.get("act")
        if act == "drop-scene":
            return replace(here, scenes=tuple(s for s in here.scenes if s != told.get("scene")))
        if act == "drop-region":
            return replace(here, region="")
        if act == "drop-example":
            kept = [e for i, e in enumerate(here.examples) if str(i) != told.get("index")]
            return replace(here, examples=tuple(kept))
        if act == "as-region" and here.drawn:
            return replace(here, region=here.drawn, drawn="")
        if act == "as-example" and here.drawn:
            return replace(here, examples=(*here.examples, here.drawn)[-3:], drawn="")
        if act == "as-added" and here.drawn and here.evidence:
            return replace(here, review=here.review.added(here.evidence, here.drawn), drawn="")
        if act == "drop-drawn":
            return replace(here, drawn="")
        return here

    def picked(self, here: Here, told: Told) -> Here:
        """Return the state after an object was clicked on the map."""
        found = REFERENCE.match(str(told.get("layer", "")))
        if found is None:
            return here
        return replace(here, evidence=found[1], row=_row(told))

    def view(self, here: Here) -> Pointed:
        """Return what the map is to show: the evidence selected, else the scenes chosen."""
        home = self.acts.analyst.home
        note = ""
        try:
            if here.evidence:
                ledger = SessionLedger(home.database, home.artifacts, here.session)
                reference = f"{here.evidence}#{here.row}" if here.row else here.evidence
                return Pointed(evidence_view(home.catalog, ledger, reference))
        except StoreError as wrong:
            note = str(wrong)
        try:
            names = list(here.scenes[-2:]) or [scene.id for scene in home.catalog.scenes(limit=1)]
            return Pointed(view_of(home.catalog, names) if names else ViewSpec(), note)
        except StoreError as wrong:
            return Pointed(ViewSpec(), note or str(wrong))

    def _chosen(self, here: Here, scene: str) -> tuple[str, ...]:
        """Return the scenes after one was clicked; at most two are asked about at a time."""
        if scene in here.scenes:
            return tuple(s for s in here.scenes if s != scene)
        return (*here.scenes, self.acts.analyst.home.catalog.scene(scene).id)[-2:]

    def _exists(self, here: Here) -> bool:
        return session_exists(self.acts.analyst.home.database, here.session)


def _evidence(told: Told) -> str:
    found = REFERENCE.match(str(told.get("evidence", "")))
    return found[1] if found else ""


def _row(told: Told) -> int | None:
    row = str(told.get("row", ""))
    return int(row) if row.isdecimal() and len(row) < 10 and int(row) > 0 else None
