"""Features of a GeoPackage (OGC 12-128), read row by row with SQLite alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.errors import BrokenFile, UnsupportedFormat
from store.features.text import clean_text

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)


@dataclass(frozen=True, slots=True)
class PackageTable:
    """A feature table: its geometry column, other columns, and the CRS as PROJ reads it."""

    name: str
    geometry: str
    columns: tuple[str, ...]
    crs: str


class GeoPackageFile:
    """A GeoPackage opened for reading only; nothing that the file defines is run."""

    def __init__(self, path: Path) -> None:
        self._name = clean_text(path.name)
        self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        self._db.execute("PRAGMA trusted_schema=OFF")
        self._db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            self.tables = self._tables()
        except sqlite3.Error as wrong:
            self._db.close()
            raise self._broken(wrong) from wrong
        if not self.tables:
            self._db.close()
            raise UnsupportedFormat(f"{self._name!r} holds no table of features")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def rows(self, table: PackageTable) -> Iterator[tuple[bytes | None, dict[str, Any]]]:
        """Return the WKB (in the table's CRS) and the other columns of each row, in order."""
        names = ", ".join(_quoted(column) for column in (table.geometry, *table.columns))
        try:
            for blob, *values in self._db.execute(
                f"SELECT {names} FROM {_quoted(table.name)} ORDER BY rowid"
            ):
                yield self._wkb(blob), dict(zip(table.columns, values, strict=True))
        except sqlite3.Error as wrong:
            raise self._broken(wrong) from wrong

    def _tables(self) -> list[PackageTable]:
        found = self._db.execute(
            "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, "
            "s.definition FROM gpkg_geometry_columns g "
            "JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id "
            "JOIN sqlite_master m ON m.name = g.table_name AND m.type = 'table' "
            "ORDER BY g.table_name"
        ).fetchall()
        return [
            PackageTable(name, shape, self._columns(name, shape), self._crs(name, body, code, wkt))
            for name, shape, body, code, wkt in found
        ]

    def _columns(self, table: str, geometry: str) -> tuple[str, ...]:
        info = self._db.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
        return tuple(name for _, name, _, _, _, primary in info if name != geometry and not primary)

    def _crs(self, table: str, organization: str, code: int, wkt: str) -> str:
        if code <= 0:
            raise UnsupportedFormat(
                f"table {clean_text(table)!r} of {self._name!r} has no coordinate system; "
                "assign one and save it again"
            )
        return f"EPSG:{code}" if organization.upper() == "EPSG" else wkt

    def _wkb(self, blob: object) -> bytes | None:
        """Return the WKB inside a GeoPackage geometry, None for an empty one."""
        if blob is None:
            return None
        if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
            raise BrokenFile(
                f"{self._name!r} holds a geometry that is not in GeoPackage form; export it again"
            )
        flags = blob[3]
        envelope = (flags >> 1) & 7
        if envelope >= len(_ENVELOPE_BYTES):
            raise BrokenFile(
                f"{self._name!r} holds a geometry with a broken header; export it again"
            )
        return None if flags & 16 else blob[8 + _ENVELOPE_BYTES[envelope] :]

    def _broken(self, wrong: sqlite3.Error) -> BrokenFile:
        return BrokenFile(
            f"{self._name!r} could not be read as a GeoPackage: {clean_text(str(wrong))}"
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
