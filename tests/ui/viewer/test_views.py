"""What is shown for a scene, a pair and a citation."""

from __future__ import annotations

import pytest
import rasterio
from pydantic import ValidationError

from agent.ledger import SessionLedger
from store.errors import UnknownId
from store.features.sets import FeatureSet
from store.geo import EARTH
from store.raster import Place
from tests.store.rasters import UTM, textured
from tests.ui.viewer.stage import keep, scene
from tests.ui.viewer.test_vectors import squares
from ui.viewer.spec import Focus, VectorLayer, ViewScene, ViewSpec
from ui.viewer.views import evidence_view, view_of


def ledger(home, session="s"):
    return SessionLedger(home.database, home.artifacts, session)


def test_a_scene_tells_its_date_grid_and_levels(home, tmp_path):
    held = scene(home, tmp_path / "a.tif", textured(300, 600), declared={"date": "2021-06"}, **UTM)
    view = view_of(home.catalog, ["a"])
    (one,) = view.scenes
    assert (one.title, one.width, one.height, one.levels, one.frame) == (
        "2021-06",
        600,
        300,
        3,
        "earth",
    )
    assert one.tiles == f"/viewer/tiles/{held.id}/{{z}}/{{x}}/{{y}}.png?revision=1"
    assert "600 × 300 px" in one.about
    assert one.lattice is not None
    assert view.mode == "single"


def test_a_scene_without_date_or_position_says_neither(home, tmp_path):
    scene(home, tmp_path / "harbour.tif", textured(30, 40))
    (one,) = view_of(home.catalog, ["harbour"]).scenes
    assert (one.title, one.lattice, one.north_deg, one.gsd_x_m) == ("harbour", None, None, None)


def test_a_pair_is_swiped_on_the_pixels_of_the_first_and_says_when_one_is_warped(home, tmp_path):
    moved = {"crs": "EPSG:32633", "transform": rasterio.Affine(2, 0, 500_000, 0, -2, 5_000_000)}
    first = scene(home, tmp_path / "a.tif", textured(300, 600), declared={"date": "2021"}, **UTM)
    second = scene(home, tmp_path / "b.tif", textured(100, 200), declared={"date": "2023"}, **moved)
    same = scene(home, tmp_path / "c.tif", textured(300, 600, seed=3), **UTM)
    view = view_of(home.catalog, [first.key, second.key])
    assert view.mode == "swipe"
    assert [s.title for s in view.scenes] == ["2021", "2023"]
    assert (view.scenes[1].width, view.scenes[1].levels) == (600, 3)
    assert f"on={first.id}&on_revision=1" in view.scenes[1].tiles
    assert view.note == "b is warped onto the pixels of a."
    assert view_of(home.catalog, [first.id, same.id]).note == ""


def test_scenes_of_unlike_frames_are_no_pair(home, tmp_path):
    scene(home, tmp_path / "a.tif", textured(30, 40), **UTM)
    scene(home, tmp_path / "b.tif", textured(30, 40))
    with pytest.raises(UnknownId, match="only one has a position"):
        view_of(home.catalog, ["a", "b"])
    with pytest.raises(UnknownId, match="one scene or two"):
        view_of(home.catalog, [])


def test_a_citation_shows_its_objects_and_its_region_where_it_was_looked_at(home, tmp_path):
    held = scene(home, tmp_path / "a.tif", textured(300, 600), **UTM)
    with home.open_scene(held) as reader:
        region = reader.to_region(reader.whole).part("north-west")
    ground = FeatureSet.of(EARTH, [Place.of(held).on_earth(s) for s in squares(4)], score=[0.4] * 4)
    keep(home, ground, scenes=[held], region=region, gsd_m=2.0)
    view = evidence_view(home.catalog, ledger(home), "E1.count")
    assert [(layer.id, layer.kind, layer.count) for layer in view.layers] == [
        ("E1#region", "region", 1), ("E1#set", "objects", 4),
    ]  # fmt: skip
    assert view.focus.box == pytest.approx((0, 0, 300, 150), abs=0.5)
    assert view.focus.resolution == pytest.approx(2.0, rel=0.01)
    assert view.layers[1].url == f"/viewer/vectors/s/E1.geojson?scene={held.id}&revision=1"


def test_one_object_is_shown_with_its_surroundings(home, tmp_path):
    held = scene(home, tmp_path / "p.tif", textured(300, 600))
    keep(home, FeatureSet.of(held.frame, squares(4, side=30)), scenes=[held], counted=False)
    view = evidence_view(home.catalog, ledger(home), "E1#3")
    assert (view.focus.layer, view.focus.row, view.focus.title) == ("E1#set", 3, "E1#3")
    col0, row0, col1, row1 = view.focus.box
    assert (col0 + col1) / 2 == pytest.approx(35)
    assert (row0 + row1) / 2 == pytest.approx(25)
    assert col1 - col0 > 60
    assert view.layers[0].kind == "candidates"
    with pytest.raises(UnknownId, match="no object 9"):
        evidence_view(home.catalog, ledger(home), "E1#9")


def test_what_follows_from_the_map_is_drawn_as_map_and_found_on_a_scene(home, tmp_path):
    held = scene(home, tmp_path / "a.tif", textured(300, 600), **UTM)
    with home.open_scene(held) as reader:
        region = reader.to_region(reader.whole)
    ground = FeatureSet.of(EARTH, [Place.of(held).on_earth(s) for s in squares(4)])
    keep(home, ground, tool="lookup_osm", region=region)
    keep(home, ground, tool="relate", region=region, parents=["E1"])
    view = evidence_view(home.catalog, ledger(home), "E2")
    assert [s.id for s in view.scenes] == [held.id]
    assert [layer.kind for layer in view.layers] == ["map"]


def test_a_citation_that_leads_nowhere_is_refused_in_words(home, tmp_path):
    ground = FeatureSet.of(EARTH, squares(1))
    keep(home, ground, tool="lookup_osm")
    with pytest.raises(UnknownId, match="no evidence 'E7'"):
        evidence_view(home.catalog, ledger(home), "E7")
    with pytest.raises(UnknownId, match="no evidence '<b>'"):
        evidence_view(home.catalog, ledger(home), "<b>")
    with pytest.raises(UnknownId, match="no scene that is held"):
        evidence_view(home.catalog, ledger(home), "E1")


def view_scene():
    return ViewScene(
        id="a", revision=1, title="a", frame="px:a", width=9, height=9, tiles="t", levels=1
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"scenes": [], "focus": Focus(box=(0, 0, 1, 1))},
        {"scenes": [view_scene()], "mode": "swipe"},
        {"scenes": [view_scene()] * 3},
        {
            "scenes": [view_scene()],
            "layers": [VectorLayer(id="x", title="x", kind="map", url="u")] * 2,
        },
    ],
)
def test_a_view_that_cannot_be_shown_cannot_be_made(wrong):
    with pytest.raises(ValidationError):
        ViewSpec(**wrong)


def test_a_layer_has_outlines_from_one_source():
    with pytest.raises(ValidationError):
        VectorLayer(id="x", title="x", kind="map")
    with pytest.raises(ValidationError):
        VectorLayer(id="x", title="x", kind="map", url="u", data={})
