"""What an operator holds is changed by no upload, and by no process that reads one."""

from __future__ import annotations

import json

import pytest

from store.errors import BadDeclaration, InputChanged
from store.geo import Region
from store.home import Home
from store.ingest import Declared, untrusted
from store.ingest.entry import Taken, ingest
from store.ingest.untrusted import take_in
from store.ingest.vectors import is_ours
from tests.store.ingest.intake import do_here, geojson, work_here
from tests.store.rasters import textured, write


@pytest.fixture(autouse=True)
def here(monkeypatch):
    work_here(monkeypatch)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


def picture(path, seed=0):
    return write(path, textured(20, 30, seed=seed), driver="PNG")


def said_by_the_process(monkeypatch, **lies):
    """Let the process that reads a vector file say something else than it found."""

    def lying(job, given, limits, progress):
        message = do_here(job, given, limits, progress)
        layer = message.layer.model_copy(update=lies)
        return message.model_copy(update={"layer": layer})

    monkeypatch.setattr(untrusted, "_do", lying)


@pytest.mark.parametrize(
    ("said", "told"),
    [({"gsd_m": 50}, "gsd 50"), ({"date": "1999-01-01"}, "date 1999"), ({"sensor": "SAR"}, "SAR"),
     ({"bands": ["nir", "red", "green"]}, "bands nir"), ({"frame": "mine"}, "frame mine")],
)  # fmt: skip
def test_an_upload_says_nothing_else_of_a_scene_that_an_operator_holds(home, tmp_path, said, told):
    theirs = ingest(home, picture(tmp_path / "port.png"), Taken(scene=Declared(gsd_m=0.5, date="2020-01-01")))  # fmt: skip
    copy = picture(tmp_path / "u.png")
    with pytest.raises(BadDeclaration, match=told):
        take_in(home, copy, "whatever.png", Taken(scene=Declared(**said)))
    assert home.catalog.revisions(theirs.id) == [theirs]


def test_an_upload_of_what_an_operator_holds_is_that_scene(home, tmp_path):
    declared = Declared(gsd_m=0.5, date="2020-01-01")
    theirs = ingest(home, picture(tmp_path / "port.png"), Taken(scene=declared))
    copy = picture(tmp_path / "u.png")
    for said in (Declared(), declared, Declared(bands=["R", "G", "B"])):
        assert take_in(home, copy, "u.png", Taken(scene=said)) == theirs
    (tmp_path / "port.png").unlink()
    with pytest.raises(InputChanged, match="no longer where it was"):
        take_in(home, copy, "u.png")
    assert home.catalog.revisions(theirs.id) == [theirs]


def test_what_an_operator_ingests_while_the_same_is_uploaded_stays_theirs(
    home, tmp_path, monkeypatch
):
    path = picture(tmp_path / "port.png")

    def meanwhile(job, given, limits, progress):
        ingest(home, path, Taken(scene=Declared(gsd_m=0.5)))
        return do_here(job, given, limits, progress)

    monkeypatch.setattr(untrusted, "_do", meanwhile)
    assert take_in(home, picture(tmp_path / "u.png"), "port.png").trust == "operator"
    assert [(s.revision, s.trust) for s in home.catalog.scenes()] == [(1, "operator")]


def test_an_upload_says_nothing_else_of_a_layer_that_an_operator_holds(home, tmp_path):
    theirs = ingest(home, geojson(tmp_path / "town.geojson"), Taken(tags={"source": "town hall"}))
    copy = geojson(tmp_path / "u.geojson")
    for how, told in (
        (Taken(tags={"source": "me"}), "tag source=me"),
        (Taken(kind="osm"), "kind osm"),
        (Taken(scene=Declared(date="1999-01-01")), "date 1999"),
    ):
        with pytest.raises(BadDeclaration, match=told):
            take_in(home, copy, "u.geojson", how)
    for same in (Taken(), Taken(kind="vector"), Taken(tags={"source": "town hall"})):
        assert take_in(home, copy, "u.geojson", same) == theirs
    assert home.catalog.layers() == [theirs]


def test_identity_number_and_extent_are_ours_whatever_the_process_says(home, tmp_path, monkeypatch):
    theirs = ingest(home, geojson(tmp_path / "town.geojson", 7), Taken())
    said_by_the_process(
        monkeypatch, id=theirs.id, alias=theirs.alias, digest=theirs.digest, revision=99,
        complete=True, count=0, extent=Region.lonlat(-170, -80, 170, 80), kind="osm",
        declared={"building": "no"}, caveats=[],
    )  # fmt: skip
    got = take_in(home, geojson(tmp_path / "evil.geojson", 2), "evil.geojson")
    assert got.id == f"evil-{got.digest[:6]}"
    assert (got.alias, got.revision, got.count, got.complete) == ("evil", 1, 2, False)
    assert (got.kind, got.declared, is_ours(got)) == ("vector", {}, True)
    assert got.digest not in ("", theirs.digest)
    west, south, east, north = got.extent.bounds
    assert 9.999 < west < 10 < 10.0001 < east < 10.001
    assert 49.999 < south < 50 < north < 50.001
    assert "layer_extent_assumed" in {caveat.code for caveat in got.caveats}
    assert home.catalog.layer(theirs.id) == theirs


def test_bytes_that_would_have_the_id_of_others_are_refused(home, tmp_path, monkeypatch):
    """Six hex digits of a digest are soon met by trying."""
    scene = ingest(home, picture(tmp_path / "port.png"), Taken())
    layer = ingest(home, geojson(tmp_path / "town.geojson"), Taken())
    monkeypatch.setattr(untrusted, "digest_of", lambda *_: scene.digest[:6] + "0" * 58)
    with pytest.raises(BadDeclaration, match="rename it"):
        take_in(home, picture(tmp_path / "u.png", seed=5), "port.png")
    monkeypatch.setattr(untrusted, "digest_of", lambda *_: layer.digest[:6] + "0" * 58)
    with pytest.raises(BadDeclaration, match="rename it"):
        take_in(home, geojson(tmp_path / "u.geojson", 9), "town.geojson")
    assert (home.catalog.scenes(), home.catalog.layers()) == ([scene], [layer])


def test_a_layer_without_places_has_no_extent(home, tmp_path):
    path = tmp_path / "a.geojson"
    feature = {"type": "Feature", "properties": {"building": "yes"}, "geometry": None}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    layer = take_in(home, path, "a.geojson")
    assert (layer.count, layer.extent, layer.complete) == (1, None, False)


def test_an_operator_takes_over_nothing_that_was_said_of_an_upload(home, tmp_path):
    take_in(
        home, picture(tmp_path / "u.png"), "u.png", Taken(scene=Declared(gsd_m=50, date="1999"))
    )
    theirs = ingest(home, picture(tmp_path / "port.png"), Taken(scene=Declared()))
    assert (theirs.trust, theirs.gsd_m, theirs.period) == ("operator", None, None)


def test_nor_what_was_said_of_an_uploaded_layer(home, tmp_path):
    path = geojson(tmp_path / "u.geojson")
    take_in(home, path, "u.geojson", Taken(kind="osm", tags={"building": "yes"}))
    theirs = ingest(home, path, Taken(kind="osm"))
    assert theirs.declared == {}
