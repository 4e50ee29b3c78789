"""What one feature of a set is called, and its tags."""

from __future__ import annotations

import json
import math
from typing import Any

from store.features.sets import FeatureSet


def element_name(features: FeatureSet, row: int) -> str | None:
    """Return `way/123`, `123` when the type is unknown, or None for a feature without an id."""
    number = cell(features, "osm_id", row)
    if number is None:
        return None
    kind = cell(features, "osm_type", row)
    return f"{kind}/{int(number)}" if kind else str(int(number))


def label(features: FeatureSet, row: int) -> str:
    """Return the name of a feature, else its id, else its number in the set (from 1)."""
    name = cell(features, "name", row)
    return str(name) if name else element_name(features, row) or f"#{row + 1}"


def tags(features: FeatureSet, row: int) -> dict[str, str]:
    """Return the tags of a feature, none when the set has no tags."""
    text = cell(features, "tags", row)
    return dict(json.loads(text)) if text else {}


def cell(features: FeatureSet, column: str, row: int) -> Any:
    """Return a value of a column, None where it is missing (NaN after a round trip counts so)."""
    values = features.columns.get(column)
    if values is None:
        return None
    value = values[row]
    return None if isinstance(value, float) and math.isnan(value) else value
