"""Telling the steps of a turn on the error stream, as they happen."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from agent.events import (
    CallStarted,
    DoubtRaised,
    DoubtSettled,
    Event,
    Found,
    Notice,
    Progress,
    Understood,
    WasRefused,
)
from agent.result import Answer, refusal_out
from agent.telling import brief, seconds


class Narrator:
    """Prints each event as one line; long work rewrites its own line."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._status = self.console.status("")

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Progress):
            self._status.update(f"{escape(event.what)} {event.share:.0%}")
            self._status.start()
            return
        self._status.stop()
        line = _line(event)
        if line:
            self.console.print(Text(line, style=_style(event)))

    def close(self) -> None:
        """Stop what is still moving."""
        self._status.stop()


def _line(event: Event) -> str:
    if isinstance(event, Understood):
        return f"understood as: {event.text}" if event.text else ""
    if isinstance(event, CallStarted):
        return (
            f"  - {event.call.tool}: {event.call.why}"
            if event.call.why
            else f"  - {event.call.tool}"
        )
    if isinstance(event, Found):
        return f"    {event.evidence.id}: {brief(event.evidence)} ({seconds(event.seconds)})"
    if isinstance(event, WasRefused):
        told = refusal_out(event.refused)
        return f"    {told.id}: {told.text}"
    if isinstance(event, DoubtRaised):
        return f"    doubt {event.doubt.id} ({event.doubt.code}): {event.doubt.text}"
    if isinstance(event, DoubtSettled):
        return f"    doubt {event.doubt.id} settled by {event.doubt.settled_by}"
    return event.text if isinstance(event, Notice) else ""


def _style(event: Event) -> str:
    if isinstance(event, WasRefused | DoubtRaised):
        return "yellow"
    return "dim" if isinstance(event, CallStarted | Found | DoubtSettled) else ""


_HOW_TO_ANSWER = (
    "The crops: elenchus export {evidence} --as png --session {session}. Write your answers to a "
    "file, one line each such as `{crop}: yes`, and go on with: "
    "elenchus ask --session {session} --answers FILE"
)


def print_answer(answer: Answer, console: Console) -> None:
    """Print an answer for a person."""
    console.print(Text(answer.answer))
    if answer.question_back is not None:
        for number, choice in enumerate(answer.question_back.choices, start=1):
            console.print(Text(f"  {number}. {choice.label}"))
        for crop in answer.question_back.crops:
            console.print(Text(f"  {crop.id}: yes | no | unsure   {crop.text}"))
        if answer.question_back.crops:
            first = answer.question_back.crops[0].id
            evidence = first.partition("#")[0]
            words = _HOW_TO_ANSWER.format(session=answer.session, evidence=evidence, crop=first)
            console.print(Text(words))
