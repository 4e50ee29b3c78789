"""What a person declares of a file that it does not say of itself."""

from __future__ import annotations

import math

from pydantic import Field

from store.catalog import checked_name
from store.errors import BadDeclaration
from store.geo import Period
from store.raster.place import declared_crs
from store.scenes import UNITS_OF_SENSORS, Record, Trust
from store.text import clean_text

_NAMES = {
    "R": "red", "RED": "red", "G": "green", "GREEN": "green", "B": "blue", "BLUE": "blue",
    "N": "nir", "NIR": "nir", "RE": "rededge", "REDEDGE": "rededge",
    "C": "coastal", "COASTAL": "coastal",
    "P": "pan", "PAN": "pan", "SWIR": "swir1", "SWIR1": "swir1", "SWIR2": "swir2", "TIR": "tir",
    "GRAY": "gray", "GREY": "gray",
}  # fmt: skip
"""Names people write, in upper case, and the one we keep for each; others stay as written."""


class Declared(Record):
    """Declarations at ingest; None is "not declared"."""

    gsd_m: float | None = None
    date: str | None = None
    sensor: str | None = None
    bands: list[str] | None = Field(default=None)
    crs: str | None = None
    frame: str | None = None
    trust: Trust = "operator"

    def as_texts(self) -> dict[str, str]:
        """Return the declarations, checked and in one spelling, as a scene records them."""
        texts: dict[str, str] = {}
        if self.gsd_m is not None:
            if not (math.isfinite(self.gsd_m) and 1e-4 <= self.gsd_m <= 1e6):
                raise BadDeclaration(
                    f"--gsd {self.gsd_m:g}: the size of a pixel is between 0.0001 and 1000000 m"
                )
            texts["gsd"] = repr(float(self.gsd_m))
        if self.date is not None:
            Period.parse(self.date)
            texts["date"] = self.date.strip()
        if self.sensor is not None:
            texts["sensor"] = _sensor(self.sensor)
        if self.bands is not None:
            texts["bands"] = ",".join(band_name(name) for name in self.bands)
        if self.crs is not None:
            texts["crs"] = declared_crs(self.crs)
        if self.frame is not None:
            texts["frame"] = checked_name(self.frame)
        return texts


def band_name(text: str) -> str:
    """Return the name kept for a band.

    >>> band_name("NIR"), band_name("r"), band_name("B8A")
    ('nir', 'red', 'B8A')
    """
    name = clean_text(text, 40).replace(",", " ")
    if not name:
        raise BadDeclaration(
            "--bands has an empty name; write one for each band, such as R,G,B,NIR"
        )
    return _NAMES.get(name.upper(), name)


def _sensor(text: str) -> str:
    """Return a sensor's name, in our spelling where we know it."""
    name = clean_text(text, 60)
    if not name:
        raise BadDeclaration("--sensor is empty; write one such as RGB, SAR or Sentinel-2")
    known = {key: key if value == key else key.title() for key, value in UNITS_OF_SENSORS.items()}
    return known.get(name.upper(), name)
