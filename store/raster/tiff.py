"""The structure of TIFF files, read by us before GDAL sees them: sizes, blocks and where they lie.

A bounded reader of image file directories after TIFF 6.0 and BigTIFF. It finds blocks that lie
past the end of the file, lists of blocks shorter than the grid, and sparse blocks, all of
which a decoder may quietly turn into zeros.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from store.errors import BrokenFile, TooLarge

_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_FORMS = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
WIDTH, HEIGHT, BITS, COMPRESSION, SAMPLES, PLANAR = 256, 257, 258, 259, 277, 284
SUBFILE, PHOTOMETRIC, ROWS_PER_STRIP, TILE_WIDTH, TILE_HEIGHT = 254, 262, 278, 322, 323
_YCBCR = 6
_OFFSETS, _COUNTS = (324, 273), (325, 279)
_WANTED = {WIDTH, HEIGHT, BITS, COMPRESSION, SAMPLES, PLANAR}
_WANTED |= {SUBFILE, PHOTOMETRIC, ROWS_PER_STRIP, TILE_WIDTH, TILE_HEIGHT}
_MOST_DIRECTORIES = 1024
_MOST_TAGS = 4096
_MOST_BLOCKS = 64 << 20
_PIECE = 1 << 18
_LARGEST_SIDE = 2**31 - 1


@dataclass(frozen=True)
class Tag:
    """One entry of a directory: the type and number of its values, and where they lie."""

    type: int
    count: int
    offset: int


@dataclass(frozen=True)
class Image:
    """One image of a TIFF file: the full one, an overview or a mask."""

    width: int
    height: int
    samples: int
    bits: int
    tiled: bool
    block: tuple[int, int]
    """Width and height of a block in pixels."""
    planes: int
    compression: int
    subsampled: bool
    """Colours may be stored for several pixels together."""
    reduced: bool
    mask: bool
    """Not a picture but the mask of one."""
    sparse: NDArray[np.bool_] | None
    """(planes, rows, columns) of blocks, True where none was written; None when all are there."""

    @property
    def compressed(self) -> bool:
        """Tell whether a block can only be decoded from its beginning."""
        return self.compression != _UNCOMPRESSED


_UNCOMPRESSED = 1


def read_images(file: IO[bytes], name: str) -> list[Image]:
    """Return the images of a TIFF file, in order; refuses a file whose blocks are not all there.

    Args:
        file: The file, open for reading.
        name: How to call the file in an error.
    """
    images: list[Image] = []
    blocks = 0
    for tags in _directories(_Source(file, name)):
        image = _image(_Source(file, name), tags)
        blocks += math.prod(grid_of(image))
        if blocks > _MOST_BLOCKS:  # all directories may point to one and the same long list
            raise TooLarge(f"{name!r} has more than {_MOST_BLOCKS} blocks; rewrite it")
        images.append(image)
    return images


def grid_of(image: Image) -> tuple[int, int, int]:
    """Return planes, rows and columns of the blocks of an image."""
    across, down = image.block
    return image.planes, math.ceil(image.height / down), math.ceil(image.width / across)


class _Source:
    """A TIFF file with its byte order and the width of its offsets."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.file, self.name = file, name
        self.size = file.seek(0, io.SEEK_END)
        head = self.take(0, 4)
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        version = struct.unpack(self.order + "H", head[2:4])[0] if self.order else 0
        if version not in (42, 43):
            raise BrokenFile(f"{name!r} begins like a TIFF file but has no TIFF header")
        self.big = version == 43

    def take(self, offset: int, count: int) -> bytes:
        if offset < 0 or offset + count > self.size:
            raise self.broken(f"it ends at byte {self.size} but refers to byte {offset + count}")
        self.file.seek(offset)
        data = self.file.read(count)
        if len(data) != count:
            raise self.broken(f"byte {offset} could not be read")
        return data

    def number(self, offset: int, form: str) -> int:
        return int(struct.unpack(self.order + form, self.take(offset, struct.calcsize(form)))[0])

    def broken(self, why: str) -> BrokenFile:
        return BrokenFile(f"{self.name!r} is damaged or cut short: {why}; get the file again")

    def values(self, tag: Tag, start: int = 0, count: int | None = None) -> NDArray[np.uint64]:
        """Return some of the whole numbers of a tag."""
        form = _FORMS.get(tag.type)
        if form is None:
            raise self.broken(f"a size or place in it is written as type {tag.type}")
        count = tag.count if count is None else count
        each = _SIZES[tag.type]
        return np.frombuffer(
            self.take(tag.offset + start * each, count * each), self.order + form
        ).astype(np.uint64)


def _directories(source: _Source) -> Iterator[dict[int, Tag]]:
    """Yield the tags of each directory, following the chain once."""
    seen: set[int] = set()
    at = source.number(8, "Q") if source.big else source.number(4, "I")
    while at:
        if at in seen:
            raise source.broken("its list of images runs in a circle")
        if len(seen) >= _MOST_DIRECTORIES:
            raise TooLarge(
                f"{source.name!r} holds more than {_MOST_DIRECTORIES} images; "
                "split it into one file each"
            )
        seen.add(at)
        tags, at = _directory(source, at)
        yield tags
    if not seen:
        raise source.broken("it holds no image")


def _directory(source: _Source, at: int) -> tuple[dict[int, Tag], int]:
    """Return the tags of the directory at an offset, and where the next one begins."""
    head, each, inline, form = (8, 20, 8, "Q") if source.big else (2, 12, 4, "I")
    count = source.number(at, "Q" if source.big else "H")
    if count > _MOST_TAGS:
        raise source.broken(f"a directory claims {count} tags")
    body = source.take(at + head, count * each)
    tags = {}
    for i in range(count):
        code, kind = struct.unpack_from(source.order + "HH", body, i * each)
        values, place = struct.unpack_from(source.order + form * 2, body, i * each + 4)
        size = _SIZES.get(kind, 1) * values
        offset = at + head + i * each + each - inline if size <= inline else place
        if size > inline and offset + size > source.size:
            raise source.broken(f"tag {code} lies past the end of the file")
        tags[code] = Tag(kind, values, offset)
    return tags, source.number(at + head + count * each, form)


def _image(source: _Source, tags: dict[int, Tag]) -> Image:
    facts = {
        code: int(source.values(tags[code], 0, 1)[0])
        for code in _WANTED & set(tags)
        if tags[code].count
    }
    width, height = facts.get(WIDTH, 0), facts.get(HEIGHT, 0)
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        raise source.broken(f"an image in it is {width} x {height} px")
    tiled = TILE_WIDTH in facts
    block = (
        (facts[TILE_WIDTH], facts.get(TILE_HEIGHT, 0))
        if tiled
        else (width, min(facts.get(ROWS_PER_STRIP, height), height))
    )
    if min(block) < 1:
        raise source.broken(f"its blocks are {block[0]} x {block[1]} px")
    samples = facts.get(SAMPLES, 1)
    planes = samples if facts.get(PLANAR, 1) == 2 else 1
    kind = facts.get(SUBFILE, 0)
    return Image(
        width=width, height=height, samples=samples, bits=facts.get(BITS, 1), tiled=tiled,
        block=block, planes=planes,
        compression=facts.get(COMPRESSION, 1), subsampled=facts.get(PHOTOMETRIC) == _YCBCR,
        reduced=bool(kind & 1), mask=bool(kind & 4),
        sparse=_blocks(source, tags, (width, height), block, planes),
    )  # fmt: skip


def _blocks(
    source: _Source,
    tags: dict[int, Tag],
    size: tuple[int, int],
    block: tuple[int, int],
    planes: int,
) -> NDArray[np.bool_] | None:
    """Check where the blocks of an image lie, and return which were never written."""
    columns, rows = math.ceil(size[0] / block[0]), math.ceil(size[1] / block[1])
    wanted = columns * rows * planes
    offsets = next((tags[code] for code in _OFFSETS if code in tags), None)
    counts = next((tags[code] for code in _COUNTS if code in tags), None)
    if offsets is None or offsets.count < wanted or counts is None or counts.count < wanted:
        listed = 0 if offsets is None else offsets.count
        raise source.broken(f"its grid has {wanted} blocks but it lists {listed}")
    if wanted > _MOST_BLOCKS:
        raise TooLarge(f"{source.name!r} has {wanted} blocks; rewrite it with tiles of 512 px")
    sparse = np.zeros(wanted, dtype=bool)
    for start in range(0, wanted, _PIECE):
        count = min(_PIECE, wanted - start)
        places, sizes = source.values(offsets, start, count), source.values(counts, start, count)
        empty = sizes == 0
        outside = ~empty & (
            (places == 0)
            | (places > source.size)
            | (sizes > source.size - np.minimum(places, source.size))
        )
        if outside.any():
            first = start + int(np.flatnonzero(outside)[0])
            raise source.broken(f"block {first} of {wanted} lies past the end of the file")
        sparse[start : start + count] = empty
    return sparse.reshape(planes, rows, columns) if sparse.any() else None
