"""Whether things of a kind are large enough to be seen: pixels across, needed and at hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

from store.raster import SceneReader
from store.raster.picture import bands_to_show
from store.raster.sharpness import sharpness_of
from tools.concepts import Concept
from tools.contract import ToolRefusal
from tools.shapes.kinds import Way, kind_of, sizes_m

_PX_ACROSS: dict[Way | None, float] = {
    "on_water": 2.5,
    "circles": 10.0,
    "pools": 3.0,
    "rectangles": 4.0,
    None: 3.0,
}
"""Pixels that each way of finding needs across the short side; three for ranking by example."""
_PX_OF_SHAPES = {"aircraft": 8.0, "helicopter": 8.0, "building": 4.0, "house": 4.0}
"""Kinds that are known by their outline need more than those that are known as a spot."""
_SMALL_ONES = 0.25
"""A kind is seen when all but its smallest are: sizes from this part of its range, on a log
scale, upwards."""


@dataclass(frozen=True)
class Resolution:
    """How finely a scene shows the ground, nominal and effective, in metres per pixel."""

    gsd_m: float
    effective_m: float

    @property
    def is_softer(self) -> bool:
        """Tell whether the scene shows less than its pixels promise."""
        return self.effective_m > 1.05 * self.gsd_m


def resolution_of(reader: SceneReader, what: str) -> Resolution:
    """Return how finely a scene shows the ground; refuse where nobody says how large pixels are.

    The effective resolution is coarser than the nominal one only where blur or an enlargement is
    certain: where even the softest real camera would have shown more.
    """
    scene = reader.scene
    if scene.gsd_m is None:
        raise ToolRefusal(
            f"{scene.id} does not say how large its pixels are on the ground, and without that the "
            f"size of {what} cannot be told; declare it with --gsd M when ingesting",
            "needs_gsd",
            {"gsd_m": "> 0"},
        )
    sharp = sharpness_of(reader, bands_to_show(scene))
    factor = sharp.factor if sharp is not None and sharp.low > 1.0 else 1.0
    return Resolution(scene.gsd_m, scene.gsd_m * factor)


def short_side_m(concept: Concept) -> float | None:
    """Return the width of a small one of a kind on the ground, in m; None where nobody knows it."""
    size, ratio = sizes_m(concept), kind_of(concept).ratio
    if size is None:
        return None
    length = math.exp((1 - _SMALL_ONES) * math.log(size[0]) + _SMALL_ONES * math.log(size[1]))
    return length * (ratio[0] + ratio[1]) / 2


def coarsest_gsd_m(concept: Concept, way: Way | None = None) -> float | None:
    """Return the coarsest resolution at which things of a kind can be told, in m per pixel.

    >>> from tools.concepts import find_concept
    >>> round(coarsest_gsd_m(find_concept("cars").concept), 2)
    0.55
    """
    across = short_side_m(concept)
    needed = max(_PX_ACROSS[way], _PX_OF_SHAPES.get(concept.id, 0.0))
    return None if across is None else across / needed


def check_resolvable(concept: Concept, resolution: Resolution, way: Way | None = None) -> None:
    """Refuse a scene that is too coarse for a kind, and name a resolution that would do.

    A concept without a known size is let through: whoever has examples of it knows one.
    """
    across, coarsest = short_side_m(concept), coarsest_gsd_m(concept, way)
    if across is None or coarsest is None or resolution.effective_m <= coarsest:
        return
    seen = f"{resolution.effective_m:.2g} m per pixel"
    if resolution.is_softer:
        seen += f" (its pixels are {resolution.gsd_m:.2g} m, but it is blurred or enlarged)"
    raise ToolRefusal(
        f"a small {concept.label} is about {across / resolution.effective_m:.1f} px wide at "
        f"{seen}, too few to tell it; choose an image at {_rounded(coarsest)} m per pixel or finer",
        "too_coarse",
        {"gsd_m": f"<= {_rounded(coarsest)}"},
    )


def _rounded(gsd_m: float) -> str:
    """Return two significant digits, rounded down so that what is named does do."""
    digits = 1 - math.floor(math.log10(gsd_m))
    return f"{math.floor(gsd_m * 10**digits) / 10**digits:g}"
