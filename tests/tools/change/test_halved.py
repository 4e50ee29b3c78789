"""The score at half resolution, the outline at full, and work in threads."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tests.tools.change.test_detect_change import as_bytes, compare, ground
from tools.change.ahead import in_order
from tools.change.contract import Views, Window
from tools.change.halved import _moved, _widened, eased, fit_halved, halved
from tools.change.normalise import fit

FLAT = np.full((20, 23), 7.0, np.float32)


@pytest.mark.parametrize("shift_px", [0.0, 0.2, 0.5, 0.9])
def test_both_averages_lie_at_one_place_and_are_as_wide(shift_px):
    at = np.arange(-1, 3)
    moved, wide = np.array(_moved(shift_px)), np.array(_widened(shift_px))
    middle = (moved @ at, wide @ at)
    assert middle[0] - middle[1] == pytest.approx(shift_px)
    assert moved @ (at - middle[0]) ** 2 == pytest.approx(wide @ (at - middle[1]) ** 2)


@pytest.mark.parametrize("shift_px", [0.0, 0.3])
def test_flat_ground_stays_flat_whatever_its_size(shift_px):
    for taps in (_moved(shift_px), _widened(shift_px)):
        out = eased(halved(FLAT, (taps, taps)))
        assert out.shape == (10, 12)
        assert np.allclose(out, 7.0)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
@settings(max_examples=20, deadline=None)
def test_a_shift_below_one_px_leaves_no_difference_on_smooth_ground(down, right):
    rows, cols = np.mgrid[0:64, 0:80].astype(np.float32)

    def wave(row, col):
        return (100 + 40 * np.sin(row / 5) + 30 * np.cos(col / 6)).astype(np.float32)

    a, b = wave(rows, cols), wave(rows - down, cols - right)
    first = halved(a, (_widened(down), _widened(right)))
    second = halved(b, (_moved(down), _moved(right)))
    assert np.abs(first - second)[2:-2, 2:-2].max() < 0.2


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_window_in_strips_is_the_window_whole(dtype, monkeypatch):
    a = ground(2, (150, 90)).astype(dtype)
    b = as_bytes(ground(2, (150, 90)) + np.random.default_rng(1).normal(0, 4, a.shape))
    views = Views(a, b.astype(dtype), np.ones((150, 90), bool))
    score = fit_halved([views], fit([views]), (0.3, 0.7))
    strips = score(views)
    monkeypatch.setattr("tools.change.halved._STRIP_PX", 4096)
    for one, other in zip(strips, score(views), strict=True):
        assert np.array_equal(one, other)


def flat_roof(shape):
    return np.broadcast_to(np.array([210.0, 60, 50])[:, None, None], (3, *shape))


def striped_roof(shape):
    return np.broadcast_to(np.where(np.arange(shape[1]) // 4 % 2, 210, 60), (3, *shape))


ROOFS = {
    "bright": lambda shape: np.full((3, *shape), 230.0),
    "dark": lambda shape: np.full((3, *shape), 25.0),
    "red": flat_roof,
    "striped": striped_roof,
    "other ground": lambda shape: 0.8 * ground(seed=77)[:, 20 : 20 + shape[0], 30 : 30 + shape[1]],
}


@pytest.mark.parametrize("roof", ROOFS)
@pytest.mark.parametrize("shape", [(30, 30), (41, 60), (33, 97)])
@pytest.mark.parametrize("blur_px", [0.0, 0.8])
def test_a_pasted_rectangle_has_its_area(roof, shape, blur_px):
    rng = np.random.default_rng(3)
    a = ground(seed=3, shape=(260, 300)).astype(float)
    b = a.copy()
    b[:, 71 : 71 + shape[0], 90 : 90 + shape[1]] = ROOFS[roof](shape)
    a, b = (ndimage.gaussian_filter(x, (0, blur_px, blur_px)) if blur_px else x for x in (a, b))
    a, b = (as_bytes(x + rng.normal(0, 1.5, x.shape)) for x in (a, b))
    result, _ = compare(a, b)
    assert result.verdict == "changed"
    small = shape == (30, 30)
    assert result.mask_px == pytest.approx(shape[0] * shape[1], rel=0.07 if small else 0.05)
    assert result.brighter_px + result.darker_px == pytest.approx(result.mask_px, rel=0.01)


def test_a_bright_new_roof_does_not_bend_the_normalisation():
    a, b = ground(seed=3), ground(seed=3).copy()
    b[:, 60:110, 90:150] = 235
    views = Views(a, b, np.ones(a.shape[1:], bool))
    away = np.abs(fit([views])(b) - a)
    away[:, 55:115, 85:155] = 0
    assert away.max() < 1.0


def test_work_in_threads_comes_back_in_order_and_reading_stays_here():
    here, read_in = threading.get_ident(), set()
    windows = [Window(k, 0, k + 1, 1) for k in range(9)]

    def read(window):
        read_in.add(threading.get_ident())
        return window.row0

    def work(window, row):
        threading.Event().wait(0.01 if row % 3 == 0 else 0.0)
        return row

    assert list(in_order(windows, read, work)) == list(range(9))
    assert read_in == {here}


def test_a_failure_in_a_thread_is_raised_here():
    def work(window, row):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(in_order([Window(0, 0, 1, 1)] * 4, lambda w: 0, work))
