"""What is true of a scene and its map, as counts, lists and GeoJSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from world.mapping import Drawn, drawn, is_displaced
from world.palette import NAMES
from world.place import lonlat_points, scene_box
from world.things import PIXEL_M, Block, Box, Building, Lives, is_there
from world.town import Town

_COUNTED_KEYS = ("name", "addr:housenumber", "addr:street", "layer", "height")
"""Keys whose values are not counted one by one."""


class Thing(NamedTuple):
    """One thing that touches a scene, in columns and rows from the middle of the world."""

    id: str
    kind: str
    shape: BaseGeometry
    there: tuple[bool, bool]
    properties: dict[str, Any]


@dataclass
class DateTruth:
    """What one scene shows; a thing counts when it touches the scene."""

    buildings: int = 0
    buildings_with_centre_inside: int = 0
    building_area_m2: float = 0.0
    """Of all roofs, cut at the scene's edge, on the map's plane."""
    trees: int = 0
    cars: int = 0
    boats: int = 0
    ships: int = 0
    tanks: int = 0
    ground: dict[str, int] = field(default_factory=dict)
    """How many blocks have each ground."""


@dataclass
class ChangeTruth:
    """What is different at the second date."""

    built: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    ground: list[tuple[str, str, str]] = field(default_factory=list)
    """Block, ground before, ground after."""
    building_area_m2: float = 0.0
    """Of buildings built and removed, cut at the scene's edge."""
    area_m2: float = 0.0
    """Of these buildings and grounds together, overlaps once; cars and shadows are not in it."""


@dataclass
class MapTruth:
    """What the map holds and where it is wrong; elements count when they touch the scene."""

    elements: int = 0
    keys: dict[str, int] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    """Buildings of the second date that the map lacks."""
    gone: list[str] = field(default_factory=list)
    """Buildings on the map that are gone at the second date."""
    displaced: list[str] = field(default_factory=list)
    unnamed: dict[str, int] = field(default_factory=dict)
    """Elements without a name, by tag, where others of the tag have one."""
    equal_names: dict[str, int] = field(default_factory=dict)
    """Names that several things have; a street that lies in pieces is one thing."""


@dataclass
class Truth:
    """Everything that is known of a scene of the town at two dates."""

    seed: int
    size: int
    dates: tuple[DateTruth, DateTruth]
    changes: ChangeTruth
    map: MapTruth

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)


def things(town: Town, size: int, *, cars: bool = True) -> Iterator[Thing]:
    """Yield all that touches a scene, block by block; without what moves when `cars` is false."""
    frame = scene_box(size)
    shapely.prepare(frame)
    low, high = -(size // 2), size - size // 2
    for block in town.blocks_in(low, low, high, high):
        for thing in _of_block(town, block, cars=cars):
            if frame.intersects(thing.shape):
                yield thing
    for thing in _afloat(town, low, high) if cars else ():
        if frame.intersects(thing.shape):
            yield thing


def truth_of(town: Town, size: int) -> Truth:
    """Count what a scene shows at both dates, what changed, and what the map says."""
    frame, dates = scene_box(size), (DateTruth(), DateTruth())
    changes, buildings = ChangeTruth(), {}
    changed: list[BaseGeometry] = []
    for thing in things(town, size):
        for date, told in enumerate(dates):
            if thing.there[date]:
                _count(told, thing, frame, date)
        if thing.kind == "building":
            buildings[thing.id] = thing
            if thing.there[0] != thing.there[1]:
                (changes.built if thing.there[1] else changes.removed).append(thing.id)
                changes.building_area_m2 += _within(thing.shape, frame)
                changed.append(thing.shape)
        if thing.kind == "block" and thing.properties["before"] != thing.properties["after"]:
            changes.ground.append((thing.id, thing.properties["before"], thing.properties["after"]))
            changed.append(thing.shape)
    changes.area_m2 = _within(shapely.union_all(changed), frame)
    return Truth(town.seed, size, dates, changes, _map_truth(town, size, buildings))


def write_things(town: Town, size: int, date: int, path: Path) -> None:
    """Write all that one scene shows as GeoJSON, one feature a line."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [\n')
        first = True
        for thing in things(town, size):
            if thing.there[date]:
                file.write(("" if first else ",\n") + json.dumps(_feature(thing), sort_keys=True))
                first = False
        file.write("\n]}\n")


def write_changes(town: Town, size: int, path: Path) -> None:
    """Write what was built and removed, and where the ground changed, as GeoJSON."""
    features = []
    for thing in things(town, size, cars=False):
        if thing.there[0] != thing.there[1]:
            features.append(_feature(thing) | {"change": "new" if thing.there[1] else "gone"})
        elif thing.kind == "block" and thing.properties["before"] != thing.properties["after"]:
            features.append(_feature(thing) | {"change": "ground"})
    for feature in features:
        feature["properties"]["change"] = feature.pop("change")
    lines = ",\n".join(json.dumps(feature, sort_keys=True) for feature in features)
    path.write_text(
        f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', encoding="utf-8"
    )


def _of_block(town: Town, block: Block, *, cars: bool) -> Iterator[Thing]:
    plan = town.plan
    before, after = (NAMES[ground] for ground in block.ground)
    if not (block.wet and town.is_under_water(block)):
        use = {"use": block.use, "before": before, "after": after}
        name, shape = f"{block.i}.{block.j}", _polygon(town, block.box)
        yield Thing(name, "block", shape, (True, True), use)
    for building in block.buildings:
        yield Thing(
            building.id,
            "building",
            _footprint(town, building),
            _there(building.lives),
            {"mapped": building.mapped, **dict(building.tags)},
        )
    for tree in block.trees:
        crown = shapely.Point(plan.point(tree.u, tree.v)).buffer(tree.radius, 8)
        yield Thing(tree.id, "tree", crown, _there(tree.lives), {"mapped": tree.mapped})
    for area in block.areas:
        if area.tags:
            yield Thing(
                area.id, "area", _polygon(town, area.box), _there(area.lives), dict(area.tags)
            )
    for tank in block.tanks:
        roof = shapely.Point(plan.point(tank.u, tank.v)).buffer(tank.radius, 8)
        yield Thing(tank.id, "tank", roof, (True, True), {"mapped": tank.mapped})
    for spot in block.spots:
        yield Thing(
            spot.id,
            "place",
            shapely.Point(plan.point(spot.u, spot.v)),
            (True, True),
            dict(spot.tags),
        )
    for date in (0, 1) if cars else ():
        for n, car in enumerate(town.cars(block.i, block.j, date)):
            there = (date == 0, date == 1)
            yield Thing(
                f"c{block.i}.{block.j}.{date}.{n}", "car", _polygon(town, car.box), there, {}
            )


def _afloat(town: Town, low: int, high: int) -> Iterator[Thing]:
    """Yield boats and ships; like cars, each date has its own."""
    for date in (0, 1):
        for vessel in town.harbour.vessels(low, low, high, high, date):
            there = (date == 0, date == 1)
            kind = "ship" if vessel.ship else "boat"
            size = {"length_m": round(vessel.length * PIXEL_M, 2)}
            yield Thing(vessel.id, kind, shapely.Polygon(vessel.outline), there, size)


def _there(lives: Lives) -> tuple[bool, bool]:
    return is_there(lives, 0), is_there(lives, 1)


def _polygon(town: Town, box: Box) -> shapely.Polygon:
    corners = ((box.u0, box.v0), (box.u1, box.v0), (box.u1, box.v1), (box.u0, box.v1))
    return shapely.Polygon([town.plan.point(u, v) for u, v in corners])


def _footprint(town: Town, building: Building) -> shapely.Polygon:
    outline, hole = (
        [town.plan.point(u, v) for u, v in ring] for ring in (building.outline, building.hole)
    )
    return shapely.Polygon(outline, [hole] if hole else None)


def _within(shape: BaseGeometry, frame: shapely.Polygon) -> float:
    """Return the area in m² of the part within a scene."""
    return float(shape.intersection(frame).area) * PIXEL_M**2


def _count(told: DateTruth, thing: Thing, frame: shapely.Polygon, date: int) -> None:
    if thing.kind == "building":
        told.buildings += 1
        told.buildings_with_centre_inside += bool(frame.contains(thing.shape.centroid))
        told.building_area_m2 += _within(thing.shape, frame)
    elif thing.kind == "tree":
        told.trees += 1
    elif thing.kind in ("car", "boat", "ship", "tank"):
        plural = f"{thing.kind}s"
        setattr(told, plural, getattr(told, plural) + 1)
    elif thing.kind == "block":
        name = thing.properties["after" if date else "before"]
        told.ground[name] = told.ground.get(name, 0) + 1


def _map_truth(town: Town, size: int, buildings: dict[str, Thing]) -> MapTruth:
    frame, told = scene_box(size), MapTruth()
    keys: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    unnamed: Counter[str] = Counter()
    named: set[str] = set()
    names: defaultdict[str, set[str]] = defaultdict(set)
    for element in drawn(town, size):
        if not frame.intersects(element.shape()):
            continue
        told.elements += 1
        keys.update(key for key, _ in element.tags)
        tags.update(f"{key}={value}" for key, value in element.tags if key not in _COUNTED_KEYS)
        first = "=".join(element.tags[0])
        name = dict(element.tags).get("name")
        if name is None:
            unnamed[first] += 1
        else:
            named.add(first)
            names[name].add(_thing_named(element))
    _flaws(told, buildings)
    told.keys, told.tags = dict(sorted(keys.items())), dict(sorted(tags.items()))
    told.unnamed = {tag: count for tag, count in sorted(unnamed.items()) if tag in named}
    told.equal_names = {name: len(of) for name, of in sorted(names.items()) if len(of) > 1}
    return told


def _thing_named(element: Drawn) -> str:
    """Return what bears the name: pieces of a street, and the river's line and water, are one."""
    if element.of.startswith("street"):
        return element.of.rpartition(".")[0]
    return "river" if element.of.startswith(("river", "water")) else element.of


def _flaws(told: MapTruth, buildings: dict[str, Thing]) -> None:
    for name, thing in buildings.items():
        mapped = thing.properties["mapped"]
        if thing.there[1] and not mapped:
            told.unmapped.append(name)
        if mapped and not thing.there[1]:
            told.gone.append(name)
        if mapped and is_displaced(name):
            told.displaced.append(name)


def _feature(thing: Thing) -> dict[str, Any]:
    """Return a thing as GeoJSON."""
    shape = shapely.transform(thing.shape, lambda points: np.array(lonlat_points(points.tolist())))
    return {
        "type": "Feature",
        "id": thing.id,
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": {"kind": thing.kind, **thing.properties},
    }
