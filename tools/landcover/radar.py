"""Rules for radar: what is dark and smooth, as open water in little wind is.

Speckle is averaged first. A dark class is told only where the distribution of backscatter has two
clean parts with a valley between them; else there is nothing to tell water by.
Roads, calm bare ground, radar shadow and wet snow are dark too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from store.scenes import Caveat
from tools.contract import ToolRefusal
from tools.landcover.classes import UNKNOWN, WATER_LIKE, Bools, Codes, Floats, Planes
from tools.landcover.look import opened, two_parts
from tools.looking.roles import Role

_LOOKS_PX = 7
_CLEAN = 0.6
_SHIFT = 0.15
"""The family moves the threshold by this part of the distance between both means."""


@dataclass(frozen=True)
class Settings:
    """The backscatter below which a pixel is water-like."""

    below: float


class RadarRules:
    """Rules for one band of radar amplitudes or grey levels."""

    name = "two clean parts of the backscatter"
    source = "two parts by the valley between them, after Prewitt and Mendelsohn 1966"
    roles: tuple[Role, ...] = ("pan",)
    told: tuple[int, ...] = (WATER_LIKE,)
    halo = _LOOKS_PX

    def __init__(self, samples: Sequence[tuple[NDArray[Any], Bools]], scene: str) -> None:
        self._decibel = any((_real(plane)[valid] < 0).any() for plane, valid in samples)
        heard = [(plane, valid & ~silent(plane)) for plane, valid in samples]
        seen = [backscatter(plane, valid, decibel=self._decibel)[valid] for plane, valid in heard]
        split = two_parts(np.concatenate(seen))
        if split is None or split.valley > _CLEAN:
            raise ToolRefusal(
                f"the backscatter of {scene} has no dark part of its own, and water-like ground is "
                "told only where there is one; name a region that holds both water and land, or "
                "choose an optical scene with near infrared",
                "not_separable",
                {"valley": f"<= {_CLEAN:g}"},
            )
        cut, step = split.cut, _SHIFT * (split.high - split.low)
        self.family: list[Any] = [Settings(cut), Settings(cut - step), Settings(cut + step)]
        text = (
            "dark and smooth to radar: open water is, and so are roads, calm bare or wet ground "
            "and radar shadow; what is not dark is not told apart"
        )
        self.caveats = [Caveat(code="water_like_only", text=text)]

    def features(self, planes: Planes, valid: Bools) -> dict[str, Any]:
        """Return the averaged backscatter."""
        valid = valid & ~silent(planes["pan"])
        return {
            "seen": backscatter(planes["pan"], valid, decibel=self._decibel),
            "silent": ~valid,
        }

    def codes(self, features: dict[str, Any], settings: Settings) -> Codes:
        """Return the class of each pixel."""
        dark = (features["seen"] < settings.below) & ~features["silent"]
        return np.where(dark, WATER_LIKE, UNKNOWN).astype(np.uint8)


def silent(samples: NDArray[Any]) -> Bools:
    """Return where blocks of samples are exactly zero: beside the swath radar hears nothing."""
    return opened(np.asarray(samples == 0), _LOOKS_PX)


def backscatter(samples: NDArray[Any], valid: Bools, *, decibel: bool) -> Floats:
    """Return the mean power around each pixel in dB, of amplitudes or of samples in dB."""
    plane = _real(samples)
    power = 10.0 ** (plane / 10.0) if decibel else plane**2
    power = np.where(valid, power, 0.0)
    weight = ndimage.uniform_filter(valid.astype(np.float64), _LOOKS_PX, mode="constant")
    mean = ndimage.uniform_filter(power, _LOOKS_PX, mode="constant")
    mean = np.divide(mean, weight, out=np.zeros_like(mean), where=weight > 1e-6)
    return np.asarray(10.0 * np.log10(np.maximum(mean, 1e-6)), np.float32)


def _real(samples: NDArray[Any]) -> NDArray[np.float64]:
    values = np.abs(samples) if np.iscomplexobj(samples) else samples
    return np.asarray(values, dtype=np.float64)
