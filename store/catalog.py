"""The catalogue: which scenes and layers are held, by id, alias, place, time and resolution."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, and_, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from store.database import Database
from store.errors import AmbiguousId, BadName, UnknownId
from store.geo import Period, Region, is_earth
from store.scenes import UNITS_OF_SENSORS, Layer, Record, Scene
from store.tables import aliases, layers, scenes

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,120}")
_LISTED = 8
_SUGGESTED_FROM = 5_000

Held = TypeVar("Held", Scene, Layer)


@dataclass(frozen=True)
class Search:
    """What a search found, and what it could not decide.

    `undecided` holds, under `date`, `position`, `gsd` and `sensor`, the scenes that met every
    other condition but do not say this of themselves.
    """

    found: list[Scene]
    undecided: dict[str, list[Scene]] = field(default_factory=dict)


class Catalog:
    """The scenes and layers of one database; names are checked before any query is made."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add_scene(self, scene: Scene) -> Scene:
        """Record a scene and return it as held.

        The same bytes and declarations are the same scene and revision (where it lies is
        brought up to date); other declarations make the next revision.
        """
        with self.database.write() as connection:
            held = _newest(connection, scenes, Scene, scene.id)
            same = held is not None and _same_scene(held, scene)
            if held is not None and held.source != scene.source:
                _move(connection, scene)
            if held is not None and same:
                result = held.model_copy(update={"source": scene.source})
            else:
                revision = 1 if held is None else held.revision + 1
                result = scene.model_copy(update={"revision": revision})
                connection.execute(insert(scenes).values(_scene_row(result)))
            _add_alias(connection, scene.alias, scene.id, "scene")
        return result

    def add_layer(self, layer: Layer) -> Layer:
        """Record a layer and return it as held; anything new about it makes the next revision."""
        with self.database.write() as connection:
            held = _newest(connection, layers, Layer, layer.id)
            if held is not None and _same_layer(held, layer):
                _replace_record(
                    connection, layers, held.model_copy(update={"source": layer.source})
                )
                result = held.model_copy(update={"source": layer.source})
            else:
                revision = 1 if held is None else held.revision + 1
                result = layer.model_copy(update={"revision": revision})
                connection.execute(insert(layers).values(_layer_row(result)))
            _add_alias(connection, layer.alias, layer.id, "layer")
        return result

    def scene(self, name: str, revision: int | None = None) -> Scene:
        """Return the scene of this id or alias, in its newest revision unless one is named."""
        return self._one(scenes, Scene, "scene", name, revision)

    def layer(self, name: str, revision: int | None = None) -> Layer:
        """Return the layer of this id or alias, in its newest revision unless one is named."""
        return self._one(layers, Layer, "layer", name, revision)

    def scene_of_digest(self, digest: str) -> Scene | None:
        """Return the newest revision of the scene with these bytes, or None."""
        query = _newest_rows(scenes).where(scenes.c.digest == digest)
        with self.database.read() as connection:
            row = connection.execute(query.order_by(scenes.c.ingested_utc)).first()
        return None if row is None else Scene.model_validate_json(row.record)

    def layer_of_digest(self, digest: str) -> Layer | None:
        """Return the newest revision of the layer with these bytes, or None."""
        query = _newest_rows(layers).where(layers.c.digest == digest)
        with self.database.read() as connection:
            row = connection.execute(query.order_by(layers.c.ingested_utc)).first()
        return None if row is None else Layer.model_validate_json(row.record)

    def revisions(self, scene_id: str) -> list[Scene]:
        """Return all revisions of a scene, oldest first."""
        checked_name(scene_id)
        query = select(scenes.c.record).where(scenes.c.id == scene_id).order_by(scenes.c.revision)
        with self.database.read() as connection:
            return [Scene.model_validate_json(row.record) for row in connection.execute(query)]

    def scenes(
        self,
        region: Region | None = None,
        period: Period | None = None,
        sensor: str | None = None,
        gsd_at_most_m: float | None = None,
        limit: int | None = None,
    ) -> list[Scene]:
        """Return the scenes that surely meet all conditions, newest first, undated last."""
        found = self.search(region, period, sensor, gsd_at_most_m).found
        return found if limit is None else found[:limit]

    def search(
        self,
        region: Region | None = None,
        period: Period | None = None,
        sensor: str | None = None,
        gsd_at_most_m: float | None = None,
        name: str | None = None,
    ) -> Search:
        """Return the scenes that meet all conditions, and apart those that cannot be told."""
        query = _newest_rows(scenes)
        for condition in _conditions(region, period, gsd_at_most_m):
            query = query.where(condition)
        with self.database.read() as connection:
            held = [Scene.model_validate_json(row.record) for row in connection.execute(query)]
            if name is not None:
                named = _named_like(connection, name)
                held = [scene for scene in held if scene.id in named]
        judge = _judge(region, period, sensor, gsd_at_most_m)
        result = Search([])
        for scene in sorted(held, key=_newest_first):
            verdict, missing = judge(scene)
            if not verdict:
                continue
            if not missing:
                result.found.append(scene)
            for what in missing:
                result.undecided.setdefault(what, []).append(scene)
        return result

    def layers(self, region: Region | None = None, kind: str | None = None) -> list[Layer]:
        """Return the layers, those that meet a region and are of a kind when these are given."""
        query = _newest_rows(layers)
        if kind is not None:
            query = query.where(layers.c.kind == kind)
        with self.database.read() as connection:
            held = [Layer.model_validate_json(row.record) for row in connection.execute(query)]
        if region is not None:
            held = [
                layer for layer in held if layer.extent is not None and _meets(layer.extent, region)
            ]
        return sorted(held, key=lambda layer: layer.id)

    def _one(
        self, table: Table, kind: type[Held], words: str, name: str, revision: int | None
    ) -> Held:
        checked_name(name)
        with self.database.read() as connection:
            ids = _ids_named(connection, table, words, name)
            if len(ids) > 1:
                raise AmbiguousId(_ambiguous(words, name, ids))
            found = None
            if ids:
                found = (
                    _newest(connection, table, kind, ids[0])
                    if revision is None
                    else _revision(connection, table, kind, ids[0], revision)
                )
            if found is None:
                raise UnknownId(_unknown(connection, table, words, name, revision))
        return found


def checked_name(name: str) -> str:
    """Return a name of the form that ids and aliases have, or refuse it."""
    if not NAME.fullmatch(name):
        raise BadName(
            f"{name[:60]!r} cannot be an id: one is 1 to 121 letters, digits, '-', '_' and '.', "
            "and starts with a letter or digit; `elenchus scenes` lists those held"
        )
    return name


def _newest_rows(table: Table) -> Any:
    """Select the record of the newest revision of each id."""
    other = table.alias()
    newest = select(func.max(other.c.revision)).where(other.c.id == table.c.id).scalar_subquery()
    return select(table.c.id, table.c.record).where(table.c.revision == newest)


def _newest(connection: Connection, table: Table, kind: type[Held], held_id: str) -> Held | None:
    row = connection.execute(_newest_rows(table).where(table.c.id == held_id)).first()
    return None if row is None else kind.model_validate_json(row.record)


def _revision(
    connection: Connection, table: Table, kind: type[Held], held_id: str, revision: int
) -> Held | None:
    query = select(table.c.record).where(table.c.id == held_id, table.c.revision == revision)
    row = connection.execute(query).first()
    return None if row is None else kind.model_validate_json(row.record)


def _same_scene(held: Scene, new: Scene) -> bool:
    """Tell whether two records of the same bytes rest on the same declarations."""
    return (held.digest, held.declared, held.trust, held.source.world_file_sha256) == (
        new.digest,
        new.declared,
        new.trust,
        new.source.world_file_sha256,
    )


def _same_layer(held: Layer, new: Layer) -> bool:
    varying = {"revision": 0, "source": new.source, "alias": new.alias}
    return held.model_copy(update=varying) == new.model_copy(update=varying)


def _move(connection: Connection, scene: Scene) -> None:
    """Let all revisions of a scene of one trust point to where its bytes lie now."""
    query = select(scenes.c.record).where(scenes.c.id == scene.id, scenes.c.digest == scene.digest)
    for row in connection.execute(query).all():
        held = Scene.model_validate_json(row.record)
        if held.trust != scene.trust:
            continue  # an upload is our own copy, whoever ingests the same bytes
        world = held.source.world_file_sha256
        source = scene.source.model_copy(update={"world_file_sha256": world})
        _replace_record(connection, scenes, held.model_copy(update={"source": source}))


def _replace_record(connection: Connection, table: Table, held: Scene | Layer) -> None:
    where = and_(table.c.id == held.id, table.c.revision == held.revision)
    connection.execute(update(table).where(where).values(record=held.model_dump_json()))


def _add_alias(connection: Connection, name: str, held_id: str, of: str) -> None:
    known = select(aliases.c.id).where(aliases.c.name == name, aliases.c.id == held_id)
    if connection.execute(known).first() is None:
        connection.execute(insert(aliases).values(name=name, id=held_id, of=of))


def _scene_row(scene: Scene) -> dict[str, Any]:
    period = scene.period
    return {
        "frame": scene.frame,
        "start_utc": None if period is None else _utc(period.start),
        "end_utc": None if period is None else _utc(period.end),
        "gsd_m": scene.gsd_m,
        "sensor": scene.sensor,
        **_common_row(scene, scene.footprint),
    }


def _layer_row(layer: Layer) -> dict[str, Any]:
    return {"kind": layer.kind, **_common_row(layer, layer.extent)}


def _common_row(held: Scene | Layer, place: Region | None) -> dict[str, Any]:
    west, south, east, north = (None,) * 4 if place is None else place.bounds
    return {
        "id": held.id,
        "revision": held.revision,
        "alias": held.alias,
        "digest": held.digest,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "record": held.model_dump_json(),
        "ingested_utc": _utc(datetime.now(UTC)),
    }


def _utc(moment: datetime) -> str:
    """Write a time so that the order of texts is the order of times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _conditions(
    region: Region | None, period: Period | None, gsd_at_most_m: float | None
) -> Iterable[ColumnElement[bool]]:
    """Yield what a row must meet to be worth judging; a value not known is worth it."""
    c = scenes.c
    if region is not None:
        west, south, east, north = region.bounds
        meets = and_(c.west <= east, c.east >= west, c.south <= north, c.north >= south)
        yield or_(c.frame != region.frame, meets)
    if period is not None:
        meets = and_(c.start_utc <= _utc(period.end), c.end_utc >= _utc(period.start))
        yield or_(c.start_utc.is_(None), meets)
    if gsd_at_most_m is not None:
        yield or_(c.gsd_m.is_(None), c.gsd_m <= gsd_at_most_m)


def _judge(
    region: Region | None, period: Period | None, sensor: str | None, gsd_at_most_m: float | None
) -> Callable[[Scene], tuple[bool, list[str]]]:
    """Return what tells of a scene whether it may meet all conditions, and what it does not say."""

    def judge(scene: Scene) -> tuple[bool, list[str]]:
        answers: list[tuple[str, bool | None]] = []
        if region is not None:
            answers.append(("position", _in_region(scene, region)))
        if period is not None:
            known = scene.period is not None
            answers.append(
                (
                    "date",
                    scene.period.order(period) == "overlaps" if scene.period and known else None,
                )
            )
        if gsd_at_most_m is not None:
            answers.append(("gsd", None if scene.gsd_m is None else scene.gsd_m <= gsd_at_most_m))
        if sensor is not None:
            answers.append(("sensor", _of_sensor(scene, sensor)))
        return all(told is not False for _, told in answers), [
            what for what, told in answers if told is None
        ]

    return judge


def _in_region(scene: Scene, region: Region) -> bool | None:
    """Tell whether a scene meets a region; None when it has no place that could be compared."""
    if scene.frame == region.frame:
        return _meets(scene.footprint, region)
    return None if is_earth(region.frame) else False


def _meets(place: Region, region: Region) -> bool:
    """Tell whether two regions share some area; a common edge is none."""
    if place.frame != region.frame:
        return False
    return bool(place.area.intersects(region.area) and not place.area.touches(region.area))


def _of_sensor(scene: Scene, wanted: str) -> bool | None:
    if scene.sensor is None:
        return None
    kind = UNITS_OF_SENSORS.get(scene.sensor.upper())
    return wanted.strip().upper() in (scene.sensor.upper(), kind)


def _newest_first(scene: Scene) -> tuple[bool, float, str]:
    start = 0.0 if scene.period is None else -scene.period.start.timestamp()
    return scene.period is None, start, scene.id


def _named_like(connection: Connection, text: str) -> set[str]:
    """Return the ids of scenes with a text somewhere in their id or aliases, whatever its case."""
    wanted = text.strip().lower()
    query = select(aliases.c.name, aliases.c.id).where(aliases.c.of == "scene")
    return {
        row.id
        for row in connection.execute(query)
        if wanted in row.name.lower() or wanted in row.id.lower()
    }


def _ids_named(connection: Connection, table: Table, words: str, name: str) -> Sequence[str]:
    """Return the ids an id or alias stands for; an id goes before an alias."""
    if connection.execute(select(table.c.id).where(table.c.id == name)).first() is not None:
        return [name]
    query = select(aliases.c.id).where(aliases.c.name == name, aliases.c.of == words)
    return [row.id for row in connection.execute(query.order_by(aliases.c.id))]


def _ambiguous(words: str, name: str, ids: Sequence[str]) -> str:
    listed = ", ".join(ids[:_LISTED]) + (
        f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    )
    return f"{len(ids)} {words}s are called {name!r}: {listed}; name one by its id"


def _unknown(
    connection: Connection, table: Table, words: str, name: str, revision: int | None
) -> str:
    query = select(aliases.c.name, aliases.c.id).where(aliases.c.of == words).limit(_SUGGESTED_FROM)
    names = {text for row in connection.execute(query) for text in (row.name, row.id)}
    if revision is not None and name in names:
        return f"the {words} {name!r} has no revision {revision}"
    close = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.6)
    hint = (
        f"did you mean {' or '.join(close)}?"
        if close
        else f"`elenchus scenes` lists the {words}s held"
    )
    return f"no {words} is called {name!r}; {hint}"


__all__ = ["NAME", "Catalog", "Record", "Search", "checked_name"]
