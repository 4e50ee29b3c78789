"""The classes that are told apart, and the contract of the rules that tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from store.scenes import Caveat
from tools.looking.roles import Role
from tools.looking.sheet import Colour

Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Planes = Mapping[Role, Floats]

UNKNOWN, WATER, TREES, LOW, BARE, CLOUD, VEGETATION, WATER_LIKE = range(8)
INVALID = 255


@dataclass(frozen=True)
class Kind:
    """One class: its name in quantities, in words, and its colour in pictures."""

    code: int
    name: str
    words: str
    colour: Colour


KINDS = {
    kind.code: kind
    for kind in (
        Kind(UNKNOWN, "unknown", "cannot be told", (190, 190, 186)),
        Kind(WATER, "water", "open water", (58, 118, 172)),
        Kind(TREES, "trees", "trees: dense, dark vegetation", (38, 98, 58)),
        Kind(LOW, "low_vegetation", "grass, crops and other low vegetation", (158, 190, 104)),
        Kind(BARE, "bare_or_built", "bare or built ground", (196, 164, 132)),
        Kind(CLOUD, "cloud", "cloud or haze", (236, 238, 242)),
        Kind(VEGETATION, "vegetation", "green vegetation", (96, 150, 82)),
        Kind(WATER_LIKE, "water_like", "dark and smooth to radar, as open water is",
             (58, 118, 172)),
    )
}  # fmt: skip


class Rules(Protocol):
    """Tells classes of pixels; `family` holds the settings whose range is the spread, best first.

    `features` are computed once for a piece, `codes` for each member of the family.
    """

    name: str
    source: str
    roles: tuple[Role, ...]
    told: tuple[int, ...]
    halo: int
    family: list[Any]
    caveats: list[Caveat]

    def features(self, planes: Planes, valid: Bools) -> dict[str, Any]:
        """Return what the settings are compared with, for a piece with its margin."""
        ...

    def codes(self, features: dict[str, Any], settings: Any) -> Codes:
        """Return the class of each pixel."""
        ...
