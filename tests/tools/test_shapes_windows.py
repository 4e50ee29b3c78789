"""Filters and blobs give a pixel the same value in any window that holds its neighbourhood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from store.raster import Window
from tools.counting.contract import Candidates
from tools.counting.seams import apart
from tools.shapes.backdrop import REACH_PX as BACKDROP_PX
from tools.shapes.backdrop import backdrop
from tools.shapes.blobs import REACH_PX, alignment_px, find_blobs, octaves_for
from tools.shapes.local import line_mean
from tools.shapes.looks import Piece
from tools.shapes.regions import regions_of
from tools.shapes.sums import box_mean

DICE = np.random.default_rng(11)
PLANE = ndimage.gaussian_filter(DICE.normal(size=(420, 380)), 2).astype(np.float32) * 300 + 100
places = st.tuples(st.integers(0, 200), st.integers(0, 200))


def cut(plane, col, row, side, margin):
    """Return a window with a margin, and where its core lies in it."""
    core = Window(col, row, min(col + side, plane.shape[1]), min(row + side, plane.shape[0]))
    outer = core.grown(margin, plane.shape)
    return plane[outer.row0 : outer.row1, outer.col0 : outer.col1], core, outer


@settings(max_examples=15, deadline=None)
@given(places, st.sampled_from([0.0, 0.3, 1.1, np.pi / 2, 2.7]), st.floats(1, 30))
def test_means_along_lines_do_not_depend_on_the_window(place, angle, length):
    whole = line_mean(PLANE, length, angle)
    part, core, outer = cut(PLANE, *place, 60, 40)
    mine = line_mean(part, length, angle)
    inner = core.inside(outer)
    assert np.array_equal(mine[inner], whole[core.row0 : core.row1, core.col0 : core.col1])


def test_a_mean_along_a_line_is_the_mean_along_a_line():
    plane = np.zeros((41, 41), np.float32)
    plane[20, 10:31] = 1
    assert line_mean(plane, 21, 0.0)[20, 20] == pytest.approx(1)
    assert line_mean(plane, 21, np.pi / 2)[20, 20] == pytest.approx(1 / 21)


@settings(max_examples=10, deadline=None)
@given(places)
def test_a_backdrop_does_not_depend_on_the_window(place):
    whole = backdrop(PLANE, (0, 0))
    part, core, outer = cut(PLANE, *place, 60, BACKDROP_PX)
    mine = backdrop(part, outer[:2])
    inner = core.inside(outer)
    for one, other in zip(mine, whole, strict=True):
        assert np.array_equal(one[inner], other[core.row0 : core.row1, core.col0 : core.col1])


def test_box_means_are_means_over_boxes():
    plane = np.rint(PLANE[:80, :90] * 16).astype(np.float32) / 16
    mean = box_mean(plane, 7)
    assert mean[40, 40] == pytest.approx(plane[33:48, 33:48].mean(), rel=1e-5)
    assert mean[0, 0] == pytest.approx(plane[:8, :8].mean(), rel=1e-5)


def tiled_blobs(side, octaves):
    parts = []
    margin = REACH_PX * alignment_px(octaves)
    for row in range(0, PLANE.shape[0], side):
        for col in range(0, PLANE.shape[1], side):
            part, core, outer = cut(PLANE, col, row, side, margin)
            blobs = find_blobs(part, octaves, 2.0, outer[:2])
            size = blobs.sigma * 2
            places = np.stack([blobs.cols, blobs.rows], axis=1)
            found = Candidates(places, size, size, np.zeros(len(size)), blobs.response)
            parts.append(found.within(core))
    return apart(Candidates.joined(parts), 0.5)


@pytest.mark.parametrize("side", [64, 128])
def test_blobs_of_windows_are_those_of_the_whole(side):
    octaves = octaves_for(1.0, 5.0)
    whole, tiled = tiled_blobs(1024, octaves), tiled_blobs(side, octaves)
    assert len(whole) > 50
    assert np.array_equal(whole.centres, tiled.centres)
    assert np.array_equal(whole.score, tiled.score)


def test_blobs_lie_on_the_discs_that_are_drawn():
    plane = np.full((200, 200), 50, np.float32)
    rows, cols = np.mgrid[:200, :200] + 0.5
    discs = [(40, 50, 3), (100, 120, 5), (160, 60, 7)]
    for row, col, radius in discs:
        plane[np.hypot(rows - row, cols - col) <= radius] = 150
    blobs = find_blobs(plane, octaves_for(1.5, 6.0), 15.0)
    for row, col, radius in discs:
        away = np.hypot(blobs.rows - row, blobs.cols - col)
        best = np.flatnonzero(away < 2)
        assert len(best)
        strongest = best[blobs.response[best].argmax()]
        assert 0.5 * radius < blobs.sigma[strongest] * np.sqrt(2) < 2 * radius


def test_pieces_are_measured_whatever_window_they_are_seen_in():
    mask = PLANE > 108
    whole = Window(0, 0, PLANE.shape[1], PLANE.shape[0])
    all_of_it = regions_of(mask, Piece(whole, whole, mask.shape), (4, 400), 30)
    found = 0
    for row in range(0, mask.shape[0], 90):
        for col in range(0, mask.shape[1], 90):
            part, core, outer = cut(mask, col, row, 90, 40)
            mine = regions_of(part, Piece(core, outer, mask.shape), (4, 400), 30)
            mine = mine.take(mine.within(core))
            found += len(mine)
            for at, length, fill in zip(mine.centres, mine.length, mine.fill, strict=True):
                n = np.flatnonzero((all_of_it.centres == at).all(axis=1))
                assert len(n) == 1
                assert all_of_it.length[n[0]] == length
                assert all_of_it.fill[n[0]] == fill
    assert found == len(all_of_it) > 20
