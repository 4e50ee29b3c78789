"""Registration finds small shifts, keeps to what is known, and says when it does not know."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tools.change.contract import Views
from tools.change.register import AlignedPair, Registration, estimate, shifted
from tools.change.windows import ArrayPair


def ground(side=200, seed=0):
    """Blocks of several sizes, with soft edges as a camera makes them."""
    rng = np.random.default_rng(seed)
    plane = np.zeros((side, side))
    for size in (5, 11, 23):
        coarse = rng.normal(0, 1, (side // size + 2, side // size + 2))
        plane += np.kron(coarse, np.ones((size, size)))[:side, :side]
    return ndimage.gaussian_filter(100 + 20 * plane, 1.0).astype(np.float32)


def views(a, b):
    return [Views(a[None], b[None], np.ones(a.shape, bool))]


def moved(plane, down, right, margin=10):
    """Two crops such that a(row, col) shows what b(row + down, col + right) shows."""
    whole = int(np.floor(down)), int(np.floor(right))
    part = shifted(plane[None], -(down - whole[0]), -(right - whole[1]))[0]
    side = plane.shape[0] - 2 * margin
    a = plane[margin : margin + side, margin : margin + side]
    row, col = margin - whole[0], margin - whole[1]
    return a, part[row : row + side, col : col + side]


@given(down=st.floats(-5, 5), right=st.floats(-5, 5))
@settings(max_examples=25, deadline=None)
def test_a_shift_is_recovered_to_a_tenth_of_a_pixel(down, right):
    found = estimate(views(*moved(ground(), down, right)))
    assert found.reliable
    assert found.down_px == pytest.approx(down, abs=0.1)
    assert found.right_px == pytest.approx(right, abs=0.1)


@pytest.mark.parametrize(
    "light", [lambda x: 255 - x, lambda x: 3 * np.sqrt(np.maximum(x, 1)) + 9, lambda x: 0.5 * x]
)
def test_another_light_does_not_move_the_estimate(light):
    a, b = moved(ground(), 2.0, -3.0)
    found = estimate(views(a, light(b)))
    assert (found.down_px, found.right_px) == pytest.approx((2.0, -3.0), abs=0.15)


def test_other_ground_is_not_given_a_shift():
    found = estimate(views(ground(seed=1), ground(seed=2)))
    assert not found.reliable
    assert found.negligible
    assert found.residual_px is None


def test_flat_ground_is_not_given_a_shift():
    flat = np.full((200, 200), 7.0, np.float32)
    assert not estimate(views(flat, flat)).reliable


def test_whole_pixels_are_moved_without_interpolation_and_nothing_wraps_around():
    a, b = moved(ground(), 2.0, -3.0)
    pair = ArrayPair(a[None], b[None], np.ones(a.shape, bool))
    aligned = AlignedPair(pair, estimate(views(a, b)))
    first, second, valid = aligned.read(0, 0, *a.shape)
    assert np.array_equal(first[:, valid], second[:, valid])
    assert not valid[-2:].any()
    assert not valid[:, :3].any()
    assert valid[:-2, 3:].all()


@given(
    down=st.floats(-5, 5), right=st.floats(-5, 5), row=st.integers(0, 120), col=st.integers(0, 120)
)
@settings(max_examples=25, deadline=None)
def test_a_window_shows_the_same_as_the_whole(down, right, row, col):
    a, b = ground(seed=3), ground(seed=4)
    valid = np.ones(a.shape, bool)
    valid[50:60, 70:90] = False
    pair = AlignedPair(
        ArrayPair(a[None], b[None], valid), Registration(down, right, 0.0, 99.0, 9, True)
    )
    whole, part = pair.read(0, 0, 200, 200), pair.read(row, col, row + 64, col + 80)
    for all_of_it, some in zip(whole, part, strict=True):
        cut = all_of_it[..., row : row + 64, col : col + 80]
        assert np.array_equal(cut, some)


def test_pixels_resampled_from_missing_data_are_not_valid():
    valid = np.ones((60, 60), bool)
    valid[30, 30] = False
    pair = AlignedPair(
        ArrayPair(ground(60)[None], ground(60)[None], valid),
        Registration(0.5, 0.0, 0.0, 99.0, 9, True),
    )
    known = pair.read(0, 0, 60, 60)[2]
    assert not known[28:32, 30].any()


def test_speckle_is_moved_in_whole_pixels_and_the_rest_is_stated():
    found = Registration(1.3, -0.2, 0.4, 30.0, 9, True).for_speckle()
    assert (found.down_px, found.right_px) == (1.0, 0.0)
    assert found.residual_px == pytest.approx(np.hypot(0.4, np.hypot(0.3, 0.2)))
