"""A survey: the classes of a region by one set of rules, their areas, masks and picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from store.raster.masks import NOT_KNOWN, MaskWriter
from tools.landcover.classes import CLOUD, INVALID, KINDS, UNKNOWN, WATER, Bools, Codes, Rules
from tools.landcover.look import Look, at_window
from tools.looking.canvas import Canvas
from tools.looking.radiometry import Radiometry
from tools.looking.roles import CLOUD_ABOVE
from tools.looking.scan import Piece, Scan
from tools.looking.sheet import ROOM, ROOM_DOWN


class Survey:
    """Goes over a region once and adds up the area of each class, under each setting.

    Args:
        scan: The region.
        rules: What tells classes.
        bands: The bands of the rules' roles, in their order.
        meaning: What samples mean.
        clouds: A coarse mask of clouds with the look it is of; None where the rules see them.
        cloud_band: The scene's own mask of clouds, by index from 1; None where it has none.
    """

    def __init__(
        self,
        scan: Scan,
        rules: Rules,
        bands: list[int],
        meaning: Radiometry,
        clouds: tuple[Bools, Look] | None = None,
        cloud_band: int | None = None,
    ) -> None:
        self.scan, self.rules = scan, rules
        self._bands, self._meaning, self._clouds = bands, meaning, clouds
        self._read = bands if cloud_band is None else [*bands, cloud_band]
        self.areas = np.zeros((len(rules.family), len(KINDS)))
        self.canvas = Canvas(scan.shape, min(ROOM, ROOM_DOWN), layers=len(KINDS))
        self.told_px = 0
        self.masks: dict[int, Path] = {}

    def run(self, folder: Path) -> None:
        """Do it; one mask for each class that the rules tell is written into a folder."""
        with self._writers(folder) as writers:
            for piece in self.scan.pieces(self._read, "mapping land cover", self.rules.halo):
                central = self._add(piece)
                for code, writer in writers.items():
                    writer.write(piece.row0, piece.col0, self._mask(central, code))

    @contextmanager
    def _writers(self, folder: Path) -> Iterator[dict[int, MaskWriter]]:
        crs, transform = self.scan.grid
        self.masks = {code: folder / f"{KINDS[code].name}.tif" for code in self.rules.told}
        with ExitStack() as stack:
            yield {
                code: stack.enter_context(MaskWriter(path, self.scan.shape, crs, transform))
                for code, path in self.masks.items()
            }

    def _mask(self, central: Codes, code: int) -> Codes:
        """Return yes, no and not known; where one class is told alone, the rest is no."""
        out: Codes = (central == code).astype(np.uint8)
        unsure = (INVALID, CLOUD, UNKNOWN) if len(self.rules.told) > 1 else (INVALID, CLOUD)
        out[np.isin(central, unsure)] = NOT_KNOWN
        return out

    def _add(self, piece: Piece) -> Codes:
        """Add up a piece and return its classes under the first settings."""
        data = piece.pixels.data[: len(self._bands)]
        valid = piece.pixels.valid & ~self._meaning.empty(data)
        values = self._meaning.values(data, self._bands)
        features = self.rules.features(dict(zip(self.rules.roles, values, strict=True)), valid)
        held = piece.inside & valid[piece.core]
        whole = bool(held.all())
        weights = self.scan.weights(piece)
        weights = weights.ravel() if whole else weights[held]
        clouds, marked = self._cloud(piece), self._marked(piece)
        central: Codes | None = None
        for number, settings in enumerate(self.rules.family):
            codes = self.rules.codes(features, settings)[piece.core]
            if clouds is not None:
                codes = np.where(clouds & (codes != WATER), np.uint8(CLOUD), codes)
            if marked is not None:
                codes = np.where(marked, np.uint8(CLOUD), codes)
            kept = codes.ravel() if whole else codes[held]
            self.areas[number] += np.bincount(kept, weights, len(KINDS))
            if central is None:
                central = np.where(held, codes, np.uint8(INVALID))
        if central is None:
            raise ValueError("rules have at least one member in their family")
        self.told_px += int(held.sum())
        self.canvas.count(piece.row0, piece.col0, central, held)
        return central

    def _cloud(self, piece: Piece) -> Bools | None:
        if self._clouds is None:
            return None
        mask, look = self._clouds
        return at_window(mask, look.window, piece.window, piece.inside.shape)

    def _marked(self, piece: Piece) -> Bools | None:
        """Return where the scene's own mask marks cloud; None where it has none."""
        if len(self._read) == len(self._bands):
            return None
        return np.asarray(piece.pixels.data[-1][piece.core] > CLOUD_ABOVE)
