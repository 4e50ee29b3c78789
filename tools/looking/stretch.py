"""Stretches: from samples to what a screen shows, linear between stated ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.raster import SceneReader
from store.scenes import Caveat, Scene
from tools.looking.sheet import NO_DATA

Array = NDArray[Any]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Picture = NDArray[np.uint8]

_LOW, _HIGH = 1.0, 99.0
_WIDE_ENOUGH = 64.0
_FLAT = 0.2
_GAMMA = 1.4
_LEAST_LEVELS, _LEAST_DB, _LEAST_PART = 48.0, 6.0, 0.05
_LOOK_PX = 1 << 18


@dataclass(frozen=True)
class Stretch:
    """The values shown as black and white, one of each for each band, and where they are from."""

    low: Floats
    high: Floats
    words: str
    gamma: float = 1.0
    """Above 1 it lightens the middle tones, as screens need for samples linear in light."""

    @property
    def span(self) -> float:
        """The widest range of a band."""
        return float((self.high - self.low).max())

    def picture(self, values: Floats, valid: Bools) -> Picture:
        """Return (rows, columns, 3); pixels without data have their own colour."""
        span = np.maximum(self.high - self.low, 1e-12)[:, None, None]
        shown = np.clip((values - self.low[:, None, None]) / span, 0.0, 1.0)
        if self.gamma != 1.0:
            shown **= 1.0 / self.gamma
        grey = np.where(valid, np.rint(shown * 255.0), 0.0).astype(np.uint8)
        planes = grey if len(grey) == 3 else np.repeat(grey[:1], 3, axis=0)
        out = np.moveaxis(planes, 0, -1).copy()
        out[~valid] = NO_DATA
        return out


def stretch_for(
    reader: SceneReader,
    bands: Sequence[int],
    crop: Floats,
    valid: Bools,
    *,
    together: bool,
) -> Stretch:
    """Return the stretch of a crop: the whole scene's, so that a crop looks as it does there.

    Eight-bit pictures that use their range are shown as stored. A crop that the scene's stretch
    would leave flat has its own. Bands shown `together` share one span, which keeps their hues.
    """
    look = reader.reduced(_LOOK_PX, bands=list(bands))
    values = as_shown(look.data, reader.scene)
    held = values[:, look.valid & ~_silent(look.data, reader.scene)]
    own = crop[:, valid]
    least = _least_span(reader.scene, look.data.dtype, held) if held.size else 1.0
    gamma = 1.0 if reader.scene.kind == "SAR" or look.data.dtype == np.uint8 else _GAMMA
    if not held.shape[1] or not own.shape[1]:
        return Stretch(np.zeros(len(bands)), np.full(len(bands), 255.0), "nothing to stretch over")
    if _is_stored_for_eyes(look.data, reader.scene):
        scene = Stretch(np.zeros(len(bands)), np.full(len(bands), 255.0), "shown as stored")
        if np.ptp(np.percentile(held, [_LOW, _HIGH])) < _WIDE_ENOUGH:
            scene = _between(held, together, "of the scene", gamma, least)
    else:
        scene = _between(held, together, "of the scene", gamma, least)
    ends = np.percentile(own, [_LOW, _HIGH], axis=1)
    if float((ends[1] - ends[0]).max()) < _FLAT * scene.span:
        return _between(own, together, "of this crop alone", gamma, least)
    return scene


def as_shown(data: Array, scene: Scene) -> Floats:
    """Return samples as the numbers that are stretched: radar in decibels, others as they are."""
    if scene.kind != "SAR":
        return np.abs(data).astype(np.float64) if np.iscomplexobj(data) else data.astype(float)
    return decibels(data)


def decibels(data: Array) -> Floats:
    """Return radar samples in dB: amplitudes by 20 log10; grey levels and dB as they are."""
    if data.dtype == np.uint8 or _is_decibel(data):
        return data.astype(np.float64)
    amplitude = np.abs(data).astype(np.float64)
    held = amplitude[amplitude > 0]
    floor = float(held.min()) if held.size else 1.0
    return np.asarray(20.0 * np.log10(np.maximum(amplitude, floor)))


def _is_decibel(data: Array) -> bool:
    return data.dtype.kind in "fi" and bool((data[np.isfinite(data)] < 0).any())


def radar_caveat(data: Array) -> Caveat:
    """Say how radar samples were taken."""
    if data.dtype == np.uint8:
        text = "the radar samples are grey levels already made for the eye; they are not decibels"
        return Caveat(code="radar_grey_levels", text=text)
    if _is_decibel(data):
        text = "radar samples below zero are taken as decibels already"
        return Caveat(code="radar_decibels_assumed", text=text)
    if np.iscomplexobj(data):
        text = "decibels are 20 log10 of the amplitude of complex samples, not calibrated"
        return Caveat(code="radar_not_calibrated", text=text)
    text = (
        "the radar samples are taken as amplitudes (20 log10), not calibrated; "
        "were they intensities, each decibel here is half of one"
    )
    return Caveat(code="radar_amplitude_assumed", text=text)


def _is_stored_for_eyes(data: Array, scene: Scene) -> bool:
    return data.dtype == np.uint8 and scene.kind != "SAR"


def _silent(data: Array, scene: Scene) -> Bools:
    """Return where radar gave no echo at all, as beside its swath."""
    if scene.kind != "SAR" or data.dtype == np.uint8:
        return np.zeros(data.shape[1:], dtype=bool)
    return np.asarray((data == 0).all(axis=0))


def _least_span(scene: Scene, kind: np.dtype[Any], held: Floats) -> float:
    """Return the narrowest range worth showing from black to white: below it is noise."""
    if kind == np.uint8:
        return _LEAST_LEVELS
    if scene.kind == "SAR":
        return _LEAST_DB
    return max(_LEAST_PART * float(np.abs(np.median(held))), 1e-9)


def _no_narrower(low: Floats, high: Floats, least: float) -> tuple[Floats, Floats]:
    short = np.maximum(least - (high - low), 0.0) / 2
    return low - short, high + short


def _between(held: Floats, together: bool, of: str, gamma: float, least: float = 1.0) -> Stretch:
    low, high = np.percentile(held, [_LOW, _HIGH], axis=1)
    if together:
        high = low + max(float((high - low).max()), 0.0)
    low, high = _no_narrower(low, high, least)
    words = f"stretched from {_LOW:g} to {_HIGH:g} % {of}"
    return Stretch(low, high, words if gamma == 1.0 else f"{words}, gamma {gamma:g}", gamma)
