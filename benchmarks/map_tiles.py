"""Tiles of the viewer against raw windows of the same pixels, p50 and p99; and rio-tiler's beside.

    python benchmarks/map_tiles.py [--size PX] [--tiles N] [--seed N]

A made-up town of two dates is drawn and ingested. Both sides give the same 256 x 256 pixels in
three bands, in turn and in the same order, each from its own open file: rasterio as an array, the
viewer as a finished PNG that no cache held. That the PNG holds the very pixels of the window is
checked for each tile. One tile of each block of the file is taken, round and round, so that its
block must be decoded; then the same tile again, whose block is at hand. Then: tiles of coarser
levels, the second date warped onto the first, tiles over HTTP from this machine, tiles that are
kept, and rio-tiler's web mercator tiles of the same file. The last line is the ratio of the
medians, viewer / raw window, where a block is decoded; the goal is 2.
"""

from __future__ import annotations

import argparse
import http.client
import io
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import morecantile
import numpy as np
import rasterio
from PIL import Image
from rasterio.windows import Window
from rio_tiler.io import Reader

from agent.settings import Settings
from agent.start import Analyst
from store.home import Home
from store.ingest import ingest_scene
from store.raster.gdal import safe_gdal
from store.scenes import Scene
from ui.viewer.pyramid import TILE, level_count, step_of, tile_counts
from ui.viewer.tiles import TileName, Tiles
from world import make_world

Place = tuple[int, int, int]
BANDS = [1, 2, 3]


def places(scene: Scene, levels: list[int], count: int, rng: np.random.Generator) -> list[Place]:
    """Return random tiles of these levels, whole ones where a level has some."""
    found = []
    for z in rng.choice(levels, count):
        across, down = tile_counts(scene.width, scene.height, int(z))
        found.append(
            (int(z), int(rng.integers(max(1, across - 1))), int(rng.integers(max(1, down - 1))))
        )
    return found


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return how long a piece of work took, in ms, and its result."""
    started = time.perf_counter()
    result = work()
    return (time.perf_counter() - started) * 1000, result


def raw_window(dataset: rasterio.DatasetReader, scene: Scene, place: Place) -> np.ndarray:
    """Read the pixels of a tile as an array, with nothing around it."""
    z, x, y = place
    span = TILE * step_of(scene.width, scene.height, z)
    window = Window(x * span, y * span, span, span)
    with safe_gdal():
        return dataset.read(BANDS, window=window, out_shape=(len(BANDS), TILE, TILE))


def tell(what: str, times: list[float]) -> float:
    """Print the median, the 99th percentile and the spread; returns the median."""
    middle = statistics.median(times)
    low, high, last = np.percentile(times, [25, 75, 99])
    spread = f"half of them {low:.2f} to {high:.2f}"
    print(f"{what:40s} p50 {middle:7.2f} ms  p99 {last:7.2f} ms  ({spread})")
    return middle


def native(home: Home, scene: Scene, count: int) -> float:
    """Read windows and make tiles in turn; returns the ratio of the medians."""
    tiles = Tiles(home, kept_bytes=0)
    last = level_count(scene.width, scene.height) - 1
    across, down = tile_counts(scene.width, scene.height, last)
    blocks = [(last, x, y) for y in range(0, down - 1, 2) for x in range(0, across - 1, 2)]
    times: dict[str, list[float]] = {"raw": [], "made": [], "raw again": [], "made again": []}
    with rasterio.open(scene.source.path) as dataset:
        tiles.png(TileName(scene, 0, 0, 0))  # the stretch is found once for each scene
        for place in islice(cycle(blocks), count):
            name = TileName(scene, *place)
            for again in ("", " again"):
                spent, pixels = timed(lambda place=place: raw_window(dataset, scene, place))
                times["raw" + again].append(spent)
                spent, png = timed(lambda name=name: tiles.png(name))
                times["made" + again].append(spent)
            shown = np.moveaxis(np.asarray(Image.open(io.BytesIO(png))), -1, 0)
            if not np.array_equal(shown, pixels):
                raise SystemExit(f"tile {place} does not hold the pixels of its window")
    tiles.close()
    ours = tell("a tile as PNG, its block is decoded", times["made"])
    theirs = tell("raw window, its block is decoded", times["raw"])
    tell("a tile as PNG, its block is at hand", times["made again"])
    tell("raw window, its block is at hand", times["raw again"])
    screen = [(sum(times[s]) + 3 * sum(times[s + " again"])) / 4 for s in ("made", "raw")]
    print(f"a screenful, four tiles to a block: viewer / raw {screen[0] / screen[1]:.2f} times")
    return ours / theirs


def others(home: Home, first: Scene, second: Scene, count: int, rng: np.random.Generator) -> None:
    """Time coarser levels, the second date on the first, and tiles that are kept."""
    tiles = Tiles(home, kept_bytes=0)
    last = level_count(first.width, first.height) - 1
    coarser = [TileName(first, *p) for p in places(first, list(range(last)), count, rng)]
    warped = [TileName(second, *p, on=first) for p in places(first, [last], count, rng)]
    for what, names in (("a tile of a coarser level", coarser), ("a warped tile", warped)):
        tiles.png(names[0])
        tell(what, [timed(lambda name=name: tiles.png(name))[0] for name in names])
    keeping = Tiles(home)
    name = TileName(first, last, 0, 0)
    keeping.png(name)
    tell("a tile that is kept", [timed(lambda: keeping.png(name))[0] for _ in range(count)])


@contextmanager
def served(analyst: Analyst) -> Iterator[int]:
    """Serve the viewer's addresses on this machine."""
    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415

    from ui.viewer.routes import router  # noqa: PLC0415

    app = FastAPI()
    app.include_router(router(analyst))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join(10)


def over_http(analyst: Analyst, scene: Scene, count: int, rng: np.random.Generator) -> None:
    """Time tiles as a browser gets them, each for the first time."""
    last = level_count(scene.width, scene.height) - 1
    wanted = list(dict.fromkeys(places(scene, [last], count, rng)))
    with served(analyst) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def get(place: Place) -> bytes:
            z, x, y = place
            connection.request("GET", f"/viewer/tiles/{scene.id}/{z}/{x}/{y}.png?revision=1")
            return connection.getresponse().read()

        get((0, 0, 0))
        tell("a tile over HTTP", [timed(lambda place=place: get(place))[0] for place in wanted])
        connection.close()


def rio_tiler(scene: Scene, count: int, rng: np.random.Generator) -> None:
    """Time rio-tiler's web mercator tiles of the zoom nearest to the scene's pixels."""
    west, south, east, north = scene.footprint.bounds
    with Reader(scene.source.path) as reader:
        zoom = reader.maxzoom
        inside = list(
            morecantile.tms.get("WebMercatorQuad").tiles(west, south, east, north, [zoom])
        )
        picked = [inside[i] for i in rng.integers(len(inside), size=count)]

        def tile(one: morecantile.Tile) -> bytes:
            return reader.tile(one.x, one.y, one.z, indexes=BANDS).render(img_format="PNG")

        tile(picked[0])
        tell(
            f"rio-tiler, web mercator, PNG, zoom {zoom}",
            [timed(lambda one=one: tile(one))[0] for one in picked],
        )


def main() -> None:
    """Make the scenes, time both sides, and print the ratio last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=4096, help="columns and rows of the scenes")
    parser.add_argument("--tiles", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder) / "town", given.seed, given.size)
        with Analyst(Settings(home=Path(folder) / "home")) as analyst:
            first, second = (ingest_scene(analyst.home, path) for path in world.scenes)
            ratio = native(analyst.home, first, given.tiles)
            others(analyst.home, first, second, given.tiles // 2, rng)
            over_http(analyst, first, given.tiles // 2, rng)
            rio_tiler(first, given.tiles // 4, rng)
    print(f"viewer / raw window at native resolution: {ratio:.2f} times (goal 2)")


if __name__ == "__main__":
    main()
