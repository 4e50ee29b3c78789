"""The whole comparison: laws that hold for any pair, and answers that are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tools.change import CHANGED, NOT_COMPARED, UNCHANGED, ArrayPair, ArraySink, detect_change
from tools.change.decide import BUILT_CELLS, Evidence, Route, decide
from tools.change.register import Registration

RGB = ("RGB", "RGB")


def ground(bands=3, shape=(200, 240), seed=0):
    """Fields with edges and some texture, 8 bit."""
    rng = np.random.default_rng(seed)
    plane = np.zeros(shape)
    for size in (7, 17, 41):
        coarse = rng.normal(0, 1, (shape[0] // size + 2, shape[1] // size + 2))
        plane += np.kron(coarse, np.ones((size, size)))[: shape[0], : shape[1]]
    tint = 1 + 0.2 * rng.normal(0, 1, (bands, 1, 1))
    fine = ndimage.gaussian_filter(rng.normal(0, 12, (bands, *shape)), (0, 1, 1))
    soft = ndimage.gaussian_filter(plane, 0.8)
    return as_bytes(110 + 18 * soft * tint + fine)


def as_bytes(values):
    return np.clip(np.rint(values), 1, 255).astype(np.float32)


def compare(a, b, kinds=RGB, gsd_m=0.5, valid=None, **options):
    valid = np.ones(a.shape[1:], bool) if valid is None else valid
    sink = ArraySink(valid.shape)
    result = detect_change(ArrayPair(a, b, valid, gsd_m, kinds), sink, **options)
    return result, sink.codes


@pytest.mark.parametrize("kinds", [RGB, ("SAR", "SAR"), ("PAN", "PAN"), ("SAR", "RGB")])
@pytest.mark.parametrize("gsd_m", [None, 0.3, 30.0])
def test_equal_images_are_exactly_unchanged(kinds, gsd_m):
    a = ground(1 if "PAN" in kinds else 3)
    result, codes = compare(a, a.copy(), kinds, gsd_m)
    assert result.verdict == "unchanged"
    assert result.reasons[0].code == "identical"
    assert result.mask_px == result.region_count == result.share == 0
    assert (codes == UNCHANGED).all()


@given(seed=st.integers(0, 1000), shape=st.tuples(st.integers(1, 90), st.integers(1, 90)))
@settings(max_examples=25, deadline=None)
def test_any_image_equals_itself(seed, shape):
    a = np.random.default_rng(seed).integers(0, 255, (2, *shape)).astype(np.float32)
    assert compare(a, a.copy())[0].verdict == "unchanged"


NULLS = {
    "gain": lambda x: 0.8 * x + 12,
    "gamma": lambda x: 255 * (x / 255) ** 0.7,
    "burnt out": lambda x: 1.4 * x + 20,
    "bands": lambda x: x * np.array([1.1, 0.9, 0.75])[:, None, None],
    "noise": lambda x: x + np.random.default_rng(1).normal(0, 5, x.shape),
    "blur": lambda x: ndimage.gaussian_filter(x, (0, 1, 1)),
    "gradient": lambda x: x * np.linspace(0.7, 1.3, x.shape[2]),
    "haze": lambda x: 0.55 * x + 70,
    "cloud shadow": lambda x: x * shade(x.shape[1:], 60, 110, 80, 150),
    "many shadows": lambda x: x * shades(x.shape[1:]),
}


def shade(shape, row0, row1, col0, col1, factor=0.5):
    plane = np.ones(shape)
    plane[row0:row1, col0:col1] = factor
    return ndimage.gaussian_filter(plane, 0.7)


def shades(shape):
    rng = np.random.default_rng(2)
    out = np.ones(shape)
    for row, col in rng.integers(0, 160, (20, 2)):
        out = np.minimum(out, shade(shape, row, row + 20, col, col + 10))
    return out


@pytest.mark.parametrize("name", NULLS)
@pytest.mark.parametrize("gsd_m", [0.5, 30.0])
def test_light_exposure_and_noise_are_never_called_change(name, gsd_m):
    a = ground(seed=4)
    result, _ = compare(a, as_bytes(NULLS[name](a)), gsd_m=gsd_m)
    assert result.verdict != "changed", result.reasons


@pytest.mark.parametrize(("down", "right"), [(1, 0), (0, 2), (3, -2), (5, 5)])
def test_a_crop_some_pixels_away_shows_no_change_and_the_shift(down, right):
    whole = ground(seed=5)
    a = whole[:, 8:-8, 8:-8]
    b = whole[:, 8 + down : whole.shape[1] - 8 + down, 8 + right : whole.shape[2] - 8 + right]
    result, codes = compare(a, b)
    assert result.verdict == "unchanged"
    assert result.mask_px == 0
    assert (result.registration.down_px, result.registration.right_px) == (-down, -right)
    assert "registered" in {doubt.code for doubt in result.doubts}
    assert np.count_nonzero(codes == NOT_COMPARED) == result.total_px - result.compared_px > 0


@pytest.mark.parametrize("size", [40, 60])
@pytest.mark.parametrize("disturb", [False, True])
def test_a_patch_of_other_ground_is_found_with_its_area(size, disturb):
    a, other = ground(seed=6), ground(seed=7)
    b = a.copy()
    b[:, 70 : 70 + size, 90 : 90 + size] = other[:, 10 : 10 + size, 10 : 10 + size] * 0.7
    b = as_bytes(0.9 * b + 8 + np.random.default_rng(3).normal(0, 2, b.shape)) if disturb else b
    result, _ = compare(a, b)
    assert result.verdict == "changed"
    assert result.mask_means == "changed"
    assert result.mask_px == pytest.approx(size**2, rel=0.35)
    assert result.regions[0].polygon.centroid.coords[0] == pytest.approx(
        (90 + size / 2, 70 + size / 2), abs=3
    )
    assert result.regions[0].area_px == result.regions[0].polygon.area


def test_a_change_of_backscatter_is_found_between_unlike_speckle():
    rng = np.random.default_rng(9)
    field = 40 + 60 * (ground(1, seed=8) > 110)
    a = (field * rng.gamma(3, 1 / 3, field.shape)).astype(np.float32)
    b = (field * rng.gamma(3, 1 / 3, field.shape)).astype(np.float32)
    quiet, _ = compare(a, b, ("SAR", "SAR"), 10.0)
    b[:, 60:110, 60:130] *= 6
    result, codes = compare(a, b, ("SAR", "SAR"), 10.0)
    assert quiet.verdict != "changed"
    assert result.verdict == "changed"
    assert np.mean(codes[65:105, 65:125] == CHANGED) > 0.95
    assert result.mask_px == pytest.approx(50 * 70, rel=0.2)


@pytest.mark.parametrize(
    ("kinds", "gsd_m", "light"),
    [
        (RGB, 0.5, lambda x: x),
        (RGB, 0.5, lambda x: np.roll(x[:, ::-1, ::-1], 3, 2)),
        (RGB, 30.0, lambda x: 0.5 * (x + x[:, ::-1])),
        (("SAR", "SAR"), 10.0, lambda x: x + np.random.default_rng(2).normal(0, 9, x.shape)),
        (("SAR", "RGB"), 10.0, lambda x: 255 - x),
    ],
)
@pytest.mark.parametrize("tile_px", [48, 112])
def test_windows_give_what_the_whole_gives(kinds, gsd_m, light, tile_px):
    a, b = ground(seed=10), as_bytes(light(ground(seed=10)))
    b[:, 50:90, 100:150] = ground(seed=11)[:, 50:90, 100:150]
    valid = np.ones(a.shape[1:], bool)
    valid[120:150, 40:47] = False
    whole, whole_codes = compare(a, b, kinds, gsd_m, valid)
    cut, cut_codes = compare(a, b, kinds, gsd_m, valid, tile_px=tile_px)
    assert np.array_equal(whole_codes, cut_codes)
    for name in (
        "verdict",
        "reasons",
        "doubts",
        "mask_px",
        "cells",
        "halves",
        "region_count",
        "specks",
    ):
        assert getattr(whole, name) == getattr(cut, name), name
    for one, other in zip(whole.regions, cut.regions, strict=True):
        assert one.polygon.equals(other.polygon)


@pytest.mark.parametrize("nodata", [0.0, -9999.0, np.nan])
def test_missing_data_is_neither_change_nor_does_it_leak(nodata):
    a = ground(seed=12)
    b = as_bytes(a + np.random.default_rng(4).normal(0, 2, a.shape))
    valid = np.ones(a.shape[1:], bool)
    valid[:, 100:130] = False
    valid[150:152, 30:33] = False
    b[:, ~valid] = nodata
    result, codes = compare(a, b, valid=valid)
    assert result.verdict == "unchanged"
    assert result.mask_px == 0
    assert np.array_equal(codes == NOT_COMPARED, ~valid)
    assert result.compared_px == valid.sum()


def test_nothing_in_common_cannot_be_told():
    a = ground()
    result, codes = compare(a, a, valid=np.zeros(a.shape[1:], bool))
    assert (result.verdict, result.share) == ("cannot_tell", None)
    assert result.reasons[0].code == "nothing_compared"
    assert (codes == NOT_COMPARED).all()


def test_little_in_common_is_never_called_unchanged():
    a = ground(seed=13)
    valid = np.zeros(a.shape[1:], bool)
    valid[:, :90] = True
    b = as_bytes(a + np.random.default_rng(4).normal(0, 2, a.shape))
    result, _ = compare(a, b, valid=valid)
    assert result.verdict == "cannot_tell"
    assert "partly_compared" in {doubt.code for doubt in result.doubts}


def test_the_caller_can_stop_at_any_window():
    calls = []

    def check():
        calls.append(None)
        if len(calls) == 3:
            raise TimeoutError

    a = ground()
    with pytest.raises(TimeoutError):
        compare(a, a, check=check, tile_px=64)
    assert len(calls) == 3


def test_images_of_unequal_size_are_refused_in_words():
    a = ground()
    with pytest.raises(ValueError, match="bring both images onto one grid"):
        ArrayPair(a, a[:, 1:], np.ones(a.shape[1:], bool))


def evidence(route, **found):
    shift = Registration(0.0, 0.0, 0.1, 50.0, 9, True)
    base = {
        "agreement": 0.9, "total_px": 10_000, "compared_px": 10_000, "differing_px": 9_000, "mask_px": 0,
        "largest_region_px": 0, "smallest_region_px": 9, "gsd_m": 0.5,
    }  # fmt: skip
    return Evidence(route=route, registration=shift, **{**base, **found})


@pytest.mark.parametrize(
    ("found", "verdict", "code"),
    [
        (evidence(Route.ALIKE), "unchanged", "within_noise"),
        (evidence(Route.ALIKE, mask_px=500, largest_region_px=400), "cannot_tell", "weak_evidence"),
        (evidence(Route.ALIKE, mask_px=9, largest_region_px=90), "cannot_tell", "weak_evidence"),
        (evidence(Route.ALIKE, unexplained_px=300), "changed", "above_noise"),
        (
            evidence(Route.SEASONS, unexplained_px=300, agreement=0.2, mask_px=900),
            "cannot_tell",
            "weak_evidence",
        ),
        (evidence(Route.SEASONS, unexplained_px=300, agreement=0.5), "changed", "surface_changed"),
        (evidence(Route.FINE), "cannot_tell", "light_or_season"),
        (evidence(Route.FINE, built_cells=BUILT_CELLS), "changed", "new_structure"),
        (evidence(Route.FINE, razed_cells=BUILT_CELLS), "changed", "lost_structure"),
        (
            evidence(Route.FINE, built_cells=BUILT_CELLS, gsd_m=0.05),
            "cannot_tell",
            "light_or_season",
        ),
        (
            evidence(Route.FINE, built_cells=BUILT_CELLS, sharper=4.0),
            "cannot_tell",
            "light_or_season",
        ),
        (evidence(Route.FINE, razed_cells=BUILT_CELLS, sharper=4.0), "changed", "lost_structure"),
        (
            evidence(Route.RADAR, mask_px=900, largest_region_px=800, agreement=0.3),
            "changed",
            "above_speckle",
        ),
        (evidence(Route.RADAR, mask_px=900, largest_region_px=800), "cannot_tell", "weak_evidence"),
        (evidence(Route.RADAR, mask_px=900, sharper=3.0), "cannot_tell", "resolution_differs"),
        (evidence(Route.UNLIKE, mask_px=900), "cannot_tell", "unlike_sensors"),
        (evidence(Route.UNLIKE, differing_px=0), "unchanged", "identical"),
    ],
)
def test_the_verdict_follows_the_evidence(found, verdict, code):
    said, reasons = decide(found)
    assert (said, reasons[0].code) == (verdict, code)
    assert all(reason.words for reason in reasons)
