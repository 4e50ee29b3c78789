"""Stand-ins that fit the contracts: a planner that follows a script, and small tools."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Annotated

from PIL import Image

from agent.evidence import Call
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import CropAsk, Plan
from agent.planner.work import Work
from store.errors import ReadFailed
from store.features.sets import FeatureSet
from store.geo import Region
from store.scenes import Caveat
from tools.contract import (
    Bench,
    Coverage,
    Finding,
    FromEvidence,
    Method,
    Quantity,
    ToolRefusal,
    View,
)
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


def png(colour=(90, 120, 150), side=40):
    """Return a small picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, format="PNG")
    return file.getvalue()


@tool("1")
def count_by_asking(
    bench: Bench,
    rounds: int = 2,
    judged: Annotated[list[FeatureSet], FromEvidence] = [],  # noqa: B006
) -> Finding:
    """Ask about two of six boxes a round, then count: all of them, less those that were denied."""
    boxes = [Region.lonlat(i, 0, i + 0.5, 1).area for i in range(6)]
    region = Region.lonlat(0, 0, 7, 1)
    done = len(judged)
    if done < rounds:
        ask = [2 * done + 1, 2 * done + 2]
        views = [
            View(
                name=f"ask-{row}",
                png=png((row, 0, 0)),
                region=region,
                gsd_m=1.0,
                caption="Is this a box?",
            )
            for row in ask
        ]
        return Finding(
            quantities=[
                Quantity(name="questions", value=len(ask), unit="count", interval="exact"),
                Quantity(name="answered", value=2 * done, unit="count", interval="exact"),
            ],
            method=METHOD,
            region=region,
            features=FeatureSet.of("earth", boxes, score=[1.0] * 6),
            views=views,
            series={"ask": ask},
        )
    denied = sum(v == "no" for answers in judged for v in answers.columns["verdict"])
    return Finding(
        quantities=[
            Quantity(
                name="count", of="boxes", value=6 - denied, unit="count", low=5 - denied, high=7,
                interval="sampled", level=0.9,
            )
        ],
        method=METHOD,
        region=region,
        coverage=Coverage(asked=1.0),
        features=FeatureSet.of("earth", boxes, score=[1.0] * 6),
    )  # fmt: skip


@tool("1")
def record_answers(
    bench: Bench,
    of: Annotated[FeatureSet, FromEvidence],
    rows: list[int],
    verdicts: list[str],
    by: str,
) -> Finding:
    """Keep what was answered about rows of a set."""
    kept = of.take([row - 1 for row in rows])
    return Finding(
        quantities=[
            Quantity(name="yes", value=verdicts.count("yes"), unit="count", interval="exact")
        ],
        method=Method(name="stand-in", version="1", parameters={"by": by}),
        features=kept.with_columns(verdict=list(verdicts)),
    )


class AskingPlanner:
    """Counts by asking, as any planner would."""

    name = "asking"

    def __init__(self, rounds: int = 2) -> None:
        self.rounds = rounds

    def understand(self, question, conversation, catalog):
        """Want a count of whatever is asked about."""
        return Inquiry(question=question, asked=[Ask(goal="count")], restated="count the boxes")

    def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
        """Call, have answered, call again with the answers, until there is a count."""
        work = Work(ledger, turn, [spec.name for spec in tools], continues=inquiry.continues)
        judged = []
        while True:
            given = {"judged": judged} if judged else {}
            found = work.need("count_by_asking", "the count", rounds=self.rounds, **given)
            if found is None:
                return Plan(calls=work.calls)
            if found.quantity("count") is not None:
                return Plan(enough=True)
            answers = [
                e
                for e in ledger.evidence
                if e.tool == "record_answers" and e.arguments["of"] == f"{found.id}#set"
            ]
            if not answers:
                return Plan(ask=CropAsk(evidence=found.id, text="Which of these are boxes?"))
            judged = [*judged, f"{answers[-1].id}#set"]


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
