"""Features that bear one name, joined into one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from store.features.labels import cell, tags
from store.features.sets import FeatureSet


def by_name(
    features: FeatureSet, sizes: Sequence[float | None]
) -> tuple[FeatureSet, list[float], int]:
    """Join the lines of each name: their geometries together, their sizes added up.

    Left out are features without a name or size, and lines that are the outline of an area
    (tagged `area=yes`, or of a multipolygon): a square is no piece of a street.

    Returns:
        The groups in the order of their first feature, with `parts` (how many were joined);
        their sizes; and how many features were left out.
    """
    groups: dict[str, list[int]] = {}
    for row, size in enumerate(sizes):
        name = cell(features, "name", row)
        if name and size is not None and not _outline(tags(features, row)):
            groups.setdefault(str(name), []).append(row)
    rows = list(groups.values())
    shapes = [shapely.union_all(features.geometry[np.array(members)]) for members in rows]
    sums = [float(sum(sizes[row] or 0.0 for row in members)) for members in rows]
    joined = FeatureSet.of(
        features.frame, shapes,
        name=list(groups), parts=[len(members) for members in rows],
        osm_type=[None] * len(rows), osm_id=[None] * len(rows),
        tags=[cell(features, "tags", members[0]) for members in rows],
    )  # fmt: skip
    return joined, sums, len(features) - sum(len(members) for members in rows)


def _outline(held: dict[str, str]) -> bool:
    return held.get("area") == "yes" or held.get("type") in ("multipolygon", "boundary")
