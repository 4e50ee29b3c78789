"""What a scene does not say of itself and only the person can: how to declare it."""

from __future__ import annotations

import re

from agent.evidence import Evidence, QuestionBack
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Ledger

_PIXEL_SIZE = (
    "The size of a pixel on the ground is not known, so {what} can only be given in pixels. How "
    "large is a pixel? Declare it at ingest with --gsd, in metres."
)
_NEEDS_GSD = {
    ("value", "area"): "areas", ("value", "width_m"): "lengths", ("value", "height_m"): "lengths",
    ("value", "gsd"): "sizes", ("value", "effective_gsd"): "sizes", ("change", "area"): "areas",
    ("change", "largest"): "areas",
}  # fmt: skip
_FIGURES = {("change", "area"): "changed_area", ("change", "largest"): "largest_region"}
_DECLARED = {
    "date": "When {scene} was taken is not recorded. Declare it at ingest with --date, such as "
            "--date 2011-05-22; a year or month will do.",
    "sensor": "What sensor took {scene} is not recorded. Declare it at ingest with --sensor.",
    "crs": "{scene} has no coordinate system. Declare it at ingest with --crs EPSG:N, beside a "
           "world file.",
    "center": "Where {scene} lies is not recorded; a world file and --crs EPSG:N at ingest would "
              "give it a place.",
    "bbox": "Where {scene} lies is not recorded; a world file and --crs EPSG:N at ingest would "
            "give it a place.",
}  # fmt: skip
_DATE_LIKE = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:[01]\d(?:[0-3]\d)?)?(?!\d)")


def fact_missing(inquiry: Inquiry, turn: int, ledger: Ledger) -> QuestionBack | None:
    """Return what the person has to say first; None where something else asked can be told."""
    asked = [_missing(ask, inquiry, turn, ledger) for ask in inquiry.asked]
    if not asked or any(found is None for found in asked):
        return None
    return QuestionBack(text=" ".join(dict.fromkeys(str(found) for found in asked)))


def _missing(ask: Ask, inquiry: Inquiry, turn: int, ledger: Ledger) -> str | None:
    """Return the words for what one thing asked lacks, None when it lacks nothing."""
    own = [evidence for evidence in ledger.evidence if evidence.turn == turn]
    if ask.goal == "change":
        return _unmeasured(ask, own)
    if ask.goal != "value" or ask.of is not None:
        return None
    described = [
        evidence
        for evidence in own
        if evidence.tool == "describe_scene"
        and evidence.arguments.get("scene") in inquiry.where.scenes
    ]
    if len(described) != len(inquiry.where.scenes) or not described:
        return None
    lacking = [evidence for evidence in described if not _says(evidence, ask)]
    if len(lacking) < len(described):
        return None
    if ("value", ask.key) in _NEEDS_GSD:
        return _PIXEL_SIZE.format(what=_NEEDS_GSD["value", ask.key or ""])
    return " ".join(_undeclared(evidence, ask.key or "") for evidence in lacking)


def _unmeasured(ask: Ask, own: list[Evidence]) -> str | None:
    name = _FIGURES.get(("change", ask.aspect or ""))
    if name is None or (ask.unit is None and ask.claim is None) or ask.of is not None:
        return None
    found = [evidence.quantity(name) for evidence in own]
    pixels = any(quantity is not None and quantity.unit == "px2" for quantity in found)
    return _PIXEL_SIZE.format(what="areas") if pixels else None


def _says(scene: Evidence, ask: Ask) -> bool:
    """Tell whether a scene has what is asked of it, in a unit of the ground where one is asked."""
    key = ask.key or ""
    if key == "area":
        area = scene.quantity("area")
        plain = ask.unit is None and ask.claim is None
        return plain or (area is not None and area.unit != "px2")
    if key in ("width_m", "height_m", "gsd", "effective_gsd"):
        return scene.quantity("gsd") is not None
    if key == "date":
        return scene.period is not None
    if key in ("center", "bbox"):
        return scene.value("georeferenced") is True
    return key not in _DECLARED or scene.quantity(key) is not None


def _undeclared(scene: Evidence, key: str) -> str:
    name = scene.scenes[0].id if scene.scenes else "the scene"
    hint = ""
    stem = name.rpartition("-")[0]
    if key == "date" and (seen := _DATE_LIKE.search(stem)) is not None:
        hint = f" Its name contains {seen[0]}, which I do not take for a date by myself."
    return _DECLARED[key].format(scene=name) + hint
