"""From boxes that a person drew to objects that lie at an angle, alike in all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from tools.counting.cells import Cells
from tools.counting.lattice import Lattice
from tools.counting.template import TURNS, Around, Example, Patches, Shape

_UPRIGHT_RAD = math.radians(2.0)
_LONG = 1.4
"""A drawn box longer than this shows by itself how the object lies."""
_SQUARE = 1.12
"""In a box less long than this, its longer side does not tell how an object lies."""
_CLEAR = 0.15
"""Coherence of edges from which their direction tells how an object lies."""
USUAL_ASPECT = 2.3
"""Length by width of what is counted, where its box cannot tell and nobody knows better."""
_TRUST = 0.1
"""How much agreement with the first guess of an angle counts against likeness, at most."""


@dataclass(frozen=True)
class Drawn:
    """A box around one object: upright, or turned as the object lies (`turned`)."""

    example: Example
    turned: bool


def drawn(area: BaseGeometry) -> Drawn:
    """Read a region around one object, in native pixels, as a box."""
    box = shapely.minimum_rotated_rectangle(area)
    west, north, east, south = area.bounds
    upright = Example((west + east) / 2, (north + south) / 2, east - west, south - north, 0.0)
    corners = shapely.get_coordinates(box)[:4]
    if len(corners) < 4:
        return Drawn(upright, turned=False)
    sides = np.diff(np.vstack([corners, corners[:1]]), axis=0)[:2]
    lengths = np.hypot(*sides.T)
    along = sides[int(np.argmax(lengths))]
    angle = math.atan2(along[1], along[0]) % math.pi
    off = abs((angle + math.pi / 4) % (math.pi / 2) - math.pi / 4)
    if off < _UPRIGHT_RAD or lengths.min() <= 0 or area.area < 0.85 * lengths.prod():
        return Drawn(upright, turned=False)
    middle = shapely.get_coordinates(box.centroid)[0]
    made = Example(
        float(middle[0]), float(middle[1]), float(lengths.max()), float(lengths.min()), angle
    )
    return Drawn(made, turned=True)


def aligned(
    lattice: Lattice, boxes: Sequence[Drawn], aspect: float = USUAL_ASPECT
) -> tuple[list[Example], Shape]:
    """Return the objects in drawn boxes, all lying alike at their angles, and their usual size.

    An upright box around an object that lies askew is larger than the object: its angle is
    read from the edges inside, and length and width from what box that angle needs. Then each
    is turned so that it looks like the first.
    """
    guesses = [_laid(lattice, box, aspect) for box in boxes]
    lengths = np.median([[e.length_px, e.width_px] for e, _ in guesses], axis=0)
    shape = Shape.of(float(lengths.max()), float(lengths.min()))
    patches = Patches(replace(lattice, scale=shape.scale), shape)
    order = sorted(range(len(guesses)), key=lambda i: -guesses[i][1])
    first = order[0]
    reference = _patch(patches, guesses[first][0])
    placed = {first: guesses[first][0]}
    for i in order[1:]:
        placed[i] = _turned_like(patches, reference, *guesses[i])
    return [placed[i] for i in range(len(guesses))], shape


def _laid(lattice: Lattice, box: Drawn, aspect: float) -> tuple[Example, float]:
    """Return an object as it seems to lie in its box, and how sure that is, in [0, 1]."""
    given = box.example
    if box.turned:
        return given, 1.0
    long, short = max(given.length_px, given.width_px), min(given.length_px, given.width_px)
    upright = 0.0 if given.length_px >= given.width_px else math.pi / 2
    sides, clear = _sides(lattice, given)
    if clear < _CLEAR:
        if long > _LONG * short:
            return replace(given, length_px=long, width_px=short, angle_rad=upright), 0.8
        return given, 0.0
    angle = _nearer(sides, upright if long > _SQUARE * short else _edges(lattice, given))
    length, width = _inside(given.length_px, given.width_px, angle, aspect)
    sure = 0.8 if long > _LONG * short else 0.5 * clear
    return replace(given, length_px=length, width_px=width, angle_rad=angle), sure


def _nearer(angle: float, to: float) -> float:
    """Return an angle, or the one square to it, whichever is nearer to another."""
    return angle if abs(math.sin(angle - to)) < math.sin(math.pi / 4) else angle + math.pi / 2


def _inside(across: float, down: float, angle: float, aspect: float) -> tuple[float, float]:
    """Return length and width of the turned rectangle that fills an upright box."""
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    bend = cos * cos - sin * sin
    if abs(bend) > 0.35:
        length = (across * cos - down * sin) / bend
        width = (down * cos - across * sin) / bend
        if 0.25 * length <= width <= length:
            return length, width
    length = (across + down) / ((1 + 1 / aspect) * (cos + sin))
    return length, length / aspect


def _gradient(lattice: Lattice, box: Example) -> NDArray[np.complex128]:
    """Return the gradient in a box as complex numbers, weighted towards its middle."""
    shape = Shape.of(max(box.length_px, box.width_px), min(box.length_px, box.width_px))
    at = replace(lattice, scale=shape.scale)
    col0, row0 = (box.col - box.length_px / 2), (box.row - box.width_px / 2)
    window = [
        math.floor(value * shape.scale)
        for value in (col0, row0, col0 + box.length_px, row0 + box.width_px)
    ]
    bright = at.planes(window[0], window[1], window[2] + 1, window[3] + 1)[0].astype(np.float64)
    down, across = np.gradient(bright)
    rows, cols = (np.linspace(-1, 1, n) for n in bright.shape)
    weight = np.exp(-(rows[:, None] ** 2 + cols[None, :] ** 2))
    return np.asarray(weight * (across + 1j * down), np.complex128)


def _edges(lattice: Lattice, box: Example) -> float:
    """Return the direction along most edges in a box."""
    return float(np.angle((_gradient(lattice, box) ** 2).sum()) / 2 + math.pi / 2)


def _sides(lattice: Lattice, box: Example) -> tuple[float, float]:
    """Return the direction of the sides of what is in a box, but for right angles, and how clear.

    Fourfold angles of the gradient: both pairs of sides of a rectangle add to one direction.
    """
    gradient = _gradient(lattice, box)
    strength = np.abs(gradient) ** 2
    fourfold = (gradient**4 / np.maximum(strength, 1e-12)).sum()
    return float(np.angle(fourfold) / 4), float(abs(fourfold) / max(strength.sum(), 1e-12))


def _patch(patches: Patches, example: Example) -> Cells:
    return _centred(patches, patches.cut(patches.around([example]), example, 0.0))


def _centred(patches: Patches, cut: Cells) -> Cells:
    """Return the object's cells with the mean of each channel taken off, at unit norm."""
    inside = cut[patches.shape.mask(0.0)]
    inside = inside - inside.mean(axis=0)
    return np.asarray(inside / max(float(np.linalg.norm(inside)), 1e-9), np.float32)


def _turned_like(patches: Patches, reference: Cells, guess: Example, sure: float) -> Example:
    """Return an object with the angle at which it looks most like the reference."""
    around: Around = patches.around([guess])
    best, best_angle = -math.inf, guess.angle_rad
    for turn in range(TURNS):
        angle = guess.angle_rad + 2 * math.pi * turn / TURNS
        seen = _centred(patches, patches.cut(around, replace(guess, angle_rad=angle), 0.0))
        agree = _TRUST * sure * math.cos(angle - guess.angle_rad) ** 2
        if sure >= 0.8 and abs(math.sin(angle - guess.angle_rad)) > 0.5:
            continue
        like = float((seen * reference).sum()) + agree
        if like > best:
            best, best_angle = like, angle
    return replace(guess, angle_rad=best_angle % (2 * math.pi))
