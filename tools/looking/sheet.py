"""Sheets: a picture with its furniture around it, never over it: scale, north, date, legend."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

LONGEST_SIDE = 1024
MARGIN = 14
STRIP = 150
ROOM = LONGEST_SIDE - 2 * MARGIN
"""The widest picture that a sheet takes."""
ROOM_DOWN = LONGEST_SIDE - MARGIN - STRIP
"""The highest one."""
_NARROWEST = 470
_PAPER: Colour = (250, 250, 249)
_INK: Colour = (38, 43, 49)
_SOFT: Colour = (105, 112, 120)
_LINE: Colour = (206, 209, 212)
NO_DATA: Colour = (229, 230, 228)
_TITLE, _TEXT = 15, 13
_LEADING = 18


@dataclass(frozen=True)
class Ramp:
    """A legend of colours from a low to a high value; `mark` is a threshold."""

    colours: Picture
    low: str
    high: str
    name: str
    mark: float | None = None
    """Where the threshold lies, from 0 to 1."""


@dataclass(frozen=True)
class Sheet:
    """What is said around a picture.

    `gsd_m` is the ground size of one pixel of the picture across, as drawn; `px_per_px` how many
    pixels of the scene one pixel of the picture spans across.
    """

    title: str
    lines: Sequence[str]
    gsd_m: float | None
    px_per_px: float
    north_deg: float | None
    ramp: Ramp | None = None
    swatches: Sequence[tuple[Colour, str]] = field(default_factory=list)


def compose(picture: Picture, sheet: Sheet) -> bytes:
    """Return a PNG of the picture, untouched, with its sheet below it."""
    high, wide = picture.shape[:2]
    width = max(wide + 2 * MARGIN, _NARROWEST)
    legend = _legend_height(sheet, width)
    words = _wrapped(sheet.lines, width - 2 * MARGIN, _TEXT)
    bottom = high + MARGIN + 12
    height = bottom + 40 + 24 + _LEADING * len(words) + legend + MARGIN
    page = Image.new("RGB", (width, height), _PAPER)
    page.paste(Image.fromarray(np.ascontiguousarray(picture)), (MARGIN, MARGIN))
    draw = ImageDraw.Draw(page)
    draw.rectangle((MARGIN - 1, MARGIN - 1, MARGIN + wide, MARGIN + high), outline=_LINE)
    _scale_bar(draw, sheet, (MARGIN, bottom + 8), wide)
    _north(draw, sheet.north_deg, (width - MARGIN, bottom + 4))
    y = bottom + 42
    draw.text((MARGIN, y), sheet.title, _INK, _font(_TITLE))
    y += 24
    for line in words:
        draw.text((MARGIN, y), line, _SOFT, _font(_TEXT))
        y += _LEADING
    _legend(draw, page, sheet, y + 4, width)
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=6)
    return out.getvalue()


def enlargement(rows: int, cols: int) -> int:
    """Return how many pixels of a picture each pixel of a small crop is drawn with, each way."""
    whole = max(1, min(ROOM // cols, ROOM_DOWN // rows, 64))
    return whole if whole <= 2 else max(2, whole * 3 // 4)


def enlarged(picture: Picture, times: int) -> Picture:
    """Return a picture with each pixel repeated, so that its pixels show; nothing is made up."""
    if times == 1:
        return picture
    return np.asarray(picture.repeat(times, axis=0).repeat(times, axis=1))


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _wrapped(lines: Sequence[str], width: int, size: int) -> list[str]:
    """Return lines that fit a width, broken between words."""
    out: list[str] = []
    for line in lines:
        held = ""
        for word in line.split(" "):
            longer = f"{held} {word}".strip()
            if held and _font(size).getlength(longer) > width:
                out.append(held)
                held = word
            else:
                held = longer
        out.append(held)
    return out


def round_length(longest: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not longer.

    >>> round_length(730.0), round_length(0.0031)
    (500.0, 0.002)
    """
    power = 10.0 ** math.floor(math.log10(longest))
    times = max(n for n in (1.0, 2.0, 5.0) if n * power <= longest * (1 + 1e-9))
    return float(f"{times * power:.12g}")


def _scale_bar(draw: ImageDraw.ImageDraw, sheet: Sheet, at: tuple[int, int], wide: int) -> None:
    """Draw a bar of a round length with its middle marked."""
    per_px = sheet.px_per_px if sheet.gsd_m is None else sheet.gsd_m
    room = min(240, max(60, wide // 2))
    length = round_length(per_px * room)
    if sheet.gsd_m is None:
        length = max(1.0, length)
    px = length / per_px
    x, y = at
    draw.rectangle((x, y, x + px, y + 4), fill=_PAPER, outline=_INK)
    draw.rectangle((x, y, x + px / 2, y + 4), fill=_INK)
    words = f"{length:g} px of the scene" if sheet.gsd_m is None else in_metres(length)
    draw.text((x, y + 8), words, _INK, _font(_TEXT))


def in_metres(length_m: float) -> str:
    """Return a length in words.

    >>> in_metres(2000.0), in_metres(0.5), in_metres(50.0)
    ('2 km', '50 cm', '50 m')
    """
    if length_m >= 1000.0:
        return f"{length_m / 1000.0:g} km"
    return f"{length_m:g} m" if length_m >= 1.0 else f"{length_m * 100.0:g} cm"


def _north(draw: ImageDraw.ImageDraw, north_deg: float | None, at: tuple[int, int]) -> None:
    """Draw an arrow to true north, or say that it is not known."""
    x, y = at
    if north_deg is None:
        words = "north not known"
        draw.text((x - _font(_TEXT).getlength(words), y + 8), words, _SOFT, _font(_TEXT))
        return
    middle = (x - 14.0, y + 16.0)
    turn = math.radians(north_deg)
    up, right = (math.sin(turn), -math.cos(turn)), (math.cos(turn), math.sin(turn))

    def place(ahead: float, aside: float) -> tuple[float, float]:
        return (
            middle[0] + ahead * up[0] + aside * right[0],
            middle[1] + ahead * up[1] + aside * right[1],
        )

    draw.polygon([place(14, 0), place(-10, -7), place(-5, 0)], fill=_INK)
    draw.polygon([place(14, 0), place(-10, 7), place(-5, 0)], fill=_PAPER, outline=_INK)
    draw.text((x - 40, y + 16), "N", _INK, _font(_TITLE), anchor="mm")


def _legend_height(sheet: Sheet, width: int) -> int:
    ramp = 46 if sheet.ramp is not None else 0
    return ramp + (24 * len(_rows(sheet, width)) + 6 if sheet.swatches else 0)


def _legend(draw: ImageDraw.ImageDraw, page: Image.Image, sheet: Sheet, y: int, width: int) -> None:
    if sheet.ramp is not None:
        _ramp(draw, page, sheet.ramp, y, min(320, width - 2 * MARGIN))
        y += 46
    for row in _rows(sheet, width):
        x = MARGIN
        for colour, words in row:
            draw.rectangle((x, y + 2, x + 14, y + 14), fill=colour, outline=_LINE)
            draw.text((x + 20, y), words, _INK, _font(_TEXT))
            x += 38 + math.ceil(_font(_TEXT).getlength(words))
        y += 24


def _rows(sheet: Sheet, width: int) -> list[list[tuple[Colour, str]]]:
    """Return the swatches in rows that fit."""
    rows: list[list[tuple[Colour, str]]] = [[]]
    used = MARGIN
    for swatch in sheet.swatches:
        needed = 38 + math.ceil(_font(_TEXT).getlength(swatch[1]))
        if rows[-1] and used + needed > width - MARGIN:
            rows.append([])
            used = MARGIN
        rows[-1].append(swatch)
        used += needed
    return rows


def _ramp(draw: ImageDraw.ImageDraw, page: Image.Image, ramp: Ramp, y: int, wide: int) -> None:
    bar = ramp.colours[np.linspace(0, len(ramp.colours) - 1, wide).round().astype(int)]
    page.paste(Image.fromarray(np.repeat(bar[None], 12, axis=0)), (MARGIN, y))
    draw.rectangle((MARGIN - 1, y - 1, MARGIN + wide, y + 12), outline=_LINE)
    if ramp.mark is not None:
        x = MARGIN + ramp.mark * (wide - 1)
        draw.line((x, y - 3, x, y + 14), fill=_INK, width=2)
    under = y + 17
    draw.text((MARGIN, under), ramp.low, _SOFT, _font(_TEXT))
    draw.text((MARGIN + wide / 2, under), ramp.name, _INK, _font(_TEXT), anchor="ma")
    draw.text((MARGIN + wide, under), ramp.high, _SOFT, _font(_TEXT), anchor="ra")
