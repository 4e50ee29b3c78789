"""Where a picture lies: from the file itself, a world file and a declared CRS, or nowhere yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyproj import CRS

from store.errors import BadDeclaration
from store.ingest.facts import own_crs, own_transform
from store.ingest.worldfile import WorldFile, find_world_file
from store.raster.gate import shown
from store.raster.place import Place, SixNumbers, is_on_ground, place_of, same_crs
from store.scenes import Caveat
from store.text import clean_text


@dataclass(frozen=True)
class Georeference:
    """The place of a picture, or why it has none; `place` is None in a pixel frame."""

    place: Place | None = None
    crs: str | None = None
    transform: SixNumbers | None = None
    world_file_sha256: str | None = None
    caveats: list[Caveat] = field(default_factory=list)


def georeference_of(
    dataset: Any, path: Path, declared: str | None, *, alone: bool = False
) -> Georeference:
    """Return where a picture lies.

    Args:
        dataset: The open file.
        path: The file, to look for a world file beside it.
        declared: A CRS as `AUTHORITY:CODE`, or None.
        alone: Whether nothing beside the file is to be looked at.
    """
    inside, own = own_crs(dataset), own_transform(dataset)
    has_points = bool(dataset.gcps[0]) or dataset.rpcs is not None
    alone = alone or own is not None or has_points
    world = None if alone else find_world_file(path, dataset.driver)
    transform = own or (world.transform if world else None)
    local = inside is not None and not is_on_ground(CRS.from_user_input(inside))
    crs = _agreed(None if local else inside, declared, path)
    digest = world.sha256 if world and crs else None
    if crs is not None and transform is not None:
        place = place_of(crs, transform, dataset.width, dataset.height)
        if place is not None:
            return Georeference(place, crs, transform, digest, _world_caveat(world))
        return Georeference(
            crs=crs, transform=transform, world_file_sha256=digest, caveats=[_off_earth(crs)]
        )
    if declared is not None:
        raise BadDeclaration(
            f"--crs {declared}: {shown(path)!r} has no transform from pixels to that CRS"
            + (
                ", only ground control points, which are not a grid; warp it to one first"
                if has_points
                else ""
            )
            + (
                ""
                if has_points
                else "; put a world file beside it (six numbers, such as .tfw or .pgw)"
            )
        )
    return Georeference(
        transform=transform, caveats=[_why_nowhere(dataset, inside if local else None, own, world)]
    )


def _agreed(inside: str | None, declared: str | None, path: Path) -> str | None:
    """Return the one CRS that the file and the person name, or refuse two."""
    if inside is None or declared is None:
        return inside or declared
    if not same_crs(inside, declared):
        name = clean_text(CRS.from_user_input(inside).name, 60)
        raise BadDeclaration(
            f"--crs {declared}: {shown(path)!r} itself says {name} "
            f"({inside if len(inside) < 40 else 'without a code'}); "
            "leave --crs out, or correct the file"
        )
    return inside


def _world_caveat(world: WorldFile | None) -> list[Caveat]:
    if world is None:
        return []
    return [
        Caveat(
            code="world_file",
            text=f"the place comes from the world file {world.name!r} beside the picture",
        )
    ]


def _off_earth(crs: str) -> Caveat:
    name = clean_text(CRS.from_user_input(crs).name, 60)
    return Caveat(
        code="no_position",
        text=f"its CRS ({name}) gives part of it no longitude and latitude, so it is measured "
        "in pixels; cut or warp it to another CRS to place it",
    )


def _why_nowhere(
    dataset: Any, local: str | None, own: SixNumbers | None, world: WorldFile | None
) -> Caveat:
    """Say why a picture has no place on the ground, and what would give it one."""
    if dataset.gcps[0]:
        text = (
            f"it has {len(dataset.gcps[0])} ground control points but no grid on the ground, so it "
            "is measured in pixels; warp it first (for example gdalwarp -tps -t_srs EPSG:N) and "
            "ingest the result"
        )
        return Caveat(code="gcps_only", text=text)
    if dataset.rpcs is not None:
        text = (
            "it has rational polynomial coefficients but no grid on the ground, so it is measured "
            "in pixels; orthorectify it first (for example gdalwarp -rpc -t_srs EPSG:N) and ingest "
            "the result"
        )
        return Caveat(code="rpcs_only", text=text)
    if local is not None:
        name = clean_text(CRS.from_user_input(local).name, 60)
        return Caveat(
            code="no_position",
            text=f"its CRS ({name}) is local and names no place; declare --crs EPSG:N",
        )
    if own is not None:
        return Caveat(
            code="no_position",
            text="it has a transform but does not say in which CRS; declare --crs EPSG:N",
        )
    if world is not None:
        return Caveat(
            code="no_position",
            text=f"the world file {world.name!r} does not say in which CRS; declare --crs EPSG:N",
        )
    text = (
        "it has no georeference, so places in it are columns and rows; "
        "a world file with --crs EPSG:N would give it one"
    )
    return Caveat(code="no_position", text=text)
