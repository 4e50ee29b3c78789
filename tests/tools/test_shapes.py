"""Finding by shape and colour: what is stated, what is only proposed, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from store.errors import Cancelled
from store.home import Home
from store.raster import Window
from tests.pictures import bench as bench_of
from tests.pictures import take
from tests.tools import shape_pictures as draw
from tools.concepts import find_concept
from tools.contract import ToolRefusal
from tools.shapes.propose import propose
from tools.shapes.works import what_works

SHIPS = [(60, 60, 0.3), (200, 90, 1.2), (330, 200, 2.4), (120, 300, 0.0), (420, 330, 1.8)]
COLUMNS = ("centres", "length_px", "width_px", "angle_rad", "score")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def thing(word):
    return find_concept(word).concept


@pytest.fixture
def look_for(home, tmp_path):
    def run(data, word, gsd_m=0.5, name="scene", limits=None, sensor="RGB", **more):
        scene = take(home, draw.kept(tmp_path / f"{name}.png", data), gsd_m=gsd_m, sensor=sensor)
        bench = bench_of(home, tmp_path / "scratch", **(limits or {}))
        with bench.open_scene(scene) as reader:
            return propose(bench, reader, thing(word), **more)

    return run


def test_counts_boats_on_open_calm_water(look_for):
    found = look_for(draw.sea_with_ships(SHIPS), "boats")
    spread = found.counted()
    assert (spread.count, spread.low, spread.high) == (5, 5, 5)
    places = found.marks.centres
    for col, row, _ in SHIPS:
        assert np.hypot(*(places - (col, row)).T).min() < 3
    assert np.allclose(found.marks.length_px, 24, atol=5)


def test_says_none_of_an_empty_calm_sea(look_for):
    spread = look_for(draw.sea_with_ships([]), "boats").counted()
    assert (spread.count, spread.high) == (0, 0)


@pytest.mark.parametrize("word", ["boats", "ships"])
@pytest.mark.parametrize("scene", [draw.wood, draw.town])
def test_states_no_count_of_ships_where_there_is_land(look_for, scene, word):
    with pytest.raises(ToolRefusal, match="by shape alone") as refused:
        look_for(scene(), word, gsd_m=0.5).counted()
    assert refused.value.code == "needs_examples"


def test_states_no_count_where_something_large_lies_in_the_water(look_for):
    data = draw.sea_with_ships(SHIPS)
    draw.put_disc(data, 250, 330, 30, draw.ISLAND)
    with pytest.raises(ToolRefusal, match="by shape there are"):
        look_for(data, "boats").counted()


def test_states_no_count_on_rough_water(look_for):
    with pytest.raises(ToolRefusal, match="rough"):
        look_for(draw.sea_with_ships(SHIPS, grain=14), "boats").counted()


def test_states_no_count_in_a_grey_picture(look_for):
    grey = np.repeat(draw.sea_with_ships(SHIPS)[:1], 1, axis=0)
    with pytest.raises(ToolRefusal, match="no water was made out"):
        look_for(grey, "boats", sensor="PAN").counted()


def test_a_wake_does_not_make_a_second_ship(look_for):
    data = draw.sea_with_ships(SHIPS[:2])
    draw.put_box(data, 260, 250, 120, 5, 0.5, (75, 105, 120))
    found = look_for(data, "boats")
    spread = found.spread()
    assert spread.low <= 2
    if found.trust == "usable" and spread.is_narrow:
        assert spread.count == 2


@pytest.mark.parametrize(
    ("word", "data", "gsd_m"),
    [
        ("boats", draw.sea_with_ships(SHIPS, rows=350, cols=440), 0.5),
        ("large vehicles", draw.town(160, 200), 0.24),
        ("storage tanks", draw.town(200, 240, seed=5), 0.6),
        ("swimming pools", draw.town(160, 200, seed=6), 0.3),
    ],
)
def test_windows_give_exactly_what_the_whole_gives(look_for, word, data, gsd_m):
    whole = look_for(data, word, gsd_m)
    tiled = look_for(data, word, gsd_m, core_px=150)
    assert whole.unexplained == tiled.unexplained
    for one, other in zip(whole.family, tiled.family, strict=True):
        for column in COLUMNS:
            assert np.array_equal(getattr(one, column), getattr(other, column)), column


def test_moored_boats_are_proposed_but_not_counted(look_for):
    data = draw.canvas(400, 600, draw.SEA)
    draw.put_box(data, 300, 200, 500, 8, 0.0, (120, 100, 90))
    places = [(80 + 18 * n, 182) for n in range(25)]
    for col, row in places:
        draw.put_box(data, col, row, 26, 8, np.pi / 2, draw.HULL)
    draw.put_box(data, 300, 380, 600, 60, 0.0, (130, 120, 110))
    found = look_for(data, "boats", gsd_m=0.35)
    assert found.trust == "weak"
    near = [np.hypot(*(found.marks.centres - place).T).min() < 6 for place in places]
    assert np.mean(near) > 0.8
    with pytest.raises(ToolRefusal, match="by shape alone"):
        found.counted()


def test_tanks_are_proposed(look_for):
    data = draw.canvas(300, 300, (140, 130, 110))
    tanks = [(60, 60, 20), (150, 60, 20), (60, 160, 12), (170, 170, 30)]
    for col, row, radius in tanks:
        draw.put_disc(data, col - 4, row - 5, radius, (45, 45, 45))
        draw.put_disc(data, col, row, radius, (215, 210, 200))
    found = look_for(data, "storage tanks", gsd_m=0.6)
    assert len(found.marks) == len(tanks)
    for col, row, radius in tanks:
        away = np.hypot(*(found.marks.centres - (col, row)).T)
        assert away.min() < 3
        assert abs(found.marks.length_px[away.argmin()] - 2 * radius) < 0.2 * radius


def test_pools_are_proposed_and_lawns_are_not(look_for):
    data = draw.canvas(300, 300, (100, 110, 70))
    for col, row in [(60, 60), (200, 80), (120, 220)]:
        draw.put_box(data, col, row, 30, 15, 0.4, (95, 185, 205))
    draw.put_box(data, 220, 220, 30, 15, 0.4, (90, 150, 80))
    assert len(look_for(data, "swimming pools", gsd_m=0.3).marks) == 3


def test_buses_in_a_lot_are_proposed(look_for):
    data = draw.canvas(300, 400, (85, 85, 88))
    for n in range(12):
        draw.put_box(data, 40 + 28 * n, 150, 48, 12, np.pi / 2, (225, 190, 60))
    found = look_for(data, "large vehicles", gsd_m=0.24)
    assert len(found.marks) == 12
    assert found.trust == "weak"


def test_only_the_part_asked_for_is_marked(look_for):
    part = Window(0, 0, 250, 400)
    found = look_for(draw.sea_with_ships(SHIPS), "boats", within=part)
    assert found.counted().count == 3
    assert (found.marks.centres[:, 0] < 250).all()


@pytest.mark.parametrize("word", ["cars", "trees", "buildings", "airplanes", "tankers"])
def test_refuses_what_shape_cannot_tell(look_for, word):
    with pytest.raises(ToolRefusal, match="Draw a box") as refused:
        look_for(draw.town(), word)
    assert refused.value.code == "needs_examples"
    assert refused.value.requirements == {"examples": "1 to 3 boxes"}


def test_refuses_without_the_size_of_a_pixel(look_for):
    with pytest.raises(ToolRefusal, match="--gsd M") as refused:
        look_for(draw.sea_with_ships(SHIPS), "boats", gsd_m=None)
    assert refused.value.code == "needs_gsd"


def test_refuses_radar(look_for):
    with pytest.raises(ToolRefusal, match="optical"):
        look_for(draw.sea_with_ships(SHIPS)[:1], "boats", sensor="SAR")


def test_stops_when_cancelled(look_for):
    with pytest.raises(Cancelled):
        look_for(draw.sea_with_ships(SHIPS), "boats", limits={"cancel": lambda: True})


def test_says_in_a_word_what_works(home, tmp_path):
    path = draw.kept(tmp_path / "sea.png", draw.sea_with_ships(SHIPS))
    fine = take(home, path, gsd_m=0.5, sensor="RGB")
    assert what_works(thing("boats"), fine).trust == "usable"
    assert what_works(thing("storage tanks"), fine).trust == "weak"
    assert what_works(thing("cars"), fine).trust == "hopeless"
    coarse = take(home, path, gsd_m=10, sensor="RGB")
    assert "too coarse" in what_works(thing("boats"), coarse).reason
