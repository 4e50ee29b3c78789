"""Properties of GeoJSON features and table rows, read as an element's identity and tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from store.features.raw import LETTERS, ElementType, parse_element, parse_osm_id
from store.features.text import clean_tags, parse_hstore, value_text

_HSTORES = ("other_tags", "all_tags", "tags")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_IDS = ("@id", "osm_id", "osm_way_id", "id")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a feature is in OpenStreetMap; without an id it is a feature of its own."""

    osm_type: ElementType | None
    osm_id: int | None


def identity_of(
    properties: Mapping[str, Any], feature_id: Any, table_type: ElementType | None
) -> Identity:
    """Read type and id from the names that exports give them.

    Known are `@id` and `@type`, `osm_id` (negative for relations, as osm2pgsql has it) and
    `osm_type`, GDAL's `osm_way_id`, and ids such as `way/123`. A bare `id` counts only when
    the type stands beside it: other files number their rows so.

    Args:
        properties: Of one feature.
        feature_id: The `id` member of a GeoJSON feature, or None.
        table_type: What a table holds, where its name says so.
    """
    kind = _type_of(properties) or table_type
    for key in _IDS:
        value = properties.get(key)
        if isinstance(value, str) and (found := parse_element(value)):
            return Identity(*found)
        number = parse_osm_id(value)
        if number is None or (key == "id" and kind is None):
            continue
        if key == "osm_way_id":
            return Identity("way", number)
        if key == "osm_id" and number < 0 and kind in (None, "relation"):
            return Identity("relation", -number)
        return Identity(kind, number)
    if isinstance(feature_id, str) and (found := parse_element(feature_id)):
        return Identity(*found)
    number = parse_osm_id(feature_id) if kind is not None else None
    return Identity(kind, number)


def _type_of(properties: Mapping[str, Any]) -> ElementType | None:
    for key in ("@type", "osm_type", "type"):
        value = properties.get(key)
        if isinstance(value, str):
            found = LETTERS.get(value.strip().lower()[:1])
            if found is not None and (
                value.strip().lower() == found or (len(value.strip()) == 1 and key != "type")
            ):
                return found
    return None


def tags_of(properties: Mapping[str, Any], identity: Identity) -> dict[str, str]:
    """Return the tags among the properties, those in hstore columns and nested objects too."""
    pairs: dict[str, str] = {}
    for key, value in properties.items():
        if key in _HSTORES and isinstance(value, dict):
            pairs.update({str(inner): value_text(held) for inner, held in value.items()})
        elif key in _HSTORES and isinstance(value, str) and "=>" in value:
            pairs.update(parse_hstore(value))
    for key, value in properties.items():
        packed = key in _HSTORES and (
            isinstance(value, dict) or (isinstance(value, str) and "=>" in value)
        )
        if not packed and not _names_the_element(key, value, identity):
            pairs[str(key)] = value_text(value)
    return clean_tags(pairs.items())


def _names_the_element(key: str, value: Any, identity: Identity) -> bool:
    """Tell whether a property is about the record of the element rather than a tag of it."""
    if key.startswith("@") or key in ("osm_id", "osm_way_id", "osm_type"):
        return True
    if identity.osm_id is None:
        return False
    return (
        key == "id" and (value == identity.osm_id or parse_element(str(value)) is not None)
    ) or (key == "type" and value == identity.osm_type)


def edited(properties: Mapping[str, Any]) -> str | None:
    """Return when the element was last edited, as an ISO 8601 date, where `@timestamp` says so."""
    value = properties.get("@timestamp")
    if isinstance(value, str) and _DATE.match(value):
        return value[:10]
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**32:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d")
    return None
