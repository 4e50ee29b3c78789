"""Rules for pictures in colour alone: green vegetation, and nothing else.

Green excess (Woebbecke et al. 1995) above what grey ground has. Water, shadow, dark roofs, bare
trees and dry grass have no colour of their own that would hold from scene to scene, so they are
not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from store.scenes import Caveat
from tools.landcover.classes import UNKNOWN, VEGETATION, Bools, Codes, Floats, Planes
from tools.landcover.look import Look, peaks_of
from tools.looking.roles import Role

_GREY = 0.25
"""Grey ground has a green excess between this and its negative."""
_MOST_CAST = 0.05
"""A cast of the camera away from green is allowed for up to this."""


@dataclass(frozen=True)
class Settings:
    """The green excess from which a pixel is green."""

    green: float


class ColourRules:
    """Rules for pictures with red, green and blue."""

    name = "green excess above grey ground"
    source = "green excess: Woebbecke et al. 1995"
    roles: tuple[Role, ...] = ("red", "green", "blue")
    told: tuple[int, ...] = (VEGETATION,)
    halo = 0

    def __init__(self, look: Look) -> None:
        excess = _excess(look.planes)
        peaks = peaks_of(excess[look.valid], -_GREY, _GREY, least=1.0)
        cast = 0.0 if not peaks else float(np.clip(peaks[0].at, -_MOST_CAST, 0.0))
        self.family: list[Any] = [Settings(cast + green) for green in (0.08, 0.05, 0.11)]
        text = (
            "by colour alone only green vegetation is told, and green water or roofs pass too; "
            "what is not green may be anything, water and bare trees among it"
        )
        self.caveats = [Caveat(code="green_only", text=text)]

    def features(self, planes: Planes, valid: Bools) -> dict[str, Any]:
        """Return the green excess."""
        return {"excess": _excess(planes)}

    def codes(self, features: dict[str, Any], settings: Settings) -> Codes:
        """Return the class of each pixel."""
        return np.where(features["excess"] > settings.green, VEGETATION, UNKNOWN).astype(np.uint8)


def _excess(planes: Planes) -> Floats:
    red, green, blue = planes["red"], planes["green"], planes["blue"]
    total = red + green + blue
    out = np.zeros_like(total)
    np.divide(2 * green - red - blue, total, out=out, where=total > 1e-9)
    return out
