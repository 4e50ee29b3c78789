"""The elenchus: small named rules that look at the ledger and raise doubts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.doubts import ENOUGH, IMAGE_RULES, Raised, Rule
from agent.evidence import Evidence
from store.catalog import Catalog
from store.errors import StoreError
from store.geo import Period

DOUBTED_CAVEATS: dict[str, str] = {
    "concept_loose": "concept_loose",
    "layer_by_name": "layer_by_name",
    "condition_unknown": "condition_unknown",
    "place_unknown": "place_unknown",
    "right_incomplete": "right_incomplete",
    "without_value": "without_value",
    "outside_map": "outside_map",
    "layer_extent_assumed": "coverage",
    "layer_incomplete": "coverage",
    "tie": "tie",
    "effective_coarser": "resolvability",
    "too_coarse": "resolvability",
    "registration_uncertain": "registration",
    "registration_corrected": "registration",
    "frame_assumed": "frame_assumed",
    "gsd_declared": "gsd_declared",
    "light_differs": "light_or_season",
    "season_differs": "light_or_season",
    "unlike_sensors": "unlike_sensors",
    "clouds_not_checked": "clouds_not_checked",
    "order_reversed": "order_reversed",
    "ways_differ": "witnesses_disagree",
}
"""Caveats of tools that make a doubt, and the doubt's code."""


def weigh(evidence: Sequence[Evidence], catalog: Catalog) -> list[Raised]:
    """Return every doubt that a turn's evidence gives rise to, each once."""
    found: dict[tuple[str, str, tuple[str, ...]], Raised] = {}
    for rule in RULES:
        for raised in rule(evidence, catalog):
            found.setdefault((raised.code, raised.text, raised.about), raised)
    return list(found.values())


def from_caveats(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt what the tools themselves called into question."""
    said: dict[tuple[str, str], list[str]] = {}
    for item in evidence:
        for caveat in item.caveats:
            if caveat.code in DOUBTED_CAVEATS:
                said.setdefault((DOUBTED_CAVEATS[caveat.code], caveat.text), []).append(item.id)
    for (code, text), about in said.items():
        yield Raised(code, text, tuple(about))


def partly_covered(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt what was said of an area that was not all looked at."""
    for item in evidence:
        if item.coverage is None:
            continue
        seen = min(item.coverage.imaged, item.coverage.valid)
        if seen < ENOUGH:
            yield Raised(
                "coverage",
                f"only {seen:.1%} of the area asked about was covered ({item.tool} {item.id})",
                (item.id,),
                ("find_scenes",),
            )


def stale_map(evidence: Sequence[Evidence], catalog: Catalog) -> Iterator[Raised]:
    """Doubt a map that is older or younger than the image it stands beside, or of unknown date."""
    looked = [item for item in evidence if item.tool in ("describe_scene", "detect_change")]
    for item in evidence:
        if item.tool != "lookup_osm":
            continue
        for scene_period in _periods(looked, catalog):
            if item.period is None:
                continue
            order = item.period.order(scene_period)
            if order != "overlaps":
                older = "older" if order == "before" else "younger"
                yield Raised(
                    "stale_map",
                    f"the map ({item.period}) is {older} than the image ({scene_period})",
                    (item.id,),
                )


def _periods(evidence: Sequence[Evidence], catalog: Catalog) -> Iterator[Period]:
    seen: set[str] = set()
    for item in evidence:
        for key in item.scenes:
            if key.id in seen:
                continue
            seen.add(key.id)
            try:
                period = catalog.scene(key.id).period
            except StoreError:
                continue  # a layer's key, or a scene no longer held: no date to compare
            if period is not None:
                yield period


def single_witness(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt what one source alone says of a place that an image shows too."""
    tools = {item.tool for item in evidence}
    if tools & {"count_objects", "inspect", "spectral_index", "map_land_cover"}:
        return  # what the image shows was looked at
    if "describe_scene" in tools and "lookup_osm" in tools:
        about = tuple(item.id for item in evidence if item.tool == "lookup_osm")
        yield Raised(
            "single_witness",
            "the map is the only witness; they were not counted in the image",
            about,
        )


RULES: tuple[Rule, ...] = (
    from_caveats, partly_covered, stale_map, single_witness, *IMAGE_RULES,
)  # fmt: skip
