"""Whether a scene shows open water and nothing else, told strictly from colour and calm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.raster import Window
from tools.shapes.backdrop import backdrop
from tools.shapes.looks import Canvas, Look, Mask

LEAST_SHARE = 0.97
"""Share of the valid pixels that must look like water before nothing else is expected there."""
ROUGHEST = 6.0
"""Grey levels of spread: in rougher water small boats are lost among waves."""
_BLUER, _LEAST_BLUE_OF_GREEN, _BRIGHTEST = 4.0, 0.75, 190.0
_LEAST_NDWI = 0.0


SAMPLES = 3
"""Windows along each side in which calm is judged, at full working resolution."""
SAMPLE_PX = 256


@dataclass(frozen=True)
class Water:
    """What share of the valid pixels has the colour of water; its roughness in grey levels."""

    share: float
    roughness: float

    @property
    def is_open(self) -> bool:
        """Tell whether there is nothing but water."""
        return self.share >= LEAST_SHARE

    @property
    def is_calm(self) -> bool:
        """Tell whether a small boat would stand out."""
        return self.roughness <= ROUGHEST

    def words(self) -> str:
        """Return what speaks against counting here, or nothing."""
        if not self.is_open:
            return f"only {self.share:.0%} of this looks like open water"
        return "" if self.is_calm else "the water is too rough for small boats to stand out"


def water_in(canvas: Canvas) -> Water:
    """Tell whether a canvas shows open, calm water and nothing else.

    Blue or green-blue, and dark in the near infrared where there is one. Brown, bright and grey
    water is not recognised; that costs an answer and never a wrong one.
    """
    if canvas.is_grey:
        return Water(0.0, np.inf)
    look = canvas.whole()
    held = int(look.valid.sum())
    share = float(water_coloured(look).sum()) / held if held else 0.0
    if share < LEAST_SHARE:
        return Water(share, np.inf)
    return Water(share, max(_roughness(canvas.look(window)) for window in _samples(canvas.within)))


def _roughness(look: Look) -> float:
    _, spread = backdrop(look.brightness, look.origin)
    return float(np.median(spread))


def _samples(part: Window) -> list[Window]:
    """Return a few windows spread over a part."""
    starts = []
    for first, last in ((part.col0, part.col1), (part.row0, part.row1)):
        room = max(0, last - first - SAMPLE_PX)
        places = {first + round(room * (i + 0.5) / SAMPLES) for i in range(SAMPLES)}
        starts.append([(place, min(place + SAMPLE_PX, last)) for place in sorted(places)])
    return [Window(c0, r0, c1, r1) for c0, c1 in starts[0] for r0, r1 in starts[1]]


def water_coloured(look: Look) -> Mask:
    """Return the pixels that have the colour of water."""
    bluer = np.maximum(look.green, look.blue) >= look.red + np.float32(_BLUER)
    mask = bluer & (look.blue >= look.red) & (look.blue >= _LEAST_BLUE_OF_GREEN * look.green)
    mask &= look.valid & (look.brightness <= _BRIGHTEST)
    if look.nir is not None:
        mask &= look.green - look.nir > _LEAST_NDWI * (look.green + look.nir)
    out: Mask = mask
    return out
