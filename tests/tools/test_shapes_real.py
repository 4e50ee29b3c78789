"""Finding by shape on real images: proposals where they lie, no count where it would be wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from store.home import Home
from tests.pictures import bench as bench_of
from tests.pictures import take
from tools.concepts import find_concept
from tools.contract import ToolRefusal
from tools.shapes.baseline import plain_blobs
from tools.shapes.propose import propose

LABELLED = [
    ("P0706", 0.255589285596, "boats", {"ship"}, 0.5),
    ("P0005", 0.120384949364, "large vehicles", {"large-vehicle"}, 0.85),
    ("P0003", 0.115726939386, "large vehicles", {"large-vehicle"}, 0.5),
]
WITHOUT_OPEN_WATER = [
    ("count_dota/images/P0706.png", 0.2556),
    ("count_dota/images/P0005.png", 0.1204),
    ("count_trees/2019_YELL_2_541000_4977000_image_crop.png", 0.1),
    ("count_trees/SOAP_061.png", 0.1),
    ("count_vehicles/MOS74.png", 0.15),
    ("roads_spacenet/vegas_img0_rgb.tif", None),
    ("buildings_spacenet/atlanta_pan.tif", None),
    ("osm_kampala/kampala_b.tif", None),
    ("disaster_joplin/post/tile_31500-5137.tif", None),
    ("multisensor_rotterdam/ms1.tif", None),
]


@pytest.fixture
def looking(tmp_path):
    home = Home(tmp_path / "home")

    def run(work, path, gsd_m, word):
        scene = take(home, path, gsd_m=gsd_m)
        bench = bench_of(home, tmp_path / "scratch")
        with bench.open_scene(scene) as reader:
            return work(bench, reader, find_concept(word).concept)

    return run


def labels(path, classes):
    """Return centres and sizes of labelled boxes of some classes."""
    lines = [line.split() for line in path.read_text().splitlines()]
    corners = [
        np.array(line[:8], float).reshape(4, 2)
        for line in lines
        if len(line) >= 9 and line[8] in classes
    ]
    sides = [np.hypot(*(c[1] - c[0])) * np.hypot(*(c[2] - c[1])) for c in corners]
    return np.array([c.mean(axis=0) for c in corners]), np.sqrt(sides)


def f1(marks, centres, size):
    """Return F1: a mark is right within half a label's size of its centre, one to one."""
    if not len(marks):
        return 0.0
    away = np.hypot(*(marks.centres[:, None] - centres[None]).transpose(2, 0, 1)) / (0.5 * size)
    away[away > 1] = 9
    rows, cols = linear_sum_assignment(away)
    return 2 * int((away[rows, cols] <= 1).sum()) / (len(marks) + len(centres))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "gsd_m", "word", "classes", "least"), LABELLED)
def test_proposals_lie_on_the_objects_better_than_plain_blobs(
    test_data, looking, name, gsd_m, word, classes, least
):
    folder = test_data / "count_dota"
    centres, size = labels(folder / "labelTxt" / f"{name}.txt", classes)
    image = folder / "images" / f"{name}.png"
    found = looking(propose, image, gsd_m, word)
    plain = looking(plain_blobs, image, gsd_m, word)
    assert f1(found.marks, centres, size) >= least
    assert f1(found.marks, centres, size) > f1(plain, centres, size)
    assert found.trust == "weak"


@pytest.mark.slow
@pytest.mark.parametrize("word", ["ships", "boats", "swimming pools", "storage tanks"])
@pytest.mark.parametrize(("name", "gsd_m"), WITHOUT_OPEN_WATER)
def test_states_no_count_where_it_could_be_wrong(test_data, looking, name, gsd_m, word):
    path = test_data / name
    if not path.is_file():
        pytest.skip(f"{name} is not among the test data")
    with pytest.raises(ToolRefusal) as refused:
        looking(propose, path, gsd_m, word).counted()
    assert refused.value.code in ("needs_examples", "too_coarse")
