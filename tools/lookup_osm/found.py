"""What was found, measured: counts, areas and lengths, whole and inside the region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from store.features.sets import FeatureSet
from store.geo import Region
from store.geo.measures import area_m2, areas_m2, length_m
from tools.contract import Quantity, at_least


def merged(sets: Sequence[FeatureSet], layers: Sequence[str]) -> FeatureSet:
    """Put the features of several layers into one set; an element held by several is one.

    The first layer's copy is kept, unless only a later one holds the whole of it.
    """
    rows: list[tuple[int, int]] = []
    of_id: dict[tuple[str | None, int], int] = {}
    for i, features in enumerate(sets):
        for j, (kind, number) in enumerate(_ids(features)):
            known = None if number is None else _known(of_id, kind, number)
            if known is None:
                if number is not None:
                    of_id[kind, number] = len(rows)
                rows.append((i, j))
            elif _partial(sets, rows[known]) and not _partial(sets, (i, j)):
                rows[known] = (i, j)
    names = list(sets[0].columns)
    columns: dict[str, list[Any]] = {
        name: [sets[i].columns[name][j] for i, j in rows] for name in names
    }
    columns["layer"] = [layers[i] for i, _ in rows]
    return FeatureSet.of(sets[0].frame, [sets[i].geometry[j] for i, j in rows], **columns)


def _ids(features: FeatureSet) -> Iterator[tuple[str | None, int | None]]:
    return zip(features.columns["osm_type"], features.columns["osm_id"], strict=True)


def _known(of_id: dict[tuple[str | None, int], int], kind: str | None, number: int) -> int | None:
    """Return the row of an element; one whose type a layer does not say is the one of that id."""
    if (kind, number) in of_id:
        return of_id[kind, number]
    if kind is not None:
        return of_id.get((None, number))
    typed = [of_id[k, number] for k in ("node", "way", "relation") if (k, number) in of_id]
    return typed[0] if len(typed) == 1 else None


def _partial(sets: Sequence[FeatureSet], row: tuple[int, int]) -> bool:
    return bool(sets[row[0]].columns["partial"][row[1]])


def placed_in(features: FeatureSet, region: Region) -> FeatureSet:
    """Add what of each feature lies in the region: its centre, its area (m²), its length (m)."""
    area = region.area
    shapely.prepare(area)
    whole = shapely.covers(area, features.geometry)
    centres = shapely.points(
        np.array(features.columns["lon"], dtype=float),
        np.array(features.columns["lat"], dtype=float),
    )
    inside = [
        shape if held else shapely.intersection(area, shape)
        for shape, held in zip(features.geometry, whole, strict=True)
    ]
    return features.with_columns(
        centre_inside=[bool(held) for held in shapely.intersects(area, centres)],
        cut=[not bool(held) for held in whole],
        area_inside_m2=_parts_inside(features.columns["area_m2"], inside, whole, area_m2),
        length_inside_m=_parts_inside(features.columns["length_m"], inside, whole, length_m),
    )


def _parts_inside(
    sizes: Sequence[float | None], inside: Sequence[BaseGeometry], whole: Any, measure: Any
) -> list[float | None]:
    return [
        size if size is None or held else float(measure(part))
        for size, part, held in zip(sizes, inside, whole, strict=True)
    ]


def counts(
    features: FeatureSet, of: str, region: Region | None, unknown: int = 0
) -> Iterator[Quantity]:
    """Count the features: all, with the centre inside, cut by the edge, named, without an id.

    Args:
        features: Placed in the region when there is one.
        of: What they are called.
        region: The area asked about.
        unknown: How many more may be among them, as the map does not say.
    """
    columns = features.columns

    def counted(name: str, number: int) -> Quantity:
        return Quantity(name=name, of=of, value=number, unit="count", interval="exact")

    if unknown:
        yield at_least("count", len(features), unknown, of)
    else:
        yield counted("count", len(features))
    if region is not None:
        yield counted("count_centre_inside", sum(columns["centre_inside"]))
        yield counted("count_cut", sum(columns["cut"]))
    yield counted("count_without_id", sum(number is None for number in columns["osm_id"]))
    yield counted("named_count", sum(name is not None for name in columns["name"]))


def sizes(
    features: FeatureSet, of: str, region: Region | None, *, covers_nothing: bool
) -> Iterator[Quantity]:
    """Measure areas and lengths, whole and inside, where the features have any.

    Args:
        features: Placed in the region when there is one.
        of: What they are called.
        region: The area asked about.
        covers_nothing: Whether no features means that none of the region is covered.
    """

    def size(name: str, value: float, unit: Any) -> Quantity:
        return Quantity(name=name, of=of, value=value, unit=unit)

    areas = [area for area in features.columns["area_m2"] if area is not None]
    lengths = [length for length in features.columns["length_m"] if length is not None]
    if areas:
        yield size("area_whole", float(sum(areas)), "m2")
    if lengths:
        yield size("length_whole", float(sum(lengths)), "m")
    if region is None:
        return
    asked_m2 = region.size()
    yield size("region_area", asked_m2, "m2")
    yield size("density", len(features) / asked_m2, "1/m2")
    if lengths:
        inside = [length for length in features.columns["length_inside_m"] if length is not None]
        yield size("length_inside", float(sum(inside)), "m")
    if areas or covers_nothing:
        covered_m2 = min(union_inside_m2(features, region), asked_m2)
        yield size("area_inside", covered_m2, "m2")
        yield size("share", covered_m2 / asked_m2, "1")


def union_inside_m2(features: FeatureSet, region: Region) -> float:
    """Return the area in m² of the union of the polygons, clipped to the region."""
    rows = [i for i, area in enumerate(features.columns["area_m2"]) if area is not None]
    if not rows:
        return 0.0
    shapes = np.array([_polygonal(features.geometry[i]) for i in rows], dtype=object)
    cut = np.array([features.columns["cut"][i] for i in rows])
    shapes[cut] = shapely.intersection(region.area, shapes[cut])
    union = shapely.union_all(np.array([_polygonal(shape) for shape in shapes], dtype=object))
    return float(areas_m2([union])[0])


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry alone."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    areas = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    return shapely.union_all(areas) if areas else shapely.Polygon()
