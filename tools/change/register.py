"""Sub-pixel registration of two images on one grid by phase correlation of edge strength.

Kuglin and Hines (1975), "The phase correlation image alignment method"; the low-pass
weighted cross-power spectrum has a Gaussian peak, whose place is found below one pixel from
the logarithm of its neighbours (Foroosh, Zerubia and Berthod 2002 treat the same peak).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tools.change.contract import Bands, Mask, PairSource, Plane, SensorKind, Views
from tools.change.gradients import brightness, magnitude

Index = NDArray[np.intp]

MAX_SHIFT_PX = 8
_PATCH_PX = 128
_MAX_PATCHES = 36
_OVERLAP = 3.0  # patches overlap by half: about a third of them are independent
_RELIABLE_PEAK = 12.0  # standard deviations of a correlation surface of pure noise
_CLEAR_PEAK = 7.0  # of a single patch; noise reaches about four
_FEWEST_CLEAR = 3
_PEAK_SIGMA = 0.25  # of the spectrum's weight, in cycles per px
_AGREE_PX = 1.0
_SHARED = 0.25
_LARGEST_RESIDUAL_PX = 0.55  # patches at random within 1 px would have a median of 0.71
_NEGLIGIBLE_PX = 0.04
_SAME_SPECKLE_PX = 0.15
_TAPS = 3


@dataclass(frozen=True, slots=True)
class Registration:
    """a(row, col) shows what b(row + down_px, col + right_px) shows.

    Attributes:
        down_px: Shift along rows.
        right_px: Shift along columns.
        residual_px: Median distance of single patches from the shift; where that is not known,
            of those with a clear peak from (0, 0), None when these are fewer than three.
        peak: Height of the correlation peak in standard deviations of its surface.
        patches: How many patches the residual is from.
        reliable: Whether the shift is an estimate; otherwise it is (0, 0), not known.
    """

    down_px: float
    right_px: float
    residual_px: float | None
    peak: float
    patches: int
    reliable: bool

    @property
    def negligible(self) -> bool:
        """Whether there is nothing to correct."""
        return self.down_px == self.right_px == 0.0

    def split(self) -> tuple[Registration, tuple[float, float]]:
        """The whole px of the shift, and the rest of it in [0, 1)."""
        down, right = floor(self.down_px), floor(self.right_px)
        whole = replace(self, down_px=float(down), right_px=float(right))
        return whole, (self.down_px - down, self.right_px - right)

    def for_speckle(self) -> Registration:
        """In whole px, the rest added to the residual: speckle must not be interpolated.

        Unless the patches agree so closely that both images show the same speckle.
        """
        if self.residual_px is None or self.residual_px < _SAME_SPECKLE_PX:
            return self
        down, right = float(round(self.down_px)), float(round(self.right_px))
        rest = float(np.hypot(self.down_px - down, self.right_px - right))
        residual = float(np.hypot(self.residual_px, rest))
        return replace(self, down_px=down, right_px=right, residual_px=residual)


def estimate(samples: Sequence[Views]) -> Registration:
    """Estimate the shift between two images from patches at full resolution."""
    patches = _patches(samples)
    if not patches:
        return Registration(0.0, 0.0, None, 0.0, 0, False)
    surfaces = [_surface(a, b) for a, b in patches]
    row, col = _peak(np.mean(surfaces, axis=0))
    whole = round(row), round(col)
    surfaces = [_surface(*_offset(a, b, whole)) for a, b in patches]
    mean: Plane = np.mean(surfaces, axis=0, dtype=np.float32)
    row, col = _peak(mean)
    peak = float(mean.max()) * max(len(patches) / _OVERLAP, 1.0) ** 0.5
    away = [float(np.hypot(r - row, c - col)) for r, c in map(_peak, surfaces)]
    near = [distance for distance in away if distance <= _AGREE_PX]
    found = (_snapped(whole[0] + row), _snapped(whole[1] + col))
    residual = float(np.median(near)) if near else _AGREE_PX
    if not _is_reliable(peak, len(near) / len(away), residual, found):
        return _as_they_lie(surfaces, whole, peak)
    return Registration(found[0], found[1], residual, peak, len(near), True)


def _as_they_lie(surfaces: Sequence[Plane], whole: tuple[int, int], peak: float) -> Registration:
    """No common shift; but patches with a clear peak of their own tell how far off they lie."""
    clear = [_peak(surface) for surface in surfaces if float(surface.max()) >= _CLEAR_PEAK]
    away = [float(np.hypot(r + whole[0], c + whole[1])) for r, c in clear]
    residual = float(np.median(away)) if len(away) >= _FEWEST_CLEAR else None
    return Registration(0.0, 0.0, residual, peak, len(away), False)


def _snapped(shift_px: float) -> float:
    """The nearest whole pixel when it is as good: then nothing is interpolated."""
    return float(round(shift_px)) if abs(shift_px - round(shift_px)) < _NEGLIGIBLE_PX else shift_px


def _is_reliable(peak: float, near: float, residual: float, shift: tuple[float, float]) -> bool:
    """A clear peak, not at the rim of the search, that a quarter of the patches share closely."""
    inside = max(map(abs, shift)) < MAX_SHIFT_PX - 1
    shared = near >= _SHARED and residual <= _LARGEST_RESIDUAL_PX
    return peak >= _RELIABLE_PEAK and inside and shared


def _patches(samples: Sequence[Views]) -> list[tuple[Plane, Plane]]:
    """Edge strength of both images in patches with data everywhere and some texture."""
    found = []
    for a, b, valid in samples:
        strong_a, strong_b = _edges(a), _edges(b)
        side = min(_PATCH_PX, *valid.shape)
        for row in range(0, valid.shape[0] - side + 1, max(side // 2, 1)):
            for col in range(0, valid.shape[1] - side + 1, max(side // 2, 1)):
                part = slice(row, row + side), slice(col, col + side)
                if (
                    side >= 4 * MAX_SHIFT_PX
                    and valid[part].all()
                    and _both_vary(strong_a[part], strong_b[part])
                ):
                    found.append((strong_a[part], strong_b[part]))
    step = max(len(found) / _MAX_PATCHES, 1.0)
    return [found[int(k * step)] for k in range(int(len(found) / step))]


def _both_vary(a: Plane, b: Plane) -> bool:
    """Whether there is anything to correlate."""
    return float(a.std()) > 0.0 and float(b.std()) > 0.0


def _edges(bands: Bands) -> Plane:
    """Edge strength, compressed so that a few bright roofs do not decide."""
    strong = magnitude(brightness(bands))
    return np.sqrt(strong)


def _surface(a: Plane, b: Plane) -> Plane:
    """Phase correlation around zero shift: (2 r + 1)^2 values for shifts of -r..r px."""
    taper = np.outer(np.hanning(a.shape[0]), np.hanning(a.shape[1])).astype(np.float32)
    cross = np.conj(np.fft.rfft2((a - a.mean()) * taper)) * np.fft.rfft2((b - b.mean()) * taper)
    across = np.fft.rfftfreq(a.shape[1])[None]
    down = np.fft.fftfreq(a.shape[0])[:, None]
    weight = np.exp(-0.5 * (down**2 + across**2) / (_PEAK_SIGMA / 2) ** 2)
    plane = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-12) * weight, s=a.shape)
    plane = plane / plane.std()
    reach = np.arange(-MAX_SHIFT_PX, MAX_SHIFT_PX + 1)
    around: Plane = plane[np.ix_(reach, reach)].astype(np.float32)
    return around


def _offset(a: Plane, b: Plane, whole: tuple[int, int]) -> tuple[Plane, Plane]:
    """Cut both patches so that a whole-pixel shift between them is undone, without wrapping."""
    rows, cols = a.shape
    down, right = whole
    return (
        a[max(-down, 0) : rows - max(down, 0), max(-right, 0) : cols - max(right, 0)],
        b[max(down, 0) : rows - max(-down, 0), max(right, 0) : cols - max(-right, 0)],
    )


def _peak(surface: Plane) -> tuple[float, float]:
    """The place of the maximum, in px from zero shift, to a fraction of a pixel."""
    row, col = np.unravel_index(int(surface.argmax()), surface.shape)
    return (
        float(row) - MAX_SHIFT_PX + _vertex(surface[:, col], int(row)),
        float(col) - MAX_SHIFT_PX + _vertex(surface[row, :], int(col)),
    )


def _vertex(line: Plane, at: int) -> float:
    """The vertex of a Gaussian through the maximum and its two neighbours, in [-0.5, 0.5]."""
    if not 0 < at < len(line) - 1:
        return 0.0
    low, top, high = np.log(np.maximum(line[at - 1 : at + 2].astype(np.float64), 1e-6))
    bend = low - 2 * top + high
    return float(np.clip((low - high) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0


def shifted(bands: Bands, down_px: float, right_px: float) -> Bands:
    """Resample so that out(row, col) = bands(row + down_px, col + right_px), |shift| < 1 px.

    A three-lobed Lanczos kernel along rows, then columns; it reaches 3 px, so tiles with such
    a margin give the same as the whole.
    """
    out = bands
    for axis, part in ((1, down_px), (2, right_px)):
        if part:
            at = np.arange(-_TAPS, _TAPS + 1) - part
            taps = np.where(np.abs(at) < _TAPS, np.sinc(at) * np.sinc(at / _TAPS), 0.0)
            out = ndimage.correlate1d(out, taps / taps.sum(), axis=axis, mode="nearest")
    return out


class AlignedPair:
    """A pair whose second image is resampled onto the first by a known shift."""

    def __init__(self, pair: PairSource, shift: Registration) -> None:
        self._pair = pair
        self._whole = floor(shift.down_px), floor(shift.right_px)
        self._part = shift.down_px - self._whole[0], shift.right_px - self._whole[1]
        self.shape: tuple[int, int] = pair.shape
        self.gsd_m: float | None = pair.gsd_m
        self.kinds: tuple[SensorKind, SensorKind] = pair.kinds

    def read(self, row0: int, col0: int, row1: int, col1: int) -> tuple[Bands, Bands, Mask]:
        """Read a window of a and what b shows there; beyond the edge of b it is not valid."""
        reach = max(map(abs, self._whole)) + (_TAPS + 1 if any(self._part) else 0)
        rows, cols = self.shape
        r0, c0 = max(row0 - reach, 0), max(col0 - reach, 0)
        a, b, valid = self._pair.read(r0, c0, min(row1 + reach, rows), min(col1 + reach, cols))
        at = slice(row0 - r0, row1 - r0), slice(col0 - c0, col1 - c0)
        moved_by = self._whole if not any(self._part) else None
        from_row, from_col = row0 + self._whole[0], col0 + self._whole[1]
        to_row, to_col = row1 + self._whole[0], col1 + self._whole[1]
        if moved_by and min(from_row, from_col) >= 0 and to_row <= rows and to_col <= cols:
            there = slice(from_row - r0, to_row - r0), slice(from_col - c0, to_col - c0)
            return a[:, *at], b[:, *there], valid[at] & valid[there]
        take_rows = np.arange(row0, row1) + self._whole[0] - r0
        take_cols = np.arange(col0, col1) + self._whole[1] - c0
        moved = shifted(b, *self._part)
        known = _known(valid, self._part)
        return (
            a[:, *at],
            _taken(moved, take_rows, take_cols),
            valid[at] & _known_at(known, take_rows, take_cols),
        )

    def reduced(self, max_px: int) -> tuple[Bands, Bands, Mask]:
        """The cheap look is at pixels of many metres: the shift does not matter there."""
        return self._pair.reduced(max_px)


def _known(valid: Mask, part: tuple[float, float]) -> Mask:
    """Where the resampled image rests on data only."""
    if not any(part) or valid.all():
        return valid
    known: Mask = ndimage.binary_erosion(valid, np.ones((3, 3)), iterations=_TAPS, border_value=1)
    return known


def _taken(bands: Bands, rows: Index, cols: Index) -> Bands:
    """Rows and columns by index; indices beyond the edges repeat the edge."""
    row = np.clip(rows, 0, bands.shape[1] - 1)
    col = np.clip(cols, 0, bands.shape[2] - 1)
    return bands[:, row[:, None], col[None]]


def _known_at(known: Mask, rows: Index, cols: Index) -> Mask:
    """Validity by index; False beyond the edges."""
    row, col = np.clip(rows, 0, known.shape[0] - 1), np.clip(cols, 0, known.shape[1] - 1)
    inside = (row == rows)[:, None] & (col == cols)[None]
    there: Mask = known[row[:, None], col[None]] & inside
    return there
