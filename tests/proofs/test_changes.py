"""Real pairs, asked in words: what changed, how much, where, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

LEVIR = (
    "test_102_0512_0000", "test_2_0000_0000", "test_2_0000_0512", "test_121_0768_0256",
    "train_386_0512_0768", "val_27_0000_0256",
)  # fmt: skip
NOTHING = "train_386_0512_0768"


def answers(told):
    return [claim for claim in told.claims if claim.role == "answer"]


def value(told):
    return answers(told)[0].value


def no_amount(told):
    """Tell whether no number is claimed as change."""
    return not any(
        isinstance(claim.value, int | float) and not isinstance(claim.value, bool)
        for claim in told.claims
    )


def ottawa(desk):
    radar = {"sensor": "SAR", "gsd_m": 12.0}
    desk.take("change_sar_hetero/ottawa_1.bmp", date="1997-05", **radar)
    desk.take("change_sar_hetero/ottawa_2.bmp", date="1997-08", **radar)


def pair(desk, name):
    return [desk.take(f"change_levir/{side}/{name}.png", gsd_m=0.5).id for side in "AB"]


@pytest.mark.parametrize(
    "question",
    [
        "What share of the scene changed?",
        "What changed from ottawa_2 to ottawa_1?",
        pytest.param("What fraction of the Ottawa scene changed between May and August 1997?", marks=pytest.mark.slow),
        pytest.param("By how much do the two pictures differ?", marks=pytest.mark.slow),
        pytest.param("What percentage of the pixels is different?", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_ottawa_share_is_right_and_the_order_is_put_right(desk, question):
    ottawa(desk)
    told = desk.ask(question, scenes=["ottawa_2", "ottawa_1"])
    assert value(told) == pytest.approx(0.158, abs=0.03)
    assert told.evidence[0].scenes[0].id.startswith("ottawa_1")
    assert "put in order" in told.answer


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["A", "C"])
def test_yellow_river_share_is_near_the_truth(desk, letter):
    for number in (1, 2):
        desk.take(f"change_sar_hetero/yellow_{letter}_{number}.bmp", sensor="SAR")
    truth = np.asarray(Image.open(desk.data / f"change_sar_hetero/yellow_{letter}_gt.bmp")) > 127
    told = desk.ask("How much of the scene changed?")
    assert value(told) == pytest.approx(truth[..., 0].mean() if truth.ndim > 2 else truth.mean(), abs=0.05)  # fmt: skip


@pytest.mark.slow
def test_levir_says_nothing_wrong_and_settles_half(desk):
    settled = 0
    for name in LEVIR:
        told = desk.ask(
            "Has anything been built or removed?", scenes=pair(desk, name), session=name
        )
        assert value(told) in (None, name != NOTHING), f"{name}: {told.answer}"
        settled += value(told) is not None
    assert settled >= 3


def test_levir_sizes_that_differ_are_refused_with_words(desk):
    told = desk.ask("What changed?", scenes=pair(desk, "test_113_0256"))
    assert told.status in ("abstained", "needs_input")
    assert no_amount(told)
    assert "383" in told.answer
    assert "frame" in told.answer


def test_an_order_nobody_knows_is_said(desk):
    told = desk.ask("What changed?", scenes=pair(desk, "test_2_0000_0000"))
    assert "earlier is not known" in told.answer


# -- pairs of the same --------------------------------------------------------------------------


def test_the_same_file_twice_has_not_changed_at_all(desk):
    scene = desk.take("change_levir/A/val_27_0000_0256.png").id
    told = desk.ask("What share of the scene changed?", scenes=[scene, scene])
    assert value(told) == 0
    same = desk.ask("Are these two identical?", scenes=[scene, scene], session="b")
    assert value(same) is True
    assert "same values" in same.answer


def test_equal_pixels_in_unequal_files_have_not_changed_at_all(desk, tmp_path):
    picture = Image.open(desk.data / "change_levir/A/val_27_0000_0256.png").convert("RGB")
    for name, level in (("first", 9), ("second", 1)):
        picture.save(tmp_path / f"{name}.png", compress_level=level)
    scenes = [desk.take(tmp_path / f"{name}.png").id for name in ("first", "second")]
    told = desk.ask("What share of the scene changed?", scenes=scenes)
    assert value(told) == 0
    assert value(desk.ask("Did anything change?", scenes=scenes, session="b")) is False


@pytest.mark.slow
def test_one_image_cropped_a_pixel_apart_has_hardly_changed(desk, tmp_path):
    whole = np.asarray(Image.open(desk.data / "count_vehicles/MOS74.png").convert("RGB"))
    for name, at in (("one", 100), ("two", 101)):
        Image.fromarray(whole[100:400, at : at + 400]).save(tmp_path / f"{name}.png")
    scenes = [desk.take(tmp_path / f"{name}.png").id for name in ("one", "two")]
    told = desk.ask("What share of the scene changed?", scenes=scenes)
    assert value(told) is None or value(told) <= 0.01


# -- a town before and after a tornado ----------------------------------------------------------


@pytest.fixture(params=["tiles", "aligned"])
def joplin(request, desk):
    before, after = {
        "tiles": ("pre/tile_337-10160.tif", "post/tile_31500-6161.tif"),
        "aligned": ("aligned/0_pre.tif", "aligned/0_post.tif"),
    }[request.param]
    desk.take(f"disaster_joplin/{before}", date="2010")
    desk.take(f"disaster_joplin/{after}", date="2011-05")
    return desk


@pytest.mark.slow
def test_joplin_says_widespread_loss_without_an_amount(joplin):
    told = joplin.ask("What changed?")
    assert value(told) in ("changed", None)
    assert "edges" in told.answer or "cannot" in told.answer.lower()
    assert no_amount(told)
    lost = joplin.ask("Was anything destroyed?", session="b")
    assert value(lost) in (True, None)
    much = joplin.ask("How much of the scene changed?", session="c")
    assert value(much) is None
    assert much.status in ("partial", "abstained")
    assert "cannot" in much.answer.lower()


@pytest.mark.slow
def test_joplin_grades_most_in_the_south(joplin):
    most = joplin.ask("Where did it change the most?")
    least = joplin.ask("Where did it change the least?", session="b")
    assert value(most) in ("south", "south-east", None), most.answer
    assert value(least) in ("north-west", "north", "west", None), least.answer
    assert "candidate" in most.answer
