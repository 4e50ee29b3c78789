"""A template of an object from a few examples, whitened by what the scene looks like elsewhere.

Exemplar-LDA after Hariharan, Malik and Ramanan (ECCV 2012): w = (Σ + λ)⁻¹ (x − μ), with μ and Σ
of random windows of the same scene and a strong λ, for each of many turns of the object.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, ndimage

from tools.counting.cells import CELL, LARGEST, MARGIN_CELLS, Cells, cells, channels
from tools.counting.lattice import Lattice, Planes

Floats = NDArray[np.float64]
OBJECT_PX = 30.0
"""Square root of an object's area in working pixels."""
TURNS = 24
CONTEXT = 1.15
_MARGIN_PX = 5.0
_SHRINKAGE = 20.0
_MOST_SCALE = 4.0
_EXACT = float(1 << 24)
"""Whole numbers up to this are exact in float32."""


@dataclass(frozen=True)
class Example:
    """One object as a turned box: centre (column, row), full sizes in native pixels, angle."""

    col: float
    row: float
    length_px: float
    width_px: float
    angle_rad: float


@dataclass(frozen=True)
class Shape:
    """Size of the object sought, and of the window it is looked at in."""

    length_px: float
    width_px: float
    scale: float
    side: int
    """Cells along a window."""

    @classmethod
    def of(cls, length_px: float, width_px: float) -> Shape:
        """Choose the working scale and the window for an object of this size."""
        scale = OBJECT_PX / math.sqrt(length_px * width_px)
        scale = min(scale, OBJECT_PX / width_px, _MOST_SCALE)
        side = math.ceil((length_px * scale * CONTEXT + 2 * _MARGIN_PX) / CELL)
        return cls(length_px, width_px, scale, side)

    def mask(self, angle_rad: float) -> NDArray[np.bool_]:
        """Return which cells of a window belong to an object turned by an angle."""
        at = (np.arange(self.side) - (self.side - 1) / 2) * CELL
        x, y = at[None, :], at[:, None]
        cos, sin = math.cos(angle_rad), math.sin(angle_rad)
        along, across = x * cos + y * sin, y * cos - x * sin
        half_l = self.length_px * self.scale / 2 + _MARGIN_PX
        half_w = self.width_px * self.scale / 2 + _MARGIN_PX
        return np.asarray((np.abs(along) <= half_l) & (np.abs(across) <= half_w))


@dataclass(frozen=True)
class Template:
    """Whole-number weights for each turn, and how their sums become scores."""

    shape: Shape
    angles: Floats
    weights: NDArray[np.float32]
    """(turns, side, side, channels)."""
    unit: Floats
    offset: Floats
    own: float
    """The median score of the examples themselves, a little moved and turned."""

    def scores(self, sums: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return scores from the sums of products; the last axis is the turn."""
        made = sums.astype(np.float64) * self.unit + self.offset
        return made.astype(np.float32)


@dataclass(frozen=True)
class Around:
    """Planes of the working lattice about one or more objects; `col0`, `row0` are their origin."""

    planes: Planes
    col0: int
    row0: int


class Patches:
    """Cuts turned patches out of a lattice as cells."""

    def __init__(self, lattice: Lattice, shape: Shape) -> None:
        self.lattice, self.shape = lattice, shape
        self._side = (shape.side + 2 * MARGIN_CELLS) * CELL
        self.reach = math.ceil(self._side * 0.75) + 2
        """How far a patch, turned, reaches from its centre, in working pixels."""

    def around(self, examples: Sequence[Example]) -> Around:
        """Read what patches of these objects need."""
        scale = self.lattice.scale
        cols = [example.col * scale for example in examples]
        rows = [example.row * scale for example in examples]
        col0, row0 = math.floor(min(cols)) - self.reach, math.floor(min(rows)) - self.reach
        col1, row1 = math.ceil(max(cols)) + self.reach, math.ceil(max(rows)) + self.reach
        return Around(self.lattice.planes(col0, row0, col1, row1), col0, row0)

    def cut(
        self, around: Around, example: Example, turned_to: float, stretch: float = 1.0
    ) -> Cells:
        """Return the cells of a window in which the object lies at an angle.

        Args:
            around: Planes that hold the object.
            example: Where the object is and how it lies.
            turned_to: The angle at which it is to lie.
            stretch: More than 1 shows it larger.
        """
        scale = self.lattice.scale
        centre = example.col * scale - around.col0, example.row * scale - around.row0
        by = turned_to - example.angle_rad
        turned = _turned(around.planes, centre, by, stretch, self._side)
        inner = slice(MARGIN_CELLS, MARGIN_CELLS + self.shape.side)
        return cells(turned)[inner, inner]


def _turned(
    planes: Planes, centre: tuple[float, float], by_rad: float, stretch: float, side: int
) -> Planes:
    """Return a square about a place, its content turned and enlarged (bilinear)."""
    at = (np.arange(side) + 0.5 - side / 2) / stretch
    x, y = np.meshgrid(at, at)
    cos, sin = math.cos(-by_rad), math.sin(-by_rad)
    cols = centre[0] + x * cos - y * sin - 0.5
    rows = centre[1] + x * sin + y * cos - 0.5
    out = [
        ndimage.map_coordinates(plane, [rows, cols], order=1, mode="nearest") for plane in planes
    ]
    return np.stack(out).astype(np.float32)


def template_of(
    patches: Patches, examples: Sequence[Example], background: Cells, turns: int = TURNS
) -> Template:
    """Build the template of examples against windows of the scene."""
    shape = patches.shape
    mean = background.reshape(len(background), -1).mean(axis=0, dtype=np.float64)
    away = background.reshape(len(background), -1) - mean.astype(np.float32)
    angles = 2 * np.pi * np.arange(turns) / turns
    held = [(patches.around([example]), example) for example in examples]
    seen = [np.mean([patches.cut(*one, angle) for one in held], axis=0) for angle in angles]
    made = [_whitened(shape, *one, mean, away) for one in zip(seen, angles, strict=True)]
    weights = np.stack([weight for weight, _, _ in made])
    unit = np.array([unit for _, unit, _ in made])
    offset = np.array([offset for _, _, offset in made])
    template = Template(shape, angles, weights, unit, offset, own=0.0)
    return Template(shape, angles, weights, unit, offset, _own(template, patches, held))


def _whitened(
    shape: Shape, seen: Cells, angle: float, mean: Floats, away: Cells
) -> tuple[NDArray[np.float32], float, float]:
    """Return whole-number weights of one turn, what one of them is worth, and the offset."""
    values = seen.shape[-1]
    index = np.flatnonzero(np.repeat(shape.mask(angle).ravel(), values))
    sample = away[:, index]
    ridge = _SHRINKAGE * max(float((sample**2).mean(dtype=np.float64)), 1e-6)
    target = seen.ravel()[index] - mean[index]
    weight, spread = _solve(sample, ridge, target)
    whole = np.zeros(len(mean))
    whole[index] = weight / spread
    unit = LARGEST * np.abs(whole).sum() / (_EXACT - len(mean) * LARGEST)
    unit = max(unit, 1e-12)
    rounded = np.rint(whole / unit)
    offset = -float(rounded @ mean) * unit
    return rounded.reshape(shape.side, shape.side, values).astype(np.float32), unit, offset


def _solve(sample: Cells, ridge: float, target: Floats) -> tuple[Floats, float]:
    """Return (S + ridge)⁻¹ target for the covariance S of a sample, and its norm under S + ridge.

    By the identity of Woodbury, since there are fewer windows than values.
    """
    count = len(sample)
    gram = (sample @ sample.T).astype(np.float64)
    gram[np.diag_indices(count)] += ridge * count
    along = (sample @ target.astype(np.float32)).astype(np.float64)
    inner = linalg.cho_solve(linalg.cho_factor(gram, lower=True, overwrite_a=True), along)
    weight = (target - sample.T @ inner.astype(np.float32)) / ridge
    return weight, math.sqrt(max(float(weight @ target), 1e-12))


def _own(template: Template, patches: Patches, held: Sequence[tuple[Around, Example]]) -> float:
    """Return the median score of the examples, moved and turned a little as a window would be."""
    dice = np.random.default_rng(1)
    scores = []
    for around, example in held:
        for _ in range(8):
            moved = dice.normal(0, 0.06, 2) * template.shape.width_px
            there = Example(
                example.col + moved[0], example.row + moved[1],
                example.length_px, example.width_px, example.angle_rad,
            )  # fmt: skip
            cut = patches.cut(around, there, dice.uniform(0, 2 * np.pi), 1 + 0.06 * dice.normal())
            sums = np.tensordot(template.weights, cut, axes=3)
            scores.append(float(template.scores(sums).max()))
    return float(np.median(scores))


def background_of(lattice: Lattice, shape: Shape, within: tuple[int, int, int, int]) -> Cells:
    """Return windows at random places of a part of the scene (working pixels), always the same."""
    dice = np.random.default_rng(0)
    col0, row0, col1, row1 = within
    block = shape.side + 16
    values = channels(len(lattice.planes(col0, row0, col0 + 1, row0 + 1)))
    found = np.empty((_BLOCKS * _EACH, shape.side, shape.side, values), np.float32)
    for k in range(_BLOCKS):
        col = int(dice.integers(col0, max(col0 + 1, col1 - shape.side * CELL)))
        row = int(dice.integers(row0, max(row0 + 1, row1 - shape.side * CELL)))
        grid = _cells_at(lattice, col, row, block)
        for j in range(_EACH):
            x, y = dice.integers(0, block - shape.side + 1, 2)
            found[k * _EACH + j] = grid[y : y + shape.side, x : x + shape.side]
    return found


def _cells_at(lattice: Lattice, col: int, row: int, side: int) -> Cells:
    margin = MARGIN_CELLS * CELL
    reach = side * CELL + margin
    planes = lattice.planes(col - margin, row - margin, col + reach, row + reach)
    return cells(planes)[MARGIN_CELLS:-MARGIN_CELLS, MARGIN_CELLS:-MARGIN_CELLS]


_BLOCKS, _EACH = 80, 5
