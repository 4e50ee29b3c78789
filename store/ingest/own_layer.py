"""A layer of untrusted features as we hold it: what can be checked is made anew from our index.

The process that read the bytes may have been taken over by them. Of what it says of a layer, the
identity comes from the bytes that were given, kind and completeness from the person, number and
extent from the index. Only the date and some doubts are heard, as they are when a file says them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from store.errors import BrokenFile
from store.ingest.identity import scene_id
from store.ingest.vectors import ASSUMED, DeclaredLayer, alias_of, assumed_extent
from store.scenes import Caveat, Layer, Source
from store.text import clean_text

_HEARD = frozenset(
    ("repaired", "without_place", "partial_place", "without_id", "cut_at_180", "pieces_joined",
     "newest_edit")
)  # fmt: skip
"""Doubts that only reading the file can tell."""
_LONGEST_TEXT = 300
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Given:
    """What the one who was given a vector file knows of it.

    Args:
        name: Its name, made by us.
        digest: Of its bytes.
        driver: What it begins like.
        held: The layer of the same bytes, where they were taken in before.
    """

    name: str
    digest: str
    driver: str
    held: Layer | None


def own_layer(said: Layer, features: str, index: Path, given: Given, how: DeclaredLayer) -> Layer:
    """Return the layer of an index that was checked and kept.

    Args:
        said: What the process says that read the file.
        features: Digest of the index.
        index: Where it is kept.
        given: What is known of the file without that process.
        how: What was declared.
    """
    count, bounds = counted(index)
    facts = index.stat()
    source = Source(
        path=str(index), size=facts.st_size, mtime_ns=facts.st_mtime_ns, header_sha256=features,
        driver=given.driver,
    )  # fmt: skip
    alias = alias_of(Path(given.name))
    period = how.date or said.period
    return Layer(
        id=given.held.id if given.held else scene_id(alias, given.digest),
        alias=alias, digest=given.digest, source=source, kind=how.kind, features_sha256=features,
        count=count, extent=how.extent or assumed_extent(bounds), period=period,
        declared=dict(sorted(how.tags.items())), unknown=[] if period else ["date"],
        caveats=list(_caveats(said, how)), complete=how.extent is not None,
    )  # fmt: skip


def check_index(path: Path) -> None:
    """Refuse a file that is not an index of features as ours are, whatever made it."""
    plain = not path.is_symlink() and path.is_file() and path.stat().st_nlink == 1
    kinds: set[str] = set()
    if plain:
        with _opened(path) as index:
            kinds = {row[0] for row in index.execute("SELECT type FROM sqlite_master")}
    if not plain or kinds - {"table", "index"}:
        raise _no_index()


def counted(path: Path) -> tuple[int, Bounds | None]:
    """Return how many elements an index holds, and west, south, east and north of their places."""
    with _opened(path) as index:
        count = index.execute("SELECT count(*) FROM element").fetchone()[0]
        box = index.execute("SELECT min(west), min(south), max(east), max(north) FROM box")
        west, south, east, north = box.fetchone()
    return int(count), None if west is None else (west, south, east, north)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as index:
            index.execute("PRAGMA trusted_schema=OFF")
            yield index
    except sqlite3.Error as wrong:
        raise _no_index() from wrong


def _no_index() -> BrokenFile:
    return BrokenFile("the index that was made is not as ours are; nothing of it was kept")


def _caveats(said: Layer, how: DeclaredLayer) -> Iterator[Caveat]:
    if how.extent is None:
        yield ASSUMED
    for caveat in said.caveats:
        if caveat.code in _HEARD:
            yield Caveat(code=caveat.code, text=clean_text(caveat.text, _LONGEST_TEXT))
