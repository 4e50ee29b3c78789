"""How much ground each pixel covers: exact cells on the ellipsoid, interpolated between nodes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from store.geo.measures import SEMI_MINOR_M, WGS84
from store.raster import SceneReader, Window
from tools.contract import Unit

Floats = NDArray[np.float64]
_NODE_GAP_M = 20_000.0
_MOST_GAP_PX = 256
_ECCENTRICITY = math.sqrt(WGS84.es)


class PixelAreas:
    """The ground that the pixels of a scene cover.

    On the ground these are geodesic areas: the corners of a pixel are brought into the
    cylindrical equal-area plane of the ellipsoid (Snyder, USGS 1395, 1987, eq. 3-12), where
    its area is that of a plane quadrilateral. They change slowly, so they are computed at nodes
    at most 20 km apart and interpolated between, which is right to about 1e-6. Without position
    a declared pixel size is used; without that an area is in pixels.
    """

    def __init__(self, reader: SceneReader) -> None:
        self._reader = reader
        scene = reader.scene
        self._on_ground = scene.is_georeferenced
        declared = scene.gsd_x_m is not None and scene.gsd_y_m is not None
        self._flat = (scene.gsd_x_m or 1.0) * (scene.gsd_y_m or 1.0) if declared else 1.0
        self.unit: Unit = "m2" if self._on_ground or declared else "px2"
        gap = _NODE_GAP_M / (scene.gsd_m or 1.0)
        self._gap = int(min(max(1.0, gap), _MOST_GAP_PX))

    def weights(self, window: Window, shape: tuple[int, int] | None = None) -> Floats:
        """Return the area under each pixel of a window, at a coarser shape when one is given."""
        rows, cols = window.shape if shape is None else shape
        per = window.size / (rows * cols)
        if not self._on_ground:
            return np.full((rows, cols), self._flat * per)
        row_nodes = self._nodes(window.row0, window.row1)
        col_nodes = self._nodes(window.col0, window.col1)
        at_nodes = self._cells(col_nodes, row_nodes)
        row_at = np.float64(window.row0) + (np.arange(rows) + 0.5) * (window.height / rows)
        col_at = np.float64(window.col0) + (np.arange(cols) + 0.5) * (window.width / cols)
        down = _between(row_nodes, np.asarray(row_at, float))
        across = _between(col_nodes, np.asarray(col_at, float))
        return np.asarray(down @ at_nodes @ across.T) * per

    def _nodes(self, start: int, stop: int) -> Floats:
        count = max(2, math.ceil((stop - start) / self._gap) + 1)
        return np.linspace(start, stop, count)

    def _cells(self, cols: Floats, rows: Floats) -> Floats:
        """Return the area of a pixel centred at each node."""
        across, down = np.meshgrid(cols, rows)
        steps = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
        x, y = zip(*(self._plane(across + dx, down + dy) for dx, dy in steps), strict=True)
        turn = [_within_half_turn(x[i] - x[0]) for i in range(4)]
        area = np.zeros(across.shape)
        for i in range(4):
            j = (i + 1) % 4
            area += turn[i] * y[j] - turn[j] * y[i]
        return np.asarray(np.abs(area) / 2)

    def _plane(self, cols: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """Return places in the equal-area plane: longitude in radians, area per radian."""
        lon, lat = self._reader.to_lonlat(cols.ravel(), rows.ravel())
        sine = np.sin(np.radians(np.clip(lat, -90.0, 90.0)))
        e = _ECCENTRICITY
        ring = sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e
        height = SEMI_MINOR_M**2 / 2 * ring
        return np.radians(lon).reshape(cols.shape), height.reshape(cols.shape)


def _within_half_turn(angle: Floats) -> Floats:
    """Return angles brought within half a turn, so that a pixel on the date line is small."""
    return np.asarray((angle + math.pi) % (2 * math.pi) - math.pi)


def _between(nodes: Floats, at: Floats) -> Floats:
    """Return the matrix that interpolates linearly from nodes to places."""
    step = nodes[1] - nodes[0]
    low = np.clip(((at - nodes[0]) / step).astype(int), 0, len(nodes) - 2)
    part = (at - nodes[low]) / step
    matrix = np.zeros((len(at), len(nodes)))
    matrix[np.arange(len(at)), low] = 1.0 - part
    matrix[np.arange(len(at)), low + 1] = part
    return matrix
