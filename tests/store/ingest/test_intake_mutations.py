"""Damaged and spliced files: the process that reads them may die, the one that hires it never does."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from store.errors import BrokenFile, StoreError
from store.home import Home
from store.ingest import untrusted
from store.ingest.hired import Hired
from store.ingest.identity import digest_of
from store.ingest.jobs import Job
from store.ingest.sandbox import Limits
from store.ingest.untrusted import check_index
from store.raster.recode import check_copy
from tests.store.ingest.intake import awkward, geojson

LONGEST_S = 90


def mutated(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return a file with bits flipped, bytes overwritten, a piece cut off, or another's piece in it."""
    raw = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        # Headers are where a small change does most.
        at = dice.randrange(min(len(raw), 600) if dice.random() < 0.7 else len(raw))
        match dice.randrange(5):
            case 0:
                raw[at] ^= 1 << dice.randrange(8)
            case 1:
                raw[at : at + 4] = dice.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\1\0"]
                )
            case 2:
                del raw[max(1, at) :]
            case 3:
                piece = dice.randrange(len(other))
                raw[at:at] = other[piece : piece + dice.randint(1, 200)]
            case _:
                del raw[at : at + dice.randint(1, 50)]
        if not raw:
            return b"II"
    return bytes(raw)


def seeds(folder: Path) -> list[bytes]:
    """Return small files of every format that is read."""
    files = [*awkward(folder).values(), geojson(folder / "g.geojson")]
    return [path.read_bytes() for path in files if path.stat().st_size < 200_000]


class Reading:
    """Gives mutated files to one process after another, and counts how that went."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home, self.path = home, folder / "mutated"
        self.path.touch()
        self.hired: Hired | None = None
        self.kept = self.refused = self.died = 0
        self.words: list[str] = []
        self.longest_s = 0.0

    def read(self, data: bytes) -> None:
        self.path.write_bytes(data)  # the same file: a process may read one alone
        limits = Limits(processor_s=40, wall_s=LONGEST_S)
        out = self.path.parent / "out"
        out.mkdir(exist_ok=True)
        if self.hired is None or not self.hired.alive:
            self.hired = Hired(out, limits)
        picture = data[:2] in (b"II", b"MM", b"BM", b"\x89P", b"\xff\xd8", b"\xff\x4f", b"\0\0")
        do, digest = ("copy", "") if picture else ("index", digest_of(self.path))
        started = time.monotonic()
        try:
            said = self.hired.do(
                Job(do=do, file=str(self.path), folder=str(out), digest=digest, limits=limits), "m"
            )
            if said.copied is not None:
                check_copy(out / "copy.tif")
            elif said.layer is not None:
                check_index(untrusted.Artifacts(out).path(said.layer.features_sha256))
            else:
                raise BrokenFile("nothing was made")
            self.kept += 1
        except StoreError as worded:
            self.words.append(str(worded))
            self.refused += 1
        self.longest_s = max(self.longest_s, time.monotonic() - started)
        if not self.hired.alive:
            self.died += 1
            self.close()
        for left in out.rglob("*"):
            if left.is_file():
                assert not self.hired or not left.name.startswith("making-"), left
                left.unlink()

    def close(self) -> None:
        if self.hired is not None:
            self.hired.let_go()
        self.hired = None


def fuzz(tmp_path: Path, times: int, seed: int) -> Reading:
    dice, originals = random.Random(seed), seeds(tmp_path)
    reading = Reading(Home(tmp_path / "home"), tmp_path)
    try:
        for _ in range(times):
            reading.read(mutated(dice.choice(originals), dice.choice(originals), dice))
    finally:
        reading.close()
    assert all(20 < len(text) <= 600 and str(tmp_path) not in text for text in reading.words)
    return reading


def test_hundreds_of_damaged_files_are_read_or_refused_by_words(tmp_path):
    reading = fuzz(tmp_path, 300, seed=1)
    assert reading.refused > 100
    assert reading.kept > 10
    assert reading.longest_s < LONGEST_S


@pytest.mark.nightly
def test_thousands_of_damaged_files_are_read_or_refused_by_words(tmp_path):
    reading = fuzz(tmp_path, 20_000, seed=int(time.time() // 86_400))
    assert reading.longest_s < LONGEST_S
