"""Rules for reflectance: water, trees, low vegetation, bare or built ground, cloud and haze.

Fixed thresholds, the same everywhere. Vegetation by NDVI (Rouse et al. 1974); water by MNDWI (Xu
2006), or NDWI where there is no SWIR (McFeeters 1996), where the near infrared is dark too. Trees
among vegetation are darker than grass and crops in SWIR, red edge and green, for the shadows
within crowns and the water in leaves: a vote of those bands that there are. Cloud and haze by the
haze test of Zhang et al. 2002 (blue - red / 2), as in Fmask (Zhu and Woodcock 2012).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from store.scenes import Caveat
from tools.landcover.classes import (
    BARE,
    CLOUD,
    LOW,
    TREES,
    UNKNOWN,
    VEGETATION,
    WATER,
    Bools,
    Codes,
    Planes,
)
from tools.landcover.ratio import normalised_difference
from tools.looking.roles import Role, Roles


@dataclass(frozen=True)
class Settings:
    """Thresholds: reflectances, and indices of them."""

    vegetation: float = 0.35
    water: float = 0.0
    water_nir: float = 0.15
    trees_swir1: float = 0.15
    trees_rededge: float = 0.08
    trees_green: float = 0.07
    trees_nir: float = 0.40
    haze: float = 0.08
    snow: float = 0.35
    dark: float = 0.05


_TIGHT = {"trees_swir1": 0.13, "trees_rededge": 0.07, "trees_green": 0.064, "trees_nir": 0.36}
_LOOSE = {"trees_swir1": 0.17, "trees_rededge": 0.09, "trees_green": 0.076, "trees_nir": 0.44}


class ReflectanceRules:
    """Rules for scenes of reflectance with near infrared; trees are told where there is SWIR.

    Water is told where there is green: nothing else would tell it from bare ground.
    """

    name = "fixed thresholds of reflectance"
    source = (
        "NDVI: Rouse et al. 1974; MNDWI: Xu 2006; NDWI: McFeeters 1996; haze: Zhang et al. 2002, "
        "Zhu and Woodcock 2012"
    )
    halo = 0

    def __init__(self, roles: Roles) -> None:
        wanted: tuple[Role, ...] = ("red", "nir", "green", "blue", "swir1", "rededge")
        self.roles: tuple[Role, ...] = tuple(role for role in wanted if role in roles)
        self._trees = "swir1" in roles
        greens = (TREES, LOW) if self._trees else (VEGETATION,)
        wet = (WATER,) if "green" in roles else ()
        self.told: tuple[int, ...] = (*wet, *greens, BARE)
        base = Settings()
        self.family: list[Any] = [
            base,
            replace(base, vegetation=0.25), replace(base, vegetation=0.50),
            replace(base, water=-0.1), replace(base, water=0.1),
        ]  # fmt: skip
        if self._trees:
            self.family += [replace(base, **_TIGHT), replace(base, **_LOOSE)]
        self.caveats = self._cautions(roles)

    def _cautions(self, roles: Roles) -> list[Caveat]:
        said = []
        if self._trees:
            text = (
                "trees are told from low vegetation by how dark they are in SWIR and visible "
                "light, which holds for leaves in season; dense dark crops and scrub pass too, "
                "bare trees do not"
            )
            said.append(Caveat(code="trees_by_darkness", text=text))
        else:
            text = "without SWIR, trees and low vegetation are not told apart"
            said.append(Caveat(code="trees_not_separated", text=text))
        text = (
            "a pixel is one class: small buildings and roads among green are counted as "
            "vegetation where pixels are larger than they are"
        )
        said.append(Caveat(code="mixed_pixels", text=text))
        if "green" not in roles:
            text = "without green, water is not told; dark water is unknown, other water is bare"
            said.append(Caveat(code="water_not_told", text=text))
        if "blue" not in roles:
            text = "clouds and haze were not looked for: there is no blue band"
            said.append(Caveat(code="clouds_not_checked", text=text))
        return said

    def features(self, planes: Planes, valid: Bools) -> dict[str, Any]:
        """Return indices and bands; `valid` is not needed, as each pixel stands for itself."""
        wet = planes.get("swir1", planes["nir"]) if "green" in planes else None
        found: dict[str, Any] = {role: plane for role, plane in planes.items()}  # noqa: C416
        found["ndvi"] = normalised_difference(planes["nir"], planes["red"])
        if wet is not None:
            found["wet"] = normalised_difference(planes["green"], wet)
        if "blue" in planes:
            found["hazy"] = planes["blue"] - planes["red"] / 2
        return found

    def codes(self, features: dict[str, Any], settings: Settings) -> Codes:
        """Return the class of each pixel."""
        s, nir, ndvi = settings, features["nir"], features["ndvi"]
        green = ndvi > s.vegetation
        out = np.where(green, VEGETATION, BARE).astype(np.uint8)
        if self._trees:
            out[green] = np.where(_dense(features, s)[green], TREES, LOW)
        water = np.zeros(nir.shape, dtype=bool)
        if "wet" in features:
            water = (features["wet"] > s.water) & (nir < s.water_nir) & ~green
            out[water] = WATER
        out[(nir < s.dark) & ~water & ~green] = UNKNOWN
        if "hazy" in features:
            out[(features["hazy"] > s.haze) & ~(water & (nir < 0.10))] = CLOUD
            out[features["blue"] > s.snow] = CLOUD
        return out


def _dense(features: dict[str, Any], s: Settings) -> Bools:
    """Return where most of the bands that tell trees say so."""
    votes = [features["swir1"] < s.trees_swir1]
    if "rededge" in features:
        votes.append(features["rededge"] < s.trees_rededge)
    if "green" in features:
        votes.append(features["green"] < s.trees_green)
    most = np.sum(votes, axis=0, dtype=np.int8) * 2 > len(votes)
    return np.asarray(most & (features["nir"] < s.trees_nir))
