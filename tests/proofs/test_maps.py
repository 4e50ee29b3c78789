"""Real maps under real images: counts, shares and sizes known from the records themselves."""

import pytest

from tests.proofs.raw_pbf import elements_by_key

KAMPALA = "osm_kampala/kampala_a.tif"
HELSINKI = "osm_only/helsinki.osm.pbf"
KEYS = (
    "building", "highway", "amenity", "shop", "natural", "landuse", "leisure", "tourism", "barrier",
    "railway",
)  # fmt: skip
PLAIN = "How many elements with the tag {} are there?"
OTHER = (
    "How many elements carry the key {}?",
    "How many objects have the tag {}?",
    "Count the features tagged with {}",
    "How many things having the {} tag are there?",
    "Number of elements with the key {}",
)


def test_kampala_buildings_share_and_largest(desk):
    desk.take(KAMPALA)
    desk.take("osm_kampala/osm_buildings.geojson", tags={"building": "yes"})
    answer = desk.ask("How many buildings are there?", scenes=["kampala_a"])
    assert [c.value for c in answer.claims if c.role == "answer"] == [108]
    found = answer.evidence[-1]
    assert found.value("count_without_id") == 7
    assert found.value("count_centre_inside") == 102
    assert "102" in answer.answer
    share = desk.values("What share of the ground do buildings cover?", scenes=["kampala_a"])
    assert share == [pytest.approx(0.2420, abs=5e-5)]
    largest = desk.ask("Which osm_id is the largest building?", scenes=["kampala_a"])
    assert [c.value for c in largest.claims if c.role == "answer"] == ["way/614897908"] or (
        "614897908" in largest.answer
    )
    area = desk.values("What is the area of the largest building in m2?", scenes=["kampala_a"])
    assert area == [pytest.approx(328.85, abs=0.3)]


def test_zanzibar_buildings_and_centres_in_the_western_half(desk):
    desk.take("osm_zanzibar/zanzibar_a.tif")
    desk.take("osm_zanzibar/osm_buildings.geojson", tags={"building": "yes"})
    assert desk.values("How many buildings are in the image?") == [121]
    west = desk.values("How many buildings have their centre in the western half of the image?")
    assert west == [82]


@pytest.mark.slow
def test_helsinki_elements_with_ten_keys_are_as_many_as_in_the_raw_file(desk):
    raw = elements_by_key(desk.data / HELSINKI)
    assert raw["building"] == 536
    desk.take(HELSINKI)
    told = {key: desk.values(PLAIN.format(key), session=key) for key in KEYS}
    assert told == {key: [raw[key]] for key in KEYS}


@pytest.mark.slow
def test_helsinki_a_key_or_tag_may_be_typed_in_other_ways(desk):
    raw = elements_by_key(desk.data / HELSINKI)
    desk.take(HELSINKI)
    for number, words in enumerate(OTHER):
        assert desk.values(words.format("highway"), session=f"k{number}") == [raw["highway"]]
    for number, tag in enumerate(("highway=residential", "shop=*", "amenity=restaurant")):
        wanted = raw[tag.removesuffix("=*")]
        assert desk.values(PLAIN.format(tag), session=f"t{number}") == [wanted]


@pytest.mark.slow
def test_twenty_runs_of_one_question_give_the_same_answer(desk):
    desk.take(KAMPALA)
    desk.take("osm_kampala/osm_buildings.geojson", tags={"building": "yes"})
    asked = "What share of the ground do buildings cover in kampala_a?"
    told = {desk.ask(asked, session=f"run{n}").digest() for n in range(20)}
    assert len(told) == 1


def test_square_metres_without_a_pixel_size_are_asked_back(desk):
    desk.take("count_dota/images/P0706.png")
    answer = desk.ask("What is the area of the scene in square metres?")
    assert answer.status == "needs_input"
    assert not [c for c in answer.claims if c.role == "answer" and c.value is not None]
    assert "gsd" in answer.answer.lower() or "pixel" in answer.answer.lower()
