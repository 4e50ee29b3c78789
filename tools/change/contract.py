"""What change detection needs from outside: a pair of images, a place for the mask, a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

SensorKind = Literal["SAR", "RGB", "PAN", "NIR", "MS", "unknown"]
Verdict = Literal["changed", "unchanged", "cannot_tell"]

Bands = NDArray[Any]  # (bands, rows, cols): float32, or the file's own type as it is read
Plane = NDArray[np.float32]  # (rows, cols)
Mask = NDArray[np.bool_]  # (rows, cols)
Labels = NDArray[np.int32]  # (rows, cols), 0 is background
Codes = NDArray[np.uint8]  # (rows, cols): UNCHANGED, CHANGED or NOT_COMPARED
Floats = NDArray[np.floating[Any]]

UNCHANGED, CHANGED, NOT_COMPARED = 0, 1, 255

Check = Callable[[], None]
"""Called once per window; raises whatever the caller wants to stop with."""


class Window(NamedTuple):
    """A half-open window of pixels."""

    row0: int
    col0: int
    row1: int
    col1: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.row1 - self.row0, self.col1 - self.col0

    def grown(self, by: int, within: tuple[int, int]) -> Window:
        """The window with a margin of `by` px on all sides, cut at the edges of the image."""
        return Window(
            max(self.row0 - by, 0),
            max(self.col0 - by, 0),
            min(self.row1 + by, within[0]),
            min(self.col1 + by, within[1]),
        )

    def inside(self, outer: Window) -> tuple[slice, slice]:
        """Slices that cut this window out of an array that covers `outer`."""
        return (
            slice(self.row0 - outer.row0, self.row1 - outer.row0),
            slice(self.col0 - outer.col0, self.col1 - outer.col0),
        )


class Views(NamedTuple):
    """The same window of both images: values and where both have data."""

    a: Bands
    b: Bands
    valid: Mask


class PairSource(Protocol):
    """Two images on one pixel grid, read by windows; nothing of full size is ever asked for."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, the same for both."""
        ...

    @property
    def gsd_m(self) -> float | None:
        """Ground sampling distance in metres, None when it is not known."""
        ...

    @property
    def kinds(self) -> tuple[SensorKind, SensorKind]:
        """The sensor kind of each image."""
        ...

    def read(self, row0: int, col0: int, row1: int, col1: int) -> tuple[Bands, Bands, Mask]:
        """Read a half-open window that lies inside the image: (a, b, valid)."""
        ...

    def reduced(self, max_px: int) -> tuple[Bands, Bands, Mask]:
        """Read all of it decimated so that rows * cols <= max_px: one cheap look."""
        ...


class MaskSink(Protocol):
    """Takes the mask window by window, row-major; 0 unchanged, 1 changed, 255 not compared."""

    def write(self, row0: int, col0: int, codes: Codes) -> None:
        """Store one window whose upper-left pixel is (row0, col0)."""
        ...


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a verdict, or one doubt: a stable code and words for a person."""

    code: str
    words: str
