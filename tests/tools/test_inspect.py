"""Zooming in: the picture, what is drawn around it, what is measured, and what eyes read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from affine import Affine
from PIL import Image

from store.errors import StoreError
from store.geo import Region
from store.home import Home
from tests.pictures import bench, ground, take, write
from tools.contract import ToolRefusal
from tools.inspect import inspect
from tools.looking.sheet import MARGIN
from tools.vision.eyes import Reading

look = inspect.function


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


def pixels(view, rows, cols):
    """The picture itself, without what stands around it."""
    page = np.asarray(Image.open(io.BytesIO(view.png)))
    return page[MARGIN : MARGIN + rows, MARGIN : MARGIN + cols]


def part(scene, *box):
    return Region.pixels(f"px:{scene.id}", *box)


def loose(home, tmp_path, data, **declared):
    return take(home, write(tmp_path / "a.png", data), **declared)


def codes(found):
    return [caveat.code for caveat in found.caveats]


def coloured(home, tmp_path, data, name="a.tif", **more):
    return take(home, write(tmp_path / name, data, photometric="RGB"), **more)


def test_a_small_crop_shows_its_very_pixels_enlarged_and_nothing_over_them(home, tmp_path):
    data = ground(64, 64)
    scene = loose(home, tmp_path, data)
    found = look(bench(home, tmp_path / "s"), scene, region=part(scene, 8, 8, 40, 40))
    times = (Image.open(io.BytesIO(found.views[0].png)).width - 2 * MARGIN) // 32
    assert times > 5
    wanted = np.moveaxis(data[:, 8:40, 8:40], 0, -1).repeat(times, 0).repeat(times, 1)
    assert np.array_equal(pixels(found.views[0], 32 * times, 32 * times), wanted)


@pytest.mark.parametrize("shape", [(2000, 2000), (3000, 40), (40, 3000), (1, 1), (1200, 800)])
def test_no_side_of_a_picture_is_longer_than_1024(home, tmp_path, shape):
    scene = loose(
        home, tmp_path, ground(max(shape[0], 24), max(shape[1], 24))[:, : shape[0], : shape[1]]
    )
    for view in look(bench(home, tmp_path / "s"), scene).views:
        assert max(Image.open(io.BytesIO(view.png)).size) <= 1024


def test_shrinking_averages_so_that_a_hidden_picture_stays_hidden(home, tmp_path):
    data = np.repeat(np.repeat(ground(512, 512), 4, 1), 4, 2)
    stripes = np.where(np.arange(512) // 64 % 2, 255, 0).astype(np.uint8)
    data[:, 2::4, 2::4] = stripes  # what nearest neighbour at a quarter of the size shows alone
    scene = loose(home, tmp_path, data)
    view = look(bench(home, tmp_path / "s"), scene).views[0]
    side = Image.open(io.BytesIO(view.png)).width - 2 * MARGIN
    wanted = Image.fromarray(np.moveaxis(data, 0, -1)).resize((side, side), Image.Resampling.BOX)
    assert np.abs(pixels(view, side, side).astype(int) - np.asarray(wanted).astype(int)).mean() < 5


class Stub:
    """Eyes that remember what they saw."""

    name = "stub"

    def __init__(self, text, choice=None):
        self.text, self.choice, self.saw = text, choice, None

    def look(self, png, question, choices=()):
        self.saw = png
        return Reading(text=self.text, choice=self.choice, by="eyes:stub")


def test_eyes_see_the_very_bytes_that_are_kept_and_are_a_witness(home, tmp_path):
    scene = loose(home, tmp_path, ground())
    eyes = Stub("it looks like a field")
    found = look(bench(home, tmp_path / "s", eyes=eyes), scene, question="What is this?")
    assert eyes.saw == found.views[0].png
    reading = next(q for q in found.quantities if q.name == "reading")
    assert (reading.value, reading.unit, reading.interval) == (
        "it looks like a field",
        "text",
        "none",
    )
    assert "witness" in codes(found)


def test_a_choice_is_the_reading_and_the_words_stand_beside_it(home, tmp_path):
    scene = loose(home, tmp_path, ground())
    eyes = Stub("Yes, I see a ship.", "yes")
    found = look(
        bench(home, tmp_path / "s", eyes=eyes), scene, question="A ship?", choices=["yes", "no"]
    )
    assert found.value("reading") == "yes"
    assert found.value("reading_words") == "Yes, I see a ship."


def test_a_question_without_eyes_is_refused_and_the_picture_is_not(home, tmp_path):
    scene = loose(home, tmp_path, ground())
    with pytest.raises(ToolRefusal) as refused:
        look(bench(home, tmp_path / "s"), scene, question="What is this?")
    assert refused.value.code == "no_eyes"
    assert look(bench(home, tmp_path / "s"), scene, question="  ").views


def test_eyes_are_not_asked_where_there_is_no_data(home, tmp_path):
    data = ground()
    data[:, :, :64] = 0
    scene = take(home, write(tmp_path / "h.tif", data, nodata=0))
    eyes, empty = Stub("a lake"), part(scene, 0, 0, 60, 100)
    with pytest.raises(ToolRefusal) as refused:
        look(bench(home, tmp_path / "s", eyes=eyes), scene, region=empty, question="A lake?")
    assert (refused.value.code, eyes.saw) == ("no_data", None)
    found = look(bench(home, tmp_path / "s"), scene, region=empty)
    assert found.value("nodata_share") == 1.0
    assert "no_data" in codes(found)


def test_false_colour_comes_with_near_infrared_and_only_then(home, tmp_path):
    data = ground(bands=4)
    scene = take(home, write(tmp_path / "n.tif", data), bands=["R", "G", "B", "NIR"])
    found = look(bench(home, tmp_path / "s"), scene)
    assert [view.name for view in found.views] == ["true_colour", "false_colour"]
    assert {"vegetation_like_share", "water_like_share"} <= {q.name for q in found.quantities}
    plain = coloured(home, tmp_path, ground())
    assert [v.name for v in look(bench(home, tmp_path / "s"), plain).views] == ["true_colour"]
    with pytest.raises(ToolRefusal, match="NIR") as refused:
        look(bench(home, tmp_path / "s"), plain, look="false_colour")
    assert refused.value.requirements


def test_bands_without_names_are_shown_and_said_to_be_unknown(home, tmp_path):
    scene = take(home, write(tmp_path / "u.tif", ground(), photometric="MINISBLACK"))
    found = look(bench(home, tmp_path / "s"), scene)
    assert found.views[0].name == "three_bands"
    assert "colours_unknown" in codes(found)


def test_bands_of_one_name_are_all_measured(home, tmp_path):
    scene = take(home, write(tmp_path / "d.tif", ground()), bands=["R", "red", "RED"])
    names = [q.name for q in look(bench(home, tmp_path / "s"), scene).quantities]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("asked", "shown", "code"),
    [(0.1, 0.5, "native_resolution"), (2.0, 2.0, None), (None, 0.5, None)],
)
def test_a_picture_is_as_fine_as_asked_and_never_finer_than_the_scene(
    home, tmp_path, asked, shown, code
):
    scene = take(home, write(tmp_path / "g.tif", ground()))
    found = look(bench(home, tmp_path / "s"), scene, gsd_m=asked)
    assert found.gsd_m == pytest.approx(shown, rel=0.01)
    assert code is None or code in codes(found)


def test_a_resolution_in_metres_needs_a_pixel_size(home, tmp_path):
    scene = loose(home, tmp_path, ground())
    with pytest.raises(StoreError, match="--gsd"):
        look(bench(home, tmp_path / "s"), scene, gsd_m=2.0)


def test_decibels_say_how_radar_samples_were_taken(home, tmp_path):
    dice = np.random.default_rng(1)
    data = dice.rayleigh(100.0, (1, 128, 128)).astype(np.float32)
    scene = take(home, write(tmp_path / "r.tif", data), sensor="SAR")
    found = look(bench(home, tmp_path / "s"), scene)
    mean = next(q for q in found.quantities if q.name == "mean_backscatter")
    assert mean.unit == "dB"
    assert mean.value == pytest.approx(float((20 * np.log10(data)).mean()), abs=0.1)
    assert "radar_amplitude_assumed" in codes(found)
    with pytest.raises(ToolRefusal, match="SAR"):
        look(bench(home, tmp_path / "s"), loose(home, tmp_path, ground()), look="sar_db")


@pytest.mark.parametrize("turned", [0.0, 30.0, 145.0])
def test_the_arrow_and_the_lines_keep_true_north(home, tmp_path, turned):
    cols = np.mgrid[0:256, 0:256][1]
    stripes = (128 + 60 * np.sin(cols / 3.0)).astype(np.uint8)  # lines from top to bottom
    turn = (
        Affine.translation(500_000, 5_000_000) @ Affine.rotation(turned) @ Affine.scale(0.5, -0.5)
    )
    scene = take(home, write(tmp_path / "t.tif", np.stack([stripes] * 3), transform=turn))
    found = look(bench(home, tmp_path / "s"), scene)
    # The grid was turned against the clock, so its columns lean to the west of north.
    assert (found.value("dominant_direction") + turned) % 180 == pytest.approx(0, abs=1.0) or (
        found.value("dominant_direction") + turned
    ) % 180 == pytest.approx(180, abs=1.0)
    assert found.value("direction_strength") > 0.9


def test_a_picture_with_hardly_any_contrast_is_not_blown_up_into_one(home, tmp_path):
    flat = np.full((3, 200, 200), 100, np.uint8) + np.random.default_rng(1).integers(
        0, 3, (3, 200, 200), np.uint8
    )
    shown = pixels(
        look(bench(home, tmp_path / "s"), loose(home, tmp_path, flat)).views[0], 200, 200
    )
    assert np.ptp(shown) <= 16


def test_what_has_no_data_is_left_out_and_told(home, tmp_path):
    data = ground()
    data[:, :, :64] = 0
    scene = take(home, write(tmp_path / "h.tif", data, nodata=0))
    found = look(bench(home, tmp_path / "s"), scene)
    assert found.value("nodata_share") == pytest.approx(0.25)
    assert found.coverage.valid == pytest.approx(0.75)
    held = data[0][:, 64:]
    assert next(q.value for q in found.quantities if q.name == "mean_red") == pytest.approx(
        held.mean()
    )


def test_a_region_partly_outside_is_imaged_in_part(home, tmp_path):
    scene = loose(home, tmp_path, ground(64, 64))
    found = look(bench(home, tmp_path / "s"), scene, region=part(scene, 32, 0, 96, 64))
    assert found.coverage.imaged == pytest.approx(0.5)


def test_the_same_call_gives_the_same_bytes(home, tmp_path):
    scene = loose(home, tmp_path, ground())
    first, second = (look(bench(home, tmp_path / "s"), scene) for _ in range(2))
    assert first.views[0].png == second.views[0].png
    assert first.quantities == second.quantities


def test_a_view_in_the_making_holds_no_text_of_its_file(home, tmp_path):
    scene = loose(home, tmp_path, ground())
    image = Image.open(io.BytesIO(look(bench(home, tmp_path / "s"), scene).views[0].png))
    assert image.info == {}
