"""A question in a cold process, beside what importing its libraries alone costs.

Run: python benchmarks/cold_ask.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from world import make_world

ROUNDS = 7
GOAL_S = 4.0
LIBRARIES = "import langgraph.graph, sqlalchemy, rasterio, geopandas, scipy.ndimage, pyproj"
QUESTIONS = ["How many buildings are there in town_2021?", "Describe town_2021"]


def timed(command: list[str], environment: dict[str, str]) -> float:
    """Return the seconds a command takes."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Ask in turn with importing alone, and print medians and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder) / "world", seed=7, size=1024)
        environment = {
            **os.environ,  # noqa: TID251 - what a person's shell hands on
            "ELENCHUS_HOME": f"{folder}/home",
            "ELENCHUS_HEADS": f"{folder}/heads",
            "OMP_NUM_THREADS": "1",
        }
        elenchus = [sys.executable, "-m", "elenchus"]
        for path in (*world.scenes, world.map):
            timed([*elenchus, "ingest", str(path)], environment)
        for question in QUESTIONS:
            floor, ours = [], []
            for _ in range(ROUNDS):
                floor.append(timed([sys.executable, "-c", LIBRARIES], environment))
                ours.append(timed([*elenchus, "ask", question, "--json"], environment))
            imports, whole = statistics.median(floor), statistics.median(ours)
            spread = f"{min(ours):.2f}-{max(ours):.2f}"
            print(f"{question}\n  {whole:.2f} s ({spread}); goal {GOAL_S:g} s")
            print(f"  importing its libraries alone: {imports:.2f} s; ratio {whole / imports:.2f}")


if __name__ == "__main__":
    main()
