"""From a crop and its picture to quantities and caveats."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from store.raster.sharpness import sharpness_of
from store.scenes import Caveat, Scene
from store.text import clean_text
from tools.contract import Quantity, ToolRefusal
from tools.looking.crop import Crop
from tools.looking.descriptors import CLEAR_DIRECTION, EDGE_SHARE, contrast_of, lines_of
from tools.looking.indices import INDICES
from tools.looking.pictures import CropPicture
from tools.looking.radiometry import radiometry_of
from tools.looking.roles import Role, band_label, roles_of
from tools.looking.stretch import as_shown

_LIKE = {
    "ndvi": ("vegetation_like_share", 0.3, 0.1),
    "ndwi": ("water_like_share", 0.0, 0.2),
    "exg": ("green_share", 0.1, 0.1),
}
"""Index, name, and the threshold for reflectance and for digital numbers."""


@dataclass
class Measured:
    """Quantities and caveats of a crop."""

    quantities: list[Quantity] = field(default_factory=list)
    caveats: list[Caveat] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, of: str = "", **more: object) -> None:
        """Add one quantity."""
        self.quantities.append(
            Quantity.model_validate({"name": name, "value": value, "unit": unit, "of": of, **more})
        )


def about_scene(scene: Scene) -> list[Caveat]:
    """Return the scene's own caveats, and that its date is not known."""
    if scene.period is not None:
        return list(scene.caveats)
    text = "when it was taken is not known; declare it with --date YYYY-MM-DD"
    return [*scene.caveats, Caveat(code="unknown_date", text=text)]


def crop_quantities(crop: Crop, picture: CropPicture) -> Measured:
    """Measure a crop: sizes, valid share, brightness, contrast, lines, what it looks like."""
    found = Measured()
    _sizes(found, crop)
    inside = max(1, int(crop.inside.sum()))
    valid = float(crop.valid.sum() / inside)
    found.add("valid_share", valid, "1", "pixels with data")
    found.add("nodata_share", 1.0 - valid, "1", "pixels without data")
    if valid == 0.0:
        text = "there is no data in this region; nothing can be said of what is there"
        found.caveats.append(Caveat(code="no_data", text=text))
        return found
    _brightness(found, crop, picture)
    _lines(found, crop, picture)
    _likeness(found, crop)
    _detail(found, crop, picture)
    return found


def _sizes(found: Measured, crop: Crop) -> None:
    found.add("crop_width", crop.window.width, "px", "region", interval="exact")
    found.add("crop_height", crop.window.height, "px", "region", interval="exact")
    along, down = crop.bearings.gsd_x_m, crop.bearings.gsd_y_m
    if along is None or down is None or crop.gsd_m is None or crop.bearings.gsd_m is None:
        return
    found.add("ground_width", crop.window.width * along, "m", "middle row of the region's box")
    found.add("ground_height", crop.window.height * down, "m", "middle column of the region's box")
    found.add("gsd", crop.bearings.gsd_m, "m/px", "scene, at the middle of the region")
    found.add("picture_gsd", crop.gsd_m, "m/px", "picture")


def _brightness(found: Measured, crop: Crop, picture: CropPicture) -> None:
    """Add the mean of each band, of all bands, and the contrast."""
    scene = crop.reader.scene
    radar = picture.name == "sar_db"
    grey_levels = scene.bands[crop.bands[0] - 1].dtype == "uint8"
    unit = "dB" if radar and not grey_levels else "1"
    values = as_shown(crop.planes(crop.bands), scene)
    names: list[str] = []
    for plane, band in zip(values, crop.bands, strict=True):
        label = "backscatter" if radar else clean_text(band_label(scene.bands[band - 1]), 24)
        name = f"mean_{_plain(label)}"
        names.append(name if name not in names else f"{name}_band_{band}")
        of = f"{label}, {'decibels' if unit == 'dB' else 'as stored'}"
        found.add(names[-1], float(plane[crop.valid].mean()), unit, of)
    if unit == "dB":
        low, high = np.percentile(picture.brightness[crop.valid], [5.0, 95.0])
        found.add("contrast", float(high - low), "dB", "p95 - p5 of the backscatter")
        return
    contrast = contrast_of(picture.brightness, crop.valid)
    if contrast is not None:
        found.add("contrast", contrast, "1", "(p95 - p5) / (p95 + p5) of the brightness")


def _plain(label: str) -> str:
    """Return a band's label as part of a quantity's name.

    >>> _plain("B8A"), _plain("band 2")
    ('b8a', 'band_2')
    """
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in label.lower())
    return kept.strip("_") or "band"


def _lines(found: Measured, crop: Crop, picture: CropPicture) -> None:
    span = float((picture.stretch.high - picture.stretch.low).mean())
    lines = lines_of(picture.brightness, crop.valid, span)
    if lines is None:
        return
    of = f"pixels where brightness changes by over {EDGE_SHARE:.0%} of the range shown"
    found.add("edge_density", lines.edge_share, "1", of)
    found.add("direction_strength", lines.strength, "1", "coherence of the structure tensor")
    if lines.strength < CLEAR_DIRECTION:
        return
    north = crop.bearings.north_deg
    of = "most lines, clockwise from north"
    if north is None:
        of = "most lines, clockwise from the top of the picture"
    found.add("dominant_direction", (lines.direction_deg - (north or 0.0)) % 180.0, "deg", of)


def _likeness(found: Measured, crop: Crop) -> None:
    """Add shares of pixels that look like plants and like water, where the bands allow."""
    roles = roles_of(crop.reader.scene)
    names = [n for n in ("ndvi", "ndwi") if roles.has(*INDICES[n].roles)]
    names = names or [n for n in ("exg",) if roles.has(*INDICES[n].roles)]
    if not names or crop.reader.scene.kind == "SAR":
        return
    wanted: list[Role] = list(dict.fromkeys(r for n in names for r in INDICES[n].roles))
    bands = [roles.band[role] for role in wanted]
    try:
        meaning = radiometry_of(crop.reader, bands, crop.window)
    except ToolRefusal as refusal:
        found.caveats.append(Caveat(code=refusal.code, text=str(refusal)))
        return
    values = meaning.values(crop.planes(bands), bands)
    planes = dict(zip(wanted, values, strict=True))
    for name in names:
        share_name, physical, digital = _LIKE[name]
        above = physical if meaning.kind == "reflectance" else digital
        value, defined = INDICES[name].values(planes)
        held = crop.valid & defined
        if not held.any():
            continue
        of = f"pixels with {name.upper()} above {above:g}, in the picture"
        found.add(share_name, float((value[held] > above).mean()), "1", of)
    text = (
        "what looks like plants or water is told by one threshold at the picture's resolution; "
        "map_land_cover measures shares, with their spread"
    )
    found.caveats.append(Caveat(code="like_only", text=text))


def _detail(found: Measured, crop: Crop, picture: CropPicture) -> None:
    """Add how large the smallest detail of the scene is, in pixels and on the ground."""
    sharp = sharpness_of(crop.reader, picture.bands)
    if sharp is None:
        return
    of = "smallest detail of the scene, estimated from the spectrum"
    ends = {"low": sharp.low, "high": sharp.high, "interval": "spread"}
    found.add("smallest_detail", sharp.factor, "px", of, **ends)
    gsd = crop.bearings.gsd_m
    if gsd is not None:
        ends = {"low": sharp.low * gsd, "high": sharp.high * gsd, "interval": "spread"}
        found.add("effective_gsd", sharp.factor * gsd, "m/px", of, **ends)
