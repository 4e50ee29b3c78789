"""The made-up town as a store: for the demo, for the chat's first start and for question banks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from store.errors import StoreError
from store.home import Home
from world.look import AFTER, BEFORE, Look
from world.write import World, make_world


class NotATown(StoreError):
    """The folder holds something else than the town asked for."""

    code = "not_a_demo"


class CannotDraw(StoreError):
    """The town could not be written."""

    code = "cannot_draw"
    exit_code = 1


SEED, SIZE, COAST = 15, 2048, 560.0
"""The town that the chat begins with: by the sea, with a harbour and storage tanks."""


def make_town(
    home: Path,
    seed: int,
    size: int,
    progress: Callable[[float, str], None] | None = None,
    *,
    coast: float | None = None,
    looks: tuple[Look, Look] = (BEFORE, AFTER),
) -> World:
    """Make a town and its store, or take those that are there.

    Args:
        home: The store's folder; the town's own files go into `town` in it.
        seed: Which town.
        size: Columns and rows of its scenes.
        progress: Told how far rendering is; not called when the town is there already.
        coast: Distance of the sea from the middle, in pixels, for a town with a harbour.
        looks: How the two scenes see the town.
    """
    world = World(home / "town", seed, size, looks, coast)
    if not world.is_made():
        if home.exists() and any(home.iterdir()):
            raise NotATown(
                f"{home} holds something else than the town of seed {seed} and {size} pixels; "
                "choose an empty folder with --home"
            )
        try:
            make_world(
                world.folder,
                seed,
                size,
                looks=looks,
                coast=coast,
                progress=progress or (lambda share, what: None),
            )
        except OSError as wrong:  # what writes pictures says of a full disk only that it failed
            there = next(folder for folder in (home, *home.parents) if folder.exists())
            free = shutil.disk_usage(there).free >> 20
            raise CannotDraw(
                f"the town could not be written to {home} "
                f"({wrong.strerror or 'a write failed'}; {free} MiB are free there); make room, "
                "or choose another folder with --home"
            ) from wrong
    store = Home(home)
    try:
        take_town(store, world)
    finally:
        store.close()
    return world


def take_town(store: Home, world: World) -> None:
    """Take scenes and map of a town into a store; what is held already stays as it is."""
    # Pixels and vectors are read by libraries that take their time to import.
    from store.ingest.declared import Declared  # noqa: PLC0415
    from store.ingest.entry import Taken, ingest  # noqa: PLC0415

    for path, look in zip(world.scenes, world.looks, strict=True):
        scene = Declared(date=look.day.isoformat(), bands=["R", "G", "B", "NIR"])
        ingest(store, path, Taken(scene=scene))
    ingest(store, world.map, Taken())
