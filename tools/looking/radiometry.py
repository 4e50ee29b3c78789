"""What samples mean: reflectance by a known scale and offset, or digital numbers as stored.

Sentinel-2 since processing baseline 04.00 and Landsat Collection 2 store reflectance with an
offset, and a ratio of bands is wrong by far when it is left out or applied twice. What decides
is, in this order: scale and offset in the file; the product's own name (`_N0400_`, `L2SP`); the
darkest pixels, which lie near the offset where one is in the samples. Where name and darkness
disagree nothing is measured. The date decides nothing.
ESA: Sentinel-2 Products Specification, reflectance = (DN + offset) / 10000; USGS: Landsat
Collection 2 Level-2, reflectance = DN x 0.0000275 - 0.2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from store.raster import SceneReader, Window
from store.scenes import Caveat, Scene
from tools.contract import ToolRefusal
from tools.looking.roles import Role, is_sentinel_2, roles_of
from tools.looking.samples import samples_of

Floats = NDArray[np.float32]

_QUANTIFICATION = 10_000.0
_OFFSET = -1_000.0
_DARK_SHARE = 0.1
"""In per cent: the darkest pixels of the darkest band, which real scenes have near zero."""
_NO_OFFSET_BELOW = 700.0
"""Darker samples cannot hold the offset of 1000: they would be reflectances below -0.03."""
_SPECTRAL: tuple[Role, ...] = (
    "coastal", "blue", "green", "red", "rededge", "nir", "swir1", "swir2",
)  # fmt: skip
"""Bands of reflected light: classes and clouds are small numbers, however bright the ground."""
_BASELINE = re.compile(r"_N(\d{4})(?:_|$)", re.IGNORECASE)
_LANDSAT_LEVEL = re.compile(r"^L[COTEM]0\d_L(1|2)", re.IGNORECASE)
_LANDSAT_2 = (2.75e-5, -0.2)
_PLAUSIBLE = (-0.25, 1.8)
"""Where nearly all reflectances lie; snow and glint go above 1."""


@dataclass(frozen=True)
class Radiometry:
    """From samples to the values that formulas take: value = sample x gain + offset.

    `reflectance` when that gives reflectance; `digital` numbers keep ratios of bands, as far as
    the sensor's bands are balanced, and no thresholds of reflectance hold for them.
    """

    kind: Literal["reflectance", "digital"]
    gains: dict[int, float]
    offsets: dict[int, float]
    words: str
    zero_is_nodata: bool = False
    caveats: list[Caveat] = field(default_factory=list)

    def values(self, data: NDArray[Any], bands: Sequence[int]) -> Floats:
        """Return the values of bands read from the scene, as (bands, rows, columns)."""
        out = np.abs(data).astype(np.float32) if np.iscomplexobj(data) else data.astype(np.float32)
        for plane, band in zip(out, bands, strict=True):
            gain, offset = self.gains.get(band, 1.0), self.offsets.get(band, 0.0)
            if gain != 1.0 or offset != 0.0:
                plane *= np.float32(gain)
                plane += np.float32(offset)
        return out

    def empty(self, data: NDArray[Any]) -> NDArray[np.bool_]:
        """Return where samples are the product's own mark of no data."""
        if not self.zero_is_nodata:
            return np.zeros(data.shape[1:], dtype=bool)
        return np.asarray((data == 0).all(axis=0))


def radiometry_of(
    reader: SceneReader, bands: Sequence[int], within: Window | None = None
) -> Radiometry:
    """Find out what the samples of bands mean.

    Args:
        reader: The scene.
        bands: Bands, by index from 1.
        within: The window asked about, where data are looked for; by default the whole scene.

    Raises:
        ToolRefusal: An offset may or may not be in the samples, and nothing tells; or there are
            no samples to judge by.
    """
    scene = reader.scene
    own = _from_file(reader, bands, within)
    if own is not None:
        return own
    if all(scene.bands[band - 1].dtype.startswith("float") for band in bands):
        return _floating(reader, bands, within)
    if any(scene.bands[band - 1].dtype == "uint8" for band in bands):
        return _digital(bands, "eight-bit grey levels")
    if is_sentinel_2(scene):
        return _sentinel_2(reader, bands, within)
    if scene.sensor is not None and scene.sensor.upper().startswith("LANDSAT"):
        return _landsat(scene, bands)
    return _digital(bands, "numbers as stored")


def reflectance_only(scene: Scene, meaning: Radiometry, what: str) -> None:
    """Refuse a formula that takes reflectance where samples are not known to be that."""
    if meaning.kind != "reflectance":
        raise ToolRefusal(
            f"{what} takes reflectance, and the samples of {scene.id} are {meaning.words}; write "
            "scale and offset into the file, choose a product of reflectance, or ask for NDVI, "
            "which is a ratio",
            "needs_reflectance",
            {"samples": "reflectance"},
        )


def _from_file(
    reader: SceneReader, bands: Sequence[int], within: Window | None
) -> Radiometry | None:
    index = {band: i for i, band in enumerate(reader.data_bands)}
    gains = {band: reader.scales[index[band]] for band in bands if band in index}
    offsets = {band: reader.offsets[index[band]] for band in bands if band in index}
    if all(gain == 1.0 for gain in gains.values()) and not any(offsets.values()):
        return None
    zero = is_sentinel_2(reader.scene) or any(offsets.values())
    integers = reader.scene.bands[bands[0] - 1].dtype.startswith(("uint", "int"))
    return _checked(
        reader, bands, within,
        Radiometry("reflectance", gains, offsets, "reflectance by the file's scale and offset",
                   zero_is_nodata=zero and integers),
    )  # fmt: skip


def _floating(reader: SceneReader, bands: Sequence[int], within: Window | None) -> Radiometry:
    held = samples_of(reader, bands, within)
    if not held.size:
        raise no_data(reader.scene)
    low, high = np.percentile(held, [0.5, 99.0])
    if _PLAUSIBLE[0] <= low and high <= _PLAUSIBLE[1] and high > 0.0:
        text = "the samples are floating-point numbers from about 0 to 1: taken as reflectance"
        caveat = Caveat(code="reflectance_assumed", text=text)
        return Radiometry("reflectance", {}, {}, "reflectance", caveats=[caveat])
    return _digital(bands, "floating-point numbers outside of the range of reflectance")


def no_data(scene: Scene) -> ToolRefusal:
    """Refuse an area of which no sample was found."""
    return ToolRefusal(
        f"no data were found in this area of {scene.id}, so there is nothing to measure and "
        "nothing to see; name a region with data",
        "no_data",
        {"valid_share": "> 0"},
    )


def _sentinel_2(reader: SceneReader, bands: Sequence[int], within: Window | None) -> Radiometry:
    """Decide whether an offset is in the samples of a Sentinel-2 scene."""
    scene = reader.scene
    named = _BASELINE.search(scene.alias)
    darkest = _darkest(reader, bands, within)
    by_name = None if named is None else (_OFFSET if int(named.group(1)) >= 400 else 0.0)
    by_dark = None if darkest is None or darkest >= _NO_OFFSET_BELOW else 0.0
    if by_name is not None and by_dark is not None and by_name != by_dark:
        raise _unknown_offset(
            f"the name of {scene.id} says that its samples hold the offset of 1000 of its "
            f"processing baseline, and its darkest pixels, at {darkest:.0f}, that they do not"
        )
    offset = by_name if by_name is not None else by_dark
    if offset is None:
        raise _unknown_offset(
            f"it is not known whether the samples of {scene.id} hold the offset of 1000 "
            "that Sentinel-2 products have since processing baseline 04.00, and its darkest "
            "pixels do not tell"
        )
    by = "the processing baseline in the product's name" if by_name is not None else (
        f"the darkest pixels, at {darkest:.0f}"
    )  # fmt: skip
    text = f"Sentinel-2 samples taken as (DN {offset:+g}) / 10000, by {by}"
    return Radiometry(
        "reflectance",
        dict.fromkeys(bands, 1 / _QUANTIFICATION),
        dict.fromkeys(bands, offset / _QUANTIFICATION),
        "Sentinel-2 reflectance",
        zero_is_nodata=True,
        caveats=[Caveat(code="offset_decided", text=text)],
    )


def _unknown_offset(why: str) -> ToolRefusal:
    return ToolRefusal(
        f"{why}; write scale 0.0001 and offset -0.1 (or 0) into the file, or keep the product's "
        "own name with its baseline (_N0400_) and its samples as delivered",
        "offset_unknown",
        {"scale_and_offset": "written in the file"},
    )


def _landsat(scene: Scene, bands: Sequence[int]) -> Radiometry:
    level = _LANDSAT_LEVEL.match(scene.alias)
    if level is not None and level.group(1) == "2":
        gain, offset = _LANDSAT_2
        text = f"Landsat Collection 2 Level-2 by the product's name: DN x {gain:g} {offset:+g}"
        return Radiometry(
            "reflectance", dict.fromkeys(bands, gain), dict.fromkeys(bands, offset),
            "Landsat surface reflectance", zero_is_nodata=True,
            caveats=[Caveat(code="offset_decided", text=text)],
        )  # fmt: skip
    raise ToolRefusal(
        f"the 16-bit samples of {scene.id} hold an offset that depends on the product's level, "
        "which nothing tells; write scale 0.0000275 and offset -0.2 (Collection 2 Level-2) into "
        "the file, or keep the product's name (LC08_L2SP_...)",
        "offset_unknown",
        {"scale_and_offset": "written in the file"},
    )


def _digital(bands: Sequence[int], what: str) -> Radiometry:
    text = (
        f"the samples are {what}, not reflectance: the sensor's own balance of bands is in the "
        "result, which does not compare with other sensors and dates, nor with thresholds in books"
    )
    return Radiometry("digital", {}, {}, what, caveats=[Caveat(code="not_reflectance", text=text)])


def _checked(
    reader: SceneReader, bands: Sequence[int], within: Window | None, meaning: Radiometry
) -> Radiometry:
    """Say when the file's scale and offset give values that no ground has."""
    samples = samples_of(reader, bands, within, zero=not meaning.zero_is_nodata)
    values = meaning.values(samples, bands)
    if not values.size:
        return meaning
    below = float((values < -0.02).mean())
    high = float(np.percentile(values, 99.0))
    if high > _PLAUSIBLE[1]:
        text = f"values as scaled by the file reach {high:.3g}, and reflectance ends near 1"
        caveat = Caveat(code="not_reflectance", text=text)
        return Radiometry("digital", meaning.gains, meaning.offsets, "physical values of the "
                          "file's scale", meaning.zero_is_nodata, [caveat])  # fmt: skip
    if below > 0.05:
        text = (
            f"{below:.0%} of the values are below zero by the file's scale and offset, as where "
            "an offset is applied twice: the values may be wrong"
        )
        caveat = Caveat(code="offset_conflict", text=text)
        return Radiometry(meaning.kind, meaning.gains, meaning.offsets, meaning.words,
                          meaning.zero_is_nodata, [caveat])  # fmt: skip
    return meaning


def _darkest(reader: SceneReader, bands: Sequence[int], within: Window | None) -> float | None:
    """Return the lowest of the spectral bands' dark percentiles, where samples are not zero."""
    roles = roles_of(reader.scene)
    known = {roles.band[role] for role in _SPECTRAL if role in roles}
    samples = samples_of(reader, sorted(known | set(bands)), within, zero=False)
    if not samples.size:
        raise no_data(reader.scene)
    held = samples[:, (samples > 0).all(axis=0)]
    return float(np.percentile(held, _DARK_SHARE, axis=1).min()) if held.size else None
