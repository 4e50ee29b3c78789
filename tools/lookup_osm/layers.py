"""Which layers can tell about what is asked, and how much of the region they speak of.

An OpenStreetMap extract tells about everything within its box. Any other layer tells about what
it holds features of. A layer that is not complete counts what it holds, and never says "none".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn

import shapely
from shapely.geometry.base import BaseGeometry

from store.features.reader import Features
from store.geo import Region
from store.geo.measures import area_m2
from store.scenes import Layer
from tools.contract import Bench, ToolRefusal
from tools.lookup_osm.asked import Asked
from tools.lookup_osm.by_name import ByName, taken_by_name

ENOUGH = 0.99
_LISTED = 8
_MAPPED = {"highway", "building"}
_BESIDES = {"amenity", "shop", "landuse", "natural"}
"""Keys of an extract that was not cut down to some keys: the former two, one of the latter."""


@dataclass(frozen=True)
class Chosen:
    """The layers to ask, newest first, and what they can say of the region."""

    layers: tuple[Layer, ...]
    share: float
    """Share of the region within their extents; 1 when no region is asked about."""
    complete: bool
    """Whether they hold everything of the kind asked about there."""
    others: tuple[Layer, ...] = ()
    by_name: ByName | None = None
    """What the question comes to where a layer is taken for what it is called."""


def choose(
    bench: Bench,
    asked: Asked,
    region: Region | None,
    name: str | None,
    conditions: Collection[str] = (),
) -> Chosen:
    """Choose the layers that answer; refuses when none can, or when the choice is the person's.

    A layer is taken for what it is called only where no layer with tags can tell.
    """
    try:
        able = _able(bench, asked, region, name)
    except ToolRefusal as refusal:
        if refusal.code != "layer_cannot_tell":
            raise
        return _by_name(bench, asked, region, name, conditions) or _no_layer(refusal)
    if region is None:
        return _whole(able, asked)
    complete = [layer for layer in able if _complete_for(layer, asked)]
    candidates = complete or able
    shares = {layer.id: _share([layer], region) for layer in candidates}
    full = [layer for layer in candidates if shares[layer.id] >= ENOUGH]
    if full and complete:
        chosen = full[:1]
    elif len(candidates) > 1 and not complete:
        raise _which(candidates, asked)
    else:
        chosen = candidates
    others = tuple(layer for layer in able if layer not in chosen)
    return Chosen(tuple(chosen), _share(chosen, region), bool(complete), others)


def _no_layer(refusal: ToolRefusal) -> NoReturn:
    raise refusal


def _by_name(
    bench: Bench,
    asked: Asked,
    region: Region | None,
    name: str | None,
    conditions: Collection[str],
) -> Chosen | None:
    """Return the one layer that is called like what is asked about, None where there is none."""
    held = [bench.catalog.layer(name)] if name is not None else bench.catalog.layers()
    found: list[tuple[Layer, ByName]] = []
    for layer in held:
        if region is not None and not _share([layer], region) > 0:
            continue
        with bench.layer_features(layer) as features:
            taken = taken_by_name(layer, features, asked, conditions)
        if taken is not None:
            found.append((layer, taken))
    if len(found) > 1:
        raise _which([layer for layer, _ in found], asked)
    if not found:
        return None
    layer, taken = found[0]
    share = 1.0 if region is None else _share([layer], region)
    return Chosen((layer,), share, complete=False, by_name=taken)


def _able(bench: Bench, asked: Asked, region: Region | None, name: str | None) -> list[Layer]:
    """Return the layers there that can tell about what is asked, newest first, or refuse."""
    held = [bench.catalog.layer(name)] if name is not None else bench.catalog.layers()
    if not held:
        raise ToolRefusal(
            "no map data is held here; ingest an OpenStreetMap extract (.osm.pbf) or a GeoJSON "
            "of the area: elenchus ingest FILE --as osm",
            code="no_map",
        )
    here = held if region is None else [layer for layer in held if _share([layer], region) > 0]
    if not here:
        names = _listed(held)
        raise ToolRefusal(
            f"the region lies outside all map data held ({names}), so nothing is known of "
            f"{asked.label} there; ingest map data of that place",
            code="outside_map",
        )
    holding = [layer for layer in here if _holds(bench, layer, asked)]
    if asked.wanted.elements is not None and not holding:
        raise ToolRefusal(
            f"{asked.label} is not in {_listed(here)}; it may be mapped elsewhere or later",
            code="unknown_element",
        )
    if holding and region is None:
        return sorted(holding, key=_newest_first)
    able = [layer for layer in here if layer in holding or _can_say_none(bench, layer, asked)]
    if not able:
        raise ToolRefusal(_cannot_tell(bench, here, asked), code="layer_cannot_tell")
    return sorted(able, key=_newest_first)


def _holds(bench: Bench, layer: Layer, asked: Asked) -> bool:
    """Tell whether a layer has any feature of the kind asked about, wherever it lies."""
    if asked.everything:
        return True
    with bench.layer_features(layer) as features:
        return features.exists(asked.by_part_of_name().wanted)


def _can_say_none(bench: Bench, layer: Layer, asked: Asked) -> bool:
    """Tell whether a layer without any such feature may say so of its extent."""
    if not _complete_for(layer, asked):
        return False
    with bench.layer_features(layer) as features:
        return _is_whole_extract(features, asked)


def _is_whole_extract(features: Features, asked: Asked) -> bool:
    """Tell whether an extract that holds nothing of a kind was not filtered to hold other kinds.

    Wherever people map, roads, houses and other things are mapped; an extract without some of
    these was cut down to some keys. One that holds a key with several values was not cut down to
    values of it; of a key with a single value the others may have been left out.
    """
    keys = features.keys().keys()
    held = query_keys(asked) & keys
    if held:
        return all(len(features.values(key, most=2)) > 1 for key in held)
    return keys >= _MAPPED and bool(keys & _BESIDES)


def query_keys(asked: Asked) -> set[str]:
    """Return the keys that the elements asked for must carry."""
    query = asked.wanted.query
    if query is None:
        return set()
    return {c.key for group in query.any_of for c in group.all_of if c.absent == "refused"}


def _complete_for(layer: Layer, asked: Asked) -> bool:
    """Tell whether a layer claims to hold everything of the kind asked about in its extent."""
    if not layer.complete:
        return False
    if layer.source.driver == "OSM" or not layer.declared:
        return True
    query = asked.wanted.query
    return query is None or query.matches(layer.declared)


def _whole(able: Sequence[Layer], asked: Asked) -> Chosen:
    if len(able) > 1 and asked.wanted.elements is None:
        raise _which(able, asked)
    return Chosen((able[0],), 1.0, _complete_for(able[0], asked))


def _which(layers: Sequence[Layer], asked: Asked) -> ToolRefusal:
    return ToolRefusal(
        f"{len(layers)} layers hold {asked.label} ({_listed(layers)}); name the one that is meant, "
        "or a region that only one of them covers",
        code="which_layer",
    )


def _cannot_tell(bench: Bench, layers: Sequence[Layer], asked: Asked) -> str:
    with bench.layer_features(layers[0]) as features:
        keys = sorted(features.keys().items(), key=lambda item: (-item[1], item[0]))
    about = layers[0].declared or dict.fromkeys(key for key, _ in keys[:3])
    return (
        f"the map data held there ({_listed(layers)}) holds only features of {', '.join(about)}; "
        f"it cannot tell about {asked.label}. Ingest an OpenStreetMap extract (.osm.pbf)"
    )


def _listed(layers: Sequence[Layer]) -> str:
    more = f" and {len(layers) - _LISTED} more" if len(layers) > _LISTED else ""
    return ", ".join(layer.id for layer in layers[:_LISTED]) + more


def _newest_first(layer: Layer) -> tuple[bool, float, str]:
    start = 0.0 if layer.period is None else -layer.period.start.timestamp()
    return layer.period is None, start, layer.id


def _share(layers: Sequence[Layer], region: Region) -> float:
    """Return the share of a region that lies within the extents of layers."""
    extents: list[BaseGeometry] = [
        layer.extent.area for layer in layers if layer.extent is not None
    ]
    around = shapely.union_all(extents)
    if shapely.covers(around, region.area):
        return 1.0
    return min(1.0, area_m2(shapely.intersection(around, region.area)) / region.size())
