"""The gate: what a file is and claims, decided from its bytes before any pixel is decoded."""

from __future__ import annotations

import io
import os
import stat
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from store.errors import BadName, BrokenFile, StoreError, TooLarge, UnsupportedFormat
from store.raster.tiff import Image, read_images
from store.text import clean_text

DRIVERS = ("GTiff", "PNG", "JPEG", "JP2OpenJPEG", "BMP")
LARGEST_TILE_PX = 4096 * 4096
LARGEST_STRIP_BYTES = 512 << 20
LARGEST_LOOSE_PX = 1_000_000_000
"""Most pixels of a file that can only be decoded from its beginning (PNG, JPEG, BMP)."""
MOST_BANDS = 4096
MOST_UPLOADED_BANDS = 64
LARGEST_UPLOAD_PX = 1_000_000_000
_HEADER = 64 << 10
_MOST_CHUNKS = 1_000_000

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"II*\x00", "GTiff"),
    (b"MM\x00*", "GTiff"),
    (b"II+\x00", "GTiff"),
    (b"MM\x00+", "GTiff"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JP2OpenJPEG"),
    (b"\xff\x4f\xff\x51", "JP2OpenJPEG"),
    (b"BM", "BMP"),
)


@dataclass(frozen=True)
class Passed:
    """A file that may be opened: by which drivers, and what its own structure says."""

    drivers: list[str]
    images: list[Image]
    """The images of a TIFF file; empty for other formats."""


def check_file(path: Path, extra_drivers: Sequence[str] = ()) -> Passed:
    """Let a regular file of a known format and bearable size pass; the content decides.

    Args:
        path: The file; it may be a link to one.
        extra_drivers: GDAL drivers to allow for content that is none of ours.
    """
    with open_regular(path) as file:
        driver = _driver_of(file.read(16))
        name = shown(path)
        if driver is None:
            if extra_drivers:
                return Passed(list(extra_drivers), [])
            raise UnsupportedFormat(
                f"{name!r} holds none of the formats that are opened: GeoTIFF, PNG, JPEG, "
                "JPEG 2000 and BMP (the content decides, not the name); convert it to GeoTIFF"
            )
        images = read_images(file, name) if driver == "GTiff" else []
        if images:
            _check_blocks(images, name)
            _check_bytes(images, name, os.fstat(file.fileno()).st_size)
        elif driver == "PNG":
            _check_png(file, name)
        elif driver == "BMP":
            _check_bmp(file, name)
    return Passed([driver], images)


def is_picture(path: Path) -> bool:
    """Tell whether the content of a regular file begins like one of the picture formats."""
    with open_regular(path) as file:
        return _driver_of(file.read(16)) is not None


def check_size(
    width: int, height: int, bands: int, name: str, *, loose: bool, upload: bool
) -> None:
    """Refuse an image whose header declares more than we are willing to read."""
    most = MOST_UPLOADED_BANDS if upload else MOST_BANDS
    if bands > most:
        raise TooLarge(f"{name!r} declares {bands} bands; at most {most} are read")
    if upload and width * height > LARGEST_UPLOAD_PX:
        raise TooLarge(
            f"{name!r} declares {width} x {height} px; an upload may have {LARGEST_UPLOAD_PX:,} px"
        )
    if loose and width * height > LARGEST_LOOSE_PX:
        raise TooLarge(
            f"{name!r} declares {width} x {height} px in one piece; rewrite it as a tiled GeoTIFF"
        )


def open_regular(path: Path) -> IO[bytes]:
    """Open a regular file for reading; a folder, pipe or device is refused without waiting."""
    name = shown(path)
    try:
        os.fspath(path).encode("utf-8")
        # Without waiting: opening a pipe that nobody writes to would hang.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (ValueError, UnicodeError) as wrong:
        raise BadName(f"{name!r} is not a file name that can be opened; rename the file") from wrong
    except OSError as wrong:
        raise StoreError(
            f"{name!r} cannot be opened: {wrong.strerror}", code="cannot_open"
        ) from wrong
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        what = "a folder; name the files in it" if stat.S_ISDIR(kind) else "not a regular file"
        raise UnsupportedFormat(f"{name!r} is {what}")
    return os.fdopen(descriptor, "rb")


def header_of(path: Path) -> bytes:
    """Return the first 64 KiB of a file."""
    with open_regular(path) as file:
        return file.read(_HEADER)


def shown(path: Path) -> str:
    """Return a file's name as it may be shown."""
    return clean_text(path.name, 80) or "?"


def _driver_of(head: bytes) -> str | None:
    return next((driver for mark, driver in _SIGNATURES if head.startswith(mark)), None)


def _check_blocks(images: list[Image], name: str) -> None:
    """Refuse tiles and strips that cannot be decoded within bounds."""
    if images[0].samples > MOST_BANDS:
        raise TooLarge(
            f"{name!r} declares {images[0].samples} bands; at most {MOST_BANDS} are read"
        )
    for image in images:
        across, down = image.block
        if image.tiled and across * down > LARGEST_TILE_PX:
            raise TooLarge(
                f"{name!r} has tiles of {across} x {down} px; rewrite it with tiles of 512 px"
            )
        decoded = across * down * image.bits * image.samples // 8
        if not image.tiled and image.compressed and decoded > LARGEST_STRIP_BYTES:
            raise TooLarge(
                f"{name!r} has strips of {decoded >> 20} MiB each; rewrite it with tiles of 512 px"
            )


def _check_bytes(images: list[Image], name: str, size: int) -> None:
    """Refuse an uncompressed TIFF file that is shorter than its own pixels."""
    for image in images:
        needed = image.width * image.height * image.samples * image.bits // 8
        whole = not image.compressed and image.sparse is None
        if whole and not image.subsampled and needed > size:
            raise BrokenFile(
                f"{name!r} is cut short: its pixels need {needed} bytes, it has {size}"
            )


def _check_png(file: IO[bytes], name: str) -> None:
    """Walk the chunks of a PNG file: all must lie within it and the last one must be there."""
    size = file.seek(0, io.SEEK_END)
    at = 8
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        length, kind = struct.unpack(">I4s", head) if len(head) == 8 else (size, b"")
        at += 12 + length
        if at > size:
            raise BrokenFile(
                f"{name!r} is cut short: its picture data end at byte {size}; get the file again"
            )
        if kind == b"IEND":
            return
    raise TooLarge(f"{name!r} has more than {_MOST_CHUNKS} parts; rewrite it")


def _check_bmp(file: IO[bytes], name: str) -> None:
    """Refuse a BMP file that is shorter than its uncompressed rows, or too short for a header."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(54)
    if len(head) < 54:
        raise BrokenFile(
            f"{name!r} is cut short: {size} bytes are less than a BMP header; get the file again"
        )
    start, header = struct.unpack_from("<II", head, 10)
    if header < 40:
        return  # an OS/2 header; its rows are found missing when they are decoded
    width, height, _, bits, compression = struct.unpack_from("<iiHHI", head, 18)
    row = (width * bits + 31) // 32 * 4
    if compression in (0, 3) and start + row * abs(height) > size:
        raise BrokenFile(
            f"{name!r} is cut short: its rows need {start + row * abs(height)} bytes, it has {size}"
        )
