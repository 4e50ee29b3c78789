"""What of the texts of an untrusted file is kept: names of bands, and systems without their names.

A text that nobody needs is the easiest place to hide one in: for a model to read, or to leave in
what is handed on. What is kept has a use and a form.
"""

from __future__ import annotations

import re
from typing import Any

from pyproj import CRS, Transformer
from pyproj.crs import Datum  # type: ignore[attr-defined]  # it is there, and documented
from pyproj.exceptions import CRSError, ProjError

from store.scenes import Band

_BAND = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.\-]{0,23}", re.ASCII)
_WORDS = re.compile(r"[A-Za-z0-9 ()_\-]{1,80}", re.ASCII)
_ENUMERATED = {"$schema", "type", "subtype", "direction", "authority", "code"}
_AUTHORITIES = {"EPSG", "ESRI", "OGC", "IAU_2015", "IGNF"}
_UNITS = {"metre", "degree", "unity"}
_DROPPED = {"name", "abbreviation", "remarks", "scope", "area", "bbox", "usages"}


def plain_bands(bands: list[Band]) -> list[Band]:
    """Return bands with the names that look like names of bands; the others have none.

    >>> [b.name for b in plain_bands([Band(index=1, name="B8A", dtype="uint8")])]
    ['B8A']
    """
    return [
        band if band.name is None or _BAND.fullmatch(band.name)
        else band.model_copy(update={"name": None})
        for band in bands
    ]  # fmt: skip


def plain_crs(text: str | None) -> CRS | None:
    """Return a CRS of the same meaning, without names and remarks that anybody may have written.

    None when PROJ cannot place anything by it.

    >>> plain_crs("EPSG:32633").to_epsg()
    32633
    """
    if text is None:
        return None
    try:
        crs = CRS.from_user_input(text)
        if text.startswith("EPSG:"):
            return crs
        crs = CRS.from_json_dict(_plain(crs.to_json_dict(), ""))
        Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)
    except ProjError:
        return None
    return crs


def _plain(value: Any, key: str) -> Any:
    """Return a part of a PROJJSON text with no words but those PROJ itself knows."""
    if isinstance(value, list):
        return [_plain(one, key) for one in value]
    if not isinstance(value, dict):
        known = key in _ENUMERATED or not isinstance(value, str)
        return value if known or (key == "unit" and value in _UNITS) else None
    if key in ("id", "ids") and str(value.get("authority")) not in _AUTHORITIES:
        return None
    kept = {inner: _plain(held, inner) for inner, held in value.items() if inner not in _DROPPED}
    kept = {inner: held for inner, held in kept.items() if held is not None}
    if "name" in value:
        kept["name"] = _name(str(value["name"]), key)
    if "abbreviation" in value:
        kept["abbreviation"] = str(value.get("direction", ""))[:1]
    return kept


def _name(name: str, key: str) -> str:
    """Return a name where PROJ goes by it, else one of ours."""
    if key in ("method", "parameters"):
        return name if _WORDS.fullmatch(name) else "unnamed"
    if key in ("datum", "datum_ensemble", "members"):
        return name if _is_datum(name) else "unnamed"
    return "unnamed"


def _is_datum(name: str) -> bool:
    try:
        Datum.from_name(name)
    except CRSError:
        return False
    return True
