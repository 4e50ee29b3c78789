"""Outlines lie where their objects are, in bounded number, with clean words."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from store.errors import FramesDiffer
from store.features.sets import FeatureSet
from store.geo import EARTH
from store.raster import Place
from tests.store.rasters import UTM, textured
from tests.ui.viewer.stage import scene
from ui.viewer.vectors import MOST_POINTS, geojson, in_pixels, outlines


@pytest.fixture
def on_earth(home, tmp_path):
    return scene(home, tmp_path / "a.tif", textured(200, 300), **UTM)


def squares(count, side=8.0):
    """Return squares along the diagonal of a picture."""
    return [shapely.box(10 * i, 5 * i, 10 * i + side, 5 * i + side) for i in range(count)]


def test_places_on_the_ground_come_back_to_their_pixels(on_earth):
    held = squares(20)
    ground = FeatureSet.of(EARTH, [Place.of(on_earth).on_earth(s) for s in held])
    found = outlines(on_earth, ground)
    assert found.rows.tolist() == list(range(1, 21))
    for true, back in zip(held, found.geometry, strict=True):
        assert true.symmetric_difference(back).area < 0.01 * true.area


def test_what_is_not_on_the_scene_is_counted_and_not_drawn(on_earth):
    near = Place.of(on_earth).on_earth(shapely.box(-20, -20, -10, -10))
    here = Place.of(on_earth).on_earth(shapely.box(5, 5, 9, 9))
    far = shapely.box(-120, -60, -119, -59)
    found = outlines(on_earth, FeatureSet.of(EARTH, [far, None, near, here, shapely.Point()]))
    assert (found.held, found.elsewhere, found.left_out) == (5, 4, 0)
    assert found.rows.tolist() == [4]


def test_an_object_cut_by_the_edge_is_drawn_whole(on_earth):
    cut = shapely.box(290, 190, 310, 210)
    found = outlines(on_earth, FeatureSet.of(EARTH, [Place.of(on_earth).on_earth(cut)]))
    assert found.geometry[0].area == pytest.approx(400, rel=1e-3)


def test_pixel_sets_need_the_scene_s_own_frame(home, tmp_path, on_earth):
    pixels = scene(home, tmp_path / "p.tif", textured(100, 100))
    array = FeatureSet.of(pixels.frame, squares(3)).geometry
    assert all(
        a.equals(b) for a, b in zip(in_pixels(pixels, pixels.frame, array), array, strict=True)
    )
    assert in_pixels(pixels, f"px:{pixels.alias}", array)[0].equals(array[0])
    with pytest.raises(FramesDiffer, match="no position there"):
        in_pixels(pixels, EARTH, array)
    with pytest.raises(FramesDiffer, match="these lie in px:other"):
        in_pixels(pixels, "px:other", array)
    assert in_pixels(on_earth, f"px:{on_earth.id}", array)[0].equals(array[0])


def test_too_many_are_cut_to_those_of_the_highest_score_and_it_is_said(home, tmp_path):
    pixels = scene(home, tmp_path / "p.tif", textured(100, 100))
    features = FeatureSet.of(
        pixels.frame, squares(9), score=[0.1, 0.9, None, 0.5, 0.2, float("nan"), 0.8, 0.3, 0.4]
    )
    told = json.loads(geojson(pixels, features, "E1", most=3))
    assert [f["properties"]["row"] for f in told["features"]] == [2, 4, 7]
    assert told["about"] == {
        "held": 9, "shown": 3, "elsewhere": 0, "left_out": 6, "simplified_px": 0.0,
        "evidence": "E1", "scene": pixels.id,
    }  # fmt: skip


def test_outlines_of_too_many_corners_are_thinned_and_it_is_said(home, tmp_path):
    pixels = scene(home, tmp_path / "p.tif", textured(100, 100))
    angle = np.linspace(0, 2 * np.pi, MOST_POINTS + 10)
    ring = shapely.Polygon(np.column_stack([50 + 30 * np.cos(angle), 50 + 30 * np.sin(angle)]))
    told = json.loads(geojson(pixels, FeatureSet.of(pixels.frame, [ring]), "E1"))
    assert told["about"]["simplified_px"] == 0.5
    shown = shapely.geometry.shape(told["features"][0]["geometry"])
    assert shown.hausdorff_distance(ring) <= 0.51
    assert shapely.get_num_coordinates(shown) < 1000


def test_words_are_clean_and_numbers_are_json(home, tmp_path):
    pixels = scene(home, tmp_path / "p.tif", textured(100, 100))
    evil = "<img src=x onerror=alert(1)>\u202e\x00" + "x" * 500
    features = FeatureSet.of(
        pixels.frame, squares(2), name=[evil, None], tags=['{"building":"yes","name":"a\\u202eb"}', "no json"],
        area_m2=[12.3456789012, float("inf")], osm_id=[614897908.0, float("nan")], ask=[True, None], cut=[False, True],
    )  # fmt: skip
    first, second = (
        f["properties"] for f in json.loads(geojson(pixels, features, "E7"))["features"]
    )
    assert len(first["label"]) <= 80
    assert "\u202e" not in first["label"]
    assert "\x00" not in first["label"]
    assert first["reference"] == "E7#1"
    assert first["ask"] is True
    assert first["facts"] == {
        "building": "yes",
        "name": "ab",
        "area_m2": 12.3456789,
        "osm_id": 614897908,
    }
    assert second["facts"] == {"cut": True}
    assert second["label"] is None


def test_an_empty_set_is_an_empty_collection(home, tmp_path):
    pixels = scene(home, tmp_path / "p.tif", textured(100, 100))
    told = json.loads(geojson(pixels, FeatureSet.of(pixels.frame, []), "E1"))
    assert told["features"] == []
    assert told["about"]["held"] == 0
