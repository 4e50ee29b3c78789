"""A small make-believe town for the planner and the answers: tools that return what is told them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from shapely.geometry import Point

from agent.answer import compose, render
from agent.check import Subject as Checked
from agent.check import check
from agent.evidence import Call, Doubt, Evidence, QuestionBack, Refused
from agent.inquiry import Inquiry
from agent.planner.contract import Conversation, PastTurn
from agent.planner.embedded import EmbeddedPlanner
from store.features.sets import FeatureSet
from store.geo import EARTH, Period, Region
from store.scenes import Band, Caveat, Layer, Scene, SceneKey, Source
from tools.contract import Coverage, Look, Method, Quantity

METHOD = Method(name="stand-in", version="1")
KEY = SceneKey(id="town-0a1b2c", revision=1, digest="d" * 64)
TOOLS = (
    "find_scenes",
    "describe_scene",
    "lookup_osm",
    "relate",
    "measure",
    "select",
    "calculate",
    "detect_change",
)


def scene(name: str = "town", date: str | None = None, box=(24.0, 60.0, 24.02, 60.01)) -> Scene:
    """Return a scene on the ground."""
    source = Source(path="/t.tif", size=1, mtime_ns=1, header_sha256="a" * 64, driver="GTiff")
    return Scene(
        id=f"{name}-0a1b2c", alias=name, digest="d" * 64, source=source, width=100, height=100,
        bands=[Band(index=1, name="red", dtype="uint8")], frame=EARTH, footprint=Region.lonlat(*box),
        gsd_x_m=1.0, gsd_y_m=1.0, period=None if date is None else Period.parse(date),
    )  # fmt: skip


def layer(name: str = "map", box=(23.9, 59.9, 24.2, 60.2)) -> Layer:
    """Return a map layer that claims to be complete."""
    source = Source(path="/m.pbf", size=1, mtime_ns=1, header_sha256="b" * 64, driver="OSM")
    return Layer(
        id=f"{name}-1a2b3c", alias=name, digest="e" * 64, source=source, kind="osm",
        features_sha256="f" * 64, count=10, extent=Region.lonlat(*box), complete=True,
    )  # fmt: skip


@dataclass
class FakeCatalog:
    """Holds scenes and layers in lists."""

    held: list[Scene] = field(default_factory=list)
    maps: list[Layer] = field(default_factory=lambda: [layer()])

    def scenes(self, *_: Any, **__: Any) -> list[Scene]:
        return self.held

    def layers(self, *_: Any, **__: Any) -> list[Layer]:
        return self.maps


@dataclass
class MemoryLedger:
    """A ledger in memory."""

    evidence: list[Evidence] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    sets: dict[str, FeatureSet] = field(default_factory=dict)

    def get(self, evidence_id: str) -> Evidence | None:
        return next((e for e in self.evidence if e.id == evidence_id), None)

    def features(self, evidence_id: str) -> FeatureSet | None:
        return self.sets.get(evidence_id)


@dataclass
class Fails(Exception):
    """A stand-in tool that fails in a stated way."""

    kind: str = "refusal"
    text: str = "the service did not answer; try again later"
    code: str = "refused"


def count(number: int, of: str = "things") -> Quantity:
    return Quantity(name="count", of=of, value=number, unit="count", interval="exact")


def figure(name: str, value: float | str, unit: str, **more: Any) -> Quantity:
    return Quantity(name=name, value=value, unit=unit, **more)  # type: ignore[arg-type]


def places(names: Sequence[str | None], **columns: list[Any]) -> FeatureSet:
    """Return features with names, ids and places."""
    size = len(names)
    geometry = np.empty(size, dtype=object)
    geometry[:] = [Point(24 + i / 1000, 60) for i in range(size)]
    held: dict[str, list[Any]] = {
        "name": list(names), "osm_type": ["way"] * size, "osm_id": [100 + i for i in range(size)],
        "lon": [24 + i / 1000 for i in range(size)], "lat": [60.0] * size, **columns,
    }  # fmt: skip
    return FeatureSet(EARTH, geometry, held)


@dataclass
class Given:
    """What a stand-in tool returns."""

    quantities: list[Quantity]
    features: FeatureSet | None = None
    looked: float | None = 1.0
    caveats: list[Caveat] = field(default_factory=list)
    region: Region | None = None
    series: dict[str, list[Any]] = field(default_factory=dict)
    period: Period | None = None


class Town:
    """Answers calls: counts by words, everything else from small tables; what fails is told it."""

    def __init__(
        self,
        counts: dict[str, int] | None = None,
        fails: dict[str, Fails] | None = None,
        **given: Any,
    ) -> None:
        self.counts = counts or {}
        self.fails = fails or {}
        self.given = given
        self.calls: list[Call] = []

    def __call__(self, call: Call, ledger: MemoryLedger) -> Given:
        self.calls.append(call)
        if call.tool in self.fails:
            raise self.fails[call.tool]
        if call.tool in self.given:
            found = self.given[call.tool]
            return found(call, ledger) if callable(found) else found
        return getattr(self, call.tool)(call, ledger)

    def describe_scene(self, call: Call, ledger: MemoryLedger) -> Given:
        known = [
            figure("width", 100, "px"), figure("height", 100, "px"), figure("gsd", 1.0, "m/px"),
            figure("bands", "red, green, blue", "text"), figure("area", 1_234_567.0, "m2"),
        ]  # fmt: skip
        return Given(known, region=scene().footprint)

    def find_scenes(self, call: Call, ledger: MemoryLedger) -> Given:
        return Given([count(1, "scenes")])

    def lookup_osm(self, call: Call, ledger: MemoryLedger) -> Given:
        words = str(call.arguments.get("of") or call.arguments.get("named"))
        number = next((n for name, n in self.counts.items() if name in words.casefold()), 0)
        where = call.arguments.get("part")
        number = number // 2 if where else number
        known = [count(number, words)]
        if call.arguments.get("region"):
            known += [
                figure("count_centre_inside", max(number - 1, 0), "count"), figure("count_cut", min(number, 1), "count"),
                figure("count_without_id", 0, "count"), figure("region_area", 1e6, "m2"), figure("density", number / 1e6, "1/m2"),
                figure("area_inside", number * 100.0, "m2"), figure("area_whole", number * 110.0, "m2"), figure("share", number / 1e4, "1"),
                figure("length_inside", number * 10.0, "m"), figure("length_whole", number * 11.0, "m"),
            ]  # fmt: skip
        elif number:
            known += [
                figure("area_whole", number * 110.0, "m2"),
                figure("length_whole", number * 11.0, "m"),
            ]
        names = [f"{words} {'abcdefghijklmnopqrstuvwxyz'[i % 26]}" for i in range(number)]
        return Given(known, places(names))

    def _set(self, call: Call, ledger: MemoryLedger, name: str = "features") -> FeatureSet:
        return ledger.sets[str(call.arguments[name]).split("#")[0]]

    def relate(self, call: Call, ledger: MemoryLedger) -> Given:
        left, right = self._set(call, ledger, "left"), self._set(call, ledger, "right")
        kept = left.take(range(1 if call.arguments["relation"] == "nearest" else min(len(left), 3)))
        far = [120.0 + i for i in range(len(kept))]
        found = kept.with_columns(nearest=["the other"] * len(kept), nearest_m=far)
        known = [
            count(len(kept)),
            figure("left_count", len(left), "count"),
            figure("right_count", len(right), "count"),
        ]
        known += (
            [figure("smallest_distance", far[0], "m"), figure("largest_distance", far[-1], "m")]
            if far
            else []
        )
        return Given(known, found)

    def select(self, call: Call, ledger: MemoryLedger) -> Given:
        features = self._set(call, ledger)
        return Given(
            [count(min(len(features), 2)), figure("count_of", len(features), "count")],
            features.take(range(min(len(features), 2))),
        )

    def measure(self, call: Call, ledger: MemoryLedger) -> Given:
        features = self._set(call, ledger)
        values = [float(1000 - 10 * i) for i in range(len(features))]
        unit = {
            "area": "m2",
            "length": "m",
            "distance": "m",
            "latitude": "deg",
            "longitude": "deg",
            "bearing": "deg",
        }.get(call.arguments["of"], "1")
        known = [
            count(len(features)),
            figure("count_without", 0, "count"),
            figure("largest", max(values), unit),
            figure("smallest", min(values), unit),
        ]
        known += [
            figure("total", sum(values), unit),
            figure("mean", sum(values) / len(values), unit),
            figure("median", values[len(values) // 2], unit),
        ]
        texts = ["asphalt"] * len(features)
        k = call.arguments.get("k", 1)
        if "pick" not in call.arguments:
            return Given(
                known,
                features.with_columns(value=values, value_text=texts),
                series={"counts": [["asphalt", len(features)]]},
            )
        picked = features.take(range(k)).with_columns(value=values[:k])
        known += [
            figure("value", values[0], unit),
            figure("picked", str(features.columns["name"][0]), "text"),
            figure("picked_id", "way/100", "id"),
        ]
        known += [figure("runner_up", values[1], unit)] if len(values) > 1 else []
        return Given(known, picked)

    def calculate(self, call: Call, ledger: MemoryLedger) -> Given:
        values = []
        for reference in call.arguments["values"]:
            name, _, part = reference.partition(".")
            evidence = ledger.get(name)
            assert evidence is not None
            values.append(float(evidence.value(part)))  # type: ignore[arg-type]
        a, b = values
        result = {"a / b": lambda: a / b, "a - b": lambda: a - b, "b - a": lambda: b - a}[
            call.arguments["expression"]
        ]()
        return Given(
            [figure("value", result, "1" if "/" in call.arguments["expression"] else "count")]
        )

    def detect_change(self, call: Call, ledger: MemoryLedger) -> Given:
        known = [
            figure("verdict", "changed", "text"), figure("changed_share", 0.158, "1", low=0.13, high=0.18, interval="spread"),
            figure("changed_area", 158_000.0, "m2"), figure("region_count", 4, "count"), figure("compared_share", 1.0, "1"),
        ]  # fmt: skip
        cells = {"north_west": 0.1, "south_east": 0.4, "centre": 0.2}
        known += [figure(f"share_{name}", value, "1") for name, value in cells.items()]
        return Given(known, places([None] * 4))


@dataclass
class Told:
    """What came of a question."""

    inquiry: Inquiry
    status: str
    text: str
    claims: list[Any]
    question_back: QuestionBack | None
    calls: list[Call]
    faults: list[str]

    @property
    def answers(self) -> list[Any]:
        return [claim for claim in self.claims if claim.role == "answer"]


class FakeTool:
    def __init__(self, name: str) -> None:
        self.name = name


class Session:
    """The loop in small: understand, plan, act, answer, check."""

    def __init__(
        self,
        town: Town | None = None,
        *,
        scenes: Sequence[Scene] = (),
        maps: Sequence[Layer] | None = None,
        tools: Sequence[str] = TOOLS,
    ) -> None:
        self.town = town or Town()
        self.catalog = FakeCatalog(list(scenes), [layer()] if maps is None else list(maps))
        self.tools = [FakeTool(name) for name in tools]
        self.ledger = MemoryLedger()
        self.turns: list[PastTurn] = []
        self.planner = EmbeddedPlanner()

    def ask(self, question: str, scenes: Sequence[str] = (), region: str | None = None) -> Told:
        number = len(self.turns) + 1
        conversation = Conversation(turns=self.turns, scenes=list(scenes), region=region)
        inquiry = self.planner.understand(question, conversation, self.catalog)  # type: ignore[arg-type]
        made: list[Call] = []
        end, end_text, back = "enough", None, None
        for _ in range(12):
            plan = self.planner.plan(inquiry, number, self.ledger, [], self.catalog, self.tools)  # type: ignore[arg-type]
            if not plan.calls:
                end = "ask" if plan.question_back else "abstain" if plan.abstain else "enough"
                end_text, back = plan.abstain, plan.question_back
                break
            for call in plan.calls:
                made.append(call)
                self._act(call, number)
        refusals = [r for r in self.ledger.refusals if r.turn == number]
        draft = compose(
            inquiry,
            number,
            self.ledger,
            [],
            refusals,
            end=end,
            end_text=end_text,
            question_back=back,
        )
        text = render(draft, self.ledger)
        told = [
            end_text or "",
            *(r.text for r in refusals),
            *([back.text, *(c.label for c in back.choices)] if back else []),
        ]
        faults = check(
            draft,
            text,
            self.ledger,
            Checked(question=question, inquiry=inquiry, turn=number, told=tuple(told)),
        )
        past = PastTurn(
            turn=number,
            question=question,
            inquiry=inquiry,
            status=draft.status,
            answer=text,
            claims=draft.claims,
            question_back=draft.question_back,
        )
        self.turns.append(past)
        return Told(inquiry, draft.status, text, draft.claims, draft.question_back, made, faults)

    def _act(self, call: Call, turn: int) -> None:
        key = f"{len(self.ledger.evidence)}{len(self.ledger.refusals)}"
        try:
            given = self.town(call, self.ledger)
        except Fails as failed:
            self.ledger.refusals.append(
                Refused(
                    id=f"R{len(self.ledger.refusals) + 1}",
                    turn=turn,
                    call_key=key,
                    tool=call.tool,
                    arguments=call.arguments,
                    kind=failed.kind,
                    code=failed.code,
                    text=failed.text,
                )  # type: ignore[arg-type]
            )
            return
        name = f"E{len(self.ledger.evidence) + 1}"
        looked = [] if given.looked is None else [Look(gsd_m=None, share=given.looked)]
        self.ledger.evidence.append(
            Evidence(id=name, turn=turn, call_key=key, tool=call.tool, tool_version="1", arguments=call.arguments, quantities=given.quantities, method=METHOD, region=given.region, period=given.period, scenes=[KEY], coverage=Coverage(asked=1.0, looked=looked), caveats=given.caveats, series=given.series)
        )  # fmt: skip
        if given.features is not None:
            self.ledger.sets[name] = given.features
