"""Samples of a scene to judge what its numbers mean: spread over it, and from where data are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.raster import SceneReader, Window
from store.raster.sharpness import sample_windows

_ENOUGH_PX = 4_096
_TILE_PX = 1 << 18
_MOST_SEARCHED_PX = 64_000_000
_GOLDEN = 0.6180339887498949


def samples_of(
    reader: SceneReader, bands: Sequence[int], within: Window | None = None, *, zero: bool = True
) -> NDArray[Any]:
    """Return samples of bands, as (bands, pixels), of pixels that hold data.

    They come from a few windows spread over the scene, so that the same scene is judged the same
    whatever part of it is asked about. Where those hold hardly any data, they are looked for in
    the window asked about, tile by tile.

    Args:
        reader: The scene.
        bands: Bands, by index from 1.
        within: The window asked about; by default the whole scene.
        zero: Whether a pixel that is zero in all bands holds data.
    """
    spread = sample_windows(reader)
    held = [_read(reader, bands, window, zero=zero) for window in spread]
    left = _MOST_SEARCHED_PX
    for window in _tiles(reader, within or reader.whole):
        if sum(part.shape[1] for part in held) >= _ENOUGH_PX or left <= 0:
            break
        held.append(_read(reader, bands, window, zero=zero))
        left -= window.size
    return np.concatenate(held, axis=1)


def _read(reader: SceneReader, bands: Sequence[int], window: Window, *, zero: bool) -> NDArray[Any]:
    pixels = reader.read(*window, bands=list(bands))
    valid = pixels.valid if zero else pixels.valid & (pixels.data != 0).any(axis=0)
    return pixels.data[:, valid]


def _tiles(reader: SceneReader, within: Window) -> list[Window]:
    """Return the tiles of a window in an order in which the first few are spread over it."""
    tiles = [tile.core for tile in reader.windows(_TILE_PX, within=within)]
    order = sorted(range(len(tiles)), key=lambda place: place * _GOLDEN % 1.0)
    return [tiles[place] for place in order]
