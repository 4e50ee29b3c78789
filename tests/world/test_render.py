"""The rendered town: the same bytes twice, windows equal to the whole, changes in the pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from world import AFTER, BEFORE, Look, Renderer, Town
from world.place import scene_box
from world.truth import things

SIZE = 512
TOWN = Town(7)
CLOUDY = replace(AFTER, shift=(0.3, 0.2), cloud=True)
WHOLE = {
    look: Renderer(TOWN, look, SIZE).window(0, 0, SIZE, SIZE) for look in (BEFORE, AFTER, CLOUDY)
}


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from([BEFORE, CLOUDY]),
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)),
    st.tuples(st.integers(1, 200), st.integers(1, 200)),
)
def test_any_window_equals_that_part_of_the_whole(
    look: Look, corner: tuple[int, int], wide_high: tuple[int, int]
) -> None:
    col, row = corner
    last = min(col + wide_high[0], SIZE), min(row + wide_high[1], SIZE)
    # Another town object: nothing that was drawn before may matter.
    window = Renderer(Town(7), look, SIZE).window(col, row, *last)
    assert np.array_equal(window, WHOLE[look][:, row : last[1], col : last[0]])


def test_a_window_far_out_in_a_large_scene_equals_its_parts() -> None:
    renderer = Renderer(TOWN, BEFORE, 32_768)
    whole = renderer.window(20_000, 30_000, 20_300, 30_200)
    left = Renderer(Town(7), BEFORE, 32_768).window(20_000, 30_000, 20_150, 30_200)
    right = Renderer(Town(7), BEFORE, 32_768).window(20_150, 30_000, 20_300, 30_200)
    assert np.array_equal(whole, np.concatenate([left, right], axis=2))


def test_a_larger_scene_shows_the_same_town() -> None:
    larger = Renderer(TOWN, BEFORE, 2 * SIZE).window(256, 256, 256 + SIZE, 256 + SIZE)
    assert np.array_equal(larger, WHOLE[BEFORE])


def test_another_seed_is_another_town() -> None:
    other = Renderer(Town(8), BEFORE, SIZE).window(0, 0, SIZE, SIZE)
    assert (np.abs(other[:3].astype(int) - WHOLE[BEFORE][:3]) > 20).mean() > 0.3


def test_uses_most_of_the_levels_and_saturates_little() -> None:
    for picture in WHOLE.values():
        low, high = np.percentile(picture[:3], [1, 99])
        assert low < 60
        assert high > 150
        assert ((picture == 0) | (picture == 255)).mean() < 0.005


def test_plants_are_bright_in_the_near_infrared_and_water_is_dark() -> None:
    red, nir = WHOLE[BEFORE][0].astype(float), WHOLE[BEFORE][3].astype(float)
    ndvi = (nir - red) / (nir + red)
    assert (ndvi > 0.2).mean() > 0.25
    assert (ndvi < -0.2).mean() > 0.02


def test_buildings_built_and_removed_show_in_the_pixels() -> None:
    before, after = (
        Renderer(TOWN, look, 1024).window(0, 0, 1024, 1024) for look in (BEFORE, AFTER)
    )
    gain = after.reshape(4, -1).mean(1) / before.reshape(4, -1).mean(1)
    away = np.abs(after / gain[:, None, None] - before).sum(0)
    quiet = float(np.median(away))
    frame, seen = scene_box(1024, margin=-10.0), 0
    for thing in things(TOWN, 1024, cars=False):
        if thing.kind != "building" or not frame.contains(thing.shape):
            continue
        point = thing.shape.representative_point()
        col, row = int(point.x + 512), int(point.y + 512)
        if thing.there[0] != thing.there[1]:
            seen += 1
            assert away[row - 2 : row + 3, col - 2 : col + 3].mean() > 2 * quiet, thing.id
    assert seen >= 3


def test_a_shift_moves_the_picture_by_that_part_of_a_pixel() -> None:
    still, moved = (
        Renderer(TOWN, replace(BEFORE, shift=shift, noise=0.0), SIZE)
        .window(0, 0, SIZE, SIZE)[1]
        .astype(float)
        for shift in ((0.0, 0.0), (0.3, 0.0))
    )
    offsets = np.linspace(-0.2, 0.8, 21)
    misfit = [
        float(((ndimage.shift(still, (0, by), order=3) - moved)[20:-20, 20:-20] ** 2).mean())
        for by in offsets
    ]
    assert offsets[int(np.argmin(misfit))] == pytest.approx(0.3, abs=0.051)


def test_a_thin_cloud_brightens_part_of_the_picture() -> None:
    clear = (
        Renderer(TOWN, replace(CLOUDY, cloud=False), 2048).window(0, 0, 2048, 2048)[2].astype(int)
    )
    cloudy = Renderer(TOWN, CLOUDY, 2048).window(0, 0, 2048, 2048)[2].astype(int)
    share = (cloudy - clear > 20).mean()
    assert 0.03 < share < 0.7
    assert (cloudy == clear).mean() > 0.1


@pytest.mark.parametrize("size", [10, 100_000])
def test_refuses_scenes_it_cannot_render(size: int) -> None:
    with pytest.raises(ValueError, match="can be rendered"):
        Renderer(TOWN, BEFORE, size)
