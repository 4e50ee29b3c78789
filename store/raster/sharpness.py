"""How fine a picture really is: resolution from the spectrum of its own detail.

The power spectrum of land seen from above falls about with the square of the frequency, so
power times frequency squared is about flat up to where the optics, blur or an enlargement cut it
off (after Ruderman, Network 5, 1994, on natural images). The frequency below which 90 %
of that lies is near 0.4 cycles per pixel in sharp pictures and half of it in one enlarged twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.raster.reader import SceneReader
from store.raster.window import Window

_SIDE = 256
_LINE = 128
_SHORT_LINE = 64
_LOWEST = 0.03
_SHARE = 0.9
_SOFT, _TYPICAL, _SHARP = 0.24, 0.40, 0.49
"""The frequency in real pictures at full resolution: softest, typical and sharpest of 50."""
_ABOVE_ROUNDING = 4.0
_MOST_WINDOWS = 9
_MOST_SHARE = 0.004
_ALWAYS_PX = 4 << 20


@dataclass(frozen=True)
class Sharpness:
    """By what factor the smallest detail is larger than a pixel: best guess and range."""

    factor: float
    low: float
    high: float
    windows: int


def sharpness_of(reader: SceneReader, bands: list[int]) -> Sharpness | None:
    """Estimate how much coarser a scene is than its pixels; None where it shows too little detail.

    Noise and compression added after an enlargement hide it, so the factor may be too small.
    """
    spectra = []
    for window in sample_windows(reader):
        pixels = reader.read(*window, bands=bands)
        if pixels.valid.all():
            spectra.append(_spectrum(pixels.data))
    useful = [spectrum for spectrum in spectra if spectrum is not None]
    if not useful:
        return None
    frequency = _edge(np.sum(useful, axis=0))
    return Sharpness(
        factor=max(1.0, _TYPICAL / frequency),
        low=max(1.0, _SOFT / frequency),
        high=max(1.0, _SHARP / frequency),
        windows=len(useful),
    )


def sample_windows(reader: SceneReader) -> list[Window]:
    """Return a few windows spread over a scene, few enough that hardly any of it is decoded."""
    rows, cols = reader.shape
    side = min(_SIDE, rows, cols)
    if side < _SHORT_LINE:
        return []
    allowed = max(_ALWAYS_PX, _MOST_SHARE * rows * cols)
    across, down = reader.scene.tile
    cost = max(math.ceil(side / across), 1) * across * max(math.ceil(side / down), 1) * down
    most = math.isqrt(int(max(1, min(_MOST_WINDOWS, allowed // max(cost, 1)))))
    right, down_by = min(most, cols // side), min(most, rows // side)
    places = [
        _aligned((i + 0.5) / right * cols, (j + 0.5) / down_by * rows, side, reader)
        for j in range(down_by)
        for i in range(right)
    ]
    return list(dict.fromkeys(places))


def _aligned(col: float, row: float, side: int, reader: SceneReader) -> Window:
    """Return a square about a place, moved so that it starts with a block of the file."""
    across, down = reader.scene.tile
    starts = []
    for place, length, block in ((col, reader.shape[1], across), (row, reader.shape[0], down)):
        start = int(min(max(place - side / 2, 0), length - side))
        begun = start // block * block
        starts.append(begun if block >= side and begun + side <= length else start)
    return Window(starts[0], starts[1], starts[0] + side, starts[1] + side)


def _spectrum(data: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return power times frequency squared along both axes; None when rounding explains it."""
    values = np.abs(data) if np.iscomplexobj(data) else data
    grey = values.astype(np.float64).mean(axis=0)
    length = _LINE if min(grey.shape) >= _LINE else _SHORT_LINE
    taper = np.hanning(length)
    power = (_power(grey, taper) + _power(grey.T, taper)) / 2
    frequency = np.fft.rfftfreq(length)
    rounding = np.zeros_like(power)
    if data.dtype.kind in "iu":
        rounding[:] = (taper**2).sum() / 12 / len(data)
    whitened = np.maximum(power - rounding, 0.0) * frequency**2
    whitened[frequency < _LOWEST] = 0.0
    if whitened.sum() <= _ABOVE_ROUNDING * (rounding * frequency**2).sum() or whitened.sum() == 0.0:
        return None
    return np.asarray(np.interp(np.linspace(0, 0.5, _LINE // 2 + 1), frequency, whitened))


def _power(lines: NDArray[np.float64], taper: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean power spectrum of pieces of lines."""
    length = len(taper)
    pieces = lines[:, : lines.shape[1] // length * length].reshape(-1, length)
    pieces = pieces - pieces.mean(axis=1, keepdims=True)
    return np.asarray((np.abs(np.fft.rfft(pieces * taper, axis=1)) ** 2).mean(axis=0))


def _edge(whitened: NDArray[np.float64]) -> float:
    """Return the frequency below which most of a spectrum lies, in cycles per pixel."""
    total = np.cumsum(whitened)
    return float(np.interp(_SHARE * total[-1], total, np.linspace(0, 0.5, len(whitened))))
