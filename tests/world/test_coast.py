"""The town by the sea: windows equal the whole, the truth is what is drawn, styles differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from world import AFTER, BEFORE, VEILED, Renderer, Town
from world.mapping import drawn
from world.paint import Painter
from world.palette import FIRST_BOAT
from world.truth import things, truth_of

SIZE, COAST = 1280, 300.0
TOWN = Town(15, COAST)
WHOLE = Renderer(TOWN, VEILED, SIZE).window(0, 0, SIZE, SIZE)


@settings(deadline=None, max_examples=8)
@given(
    st.tuples(st.integers(0, SIZE - 1), st.integers(700, SIZE - 1)),
    st.tuples(st.integers(1, 250), st.integers(1, 250)),
)
def test_any_window_equals_that_part_of_the_whole(corner, wide_high):
    col, row = corner
    last = min(col + wide_high[0], SIZE), min(row + wide_high[1], SIZE)
    window = Renderer(Town(15, COAST), VEILED, SIZE).window(col, row, *last)
    assert np.array_equal(window, WHOLE[:, row : last[1], col : last[0]])


def test_the_sea_changes_nothing_of_a_town_that_lies_far_from_it():
    inland = truth_of(Town(15), 512)
    assert (inland.dates[0].boats, inland.dates[0].tanks) == (0, 0)
    assert Town(15).plan.columns == TOWN.plan.columns


@pytest.mark.parametrize("date", [0, 1])
def test_every_boat_of_the_truth_is_painted_and_no_other(date):
    look = (BEFORE, AFTER)[date]
    half = SIZE // 2
    labels = Painter(TOWN, look, -half, -half, half, half).paint() & 255
    painted = labels >= FIRST_BOAT
    afloat = [t.shape for t in things(TOWN, SIZE) if t.kind in ("boat", "ship") and t.there[date]]
    assert len(afloat) > 20
    for shape in afloat:
        x, y = (np.array(shapely.get_coordinates(shape))[:, axis] for axis in (0, 1))
        inside = (abs(x) < half - 1).all() and (abs(y) < half - 1).all()
        if inside:
            middle = shape.centroid
            assert painted[int(middle.y) + half, int(middle.x) + half]
    rows, cols = np.nonzero(painted)
    spots = shapely.points(cols - half + 0.5, rows - half + 0.5)
    near = shapely.union_all([shape.buffer(1.5) for shape in afloat])
    assert shapely.contains(near, spots).all()


def test_boats_do_not_lie_on_one_another():
    for date in (0, 1):
        hulls = [
            shapely.Polygon(v.outline) for v in TOWN.harbour.vessels(-640, -640, 640, 640, date)
        ]
        tree = shapely.STRtree(hulls)
        for n, hull in enumerate(hulls):
            over = [m for m in tree.query(hull) if m != n and hulls[m].intersection(hull).area > 0]
            assert not over


def test_the_map_shows_marinas_and_most_tanks():
    tags = [tag for element in drawn(TOWN, SIZE) for tag in element.tags]
    truth = truth_of(TOWN, SIZE)
    assert ("leisure", "marina") in tags
    assert 0 < tags.count(("man_made", "storage_tank")) < truth.dates[0].tanks * 1.2
    assert truth.dates[0].boats != truth.dates[1].boats


def test_the_dry_style_looks_another_way():
    arid = Renderer(TOWN, replace(BEFORE, style="arid"), SIZE).window(0, 0, 512, 512)
    green = Renderer(TOWN, BEFORE, SIZE).window(0, 0, 512, 512)
    assert (np.abs(arid[:3].astype(int) - green[:3]) > 20).mean() > 0.3
