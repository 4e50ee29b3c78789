"""Pictures for people: one crop for each question, and the place with all marks."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from store.geo import Region
from store.raster import Pixels, SceneReader, Window
from store.raster.picture import Stretch, bands_to_show
from tools.contract import View
from tools.counting.contract import Candidates

CONTEXT = 3.0
LEAST_CROP_PX = 192
_LARGEST_CROP_PX = 384
_OVERVIEW_PX = 1280
_LEAST_NATIVE_PX = 24
_LOOK_PX = 1 << 18
_MARK = (255, 214, 0)
_EDGE = (0, 0, 0)


def crops(reader: SceneReader, found: Candidates, rows: Sequence[int], question: str) -> list[View]:
    """Return a crop for each row (from 0): the object in the middle, its corners marked."""
    stretch = _stretch(reader)
    return [_crop(reader, stretch, found, row, question) for row in rows]


def _crop(
    reader: SceneReader, stretch: Stretch, found: Candidates, row: int, question: str
) -> View:
    side = CONTEXT * float(max(found.length_px[row], found.width_px[row]))
    side = max(side, _LEAST_NATIVE_PX)
    col, line = found.centres[row]
    window = _square(float(col), float(line), side)
    shown = min(_LARGEST_CROP_PX, window.width)
    pixels = reader.read(*window, out_shape=(shown, shown), bands=bands_to_show(reader.scene))
    picture = _picture(stretch, pixels)
    times = math.ceil(LEAST_CROP_PX / shown)
    picture = picture.resize((shown * times, shown * times), Image.Resampling.BICUBIC)
    scale = shown * times / window.width
    outline = found.take([row]).outlines()[0]
    corners = (np.asarray(outline.exterior.coords)[:4] - [window.col0, window.row0]) * scale
    _bracket(ImageDraw.Draw(picture), corners)
    gsd_m = reader.scene.gsd_m
    return View(
        name=f"ask-{row + 1}",
        png=_png(picture),
        region=reader.to_region(window.clipped(reader.shape)),
        gsd_m=None if gsd_m is None else gsd_m / scale,
        caption=question,
    )


def _square(col: float, row: float, side: float) -> Window:
    half = math.ceil(side / 2)
    middle = math.floor(col), math.floor(row)
    return Window(middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)


def _bracket(draw: ImageDraw.ImageDraw, corners: NDArray[np.float64]) -> None:
    """Mark the corners of an outline, so that nothing covers the object."""
    for i in range(4):
        here = corners[i]
        for other in (corners[i - 1], corners[(i + 1) % 4]):
            end = here + (other - here) * 0.3
            line = [tuple(map(float, here)), tuple(map(float, end))]
            draw.line(line, fill=_EDGE, width=4)
            draw.line(line, fill=_MARK, width=2)


def overview(
    reader: SceneReader, window: Window, region: Region, marked: Candidates, words: str
) -> View:
    """Return a picture of a place with the outlines of what is marked there."""
    step = max(1.0, max(window.shape) / _OVERVIEW_PX)
    shape = max(1, round(window.height / step)), max(1, round(window.width / step))
    pixels = reader.read(*window, out_shape=shape, bands=bands_to_show(reader.scene))
    picture = _picture(_stretch(reader), pixels)
    draw = ImageDraw.Draw(picture)
    scale = np.array([shape[1] / window.width, shape[0] / window.height])
    for outline in marked.outlines():
        corners = (np.asarray(outline.exterior.coords) - [window.col0, window.row0]) * scale
        points = [tuple(map(float, corner)) for corner in corners]
        draw.line(points, fill=_MARK, width=2 if step < 2 else 1)
    gsd_m = reader.scene.gsd_m
    return View(
        name="overview",
        png=_png(picture),
        region=region,
        gsd_m=None if gsd_m is None else gsd_m * step,
        caption=words,
    )


def _stretch(reader: SceneReader) -> Stretch:
    look = reader.reduced(_LOOK_PX, bands=bands_to_show(reader.scene))
    return Stretch.of(look, reader.scene)


def _picture(stretch: Stretch, pixels: Pixels) -> Image.Image:
    array: NDArray[Any] = stretch.shown(pixels)
    planes = len(pixels.data)
    shown = np.repeat(array[..., :1], 3, axis=2) if planes < 3 else array[..., :3]
    return Image.fromarray(np.ascontiguousarray(shown))


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()
