"""`lookup_osm`: what the map says is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
import shapely

from store.features.conditions import TagCondition
from store.features.sets import FeatureSet
from store.geo import EARTH, Part, Period, Region, grown, is_earth
from store.scenes import Caveat, Layer
from tools.concepts.tags import TagQuery
from tools.contract import (
    Bench,
    Coverage,
    Finding,
    FromEvidence,
    Look,
    Method,
    Quantity,
    ToolRefusal,
)
from tools.lookup_osm.asked import Asked, understand
from tools.lookup_osm.by_name import ByName
from tools.lookup_osm.found import counts, merged, placed_in, sizes
from tools.lookup_osm.layers import ENOUGH, Chosen, choose
from tools.registry import ConformanceCase, tool

VERSION = "1"
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "missing_date": "a layer without a date is said to have none (caveat map_date)",
    "too_coarse": "a map has no resolution",
    "one_pixel": "no pixels are read",
}


@tool(version=VERSION, exempt=_EXEMPT)
def lookup_osm(
    bench: Bench,
    of: str = "",
    tags: TagQuery | None = None,
    named: str | None = None,
    where: list[TagCondition] | None = None,
    region: Annotated[Region | None, FromEvidence] = None,
    part: Part = "whole",
    position: Literal["touching", "centre_inside"] = "touching",
    layer: str | None = None,
    element: str | None = None,
    grown_m: float | None = None,
) -> Finding:
    """Find what the map (OpenStreetMap and other vector layers held) says is there, and count it.

    Say what by words (`of`: "building", "bus stop"), by `tags`, by name (`named`, also a place:
    "Kallio") or by `element` ("way/123"); narrow it with `where` conditions on tags. `region` may
    be a scene's E1#region or a place's E2#1; `part` takes a half, quarter or middle of it.
    Counted is what touches the region; `position="centre_inside"` keeps what has its centre in it.
    `grown_m` grows the region by so many metres first, for what others are to lie near to.

    Gives count, count_centre_inside, count_cut, count_without_id, count_condition_unknown, area
    and length whole and inside, share of the region covered, density, and the set of features.
    Which is largest or longest: `measure`. How two sets lie to each other: `relate`.
    """
    place = _grown(_place(region, part), grown_m)
    asked = understand(of, tags, named, element, layer_named=layer is not None)
    chosen = choose(bench, asked, place, layer, {condition.key for condition in where or []})
    if chosen.by_name is not None:
        asked = chosen.by_name.asked
        where = [chosen.by_name.renamed(condition) for condition in where or []]
    asked = asked.within(place)
    found, by_part = _find(bench, chosen.layers, asked)
    found, unknown = _meeting(found, where or [])
    if place is not None:
        found = placed_in(found, place)
        if position == "centre_inside":
            found = found.take(np.flatnonzero(found.columns["centre_inside"]))
    doubtful = _undecided(bench, chosen, asked, found)
    told = not unknown and not doubtful
    looked = chosen.share if told and (len(found) or chosen.complete) else 0.0
    found = replace(
        found.ordered(),
        looked=looked if chosen.complete and told else None,
        region=_searched(chosen, place),
    )
    covers_nothing = not len(found) and chosen.complete and told
    covers_nothing = covers_nothing and asked.geometry in ("area", "any")
    return Finding(
        quantities=[
            *_counted(found, asked, place, unknown if where else None),
            *_sizes(found, asked, chosen, place, covers_nothing=covers_nothing),
        ],
        method=_method(asked, where or [], position, part, chosen),
        region=place,
        period=_period(chosen.layers),
        scenes=[held.key for held in chosen.layers],
        coverage=_coverage(chosen, place, looked),
        caveats=[
            *_about_layers(chosen, found),
            *_about_words(asked, by_part=by_part),
            *_about_features(found, unknown, doubtful, where or []),
        ],
        features=found,
    )


def _place(region: Region | None, part: Part) -> Region | None:
    if region is None:
        if part != "whole":
            raise ToolRefusal(
                f"{part!r} of what? Give the region whose part is meant", code="no_region"
            )
        return None
    if not is_earth(region.frame):
        raise ToolRefusal(
            f"the region lies in the pixels of {region.frame.removeprefix('px:')}, which has no "
            "place on the ground, so the map cannot be asked about it; give that scene a "
            "georeference (elenchus ingest --crs, or a world file), or a region in longitude and "
            "latitude",
            code="no_georeference",
        )
    return region.part(part)


def _grown(place: Region | None, by_m: float | None) -> Region | None:
    if by_m is None:
        return place
    if place is None:
        raise ToolRefusal("what is to be grown? Give the region with grown_m", code="no_region")
    return grown(place, by_m)


def _searched(chosen: Chosen, place: Region | None) -> Region | None:
    """Return where the features were looked for: the part of the region that the layers cover."""
    extents = [layer.extent.area for layer in chosen.layers if layer.extent is not None]
    if not extents:
        return None
    around = shapely.union_all(extents)
    if place is None:
        return Region.of(EARTH, around)
    return place if chosen.share >= 1.0 else place.overlap(Region.of(EARTH, around))


def _find(bench: Bench, layers: Sequence[Layer], asked: Asked) -> tuple[FeatureSet, bool]:
    """Find the features in all layers, by the whole name first, else by a part of it."""
    found = _find_all(bench, layers, asked)
    if len(found) or asked.wanted.named is None:
        return found, False
    found = _find_all(bench, layers, asked.by_part_of_name())
    return found, bool(len(found))


def _find_all(bench: Bench, layers: Sequence[Layer], asked: Asked) -> FeatureSet:
    sets = []
    for layer in layers:
        bench.check()
        with bench.layer_features(layer) as features:
            sets.append(features.find(asked.wanted))
    return merged(sets, [layer.id for layer in layers])


def _meeting(features: FeatureSet, where: Sequence[TagCondition]) -> tuple[FeatureSet, int]:
    """Keep the features that meet all conditions; count those of which the map does not say."""
    if not where:
        return features, 0
    kept, unknown = [], 0
    for row, text in enumerate(features.columns["tags"]):
        told = [condition.judge(json.loads(text)) for condition in where]
        if all(told):
            kept.append(row)
        unknown += False not in told and None in told
    return features.take(kept), unknown


def _undecided(bench: Bench, chosen: Chosen, asked: Asked, found: FeatureSet) -> int:
    """Count the features held in part or without a place, which may touch the region unseen."""
    if asked.wanted.region is None:
        return 0
    columns = found.columns
    held = set(zip(columns["osm_type"], columns["osm_id"], strict=True))
    total = 0
    for layer in chosen.layers:
        with bench.layer_features(layer) as features:
            total += sum(one not in held for one in features.unplaced(asked.wanted))
    return total


def _counted(
    found: FeatureSet, asked: Asked, place: Region | None, unknown: int | None
) -> Iterator[Quantity]:
    yield from counts(found, asked.label, place, unknown or 0)
    if place is None:
        missing = sum(shape is None for shape in found.geometry)
        yield Quantity(
            name="count_without_place",
            of=asked.label,
            value=missing,
            unit="count",
            interval="exact",
        )
    if unknown is not None:
        yield Quantity(
            name="count_condition_unknown",
            of=asked.label,
            value=unknown,
            unit="count",
            interval="exact",
        )


def _sizes(
    found: FeatureSet, asked: Asked, chosen: Chosen, place: Region | None, *, covers_nothing: bool
) -> Iterator[Quantity]:
    """Measure what was found; a share or a density only of a region that the map covers."""
    covered = chosen.share >= ENOUGH
    for quantity in sizes(found, asked.label, place, covers_nothing=covers_nothing):
        if covered or quantity.name not in ("share", "density"):
            yield quantity
    if not covered:
        yield Quantity(name="covered_share", of="the region", value=chosen.share, unit="1")


def _coverage(chosen: Chosen, place: Region | None, looked: float) -> Coverage | None:
    extent = chosen.layers[0].extent
    about = place or extent
    if about is None:
        return None
    look = Look(gsd_m=None, share=looked)
    return Coverage(asked=about.size(), imaged=chosen.share, looked=[look])


def _period(layers: Sequence[Layer]) -> Period | None:
    periods = [layer.period for layer in layers if layer.period is not None]
    if len(periods) < len(layers):
        return None
    return Period(start=min(p.start for p in periods), end=max(p.end for p in periods))


def _method(
    asked: Asked, where: Sequence[TagCondition], position: str, part: str, chosen: Chosen
) -> Method:
    query = asked.wanted.query
    return Method(
        name="lookup_osm",
        version=VERSION,
        parameters={
            "tags": None if query is None else query.text(),
            "named": asked.wanted.named,
            "where": [condition.text() for condition in where],
            "position": position,
            "part": part,
            "layers": [layer.id for layer in chosen.layers],
        },
        source="areas as assembled by osmium; touching by intersection in longitude and latitude",
    )


def _about_layers(chosen: Chosen, found: FeatureSet) -> Iterator[Caveat]:
    for layer in chosen.layers:
        date = f"of {layer.period}" if layer.period else "of unknown date"
        newest = next((c.text for c in layer.caveats if c.code == "newest_edit"), None)
        hint = f" ({newest})" if newest and not layer.period else ""
        yield Caveat(code="map_date", text=f"the map data {layer.id} is {date}{hint}")
        if not chosen.complete:
            text = f"{layer.id} does not say where it is complete: it counts what it holds"
            none = ", and holding none there does not mean that there is none"
            yield Caveat(code="layer_extent_assumed", text=text + ("" if len(found) else none))
    if chosen.by_name is not None:
        yield _about_name(chosen.layers[0], chosen.by_name)
    if chosen.share < ENOUGH:
        text = f"{1 - chosen.share:.1%} of the region lies outside the map data held"
        yield Caveat(code="outside_map", text=text)
    if chosen.others:
        text = f"also held there, not used: {_names(chosen.others)}"
        yield Caveat(code="other_layers", text=text)


def _about_name(layer: Layer, by_name: ByName) -> Caveat:
    text = (
        f"features of layer {layer.id} carry no tags of the map; they are taken for "
        f"{by_name.asked.label} by its name"
    )
    for key, column in by_name.columns:
        text += f", and its column {column} for {key}"
    return Caveat(code="layer_by_name", text=text)


def _about_words(asked: Asked, *, by_part: bool) -> Iterator[Caveat]:
    if asked.loose is not None:
        yield Caveat(code="concept_loose", text=f"{asked.label}: {asked.loose}")
    if by_part:
        text = f"no name is {asked.wanted.named!r} alone; these names contain it"
        yield Caveat(code="name_contains", text=text)


def _about_features(
    found: FeatureSet, unknown: int, doubtful: int, where: Sequence[TagCondition]
) -> Iterator[Caveat]:
    columns = found.columns
    said = " and ".join(condition.text() for condition in where)
    cut = sum(columns.get("cut", []))
    for code, number, text in (
        ("without_id", columns["osm_id"].count(None), "have no id; each counts by itself"),
        ("repaired", sum(columns["repaired"]), "were invalid polygons and have been repaired"),
        ("edge", cut, "are cut by the region's edge; sizes are given whole and inside"),
        ("partial_place", sum(columns["partial"]), "are held and measured only in part"),
        ("place_unknown", doubtful, "more lie partly or wholly outside the map data held; "
         "whether they touch the region cannot be told"),
        ("condition_unknown", unknown, f"more do not say whether {said}; they are not counted"),
    ):  # fmt: skip
        if number:
            yield Caveat(code=code, text=f"{number:,} {text}")


def _names(layers: Sequence[Layer]) -> str:
    return ", ".join(layer.id for layer in layers)
