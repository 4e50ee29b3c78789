"""The conformance suite: every registered tool, every case it does not declare itself exempt from.

A case passes when the tool refuses in words or is right; it never answers with a zero for
something it could not see.
"""

from __future__ import annotations

import json
from typing import get_args

import numpy as np
import pytest
from rasterio.transform import from_origin

from store.errors import StoreError
from store.features.reader import open_features
from store.features.sets import FeatureSet
from store.geo import EARTH, Region
from store.home import Home
from store.ingest.vectors import DeclaredLayer, ingest_layer
from tests.pictures import ground, take, write
from tools.all_tools import registry
from tools.contract import Bench, Finding, Method, Quantity, ToolRefusal
from tools.registry import ConformanceCase

TOOLS = {spec.name: spec for spec in registry()}
CASES = get_args(ConformanceCase)
BOXES = [Region.lonlat(15 + i / 100, 45, 15.005 + i / 100, 45.01).area for i in range(3)]
FAR = Region.lonlat(-120, -40, -119, -39)


class Room:
    """A home with scenes, a map and sets of both frames."""

    def __init__(self, folder):
        self.home = Home(folder / "home")
        self.folder = folder
        scenes = {
            "placed": write(folder / "placed.tif", ground()),
            "later": write(folder / "later.tif", ground(seed=2)),
            "loose": write(folder / "loose.png", ground(seed=3)),
            "twin": write(folder / "twin.png", ground(seed=4)),
            "blank": write(folder / "blank.tif", np.zeros((3, 64, 64), np.uint8), nodata=0),
            "dot": write(folder / "dot.tif", np.full((3, 1, 1), 77, np.uint8)),
            "dot2": write(folder / "dot2.tif", np.full((3, 1, 1), 99, np.uint8)),
        }
        self.scenes = {name: take(self.home, path) for name, path in scenes.items()}
        coarse = write(folder / "coarse.tif", ground(seed=6), transform=_metres(30))
        self.scenes["coarse"] = take(self.home, coarse)
        mixed = ground(bands=4, seed=7)
        mixed[3, :100], mixed[3, 100:] = 230, mixed[0, 100:]
        bands = write(folder / "bands.tif", mixed, photometric="MINISBLACK")
        self.scenes["bands"] = take(self.home, bands, bands=["R", "G", "B", "NIR"])
        self.map = self._map()
        self.earth = FeatureSet.of(EARTH, BOXES, osm_type=["way"] * 3, osm_id=[1, 2, 3])
        self.pixels = FeatureSet.of(
            self.scenes["loose"].frame, [Region.pixels("px:a", 0, 0, 9, 9).area]
        )

    def _map(self):
        path = self.folder / "map.geojson"
        features = [
            {"type": "Feature", "properties": {"building": "yes", "@id": i, "@type": "way"},
             "geometry": json.loads(json.dumps(box.__geo_interface__))}
            for i, box in enumerate(BOXES, start=1)
        ]  # fmt: skip
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        layer = ingest_layer(self.home, path, DeclaredLayer(kind="osm"))
        return self.home.catalog.add_layer(layer)

    def asked(self, features):
        """A set of candidates of which the first is asked about."""
        ask = [True] + [False] * (len(features) - 1)
        return features.with_columns(score=[1.0] * len(features), ask=ask)

    def bench(self, **limits):
        return Bench(
            catalog=self.home.catalog,
            open_scene=self.home.open_scene,
            layer_features=lambda layer: open_features(self.home.artifacts, layer),
            scratch=self.folder,
            **limits,
        )


def _box(scene, side=16):
    """A box in the pixels of a scene."""
    return Region.pixels(f"px:{scene.id}", 0, 0, side, side)


def _metres(size):
    return from_origin(500_000, 5_000_000, size, size)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Room(tmp_path_factory.mktemp("room"))
    yield room
    room.home.close()


def _ordinary(room, name):
    """Arguments with which a tool works."""
    s = room.scenes
    count = Quantity(name="count", value=4, unit="count", interval="exact")
    return {
        "find_scenes": {},
        "describe_scene": {"scene": s["placed"]},
        "lookup_osm": {"of": "buildings"},
        "relate": {
            "left": room.earth,
            "right": room.earth,
            "relation": "within_distance",
            "distance_m": 2000.0,
        },
        "measure": {"features": room.earth, "of": "area"},
        "select": {"features": room.earth, "of": "area", "op": "gt", "value": 1.0},
        "calculate": {"expression": "a / b", "names": ["a", "b"], "values": [count, count]},
        "detect_change": {"before": s["placed"], "after": s["later"]},
        "inspect": {"scene": s["placed"]},
        "spectral_index": {"scene": s["bands"], "index": "ndvi", "above": 0.1},
        "map_land_cover": {"scene": s["bands"]},
        "count_objects": {"scene": s["placed"], "target": "roof", "examples": [_box(s["placed"])]},
        "record_answers": {"of": room.asked(room.earth), "rows": [1], "verdicts": ["no"], "by": "person:A"},
        "review_objects": {"objects": room.earth, "accept": [1], "by": "person:A"},
    }[name]  # fmt: skip


def _arguments(room, name, case):
    """Arguments that put a tool into a case, or None when the table has none yet."""
    s = room.scenes
    table = {
        ("nodata_window", "describe_scene"): {"scene": s["blank"]},
        ("nodata_window", "detect_change"): {"before": s["blank"], "after": s["placed"]},
        ("pixel_frame", "find_scenes"): {"region": Region.pixels(s["loose"].frame, 0, 0, 9, 9)},
        ("pixel_frame", "describe_scene"): {"scene": s["loose"]},
        ("pixel_frame", "lookup_osm"): {"of": "buildings", "region": s["loose"].footprint},
        ("pixel_frame", "relate"): {"left": room.pixels, "right": room.pixels, "relation": "intersects"},
        ("pixel_frame", "measure"): {"features": room.pixels, "of": "area"},
        ("pixel_frame", "select"): {"features": room.pixels, "of": "area", "op": "gt", "value": 1.0},
        ("pixel_frame", "detect_change"): {"before": s["loose"], "after": s["twin"]},
        ("missing_date", "find_scenes"): {"period": "2020"},
        ("missing_date", "describe_scene"): {"scene": s["placed"]},
        ("missing_date", "detect_change"): {"before": s["placed"], "after": s["later"]},
        ("too_coarse", "detect_change"): {"before": s["placed"], "after": s["coarse"]},
        ("empty_region", "find_scenes"): {"region": FAR},
        ("empty_region", "lookup_osm"): {"of": "buildings", "region": FAR},
        ("empty_region", "detect_change"): {"before": s["placed"], "after": s["later"], "region": FAR},
        ("two_frames", "lookup_osm"): {"of": "buildings", "region": s["loose"].footprint},
        ("two_frames", "relate"): {"left": room.earth, "right": room.pixels, "relation": "intersects"},
        ("two_frames", "measure"): {"features": room.earth, "of": "distance", "to": room.pixels},
        ("two_frames", "detect_change"): {"before": s["placed"], "after": s["loose"]},
        ("one_pixel", "describe_scene"): {"scene": s["dot"]},
        ("one_pixel", "detect_change"): {"before": s["dot"], "after": s["dot2"]},
        ("nodata_window", "inspect"): {"scene": s["blank"]},
        ("nodata_window", "spectral_index"): {"scene": s["blank"], "index": "exg", "above": 0.1},
        ("nodata_window", "map_land_cover"): {"scene": s["blank"]},
        ("pixel_frame", "inspect"): {"scene": s["loose"]},
        ("pixel_frame", "spectral_index"): {"scene": s["loose"], "index": "exg", "above": 0.1},
        ("pixel_frame", "map_land_cover"): {"scene": s["loose"]},
        ("missing_date", "inspect"): {"scene": s["placed"]},
        ("missing_date", "spectral_index"): {"scene": s["bands"], "index": "ndvi"},
        ("missing_date", "map_land_cover"): {"scene": s["bands"]},
        ("empty_region", "inspect"): {"scene": s["placed"], "region": FAR},
        ("empty_region", "spectral_index"): {"scene": s["bands"], "index": "ndvi", "region": FAR},
        ("empty_region", "map_land_cover"): {"scene": s["bands"], "region": FAR},
        ("two_frames", "inspect"): {"scene": s["placed"], "region": s["loose"].footprint},
        ("two_frames", "spectral_index"): {"scene": s["bands"], "index": "ndvi", "region": s["loose"].footprint},
        ("two_frames", "map_land_cover"): {"scene": s["bands"], "region": s["loose"].footprint},
        ("one_pixel", "inspect"): {"scene": s["dot"]},
        ("one_pixel", "spectral_index"): {"scene": s["dot"], "index": "exg"},
        ("one_pixel", "map_land_cover"): {"scene": s["dot"]},
        ("nodata_window", "count_objects"): {"scene": s["blank"], "target": "roof", "examples": [_box(s["blank"])]},
        ("pixel_frame", "count_objects"): {"scene": s["loose"], "target": "roof", "examples": [_box(s["loose"])]},
        ("pixel_frame", "record_answers"): {"of": room.asked(room.pixels), "rows": [1], "verdicts": ["no"], "by": "person:A"},
        ("pixel_frame", "review_objects"): {"objects": room.pixels, "reject": [1], "by": "person:A"},
        ("missing_date", "count_objects"): {"scene": s["placed"], "target": "roof", "examples": [_box(s["placed"])]},
        ("too_coarse", "count_objects"): {"scene": s["coarse"], "target": "cars", "examples": [_box(s["coarse"])]},
        ("empty_region", "count_objects"): {"scene": s["placed"], "target": "roof", "examples": [_box(s["placed"])], "region": FAR},
        ("two_frames", "count_objects"): {"scene": s["placed"], "target": "roof", "examples": [_box(s["placed"])], "region": s["loose"].footprint},
        ("two_frames", "review_objects"): {"objects": room.earth, "add": [s["loose"].footprint], "by": "person:A"},
        ("one_pixel", "count_objects"): {"scene": s["dot"], "target": "roof", "examples": [_box(s["dot"], 1)]},
    }  # fmt: skip
    return table.get((case, name))


def _outcome(spec, bench, arguments):
    try:
        return spec.function(bench, **arguments)
    except (ToolRefusal, StoreError) as refusal:
        return refusal


def _claims_nothing_unseen(found: Finding):
    """No count, share or area of zero unless all of the area was looked at."""
    looked = (
        0.0
        if found.coverage is None
        else max((look.share for look in found.coverage.looked), default=0.0)
    )
    zeros = [
        q.name
        for q in found.quantities
        if q.number == 0
        and q.name in ("count", "share", "changed_share", "area_inside", "changed_area")
    ]
    assert not zeros or looked >= 0.99, f"{zeros} are zero, but only {looked:.1%} was looked at"


@pytest.mark.parametrize("case", [c for c in CASES if c not in ("cancelled", "wrong_reference")])
@pytest.mark.parametrize("name", TOOLS)
def test_case(room, name, case):
    spec = TOOLS[name]
    arguments = _arguments(room, name, case)
    if case in spec.exempt:
        assert spec.exempt[case].strip(), f"{name} is exempt from {case} without a reason"
        return
    assert arguments is not None, (
        f"{name} declares no exemption from {case}, and no case is written"
    )
    outcome = _outcome(spec, room.bench(), arguments)
    if not isinstance(outcome, Finding):
        assert len(str(outcome)) > 20, "a refusal says what was wrong and what would do"
    else:
        _CHECKS[case](outcome)
        if case not in ("missing_date", "pixel_frame") and name != "find_scenes":
            _claims_nothing_unseen(outcome)


def _check_nodata(found):
    shares = [q.value for q in found.quantities if q.name in ("valid_share", "compared_share")]
    assert shares == [0.0]
    assert found.coverage.valid == 0


def _check_pixels(found):
    metres = [q.name for q in found.quantities if q.unit in ("m", "m2", "1/m2", "m/px")]
    assert not metres, f"{metres} in metres, though nothing says how large a pixel is"


def _check_undated(found):
    told = {c.code for c in found.caveats} | {q.name for q in found.quantities}
    undated = ("order_unknown", "count_without_date", "date_unknown", "unknown_date", "unknown")
    assert any(word in code for code in told for word in undated), told


def _check_never(found):
    raise AssertionError(f"two frames were combined: {found.quantities}")


def _check_anything(_found):
    pass


_CHECKS = {
    "nodata_window": _check_nodata,
    "pixel_frame": _check_pixels,
    "missing_date": _check_undated,
    "too_coarse": _check_never,
    "empty_region": _check_anything,
    "two_frames": _check_never,
    "one_pixel": _check_anything,
}


@pytest.mark.parametrize("name", TOOLS)
def test_a_cancelled_call_concludes_nothing(room, name):
    spec = TOOLS[name]
    if "cancelled" in spec.exempt:
        assert spec.exempt["cancelled"].strip()
        return
    with pytest.raises(StoreError):
        spec.function(room.bench(cancel=lambda: True), **_ordinary(room, name))


@pytest.mark.parametrize("name", TOOLS)
def test_an_ordinary_call_gives_a_whole_finding(room, name):
    found = TOOLS[name].function(room.bench(), **_ordinary(room, name))
    assert found.quantities
    assert found.method.version == TOOLS[name].version
    names = [q.name for q in found.quantities]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_tells_a_planner_what_it_needs(name):
    schema = TOOLS[name].schema()
    assert len(schema["description"]) > 80
    assert schema["parameters"]["additionalProperties"] is False
    text = json.dumps(schema["parameters"])
    for parameter in TOOLS[name].parameters.values():
        if parameter.kind != "plain":
            assert "pattern" in text, (
                f"{parameter.name} takes a reference, and its pattern is not told"
            )


def test_an_all_equal_pair_is_the_only_zero_of_change(room):
    same = TOOLS["detect_change"].function(
        room.bench(), before=room.scenes["placed"], after=room.scenes["placed"]
    )
    assert same.value("changed_share") == 0


def test_the_check_against_unseen_zeros_can_fail():
    nothing = [Quantity(name="count", value=0, unit="count")]
    found = Finding(quantities=nothing, method=Method(name="careless", version="1"))
    with pytest.raises(AssertionError, match="looked at"):
        _claims_nothing_unseen(found)
