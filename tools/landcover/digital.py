"""Rules for digital numbers with near infrared: thresholds set by the scene's own bare ground.

Digital numbers keep the sensor's balance of bands, so no fixed threshold holds. What is not green
forms a narrow peak of NDVI: roofs, roads and soil. Vegetation begins where that peak ends, by one
of several measures whose range is the spread. Open water is dark in the near infrared and wetter
by NDWI than that ground; shadows are so too, but narrow, so in fine pictures a pixel counts as
water only within a body of some width, and is not told where it is too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from store.scenes import Caveat
from tools.contract import ToolRefusal
from tools.landcover.classes import (
    BARE,
    UNKNOWN,
    VEGETATION,
    WATER,
    Bools,
    Codes,
    Floats,
    Planes,
)
from tools.landcover.look import Look, Peak, opened, peaks_of, two_parts
from tools.landcover.ratio import normalised_difference
from tools.looking.roles import Role, Roles

_FINE_M = 3.0
_NARROWEST_WATER_M = 9.0
_NARROWEST_WATER_PX = 9
_PLAIN_GROUND = (-0.45, 0.25)
"""NDVI of digital numbers in which the peak of bare ground is looked for."""
_FEWEST_BARE = 0.02
_TALL = 0.25
"""Of several peaks the lowest is bare ground, if it is this high beside the highest."""
_PLAINLY_BARE = 0.12
"""A peak that is alone may be of plants when it lies above this."""
_GREEN = 0.10
"""Green excess that bare ground does not have."""
_CLEAN = 0.75
_APART = 0.12
_ENDS = 3.0
"""The peak of bare ground ends three deviations above it."""
_DARK = 0.45
_NIR = (0.6, 0.4, 0.9)


@dataclass(frozen=True)
class Ground:
    """What bare and built ground is like in a scene."""

    ndvi: Peak
    wet: float
    nir: float
    brightness: float


@dataclass(frozen=True)
class Settings:
    """Thresholds of one member of the family."""

    vegetation: float
    water: float
    nir: float
    """Water is darker in the near infrared than this, as a part of that of bare ground."""
    width: int
    """Water is told from shadow where a body of it is this wide, in pixels."""


class DigitalRules:
    """Rules for scenes of digital numbers with red, green and near infrared."""

    name = "thresholds set by the scene's own bare ground"
    source = (
        "NDVI: Rouse et al. 1974; NDWI: McFeeters 1996; MNDWI: Xu 2006; two parts "
        "by the valley between them"
    )
    told: tuple[int, ...] = (WATER, VEGETATION, BARE)

    def __init__(self, roles: Roles, look: Look, clouds: Bools | None) -> None:
        wanted: tuple[Role, ...] = ("red", "nir", "green", "blue", "swir1")
        self.roles: tuple[Role, ...] = tuple(role for role in wanted if role in roles)
        self._ground = _ground(look, clouds)
        gsd = look.gsd_m
        own = None if gsd is None else gsd / look.step
        self._width = _width(own)
        self.halo = 2 * self._width
        greens = _vegetation_from(look, self._ground)
        base = self._ground.wet
        steps = (0.35, 0.25, 0.45) if "swir1" in roles else (0.22, 0.15, 0.30)
        first = Settings(float(np.median(greens)), base + steps[0], _NIR[0], self._width)
        self.family: list[Any] = [
            first,
            *(replace(first, vegetation=green) for green in greens if green != first.vegetation),
            *(replace(first, water=base + step) for step in steps[1:]),
            *(replace(first, nir=part) for part in _NIR[1:]),
        ]
        if self._width > 1:
            self.family += [replace(first, width=width) for width in (self._width // 2 + 1, 1)]
        self.caveats = _cautions(self._width, own)

    def features(self, planes: Planes, valid: Bools) -> dict[str, Any]:
        """Return indices, and how bright pixels are beside bare ground."""
        second = planes.get("swir1", planes["nir"])
        visible = [planes[role] for role in ("red", "green", "blue") if role in planes]
        return {
            "ndvi": normalised_difference(planes["nir"], planes["red"]),
            "wet": normalised_difference(planes["green"], second),
            "nir": np.where(valid, planes["nir"] / max(self._ground.nir, 1e-9), np.inf),
            "dark": np.mean(visible, axis=0) < _DARK * self._ground.brightness,
        }

    def codes(self, features: dict[str, Any], settings: Settings) -> Codes:
        """Return the class of each pixel."""
        green = features["ndvi"] > settings.vegetation
        out = np.where(green, VEGETATION, BARE).astype(np.uint8)
        wet = (features["wet"] > settings.water) & (features["nir"] < settings.nir) & ~green
        water = opened(wet, settings.width)
        out[features["dark"] & ~green] = UNKNOWN
        out[wet] = UNKNOWN
        out[water] = WATER
        return out


def _width(gsd_m: float | None) -> int:
    """Return the narrowest water that is told from shadow, in pixels."""
    if gsd_m is None:
        return _NARROWEST_WATER_PX
    return max(3, round(_NARROWEST_WATER_M / gsd_m)) if gsd_m <= _FINE_M else 1


def _ground(look: Look, clouds: Bools | None) -> Ground:
    """Find the peak of bare and built ground; refuses a scene that shows none."""
    held = look.valid if clouds is None else look.valid & ~clouds
    ndvi = normalised_difference(look.planes["nir"], look.planes["red"])
    wet = normalised_difference(look.planes["green"], look.planes.get("swir1", look.planes["nir"]))
    nir = look.planes["nir"]
    dry = held & (nir > 0.5 * float(np.median(nir[held]))) if held.any() else held
    low, high = _PLAIN_GROUND
    plain = dry & (ndvi > low) & (ndvi < high)
    peaks = peaks_of(ndvi[dry & (ndvi > low)], low, 1.0, least=_TALL) if plain.any() else []
    enough = plain.sum() >= _FEWEST_BARE * max(1, held.sum())
    bare = bool(peaks) and peaks[0].at < high and (len(peaks) > 1 or peaks[0].at < _PLAINLY_BARE)
    if not (bare and enough):
        raise _no_ground()
    peak = peaks[0]
    near = plain & (np.abs(ndvi - peak.at) <= 2 * peak.spread)
    visible = [look.planes[role] for role in ("red", "green", "blue") if role in look.planes]
    if len(visible) == 3 and float(np.median(_greenness(visible)[near])) > _GREEN:
        raise _no_ground()
    return Ground(
        ndvi=peak,
        wet=float(np.median(wet[near])),
        nir=float(np.median(nir[near])),
        brightness=float(np.median(np.mean(visible, axis=0)[near])),
    )


def _no_ground() -> ToolRefusal:
    return ToolRefusal(
        "the samples are digital numbers, and no bare or built ground stands out in the area to "
        "set thresholds by; choose a product of reflectance, or a larger region",
        "no_bare_ground",
        {"samples": "reflectance"},
    )


def _greenness(visible: list[Floats]) -> Floats:
    red, green, blue = visible
    total = np.maximum(red + green + blue, 1e-9)
    return np.asarray((2 * green - red - blue) / total, np.float32)


def _vegetation_from(look: Look, ground: Ground) -> list[float]:
    """Return NDVI values from which pixels are green, by several measures, in order."""
    peak = ground.ndvi
    found = [peak.at + max(_ENDS * peak.spread, 0.06), peak.at + max(4.0 * peak.spread, 0.10)]
    ndvi = normalised_difference(look.planes["nir"], look.planes["red"])
    dry = look.valid & (ndvi > peak.at - _ENDS * peak.spread)
    split = two_parts(ndvi[dry])
    if split is not None and split.valley < _CLEAN and split.high - split.low > _APART:
        found += [split.cut] if split.cut > peak.at else []
    middle = sum(found) / len(found)
    return sorted({min(found), middle, max(found)})


def _cautions(width: int, gsd_m: float | None) -> list[Caveat]:
    said = [
        Caveat(
            code="trees_not_separated",
            text="in digital numbers trees and low vegetation are not told apart",
        )
    ]
    if width > 1:
        narrow = f"{width} px" if gsd_m is None else f"{width * gsd_m:.2g} m"
        text = (
            f"dark places narrower than about {narrow} may be water or shadow and are left as not "
            "known (the upper end of water has them); muddy water can look like bare ground"
        )
        said.append(Caveat(code="narrow_water", text=text))
    return said
