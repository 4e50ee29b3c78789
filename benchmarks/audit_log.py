"""The audit log against its limits: appending against fdatasync, verifying against sqlite3.

Run: python benchmarks/audit_log.py [ROWS]
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from agent.audit import AuditLog
from store.database import Database

ROUNDS = 5
APPENDS = 400


def fdatasync_rows(folder: Path) -> float:
    """Return rows/s of writing a row's text and calling fdatasync."""
    line = ("x" * 600 + "\n").encode()
    with (folder / "floor.log").open("ab", buffering=0) as file:
        started = time.perf_counter()
        for _ in range(APPENDS):
            file.write(line)
            os.fdatasync(file.fileno())
    return APPENDS / (time.perf_counter() - started)


def append_rows(log: AuditLog) -> float:
    """Return rows/s of durable appends, one transaction each."""
    body = {"tool": "lookup_osm", "arguments_sha256": "a" * 64, "why": "w" * 200, "step": 1}
    started = time.perf_counter()
    for number in range(APPENDS):
        with log.database.write() as connection:
            log.append(
                connection, session="s", turn=1, kind="intent", body=body, call_key=f"k{number}"
            )
    return APPENDS / (time.perf_counter() - started)


def fill(log: AuditLog, rows: int) -> None:
    """Add rows in batches, for verifying."""
    while rows > 0:
        with log.database.write() as connection:
            for number in range(min(rows, 1000)):
                log.append(
                    connection,
                    session="s",
                    turn=1,
                    kind="outcome",
                    body={"status": "found", "n": number},
                )
        rows -= 1000
    log.seal()


def raw_verify(path: Path) -> float:
    """Return rows/s of reading all rows with sqlite3 and hashing them, nothing else."""
    started = time.perf_counter()
    count = 0
    with sqlite3.connect(path) as connection:
        for row_hash, *fields in connection.execute(
            "SELECT row_hash, seq, prev_hash, session, turn, kind, call_key, body "
            "FROM audit ORDER BY seq"
        ):
            text = "\n".join(str(field or "") for field in fields)
            count += hashlib.sha256(text.encode()).hexdigest() == row_hash
    connection.close()
    return count / (time.perf_counter() - started)


def verify(log: AuditLog) -> float:
    """Return rows/s of our verification."""
    started = time.perf_counter()
    verdict = log.verify()
    if not verdict.whole:
        raise SystemExit(f"the log is not whole: {verdict.breaks}")
    return verdict.rows / (time.perf_counter() - started)


def report(name: str, ours: list[float], limit: list[float], goal: float) -> None:
    """Print medians, spreads and the ratio."""
    pairs = sorted(o / f for o, f in zip(ours, limit, strict=True))
    print(f"{name}: ours {statistics.median(ours):,.0f} rows/s ({min(ours):,.0f}-{max(ours):,.0f})")
    print(f"  limit {statistics.median(limit):,.0f} rows/s ({min(limit):,.0f}-{max(limit):,.0f})")
    print(f"  ratio {statistics.median(pairs):.2f} ({pairs[0]:.2f}-{pairs[-1]:.2f}); goal {goal}")


def main() -> None:
    """Run both sides in turn."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = AuditLog(Database.at(folder / "home" / "elenchus.db"), folder / "heads")
        floor, ours = [], []
        for _ in range(ROUNDS):
            floor.append(fdatasync_rows(folder))
            ours.append(append_rows(log))
        report("durable append", ours, floor, 0.5)
        fill(log, rows)
        raw, mine = [], []
        for _ in range(ROUNDS):
            raw.append(raw_verify(folder / "home" / "elenchus.db"))
            mine.append(verify(log))
        report(f"verify {rows:,} rows", mine, raw, 0.8)
        log.database.close()


if __name__ == "__main__":
    main()
