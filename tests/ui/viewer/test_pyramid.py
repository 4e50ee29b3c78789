"""Tiles cover a scene exactly once, at every level."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ui.viewer.pyramid import TILE, all_tiles, level_count, step_of, tile_window

SIDES = st.integers(1, 5000)


@given(SIDES, SIDES)
def test_tiles_of_each_level_cover_the_scene_without_gap_or_overlap(width, height):
    for z in range(level_count(width, height)):
        windows = [tile_window(width, height, z, x, y) for x, y in all_tiles(width, height, z)]
        inside = [w.clipped((height, width)) for w in windows]
        assert sum(w.size for w in inside) == width * height
        for axis in (0, 1):
            starts = sorted({(w[axis], w[axis + 2]) for w in windows})
            assert starts[0][0] == 0
            assert all(a[1] == b[0] for a, b in pairwise(starts))
        assert all(w.width == w.height == TILE * step_of(width, height, z) for w in windows)


@given(SIDES, SIDES)
def test_the_first_level_is_one_tile_and_the_last_has_the_scene_s_own_pixels(width, height):
    last = level_count(width, height) - 1
    assert list(all_tiles(width, height, 0)) == [(0, 0)]
    assert step_of(width, height, last) == 1
    assert last == 0 or step_of(width, height, 0) * TILE < 2 * max(width, height)


@given(SIDES, SIDES, st.data())
def test_every_pixel_lies_in_one_tile_of_the_last_level(width, height, data):
    col, row = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    z = level_count(width, height) - 1
    window = tile_window(width, height, z, col // TILE, row // TILE)
    assert window is not None
    assert window.col0 <= col < window.col1
    assert window.row0 <= row < window.row1


def test_there_is_no_tile_beyond_the_scene():
    beyond = [(-1, 0, 0), (2, 0, 0), (1, 2, 0), (1, 0, 2), (1, -1, 0), (1, 0, -1), (10**9, 0, 0)]
    assert [tile_window(300, 300, *place) for place in beyond] == [None] * len(beyond)
    assert np.all([tile_window(300, 300, 1, x, y) is not None for x, y in all_tiles(300, 300, 1)])
