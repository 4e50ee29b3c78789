"""Spectral indices: what each is, which bands it takes, and its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.contract import ToolRefusal
from tools.looking.roles import Role

Floats = NDArray[np.float32]
Planes = Mapping[Role, Floats]
Formula = Callable[[Planes], tuple[Floats, Floats]]
"""From bands to numerator and denominator."""

_SMALL = 1e-9


@dataclass(frozen=True)
class Index:
    """One index.

    `limit` is the largest absolute value it can have where no band is below zero; None where it
    has none. `physical` ones hold for reflectance alone; others are ratios.
    """

    name: str
    means: str
    roles: tuple[Role, ...]
    formula: Formula
    source: str
    ramp: str
    physical: bool = False
    limit: float | None = 1.0

    def values(self, planes: Planes) -> tuple[Floats, NDArray[np.bool_]]:
        """Return values, cut to what the index can be, and where it is defined."""
        above, below = self.formula(planes)
        defined = below > _SMALL
        value = np.divide(above, below, out=np.zeros_like(above), where=defined)
        if self.limit is not None:
            np.clip(value, -self.limit, self.limit, out=value)
        return value, defined

    def beyond(self, planes: Planes) -> NDArray[np.bool_]:
        """Return where a value lies beyond what the index can be: some band is below zero."""
        if self.limit is None:
            return np.zeros(next(iter(planes.values())).shape, dtype=bool)
        above, below = self.formula(planes)
        return np.asarray((below > _SMALL) & (np.abs(above) > below * (self.limit + 1e-4)))


def _difference(first: Role, second: Role) -> Formula:
    def formula(planes: Planes) -> tuple[Floats, Floats]:
        return planes[first] - planes[second], planes[first] + planes[second]

    return formula


def _evi(planes: Planes) -> tuple[Floats, Floats]:
    red, nir, blue = planes["red"], planes["nir"], planes["blue"]
    return 2.5 * (nir - red), nir + 6.0 * red - 7.5 * blue + 1.0


def _savi(planes: Planes) -> tuple[Floats, Floats]:
    red, nir = planes["red"], planes["nir"]
    return 1.5 * (nir - red), nir + red + 0.5


def _excess_green(planes: Planes) -> tuple[Floats, Floats]:
    red, green, blue = planes["red"], planes["green"], planes["blue"]
    return 2.0 * green - red - blue, red + green + blue


def _vari(planes: Planes) -> tuple[Floats, Floats]:
    red, green, blue = planes["red"], planes["green"], planes["blue"]
    return green - red, green + red - blue


def _given(planes: Planes) -> tuple[Floats, Floats]:
    return planes["ndvi"], np.ones_like(planes["ndvi"])


_PLANT, _WATER, _BUILT, _BURN = "plants", "water", "built", "burn"
_ALL = (
    Index("ndvi", "green vegetation", ("nir", "red"), _difference("nir", "red"),
          "Rouse et al. 1974", _PLANT),
    Index("gndvi", "green vegetation, by green", ("nir", "green"), _difference("nir", "green"),
          "Gitelson et al. 1996", _PLANT),
    Index("evi", "green vegetation, less soil and air", ("nir", "red", "blue"), _evi,
          "Huete et al. 2002", _PLANT, physical=True, limit=None),
    Index("savi", "green vegetation over soil", ("nir", "red"), _savi, "Huete 1988", _PLANT,
          physical=True, limit=None),
    Index("ndwi", "open water", ("green", "nir"), _difference("green", "nir"),
          "McFeeters 1996", _WATER),
    Index("mndwi", "open water, less built land", ("green", "swir1"),
          _difference("green", "swir1"), "Xu 2006", _WATER),
    Index("ndmi", "moisture of vegetation", ("nir", "swir1"), _difference("nir", "swir1"),
          "Gao 1996; Wilson and Sader 2002", _WATER),
    Index("ndbi", "built and bare land", ("swir1", "nir"), _difference("swir1", "nir"),
          "Zha et al. 2003", _BUILT),
    Index("nbr", "burnt land (low)", ("nir", "swir2"), _difference("nir", "swir2"),
          "Key and Benson 2006", _BURN),
    Index("exg", "green vegetation, by colour alone", ("red", "green", "blue"), _excess_green,
          "Woebbecke et al. 1995", _PLANT, limit=2.0),
    Index("vari", "green vegetation, by colour alone", ("red", "green", "blue"), _vari,
          "Gitelson et al. 2002", _PLANT, limit=None),
)  # fmt: skip
INDICES = {index.name: index for index in _ALL}
GIVEN_NDVI = Index(
    "ndvi", "green vegetation", ("ndvi",), _given, "as the file holds it", _PLANT, limit=1.0
)
_OTHER_NAMES = {
    "excess_green": "exg", "excessgreen": "exg", "greenness": "exg", "vegetation": "ndvi",
    "water": "ndwi", "moisture": "ndmi", "ndii": "ndmi", "burn": "nbr",
}  # fmt: skip


def index_named(text: str) -> Index:
    """Return the index of a name, or refuse with those there are.

    >>> index_named("NDVI").roles, index_named("excess green").name
    (('nir', 'red'), 'exg')
    """
    name = text.strip().lower().replace(" ", "_").replace("-", "_")
    found = INDICES.get(_OTHER_NAMES.get(name, name))
    if found is None:
        raise ToolRefusal(
            f"{text[:40]!r} is no index known here; there are "
            + ", ".join(f"{index.name} ({index.means})" for index in _ALL),
            "unknown_index",
            {"index": ", ".join(INDICES)},
        )
    return found
