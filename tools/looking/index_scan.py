"""One index over a region: statistics, what passes a threshold, its mask and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.raster.masks import NOT_KNOWN, MaskWriter
from tools.looking.canvas import Canvas
from tools.looking.indices import Index
from tools.looking.radiometry import Radiometry
from tools.looking.roles import CLOUD_ABOVE, Role, Roles
from tools.looking.scan import Piece, Scan
from tools.looking.sheet import ROOM, ROOM_DOWN
from tools.looking.statistics import RunningStatistics

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Threshold:
    """Values that pass: above one, below another, or between both."""

    above: float | None
    below: float | None

    def passes(self, values: Floats) -> Bools:
        """Return which values pass; the ends themselves do not."""
        passed = np.ones(values.shape, dtype=bool)
        if self.above is not None:
            passed &= values > self.above
        if self.below is not None:
            passed &= values < self.below
        return passed

    def words(self) -> str:
        """Say which values pass."""
        if self.above is None:
            return f"below {self.below:g}"
        if self.below is None:
            return f"above {self.above:g}"
        return f"between {self.above:g} and {self.below:g}"


class IndexScan:
    """Gathers an index piece by piece."""

    def __init__(
        self, scan: Scan, index: Index, roles: Roles, meaning: Radiometry, bands: Sequence[int]
    ) -> None:
        self.scan, self.index, self.meaning = scan, index, meaning
        self._roles: tuple[Role, ...] = index.roles
        self._bands = list(bands)
        self._cloud = roles.band.get("cloud")
        self.statistics = RunningStatistics()
        self.canvas = Canvas(scan.shape, min(ROOM, ROOM_DOWN))
        self.defined_px = self.cloudy_px = self.beyond_px = 0
        self.area = self.passed_area = 0.0

    def run(self, threshold: Threshold | None, mask_path: Path) -> None:
        """Go over the region once; the mask is written when there is a threshold."""
        read = self._bands if self._cloud is None else [*self._bands, self._cloud]
        what = f"computing {self.index.name.upper()}"
        if threshold is None:
            for piece in self.scan.pieces(read, what):
                self._take(piece)
            return
        crs, transform = self.scan.grid
        with MaskWriter(mask_path, self.scan.shape, crs, transform) as mask:
            for piece in self.scan.pieces(read, what):
                values, held = self._take(piece)
                passed = threshold.passes(values) & held
                self.passed_area += float(self.scan.weights(piece)[passed].sum())
                codes = np.where(held, passed.astype(np.uint8), np.uint8(NOT_KNOWN))
                mask.write(piece.row0, piece.col0, codes)

    def _take(self, piece: Piece) -> tuple[Floats, Bools]:
        """Return the values of a piece and where they hold, after adding them up."""
        data: NDArray[Any] = piece.pixels.data[: len(self._bands)]
        valid = piece.valid & ~self.meaning.empty(data)
        if self._cloud is not None:
            cloudy = piece.pixels.data[-1] > CLOUD_ABOVE
            self.cloudy_px += int((valid & cloudy).sum())
            valid &= ~cloudy
        physical = self.meaning.values(data, self._bands)
        planes = dict(zip(self._roles, physical, strict=True))
        values, defined = self.index.values(planes)
        held = valid & defined
        self.beyond_px += int((self.index.beyond(planes) & held).sum())
        self.defined_px += int(held.sum())
        self.area += float(self.scan.weights(piece)[held].sum())
        self.statistics.add(values[held].astype(np.float64))
        self.canvas.add(piece.row0, piece.col0, values[None].astype(np.float64), held)
        return values, held
