"""What limits an answer: caveats of the evidence it stands on, and the doubts left open."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer.draft import plain
from agent.evidence import Doubt, Evidence
from agent.inquiry import Ask, Subject

_SAID = (
    "concept_loose", "name_contains", "tie", "outside_map", "condition_unknown", "place_unknown",
    "partial_place", "repaired",
    "layer_extent_assumed", "map_date", "right_incomplete", "without_place", "not_numeric",
    "without_value", "gsd_declared", "grouped",
    "order_unknown", "order_reversed", "layer_by_name", "up_taken_for_north", "frame_assumed",
    "not_reflectance", "reflectance_assumed", "bands_assumed", "green_only", "narrow_water",
    "mixed_pixels", "trees_by_darkness", "trees_not_separated", "water_like_only",
    "implausible_values", "index_given", "offset_conflict", "thin_cloud_unseen", "witness",
)  # fmt: skip


_SEEN = ("count_objects", "map_land_cover", "spectral_index")


def notes(used: Sequence[Evidence], doubts: Sequence[Doubt], asked: Sequence[Ask]) -> list[str]:
    """Return what has to be said besides the figures, each once, as text with references."""
    said: set[str] = set()
    found: list[str] = []
    for evidence in used:
        for caveat in evidence.caveats:
            if caveat.code in _SAID and caveat.text not in said:
                said.add(caveat.text)
                found.append(f"{{{evidence.id}!{caveat.code}}}")
    of_map = any(e.tool == "lookup_osm" for e in used) or not any(e.tool in _SEEN for e in used)
    for ask in asked:
        for subject in (ask.of, ask.other):
            if not (of_map or subject is None or subject.unmapped):
                continue  # how the map counts them does not matter
            for words, loose in _loose(subject):
                if not any(loose in text for text in said):
                    said.update((loose, f"{words}: {loose}"))
                    found.append(plain(f"{words}: {loose}"))
    for doubt in doubts:
        if doubt.settled_by is None and doubt.text not in said:
            said.add(doubt.text)
            found.append(f"not settled: {{{doubt.id}}}")
    return found


def _loose(subject: Subject | None) -> list[tuple[str, str]]:
    if subject is None:
        return []
    own = [(subject.label, subject.loose)] if subject.loose else []
    return [*own, *(pair for relation in subject.relations for pair in _loose(relation.to))]
