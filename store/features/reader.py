"""The features of one layer, found by tags, place, name or id in its index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from store.artifacts import Artifacts
from store.errors import NoGeoreference, ReadFailed, TooLarge
from store.features.query import Query, Sql, condition, drivers
from store.features.raw import ELEMENT_TYPES, ElementType
from store.features.sets import FeatureSet
from store.features.text import folded
from store.features.writer import FORMAT, PARTIAL, REPAIRED
from store.geo import EARTH, Region, is_earth
from store.scenes import Layer

MOST_FEATURES = 2_000_000
"""More features than this are not put into one set."""
_FEW = 3_000
_BATCH = 20_000
_MOST_BOXES = 16

_COLUMNS = (
    "osm_type",
    "osm_id",
    "name",
    "tags",
    "area_m2",
    "length_m",
    "lon",
    "lat",
    "partial",
    "repaired",
)


@dataclass(frozen=True)
class Wanted:
    """Which features are asked for; conditions left at None do not restrict.

    Args:
        query: Conditions on tags.
        named: A name, compared without case, accents and punctuation.
        name_contains: Whether the name may be a part of a longer one.
        elements: Elements by type (None when unknown) and id.
        region: On the ground; features that touch it.
    """

    query: Query | None = None
    named: str | None = None
    name_contains: bool = False
    elements: tuple[tuple[ElementType | None, int], ...] | None = None
    region: Region | None = None


_AT_ONCE = 500
"""Most values in one question to the index."""


class Features:
    """The features of one layer, opened for reading."""

    def __init__(self, path: Path, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._many: dict[tuple[str, tuple[str | int | float, ...]], bool] = {}
        try:
            self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            self._db.execute("PRAGMA trusted_schema=OFF")
            self._db.execute("PRAGMA temp_store=FILE")
            form = self._db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
        except sqlite3.Error as wrong:
            raise ReadFailed(
                f"the index {path.name[:12]} of a layer could not be opened: {wrong}; "
                "ingest it again"
            ) from wrong
        if form is None or form[0] != FORMAT:
            raise ReadFailed(
                f"the index {path.name[:12]} of a layer has another form than {FORMAT}; "
                "ingest it again"
            )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Features:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def keys(self) -> dict[str, int]:
        """Return how many elements carry each key."""
        return dict(self._rows(("SELECT key, count FROM key_count ORDER BY key", [])))

    def values(self, key: str, most: int = 20) -> list[tuple[str, int]]:
        """Return the commonest values of a key, with how many elements carry each."""
        sql = (
            "SELECT value, count(*) n FROM tag WHERE key = ? AND value <> '' "
            "GROUP BY value ORDER BY n DESC, value LIMIT ?"
        )
        return [(value, count) for value, count in self._rows((sql, [key, most]))]

    def named(self, names: Sequence[str]) -> set[str]:
        """Return which of some names any element bears, each as `folded` writes it."""
        found: set[str] = set()
        plain = sorted({folded(name) for name in names})
        for at in range(0, len(plain), _AT_ONCE):
            some = plain[at : at + _AT_ONCE]
            sql = f"SELECT DISTINCT folded FROM named WHERE folded IN ({','.join('?' * len(some))})"
            found.update(name for (name,) in self._rows((sql, list(some))))
        return found

    def count(self, wanted: Wanted) -> int:
        """Return how many elements are meant, those without a place too; `region` must be None."""
        if wanted.region is not None:
            raise ValueError("features in a region are found, then counted")
        sql, values = self._numbers(wanted, None)
        return int(next(self._rows((f"SELECT count(*) FROM ({sql})", values)))[0])

    def exists(self, wanted: Wanted) -> bool:
        """Tell whether any element is meant, wherever it lies."""
        sql, values = self._numbers(replace(wanted, region=None), None)
        return next(self._rows((f"{sql} LIMIT 1", values)), None) is not None

    def unplaced(self, wanted: Wanted) -> Iterator[tuple[ElementType | None, int | None]]:
        """Return type and id of the elements meant whose place is held in part or not at all.

        The region is left aside: where the rest of them lies is not known.
        """
        tests, values = _joined(self._tests(wanted, "l.fid"))
        select = (
            "SELECT e.osm_type, e.osm_id FROM loose l CROSS JOIN element e ON e.fid = l.fid "
            f"WHERE {tests} ORDER BY l.fid"
        )
        for kind, number in self._rows((select, values)):
            yield None if kind is None else ELEMENT_TYPES[kind], number

    def find(self, wanted: Wanted) -> FeatureSet:
        """Return the features meant, in the order of the index; with a region, those that touch it.

        Columns are osm_type, osm_id, name, tags (JSON), area_m2 and length_m (None where there is
        no polygon or line), lon and lat of the centre, partial and repaired.
        """
        region = wanted.region
        if region is not None and not is_earth(region.frame):
            raise NoGeoreference(
                f"the map lies on the ground and the region in {region.frame}; "
                "give a region on the ground"
            )
        boxes = [None] if region is None else _boxes(region)
        sql, values = _union([self._numbers(wanted, box) for box in boxes])
        select = (
            "SELECT e.osm_type, e.osm_id, e.name, e.tags, e.area_m2, e.length_m, e.lon, e.lat, "
            "e.flags, e.wkb "
            f"FROM ({sql}) d CROSS JOIN element e ON e.fid = d.fid ORDER BY e.fid"
        )
        return _set_of(self._touching(self._batches((select, values)), region))

    def _batches(self, query: Sql) -> Iterator[list[tuple[Any, ...]]]:
        total = 0
        try:
            cursor = self._db.execute(*query)
            while rows := cursor.fetchmany(_BATCH):
                self._check()
                total += len(rows)
                if total > MOST_FEATURES:
                    raise TooLarge(
                        f"more than {MOST_FEATURES:,} features are meant; "
                        "ask about a smaller region"
                    )
                yield rows
        except sqlite3.Error as wrong:
            raise ReadFailed(
                f"the index of a layer could not be read: {wrong}; ingest it again"
            ) from wrong

    def _rows(self, query: Sql) -> Iterator[tuple[Any, ...]]:
        return (row for batch in self._batches(query) for row in batch)

    def _touching(
        self, batches: Iterable[list[tuple[Any, ...]]], region: Region | None
    ) -> Iterator[tuple[list[tuple[Any, ...]], np.ndarray[Any, Any]]]:
        """Give each batch its geometries, and keep what touches the region."""
        if region is not None:
            shapely.prepare(region.area)
        for rows in batches:
            shapes = shapely.from_wkb([row[-1] for row in rows])
            if region is None:
                yield rows, shapes
                continue
            inside = np.flatnonzero(shapely.intersects(region.area, shapes))
            yield [rows[i] for i in inside], shapes[inside]

    def _numbers(self, wanted: Wanted, box: tuple[float, float, float, float] | None) -> Sql:
        """Return a SELECT of the numbers of the elements that fit, going by the shortest way."""
        where = self._tests(wanted, "d.fid")
        narrow = self._narrow(wanted)
        start = narrow[0] if narrow else None
        if start is None and wanted.query is not None:
            start = drivers(wanted.query)
        if box is not None:
            west, south, east, north = box
            place = "west <= ? AND east >= ? AND south <= ? AND north >= ?"
            within: list[str | int | float] = [east, west, north, south]
            if start is None or self._is_many(start):
                start = (f"SELECT fid FROM box WHERE {place}", within)
            else:
                exists = f"EXISTS (SELECT 1 FROM box b WHERE b.fid = d.fid AND {place})"
                where.append((exists, within))
        sql, values = start or ("SELECT fid FROM element", [])
        tests, given = _joined(where)
        return f"SELECT d.fid FROM ({sql}) d WHERE {tests}", [*values, *given]

    def _tests(self, wanted: Wanted, fid: str) -> list[Sql]:
        """Return the conditions on an element that do not ask for its place."""
        tests = [(f"{fid} IN ({sql})", values) for sql, values in self._narrow(wanted)]
        return tests if wanted.query is None else [*tests, condition(wanted.query, fid)]

    def _narrow(self, wanted: Wanted) -> list[Sql]:
        """Return the conditions that leave only a few elements."""
        found: list[Sql] = []
        if wanted.elements is not None:
            found.append(self._by_id(wanted.elements))
        if wanted.named is not None:
            found.append(self._by_name(wanted.named, contains=wanted.name_contains))
        return found

    def _by_id(self, elements: Sequence[tuple[ElementType | None, int]]) -> Sql:
        """Return a SELECT of elements by id; one whose type is not known fits any type."""
        parts: list[Sql] = [
            (
                "(osm_id = ? AND (osm_type IS NULL OR osm_type = ?))",
                [number, ELEMENT_TYPES.index(kind)],
            )
            if kind is not None
            else ("osm_id = ?", [number])
            for kind, number in elements
        ]
        return f"SELECT fid FROM element WHERE {' OR '.join(p for p, _ in parts)}", [
            v for _, g in parts for v in g
        ]

    def _by_name(self, name: str, *, contains: bool) -> Sql:
        plain = folded(name)
        if not contains:
            return "SELECT fid FROM named WHERE folded = ?", [plain]
        return "SELECT DISTINCT fid FROM named WHERE ' ' || folded || ' ' LIKE ?", [f"% {plain} %"]

    def _is_many(self, select: Sql) -> bool:
        """Tell whether a SELECT gives so many rows that starting from the place is shorter."""
        sql, values = select
        key = (sql, tuple(values))
        if key not in self._many:
            count = f"SELECT count(*) FROM (SELECT 1 FROM ({sql}) LIMIT ?)"
            self._many[key] = bool(next(self._rows((count, [*values, _FEW + 1])))[0] > _FEW)
        return self._many[key]


def _boxes(region: Region) -> list[tuple[float, float, float, float]]:
    """Return the boxes of a region's parts; of many, the one around all."""
    parts = shapely.get_parts(region.area)
    return [part.bounds for part in parts] if len(parts) <= _MOST_BOXES else [region.bounds]


def _joined(tests: Sequence[Sql]) -> Sql:
    return " AND ".join(sql for sql, _ in tests) or "1", [v for _, given in tests for v in given]


def _union(selects: Sequence[Sql]) -> Sql:
    return " UNION ".join(sql for sql, _ in selects), [
        value for _, values in selects for value in values
    ]


def _set_of(batches: Iterable[tuple[list[tuple[Any, ...]], Any]]) -> FeatureSet:
    rows: list[tuple[Any, ...]] = []
    shapes: list[Any] = []
    for some, places in batches:
        rows += some
        shapes.extend(places)
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(_COLUMNS)
    kinds = [None if kind is None else ELEMENT_TYPES[kind] for kind in turned[0]]
    flags = turned[8]
    columns = dict(zip(_COLUMNS[1:8], (list(column) for column in turned[1:8]), strict=True))
    return FeatureSet.of(
        EARTH, shapes, osm_type=kinds, **columns,
        partial=[bool(flag & PARTIAL) for flag in flags],
        repaired=[bool(flag & REPAIRED) for flag in flags],
    )  # fmt: skip


def open_features(
    artifacts: Artifacts, layer: Layer, check: Callable[[], None] = lambda: None
) -> Features:
    """Open the index of a layer; it holds what the source held when it was ingested."""
    return Features(artifacts.path(layer.features_sha256), check)
