"""Regions are the same however the mask is cut into windows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from tools.change import regions as module
from tools.change.places import NineCells
from tools.change.regions import Regions, smallest_region_px
from tools.change.windows import tiles


def collect(mask, side, smallest=1):
    found = Regions(mask.shape, smallest)
    for window in tiles(mask.shape, side):
        found.add(window, mask[window.row0 : window.row1, window.col0 : window.col1])
    found.finish()
    return found


masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)))


@given(mask=masks, side=st.integers(1, 9), smallest=st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_windows_give_the_regions_of_the_whole(mask, side, smallest):
    whole, cut = collect(mask, 99, smallest), collect(mask, side, smallest)
    assert (cut.count, cut.total_px, cut.specks) == (whole.count, whole.total_px, whole.specks)
    for one, other in zip(whole.kept, cut.kept, strict=True):
        assert one.area_px == other.area_px
        assert (one.row, one.col) == pytest.approx((other.row, other.col))
        assert one.polygon.equals(other.polygon)


@given(mask=masks)
@settings(max_examples=50, deadline=None)
def test_regions_are_those_of_scipy_and_their_polygons_have_their_area(mask):
    found = collect(mask, 7)
    labels, count = ndimage.label(mask)
    assert found.count == count
    assert found.total_px == mask.sum()
    assert sorted(r.area_px for r in found.kept) == sorted(np.bincount(labels.ravel())[1:])
    assert all(r.polygon.is_valid and r.polygon.area == r.area_px for r in found.kept)


def test_a_polygon_runs_through_outer_pixel_corners_as_col_row():
    mask = np.zeros((10, 10), bool)
    mask[2:5, 3:9] = True
    (region,) = collect(mask, 4).kept
    assert region.polygon.bounds == (3, 2, 9, 5)
    assert (region.row, region.col) == (3.5, 6.0)
    assert len(region.polygon.exterior.coords) == 5


def test_only_the_largest_are_kept_but_all_are_counted(monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    mask = np.zeros((30, 30), bool)
    for k in range(1, 6):
        mask[5 * k, 1 : 1 + k] = True
    found = collect(mask, 7)
    assert found.count == 5
    assert [r.area_px for r in found.kept] == [5, 4]


def test_least_area_is_nine_pixels_or_twenty_square_metres():
    assert [smallest_region_px(gsd) for gsd in (None, 30.0, 1.0, 0.1)] == [9, 9, 20, 2000]


@given(mask=masks, side=st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_nine_cells_count_every_pixel_once(mask, side):
    cells = NineCells(mask.shape)
    for window in tiles(mask.shape, side):
        part = mask[window.row0 : window.row1, window.col0 : window.col1]
        cells.add(window, part, np.ones_like(part))
    assert cells.changed.sum() == mask.sum()
    assert cells.compared.sum() == mask.size


def test_cells_and_halves_are_named_from_the_upper_left():
    mask = np.zeros((90, 90), bool)
    mask[60:, :30] = True
    cells = NineCells(mask.shape)
    (window,) = tiles(mask.shape, 90)
    cells.add(window, mask, np.ones_like(mask))
    assert cells.shares["SW"] == 1.0
    assert cells.shares["NE"] == 0.0
    halves = {"N": 0.0, "S": 30 * 30 / 4050, "W": 30 * 30 / 4050, "E": 0.0}
    assert {name: cells.half_shares[name] for name in halves} == halves
