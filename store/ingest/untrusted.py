"""Uploads and fetched files: read by a process behind walls, and kept only as our own copy.

The bytes themselves are not kept. A scene made of them has the trust `upload`, the digest of the
bytes that were given, and is read from our copy among the artifacts.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from store.artifacts import Artifacts, abandoned
from store.errors import (
    BadDeclaration,
    BrokenFile,
    InputChanged,
    StoreError,
    TooLarge,
    UnknownId,
)
from store.geo import Period
from store.home import Home
from store.ingest.entry import Taken, refuse_for_vectors
from store.ingest.hired import Hired
from store.ingest.identity import Progress, digest_of, no_progress, safe_stem, scene_id
from store.ingest.jobs import Facts, Job, Message
from store.ingest.own_layer import Given, check_index, own_layer
from store.ingest.pictures import COPY
from store.ingest.redeclared import refuse_other_layer, refuse_other_scene
from store.ingest.sandbox import Limits, Wall
from store.ingest.scenes import NOTES, OurCopy, add_copy, pages_caveat
from store.ingest.vectors import DeclaredLayer, driver_of, is_ours, with_earlier
from store.raster.gate import header_of, is_picture, open_regular
from store.raster.reader import check_unchanged
from store.raster.recode import check_copy
from store.scenes import Layer, Scene

PICTURE_LIMITS = Limits()
PROBE_LIMITS = Limits(processor_s=20, wall_s=30)
LAYER_LIMITS = Limits(processor_s=600, wall_s=900)
_SUFFIXES = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jp2", ".bmp", ".geojson", ".json", ".gpkg",
             ".osm.pbf", ".pbf")  # fmt: skip
_PREFIX = "intake-"
_ABANDONED_S = 86_400.0


@dataclass(frozen=True)
class _Given:
    """A file that was handed in: under a name of ours, in a folder of its own."""

    path: Path
    name: str
    folder: Path
    """Where the process that reads it may write."""


def probe(home: Home, path: Path, name: str, limits: Limits = PROBE_LIMITS) -> Facts:
    """Return what an untrusted file says of itself, so that the person can be asked the rest.

    Args:
        home: Where the work is done; nothing is kept.
        path: The file.
        name: What it was called where it comes from.
        limits: What reading it may use.
    """
    with _given(home, path, name, limits.source_bytes) as given:
        message = _do(Job(do="probe"), given, limits, no_progress)
    if message.facts is None:
        raise BrokenFile(f"{given.name!r} could not be read; save it again as GeoTIFF")
    return message.facts


def take_in(
    home: Home,
    path: Path,
    name: str,
    how: Taken | None = None,
    progress: Progress = no_progress,
    limits: Limits | None = None,
) -> Scene | Layer:
    """Take an untrusted file into the store and return what is held then.

    Args:
        home: The store.
        path: The file; it is read, never moved or changed.
        name: What it was called where it comes from: text from outside, like the bytes.
        how: What the person declares of it; `trust` in it is not heard.
        progress: Told the share done, in [0, 1]; may raise, to stop.
        limits: What reading it may use; by default by its kind.

    Raises:
        StoreError: It was refused, or could not be read within the limits; nothing is kept.
    """
    how = how or Taken()
    remove_abandoned(home)
    most = (limits or PICTURE_LIMITS).source_bytes
    with _given(home, path, name, most) as given:
        if not is_picture(given.path):
            return _take_layer(home, given, how, progress, limits or LAYER_LIMITS)
        if how.kind is not None or how.tags:
            raise BadDeclaration(
                f"{given.name!r} is a picture; --as and --tag are for vector files"
            )
        return _take_scene(home, given, how, progress, limits or PICTURE_LIMITS)


def _take_scene(
    home: Home, given: _Given, how: Taken, progress: Progress, limits: Limits
) -> Scene | Layer:
    digest = digest_of(given.path, lambda share, what: progress(0.1 * share, what))
    texts = how.scene.as_texts()  # a wrong declaration is told before the long work
    if (theirs := _operators_scene(home, given, digest, texts)) is not None:
        return theirs
    held = home.catalog.scene_of_digest(digest)
    copy = _held_copy(home, held) or _new_copy(home, given, digest, limits, progress)
    if (theirs := _operators_scene(home, given, digest, texts)) is not None:
        return theirs  # ingested while this was read
    _refuse_id_of(home.catalog.scene, copy.name, safe_stem(Path(copy.name)), digest)
    scene = add_copy(home, copy, how.scene, home.catalog.scene_of_digest(digest))
    progress(1.0, "taken in")
    return scene


def _operators_scene(home: Home, given: _Given, digest: str, texts: dict[str, str]) -> Scene | None:
    """Return what an operator holds of the same bytes, which an upload changes in nothing."""
    held = home.catalog.scene_of_digest(digest)
    if held is None or held.trust != "operator":
        return None
    refuse_other_scene(held, texts, given.name)
    check_unchanged(held.source, held.id)
    return held


def _held_copy(home: Home, held: Scene | None) -> OurCopy | None:
    """Return the copy that was made when the same bytes were taken in before."""
    digest = held.copy_sha256 if held is not None and held.trust == "upload" else None
    if held is None or digest is None or not home.artifacts.holds(digest):
        return None
    notes = [caveat for caveat in held.caveats if caveat.code in NOTES]
    return OurCopy(digest, held.digest, held.alias, held.source.driver, notes)


def _new_copy(
    home: Home, given: _Given, digest: str, limits: Limits, progress: Progress
) -> OurCopy:
    """Have our own copy made, and keep it."""

    def tell(share: float, what: str) -> None:
        progress(0.1 + 0.85 * share, what)

    copied = _do(Job(do="copy"), given, limits, tell).copied
    if copied is None:
        raise BrokenFile(f"{given.name!r} could not be read; save it again as GeoTIFF")
    _same_bytes(given, digest)
    check_copy(given.folder / COPY)
    kept = home.artifacts.put_file(given.folder / COPY)
    notes = pages_caveat(copied.pictures)
    if copied.date_hint is not None:
        notes.append(copied.date_hint.caveat)
    return OurCopy(kept, digest, given.name, copied.format, notes)


def _take_layer(home: Home, given: _Given, how: Taken, progress: Progress, limits: Limits) -> Layer:
    form = driver_of(header_of(given.path), given.name)
    refuse_for_vectors(how.scene, given.path)
    kind = how.kind or ("osm" if form == "OSM" else "vector")
    date = None if how.scene.date is None else Period.parse(how.scene.date)
    digest = digest_of(given.path, lambda share, what: progress(0.05 * share, what))
    declared = DeclaredLayer(kind=kind, tags=how.tags, date=date)
    held = home.catalog.layer_of_digest(digest)
    if (theirs := _operators_layer(held, given, how, declared)) is not None:
        return theirs
    declared = declared if held is None else with_earlier(declared, held)
    job = Job(
        do="index", digest=digest, layer_kind=declared.kind,
        tags=dict(declared.tags),
    )  # fmt: skip
    said = _do(job, given, limits, progress).layer
    if said is None:
        raise BrokenFile(f"{given.name!r} could not be read; export it again")
    _same_bytes(given, digest)
    held = home.catalog.layer_of_digest(digest)
    if (theirs := _operators_layer(held, given, how, declared)) is not None:
        return theirs  # ingested while this was read
    index = Artifacts(given.folder).path(said.features_sha256)
    check_index(index)
    features = home.artifacts.put_file(index)
    facts = Given(given.name, digest, form, held)
    layer = own_layer(said, features, home.artifacts.path(features), facts, declared)
    _refuse_id_of(home.catalog.layer, given.name, layer.alias, digest)
    return home.catalog.add_layer(layer)


def _operators_layer(
    held: Layer | None, given: _Given, how: Taken, declared: DeclaredLayer
) -> Layer | None:
    """Return what an operator holds of the same bytes, which an upload changes in nothing."""
    if held is None or is_ours(held):
        return None
    refuse_other_layer(held, how.kind, declared, given.name)
    return held


def _refuse_id_of(find: Callable[[str], Scene | Layer], name: str, stem: str, digest: str) -> None:
    """Refuse bytes whose id is that of other bytes, of which they would be the next revision."""
    try:
        other = find(scene_id(stem, digest))
    except UnknownId:
        return
    if other.digest != digest:
        raise BadDeclaration(
            f"{name!r} would have the id {other.id}, which another file has; rename it and send "
            "it again"
        )


def walls_here() -> list[Wall]:
    """Return the walls that this machine can build around the reading of untrusted bytes."""
    with tempfile.TemporaryDirectory() as folder, Hired(Path(folder), PROBE_LIMITS) as hired:
        job = Job(do="probe", file=__file__, folder=folder, limits=PROBE_LIMITS)
        with suppress(StoreError):  # this file is no picture; the walls are told before that
            hired.do(job, "nothing")
        return hired.walls


def _do(job: Job, given: _Given, limits: Limits, progress: Progress) -> Message:
    """Have one job done by a process of its own."""
    whole = job.model_copy(
        update={"file": str(given.path), "folder": str(given.folder), "limits": limits}
    )
    with Hired(given.folder, limits) as hired:
        return hired.do(whole, given.name, progress)


@contextmanager
def _given(home: Home, path: Path, name: str, most_bytes: int) -> Iterator[_Given]:
    """Check a file that was handed in, and give it a name and a place of ours for a while."""
    own = own_name(name)
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
    if size > most_bytes:
        raise TooLarge(
            f"{own!r} has {size / 2**20:.0f} MiB; an upload may have "
            f"{most_bytes >> 20} MiB: cut it, or ingest it on the command line"
        )
    if size == 0:
        raise BrokenFile(f"{own!r} is empty; send it again")
    with tempfile.TemporaryDirectory(
        prefix=_PREFIX, dir=home.scratch, ignore_cleanup_errors=True
    ) as place:
        outside, folder = Path(place) / "in", Path(place) / "out"
        outside.mkdir()
        folder.mkdir()
        link = outside / own
        link.symlink_to(path.resolve())
        yield _Given(link, own, folder)


def own_name(name: str) -> str:
    r"""Return a name of ours for a file that was called so elsewhere.

    >>> own_name("C:\\photos\\../Élan 3.JPG"), own_name("..%2f..%2fetc/passwd"), own_name("..")
    ('Elan_3.jpg', 'passwd', 'scene')
    """
    last = re.split(r"[\\/]", name[-4096:])[-1]
    suffix = next((known for known in _SUFFIXES if last.lower().endswith(known)), "")
    return safe_stem(Path(f"{last[: len(last) - len(suffix)]}.x")) + suffix


def remove_abandoned(home: Home, older_than_s: float = _ABANDONED_S) -> int:
    """Remove the folders of work that a killed process left; returns how many."""
    left = abandoned(home.scratch, f"{_PREFIX}*", older_than_s)
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _same_bytes(given: _Given, digest: str) -> None:
    """Refuse a file that was written to while it was read."""
    if digest_of(given.path) != digest:
        raise InputChanged(f"{given.name!r} was changed while it was read; send it again")
