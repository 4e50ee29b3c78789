"""The town itself: it depends on its seed alone, and things stand where they can."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from world import Town, truth_of
from world.dice import Dice, key_of, random_bytes
from world.plan import street_name
from world.truth import things

SEEDS = range(1, 7)


@given(st.integers(), st.lists(st.integers(), min_size=1, max_size=4))
def test_dice_of_the_same_keys_throw_the_same(first: int, keys: list[int]) -> None:
    one, two = Dice(first, *keys), Dice(first, *keys)
    thrown = [one.unit() for _ in range(5)]
    assert thrown == [two.unit() for _ in range(5)]
    assert all(0 <= x < 1 for x in thrown)
    assert key_of(first, *keys) != key_of(first + 1, *keys)


def test_random_bytes_are_even() -> None:
    counts = np.bincount(random_bytes(3, 1 << 16), minlength=256)
    assert counts.min() > 150
    assert counts.max() < 370


def test_blocks_do_not_depend_on_the_order_they_are_asked_for() -> None:
    cells = list(itertools.product(range(-3, 3), range(-3, 3)))
    there, back = Town(5), Town(5)
    forward = [there.block(*cell) for cell in cells]
    backward = [back.block(*cell) for cell in reversed(cells)]
    assert forward == backward[::-1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_middle_of_every_town_has_some_of_each_kind(seed: int) -> None:
    truth = truth_of(Town(seed), 768)
    for tag in (
        "amenity=pharmacy", "amenity=bench", "amenity=cafe", "amenity=school", "leisure=park",
        "leisure=playground", "highway=bus_stop", "shop=supermarket", "natural=tree", "waterway=river",
    ):  # fmt: skip
        assert truth.map.tags.get(tag, 0) >= 1, tag
    assert truth.changes.built
    assert truth.changes.ground
    assert truth.map.unmapped
    assert truth.map.equal_names
    assert 60 < truth.dates[0].buildings < 250


@pytest.mark.parametrize("seed", SEEDS)
def test_no_building_stands_in_water_or_in_another(seed: int) -> None:
    town = Town(seed)
    shapes = [t.shape for t in things(town, 1024, cars=False) if t.kind == "building"]
    points = np.concatenate([shapely.get_coordinates(shape) for shape in shapes])
    assert not town.plan.is_water(points[:, 0], points[:, 1]).any()
    tree = shapely.STRtree(shapes)
    for a, b in tree.query(shapes, predicate="intersects").T:
        assert a >= b or shapes[a].intersection(shapes[b]).area < 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_way_into_the_town_and_back_leads_to_the_same_place(seed: int) -> None:
    plan = Town(seed).plan
    x, y = np.meshgrid(np.linspace(-16_000, 16_000, 9), np.linspace(-16_000, 16_000, 9))
    back = plan.to_world(*plan.to_town(x, y))
    assert np.allclose(back, (x, y), atol=1e-6)
    u, v = plan.to_town(np.array([-700.5]), np.array([33.25]))
    assert plan.point(float(u[0]), float(v[0])) == pytest.approx((-700.5, 33.25))


def test_street_names_repeat_only_where_they_are_meant_to() -> None:
    names = [street_name(3, axis, n) for axis in (0, 1) for n in range(-90, 90)]
    named = [name for name in names if name and name != "Mill Lane"]
    assert len(named) == len(set(named))
    assert names.count("Mill Lane") == 2


def test_the_ground_of_a_block_in_water_never_changes() -> None:
    town = Town(7)
    coast = int(town.plan.river.coast[48_000])
    seen = 0
    for i, j in town.cells_in(-1500, coast - 800, 1500, coast + 800):
        block = town.block(i, j)
        u, v = zip(*block.box.corners, strict=True)
        if town.plan.is_water(*town.plan.to_world(np.array(u), np.array(v))).any():
            seen += 1
            assert block.use == "riverside"
            assert block.ground[0] == block.ground[1]
    assert seen > 50
