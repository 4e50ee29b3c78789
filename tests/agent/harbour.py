"""A make-believe harbour in images: stand-ins for the tools that look, count and ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import box

from agent.answer import compose, render
from agent.check import Subject as Checked
from agent.check import check
from agent.evidence import Call, Doubt, Evidence, QuestionBack, Refused
from agent.planner.contract import Conversation, PastTurn
from agent.planner.embedded import EmbeddedPlanner
from agent.weigh import weigh
from store.features.sets import FeatureSet
from store.geo import EARTH, Period, Region
from store.scenes import Caveat, Layer, Scene, SceneKey
from tests.agent.stand_ins import (
    METHOD,
    Fails,
    FakeCatalog,
    FakeTool,
    Given,
    MemoryLedger,
    Told,
    Town,
    figure,
    layer,
    scene,
)
from tools.calculate.intervals import bounded, evaluate
from tools.calculate.parse import parse
from tools.calculate.units import unit_of
from tools.contract import Coverage, Look, Quantity

TOOLS = (
    "find_scenes", "describe_scene", "lookup_osm", "relate", "measure", "select", "calculate",
    "detect_change", "count_objects", "record_answers", "inspect", "spectral_index",
    "map_land_cover",
)  # fmt: skip
PROPOSALS = Caveat(
    code="proposals", text="found by shape and color; proposals, nobody looked at them"
)


def pixel_scene(name: str = "bay", size: int = 1000) -> Scene:
    """Return a scene without a place on the ground."""
    made = scene(name)
    frame = f"px:{made.id}"
    footprint = Region.pixels(frame, 0, 0, size, size)
    return made.model_copy(
        update={"frame": frame, "footprint": footprint, "width": size, "height": size}
    )


def marks(number: int, frame: str, at: tuple[float, float] = (24.0, 60.0)) -> FeatureSet:
    """Return marked objects in a row, each longer than the one before."""
    step = 0.0005 if frame == EARTH else 10.0
    x, y = at if frame == EARTH else (10.0, 10.0)
    shapes = [box(x + i * step, y, x + (i + 0.5) * step, y + step / 2) for i in range(number)]
    return FeatureSet.of(
        frame, shapes, score=[1.0 - i / 1000 for i in range(number)],
        probability=[0.9] * number, judged=[None] * number,
        length_m=[8.0 + i for i in range(number)], width_m=[3.0] * number,
    )  # fmt: skip


@dataclass
class Seen:
    """What a scene holds of one kind, and how it can be counted."""

    number: int
    low: float
    high: float
    by_shape: bool = False
    refusal: Fails | None = None
    gsd_m: float = 0.3
    looked: float = 1.0
    alike: bool = False
    """Whether all marks have the size of the example."""
    rounds: int = 2
    """Rounds of questions before a count by asking is finished."""


class Harbour(Town):
    """Counts what it is told each scene holds; asks first where shape does not tell."""

    def __init__(
        self,
        seen: dict[tuple[str, str], Seen],
        scenes: Sequence[Scene] = (),
        counts: dict[str, int] | None = None,
        fails: dict[str, Fails] | None = None,
        **given: Any,
    ) -> None:
        super().__init__(counts, fails, **given)
        self.seen = seen
        self.scenes = {one.id: one for one in scenes}

    def describe_scene(self, call: Call, ledger: MemoryLedger) -> Given:
        one = self.scenes[call.arguments["scene"]]
        found = super().describe_scene(call, ledger)
        found.region, found.period = one.footprint, one.period
        return found

    def find_scenes(self, call: Call, ledger: MemoryLedger) -> Given:
        period = call.arguments.get("period")
        wanted = None if period is None else Period.parse(period)
        limit = call.arguments.get("gsd_at_most_m")
        held = [one for one in self.scenes.values() if one.is_georeferenced]
        held = [s for s in held if wanted is None or _within(s, wanted)]
        held = [s for s in held if limit is None or (s.gsd_x_m or 99) <= limit]
        table = {
            "id": [one.id for one in held],
            "date": [None if one.period is None else str(one.period) for one in held],
        }
        return Given([figure("count", len(held), "count")], series=table)

    def count_objects(self, call: Call, ledger: MemoryLedger) -> Given:
        name = call.arguments["scene"]
        one = self.seen[name.rpartition("-")[0], call.arguments["target"]]
        if one.refusal is not None:
            raise one.refusal
        given = call.arguments
        asked = any(given.get(key) for key in ("examples", "like", "judged"))
        if not asked and not one.by_shape:
            text = f"{given['target']} cannot be told by shape alone; give 1 to 3 boxes around one"
            raise Fails(text=text, code="needs_examples")
        if given.get("method") == "shape" and not one.by_shape:
            raise Fails(text="this kind cannot be told by shape", code="needs_examples")
        features = marks(one.number, self.scenes[name].frame)
        if one.alike:
            features = features.with_columns(length_m=[9.1] * one.number)
        if not asked:
            return self._counted(one, features, "spread", [PROPOSALS])
        rounds = len(given.get("judged", []))
        if rounds < one.rounds:
            rows = [2 * rounds + 1, 2 * rounds + 2]
            known = [
                figure("candidate_count", one.number * 2, "count"),
                figure("answered", 2 * rounds, "count"), figure("questions", 2, "count"),
            ]  # fmt: skip
            return Given(known, marks(one.number * 2, self.scenes[name].frame),
                         series={"ask": rows})  # fmt: skip
        return self._counted(one, features, "sampled", [], answered=2 * rounds)

    def _counted(
        self, one: Seen, features: FeatureSet, kind: str, caveats: list[Caveat], **more: int
    ) -> Given:
        ends = {"low": one.low, "high": one.high, "interval": kind}
        ends |= {"level": 0.9} if kind == "sampled" else {}
        known = [figure("count", one.number, "count", **ends)]
        known += [figure(name, value, "count") for name, value in more.items()]
        known += [figure("marked", one.number, "count"), figure("cut_by_edge", 1, "count")]
        return Given(known, features, looked=one.looked, caveats=caveats)

    def record_answers(self, call: Call, ledger: MemoryLedger) -> Given:
        features = self._set(call, ledger, "of").take([row - 1 for row in call.arguments["rows"]])
        verdicts = call.arguments["verdicts"]
        known = [figure(kind, verdicts.count(kind), "count") for kind in ("yes", "no", "unsure")]
        return Given(known, features.with_columns(verdict=verdicts, row=call.arguments["rows"]))

    def select(self, call: Call, ledger: MemoryLedger) -> Given:
        features, of = self._set(call, ledger), call.arguments.get("tag") or "length_m"
        if of not in features.columns:
            return super().select(call, ledger)
        rows = [i for i, v in enumerate(features.columns[of]) if v > call.arguments["value"]]
        known = [
            figure("count", len(rows), "count", interval="exact"),
            figure("count_of", len(features), "count"),
        ]
        return Given(known, features.take(rows))

    def measure(self, call: Call, ledger: MemoryLedger) -> Given:
        features = self._set(call, ledger)
        if "name" in features.columns:
            return super().measure(call, ledger)
        values = [float(v) for v in features.columns[call.arguments.get("tag") or "length_m"]]
        known = [figure("count", len(values), "count"), figure("largest", max(values), "1"),
                 figure("mean", sum(values) / len(values), "1")]  # fmt: skip
        order = sorted(range(len(values)), key=lambda i: -values[i])
        kept = order[: call.arguments.get("k", 1)] if "pick" in call.arguments else order
        return Given(known, features.take(kept).with_columns(value=[values[i] for i in kept]))

    def calculate(self, call: Call, ledger: MemoryLedger) -> Given:
        given: dict[str, Quantity] = {}
        for name, text in zip(call.arguments["names"], call.arguments["values"], strict=True):
            parent, _, part = text.partition(".")
            held = ledger.get(parent)
            assert held is not None
            quantity = held.quantity(part)
            assert quantity is not None
            given[name] = quantity
        tree = parse(call.arguments["expression"])
        result = evaluate(tree, {n: bounded(n, q) for n, q in given.items()})
        ends = {} if result.kind in ("exact", "none") else {"low": result.low, "high": result.high}
        unit = unit_of(result.powers)
        return Given([figure("value", result.value, unit, interval=result.kind, **ends)])

    def inspect(self, call: Call, ledger: MemoryLedger) -> Given:
        if call.arguments.get("question"):
            raise Fails(text="a question about a picture needs eyes", code="no_eyes")
        known = [
            figure("ground_width", 60.0, "m"), figure("ground_height", 50.0, "m"),
            figure("picture_gsd", 0.3, "m/px"), figure("green_share", 0.25, "1"),
            figure("nodata_share", 0.0, "1"),
        ]  # fmt: skip
        return Given(known)

    def spectral_index(self, call: Call, ledger: MemoryLedger) -> Given:
        known = [figure("mean", 0.41, "1"), figure("median", 0.44, "1"),
                 figure("p05", 0.02, "1"), figure("p95", 0.81, "1")]  # fmt: skip
        if "above" in call.arguments or "below" in call.arguments:
            known += [figure("share", 0.37, "1"), figure("area", 370_000.0, "m2")]
        return Given(known)

    def map_land_cover(self, call: Call, ledger: MemoryLedger) -> Given:
        shares = {"water": (0.31, 0.29, 0.34), "trees": (0.22, 0.18, 0.27),
                  "low_vegetation": (0.17, 0.12, 0.2), "bare_or_built": (0.3, 0.27, 0.33)}  # fmt: skip
        known = [
            figure(f"share_{name}", value, "1", low=low, high=high, interval="spread")
            for name, (value, low, high) in shares.items()
        ]
        known += [figure(f"area_{name}", v * 1e6, "m2") for name, (v, _, _) in shares.items()]
        return Given(known)


def _within(one: Scene, wanted: Period) -> bool:
    return one.period is not None and one.period.order(wanted) == "overlaps"


Respondent = Callable[[Evidence], list[str] | None]
"""Verdicts on the crops of evidence, or None when nobody can answer now."""


def says_yes(evidence: Evidence) -> list[str]:
    """Answer every question about crops with yes."""
    return ["yes"] * len(evidence.series["ask"])


@dataclass
class Watch:
    """A session in small that looks, asks about crops, weighs and answers."""

    harbour: Harbour
    maps: Sequence[Layer] = ()
    tools: Sequence[str] = TOOLS
    by: str = "person:Ada"
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    turns: list[PastTurn] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    """Those of the last turn."""

    @property
    def catalog(self) -> Any:
        """What is held."""
        return Held(list(self.harbour.scenes.values()), list(self.maps))

    def ask(
        self,
        question: str,
        scenes: Sequence[str] = (),
        region: str | None = None,
        examples: Sequence[str] = (),
        answers: Respondent | None = None,
    ) -> Told:
        """Ask one question, with whoever answers questions about crops."""
        conversation = Conversation(
            turns=self.turns, scenes=list(scenes), region=region, examples=list(examples),
            answered=answers is not None,
        )  # fmt: skip
        inquiry = EmbeddedPlanner().understand(question, conversation, self.catalog)
        return self._turn(question, inquiry, answers)

    def go_on(self, answers: Respondent) -> Told:
        """Go on with the last question, whose crops can be judged now."""
        last = self.turns[-1]
        assert last.inquiry is not None
        turns = [*last.inquiry.continues, last.turn]
        return self._turn(
            last.question, last.inquiry.model_copy(update={"continues": turns}), answers
        )

    def _turn(self, question: str, inquiry: Any, answers: Respondent | None) -> Told:
        number, made = len(self.turns) + 1, []
        end, end_text, back = "enough", None, None
        tools = [FakeTool(name) for name in self.tools]
        for _ in range(30):
            plan = EmbeddedPlanner().plan(
                inquiry,
                number,
                self.ledger,
                [],
                self.catalog,
                tools,  # type: ignore[arg-type]
            )
            calls = plan.calls
            if plan.ask is not None and not calls:
                calls, back = self._judged(plan.ask.evidence, plan.ask.text, answers)
                end = "ask" if back is not None else end
            if not calls:
                if back is None:
                    end = "ask" if plan.question_back else "abstain" if plan.abstain else "enough"
                    end_text, back = plan.abstain, plan.question_back
                break
            for call in calls:
                made.append(call)
                self._act(call, number)
        own = [e for e in self.ledger.evidence if e.turn in (number, *inquiry.continues)]
        self.doubts = [
            Doubt(id=f"D{n}", turn=number, code=raised.code, text=raised.text)
            for n, raised in enumerate(weigh(own, self.catalog), start=1)
        ]
        self.ledger.doubts[:] = self.doubts
        return self._told(question, inquiry, made, (end, end_text, back))

    def _judged(
        self, evidence_id: str, text: str, answers: Respondent | None
    ) -> tuple[list[Call], QuestionBack | None]:
        evidence = self.ledger.get(evidence_id)
        assert evidence is not None
        verdicts = None if answers is None else answers(evidence)
        if verdicts is None:
            return [], QuestionBack(text=text)
        arguments = {"of": f"{evidence_id}#set", "rows": evidence.series["ask"],
                     "verdicts": verdicts, "by": self.by}  # fmt: skip
        return [Call(tool="record_answers", arguments=arguments)], None

    def _told(
        self, question: str, inquiry: Any, made: list[Call],
        ended: tuple[str, str | None, QuestionBack | None],
    ) -> Told:  # fmt: skip
        end, end_text, back = ended
        number = len(self.turns) + 1
        refusals = [r for r in self.ledger.refusals if r.turn == number]
        draft = compose(
            inquiry, number, self.ledger, self.doubts, refusals,
            end=end, end_text=end_text, question_back=back,
        )  # fmt: skip
        text = render(draft, self.ledger)
        said = [end_text or "", *(r.text for r in refusals), *(d.text for d in self.doubts)]
        said += [] if back is None else [back.text, *(c.label for c in back.choices)]
        subject = Checked(question=question, inquiry=inquiry, turn=number, told=tuple(said))
        faults = check(draft, text, self.ledger, subject)
        self.turns.append(
            PastTurn(turn=number, question=question, inquiry=inquiry, status=draft.status,
                     answer=text, claims=draft.claims, question_back=draft.question_back)
        )  # fmt: skip
        return Told(inquiry, draft.status, text, draft.claims, draft.question_back, made, faults)

    def _act(self, call: Call, turn: int) -> None:
        key = f"{len(self.ledger.evidence)}-{len(self.ledger.refusals)}"
        try:
            given = self.harbour(call, self.ledger)
        except Fails as failed:
            self.ledger.refusals.append(
                Refused(
                    id=f"R{len(self.ledger.refusals) + 1}", turn=turn, call_key=key,
                    tool=call.tool, arguments=call.arguments, kind=failed.kind, code=failed.code,
                    text=failed.text, requirements=getattr(failed, "requirements", {}),
                )  # type: ignore[arg-type]
            )  # fmt: skip
            return
        name = f"E{len(self.ledger.evidence) + 1}"
        scene_id = call.arguments.get("scene", next(iter(self.harbour.scenes), "town"))
        looked = [] if given.looked is None else [Look(gsd_m=None, share=given.looked)]
        self.ledger.evidence.append(
            Evidence(
                id=name, turn=turn, call_key=key, tool=call.tool, tool_version="1",
                arguments=call.arguments, quantities=given.quantities, method=METHOD,
                region=given.region, period=given.period, caveats=given.caveats,
                scenes=[SceneKey(id=scene_id, revision=1, digest="d" * 64)], series=given.series,
                coverage=Coverage(asked=1.0, looked=looked),
            )
        )  # fmt: skip
        if given.features is not None:
            self.ledger.sets[name] = given.features


@dataclass
class Held(FakeCatalog):
    """A catalogue of scenes that can be looked up by id."""

    def scene(self, name: str) -> Scene:
        """Return the scene of this id."""
        return next(one for one in self.held if one.id == name)


def too_coarse(gsd_m: float, needs_m: float) -> Fails:
    """Return the refusal of a scene too coarse to count in."""
    refusal = Fails(
        text=f"at {gsd_m:g} m a wind turbine is smaller than one pixel; {needs_m:g} m or finer "
        "would do",
        code="too_coarse",
    )
    refusal.requirements = {"gsd_m": f"<= {needs_m:g}"}  # type: ignore[attr-defined]
    return refusal


__all__ = ["Harbour", "Seen", "Watch", "layer", "pixel_scene", "says_yes", "scene", "too_coarse"]
