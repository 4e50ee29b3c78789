"""The town on disk: two scenes, the map, and the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.windows import Window

from world.look import AFTER, BEFORE, Look
from world.osm import write_osm
from world.place import CRS, transform
from world.render import BANDS, Renderer
from world.town import Town
from world.truth import Truth, truth_of, write_changes, write_things

Progress = Callable[[float, str], None]
Compression = Literal["deflate", "zstd", "jpeg"]

FORM = 1
"""Raised when the same seed gives another town, so that worlds on disk are made anew."""
_TILE = 512
_WINDOW_COLUMNS, _WINDOW_ROWS = 2048, 1024
_SMALLEST_OVERVIEW = 256
_ALL_THINGS = 4096
"""Up to this size every tree and car is written out; beyond, counts and changes alone."""
_HOW: dict[Compression, dict[str, Any]] = {
    "deflate": {"compress": "deflate", "predictor": 2, "zlevel": 6},
    "zstd": {"compress": "zstd", "predictor": 2, "zstd_level": 1},
    "jpeg": {"compress": "jpeg", "jpeg_quality": 88},
}


def nothing(share: float, what: str) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True)
class World:
    """A world on disk."""

    folder: Path
    seed: int
    size: int
    looks: tuple[Look, Look] = (BEFORE, AFTER)
    """How the scenes see the town; their days among it."""
    coast: float | None = None
    """Distance of the sea from the middle, in pixels, for a town with a harbour."""

    @property
    def scenes(self) -> tuple[Path, Path]:
        """The scenes of the first and the second date."""
        return self.folder / "town_2021.tif", self.folder / "town_2023.tif"

    @property
    def map(self) -> Path:
        """The map."""
        return self.folder / "town.osm.pbf"

    @property
    def truth(self) -> Path:
        """Counts, changes and flaws of the map, as JSON; written last."""
        return self.folder / "truth.json"

    def is_made(self) -> bool:
        """Tell whether this very world lies in the folder, whole."""
        try:
            told = json.loads(self.truth.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return False
        same = told.get("made") == self.made_of()
        return same and all(path.is_file() for path in (*self.scenes, self.map))

    def made_of(self) -> dict[str, Any]:
        """Return what the world depends on."""
        looks = [asdict(look) | {"day": look.day.isoformat()} for look in self.looks]
        made = {"form": FORM, "seed": self.seed, "size": self.size, "looks": looks}
        plain: dict[str, Any] = json.loads(json.dumps(made | {"coast": self.coast}))
        return plain


def make_world(
    folder: Path,
    seed: int,
    size: int,
    *,
    looks: tuple[Look, Look] = (BEFORE, AFTER),
    coast: float | None = None,
    compression: Compression = "deflate",
    progress: Progress = nothing,
) -> World:
    """Make the world in a folder, or return the one that lies there when it is the same.

    Args:
        folder: Where to write; made when it is not there.
        seed: The town's seed.
        size: Columns and rows of both scenes, of half a metre.
        looks: How the two scenes see the town, the first date first.
        coast: Distance of the sea from the middle, in pixels, for a town with a harbour, ships
            and storage tanks; by default the sea is far and empty.
        compression: How the pixels are packed; JPEG changes them a little.
        progress: Told the share done, in [0, 1], and what is being done.
    """
    world = World(folder, seed, size, looks, coast)
    if world.is_made():
        return world
    folder.mkdir(parents=True, exist_ok=True)
    world.truth.unlink(missing_ok=True)
    town = Town(seed, coast)
    for n, (path, look) in enumerate(zip(world.scenes, world.looks, strict=True)):
        begun = n * 0.45
        write_scene(
            path,
            Renderer(town, look, size),
            compression=compression,
            progress=lambda share, what, begun=begun: progress(begun + 0.45 * share, what),  # type: ignore[misc]
        )
    progress(0.9, "drawing the map")
    write_osm(town, size, world.map)
    progress(0.95, "writing down the truth")
    _write_truth(world, town)
    progress(1.0, "made")
    return world


def write_scene(
    path: Path,
    renderer: Renderer,
    *,
    compression: Compression = "deflate",
    progress: Progress = nothing,
) -> None:
    """Write a scene window by window as a tiled GeoTIFF with overviews.

    Memory does not grow with the scene.
    """
    size, look = renderer.size, renderer.look
    profile = {
        "driver": "GTiff", "width": size, "height": size, "count": 4, "dtype": "uint8", "crs": CRS,
        "transform": transform(size), "tiled": True, "blockxsize": _TILE, "blockysize": _TILE,
        "interleave": "pixel", "photometric": "RGB", "alpha": "no", "bigtiff": "if_safer",
        **_HOW[compression],
    }  # fmt: skip
    part = path.with_name(path.stem + ".part.tif")
    share_of_pixels = 0.8
    with rasterio.Env(GDAL_CACHEMAX=64 << 20, GDAL_TIFF_OVR_BLOCKSIZE=_TILE):
        with rasterio.open(part, "w", **profile) as file:
            file.update_tags(
                TIFFTAG_DATETIME=f"{look.day:%Y:%m:%d} 10:30:00", TIFFTAG_SOFTWARE="elenchus world"
            )
            file.colorinterp = [
                ColorInterp.red,
                ColorInterp.green,
                ColorInterp.blue,
                ColorInterp.undefined,
            ]
            for band, name in enumerate(BANDS, start=1):
                file.set_band_description(band, name)
            for share, (col, row, wide, high) in _windows(size):
                progress(share_of_pixels * share, f"rendering {path.name}")
                pixels = renderer.window(col, row, col + wide, row + high)
                file.write(pixels, window=Window(col, row, wide, high))
        factors = [2**n for n in range(1, 16) if size / 2 ** (n - 1) > _SMALLEST_OVERVIEW]
        progress(share_of_pixels, f"overviews of {path.name}")
        _overviews(part, factors, compression)
    part.replace(path)


def _overviews(path: Path, factors: list[int], compression: Compression) -> None:
    # Packing overviews as JPEG takes three times as long as with Zstandard.
    packing = "ZSTD" if compression == "jpeg" else compression.upper()
    how = {"COMPRESS_OVERVIEW": packing, "INTERLEAVE_OVERVIEW": "PIXEL"}
    how |= {"PREDICTOR_OVERVIEW": "2", "ZLEVEL_OVERVIEW": "6", "ZSTD_LEVEL_OVERVIEW": "1"}
    with rasterio.Env(**how), rasterio.open(path, "r+") as file:
        file.build_overviews(factors, Resampling.average)


def _windows(size: int) -> Iterator[tuple[float, tuple[int, int, int, int]]]:
    """Yield the share done before each window, and its column, row, width and height."""
    for row in range(0, size, _WINDOW_ROWS):
        for col in range(0, size, _WINDOW_COLUMNS):
            wide, high = min(_WINDOW_COLUMNS, size - col), min(_WINDOW_ROWS, size - row)
            yield (row * size + col * high) / size**2, (col, row, wide, high)


def _write_truth(world: World, town: Town) -> None:
    truth: Truth = truth_of(town, world.size)
    write_changes(town, world.size, world.folder / "changes.geojson")
    if world.size <= _ALL_THINGS:
        for date, path in enumerate(world.scenes):
            write_things(town, world.size, date, path.with_suffix(".geojson"))
    told = {"made": world.made_of(), **json.loads(truth.to_json())}
    part = world.truth.with_suffix(".part")
    part.write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")
    part.replace(world.truth)
