"""The colours of the town: a label for each kind of surface, with four bands of light."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Style = Literal["temperate", "arid"]
SHADOW = 256
"""Added to a label where the sun does not reach."""


class Surface(NamedTuple):
    """How a surface looks in full sun."""

    red: float
    green: float
    blue: float
    nir: float
    fine: float = 6.0
    """Strength of the texture a pixel or two across, in levels."""
    coarse: float = 5.0
    """Strength of the texture some metres across."""


_GROUND: dict[str, Surface] = {
    "asphalt": Surface(97, 97, 99, 92, 5, 5),
    "sidewalk": Surface(150, 146, 140, 150, 6, 4),
    "line": Surface(188, 188, 182, 180, 6, 3),
    "deck": Surface(118, 116, 114, 110, 5, 4),
    "deck_rim": Surface(172, 168, 162, 166, 5, 3),
    "lawn1": Surface(98, 118, 70, 166, 9, 13),
    "lawn2": Surface(110, 122, 76, 160, 9, 14),
    "lawn3": Surface(126, 126, 86, 150, 9, 14),
    "park": Surface(88, 122, 62, 178, 8, 11),
    "meadow": Surface(116, 130, 78, 166, 10, 16),
    "riverside": Surface(98, 124, 68, 170, 10, 14),
    "bank": Surface(100, 104, 72, 132, 14, 12),
    "soil": Surface(152, 126, 98, 132, 10, 14),
    "sand": Surface(198, 182, 148, 192, 7, 8),
    "water": Surface(50, 70, 80, 27, 3, 5),
    "pond": Surface(56, 78, 76, 30, 3, 4),
    "sea": Surface(38, 64, 84, 22, 3, 5),
    "parking": Surface(112, 112, 112, 104, 5, 5),
    "stall": Surface(150, 150, 148, 146, 6, 3),
    "drive": Surface(142, 136, 126, 142, 8, 5),
    "paving": Surface(162, 155, 146, 158, 8, 6),
    "path": Surface(176, 164, 138, 172, 7, 5),
    "pitch": Surface(76, 130, 76, 152, 4, 4),
    "pitch_line": Surface(200, 210, 196, 204, 4, 2),
    "court": Surface(160, 92, 74, 112, 5, 4),
    "playground": Surface(194, 172, 130, 178, 8, 5),
    "pool": Surface(92, 168, 190, 58, 4, 2),
    "forest": Surface(64, 88, 52, 150, 7, 8),
    "crop1": Surface(132, 142, 80, 160, 7, 12),
    "crop2": Surface(172, 156, 106, 142, 7, 11),
    "crop3": Surface(86, 124, 62, 186, 7, 11),
    "crop4": Surface(136, 112, 86, 112, 8, 13),
    "crop5": Surface(150, 142, 90, 150, 8, 12),
    "crop6": Surface(76, 106, 58, 176, 7, 10),
    "fitting": Surface(128, 128, 128, 126, 5, 3),
    "pier": Surface(158, 150, 138, 150, 6, 4),
    "tank": Surface(214, 214, 208, 206, 3, 3),
    "tank_rim": Surface(168, 168, 162, 160, 3, 3),
}
_ROOFS = (
    (170, 100, 76, 128), (150, 84, 66, 120), (124, 94, 78, 112), (90, 90, 94, 94),
    (112, 112, 116, 114), (160, 160, 158, 157), (186, 184, 178, 180), (108, 124, 146, 126),
    (112, 128, 114, 128), (188, 162, 130, 172),
)  # fmt: skip
_CROWNS = (
    (68, 94, 50, 172),
    (60, 86, 46, 160),
    (82, 106, 58, 176),
    (50, 76, 50, 140),
    (94, 108, 60, 166),
)
_BOATS = (
    (232, 234, 232, 214),
    (214, 222, 226, 200),
    (84, 104, 142, 110),
    (176, 70, 58, 128),
    (150, 152, 150, 146),
)
_SHIPS = (
    (132, 62, 50, 96),
    (70, 78, 92, 70),
    (108, 116, 112, 104),
    (206, 204, 196, 190),
)
_CARS = (
    (222, 222, 220, 215),
    (44, 44, 48, 44),
    (128, 130, 134, 128),
    (178, 180, 184, 176),
    (168, 44, 40, 130),
    (52, 78, 142, 96),
)
TONES = 3
FLAT_ROOFS = (4, 5, 6, 8)
PITCHED_ROOFS = (0, 0, 0, 1, 1, 2, 2, 3, 4, 7, 9)
CROWNS = len(_CROWNS)
CARS = len(_CARS)
BOATS = len(_BOATS)
SHIPS = len(_SHIPS)

GROUND = {name: label for label, name in enumerate(_GROUND)}
NAMES = {label: name for name, label in GROUND.items()}
FIRST_ROOF = len(_GROUND)
FIRST_CROWN = FIRST_ROOF + len(_ROOFS) * TONES * 2
FIRST_CAR = FIRST_CROWN + CROWNS * 3
FIRST_BOAT = FIRST_CAR + CARS
FIRST_SHIP = FIRST_BOAT + BOATS
COUNT = FIRST_SHIP + SHIPS


def roof_label(roof: int, tone: int, *, lit: bool) -> int:
    """Return the label of one side of a roof."""
    return FIRST_ROOF + (roof * TONES + tone) * 2 + (0 if lit else 1)


def _surfaces() -> list[Surface]:
    surfaces = list(_GROUND.values())
    for colour in _ROOFS:
        for tone in (0.93, 1.0, 1.07):
            surfaces += [_scaled(colour, tone * light, 4, 4) for light in (1.08, 0.78)]
    for colour in _CROWNS:
        surfaces += [_scaled(colour, light, 11, 4) for light in (1.22, 1.0, 0.72)]
    surfaces += [_scaled(colour, 1.0, 3, 2) for colour in (*_CARS, *_BOATS, *_SHIPS)]
    return surfaces


def _scaled(colour: tuple[int, int, int, int], light: float, fine: float, coarse: float) -> Surface:
    red, green, blue, nir = (level * light for level in colour)
    return Surface(red, green, blue, nir, fine, coarse)


SURFACES = _surfaces()
_DARK = np.array([0.42, 0.46, 0.56, 0.38])
"""What is left of each band in shadow: the sky is blue."""


_ARID: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys(
        ("lawn1", "lawn2", "lawn3", "meadow", "riverside", "bank"), (186, 160, 124, 170)
    ),
    "park": (140, 138, 92, 172),
    "forest": (116, 112, 74, 146),
    "crop1": (196, 170, 128, 178),
    "crop2": (206, 184, 142, 190),
    "crop4": (178, 146, 112, 158),
    "crop5": (200, 176, 134, 184),
    "asphalt": (124, 120, 114, 118),
    "sea": (34, 92, 104, 20),
    "water": (74, 92, 84, 40),
}
"""What grounds look like where it is dry; the others are as elsewhere."""


def _lit(style: Style) -> NDArray[np.float64]:
    """Return the levels of (band, label) in full sun."""
    lit = np.array([surface[:4] for surface in SURFACES])
    if style == "arid":
        for name, levels in _ARID.items():
            lit[GROUND[name]] = levels
        crowns = slice(FIRST_CROWN, FIRST_CAR)
        lit[crowns] = 0.7 * lit[crowns] + 0.3 * np.array([150.0, 138.0, 100.0, 150.0])
        pitched = slice(FIRST_ROOF, FIRST_CROWN)
        lit[pitched] = 0.5 * lit[pitched] + 0.5 * np.array([206.0, 190.0, 166.0, 196.0])
    return lit.T


def colours(
    gain: tuple[float, ...],
    haze: tuple[float, ...],
    greenness: float,
    style: Style = "temperate",
) -> NDArray[np.int16]:
    """Return the levels of (band, label) in one light, with those in shadow from label 256 on.

    Args:
        gain: Factor of each band.
        haze: Added to each band.
        greenness: Factor of what plants reflect in the near infrared.
        style: What kind of country it is.
    """
    table = np.zeros((4, 2 * SHADOW))
    lit = _lit(style)
    plants = lit[3] > 1.25 * lit[1]
    lit[3, plants] *= greenness
    table[:, :COUNT] = lit
    table[:, SHADOW : SHADOW + COUNT] = lit * _DARK[:, None]
    table = table * np.array(gain)[:, None] + np.array(haze)[:, None]
    return _levels(table)


def strengths(which: Literal["fine", "coarse"]) -> NDArray[np.int16]:
    """Return the texture strength of each label; half in shadow."""
    table = np.zeros(2 * SHADOW)
    table[:COUNT] = [getattr(surface, which) for surface in SURFACES]
    table[SHADOW : SHADOW + COUNT] = table[:COUNT] / 2
    return _levels(table)


def _levels(table: NDArray[np.float64]) -> NDArray[np.int16]:
    return np.rint(np.clip(table, 0, 255)).astype(np.int16)
