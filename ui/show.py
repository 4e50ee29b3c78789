"""From what happens in a turn to what is shown of it: pure functions, no markup."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from agent import telling
from agent.events import (
    CallStarted,
    DoubtRaised,
    DoubtSettled,
    Event,
    Found,
    Progress,
    Understood,
    WasRefused,
)
from agent.evidence import Evidence
from agent.result import Answer, refusal_out
from ui.answered import AnswerView, answer_view


@dataclass(frozen=True)
class StepView:
    """One tool call: what it is to settle, how far it is, what it found and cost."""

    tool: str
    why: str
    state: str = "running"
    """running, found, refused (cannot be done) or failed."""
    share: float | None = None
    doing: str = ""
    evidence: str = ""
    found: str = ""
    cost: str = ""
    told: str = ""
    """The refusal in words."""
    refusal: str = ""
    kind: str = ""


@dataclass(frozen=True)
class DoubtView:
    """A doubt, and what settled it."""

    id: str
    text: str
    settled_by: str = ""


@dataclass(frozen=True)
class NoticeView:
    """Something else the person should know."""

    text: str


Item = StepView | DoubtView | NoticeView


@dataclass(frozen=True)
class TurnView:
    """All that is shown of one turn."""

    question: str
    turn: int = 0
    asked_about: tuple[str, ...] = ()
    """What the question was sent with: scenes, a place, examples."""
    continued: bool = False
    """Whether it goes on with the question before it, now that crops were judged."""
    understood: str = ""
    items: tuple[Item, ...] = ()
    running: bool = True
    stopping: bool = False
    elapsed_s: float = 0.0
    answer: AnswerView | None = None
    error: str = ""
    interrupted: bool = False
    known: frozenset[str] = field(default_factory=frozenset)
    """Ids of evidence that a citation may lead to."""

    @property
    def steps(self) -> list[StepView]:
        """The tool calls in order."""
        return [item for item in self.items if isinstance(item, StepView)]

    @property
    def open_doubts(self) -> int:
        """How many doubts are not settled."""
        return sum(isinstance(item, DoubtView) and not item.settled_by for item in self.items)

    @property
    def summary(self) -> str:
        """The work in one line."""
        steps = len(self.steps)
        parts = [f"{steps} {'call' if steps == 1 else 'calls'}"]
        doubts = sum(isinstance(item, DoubtView) for item in self.items)
        if doubts:
            settled = doubts - self.open_doubts
            word = "doubt" if doubts == 1 else "doubts"
            parts.append(f"{doubts} {word}, {settled} settled")
        return " · ".join([*parts, *([self.answer.cost] if self.answer else [])])


def fold(view: TurnView, event: Event) -> TurnView:
    """Return what is shown after one more event."""
    if isinstance(event, Understood):
        return replace(view, understood=event.text)
    if isinstance(event, CallStarted):
        return _with(view, StepView(tool=event.call.tool, why=event.call.why))
    if isinstance(event, Progress):
        share = min(1.0, max(0.0, event.share))
        return _with_last_step(view, share=share, doing=event.what)
    if isinstance(event, Found):
        return _found(view, event.evidence, event.seconds)
    if isinstance(event, WasRefused):
        return _refused(view, event)
    if isinstance(event, DoubtRaised):
        return _with(view, DoubtView(event.doubt.id, event.doubt.text))
    if isinstance(event, DoubtSettled):
        return _settled(view, event)
    return _with(view, NoticeView(event.text))


def finished(view: TurnView, answer: Answer) -> TurnView:
    """Return what is shown once the answer is there."""
    known = view.known | {item.id for item in answer.evidence}
    return replace(
        view,
        running=False,
        stopping=False,
        turn=answer.turn,
        understood=view.understood or answer.understood,
        answer=answer_view(answer, known),
        known=known,
        items=tuple(_ended(item) for item in view.items),
    )


def failed(view: TurnView, text: str) -> TurnView:
    """Return what is shown when the turn ended without an answer."""
    items = tuple(_ended(item) for item in view.items)
    return replace(view, running=False, stopping=False, error=text, items=items)


def _with(view: TurnView, item: Item) -> TurnView:
    return replace(view, items=(*view.items, item))


def _with_last_step(view: TurnView, **changes: object) -> TurnView:
    """Change the newest call that still runs; events of none change nothing."""
    for place in range(len(view.items) - 1, -1, -1):
        item = view.items[place]
        if isinstance(item, StepView) and item.state == "running":
            changed = replace(item, **changes)  # type: ignore[arg-type]  # named fields only
            return replace(view, items=(*view.items[:place], changed, *view.items[place + 1 :]))
    return view


def _found(view: TurnView, evidence: Evidence, took_s: float) -> TurnView:
    view = replace(view, known=view.known | {evidence.id})
    return _with_last_step(
        view,
        state="found",
        share=None,
        doing="",
        evidence=evidence.id,
        found=telling.brief(evidence),
        cost=telling.cost(evidence, took_s),
    )


def _refused(view: TurnView, event: WasRefused) -> TurnView:
    told = refusal_out(event.refused)
    return _with_last_step(
        view,
        state="refused" if event.refused.kind == "refusal" else "failed",
        share=None,
        doing="",
        refusal=told.id,
        told=told.text,
        kind=telling.refusal_kind(event.refused),
    )


def _settled(view: TurnView, event: DoubtSettled) -> TurnView:
    by = event.doubt.settled_by or ""
    items = tuple(
        replace(item, settled_by=by)
        if isinstance(item, DoubtView) and item.id == event.doubt.id
        else item
        for item in view.items
    )
    return replace(view, items=items)


def _ended(item: Item) -> Item:
    """A call that was under way when the turn ended found nothing that is known."""
    if isinstance(item, StepView) and item.state == "running":
        return replace(item, state="failed", share=None, doing="", told="did not finish")
    return item
