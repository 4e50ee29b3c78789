"""Counting by shape as the planner calls it: what is told, what is refused, and both ways beside."""

from __future__ import annotations

import numpy as np
import pytest

from store.geo import Region
from store.home import Home
from tests.pictures import bench as bench_of
from tests.pictures import take, write
from tests.tools import shape_pictures as draw
from tools.contract import ToolRefusal
from tools.count_objects import count_objects
from tools.record_answers import record_answers

SHIPS = [(60, 60, 0.3), (200, 90, 1.2), (330, 200, 2.4), (120, 300, 0.0), (420, 330, 1.8)]


@pytest.fixture
def sea(tmp_path):
    home = Home(tmp_path / "home")

    def opened(places=SHIPS, holes=()):
        data = np.clip(np.rint(draw.sea_with_ships(places)), 1, 254).astype(np.uint8)
        for col, row, side in holes:
            data[:, row : row + side, col : col + side] = 0
        path = tmp_path / f"sea{len(places)}{len(holes)}.tif"
        scene = take(home, write(path, data, crs=None, transform=None, nodata=0), gsd_m=0.5)
        return bench_of(home, tmp_path / "scratch"), scene

    yield opened
    home.close()


def values(found):
    return {q.name: q.value for q in found.quantities}


def test_tells_count_range_and_marks_and_from_what_length(sea):
    bench, scene = sea()
    found = count_objects.function(bench, scene=scene, target="ships")
    count = found.quantities[0]
    assert (count.name, count.value, count.low, count.high) == ("count", 5, 5, 5)
    assert (count.interval, count.level) == ("spread", None)
    assert values(found)["marked"] == len(found.features) == 5
    text = next(c.text for c in found.caveats if c.code == "proposals")
    assert "from 6 m of length upwards" in text
    assert "nobody looked" in text
    assert "same images" in text


def test_counts_in_a_region_only_what_has_its_middle_there(sea):
    bench, scene = sea()
    part = Region.pixels(f"px:{scene.id}", 0, 0, 250, 400)
    found = count_objects.function(bench, scene=scene, target="ships", region=part)
    assert values(found)["count"] == 3


def test_none_is_said_only_where_all_was_seen(sea):
    bench, scene = sea(places=[])
    assert values(count_objects.function(bench, scene=scene, target="ships"))["count"] == 0
    bench, holed = sea(places=[], holes=[(100, 100, 90)])
    with pytest.raises(ToolRefusal) as refused:
        count_objects.function(bench, scene=holed, target="ships")
    assert refused.value.code == "not_all_seen"


def finished(bench, scene, yes):
    """Count by asking, all answers by one rule on the places (column, row) asked about."""
    frame, judged = f"px:{scene.id}", []
    examples = [Region.pixels(frame, c - 13, r - 13, c + 13, r + 13) for c, r, _ in SHIPS[:3]]
    while True:
        found = count_objects.function(
            bench, scene=scene, target="ships", examples=examples, judged=judged
        )
        rows = found.series.get("ask")
        if not rows:
            return found
        places = [found.features.geometry[row - 1].centroid for row in rows]
        said = ["yes" if yes(place.x, place.y) else "no" for place in places]
        judged.append(
            record_answers.function(
                bench, of=found.features, rows=rows, verdicts=said, by="person:Ada"
            ).features
        )


def on_a_ship(col, row):
    return any(np.hypot(col - c, row - r) < 8 for c, r, _ in SHIPS)


@pytest.mark.parametrize(
    ("yes", "code"), [(on_a_ship, "ways_agree"), (lambda col, row: True, "ways_differ")]
)
def test_a_count_by_asking_has_the_count_by_shape_beside_it(sea, yes, code):
    found = finished(*sea(), yes)
    count, beside = (
        next(q for q in found.quantities if q.name == name) for name in ("count", "by_shape")
    )
    assert count.interval == "sampled"
    assert (beside.value, beside.interval) == (5, "spread")
    assert code in {c.code for c in found.caveats}
