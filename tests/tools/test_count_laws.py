"""Laws of counting: tiles equal the whole, doubles count once, samples are drawn as stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.home import Home
from store.raster import RegionWindow, Window
from tests.pictures import take, write
from tests.tools.counted_pictures import box, lot
from tools.counting import questions
from tools.counting.belief import Belief
from tools.counting.contract import Candidates
from tools.counting.doubles import Doubles
from tools.counting.estimate import estimate
from tools.counting.examples import aligned, drawn
from tools.counting.lattice import Lattice, Stretch
from tools.counting.population import PARTS, SENSES, population
from tools.counting.rank import rank
from tools.counting.seams import apart
from tools.counting.template import Patches, background_of, template_of


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiles")
    home = Home(folder / "home")
    data, places = lot(300, 420, 22, seed=11)
    scene = take(home, write(folder / "lot.png", data))
    with home.open_scene(scene) as reader:
        yield reader, places
    home.close()


@pytest.fixture(scope="module")
def prepared(scene):
    reader, places = scene
    boxes = [drawn(box(reader.scene, places[i]).area) for i in range(3)]
    base = Lattice(reader, Stretch.of(reader), 1.0)
    examples, shape = aligned(base, boxes)
    lattice = Lattice(reader, base.stretch, shape.scale)
    cols, rows = (int(n * shape.scale) for n in (reader.scene.width, reader.scene.height))
    background = background_of(lattice, shape, (0, 0, cols, rows))
    return lattice, template_of(Patches(lattice, shape), examples, background, turns=8)


@pytest.mark.parametrize("tile_cells", [7, 32])
def test_tiles_equal_the_whole_to_the_last_bit(scene, prepared, tile_cells):
    reader, _ = scene
    whole = rank(*prepared, reader.whole, 500, tile_cells=10_000)
    tiled = rank(*prepared, reader.whole, 500, tile_cells=tile_cells)
    assert len(whole) > 20
    assert all(np.array_equal(getattr(whole, f), getattr(tiled, f))
               for f in ("centres", "score", "angle_rad"))  # fmt: skip


def test_any_window_of_the_lattice_has_the_same_values(scene, prepared):
    lattice, _ = prepared
    whole = lattice.planes(-8, -8, 200, 160)
    part = lattice.planes(61, 37, 133, 90)
    assert np.array_equal(whole[:, 45:98, 69:141], part)


def test_a_coarse_lattice_has_the_same_values_too(scene, prepared):
    lattice = Lattice(prepared[0].reader, prepared[0].stretch, 0.21)
    whole = lattice.planes(0, 0, 88, 63)
    assert np.array_equal(whole[:, 11:40, 20:71], lattice.planes(20, 11, 71, 40))


def test_the_template_finds_cars_at_every_angle(scene, prepared):
    reader, places = scene
    best = rank(*prepared, reader.whole, len(places))
    away = np.hypot(*(places[:, None, :2] - best.centres[None]).transpose(2, 0, 1)).min(axis=1)
    assert (away < 6).mean() > 0.9


def some(seed, count, spread=60.0):
    dice = np.random.default_rng(seed)
    return Candidates(
        dice.uniform(0, spread, (count, 2)), np.full(count, 9.0), np.full(count, 4.0),
        dice.uniform(0, np.pi, count), dice.uniform(0, 9, count),
    )  # fmt: skip


@given(st.integers(0, 10**6), st.integers(0, 60))
def test_merging_keeps_the_best_apart_whatever_the_order(seed, count):
    found = some(seed, count)
    kept = apart(found)
    again = apart(found.take(np.random.default_rng(1).permutation(count)))
    assert np.array_equal(kept.centres, again.centres)
    assert len(apart(kept)) == len(kept)
    assert not count or kept.score[0] == found.score.max()


@given(st.integers(0, 10**6), st.integers(0, 40))
def test_an_object_is_counted_at_most_once_for_each_mark(seed, count):
    found = some(seed, count)
    chance = np.random.default_rng(seed).uniform(size=(3, count))
    once = Doubles.of(found).once(chance)
    assert ((once >= 0) & (once <= 1)).all()
    if count:
        best = chance.mean(axis=0).argmax()
        assert np.allclose(once[:, best], 1.0)


def test_two_marks_on_one_thing_count_about_once_and_neighbours_twice():
    def pair(moved):
        centres = np.array([[0.0, 0.0], moved])
        same = np.full(2, 9.0), np.full(2, 4.0), np.zeros(2), np.ones(2)
        return Doubles.of(Candidates(centres, *same)).once(np.full((1, 2), 0.999)).sum()

    assert pair([3.0, 0.5]) < 1.15
    assert pair([0.0, 4.4]) > 1.9
    assert pair([20.0, 0.0]) == 2.0


@given(st.integers(0, 10**6), st.integers(1, 80), st.integers(1, 12))
def test_questions_are_distinct_open_and_as_many_as_there_can_be(seed, count, wanted):
    dice = np.random.default_rng(seed)
    draws, once = dice.uniform(size=(20, count)), dice.uniform(size=(20, count))
    closed = dice.uniform(size=count) < 0.3
    rows = questions.next_rows(draws, once, closed, wanted)
    assert len(set(rows)) == len(rows) == min(wanted, int((~closed).sum()))
    assert not closed[rows].any()


def belief(count=300, seed=0):
    """A made-up image: some objects among much else, told by score."""
    dice = np.random.default_rng(seed)
    prior = population().prior(5.5, made=True)
    rows = np.zeros((count, len(SENSES) + PARTS))
    rows[:, 0] = 1.0
    rows[:, 2] = np.log(np.arange(1, count + 1)) - 4
    rows[:, 3:] = dice.normal(0, 0.4, (count, rows.shape[1] - 3))
    return Belief(rows, prior, np.zeros(count, bool))


def test_answers_move_the_belief_their_way():
    before = belief().draws({}, 200).mean(axis=0)
    yes = belief().draws(dict.fromkeys(range(6), True), 200).mean(axis=0)
    no = belief().draws(dict.fromkeys(range(6), False), 200).mean(axis=0)
    assert no[:6].mean() < before[:6].mean() < yes[:6].mean()
    assert no[6:40].mean() < yes[6:40].mean()


def test_one_wrong_answer_deep_in_the_tail_does_not_carry_the_count_away():
    said = {row: row < 12 for row in range(0, 280, 14)} | {200: False}
    clean = belief().draws(said, 300).sum(axis=1)
    spoilt = belief().draws(said | {200: True}, 300).sum(axis=1)
    assert np.median(spoilt) < 2.5 * np.median(clean) + 10


@given(st.integers(0, 1000), st.floats(0.01, 0.99))
def test_the_interval_holds_the_count(seed, chance):
    found = some(seed, 30)
    draws = np.clip(np.random.default_rng(seed).normal(chance, 0.1, (50, 30)), 0, 1)
    told = estimate(draws, Doubles.of(found), population().prior(5.0, made=True))
    assert 0 <= told.low <= told.count <= told.high


def test_an_interval_is_about_as_wide_as_the_draws_are_spread():
    def width(spread):
        each = np.repeat(np.linspace(0.5 - spread, 0.5 + spread, 200)[:, None], 60, axis=1)
        found = Candidates(np.arange(120.0).reshape(60, 2) * 50, *(np.ones(60),) * 4)
        told = estimate(each, Doubles.of(found), population().prior(5.0, made=True))
        return told.high - told.low

    assert 0 < width(0.0) < width(0.4) < 80


def test_the_crop_whose_answer_tells_most_of_the_count_is_asked_about_first():
    sure = np.repeat([[0.99, 0.98, 0.97, 0.02, 0.01]], 40, axis=0)
    split = np.tile([[0.1], [0.9]], (20, 3))
    draws = np.concatenate([sure[:, :3], split, sure[:, 3:]], axis=1)
    rows = questions.next_rows(draws, np.ones(draws.shape), np.zeros(8, bool), 1)
    assert rows[0] in (3, 4, 5)


def test_upright_boxes_around_turned_things_give_their_true_size(scene):
    reader, places = scene
    base = Lattice(reader, Stretch.of(reader), 1.0)
    askew = [p for p in places if 0.3 < abs(np.sin(2 * p[2])) < 0.9][:3]
    examples, shape = aligned(base, [drawn(box(reader.scene, p).area) for p in askew])
    assert shape.length_px == pytest.approx(27, abs=6)
    assert shape.width_px == pytest.approx(12, abs=5)
    for example, place in zip(examples, askew, strict=True):
        assert abs(np.sin(example.angle_rad - place[2])) < 0.5


def test_candidates_refuse_what_no_later_step_could_use():
    with pytest.raises(ValueError, match="values for"):
        Candidates(np.zeros((2, 2)), np.ones(1), np.ones(2), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="not finite"):
        Candidates(np.full((1, 2), np.nan), *(np.ones(1),) * 4)


def test_windows_keep_candidates_half_open():
    found = Candidates(np.array([[0.0, 0.0], [10.0, 5.0]]), *(np.ones(2),) * 4)
    assert len(found.within(Window(0, 0, 10, 10))) == 1
    assert len(RegionWindow(Window(0, 0, 10, 10), found.outlines()[0]).mask()) == 10
