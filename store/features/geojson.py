"""Features of a GeoJSON file, read one by one however large the file is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any, NoReturn, TextIO

from store.errors import BrokenFile, TooLarge, UnsupportedFormat
from store.features.text import clean_text

_CHUNK = 1 << 20
LARGEST_FEATURE = 64 << 20
"""Most characters of one feature."""
_GAP = re.compile(r"[\s,]*")
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d+)$", re.IGNORECASE)
_SCALAR = r'"[^"]+"\s*:\s*(?:"[^"]*"|[-\d.eE]+|null)\s*'
_LATE_CRS = re.compile(
    rf'\]\s*,\s*(?:{_SCALAR},\s*)*"crs"\s*:\s*(\{{.*\}})\s*(?:,\s*{_SCALAR})*\}}\s*$', re.DOTALL
)
_CRS84 = re.compile(r"(CRS84|EPSG:(?:[\d.]*:)?4326)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GeoJsonCrs:
    """The CRS member of a file; coordinates are always x (east) first in GeoJSON."""

    text: str | None

    @property
    def is_lonlat(self) -> bool:
        """Tell whether coordinates are longitude and latitude on WGS84."""
        return self.text is None or _CRS84.search(self.text) is not None

    @property
    def for_proj(self) -> str:
        """Return a name that PROJ knows."""
        found = _EPSG.match(self.text or "")
        return f"EPSG:{found[1]}" if found else str(self.text)


class GeoJsonFile:
    """A GeoJSON file: `crs` first, then its features in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.crs = self._find_crs()

    def features(self) -> Iterator[dict[str, Any]]:
        """Return the features one by one; raises BrokenFile where the text is not GeoJSON."""
        seen = False
        for key, value in self._members():
            seen = (
                seen
                or key == "features"
                or (key == "type" and value in ("Feature", "FeatureCollection"))
            )
            if key == "features" and isinstance(value, dict):
                yield value
            if key == "" and value.get("type") == "Feature":
                yield value
        if not seen:
            raise UnsupportedFormat(
                f"{self._name!r} is JSON but no GeoJSON FeatureCollection; "
                'save it as one with a "features" list'
            )

    def _find_crs(self) -> GeoJsonCrs:
        """Look for the CRS member before the features, then at the end of the file."""
        for key, value in self._members(stop_at_features=True):
            if key == "crs":
                return GeoJsonCrs(_crs_name(value))
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - 65_536))
            tail = file.read().decode("utf-8", "replace")
        found = _LATE_CRS.search(tail)
        if found is None:
            return GeoJsonCrs(None)
        try:
            return GeoJsonCrs(_crs_name(JSONDecoder().raw_decode(found[1])[0]))
        except JSONDecodeError:
            return GeoJsonCrs(None)

    def _members(self, *, stop_at_features: bool = False) -> Iterator[tuple[str, Any]]:
        """Return the members of the top object; each item of `features` as ("features", item).

        A file that is one single Feature comes whole, under the key "".
        """
        try:
            with self.path.open(encoding="utf-8-sig") as file:
                yield from _Scanner(file, self._name).members(stop_at_features=stop_at_features)
        except UnicodeDecodeError as wrong:
            raise BrokenFile(
                f"{self._name!r} is not UTF-8 text: {wrong.reason} at byte {wrong.start}"
            ) from wrong

    @property
    def _name(self) -> str:
        return clean_text(self.path.name)


class _Scanner:
    """Reads JSON values off a text in pieces."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name = file, name
        self._text, self._at, self._ended = "", 0, False
        self._decoder = JSONDecoder(parse_constant=self._no_constant)

    def members(self, *, stop_at_features: bool) -> Iterator[tuple[str, Any]]:
        whole: dict[str, Any] = {}
        if self._next() != "{":
            self._wrong("it does not start with '{'")
        self._at += 1
        while self._next() != "}":
            key = self._value()
            if not isinstance(key, str) or self._next() != ":":
                self._wrong("a member's name and ':' are expected")
            self._at += 1
            if key == "features" and self._next() == "[":
                if stop_at_features:
                    return
                yield "features", None
                yield from (("features", item) for item in self._items())
            else:
                whole[key] = self._value()
                yield key, whole[key]
        if whole.get("type") == "Feature":
            yield "", whole

    def _items(self) -> Iterator[Any]:
        self._at += 1
        while self._next() != "]":
            item = self._value()
            if not isinstance(item, dict):
                self._wrong("an item of the features list is no object")
            yield item
        self._at += 1

    def _next(self) -> str:
        """Return the next character that is no space or comma, without taking it."""
        while True:
            self._at = _GAP.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                self._wrong("it ends in the middle")

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except JSONDecodeError as wrong:
                if not self._more():
                    self._wrong(wrong.msg)
                continue
            except RecursionError:
                self._wrong("it is nested too deep")
            except ValueError as wrong:
                self._wrong(str(wrong))
            if end == len(self._text) and self._more():  # a number may go on
                continue
            self._at = end
            return value

    def _more(self) -> bool:
        """Read as much again as is waiting, so that a long value is not read over and over."""
        if len(self._text) - self._at > LARGEST_FEATURE:
            raise TooLarge(
                f"{self._name!r} holds one feature of more than {LARGEST_FEATURE >> 20} MiB; "
                "simplify it"
            )
        read = self._file.read(max(_CHUNK, len(self._text) - self._at))
        self._text = self._text[self._at :] + read
        self._at = 0
        return bool(read)

    def _no_constant(self, text: str) -> NoReturn:
        raise ValueError(f"{text} is no JSON number")

    def _wrong(self, why: str) -> NoReturn:
        raise BrokenFile(f"{self._name!r} is not whole and true GeoJSON: {why}; export it again")


def _crs_name(member: Any) -> str | None:
    """Return the name in a CRS member (GeoJSON 2008), None for null."""
    if member is None:
        return None
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    if not isinstance(name, str):
        raise UnsupportedFormat(
            f"the crs member {clean_text(json.dumps(member))!r} names no coordinate system; "
            "write the file in longitude and latitude (RFC 7946) and leave the member out"
        )
    return clean_text(name)
