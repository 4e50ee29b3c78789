"""What happens in a turn, as it happens, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.evidence import Call, Doubt, Evidence, Refused


@dataclass(frozen=True, slots=True)
class Understood:
    """The question as understood, in plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A tool call is about to run."""

    call: Call


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long call is: a share in [0, 1]."""

    share: float
    what: str


@dataclass(frozen=True, slots=True)
class Found:
    """A call gave evidence."""

    evidence: Evidence
    seconds: float


@dataclass(frozen=True, slots=True)
class WasRefused:
    """A call gave a refusal or an error."""

    refused: Refused


@dataclass(frozen=True, slots=True)
class DoubtRaised:
    """A doubt was raised."""

    doubt: Doubt


@dataclass(frozen=True, slots=True)
class DoubtSettled:
    """A doubt was settled."""

    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Notice:
    """Something else the person should know, such as an unfinished turn taken up again."""

    text: str


Event = (
    Understood | CallStarted | Progress | Found | WasRefused | DoubtRaised | DoubtSettled | Notice
)
Listener = Callable[[Event], None]


def nobody(_event: Event) -> None:
    """Listen to nothing."""
