"""Time to draw a town of 4096² and two dates, and to look at it: closer, by an index, by its cover.

python benchmarks/looks.py [--size PX]

Prints seconds, megapixels a second, and the peak memory of the process; reading the scene's pixels
alone, in the same run, is what each look is compared with. Page cache warm.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from agent.town import make_town
from store.home import Home
from tools.contract import Bench, Finding
from tools.inspect import inspect
from tools.map_land_cover import map_land_cover
from tools.spectral_index import spectral_index

SEED = 15


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(size: int) -> None:
    """Draw, read and look, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        drawn = timed(lambda: make_town(home, SEED, size, coast=0.29 * size))
        print(f"town of {size}² and two dates, drawn and taken in: {drawn:.1f} s")
        store = Home(home)
        scene = store.catalog.scene("town_2021")

        def read() -> None:
            with store.open_scene(scene) as reader:
                for tile in reader.windows():
                    reader.read(*tile.core)

        floor = min(timed(read) for _ in range(3))
        pixels = scene.width * scene.height / 1e6
        print(f"reading its pixels: {floor:.2f} s")
        bench = Bench(store.catalog, store.open_scene, scratch=Path(folder))
        looks: dict[str, Callable[[], Finding]] = {
            "inspect": lambda: inspect.function(bench, scene),
            "spectral_index": lambda: spectral_index.function(bench, scene, index="ndvi"),
            "map_land_cover": lambda: map_land_cover.function(bench, scene),
        }
        for name, look in looks.items():
            took = min(timed(look) for _ in range(2))
            print(
                f"{name}: {took:.2f} s, {pixels / took:.1f} Mpx/s, ratio to reading "
                f"{took / floor:.1f}"
            )
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4096)
    main(parser.parse_args().size)
