"""Features found by tags, place, name and id, against what plain Python finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.errors import NoGeoreference, ReadFailed
from store.features.conditions import TagCondition
from store.features.distances import nearest
from store.features.labels import element_name, label
from store.features.numbers import parse_number
from store.features.parquet import read_set, write_set
from store.features.raw import RawFeature
from store.features.reader import Features, Wanted
from store.features.sets import FeatureSet
from store.features.writer import FeatureWriter
from store.geo import EARTH, Region
from tests.geodesy import distance_m
from tools.concepts.tags import AllOf, TagClause, TagQuery, parse_query

KEYS = ("building", "shop", "name")
VALUES = ("yes", "no", "bakery", "bakery;cafe", "cafe; bar", "bar")


def index(path: Path, features: list[RawFeature]) -> Features:
    writer = FeatureWriter(path / "raw", path / "index")
    for feature in features:
        writer.add(feature)
    writer.finish()
    writer.close()
    return Features(path / "index")


def at(lon: float, lat: float) -> bytes:
    return shapely.to_wkb(shapely.Point(lon, lat))


def clauses() -> st.SearchStrategy[TagClause]:
    some = st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True).map(tuple)
    key = st.sampled_from(KEYS)
    return st.one_of(
        st.builds(TagClause, key=key, values=some, absent=st.sampled_from(["refused", "allowed"])),
        st.builds(
            TagClause, key=key, excluded=some, absent=st.sampled_from(["refused", "allowed"])
        ),
        st.builds(TagClause, key=key),
        st.builds(TagClause, key=key, absent=st.just("required")),
        st.builds(TagClause, key=key, absent=st.just("allowed")),
    )


def queries() -> st.SearchStrategy[TagQuery]:
    group = st.lists(clauses(), min_size=1, max_size=3).map(lambda c: AllOf(all_of=tuple(c)))
    return st.lists(group, min_size=1, max_size=3).map(lambda g: TagQuery(any_of=tuple(g)))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> tuple[Features, dict[int, dict[str, str]]]:
    """Return an index of every combination of three keys, and the tags by id."""
    rng = np.random.default_rng(1)
    held = {}
    for number in range(1, 400):
        tags = {k: str(rng.choice(VALUES)) for k in KEYS if rng.random() < 0.6}
        held[number] = dict(sorted(tags.items()))
    raw = [
        RawFeature("node", n, tags, at(*(rng.random(2) * 10)) if n % 9 else None)
        for n, tags in held.items()
    ]
    return index(tmp_path_factory.mktemp("index"), raw), held


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=queries())
def test_the_index_finds_what_the_query_means(mixed, query):
    features, held = mixed
    expected = {number for number, tags in held.items() if query.matches(tags)}
    assert sorted(features.find(Wanted(query)).columns["osm_id"]) == sorted(expected)
    assert features.count(Wanted(query)) == len(expected)
    assert features.exists(Wanted(query)) == bool(expected)


@settings(max_examples=100, deadline=None)
@given(
    query=st.none() | queries(),
    box=st.tuples(*[st.floats(0, 9.9)] * 2, *[st.floats(0.01, 6)] * 2),
)
def test_a_region_keeps_what_touches_it_by_either_way(mixed, query, box):
    features, _ = mixed
    west, south, width, height = box
    region = Region.lonlat(west, south, west + width, south + height)
    found = features.find(Wanted(query, region=region))
    everything = features.find(Wanted(query))
    expected = {
        number
        for number, shape in zip(everything.columns["osm_id"], everything.geometry, strict=True)
        if shape is not None and region.area.intersects(shape)
    }
    assert sorted(found.columns["osm_id"]) == sorted(expected)


def test_many_features_and_few_take_different_ways_to_the_same_answer(tmp_path):
    rng = np.random.default_rng(2)
    raw = [
        RawFeature(None, n, {"building": "yes", **({"shop": "bar"} if n % 500 == 0 else {})},
                   at(*(rng.random(2) * 10)))
        for n in range(1, 8_001)
    ]  # fmt: skip
    features = index(tmp_path, raw)
    region = Region.lonlat(2, 2, 7, 7)
    for query in ("building=*", "shop=bar", "building=yes and shop=bar"):
        found = features.find(Wanted(parse_query(query), region=region)).columns["osm_id"]
        everything = features.find(Wanted(parse_query(query)))
        inside = shapely.intersects(region.area, everything.geometry)
        assert sorted(found) == sorted(np.array(everything.columns["osm_id"])[inside])


def test_names_are_compared_without_case_accents_and_punctuation(tmp_path):
    features = index(tmp_path, [
        RawFeature("node", 1, {"name": "Café Engel"}, at(0, 0)),
        RawFeature("node", 2, {"name": "Engel", "alt_name": "Cafe engel;The Angel"}, at(0, 0)),
        RawFeature("node", 3, {"name:en": "Angel's café"}, at(0, 0)),
        RawFeature("node", 4, {"operator": "Engel"}, at(0, 0)),
        RawFeature("node", 5, {"name": "100% %"}, at(0, 0)),
    ])  # fmt: skip

    def ids(text: str, *, contains: bool = False) -> list[int]:
        return sorted(features.find(Wanted(named=text, name_contains=contains)).columns["osm_id"])

    assert ids("CAFE ENGEL") == [1, 2]
    assert ids("the angel") == [2]
    assert ids("engel", contains=True) == [1, 2]
    assert ids("angels cafe") == [3]
    assert ids("%", contains=True) == []
    assert ids("100 %") == [5]


def test_a_region_over_the_antimeridian_is_one_region(tmp_path):
    raw = [
        RawFeature("node", n, {"a": "b"}, at(lon, 0)) for n, lon in enumerate((179.5, -179.5, 0), 1)
    ]
    features = index(tmp_path, raw)
    found = features.find(Wanted(region=Region.lonlat(179, -1, -179, 1)))
    assert sorted(found.columns["osm_id"]) == [1, 2]


def test_a_pixel_region_and_a_foreign_file_are_refused(mixed, tmp_path):
    with pytest.raises(NoGeoreference):
        mixed[0].find(Wanted(region=Region.pixels("px:a", 0, 0, 1, 1)))
    (tmp_path / "x").write_bytes(b"no database at all, " * 100)
    with pytest.raises(ReadFailed, match="ingest it again"):
        Features(tmp_path / "x")


# Numbers and conditions of tags


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("5", "building:levels", 5), ("3.5 m", "height", 3.5), ("12'6\"", "maxheight", 3.81),
        ("30 ft", "height", 9.144), ("50 mph", "maxspeed", 80.4672), ("50", "maxspeed", 50),
        ("1,234", "population", 1234), ("-3", "ele", -3), ("about 5", "x", None), ("", "x", None),
        ("signals", "maxspeed", None), ("1e5", "x", None), ("2.5.1", "x", None), ("0.5 km", "x", 500),
    ],
)  # fmt: skip
def test_numbers_in_tags(text, key, value):
    found = parse_number(text, key)
    assert (None if found is None else pytest.approx(found.single)) == value


@pytest.mark.parametrize(
    ("held", "told"),
    [("6", True), ("5", False), ("12;14", True), ("2;14", None), ("3-9", None), ("many", None),
     (None, None)],
)  # fmt: skip
def test_a_condition_is_unknown_where_the_map_does_not_say(held, told):
    condition = TagCondition(key="building:levels", op="gt", value=5)
    assert condition.judge({} if held is None else {"building:levels": held}) is told


def test_conditions_on_words():
    surface = TagCondition(key="surface", op="eq", value="Sand")
    assert [surface.judge({"surface": s}) for s in ("sand", "mud;sand", "mud")] == [
        True,
        True,
        False,
    ]
    assert TagCondition(key="surface", op="absent").judge({}) is True
    assert TagCondition(key="surface", op="exists").judge({}) is False
    assert TagCondition(key="surface", op="ne", value="mud").judge({}) is None
    with pytest.raises(ValueError, match="give a number"):
        TagCondition(key="surface", op="gt", value="sand")


# Sets


def test_a_set_survives_being_kept(tmp_path):
    held = FeatureSet.of(
        EARTH, [shapely.Point(1, 2), None], osm_type=["way", None], osm_id=[2**52 + 1, None],
        name=[None, "x"], cut=[True, None],
    )  # fmt: skip
    for looked in (None, 0.995):
        kept = FeatureSet(EARTH, held.geometry, held.columns, looked)
        write_set(kept, tmp_path / "set.parquet")
        back = read_set(tmp_path / "set.parquet", EARTH)
        assert back.columns == held.columns
        assert back.looked == looked
        assert back.geometry[0] == held.geometry[0]
        assert back.geometry[1] is None
        assert [element_name(back, row) for row in (0, 1)] == [f"way/{2**52 + 1}", None]
        assert label(back, 1) == "x"


def test_the_canonical_order_is_north_to_south_then_west_to_east():
    places = [(1, 0), (0, 1), (0, 0), (1, 1)]
    held = FeatureSet.of(EARTH, [None, *(shapely.Point(p) for p in places)], n=[9, 0, 1, 2, 3])
    assert held.ordered().columns["n"] == [1, 3, 2, 0, 9]
    assert len(FeatureSet.of(EARTH, []).ordered()) == 0


# Distances


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    lat=st.sampled_from([-71.0, -33.0, 0.0, 45.0, 64.0]),
    span=st.sampled_from([0.01, 0.3, 3.0]),
)
def test_nearest_is_nearest_on_the_ground(seed, lat, span):
    rng = np.random.default_rng(seed)

    def some(count: int) -> np.ndarray:
        points = shapely.points(20 + rng.random(count) * span, lat + rng.random(count) * span)
        return shapely.buffer(points, span * rng.choice([0.0005, 0.02]), quad_segs=2)

    left, right = some(8), some(15)
    found = nearest(EARTH, left, right, np.full(8, -1))
    for i in range(8):
        flat = min(distance_m(left[i], other) for other in right)
        if span < 0.1:
            assert found.distance[i] == pytest.approx(flat, rel=1e-5, abs=1e-3)
        # edges are cut at 0.05 degrees and straight in between: off by less than half a metre
        assert flat * 0.998 <= found.distance[i] <= flat * (1 + 3e-5) + 0.5


def test_nearest_leaves_itself_out_and_reaches_over_180_degrees():
    shapes = np.array([shapely.Point(179.999, 0), shapely.Point(-179.999, 0), None], dtype=object)
    found = nearest(EARTH, shapes, shapes, np.arange(3))
    assert found.row.tolist() == [1, 0, -1]
    assert found.distance[:2] == pytest.approx(222.6, abs=0.1)
    twins = np.array([shapely.Point(1, 1), shapely.Point(1, 1)], dtype=object)
    assert nearest(EARTH, twins, twins, np.arange(2)).distance.tolist() == [0, 0]
