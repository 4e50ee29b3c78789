"""What the side panels show: evidence, the record of calls, and the scenes held."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from agent import telling
from agent.answer.numbers import one, rounded
from agent.events import CallStarted, Found, WasRefused
from agent.evidence import Evidence, ViewRef
from agent.history import ToldTurn
from agent.result import refusal_out
from store.artifacts import Artifacts
from store.features.labels import cell, label
from store.features.sets import FeatureSet
from store.scenes import Layer, Scene

MOST_ROWS = 200
MOST_PICTURES = 24
FIRST_FIGURES = 8
REVIEWED_TOOLS = ("count_objects", "review_objects")
_HIDDEN = ("tags", "osm_id", "osm_type", "name", "node_refs")
_NICE = (1.0, 2.0, 5.0)
_BAR_SHARE = 0.3
_COLUMNS = 5


@dataclass(frozen=True)
class Picture:
    """A picture of evidence at a stated scale."""

    address: str
    caption: str
    scale: str
    bar: str = ""
    """How long the scale bar is on the ground, in words; empty where that is not known."""
    bar_share: float = 0.0


@dataclass(frozen=True)
class FigureRow:
    """One quantity in words."""

    name: str
    value: str
    kind: str


@dataclass(frozen=True)
class ObjectRow:
    """One object of a set."""

    row: int
    name: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class EvidenceCard:
    """All that is shown of one piece of evidence; a card not selected shows its first lines."""

    id: str
    turn: int
    tool: str
    of: str
    figures: tuple[FigureRow, ...]
    method: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    more_pictures: int = 0
    exports: tuple[tuple[str, str], ...] = ()
    objects: tuple[ObjectRow, ...] = ()
    columns: tuple[str, ...] = ()
    held: int = 0
    can_review: bool = False
    on_map: bool = False


def can_review(evidence: Evidence) -> bool:
    """Tell whether evidence has objects that a person may accept or reject."""
    return evidence.tool in REVIEWED_TOOLS and bool(evidence.set and evidence.set.count)


def evidence_card(
    session: str,
    evidence: Evidence,
    artifacts: Artifacts,
    features: FeatureSet | None = None,
    only: int | None = None,
) -> EvidenceCard:
    """Return what is shown of evidence; with its features, its objects too, or one of them."""
    pictures = [_picture(session, evidence, view, artifacts) for view in evidence.views]
    columns, objects = _objects(features, only)
    return EvidenceCard(
        id=evidence.id,
        turn=evidence.turn,
        tool=evidence.tool,
        of=next((q.of for q in evidence.quantities if q.of), ""),
        figures=tuple(
            FigureRow(telling.named(q.name), _value(q), telling.interval(q))
            for q in evidence.quantities
        ),
        method=tuple(_method(evidence)),
        coverage=tuple(_coverage(evidence)),
        scenes=tuple(
            f"{k.id}, revision {k.revision}, sha256 {k.digest[:12]}…" for k in evidence.scenes
        ),
        caveats=tuple(caveat.text for caveat in evidence.caveats),
        parents=tuple(evidence.parents),
        pictures=tuple(pictures[:MOST_PICTURES]),
        more_pictures=max(0, len(pictures) - MOST_PICTURES),
        exports=tuple(_exports(session, evidence)),
        objects=objects,
        columns=columns,
        held=evidence.set.count if evidence.set else 0,
        can_review=can_review(evidence),
        on_map=evidence.region is not None or evidence.set is not None or bool(evidence.scenes),
    )


def _value(quantity: Any) -> str:
    """Say a value and the ends of its interval; the kind is told beside it."""
    value = one(quantity.value, quantity.unit)
    if quantity.low is None or quantity.low == quantity.high:
        return value
    return f"{value} ({one(quantity.low, quantity.unit)} to {one(quantity.high, quantity.unit)})"


def _method(evidence: Evidence) -> list[str]:
    method = evidence.method
    lines = [f"{method.name}, version {method.version}"]
    lines += [f"after {method.source}"] if method.source else []
    if method.parameters:
        told = ", ".join(f"{telling.named(k)} {_plain(v)}" for k, v in method.parameters.items())
        lines.append(told[:600])
    if evidence.gsd_m is not None:
        lines.append(f"looked at {rounded(evidence.gsd_m)} m per pixel")
    lines.append(f"{telling.pixels(evidence.pixels_read)} read")
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, dict):
        return "; ".join(f"{k} {_plain(v)}" for k, v in value.items())
    if isinstance(value, list):
        return " ".join(_plain(v) for v in value[:12])
    return str(value)


def _coverage(evidence: Evidence) -> list[str]:
    if evidence.coverage is None:
        return []
    frame = None if evidence.region is None else evidence.region.frame
    return telling.coverage(evidence.coverage, frame)


def _exports(session: str, evidence: Evidence) -> list[tuple[str, str]]:
    kinds = []
    if evidence.set is not None:
        kinds += [("GeoJSON", "geojson"), ("GeoPackage", "gpkg"), ("CSV", "csv")]
    kinds += [("Mask", "tif")] if evidence.masks else []
    kinds += [("PNG", "png")] if evidence.views else []
    return [(words, f"/export/{quote(session)}/{evidence.id}.{end}") for words, end in kinds]


def _picture(session: str, evidence: Evidence, view: ViewRef, artifacts: Artifacts) -> Picture:
    address = f"/view/{quote(session)}/{evidence.id}/{quote(view.name)}.png"
    caption = view.caption or telling.named(view.name)
    if view.gsd_m is None:
        return Picture(address, caption, "no pixel size is known")
    scale = f"1 pixel is {rounded(view.gsd_m)} m"
    width = _png_width(artifacts.path(view.sha256)) if artifacts.holds(view.sha256) else 0
    if not width:
        return Picture(address, caption, scale)
    length_m, share = scale_bar(width * view.gsd_m)
    return Picture(address, caption, scale, one(length_m, "m"), share)


def scale_bar(width_m: float) -> tuple[float, float]:
    """Return a round length near a third of a picture's width, and its share of the width.

    >>> scale_bar(100.0), scale_bar(7.0)
    ((20.0, 0.2), (2.0, 0.2857142857142857))
    """
    wanted = width_m * _BAR_SHARE
    power = 10.0 ** math.floor(math.log10(wanted))
    length = max(power * step for step in _NICE if power * step <= wanted)
    return length, length / width_m


def _png_width(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(24)
    return int(struct.unpack(">I", head[16:20])[0]) if head[12:16] == b"IHDR" else 0


def _objects(
    features: FeatureSet | None, only: int | None
) -> tuple[tuple[str, ...], tuple[ObjectRow, ...]]:
    if features is None:
        return (), ()
    shown = range(min(len(features), MOST_ROWS))
    if only is not None:
        shown = range(only - 1, only) if 1 <= only <= len(features) else range(0)
    names = [n for n in features.columns if n not in _HIDDEN and not n.startswith("_")][:_COLUMNS]
    rows = [
        ObjectRow(row + 1, _name(features, row), tuple(_cell(features, n, row) for n in names))
        for row in shown
    ]
    return tuple(telling.named(n) for n in names), tuple(rows)


def _name(features: FeatureSet, row: int) -> str:
    """Return what an object is called; one without a name has its number beside it already."""
    name = label(features, row)
    return "" if name == f"#{row + 1}" else name


def _cell(features: FeatureSet, column: str, row: int) -> str:
    value = cell(features, column, row)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return rounded(float(value)) if isinstance(value, int | float) else str(value)[:80]


@dataclass(frozen=True)
class CallRow:
    """One call of the record."""

    number: int
    tool: str
    why: str
    arguments: str
    outcome: str
    state: str
    took: str
    evidence: str = ""


@dataclass(frozen=True)
class TurnRows:
    """The calls of one turn of the record."""

    turn: int
    question: str
    at: str
    status: str
    calls: tuple[CallRow, ...]


def record_rows(turns: Sequence[ToldTurn]) -> list[TurnRows]:
    """Return every call of a session with arguments, outcome and time, newest turn first."""
    rows = []
    for told in reversed(turns):
        status = told.record.status
        words = telling.STATUS_WORDS[status] if status else "not finished"
        at = told.started_utc[:19].replace("T", " ") + " UTC"
        rows.append(TurnRows(told.turn, told.question, at, words, tuple(_calls(told))))
    return rows


def _calls(told: ToldTurn) -> list[CallRow]:
    calls: list[CallRow] = []
    asked: CallStarted | None = None
    for event in told.events:
        if isinstance(event, CallStarted):
            asked = event
        elif isinstance(event, Found | WasRefused) and asked is not None:
            calls.append(_call(len(calls) + 1, asked, event))
            asked = None
    return calls


def _call(number: int, asked: CallStarted, ended: Found | WasRefused) -> CallRow:
    arguments = ", ".join(f"{k} {_plain(v)}" for k, v in asked.call.arguments.items())
    if isinstance(ended, Found):
        outcome, state, evidence = telling.brief(ended.evidence), "found", ended.evidence.id
        took = telling.cost(ended.evidence, ended.seconds)
    else:
        refused = refusal_out(ended.refused)
        outcome = f"{telling.refusal_kind(ended.refused)}: {refused.text}"
        state = "refused" if ended.refused.kind == "refusal" else "failed"
        evidence, took = "", ""
    return CallRow(
        number, asked.call.tool, asked.call.why, arguments[:400], outcome, state, took, evidence
    )


@dataclass(frozen=True)
class SceneCard:
    """One scene of the picker."""

    id: str
    alias: str
    date: str
    gsd: str
    sensor: str
    size: str
    place: str
    uploaded: bool
    thumb: str
    chosen: bool
    unknown: tuple[str, ...]
    caveats: tuple[str, ...]


_UNKNOWN_WORDS = {
    "position": "position", "gsd": "pixel size", "date": "date", "sensor": "sensor",
    "bands": "bands",
}  # fmt: skip


def scene_card(scene: Scene, chosen: bool) -> SceneCard:
    """Return what is shown of a scene; what nobody said of it is named."""
    gsd = "pixel size not known"
    if scene.gsd_m is not None:
        told = " (declared)" if scene.gsd_from == "declared" else ""
        gsd = f"{rounded(scene.gsd_m, 3)} m per pixel{told}"
    return SceneCard(
        id=scene.id,
        alias=scene.alias,
        date="date not known" if scene.period is None else str(scene.period),
        gsd=gsd,
        sensor=scene.sensor or scene.kind,
        size=f"{scene.width:,} × {scene.height:,} px",
        place="on the ground" if scene.is_georeferenced else "no position",
        uploaded=scene.trust == "upload",
        thumb=f"/thumb/{quote(scene.id)}/{scene.revision}.png",
        chosen=chosen,
        unknown=tuple(_UNKNOWN_WORDS[name] for name in scene.unknown if name in _UNKNOWN_WORDS),
        caveats=tuple(caveat.text for caveat in scene.caveats),
    )


def layer_line(layer: Layer) -> str:
    """Return what is shown of a map layer."""
    date = "of unknown date" if layer.period is None else f"of {layer.period}"
    return f"{layer.alias} · {layer.kind} · {layer.count:,} features · {date}"
