"""The pyramid of a scene: square tiles of its own pixels, halved from level to level."""

from __future__ import annotations

from collections.abc import Iterator

from store.raster.window import Window

TILE = 256
"""Columns and rows of a tile."""


def level_count(width: int, height: int) -> int:
    """Return how many levels there are; on level 0 the whole scene is one tile.

    >>> level_count(200, 100), level_count(257, 100), level_count(102_400, 102_400)
    (1, 2, 10)
    """
    tiles = -(-max(width, height) // TILE)
    return (tiles - 1).bit_length() + 1


def step_of(width: int, height: int, z: int) -> int:
    """Return how many pixels of the scene one pixel of a level spans; 1 on the last level."""
    return 1 << (level_count(width, height) - 1 - z)


def tile_counts(width: int, height: int, z: int) -> tuple[int, int]:
    """Return how many tiles a level has across and down."""
    span = TILE * step_of(width, height, z)
    return -(-width // span), -(-height // span)


def tile_window(width: int, height: int, z: int, x: int, y: int) -> Window | None:
    """Return what a tile shows of a scene, or None when the scene has no such tile.

    Tiles at the right and lower edge reach beyond the scene.
    """
    if not 0 <= z < level_count(width, height):
        return None
    across, down = tile_counts(width, height, z)
    if not (0 <= x < across and 0 <= y < down):
        return None
    span = TILE * step_of(width, height, z)
    return Window(x * span, y * span, (x + 1) * span, (y + 1) * span)


def all_tiles(width: int, height: int, z: int) -> Iterator[tuple[int, int]]:
    """Yield the places (x, y) of a level's tiles, row by row."""
    across, down = tile_counts(width, height, z)
    return ((x, y) for y in range(down) for x in range(across))
