"""What a step of the loop costs beyond its tool: with checkpoint and both audit rows committed.

Run: python benchmarks/loop_overhead.py [STEPS]
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent.events import CallStarted, Event
from agent.evidence import Call, Doubt
from agent.inquiry import Inquiry
from agent.planner.contract import Conversation, Ledger, Plan
from agent.settings import Settings
from agent.start import Analyst
from tools.contract import Bench, Finding, Method, Quantity
from tools.registry import Registry, tool


@tool("1")
def nothing(bench: Bench, number: int) -> Finding:
    """Return a number at once: the step costs nothing but the loop."""
    return Finding(
        quantities=[Quantity(name="count", value=number, unit="count", interval="exact")],
        method=Method(name="nothing", version="1"),
    )


class Counting:
    """A planner that makes one call a step."""

    name = "counting"

    def __init__(self, steps: int, state: Path) -> None:
        self.steps, self.state, self.largest = steps, state, 0

    def understand(self, question: str, conversation: Conversation, catalog: Any) -> Inquiry:
        """Ask nothing of its own: the planner below decides what is called."""
        return Inquiry(question=question, restated="count")

    def plan(
        self, inquiry: Inquiry, turn: int, ledger: Ledger, doubts: Sequence[Doubt], *_: Any
    ) -> Plan:
        """Call once more until the steps are made."""
        with sqlite3.connect(self.state) as raw:
            size = raw.execute("SELECT max(length(checkpoint)) FROM checkpoints").fetchone()[0]
        raw.close()
        self.largest = max(self.largest, size or 0)
        done = len(ledger.evidence)
        if done >= self.steps:
            return Plan(enough=True)
        return Plan(calls=[Call(tool="nothing", arguments={"number": done})])


def sync_ms(folder: Path) -> float:
    """Return the median time of one durable write of this disk, in ms."""
    times = []
    with (folder / "floor").open("ab", buffering=0) as file:
        for _ in range(100):
            started = time.perf_counter()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main() -> None:
    """Run one turn of many steps and look at the time between calls."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 36
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        times: list[float] = []
        planner = Counting(steps, folder / "home" / "checkpoints.db")
        settings = Settings(home=folder / "home", heads=folder / "heads", max_steps=40)
        with Analyst(settings, planner=planner, registry=Registry([nothing])) as analyst:
            for round_ in range(8):
                begun: list[float] = []

                def hear(event: Event, into: list[float] = begun) -> None:
                    if isinstance(event, CallStarted):
                        into.append(time.perf_counter())

                analyst.ask("how many?", session=f"s{round_}", listener=hear)
                times += [(b - a) * 1000 for a, b in pairwise(begun)]
        times.sort()
        floor = sync_ms(folder)
        p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        print(f"{len(times)} steps: p50 {p50:.1f} ms, p99 {p99:.1f} ms (goal p99 25 ms)")
        print(f"state of a step: at most {planner.largest / 1000:.1f} KB (goal 20 KB)")
        print(f"one durable write here: {floor:.2f} ms; a step makes 2 of them")
        print(f"ratio p50 to 2 durable writes: {p50 / (2 * floor):.1f}")


if __name__ == "__main__":
    main()
