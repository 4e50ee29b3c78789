"""Make two scenes of one gigapixel each, of two dates, with the map, for the large benchmarks.

    python benchmarks/render_gigapixel.py [--folder DIR] [--size PX] [--seed N]

The scenes are rendered window by window, so memory does not grow with them. A folder that holds
them already is left as it is. Levels keep seven bits, so that both scenes fit in 6 GB.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world import AFTER, BEFORE, World, make_world

FOLDER = Path("~/.cache/elenchus-gigapixel")
LOOKS = (replace(BEFORE, dropped_bits=1), replace(AFTER, dropped_bits=1, shift=(0.3, 0.0)))


def gigapixel(folder: Path = FOLDER, size: int = 32_768, seed: int = 7) -> World:
    """Return the world of two large scenes, made when it is not there."""
    return make_world(
        folder.expanduser(), seed, size, looks=LOOKS, compression="zstd", progress=Teller()
    )


class Teller:
    """Prints a line for each new piece of work and each tenth of the whole."""

    def __init__(self) -> None:
        self._told, self._started = "", time.monotonic()

    def __call__(self, share: float, what: str) -> None:
        """Print how far it is."""
        line = f"{int(share * 10) * 10:3d} %  {what}"
        if line != self._told:
            self._told = line
            print(f"{time.monotonic() - self._started:7.1f} s  {line}", flush=True)


def main() -> None:
    """Make the scenes and say how large they are and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--size", type=int, default=32_768, help="columns and rows of a scene")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    wanted = World(given.folder.expanduser(), given.seed, given.size, LOOKS)
    there = wanted.is_made()
    started = time.monotonic()
    world = gigapixel(given.folder, given.size, given.seed)
    seconds = time.monotonic() - started
    for path in (*world.scenes, world.map, world.truth):
        print(f"{path.stat().st_size / 1e6:10.1f} MB  {path}")
    if there:
        print("already there; nothing was made")
        return
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = 2 * given.size**2 / 1e6 / seconds
    print(f"made in {seconds:.0f} s, {speed:.1f} Mpx/s with everything, {peak_mb:.0f} MB of memory")


if __name__ == "__main__":
    main()
