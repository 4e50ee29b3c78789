"""Counting objects in a scene: by shape, or by asking a person about a few crops."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from store.features.sets import FeatureSet
from store.geo import Region
from store.raster import SceneReader
from store.scenes import Caveat
from tools.contract import (
    Bench,
    Finding,
    FromEvidence,
    Method,
    Quantity,
    SceneRef,
    ToolRefusal,
)
from tools.counting.area import Area, area_of
from tools.counting.asking import Job, by_asking
from tools.counting.boxes import Boxes, boxes_of
from tools.counting.crops import overview
from tools.counting.marks import features_of, undated
from tools.counting.target import Target, target_of
from tools.registry import tool
from tools.shapes.found import Proposals, Spread, needs_examples
from tools.shapes.propose import propose
from tools.shapes.resolvable import check_resolvable, resolution_of
from tools.shapes.works import what_works

VERSION = "1"
_ENOUGH = 0.99


@tool(VERSION)
def count_objects(
    bench: Bench,
    scene: SceneRef,
    target: Annotated[str, Field(min_length=1, max_length=120)],
    region: Annotated[Region | None, FromEvidence] = None,
    examples: Annotated[list[Region], FromEvidence] = [],  # noqa: B006 - never changed
    like: Annotated[FeatureSet | None, FromEvidence] = None,
    judged: Annotated[list[FeatureSet], FromEvidence] = [],  # noqa: B006 - never changed
    method: Literal["auto", "asking", "shape"] = "auto",
) -> Finding:
    """Count objects of one kind ("ship", "parked car") in a scene or a part of it.

    With `examples` (boxes around one to three of them) or `like` (a set of accepted objects) it
    ranks everything alike, any way round, and asks: without `count`, the finding holds crops to be
    judged (`series.ask`). Have them judged, give the sets of `record_answers` as `judged`, in
    order, with all else as before, until `count` is there; 24 answers at most. Without examples
    it counts by shape what can be counted so, and refuses what cannot. `method` shape or asking
    allows one way alone. What is on the map, count with `lookup_osm`.
    """
    bench.check()
    wanted = target_of(target)
    with bench.open_scene(scene) as reader:
        _check_size(reader, wanted)
        area = area_of(reader, region)
        boxes = boxes_of(reader, examples, like, wanted)
        if method == "shape" or not (boxes.drawn or method == "asking"):
            if judged:
                raise _no_use_of_answers(boxes)
            return _by_shape(bench, reader, wanted, area)
        if not boxes.drawn:
            raise needs_examples(wanted.many, "no example was given to ask about")
        finding = by_asking(Job(bench, reader, wanted, area, boxes, judged, VERSION))
        if method == "auto" and any(q.name == "count" for q in finding.quantities):
            return _compared(bench, reader, wanted, area, finding)
        return finding


def _no_use_of_answers(boxes: Boxes) -> ToolRefusal:
    if boxes.drawn:
        return ToolRefusal(
            "answers were given, but by shape nothing is asked; leave `judged` out, or count with "
            "method asking",
            "nothing_asked",
        )
    return ToolRefusal(
        "answers were given, but no example they belong to; give the examples, or the set `like`, "
        "of that count",
        "needs_examples",
        {"examples": "1 to 3 boxes"},
    )


def _check_size(reader: SceneReader, wanted: Target) -> None:
    """Refuse a scene that is too coarse for a kind of known size."""
    if wanted.concept is not None and reader.scene.gsd_m is not None:
        check_resolvable(wanted.concept, resolution_of(reader, wanted.many))


def _proposed(
    bench: Bench, reader: SceneReader, wanted: Target, area: Area
) -> tuple[Proposals, Spread]:
    if wanted.choices:
        named = " or ".join(choice.plural for choice in wanted.choices)
        raise ToolRefusal(f"{wanted.words!r} may mean {named}; name one", "ambiguous_target")
    if wanted.concept is None:
        raise needs_examples(wanted.many, "what these look like is not known")
    found = propose(bench, reader, wanted.concept, area.where.window)
    return found, found.counted(area.holds)


def _by_shape(bench: Bench, reader: SceneReader, wanted: Target, area: Area) -> Finding:
    """Count what shape and colour mark; proposals that nobody looked at."""
    found, spread = _proposed(bench, reader, wanted, area)
    if not spread.count and area.coverage.valid < _ENOUGH:
        raise ToolRefusal(
            f"no {wanted.many} were made out, but only {area.coverage.valid:.1%} of the area was "
            "seen; choose a scene that shows all of it",
            "not_all_seen",
        )
    marks = area.holds(found.marks)
    scene = reader.scene
    words = f"{len(marks)} {wanted.many} marked by shape and colour"
    return Finding(
        quantities=[
            _shape_count("count", wanted, spread),
            Quantity(name="marked", of=f"{wanted.many} that are marked", value=len(marks),
                     unit="count", interval="exact"),
            Quantity(name="cut_by_edge", of=f"marked {wanted.many}", value=area.cut(marks),
                     unit="count", interval="exact"),
        ],
        method=Method(name="count_by_shape", version=VERSION, parameters=found.parameters),
        region=area.region,
        period=scene.period,
        scenes=[scene.key],
        gsd_m=scene.gsd_m,
        coverage=area.coverage,
        caveats=[_proposals_caveat(found), *undated(scene)],
        features=features_of(reader, area, marks),
        views=[overview(reader, area.where.window, area.region, marks, words)],
        pixels_read=reader.pixels_read,
    )  # fmt: skip


def _shape_count(name: str, wanted: Target, spread: Spread) -> Quantity:
    return Quantity(
        name=name, of=wanted.many, value=spread.count, unit="count",
        low=spread.low, high=spread.high, interval="spread",
    )  # fmt: skip


def _proposals_caveat(found: Proposals) -> Caveat:
    text = (
        f"found by shape and colour, from {found.smallest_m:.3g} m of length upwards; proposals, "
        "nobody looked at them; the settings were chosen on the same images they were tried on, so "
        "it may do worse elsewhere"
    )
    return Caveat(code="proposals", text=text)


def _compared(
    bench: Bench, reader: SceneReader, wanted: Target, area: Area, finding: Finding
) -> Finding:
    """Put the count by shape beside a finished one, where shape can count this here."""
    if wanted.concept is None or what_works(wanted.concept, reader.scene).trust != "usable":
        return finding
    try:
        spread = _proposed(bench, reader, wanted, area)[1]
    except ToolRefusal:
        return finding  # shape cannot say anything here; the count stands alone
    count = next(quantity for quantity in finding.quantities if quantity.name == "count")
    low, high = count.low or 0.0, count.high or 0.0
    agree = spread.low <= high and low <= spread.high
    text = f"by shape and colour alone there are {spread.low} to {spread.high} {wanted.many}: " + (
        "both ways agree" if agree else "the two ways do not agree"
    )
    return replace(
        finding,
        quantities=[*finding.quantities, _shape_count("by_shape", wanted, spread)],
        caveats=[
            *finding.caveats,
            Caveat(code="ways_agree" if agree else "ways_differ", text=text),
        ],
        pixels_read=reader.pixels_read,
    )
