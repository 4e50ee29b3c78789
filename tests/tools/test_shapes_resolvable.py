"""Whether things are large enough to be seen, and what is known of each kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from store.home import Home
from tests.pictures import ground, take, write
from tools.concepts import find_concept
from tools.concepts.lexicon import lexicon
from tools.contract import ToolRefusal
from tools.counting.contract import Candidates
from tools.shapes.found import Proposals, Spread
from tools.shapes.kinds import KINDS, kind_of
from tools.shapes.resolvable import (
    Resolution,
    check_resolvable,
    coarsest_gsd_m,
    resolution_of,
)

SEEN = [c for c in lexicon().concepts() if c.size_m is not None]


def thing(word):
    return find_concept(word).concept


def plain(gsd_m):
    return Resolution(gsd_m, gsd_m)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_is_a_concept_with_a_size_and_a_reason(name):
    concept, kind = lexicon().concept(name), KINDS[name]
    assert concept.size_m is not None
    assert 0 < kind.ratio[0] <= kind.ratio[1] <= 1
    assert kind.reason
    assert (kind.way is None) == (kind.trust == "hopeless")


def test_what_nobody_measured_is_hopeless_and_says_so():
    kind = kind_of(thing("billboards"))
    assert kind.trust == "hopeless"
    assert "never measured" in kind.reason


def test_names_a_resolution_that_would_do():
    with pytest.raises(ToolRefusal, match=r"about 0\.2 px wide at 10 m per pixel") as refused:
        check_resolvable(thing("cars"), plain(10.0))
    named = float(refused.value.requirements["gsd_m"].removeprefix("<= "))
    check_resolvable(thing("cars"), plain(named))


@pytest.mark.parametrize("word", ["cars", "ships", "buildings", "trees", "airplanes", "buses"])
def test_common_imagery_of_half_a_metre_shows_common_things(word):
    check_resolvable(thing(word), plain(0.5))


@given(st.sampled_from(SEEN), st.floats(0.02, 50), st.floats(1.01, 10))
def test_what_is_too_coarse_stays_so_when_coarser(concept, gsd_m, coarser):
    try:
        check_resolvable(concept, plain(gsd_m * coarser))
    except ToolRefusal:
        return
    check_resolvable(concept, plain(gsd_m))


@given(st.sampled_from(SEEN))
def test_the_coarsest_resolution_shows_the_small_ones(concept):
    coarsest = coarsest_gsd_m(concept)
    assert coarsest is not None
    check_resolvable(concept, plain(coarsest * 0.99))
    with pytest.raises(ToolRefusal):
        check_resolvable(concept, plain(coarsest * 1.01))


def test_an_enlarged_image_is_judged_by_what_it_shows(tmp_path):
    home = Home(tmp_path / "home")
    fine = ground(300, 300, seed=3, noise=0.3)
    for name, data, softer in (("fine", fine, False), ("soft", smooth(fine), True)):
        scene = take(home, write(tmp_path / f"{name}.png", data), gsd_m=0.5)
        with home.open_scene(scene) as reader:
            assert resolution_of(reader, "cars").is_softer is softer, name


def smooth(data):
    return gaussian_filter(data.astype(float), (0, 3, 3)).astype(np.uint8)


def test_refuses_a_scene_whose_pixels_have_no_size(tmp_path):
    home = Home(tmp_path / "home")
    scene = take(home, write(tmp_path / "plain.png", ground()))
    with home.open_scene(scene) as reader, pytest.raises(ToolRefusal, match="--gsd M") as refused:
        resolution_of(reader, "cars")
    assert refused.value.code == "needs_gsd"


@pytest.mark.parametrize(
    ("spread", "narrow"),
    [
        (Spread(0, 0, 0), True),
        (Spread(0, 0, 1), False),
        (Spread(2, 1, 2), False),
        (Spread(3, 2, 3), True),
        (Spread(20, 17, 24), True),
        (Spread(20, 15, 24), False),
    ],
)
def test_only_what_all_settings_nearly_agree_on_is_stated(spread, narrow):
    assert spread.is_narrow is narrow


def test_weak_proposals_are_never_a_count():
    marks = Candidates.none()
    found = Proposals("boats", (marks, marks), "weak", "they touch", 3.0)
    with pytest.raises(ToolRefusal, match="they touch") as refused:
        found.counted()
    assert refused.value.code == "needs_examples"
