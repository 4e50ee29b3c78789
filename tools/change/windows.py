"""Windows over a pair of images, and pairs that are held in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isqrt

import numpy as np

from tools.change.contract import (
    Bands,
    Codes,
    Mask,
    PairSource,
    SensorKind,
    Views,
    Window,
)

SAMPLE_PX = 1 << 20
"""Statistics come from at most about this many pixels at full resolution."""
_SAMPLE_SIDE = 256
_LOOK_PX = 1 << 16


def tiles(shape: tuple[int, int], side: int) -> Iterator[Window]:
    """Row-major windows of at most `side` px that cover an image without overlap.

    >>> [tuple(w) for w in tiles((3, 5), 4)]
    [(0, 0, 3, 4), (0, 4, 3, 5)]
    """
    for row in range(0, shape[0], side):
        for col in range(0, shape[1], side):
            yield Window(row, col, min(row + side, shape[0]), min(col + side, shape[1]))


def sample_windows(shape: tuple[int, int]) -> list[Window]:
    """The whole image when it is small, otherwise a regular grid of windows."""
    rows, cols = shape
    if rows * cols <= SAMPLE_PX:
        return [Window(0, 0, rows, cols)]
    side = _SAMPLE_SIDE
    wanted = SAMPLE_PX // side**2
    down = min(max(round((wanted * rows / cols) ** 0.5), 1), wanted, ceil(rows / side))
    across = min(max(wanted // down, 1), ceil(cols / side))
    return [
        Window(row, col, min(row + side, rows), min(col + side, cols))
        for row in _starts(rows, side, down)
        for col in _starts(cols, side, across)
    ]


def _starts(length: int, side: int, count: int) -> Sequence[int]:
    """`count` starts of windows of `side` px, spread evenly over `length` px."""
    room = max(length - side, 0)
    return sorted({int((k + 0.5) / count * room) for k in range(count)})


def read_samples(pair: PairSource) -> list[Views]:
    """Read the sample windows at full resolution; those with no valid pixel are left out."""
    views = [Views(*pair.read(*window)) for window in sample_windows(pair.shape)]
    return [view for view in views if view.valid.any()]


class FilledPair:
    """A pair in which pixels without data hold one neutral value per band.

    Filters reach over a few pixels; nodata of 0, -9999 or NaN would leak into its neighbours. What
    is not finite counts as not valid. Values are 32-bit floats unless `as_float` is false.
    """

    def __init__(self, pair: PairSource, *, as_float: bool = True) -> None:
        self._pair = pair
        self._as_float = as_float
        self.shape: tuple[int, int] = pair.shape
        self.gsd_m: float | None = pair.gsd_m
        self.kinds: tuple[SensorKind, SensorKind] = pair.kinds
        look = _checked(*pair.reduced(_LOOK_PX))
        self._fill = [_medians(bands, look.valid) for bands in (look.a, look.b)]

    def read(self, row0: int, col0: int, row1: int, col1: int) -> tuple[Bands, Bands, Mask]:
        """Read a window, filled."""
        return self._filled(_checked(*self._pair.read(row0, col0, row1, col1)))

    def reduced(self, max_px: int) -> tuple[Bands, Bands, Mask]:
        """Read all of it decimated, filled."""
        return self._filled(_checked(*self._pair.reduced(max_px)))

    def _filled(self, views: Views) -> Views:
        """Put the neutral values where there is no data; nothing is copied where all is valid."""
        a, b = (
            bands.astype(np.float32, copy=False) if self._as_float else bands
            for bands in (views.a, views.b)
        )
        if views.valid.all():
            return Views(a, b, views.valid)
        a, b = (
            np.where(views.valid, bands, fill[:, None, None].astype(bands.dtype))
            for bands, fill in zip((a, b), self._fill, strict=True)
        )
        return Views(a, b, views.valid)


def _checked(a: Bands, b: Bands, valid: Mask) -> Views:
    """Take pixels that are not finite out of the valid ones."""
    for bands in (a, b):
        if bands.dtype.kind == "f" and not np.isfinite(bands.sum(dtype=np.float64)):
            valid = valid & np.isfinite(bands).all(axis=0)
    return Views(a, b, valid)


def _medians(bands: Bands, valid: Mask) -> Bands:
    """Median of each band where there is data; 0 when there is none."""
    if not valid.any():
        return np.zeros(len(bands), np.float32)
    middle: Bands = np.median(bands[:, valid], axis=1).astype(np.float32)
    return middle


@dataclass(frozen=True, slots=True)
class ArrayPair:
    """A pair that is held in memory, for tests and small images."""

    a: Bands
    b: Bands
    valid: Mask
    gsd_m: float | None = None
    kinds: tuple[SensorKind, SensorKind] = ("unknown", "unknown")

    def __post_init__(self) -> None:
        """Refuse arrays that do not lie on one grid."""
        if not self.a.shape[1:] == self.b.shape[1:] == self.valid.shape:
            raise ValueError(
                f"a {self.a.shape}, b {self.b.shape} and valid {self.valid.shape} "
                "differ in size; bring both images onto one grid first"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, cols = self.valid.shape
        return rows, cols

    def read(self, row0: int, col0: int, row1: int, col1: int) -> tuple[Bands, Bands, Mask]:
        """Read a half-open window."""
        part = slice(row0, row1), slice(col0, col1)
        return self.a[:, *part], self.b[:, *part], self.valid[part]

    def reduced(self, max_px: int) -> tuple[Bands, Bands, Mask]:
        """Every n-th pixel of every n-th row."""
        step = reduction(self.shape, max_px)
        return (
            self.a[:, ::step, ::step],
            self.b[:, ::step, ::step],
            self.valid[::step, ::step],
        )


def reduction(shape: tuple[int, int], max_px: int) -> int:
    """The smallest whole step that brings an image to at most `max_px` pixels.

    >>> reduction((1000, 1000), 250_000), reduction((10, 10), 250_000)
    (2, 1)
    """
    step = max(isqrt(shape[0] * shape[1] // max_px), 1)
    while ceil(shape[0] / step) * ceil(shape[1] / step) > max_px:
        step += 1
    return step


class ArraySink:
    """Collects the mask in one array, for tests and small images."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.codes: Codes = np.zeros(shape, np.uint8)

    def write(self, row0: int, col0: int, codes: Codes) -> None:
        """Store one window."""
        self.codes[row0 : row0 + codes.shape[0], col0 : col0 + codes.shape[1]] = codes
