"""Holds the calls a model asks for against what may be called, before any is made.

What is not taken is never mended into something that would be: it is logged with the reason, and
the model is told. Calls that pass go to `act`, which checks them again and logs what it refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from agent.evidence import Call, Evidence, Refused
from agent.models.quoting import inert
from agent.models.reply import Reply
from agent.planner.contract import OF_PEOPLE, Ledger, NotRun
from agent.planner.model.offers import ENDS
from store.text import clean_text

if TYPE_CHECKING:
    from store.catalog import Catalog
    from tools.registry import Registry, ToolSpec

MOST_AT_ONCE = 6
MOST_LOGGED = 256
REPEATED = "was made before in this turn"


@dataclass(frozen=True)
class May:
    """What may be called in a turn.

    Args:
        tools: The tools there are.
        ledger: The session's records.
        turn: The turn in hand.
        catalog: What is held.
        scenes: The scenes the question is about, where it names some; others are not looked at.
        most: How many calls may still be made.
    """

    tools: Registry
    ledger: Ledger
    turn: int
    catalog: Catalog
    scenes: frozenset[str]
    most: int


@dataclass
class Proposed:
    """What a reply comes to."""

    calls: list[Call] = field(default_factory=list)
    end: BaseModel | None = None
    not_run: list[NotRun] = field(default_factory=list)

    @property
    def only_repeats(self) -> bool:
        """Whether all that was asked for had been done before."""
        return bool(self.not_run) and all(REPEATED in call.why for call in self.not_run)


def proposed(reply: Reply, may: May, by: str) -> Proposed:
    """Sort a reply into calls to make, a way to end, and what is not taken."""
    found = Proposed()
    for broken in reply.broken:
        found.not_run.append(_not_run(broken.name, broken.raw, broken.why))
    for ask in reply.calls:
        if ask.name in ENDS:
            end = _end(ask.name, ask.arguments)
            if isinstance(end, str):
                found.not_run.append(_not_run(ask.name, ask.arguments, end))
            else:
                found.end = found.end or end
            continue
        call = Call(tool=ask.name, arguments=ask.arguments, why=f"chosen by {by}")
        why = _fault(call, may) or _crowded(call, found.calls, may)
        if why is None:
            found.calls.append(call)
        else:
            found.not_run.append(_not_run(ask.name, ask.arguments, why))
    found.not_run = _few(found.not_run)
    return found


def _end(name: str, arguments: Mapping[str, Any]) -> BaseModel | str:
    try:
        return ENDS[name].model_validate(arguments)
    except ValidationError as wrong:
        return _words(wrong)


def _fault(call: Call, may: May) -> str | None:
    """Say why a call is not taken, by itself; None when it is."""
    spec = may.tools.get(call.tool)
    if spec is None:
        return "there is no such tool"
    if spec.name in OF_PEOPLE:
        return "it records what a person said, and only a person says it"
    try:
        spec.arguments.model_validate(call.arguments)
    except ValidationError as wrong:
        return _words(wrong)
    for scene in _scenes_named(spec, call.arguments):
        if may.scenes and not _same_scene(scene, may):
            return f"the question is not about the scene {inert(scene, 60)}"
    return None


def _crowded(call: Call, others: list[Call], may: May) -> str | None:
    """Say why a call is not taken beside those made or taken before."""
    records: list[Evidence | Refused] = [*may.ledger.evidence, *may.ledger.refusals]
    for record in records:
        made = record.tool == call.tool and record.arguments == call.arguments
        if made and record.turn == may.turn:
            return f"{REPEATED}: {record.id}"
    if any(o.tool == call.tool and o.arguments == call.arguments for o in others):
        return f"{REPEATED}: twice in one reply"
    if len(others) >= min(MOST_AT_ONCE, may.most):
        return f"more than {min(MOST_AT_ONCE, may.most)} calls at once"
    return None


def _scenes_named(spec: ToolSpec, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Yield the scenes that arguments name, as they name them."""
    for name, parameter in spec.parameters.items():
        given = arguments.get(name)
        values = given if isinstance(given, list) else [given]
        for value in values:
            if not isinstance(value, str):
                continue
            if parameter.kind == "scene":
                yield value
            elif parameter.kind == "region" and value.startswith("px:"):
                yield value.split(":")[1]


def _same_scene(name: str, may: May) -> bool:
    """Tell whether a name is of a scene the question is about; what is not held `act` refuses."""
    held = [scene.id for scene in may.catalog.scenes() if name in (scene.id, scene.alias)]
    return not held or any(scene in may.scenes for scene in held)


def _few(calls: list[NotRun]) -> list[NotRun]:
    """Return the calls to be logged; of a flood the first, and how many more there were."""
    if len(calls) <= MOST_LOGGED:
        return calls
    rest = len(calls) - MOST_LOGGED
    return [*calls[:MOST_LOGGED], NotRun(tool="", arguments="", why=f"{rest} more were not taken")]


def _not_run(tool: str, arguments: Mapping[str, Any] | str, why: str) -> NotRun:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return NotRun(tool=inert(tool, 60), arguments=clean_text(text[:4000], 1000), why=why)


def _words(wrong: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(inert(str(part), 40) for part in e['loc']) or 'arguments'}: {e['msg']}"
        for e in wrong.errors()[:3]
    )
