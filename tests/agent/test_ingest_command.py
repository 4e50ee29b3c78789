"""`elenchus ingest` and `elenchus scenes` as a person or a script calls them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from agent.cli.app import app
from tests.store.rasters import textured, write


@pytest.fixture
def run(tmp_path):
    def call(*words):
        return CliRunner().invoke(app, [str(word) for word in words])

    return call


def test_takes_several_files_and_says_what_is_unknown(run, tmp_path):
    for i in range(3):
        write(tmp_path / f"tile{i}.png", textured(9, 9, seed=i), driver="PNG")
    result = run("ingest", tmp_path / "tile*.png", "--gsd", "0.5", "--date", "2010")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 3
    assert "0.5 m per pixel (declared), 2010, unknown: position" in lines[0]
    assert "note:" in result.stderr
    listed = run("scenes", "--json")
    assert len(json.loads(listed.stdout)["scenes"]) == 3
    assert "tile1-" in run("scenes").stdout


def test_a_refused_file_is_told_and_the_others_are_taken(run, tmp_path):
    good = write(tmp_path / "good.png", textured(9, 9), driver="PNG")
    (tmp_path / "bad.tif").write_text("<VRTDataset/>")
    result = run("ingest", tmp_path / "bad.tif", tmp_path, good, tmp_path / "none.png")
    assert result.exit_code == 2
    assert "holds none of the formats" in result.stderr
    assert "is a folder" in result.stderr
    assert "No such file" in result.stderr
    assert result.stdout.startswith("good-")


def test_json_holds_what_was_taken_and_what_was_refused(run, tmp_path):
    good = write(tmp_path / "good.png", textured(9, 9), driver="PNG")
    result = run("ingest", good, tmp_path / "none.png", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 2
    assert [scene["alias"] for scene in told["scenes"]] == ["good"]
    assert told["refused"][0]["code"] == "cannot_open"


def test_vector_files_are_layers_with_their_tags(run, tmp_path):
    square = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0.001], [0, 0]]],
    }
    features = [{"type": "Feature", "properties": {}, "geometry": square}]
    path = tmp_path / "houses.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    result = run("ingest", path, "--as", "osm", "--tag", "building=yes", "--json")
    layer = json.loads(result.stdout)["layers"][0]
    assert (layer["alias"], layer["kind"], layer["count"]) == ("houses", "osm", 1)
    assert "houses-" in run("scenes").stdout
    assert run("ingest", path, "--gsd", "1").exit_code == 2


@pytest.mark.parametrize("words", [["--tag", "building"], ["--as", "raster"]])
def test_wrong_words_are_bad_usage(run, tmp_path, words):
    good = write(tmp_path / "good.png", textured(9, 9), driver="PNG")
    assert run("ingest", good, *words).exit_code == 2


def test_an_empty_store_says_how_to_fill_it(run):
    assert "elenchus ingest" in run("scenes").stdout
