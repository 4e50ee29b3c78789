"""What a model is shown of a turn: ids and summaries, never pixels, and outside text as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.evidence import Doubt, Evidence, Refused
from agent.inquiry import Inquiry
from agent.models.quoting import inert, outside, outside_all
from agent.planner.contract import Ledger

if TYPE_CHECKING:
    from store.catalog import Catalog
    from store.scenes import Scene

MOST_SCENES = 12
MOST_LAYERS = 8
MOST_EVIDENCE = 24
MOST_FIGURES = 14
LONGEST_QUESTION = 1000


def state(
    inquiry: Inquiry,
    turn: int,
    ledger: Ledger,
    doubts: Sequence[Doubt],
    catalog: Catalog,
    *,
    calls_left: int,
    small: bool = False,
) -> str:
    """Return a turn as one JSON object.

    Args:
        inquiry: The question as understood.
        turn: The turn whose evidence is shown in full.
        ledger: The session's records.
        doubts: The open doubts.
        catalog: What is held.
        calls_left: How many more calls may be made.
        small: Show less, for a model that takes short prompts.
    """
    found = [e for e in ledger.evidence if e.turn == turn or e.turn in inquiry.continues]
    refused = [r for r in ledger.refusals if r.turn == turn]
    most = 6 if small else MOST_EVIDENCE
    shown = {
        "question": inert(inquiry.question, LONGEST_QUESTION),
        "understood": _understood(inquiry),
        "scenes": _scenes(inquiry, catalog)[: 3 if small else MOST_SCENES],
        "layers": [layer.id for layer in catalog.layers()[:MOST_LAYERS]],
        "evidence": [_evidence(item, small=small) for item in found[-most:]],
        "refusals": [_refused(item) for item in refused[-most:]],
        "doubts": [_doubt(doubt) for doubt in doubts if doubt.settled_by is None][:most],
        "calls_left": calls_left,
    }
    if inquiry.where.region is not None:
        shown["region"] = inert(inquiry.where.region, LONGEST_QUESTION)
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def _understood(inquiry: Inquiry) -> Any:
    if not inquiry.understood:
        return {"not_understood": [inert(word, 60) for word in inquiry.not_understood[:8]]}
    return inert(inquiry.restated, LONGEST_QUESTION)


def scenes_named(inquiry: Inquiry) -> set[str]:
    """Return the scenes a question is about by name; empty when it names none."""
    return {*inquiry.where.scenes, *inquiry.where.among}


def _scenes(inquiry: Inquiry, catalog: Catalog) -> list[dict[str, Any]]:
    named = scenes_named(inquiry)
    return [_scene(scene) for scene in catalog.scenes() if not named or scene.id in named]


def _scene(scene: Scene) -> dict[str, Any]:
    told: dict[str, Any] = {"id": scene.id, "width": scene.width, "height": scene.height}
    if scene.gsd_x_m is not None:
        told["gsd_m"] = round(scene.gsd_x_m, 3)
    if scene.period is not None:
        told["period"] = str(scene.period)
    if scene.sensor:
        told["sensor"] = outside(scene.sensor, "metadata", 60)
    return told


def _evidence(item: Evidence, *, small: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": item.id,
        "tool": item.tool,
        "arguments": outside_all(item.arguments, "call"),
        "figures": [_figure(item, n) for n in range(len(item.quantities))][
            : 5 if small else MOST_FIGURES
        ],
    }
    if item.set is not None:
        told["set"] = item.set.count
    if item.region is not None:
        told["region"] = item.region.frame == "earth"
    if item.caveats and not small:
        told["caveats"] = [outside(caveat.text, "tool") for caveat in item.caveats[:4]]
    return told


def _figure(item: Evidence, number: int) -> dict[str, Any]:
    quantity = item.quantities[number]
    told: dict[str, Any] = {
        "name": f"{item.id}.{quantity.name}",
        "value": outside_all(quantity.value, item.tool),
        "unit": quantity.unit,
    }
    if quantity.of:
        told["of"] = outside(quantity.of, item.tool, 60)
    return told


def _refused(item: Refused) -> dict[str, Any]:
    return {
        "id": item.id,
        "tool": item.tool,
        "arguments": outside_all(item.arguments, "call"),
        "why": outside(item.text, "tool", 300),
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    told: dict[str, Any] = {"code": doubt.code, "text": outside(doubt.text, "tool", 300)}
    if doubt.can_settle:
        told["tools"] = doubt.can_settle
    return told
