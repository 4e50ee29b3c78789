"""What candidates look like: turned to lie alike, and compared with the examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.counting.contract import Candidates
from tools.counting.template import Around, Example, Patches

Floats = NDArray[np.float64]
LIKENESS = (
    "edges_alike", "edges_apart", "contrast_alike", "contrast_apart", "bright_alike",
    "bright_apart", "colour_alike", "colour_apart", "pattern_alike", "contrast_level",
    "edges_nearest",
)  # fmt: skip
_BLOCK_PX = 512
_JITTERS = 4
_DIRECTIONS = 6
_CONTRAST, _BRIGHT, _COLOURS = slice(6, 7), slice(7, 8), slice(8, None)


@dataclass(frozen=True)
class Appearance:
    """Descriptions of candidates: likeness to the examples, and the main ways they differ."""

    likeness: Floats
    """(candidates, len(LIKENESS)): correlations with, and distances from, the examples."""
    parts: Floats
    """(candidates, parts): principal components of the turned patches, of unit spread."""


def appearance(
    patches: Patches,
    found: Candidates,
    examples: Sequence[Example],
    parts: int,
    check: Callable[[], None] = lambda: None,
) -> Appearance:
    """Describe candidates, which are sorted best first."""
    seen = _seen(patches, found, check)
    known = _known(patches, examples)
    return Appearance(_likeness(seen, known), _parts(seen, known, parts))


def _seen(patches: Patches, found: Candidates, check: Callable[[], None]) -> NDArray[np.float32]:
    """Return (candidates, cells of the object, channels), each turned to lie at angle 0."""
    shape, scale = patches.shape, patches.lattice.scale
    mask = shape.mask(0.0)
    rows: dict[tuple[int, int], list[int]] = {}
    for i, (col, row) in enumerate(np.floor(found.centres * scale / _BLOCK_PX).astype(int)):
        rows.setdefault((int(row), int(col)), []).append(i)
    made: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(found)
    for _, members in sorted(rows.items()):
        check()
        objects = [
            Example(
                float(found.centres[i, 0]), float(found.centres[i, 1]),
                shape.length_px, shape.width_px, float(found.angle_rad[i]),
            )
            for i in members
        ]  # fmt: skip
        around: Around = patches.around(objects)
        for i, one in zip(members, objects, strict=True):
            made[i] = patches.cut(around, one, 0.0)[mask]
    return np.stack(made)


def _known(patches: Patches, examples: Sequence[Example]) -> NDArray[np.float32]:
    """Return the examples, each a little moved and turned by half, as candidates would lie."""
    mask = patches.shape.mask(0.0)
    dice = np.random.default_rng(0)
    made = []
    for example in examples:
        around = patches.around([example])
        for turn in range(_JITTERS):
            moved = dice.normal(0, 0.04, 2) * patches.shape.width_px
            there = Example(
                example.col + moved[0], example.row + moved[1],
                example.length_px, example.width_px, example.angle_rad,
            )  # fmt: skip
            cut = patches.cut(around, there, np.pi * (turn % 2), 1 + dice.normal(0, 0.05))
            made.append(cut[mask])
    return np.stack(made)


def _likeness(seen: NDArray[np.float32], known: NDArray[np.float32]) -> Floats:
    """Compare by kind of channel; the lower half of the candidates stands for the ground."""
    count = len(seen)
    ground = seen[-max(50, count // 2) :].mean(axis=0)
    columns: list[NDArray[Any]] = []
    for kind in (slice(0, _DIRECTIONS), _CONTRAST, _BRIGHT, _COLOURS):
        if seen.shape[2] <= (kind.start or 0):
            columns += [np.zeros(count), np.ones(count)]
            continue
        one = (seen[..., kind] - ground[..., kind]).reshape(count, -1)
        other = (known[..., kind] - ground[..., kind]).reshape(len(known), -1)
        columns += [_correlation(one, other.mean(axis=0)), _nearest(one, other)]
    bright = seen[..., 7] - seen[..., 7].mean(axis=1, keepdims=True)
    usual = known[..., 7].mean(axis=0)
    columns.append(np.abs(_correlation(bright, usual - usual.mean())))
    level = np.log((seen[..., 6].mean(axis=1) + 1) / (known[..., 6].mean() + 1))
    columns.append(np.abs(level))
    columns.append(_closest_pattern(seen, known))
    return np.stack(columns, axis=1).astype(np.float64)


def _correlation(rows: NDArray[np.float32], with_one: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1) * np.linalg.norm(with_one)
    return np.asarray(rows @ with_one / (norms + 1e-6), np.float32)


def _nearest(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the distance to the nearest of others, in root mean squares of all rows."""
    squares = np.stack([((rows - other) ** 2).mean(axis=1) for other in others], axis=1)
    return np.asarray(np.sqrt(squares.min(axis=1)) / (np.sqrt((rows**2).mean()) + 1e-6))


def _closest_pattern(seen: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    one = seen[..., :_DIRECTIONS].reshape(len(seen), -1)
    other = known[..., :_DIRECTIONS].reshape(len(known), -1)
    one = one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-6)
    other = other / np.maximum(np.linalg.norm(other, axis=1, keepdims=True), 1e-6)
    return np.asarray((one @ other.T).max(axis=1))


def _parts(seen: NDArray[np.float32], known: NDArray[np.float32], count: int) -> Floats:
    """Return the main components over candidates and examples; better ranks weigh more.

    Randomised subspace iteration (Halko, Martinsson and Tropp 2011) with a fixed seed.
    """
    rows = np.concatenate([seen, known]).reshape(len(seen) + len(known), -1)
    weight = np.concatenate(
        [1 / np.sqrt(10 + np.arange(len(seen))), np.full(len(known), 0.3)]
    ).astype(np.float32)
    centred = rows - np.average(rows, axis=0, weights=weight).astype(np.float32)
    scaled = centred * np.sqrt(weight)[:, None]
    kept = min(count, *scaled.shape)
    dice = np.random.default_rng(0)
    basis = dice.normal(size=(scaled.shape[1], min(kept + 10, scaled.shape[1])))
    basis = basis.astype(np.float32)
    for _ in range(4):
        basis = np.linalg.qr(scaled.T @ (scaled @ basis))[0]
    _, sizes, turned = np.linalg.svd(scaled @ basis, full_matrices=False)
    spread = np.maximum(sizes[:kept] / np.sqrt(weight.sum()), 1e-3)
    found = centred[: len(seen)] @ (basis @ turned.T)[:, :kept] / spread
    out = np.zeros((len(seen), count))
    out[:, :kept] = np.clip(found, -4, 4)
    return out
