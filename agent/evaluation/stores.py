"""The stores a question bank is asked of: made of files, or of a made-up town."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from agent.yaml_files import Closed
from store.errors import StoreError

if TYPE_CHECKING:
    from store.home import Home


class NoData(StoreError):
    """A file that a bank's store is made of is not there."""

    code = "no_data"


class TownSpec(Closed):
    """A made-up town."""

    seed: int
    size: int = 768
    coast: float | None = None
    """Distance of the sea from the middle, in pixels, for a town with a harbour."""
    veiled: bool = False
    """Whether the second scene lies under a thin cloud and a fraction of a pixel off."""
    style: Literal["temperate", "arid"] = "temperate"


class FileSpec(Closed):
    """A file to take in, with what is declared of it, as `elenchus ingest` does."""

    path: Path
    gsd: float | None = None
    date: str | None = None
    sensor: str | None = None
    bands: list[str] | None = None
    crs: str | None = None
    frame: str | None = None
    as_: str | None = Field(None, alias="as")
    tags: dict[str, str] = Field(default_factory=dict)


class StoreSpec(Closed):
    """What one store holds."""

    town: TownSpec | None = None
    files: list[FileSpec] = Field(default_factory=list)

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if (self.town is None) == (not self.files):
            raise ValueError("a store is made of a town or of files")
        return self


def make_store(
    spec: StoreSpec,
    home: Path,
    data: Path | None,
    progress: Callable[[float, str], None] = lambda share, what: None,
) -> None:
    """Make the store of a bank's questions; what is held already stays as it is.

    Args:
        spec: What it holds.
        home: Where it goes.
        data: The folder that the paths of files start from.
        progress: Told how far the work is.

    Raises:
        NoData: A file is not there.
    """
    if spec.town is not None:
        _make_town(spec.town, home, progress)
        return
    from store.home import Home  # noqa: PLC0415

    store = Home(home)
    try:
        for number, file in enumerate(spec.files):
            progress(number / len(spec.files), file.path.name)
            _take(store, file, data)
    finally:
        store.close()


def _make_town(spec: TownSpec, home: Path, progress: Callable[[float, str], None]) -> None:
    from agent.town import make_town  # noqa: PLC0415 - rendering is imported when needed
    from world.look import AFTER, BEFORE, VEILED  # noqa: PLC0415

    first, second = BEFORE, VEILED if spec.veiled else AFTER
    looks = replace(first, style=spec.style), replace(second, style=spec.style)
    make_town(home, spec.seed, spec.size, progress, coast=spec.coast, looks=looks)


def _take(store: Home, file: FileSpec, data: Path | None) -> None:
    from store.ingest.declared import Declared  # noqa: PLC0415
    from store.ingest.entry import Taken, ingest  # noqa: PLC0415

    path = file.path if data is None else data / file.path
    if not path.exists():
        raise NoData(f"{path} is not there; name the folder of the data with --data")
    declared = Declared(
        gsd_m=file.gsd,
        date=file.date,
        sensor=file.sensor,
        bands=file.bands,
        crs=file.crs,
        frame=file.frame,
    )
    ingest(store, path, Taken(scene=declared, kind=file.as_, tags=dict(file.tags)))
