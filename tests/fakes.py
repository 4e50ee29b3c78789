"""Stand-ins that fit the contracts: a planner that follows a script, and small tools."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

from agent.evidence import Call
from agent.inquiry import Inquiry
from agent.planner.contract import Plan
from store.errors import ReadFailed
from store.features.sets import FeatureSet
from store.geo import Region
from store.scenes import Caveat
from tools.contract import Bench, Coverage, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.registry import Registry, tool

METHOD = Method(name="stand-in", version="1")


class ScriptedPlanner:
    """Makes the calls of its script one round at a time, whatever is asked."""

    name = "scripted"

    def __init__(self, rounds: list[list[Call]]) -> None:
        self.rounds = rounds

    def understand(self, question, conversation, catalog):
        """Ask nothing of its own: the script decides what is called."""
        return Inquiry(question=question, restated="a scripted question")

    def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
        """Return the first round whose calls are not all done."""
        done = sum(r.turn == turn for r in (*ledger.evidence, *ledger.refusals))
        for calls in self.rounds:
            if done <= 0:
                return Plan(calls=calls)
            done -= len(calls)
        return Plan(enough=True)


@tool("1")
def count_things(bench: Bench, number: int, pause_s: float = 0.0, effects: str = "") -> Finding:
    """Return a number as a count, after a pause."""
    if effects:
        with Path(effects).open("a") as file:
            file.write(f"begin {number}\n")
    time.sleep(pause_s)
    bench.check()
    return Finding(
        quantities=[
            Quantity(name="count", of="things", value=number, unit="count", interval="exact")
        ],
        method=METHOD,
    )


@tool("1")
def places(bench: Bench, count: int = 3) -> Finding:
    """Return some boxes as a feature set."""
    boxes = [Region.lonlat(i, 0, i + 0.5, 1).area for i in range(count)]
    return Finding(
        quantities=[
            Quantity(name="count", of="boxes", value=count, unit="count", interval="exact")
        ],
        method=METHOD,
        region=Region.lonlat(0, 0, count + 1, 1),
        coverage=Coverage(asked=1.0),
        features=FeatureSet.of("earth", boxes, name=[f"box {i}" for i in range(count)]),
        caveats=[Caveat(code="concept_loose", text="boxes are taken for things")],
    )


@tool("1")
def size_of(
    bench: Bench,
    features: Annotated[FeatureSet | None, FromEvidence] = None,
    region: Annotated[Region | None, FromEvidence] = None,
    count: Annotated[Quantity | None, FromEvidence] = None,
) -> Finding:
    """Return what its references resolved to."""
    seen = []
    if features is not None:
        seen.append(Quantity(name="features", value=len(features), unit="count"))
    if region is not None:
        seen.append(Quantity(name="area", value=region.size(), unit="m2"))
    if count is not None:
        seen.append(Quantity(name="given", value=count.value, unit="count"))
    return Finding(quantities=seen, method=METHOD)


@tool("1")
def refuses(bench: Bench) -> Finding:
    """Refuse, with what would do."""
    raise ToolRefusal("too coarse to see; 1 m would do", "too_coarse", {"gsd_m": "<= 1"})


@tool("1")
def fails_outside(bench: Bench) -> Finding:
    """Fail as a broken file would."""
    raise ReadFailed("the file ends early; nothing is known about what is there")


@tool("1")
def has_a_bug(bench: Bench) -> Finding:
    """Fail as a bug would."""
    return {}["nothing"]


def registry() -> Registry:
    """The stand-in tools."""
    return Registry([count_things, places, size_of, refuses, fails_outside, has_a_bug])
