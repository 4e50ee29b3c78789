"""How an acquisition sees the town: its day, light, noise and faults."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from world.palette import Style


@dataclass(frozen=True)
class Look:
    """How one acquisition sees the town.

    Args:
        date: 0 for the first date, 1 for the second.
        day: When it was taken.
        sun: Azimuth and elevation of the sun in degrees.
        gain: Factor of each band.
        haze: Levels added to each band.
        greenness: Factor of what plants reflect in the near infrared.
        shift: How far the image lies off its georeference, in pixels to the right and down,
            within [0, 1).
        noise: Deviation of the sensor's noise, in levels.
        cloud: Whether a thin cloud hangs over part of it.
        style: What kind of country the town lies in: how its ground, roofs and trees look.
        dropped_bits: How many of the eight bits of a level are zero; fewer bits pack better.
    """

    date: int
    day: dt.date
    sun: tuple[float, float]
    gain: tuple[float, float, float, float] = (1.1, 1.1, 1.1, 1.1)
    haze: tuple[float, float, float, float] = (4.0, 5.0, 7.0, 2.0)
    greenness: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    noise: float = 1.6
    cloud: bool = False
    dropped_bits: int = 0
    style: Style = "temperate"


BEFORE = Look(date=0, day=dt.date(2021, 6, 14), sun=(152.0, 55.0))
VEILED = Look(
    date=1,
    day=dt.date(2023, 7, 2),
    sun=(161.0, 50.0),
    gain=(1.16, 1.14, 1.11, 1.14),
    haze=(5.0, 6.0, 9.0, 3.0),
    greenness=0.97,
    noise=1.8,
    shift=(0.4, 0.25),
    cloud=True,
)
"""The second date under a thin cloud, a fraction of a pixel off its georeference."""
AFTER = Look(
    date=1,
    day=dt.date(2023, 7, 2),
    sun=(161.0, 50.0),
    gain=(1.16, 1.14, 1.11, 1.14),
    haze=(5.0, 6.0, 9.0, 3.0),
    greenness=0.97,
    noise=1.8,
)
