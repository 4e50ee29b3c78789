"""Pictures of a crop: which bands are shown as which colours, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.scenes import Caveat, Scene
from store.text import clean_text
from tools.contract import ToolRefusal, View
from tools.looking.crop import Crop
from tools.looking.roles import Role, Roles, band_label, roles_of
from tools.looking.sheet import NO_DATA, Sheet, compose, enlarged, enlargement
from tools.looking.stretch import Floats, Stretch, as_shown, radar_caveat, stretch_for

_TRUE: tuple[Role, ...] = ("red", "green", "blue")
_FALSE: tuple[Role, ...] = ("nir", "red", "green")
_WORDS = {
    "true_colour": "true colour", "false_colour": "false colour, plants red",
    "three_bands": "three bands as red, green, blue", "grey": "grey", "sar_db": "radar, dB",
}  # fmt: skip
_LARGEST_SHOWN = 1e6
_SAY_NOTHING = ("gray", "red", "band 1")
"""Names of an only band that tell nobody anything."""


@dataclass(frozen=True)
class CropPicture:
    """One picture of a crop with the stretch it was made by."""

    name: str
    bands: list[int]
    view: View
    stretch: Stretch
    brightness: Floats
    caveats: list[Caveat]


def bands_for(scene: Scene, look: str) -> list[int]:
    """Return the bands to read for a look, and for what is measured beside it."""
    roles = roles_of(scene)
    shown = [band for _, bands in _looks(scene, roles, look) for band in bands]
    if scene.kind == "SAR":
        return shown
    more = [roles.band[role] for role in (*_TRUE, "nir") if role in roles.band]
    return list(dict.fromkeys([*shown, *more]))


def pictures_of(crop: Crop, look: str) -> list[CropPicture]:
    """Return the pictures of a look, the first of them the one that is measured and read."""
    scene = crop.reader.scene
    roles = roles_of(scene)
    return [_picture(crop, roles, name, bands) for name, bands in _looks(scene, roles, look)]


def _looks(scene: Scene, roles: Roles, look: str) -> list[tuple[str, list[int]]]:
    """Return names and bands of the pictures of a look; refuses one the bands do not allow."""
    data = [band.index for band in scene.bands if band.role == "data"]
    if look == "true_colour":
        return [("true_colour", roles.need("a picture in true colour", *_TRUE))]
    if look == "false_colour":
        return [("false_colour", roles.need("a picture in false colour", *_FALSE))]
    if look == "sar_db" and scene.kind != "SAR":
        raise ToolRefusal(
            f"{scene.id} is not known to be radar; if it is, declare it with "
            "`elenchus ingest --sensor SAR`",
            "not_radar",
            {"sensor": "SAR"},
        )
    if look == "sar_db" or (look == "auto" and scene.kind == "SAR"):
        return [("sar_db", data[:1])]
    if look == "grey":
        return [("grey", data[:1])]
    return _by_bands(roles, data)


def _by_bands(roles: Roles, data: list[int]) -> list[tuple[str, list[int]]]:
    found: list[tuple[str, list[int]]] = []
    if roles.has(*_TRUE):
        found.append(("true_colour", [roles.band[role] for role in _TRUE]))
    if roles.has(*_FALSE):
        found.append(("false_colour", [roles.band[role] for role in _FALSE]))
    if found:
        return found
    return [("three_bands", data[:3])] if len(data) >= 3 else [("grey", data[:1])]


def _picture(crop: Crop, roles: Roles, name: str, bands: list[int]) -> CropPicture:
    scene = crop.reader.scene
    data = crop.planes(bands)
    values = as_shown(data, scene)
    together = name == "true_colour"
    stretch = stretch_for(crop.reader, bands, values, crop.valid, together=together)
    pixels = stretch.picture(values, crop.pixels.valid)
    times = enlargement(*crop.pixels.valid.shape) if crop.step <= 1.0 else 1
    sheet = _sheet(crop, name, bands, stretch, times)
    caveats = list(roles.caveats)
    if name == "sar_db":
        caveats.append(radar_caveat(data))
    if name == "three_bands":
        text = "which bands are red, green and blue is not known; the first three are shown so"
        caveats.append(Caveat(code="colours_unknown", text=text))
    view = View(
        name=name,
        png=compose(enlarged(pixels, times), sheet),
        region=crop.region,
        gsd_m=crop.gsd_m,
        caption=f"{sheet.title}; {sheet.lines[0]}",
    )
    return CropPicture(name, bands, view, stretch, np.asarray(values.mean(axis=0)), caveats)


def _sheet(crop: Crop, name: str, bands: list[int], stretch: Stretch, times: int) -> Sheet:
    scene = crop.reader.scene
    across = crop.window.width / crop.pixels.valid.shape[1] / times
    gsd = crop.bearings.gsd_x_m
    date = "no date" if scene.period is None else str(scene.period)
    sizes = "pixel size not known"
    if crop.gsd_m is not None and crop.bearings.gsd_m is not None:
        sizes = f"shown at {crop.gsd_m:.3g} m per pixel, the scene has {crop.bearings.gsd_m:.3g} m"
    if times > 1:
        sizes += f"; each pixel drawn {times} times as large"
    elif crop.step > 1.0 and crop.gsd_m is None:
        sizes += f"; each pixel of the picture spans {crop.step:.3g} of the scene"
    labels = [clean_text(band_label(scene.bands[band - 1]), 24) for band in bands]
    words = _WORDS[name]
    if name == "sar_db" and scene.bands[bands[0] - 1].dtype == "uint8":
        words = "radar, grey levels as stored"
    named = "" if len(labels) == 1 and labels[0] in _SAY_NOTHING else f" ({', '.join(labels)})"
    shown = f"{words}{named}; {_ends(name, words, stretch)}"
    swatches = [] if crop.pixels.valid.all() else [(NO_DATA, "no data")]
    return Sheet(
        title=f"{scene.id} · {date}",
        lines=[shown, sizes],
        gsd_m=None if gsd is None else gsd * across,
        px_per_px=across,
        north_deg=crop.bearings.north_deg,
        swatches=swatches,
    )


def _ends(name: str, words: str, stretch: Stretch) -> str:
    """Return how samples became brightness, with the ends where one band is shown."""
    if len(stretch.low) > 1 or stretch.span > _LARGEST_SHOWN:
        return stretch.words
    unit = " dB" if name == "sar_db" and words.endswith("dB") else ""
    return f"{stretch.words}, {stretch.low[0]:.4g} to {stretch.high[0]:.4g}{unit}"
