"""Normalisation, scores, thresholds and evidence, each on arrays whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tools.change.contract import Views, Window
from tools.change.decide import Route
from tools.change.evidence import GroundTest, largest_crossing, new_structure, sharpness
from tools.change.graph import PatchGraph, fit_graph
from tools.change.lattice import fit_lattice, straight_edges
from tools.change.normalise import fit
from tools.change.plan import choose_route
from tools.change.sar import fit_log_ratio
from tools.change.scores import fit_change_vector, fit_mad
from tools.change.threshold import Threshold, from_scores
from tools.change.windows import ArrayPair, read_samples, sample_windows

RNG = np.random.default_rng(7)


def textured(bands=3, side=160, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (bands, side, side))
    soft = ndimage.gaussian_filter(noise, (0, 2, 2))
    return np.clip(120 + 200 * soft, 1, 254).astype(np.float32)


def samples(a, b):
    return [Views(a, b, np.ones(a.shape[1:], bool))]


@given(gain=st.floats(0.4, 1.6), offset=st.floats(-40, 40))
@settings(max_examples=20, deadline=None)
def test_gain_and_offset_are_undone(gain, offset):
    a = textured()
    b = (a - offset) / gain
    assert np.abs(fit(samples(a, b))(b) - a).max() < 0.01 * np.ptp(a)


@pytest.mark.parametrize("gamma", [0.6, 1.5])
def test_gamma_is_undone_though_a_tenth_of_the_ground_changed(gamma):
    a = textured()
    b = 255 * (a / 255) ** gamma
    b[:, :50, :50] = 30.0
    rest = np.ones(a.shape[1:], bool)
    rest[:50, :50] = False
    off = np.abs(fit(samples(a, b))(b) - a)[:, rest]
    assert np.quantile(off, 0.95) < 0.02 * np.ptp(a)


def test_change_vector_is_in_units_of_noise():
    a = textured()
    b = a + RNG.normal(0, 3, a.shape).astype(np.float32)
    views = samples(a, b)[0]
    score = fit_change_vector([views], fit([views]))(views, Window(0, 0, 160, 160))
    assert np.sqrt(np.mean(score**2)) == pytest.approx(1.0, abs=0.15)
    assert score.max() < 4


@given(seed=st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_ir_mad_does_not_see_a_linear_change_of_bands(seed):
    rng = np.random.default_rng(seed)
    a = textured(seed=1)
    b = a + rng.normal(0, 4, a.shape).astype(np.float32)
    mixed = np.tensordot(rng.normal(0, 1, (3, 3)) + 2 * np.eye(3), b, 1).astype(np.float32)
    window = Window(0, 0, 160, 160)
    plain = fit_mad(samples(a, b))(samples(a, b)[0], window)
    other = fit_mad(samples(a, mixed))(samples(a, mixed)[0], window)
    assert np.corrcoef(plain.ravel(), other.ravel())[0, 1] > 0.98


def test_log_ratio_does_not_see_the_gain_of_a_radar_image():
    speckle = np.random.default_rng(1).gamma(4, 0.25, (2, 1, 160, 160)).astype(np.float32)
    a, b = 60 * speckle[0], 60 * speckle[1]
    b[:, 40:80, 40:80] *= 4
    for gain in (1.0, 3.0):
        views = samples(a, gain * b)[0]
        score = fit_log_ratio([views])(views, Window(0, 0, 160, 160))
        assert np.median(score[45:75, 45:75]) > 6
        assert np.median(score[90:, 90:]) < 1


def test_log_ratio_of_decibels_is_a_difference():
    a = np.random.default_rng(2).normal(-12, 1, (1, 100, 100)).astype(np.float32)
    b = a.copy()
    b[:, 30:60, 30:60] += 6
    score = fit_log_ratio(samples(a, b))(samples(a, b)[0], Window(0, 0, 100, 100))
    assert score[40:50, 40:50].min() > 10 * score[70:, 70:].max()


def test_patch_graph_finds_what_does_not_fit_between_unlike_sensors():
    kinds = np.kron(RNG.integers(0, 4, (12, 12)), np.ones((16, 16))).astype(int)
    other = kinds.copy()
    other[64:96, 64:96] = (kinds[64:96, 64:96] + 2) % 4
    a = (np.array([20.0, 90, 160, 230])[kinds] + RNG.normal(0, 5, kinds.shape))[None]
    b = np.array([[200.0, 20, 90, 10], [10, 200, 80, 150], [60, 60, 220, 20]])[:, other]
    pair = ArrayPair(
        a.astype(np.float32), b.astype(np.float32), np.ones(kinds.shape, bool), 10.0, ("SAR", "RGB")
    )
    graph = fit_graph(pair)
    score = graph(read_samples(pair)[0], Window(0, 0, *kinds.shape))
    assert score[68:92, 68:92].mean() > 2 * np.median(score)


def test_a_coarse_score_is_read_at_pixel_centres():
    graph = PatchGraph(np.array([[0.0, 1.0]], np.float32), (4.0, 4.0))
    views = Views(np.zeros((1, 4, 8)), np.zeros((1, 4, 8)), np.ones((4, 8), bool))
    score = graph(views, Window(0, 0, 4, 8))
    assert score[0] == pytest.approx([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1])


def test_a_threshold_may_find_nothing():
    noise = np.abs(np.random.default_rng(0).normal(0, 1, 100_000))
    found = from_scores(noise, 1.5, 6.0)
    assert not (noise > found.seed).any()


def test_pixels_above_the_low_threshold_count_only_near_a_seed():
    score = np.zeros((9, 90), np.float32)
    score[4, :80] = 2.0
    score[4, 5] = 9.0
    score[7, 7] = 2.0
    mask = Threshold(1.0, 5.0).mask(score, np.ones(score.shape, bool))
    assert mask[4, :30].all()
    assert mask.sum() == 30


def block_pair(make):
    a = textured(1, 96, seed=3)
    b = make(a)
    mask = np.zeros(a.shape[1:], bool)
    mask[16:80, 16:80] = True
    return GroundTest(5.0, (float(a.min()), 0.0))(a, b, mask)


@pytest.mark.parametrize("factor", [0.45, 0.7, 1.6])
def test_a_shadow_is_not_other_ground(factor):
    assert block_pair(lambda a: factor * a).sum() == 0


def test_other_texture_is_other_ground():
    found = block_pair(lambda a: textured(1, 96, seed=4))
    assert found.sum() == pytest.approx(56 * 56, rel=0.15)


def test_long_edges_are_kept_and_clutter_is_not():
    plane = np.zeros((96, 96), np.float32)
    plane[30:60, 20:70] = 1.0
    plane[80:84, 80:84] = 1.0
    edges = np.abs(straight_edges(plane, 0.05)) > 0
    assert edges[28:32, 30:60].any(axis=0).all()
    assert not edges[74:90, 74:90].any()


def test_new_buildings_cross_and_ploughing_does_not():
    hills = ndimage.gaussian_filter(np.random.default_rng(5).normal(0, 1, (192, 192)), 25)
    a = (hills / np.ptp(hills))[None].astype(np.float32)
    a += np.random.default_rng(6).normal(0, 0.02, a.shape).astype(np.float32)
    later = a + np.random.default_rng(8).normal(0, 0.03, a.shape).astype(np.float32)
    stripes = later + (np.arange(192) // 8 % 2)[None, None].astype(np.float32)
    houses = later.copy()
    for row in range(10, 180, 40):
        for col in range(10, 180, 40):
            houses[:, row : row + 24, col : col + 24] = 1.0
    sizes = {}
    for name, b in (("stripes", stripes), ("houses", houses), ("none", later)):
        cells = fit_lattice(samples(a, houses))(samples(a, b)[0])
        built, razed = new_structure(cells)
        assert not razed.any()
        sizes[name] = largest_crossing(built, cells.lines_b, cells.turn_b)
    assert sizes["houses"] > 60
    assert sizes["stripes"] == sizes["none"] == 0


def test_blur_lowers_sharpness():
    a = RNG.normal(100, 10, (1, 120, 120)).astype(np.float32)
    b = ndimage.gaussian_filter(a, (0, 2, 2))
    assert sharpness(samples(a, b), 1) < 0.3 * sharpness(samples(a, b), 0)


@pytest.mark.parametrize(
    ("kinds", "bands", "gsd_m", "agreement", "route"),
    [
        (("SAR", "SAR"), (1, 1), 10.0, 0.1, Route.RADAR),
        (("SAR", "RGB"), (1, 3), 10.0, 0.1, Route.UNLIKE),
        (("SAR", "unknown"), (1, 1), 10.0, 0.9, Route.UNLIKE),
        (("NIR", "PAN"), (1, 1), 10.0, 0.9, Route.UNLIKE),
        (("unknown", "unknown"), (3, 4), None, 0.9, Route.UNLIKE),
        (("RGB", "unknown"), (3, 3), 0.3, 0.9, Route.ALIKE),
        (("MS", "MS"), (4, 4), 30.0, 0.5, Route.SEASONS),
        (("RGB", "RGB"), (3, 3), 0.5, 0.5, Route.FINE),
        (("RGB", "RGB"), (3, 3), None, None, Route.FINE),
    ],
)
def test_the_route_follows_kinds_bands_pixel_size_and_agreement(
    kinds, bands, gsd_m, agreement, route
):
    assert choose_route(kinds, bands, gsd_m, agreement) is route


def test_samples_are_the_whole_of_a_small_image_and_a_bounded_part_of_a_large_one():
    assert sample_windows((500, 700)) == [Window(0, 0, 500, 700)]
    for shape in ((32_768, 32_768), (300, 90_000), (90_000, 300)):
        windows = sample_windows(shape)
        assert sum(w.shape[0] * w.shape[1] for w in windows) <= 1 << 20
        assert len(windows) >= 16
        assert all(0 <= w.row0 < w.row1 <= shape[0] and w.col1 <= shape[1] for w in windows)
