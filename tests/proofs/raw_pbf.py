"""A plain reader of .osm.pbf files, written for the proofs so that they rest on no library.

Wire format: https://wiki.openstreetmap.org/wiki/PBF_Format
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


def elements_by_key(path: Path) -> Counter[str]:
    """Return how many nodes, ways and relations carry each key, and each `key=value`."""
    found: Counter[str] = Counter()
    for block in _blocks(path):
        strings: list[str] = []
        groups = []
        for number, value in _fields(block):
            if number == 1:
                strings = [s.decode("utf-8") for n, s in _fields(value) if n == 1]
            elif number == 2:
                groups.append(value)
        for group in groups:
            for keys, values in _tags(group):
                named = [(strings[k], strings[v]) for k, v in zip(keys, values, strict=True)]
                found.update({key for key, _ in named})
                found.update({f"{key}={one}" for key, value in named for one in value.split(";")})
    return found


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while head := file.read(4):
            header = dict(_fields(file.read(struct.unpack(">I", head)[0])))
            blob = dict(_fields(file.read(header[3])))
            if header[1] == b"OSMData":
                yield blob[1] if 1 in blob else zlib.decompress(blob[3])


def _tags(group: bytes) -> Iterator[tuple[list[int], list[int]]]:
    """Yield keys and values of each element of a group, as places in the string table."""
    for number, message in _fields(group):
        if number == 2:
            packed = next((value for n, value in _fields(message) if n == 10), b"")
            yield from _dense(list(_varints(packed)))
        elif number in (1, 3, 4):
            parts = dict(_fields(message))
            yield list(_varints(parts.get(2, b""))), list(_varints(parts.get(3, b"")))


def _dense(row: list[int]) -> Iterator[tuple[list[int], list[int]]]:
    """Cut the tags of dense nodes, which stand in one row with a 0 after each node."""
    keys: list[int] = []
    values: list[int] = []
    at = 0
    while at < len(row):
        if row[at] == 0:
            yield keys, values
            keys, values = [], []
            at += 1
        else:
            keys.append(row[at])
            values.append(row[at + 1])
            at += 2


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif tag & 7 == 2:
            size, at = _varint(message, at)
            yield tag >> 3, message[at : at + size]
            at += size
        else:
            at += {1: 8, 5: 4}[tag & 7]


def _varints(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
