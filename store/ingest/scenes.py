"""Taking one picture file into the store as a scene."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.errors import BadDeclaration
from store.geo import EARTH, Period, Region, pixel_frame
from store.home import Home
from store.ingest.declared import Declared
from store.ingest.facts import acquired, bands_of, date_hint, palette_of
from store.ingest.georeference import Georeference, georeference_of
from store.ingest.identity import (
    Progress,
    digest_of,
    no_progress,
    safe_stem,
    same_file,
    scene_id,
    source_of,
)
from store.raster.derive import (
    check_readable,
    make_copy,
    make_overviews,
    needs_copy,
    needs_overviews,
)
from store.raster.gate import check_file, check_size, shown
from store.raster.gdal import reading
from store.raster.levels import Level
from store.scenes import Caveat, Scene, Source, Trust

_ALWAYS_DECODED_BELOW_PX = 16_000_000
_GSD_TOLERANCE = 0.02


def ingest_scene(
    home: Home, path: Path, declared: Declared | None = None, progress: Progress = no_progress
) -> Scene:
    """Take a picture file into the store and return its scene.

    The file stays where it lies and is never written to. The same bytes are the same scene
    under any name; declarations not repeated are kept, new ones make the next revision. What was
    said of an upload of the same bytes is not what an operator says, and is not kept.
    """
    declared = declared or Declared()
    passed = check_file(path, home.extra_drivers)
    digest = digest_of(path, progress)
    held = home.catalog.scene_of_digest(digest)
    kept = held.declared if held is not None and held.trust == declared.trust else {}
    texts = {**kept, **declared.as_texts()}
    source = source_of(path, passed.drivers[0])
    draft = blank(held, path, digest, source, texts, declared.trust)
    level = Level(draft, path, passed.drivers, None, passed.images)
    try:
        scene = described(level, path, texts)
        level.scene = scene
        scene = _prepared(home, level, held, progress)
    finally:
        level.close()
    same_file(source, source_of(path, passed.drivers[0]))
    return home.catalog.add_scene(scene)


@dataclass(frozen=True)
class OurCopy:
    """Our own copy of a picture whose bytes we do not keep.

    Args:
        artifact: Digest of the copy.
        digest: Of the bytes that were given.
        name: Of the file that was given.
        format: What it was.
        notes: What the file said that the copy does not, of the codes in `NOTES`.
    """

    artifact: str
    digest: str
    name: str
    format: str
    notes: list[Caveat]


NOTES = ("date_not_taken", "further_pictures")


def add_copy(home: Home, copy: OurCopy, declared: Declared, held: Scene | None) -> Scene:
    """Record the scene of a copy, and what is declared of it; it is read from the copy alone."""
    path = home.artifacts.path(copy.artifact)
    passed = check_file(path)
    texts = {**(held.declared if held else {}), **declared.as_texts()}
    name = Path(copy.name)
    draft = blank(held, name, copy.digest, source_of(path, copy.format), texts, "upload")
    level = Level(draft, path, passed.drivers, None, passed.images)
    try:
        scene = described(level, name, texts, alone=True)
    finally:
        level.close()
    notes = [n for n in copy.notes if n.code != "date_not_taken" or scene.period is None]
    whole = {"copy_sha256": copy.artifact, "caveats": [*scene.caveats, *notes]}
    return home.catalog.add_scene(scene.model_copy(update=whole))


def blank(
    held: Scene | None, path: Path, digest: str, source: Source, texts: dict[str, str], trust: Trust
) -> Scene:
    """Return a scene that has its identity and nothing else yet."""
    stem = safe_stem(path)
    own_id = held.id if held else scene_id(stem, digest)
    frame = pixel_frame(own_id)
    return Scene(
        id=own_id, alias=stem, digest=digest, source=source, width=1, height=1, bands=[],
        frame=frame, footprint=Region.pixels(frame, 0, 0, 1, 1), declared=texts, trust=trust,
    )  # fmt: skip


def described(level: Level, path: Path, texts: dict[str, str], *, alone: bool = False) -> Scene:
    """Return the scene with what the file says and what was declared.

    Args:
        level: The open file, with a scene that has its identity.
        path: The file, as errors name it and world files lie beside it.
        texts: The declarations.
        alone: Whether nothing beside the file is to be looked at.
    """
    with reading(shown(path)):
        return _described(level, path, texts, alone=alone)


def _described(level: Level, path: Path, texts: dict[str, str], *, alone: bool) -> Scene:
    dataset, scene = level.dataset, level.scene
    rows, cols = level.shape
    loose = dataset.driver in ("PNG", "JPEG", "BMP")
    check_size(cols, rows, dataset.count, shown(path), loose=loose, upload=scene.trust == "upload")
    palette = palette_of(dataset)
    bands = bands_of(dataset, palette, texts["bands"].split(",") if "bands" in texts else None)
    where = georeference_of(dataset, path, texts.get("crs"), alone=alone)
    period = Period.parse(texts["date"]) if "date" in texts else acquired(dataset)
    caveats = [*where.caveats, *_palette_caveat(palette), *pages_caveat(pictures_in(level))]
    if period is None and (hint := date_hint(dataset)):
        caveats.append(hint.caveat)
    changes: dict[str, Any] = {
        "width": cols, "height": rows, "bands": bands, "palette": palette, "period": period,
        "sensor": texts.get("sensor"), "tile": level.block, "caveats": caveats,
        **_placed(scene, where, (cols, rows), texts),
    }  # fmt: skip
    scene = Scene.model_validate({**dict(scene), **changes})
    return scene.model_copy(
        update={"unknown": _unknown(scene), "caveats": [*scene.caveats, *_gsd_caveat(scene)]}
    )


def _placed(
    scene: Scene, where: Georeference, size: tuple[int, int], texts: dict[str, str]
) -> dict[str, Any]:
    """Return frame, footprint and pixel size: on the ground, or in pixels."""
    declared = float(texts["gsd"]) if "gsd" in texts else None
    world = scene.source.model_copy(update={"world_file_sha256": where.world_file_sha256})
    if where.place is None:
        frame = pixel_frame(texts.get("frame", scene.id))
        return {
            "source": world, "frame": frame, "footprint": Region.pixels(frame, 0, 0, *size),
            "crs": where.crs, "transform": where.transform,
            "gsd_x_m": declared, "gsd_y_m": declared,
            "gsd_from": None if declared is None else "declared",
        }  # fmt: skip
    if "frame" in texts:
        raise BadDeclaration(
            f"--frame {texts['frame']}: {scene.alias} has a place on the ground, "
            "which is its frame; leave --frame out"
        )
    across, down = where.place.gsd()
    own = (across * down) ** 0.5
    if declared is not None and abs(declared / own - 1) > _GSD_TOLERANCE:
        raise BadDeclaration(
            f"--gsd {declared:g}: by its georeference a pixel of {scene.alias} is {own:.4g} m "
            "on the ground (the unit of a CRS is not always a metre on the ground); leave --gsd out"
        )
    return {
        "source": world, "frame": EARTH, "footprint": where.place.footprint(), "crs": where.crs,
        "transform": where.transform, "gsd_x_m": across, "gsd_y_m": down, "gsd_from": "file",
    }  # fmt: skip


def _unknown(scene: Scene) -> list[str]:
    """Name what neither the file nor a declaration says."""
    told = {
        "position": scene.is_georeferenced,
        "gsd": scene.gsd_m is not None,
        "date": scene.period is not None,
        "sensor": scene.sensor is not None,
        "bands": all(band.name for band in scene.bands),
    }
    return [what for what, known in told.items() if not known]


def _gsd_caveat(scene: Scene) -> list[Caveat]:
    if scene.gsd_from != "declared":
        return []
    return [
        Caveat(
            code="gsd_declared",
            text=f"the pixel size of {scene.gsd_m:g} m was declared at ingest, not measured",
        )
    ]


def pictures_in(level: Level) -> int:
    """Return how many pictures a file holds, overviews and masks not counted."""
    return sum(not (image.reduced or image.mask) for image in level.images) or 1


def pages_caveat(pages: int) -> list[Caveat]:
    """Say that a file holds further pictures, which are not read."""
    if pages <= 1:
        return []
    text = f"the file holds {pages} pictures; the first one is taken, the others are not read"
    return [Caveat(code="further_pictures", text=text)]


def _palette_caveat(palette: str | None) -> list[Caveat]:
    if palette is None:
        return []
    return [
        Caveat(
            code="palette",
            text="the file holds indices into a colour table; its colours are read as samples",
        )
    ]


def _prepared(home: Home, level: Level, held: Scene | None, progress: Progress) -> Scene:
    """Return the scene with its copy or overviews made, or its pixels decoded once."""
    scene = level.scene
    # What was made with a band as mask does not serve it as data.
    made = held if held and _roles(held) == _roles(scene) else None
    for kept in ("copy_sha256", "overview_sha256"):
        digest = getattr(made, kept) if made else None
        if digest is not None and home.artifacts.holds(digest):
            return scene.model_copy(update={kept: digest})
    if needs_copy(level):
        return scene.model_copy(update={"copy_sha256": make_copy(level, home.artifacts, progress)})
    if needs_overviews(level):
        return scene.model_copy(
            update={"overview_sha256": make_overviews(level, home.artifacts, progress)}
        )
    if level.dataset.driver != "GTiff" or scene.width * scene.height <= _ALWAYS_DECODED_BELOW_PX:
        check_readable(level, progress)
    return scene


def _roles(scene: Scene) -> list[str]:
    return [band.role for band in scene.bands]
