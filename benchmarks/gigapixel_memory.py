"""Memory and time of three questions about a town of one gigapixel, each in a cold process.

Run: python benchmarks/render_gigapixel.py first, then python benchmarks/gigapixel_memory.py
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORLD = Path("~/.cache/elenchus-gigapixel").expanduser()
GOAL_MB = 600
QUESTIONS = {
    "describe": "Describe town_2021",
    "look-up": "How many buildings are there in town_2021?",
    "change": "What changed between town_2021 and town_2023?",
}
_RUN = """
import json, resource, sys
from agent.settings import load_settings
from agent.start import Analyst
with Analyst(load_settings()) as analyst:
    answer = analyst.ask(sys.argv[1])
# ru_maxrss of a new process can hold its parent's peak; VmHWM is this program's own.
peak = next(l for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(json.dumps({"status": answer.status, "answer": answer.answer, "pixels": answer.pixels_read,
                  "mb": int(peak.split()[1]) / 1024}))
"""


def elenchus(*arguments: str, environment: dict[str, str]) -> None:
    """Run one command of the command line."""
    command = [sys.executable, "-m", "elenchus", *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Ingest once, then ask each question in a process of its own."""
    files = [WORLD / "town_2021.tif", WORLD / "town_2023.tif", WORLD / "town.osm.pbf"]
    if not all(file.exists() for file in files):
        raise SystemExit(f"{WORLD} holds no town; run benchmarks/render_gigapixel.py first")
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,  # noqa: TID251  handed on to the programs that are measured
            "ELENCHUS_HOME": f"{folder}/home",
            "ELENCHUS_HEADS": f"{folder}/heads",
            "OMP_NUM_THREADS": "1",
        }
        started = time.perf_counter()
        for file, day in zip(files[:2], ("2021-06-14", "2023-07-02"), strict=True):
            elenchus("ingest", str(file), "--date", day, environment=environment)
        elenchus("ingest", str(files[2]), environment=environment)
        print(f"ingest of two scenes and the map: {time.perf_counter() - started:.0f} s")
        worst = 0.0
        for name, question in QUESTIONS.items():
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _RUN, question],
                env=environment, check=True, capture_output=True, text=True,
            )  # fmt: skip
            told = json.loads(done.stdout.splitlines()[-1])
            worst = max(worst, told["mb"])
            seconds = time.perf_counter() - started
            print(f"{name}: {seconds:.1f} s, {told['mb']:.0f} MB, {told['status']}")
            print(f"    {told['answer'].splitlines()[0][:200]}")
        print(f"peak {worst:.0f} MB; ratio to the goal of {GOAL_MB} MB: {worst / GOAL_MB:.2f}")


if __name__ == "__main__":
    main()
