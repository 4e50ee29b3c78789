"""The index of a layer's features in the making: pieces in, one SQLite file with an R*Tree out.

The same pieces in the same order give the same bytes. Memory is bounded: pieces wait in a
temporary file, and what must be sorted is sorted by SQLite outside memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from store.features.raw import (
    ELEMENT_TYPES,
    Place,
    RawFeature,
    centre_of,
    joined,
    made_valid,
    z_order,
)
from store.features.text import folded, name_keys
from store.geo.measures import area_m2, length_m

FORMAT = "elenchus-features-1"
BATCH = 2_000
_CACHE_KIB = 65_536

_RAW = """
CREATE TABLE piece(seq INTEGER PRIMARY KEY, type INTEGER, id INTEGER, tags TEXT NOT NULL, wkb BLOB,
                   place INTEGER NOT NULL, repaired INTEGER NOT NULL);
CREATE TABLE member(relation INTEGER NOT NULL, type INTEGER NOT NULL, id INTEGER NOT NULL);
CREATE TABLE merged(seq INTEGER PRIMARY KEY, z INTEGER NOT NULL, type INTEGER, id INTEGER,
                    name TEXT, tags TEXT NOT NULL, wkb BLOB, lon REAL, lat REAL,
                    area_m2 REAL, length_m REAL,
                    west REAL, south REAL, east REAL, north REAL, flags INTEGER NOT NULL);
CREATE TABLE loose_tag(key TEXT NOT NULL, value TEXT NOT NULL, fid INTEGER NOT NULL);
"""
_FINAL = """
CREATE TABLE element(fid INTEGER PRIMARY KEY, osm_type INTEGER, osm_id INTEGER, name TEXT,
                     tags TEXT NOT NULL, wkb BLOB, lon REAL, lat REAL,
                     area_m2 REAL, length_m REAL, flags INTEGER NOT NULL);
CREATE INDEX element_id ON element(osm_id) WHERE osm_id IS NOT NULL;
CREATE TABLE tag(key TEXT NOT NULL, value TEXT NOT NULL, fid INTEGER NOT NULL,
                 PRIMARY KEY(key, value, fid)) WITHOUT ROWID;
CREATE TABLE named(folded TEXT NOT NULL, fid INTEGER NOT NULL,
                   PRIMARY KEY(folded, fid)) WITHOUT ROWID;
CREATE TABLE loose(fid INTEGER PRIMARY KEY);
CREATE TABLE key_count(key TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE box USING rtree(fid, west, east, south, north);
"""

_PRAGMAS = (
    "page_size=4096", "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE",
    "temp_store=FILE", f"cache_size=-{_CACHE_KIB}", "trusted_schema=OFF",
)  # fmt: skip

# shapely's type ids of polygons and of lines, multiple ones and collections among both
_WITH_AREA, _WITH_LENGTH = frozenset((3, 6, 7)), frozenset((1, 2, 5, 7))

REPAIRED, PARTIAL = 1, 2
"""Bits of `flags`."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What went into an index: elements, and how many of them need a word."""

    pieces: int
    count: int
    without_id: int
    without_place: int
    partial: int
    repaired: int
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north of all places; None when no feature has one."""


class FeatureWriter:
    """Collects pieces in `scratch` and writes the finished index to `target`."""

    def __init__(
        self, scratch: Path, target: Path, check: Callable[[], None] = lambda: None
    ) -> None:
        self._target = target
        self._check = check
        self._db = sqlite3.connect(scratch, isolation_level=None)
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        self._make_tables(_RAW)
        self._waiting: list[tuple[Any, ...]] = []

    def _make_tables(self, statements: str) -> None:
        for statement in statements.split(";"):
            self._db.execute(statement)

    def close(self) -> None:
        """Let go of the scratch file."""
        self._db.close()

    def add(self, piece: RawFeature) -> None:
        """Take one piece."""
        kind = None if piece.osm_type is None else ELEMENT_TYPES.index(piece.osm_type)
        place = piece.place if piece.wkb is not None else Place.NONE
        tags = json.dumps(piece.tags, ensure_ascii=False, separators=(",", ":"))
        self._waiting.append((kind, piece.osm_id, tags, piece.wkb, int(place), int(piece.repaired)))
        if len(self._waiting) >= BATCH:
            self._flush()

    def add_members(self, relation: int, members: Iterable[tuple[int, int]]) -> None:
        """Note the members (index of the element type, id) of a relation, in case it is no area."""
        self._db.executemany(
            "INSERT INTO member VALUES (?, ?, ?)", ((relation, kind, ref) for kind, ref in members)
        )

    def _flush(self) -> None:
        self._check()
        self._db.executemany(
            "INSERT INTO piece(type, id, tags, wkb, place, repaired) VALUES (?, ?, ?, ?, ?, ?)",
            self._waiting,
        )
        self._waiting.clear()

    def finish(self) -> Summary:
        """Join pieces, measure, index and write the target."""
        self._flush()
        self._db.execute("CREATE INDEX piece_id ON piece(id, type)")
        self._db.execute("CREATE INDEX member_of ON member(relation)")
        self._merge()
        self._make_tables(_FINAL)
        self._sort()
        self._index_tags()
        summary = self._summary()
        self._db.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
        for table in ("piece", "member", "merged", "loose_tag"):
            self._db.execute(f"DROP TABLE {table}")
        self._db.execute("COMMIT")
        self._db.execute("VACUUM INTO ?", (str(self._target),))
        return summary

    def _merge(self) -> None:
        batch: list[_Element] = []
        for element in self._elements():
            batch.append(element)
            if len(batch) >= BATCH:
                self._write_merged(batch)
                batch = []
        self._write_merged(batch)

    def _elements(self) -> Iterator[_Element]:
        """Return the pieces of each element joined; features without an id each for themselves."""
        columns = "type, id, tags, wkb, place, repaired"
        known = self._db.execute(
            f"SELECT {columns} FROM piece WHERE id IS NOT NULL ORDER BY id, type, seq"
        )
        for (kind, number), rows in groupby(known, key=lambda row: (row[0], row[1])):
            yield self._element(kind, number, list(rows))
        for row in self._db.execute(f"SELECT {columns} FROM piece WHERE id IS NULL ORDER BY seq"):
            yield self._element(row[0], None, [row])

    def _element(
        self, kind: int | None, number: int | None, rows: list[tuple[Any, ...]]
    ) -> _Element:
        tags: dict[str, str] = {}
        for row in rows:
            for key, value in json.loads(row[2]).items():
                tags.setdefault(key, value)
        best = max(row[4] for row in rows)
        repaired = any(row[5] for row in rows if row[4] == best)
        if best == Place.NONE:
            geometry = self._of_members(number) if kind == 2 and number is not None else None
            partial = geometry is not None and self._lacks_members(number)
            return _Element(kind, number, dict(sorted(tags.items())), geometry, partial, repaired)
        geometry = joined(list(shapely.from_wkb([row[3] for row in rows if row[4] == best])))
        if best == Place.OUTLINE:
            geometry, repaired = made_valid(shapely.Polygon(shapely.get_coordinates(geometry)))
        return _Element(
            kind, number, dict(sorted(tags.items())), geometry, best == Place.PARTIAL, repaired
        )

    def _of_members(self, relation: int) -> BaseGeometry | None:
        """Return the places of the nodes and ways that are members and are held."""
        rows = self._db.execute(
            "SELECT DISTINCT p.wkb FROM member m JOIN piece p ON p.id = m.id AND p.type = m.type "
            "WHERE m.relation = ? AND m.type < 2 AND p.wkb IS NOT NULL ORDER BY p.seq",
            (relation,),
        ).fetchall()
        parts = [leaf for row in rows for leaf in shapely.get_parts(shapely.from_wkb(row[0]))]
        kinds = {part.geom_type for part in parts}
        if kinds == {"LineString"}:
            return shapely.MultiLineString(parts)
        return shapely.GeometryCollection(parts) if parts else None

    def _lacks_members(self, relation: int | None) -> bool:
        """Tell whether a way or relation among the members has no whole place here."""
        found = self._db.execute(
            "SELECT 1 FROM member m WHERE m.relation = ? AND m.type > 0 AND NOT EXISTS "
            "(SELECT 1 FROM piece p WHERE p.id = m.id AND p.type = m.type AND p.place > ?) LIMIT 1",
            (relation, int(Place.PARTIAL)),
        )
        return found.fetchone() is not None

    def _write_merged(self, batch: list[_Element]) -> None:
        self._check()
        placed = [one for one in batch if one.geometry is not None and not one.geometry.is_empty]
        rows = dict(zip(map(id, placed), _measured(placed), strict=True))
        nowhere = (2**62, *[None] * 9)
        self._db.executemany(
            "INSERT INTO merged(type, id, name, tags, flags, z, wkb, lon, lat, area_m2, length_m, "
            "west, south, east, north) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*one.described(), *rows.get(id(one), nowhere)) for one in batch],
        )

    def _sort(self) -> None:
        """Number the elements along a space-filling curve, those without a place last."""
        self._db.execute(
            "INSERT INTO element(osm_type, osm_id, name, tags, wkb, lon, lat, area_m2, length_m, "
            "flags) SELECT type, id, name, tags, wkb, lon, lat, area_m2, length_m, flags "
            "FROM merged ORDER BY z, seq"
        )
        self._check()
        places = self._db.execute("SELECT west, east, south, north FROM merged ORDER BY z, seq")
        boxes = ((fid, *box) for fid, box in enumerate(places, start=1) if box[0] is not None)
        self._db.executemany("INSERT INTO box VALUES (?, ?, ?, ?, ?)", boxes)
        self._db.execute(
            "INSERT INTO loose SELECT fid FROM element "
            f"WHERE flags & {PARTIAL} > 0 OR wkb IS NULL ORDER BY fid"
        )

    def _index_tags(self) -> None:
        """Index keys (an empty value), whole values, each part of a semicolon list, and names."""
        rows = self._db.execute("SELECT fid, tags FROM element ORDER BY fid")
        while batch := rows.fetchmany(BATCH):
            self._check()
            tags = [(fid, json.loads(text)) for fid, text in batch]
            self._db.executemany(
                "INSERT INTO loose_tag VALUES (?, ?, ?)",
                [
                    (k, part, fid)
                    for fid, held in tags
                    for k, v in held.items()
                    for part in sorted({"", v, *_parts(v)})
                ],
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO named VALUES (?, ?)",
                [
                    (name, fid)
                    for fid, held in tags
                    for key in name_keys(held)
                    for name in _names(held[key])
                ],
            )
        self._db.execute(
            "INSERT INTO tag SELECT key, value, fid FROM loose_tag ORDER BY key, value, fid"
        )
        self._db.execute(
            "INSERT INTO key_count SELECT key, count(*) FROM tag WHERE value = '' GROUP BY key"
        )

    def _summary(self) -> Summary:
        one = self._db.execute(
            "SELECT count(*), coalesce(sum(osm_id IS NULL), 0), coalesce(sum(wkb IS NULL), 0), "
            f"coalesce(sum(flags & {PARTIAL} > 0), 0), coalesce(sum(flags & {REPAIRED} > 0), 0) "
            "FROM element"
        ).fetchone()
        pieces = self._db.execute("SELECT count(*) FROM piece").fetchone()[0]
        west, south, east, north = self._db.execute(
            "SELECT min(west), min(south), max(east), max(north) FROM merged"
        ).fetchone()
        count, without_id, without_place, partial, repaired = one
        bounds = None if west is None else (west, south, east, north)
        return Summary(pieces, count, without_id, without_place, partial, repaired, bounds)


@dataclass(slots=True)
class _Element:
    kind: int | None
    number: int | None
    tags: dict[str, str]
    geometry: BaseGeometry | None
    partial: bool
    repaired: bool

    def described(self) -> tuple[Any, ...]:
        """Return what is known of it without its place."""
        flags = REPAIRED * self.repaired + PARTIAL * self.partial
        name = next((self.tags[key] for key in name_keys(self.tags)), None)
        tags = json.dumps(self.tags, ensure_ascii=False, separators=(",", ":"))
        return self.kind, self.number, name, tags, flags


def _measured(placed: Sequence[_Element]) -> list[tuple[Any, ...]]:
    """Return for each element its place on the curve, WKB, centre, sizes and bounds."""
    shapes = np.array([one.geometry for one in placed], dtype=object)
    centres = shapely.get_coordinates(shapely.centroid(shapes)).reshape(-1, 2)
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    for row in np.flatnonzero(bounds[:, 2] - bounds[:, 0] > 180.0):
        centres[row] = centre_of(shapes[row])
    order = z_order(centres[:, 0], centres[:, 1]).tolist()
    blobs = shapely.to_wkb(shapes, output_dimension=2, byte_order=1)
    kinds = shapely.get_type_id(shapes)
    areas = [
        area_m2(s) or None if k in _WITH_AREA else None for s, k in zip(shapes, kinds, strict=True)
    ]
    lengths = [
        length_m(s) or None if k in _WITH_LENGTH else None
        for s, k in zip(shapes, kinds, strict=True)
    ]
    return [
        (z, blob, *centre, area, length, *box)
        for z, blob, centre, area, length, box in zip(
            order, blobs, centres.tolist(), areas, lengths, bounds.tolist(), strict=True
        )
    ]


def _parts(value: str) -> list[str]:
    return (
        [part for part in (part.strip() for part in value.split(";")) if part]
        if ";" in value
        else []
    )


def _names(value: str) -> set[str]:
    return {name for name in (folded(value), *(folded(part) for part in _parts(value))) if name}
