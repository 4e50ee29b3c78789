"""World files: six numbers beside a picture that give it a place, read by us and only at ingest."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from store.errors import BrokenFile
from store.raster.gate import open_regular, shown
from store.raster.place import SixNumbers

_SUFFIXES = {
    "GTiff": ("tfw", "tifw", "tiffw"),
    "PNG": ("pgw", "pngw"),
    "JPEG": ("jgw", "jpgw", "jpegw"),
    "JP2OpenJPEG": ("j2w", "jp2w"),
    "BMP": ("bpw", "bmpw"),
}
_LONGEST = 4096


@dataclass(frozen=True)
class WorldFile:
    """The numbers of a world file, as a transform of outer corners."""

    name: str
    sha256: str
    transform: SixNumbers


def find_world_file(path: Path, driver: str) -> WorldFile | None:
    """Return the world file beside a picture, or None."""
    for suffix in (*_SUFFIXES.get(driver, ()), "wld"):
        for beside in (path.with_suffix(f".{suffix}"), path.with_suffix(f".{suffix.upper()}")):
            if beside.is_file():
                return _read(beside)
    return None


def _read(path: Path) -> WorldFile:
    with open_regular(path) as file:
        raw = file.read(_LONGEST + 1)
    try:
        numbers = [float(line.replace(",", ".")) for line in raw.decode("ascii").split()]
    except ValueError as wrong:
        raise BrokenFile(
            f"the world file {shown(path)!r} does not hold numbers; correct or remove it"
        ) from wrong
    if len(raw) > _LONGEST or len(numbers) != 6 or not all(map(math.isfinite, numbers)):
        raise BrokenFile(
            f"the world file {shown(path)!r} does not hold six numbers; correct or remove it"
        )
    a, d, b, e, x, y = numbers
    if a * e - b * d == 0:
        raise BrokenFile(
            f"the world file {shown(path)!r} gives pixels no size; correct or remove it"
        )
    # Its last two numbers are of the upper-left pixel's centre; a transform starts at the corner.
    return WorldFile(
        shown(path), hashlib.sha256(raw).hexdigest(), (a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)
    )
