"""What is done with an untrusted picture, inside the process that may read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rasterio.crs import CRS

from store.errors import BrokenFile
from store.ingest.facts import acquired, acquired_text, date_hint, own_crs
from store.ingest.identity import Progress, source_of
from store.ingest.jobs import Copied, Facts
from store.ingest.plain import plain_bands, plain_crs
from store.ingest.scenes import blank, described, pictures_in
from store.raster.gate import check_file, shown
from store.raster.levels import Level
from store.raster.recode import recode

COPY = "copy.tif"
_NO_DIGEST = "0" * 64


@contextmanager
def _opened(path: Path) -> Iterator[Level]:
    """Open a picture with what it says of itself, its texts reduced to what is needed."""
    passed = check_file(path)
    draft = blank(None, path, _NO_DIGEST, source_of(path, passed.drivers[0]), {}, "upload")
    level = Level(draft, path, passed.drivers, None, passed.images)
    try:
        if not level.dataset.count:
            raise BrokenFile(f"{shown(path)!r} holds no picture")
        scene = described(level, path, {}, alone=True)
        level.scene = scene.model_copy(update={"bands": plain_bands(scene.bands)})
        yield level
    finally:
        level.close()


def facts_of(path: Path) -> Facts:
    """Return what a picture says of itself."""
    with _opened(path) as level:
        scene = level.scene
        return Facts(
            kind="picture", format=level.dataset.driver, width=scene.width, height=scene.height,
            bands=[band.name for band in scene.bands], gsd_m=scene.gsd_m,
            date=None if scene.period is None else str(scene.period),
            date_hint=None if scene.period else date_hint(level.dataset),
            georeferenced=scene.is_georeferenced, unknown=scene.unknown,
        )  # fmt: skip


def copy_picture(path: Path, target: Path, progress: Progress) -> Copied:
    """Write our own copy of a picture and say what the copy does not."""
    with _opened(path) as level:
        dataset = level.dataset
        known = acquired(dataset) is not None
        crs = plain_crs(_crs_text(dataset))
        recode(
            level,
            target,
            None if crs is None else CRS.from_wkt(crs.to_wkt()),
            acquired_text(dataset) if known else None,
            progress,
        )
        return Copied(
            format=dataset.driver,
            pictures=pictures_in(level),
            date_hint=None if known else date_hint(dataset),
        )


def _crs_text(dataset: Any) -> str | None:
    """Return the CRS of the grid, or that of the ground control points."""
    if dataset.crs:
        return own_crs(dataset)
    crs = dataset.gcps[1]
    if not crs:
        return None
    code = crs.to_epsg(confidence_threshold=100)
    return f"EPSG:{code}" if code else str(crs.to_wkt())
