"""Questions settled by looking at pixels: read, planned, asked about, answered and checked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from agent.planner.questions import read_question
from store.features.sets import FeatureSet
from store.geo import EARTH, Region
from tests.agent.harbour import (
    Harbour,
    Seen,
    Watch,
    layer,
    pixel_scene,
    says_yes,
    scene,
    too_coarse,
)
from tests.agent.stand_ins import Fails, Given, Session, Town, figure
from tests.agent.test_scene_questions import HELD
from tests.agent.understood import brief, expected, rows

NOW = scene("town", date="2021-07-04")
MAY = scene("town_may", date="2021-05-20")
BOX = ["lonlat:24,60,24.001,60.001"]


def harbour(**more):
    seen = {
        ("town", "ship"): Seen(29, 24, 35), ("town_may", "ship"): Seen(12, 10, 15),
        ("town", "boat"): Seen(100, 80, 120, by_shape=True),
        ("town_may", "boat"): Seen(85, 70, 101, by_shape=True),
        ("town", "aircraft"): Seen(0, 0, 0, by_shape=True),
        ("town", "wind turbine"): Seen(3, 2, 4, by_shape=True),
        ("town", "storage tank"): Seen(9, 8, 11, by_shape=True),
        ("town", "building"): Seen(50, 45, 56),
    }  # fmt: skip
    return Harbour(seen | more.pop("seen", {}), more.pop("scenes", [NOW, MAY]), **more)


def watch(maps=(), **more):
    return Watch(harbour(**more), maps=maps)


def one_answer(told):
    assert told.faults == []
    assert len(told.answers) == len(told.inquiry.asked)
    return told.answers[0]


@pytest.mark.parametrize(("question", "meaning"), rows("seen_questions.txt"))
def test_is_understood_as(question, meaning):
    assert brief(read_question(question, HELD)) == expected(meaning)


# -- counts ----------------------------------------------------------------------------------------


def test_story_1_a_count_by_shape_says_that_nobody_looked():
    bay = pixel_scene("P0706")
    talk = Watch(Harbour({("P0706", "boat"): Seen(548, 470, 610, by_shape=True)}, [bay]))
    told = talk.ask("How many boats are moored in this marina?")
    claim = one_answer(told)
    assert [call.tool for call in told.calls] == ["describe_scene", "count_objects"]
    assert told.calls[1].arguments == {"scene": bay.id, "target": "boat"}
    assert (claim.value, claim.low, claim.high, claim.interval) == (548, 470, 610, "spread")
    assert told.status == "partial"
    assert "nobody looked at them" in told.text
    assert "“marina” was taken to be all of the scene" in told.text
    assert "stand still are not told apart" in told.text
    assert [doubt.code for doubt in talk.doubts] == ["proposals_only"]


def test_a_kind_that_needs_examples_is_asked_back_with_how_to_give_one():
    told = watch().ask("How many ships are there?", scenes=["town"])
    assert told.status == "needs_input"
    assert told.question_back is not None
    assert "Draw a box around one to three of the ships in town-0a1b2c" in told.text
    assert "--example lonlat:W,S,E,N" in told.text
    assert told.claims == []


def test_a_count_by_asking_is_finished_by_answers_about_crops():
    talk = watch()
    told = talk.ask("How many ships are there?", ["town"], examples=BOX, answers=says_yes)
    claim = one_answer(told)
    assert [call.tool for call in told.calls] == [
        "describe_scene", "count_objects", "record_answers", "count_objects", "record_answers",
        "count_objects",
    ]  # fmt: skip
    assert told.calls[-1].arguments["judged"] == ["E3#set", "E5#set"]
    assert (claim.value, claim.low, claim.high) == (29, 24, 35)
    assert (claim.interval, claim.level) == ("sampled", 0.9)
    assert "**29 (24–35, 90 % from a sample)** ships" in told.text
    assert "Answers about crops that it took: 4." in told.text
    assert "Cut by the edge, and counted where their middle lies inside: 1." in told.text
    assert "All of the area was looked at." in told.text
    assert told.status == "answered"
    assert talk.doubts == []


def test_without_answers_the_turn_ends_with_the_crops_and_is_gone_on_with():
    talk = watch()
    first = talk.ask("How many ships are there?", ["town"], examples=BOX)
    assert first.status == "needs_input"
    second = talk.go_on(says_yes)
    assert second.status == "answered"
    assert one_answer(second).value == 29
    assert sum(call.tool == "count_objects" for call in (*first.calls, *second.calls)) == 3


def test_a_box_drawn_afterwards_goes_on_with_the_question():
    talk = watch()
    talk.ask("How many ships are there?", ["town"])
    told = talk.ask("like this one", ["town"], examples=BOX, answers=says_yes)
    assert one_answer(told).value == 29


def test_ask_me_begins_asking_with_what_was_found_by_shape():
    talk = watch()
    first = talk.ask("How many boats are there?", ["town"])
    assert one_answer(first).interval == "spread"
    told = talk.ask("ask me about them", ["town"], answers=says_yes)
    assert one_answer(told).interval == "sampled"
    asking = [call.arguments for call in told.calls if call.tool == "count_objects"][1]
    assert asking["like"].endswith("#set")
    assert asking["method"] == "asking"
    assert talk.doubts == []


def test_eyes_are_a_witness_and_doubted():
    talk = watch()
    talk.by = "eyes:some-model"
    told = talk.ask("How many ships are there?", ["town"], examples=BOX, answers=says_yes)
    assert told.faults == []
    assert [doubt.code for doubt in talk.doubts] == ["answers_by_eyes"]
    assert "not by a person" in told.text


def test_a_wide_interval_is_doubted():
    talk = watch(seen={("town", "ship"): Seen(20, 8, 40)})
    told = talk.ask("How many ships are there?", ["town"], examples=BOX, answers=says_yes)
    assert told.faults == []
    assert "wide_interval" in [doubt.code for doubt in talk.doubts]


def test_unlooked_area_is_said_and_forbids_none():
    seen = {("town", "aircraft"): Seen(0, 0, 0, by_shape=True, looked=0.62)}
    told = watch(seen=seen).ask("Are there any aircraft?", ["town"])
    claim = one_answer(told)
    assert claim.value is None
    assert claim.verdict == "undecided"
    assert "62 % of the area was looked at" in told.text


def test_none_is_said_where_all_was_looked_at():
    told = watch().ask("Are there any aircraft?", ["town"])
    assert one_answer(told).value is False
    told = watch().ask("How many aircraft are there?", ["town"])
    assert one_answer(told).value == 0
    assert "**None** seen" in told.text


@pytest.mark.parametrize(
    ("question", "value", "verdict"),
    [
        ("Are there more than 40 boats?", True, "supported"),
        ("Are there more than 130 boats?", False, "refuted"),
        ("Are there more than 90 boats?", None, "undecided"),
        ("Is it true that there are 100 boats?", None, "undecided"),
        ("A newspaper says 40 boats are here. Is that true?", False, "refuted"),
    ],
)
def test_claims_are_decided_by_the_interval(question, value, verdict):
    told = watch().ask(question, ["town"])
    claim = one_answer(told)
    assert (claim.value, claim.verdict) == (value, verdict)


def test_sizes_are_of_what_is_marked():
    talk = watch()
    talk.ask("How many boats are there?", ["town"])
    told = talk.ask("how many of them are longer than 12 m?", ["town"])
    claim = one_answer(told)
    assert claim.value == 95
    assert "of 100 that are marked" in told.text
    assert told.calls[-1].arguments["tag"] == "length_m"
    told = talk.ask("Which boat is the longest?", ["town"])
    assert one_answer(told).value == "#1"
    assert "107 m long" in told.text


def test_the_size_of_the_example_is_not_taken_for_a_measured_one():
    talk = watch(seen={("town", "ship"): Seen(29, 24, 35, alike=True)})
    talk.ask("How many ships are there?", ["town"], examples=BOX, answers=says_yes)
    for question in (
        "how many of them are longer than 12 m?",
        "Which ship is the longest?",
        "What is the average length of the ships?",
    ):
        told = talk.ask(question, ["town"])
        assert told.status == "abstained", question
        assert "was not measured" in told.text


def test_density_is_told_for_the_whole_scene():
    told = watch().ask("How many boats per hectare?", ["town"])
    claim = one_answer(told)
    assert claim.value == pytest.approx(100 / 1_234_567)
    assert "per ha" in told.text
    told = watch().ask("How many boats per hectare are in the northern half?", ["town"])
    assert told.status == "abstained"


def test_quarters_are_counted_by_shape_and_never_cost_answers():
    told = watch().ask("Which quarter has the most boats?", ["town"])
    assert one_answer(told).value is None
    counts = [call.arguments for call in told.calls if call.tool == "count_objects"]
    assert len({count["region"] for count in counts}) == 4
    told = watch().ask("Which quarter has the most ships?", ["town"], examples=BOX)
    assert told.question_back is None or not told.question_back.crops


# -- another time or scene -------------------------------------------------------------------------


def test_story_2_a_scene_without_a_place_cannot_be_compared():
    bay = pixel_scene("P0706")
    talk = Watch(Harbour({("P0706", "boat"): Seen(548, 470, 610, by_shape=True)}, [bay]))
    talk.ask("How many boats are moored in this marina?")
    told = talk.ask("Is that more than in May?")
    assert told.status == "abstained"
    assert told.faults == []
    assert "has no position on the ground" in told.text
    assert "photographed there in May" in told.text
    assert [call.tool for call in told.calls] == ["describe_scene"]


def test_the_last_may_before_the_scene_is_looked_for_and_compared():
    talk = watch()
    talk.ask("How many boats are there?", ["town"])
    told = talk.ask("Is that more than in May?", ["town"])
    claim = one_answer(told)
    period = next(c.arguments["period"] for c in told.calls if c.tool == "find_scenes")
    assert period == "2021-05"
    assert claim.value is None
    assert claim.verdict == "undecided"
    assert "**Cannot be told apart**" in told.text
    assert "the difference is 15 (-21–50" in told.text


def test_counts_that_differ_beyond_their_intervals_are_told_apart():
    talk = watch()
    first = talk.ask("How many ships are there?", ["town"], examples=BOX, answers=says_yes)
    assert first.status == "answered"
    told = talk.ask("Is that more than in May?", ["town"], examples=BOX, answers=says_yes)
    claim = one_answer(told)
    assert claim.value is True
    # What was asked before is not asked again.
    scenes = [c.arguments["scene"] for c in told.calls if c.tool == "count_objects"]
    assert set(scenes) == {MAY.id}


@pytest.mark.parametrize(("interval", "value"), [("exact", 31), ("none", 29)])
def test_a_count_follows_a_review_of_every_object(interval, value):
    talk = watch()
    talk.ask("How many ships are there?", ["town"], examples=BOX, answers=says_yes)
    count = talk.ledger.evidence[-1]
    known = [figure("count", 31, "count", interval=interval)]
    review = count.model_copy(
        update={"id": "E90", "turn": 2, "tool": "review_objects", "quantities": known,
                "parents": [count.id],
                "arguments": {"objects": f"{count.id}#set", "by": "person:Ada"}}
    )  # fmt: skip
    talk.ledger.evidence.append(review)
    talk.turns.append(talk.turns[-1].model_copy(update={"turn": 2}))
    told = talk.ask("How many ships are there?", ["town"])
    assert one_answer(told).value == value


def test_no_scene_of_that_time_is_said():
    talk = watch()
    talk.ask("How many boats are there?", ["town"])
    told = talk.ask("Is that more than in April?", ["town"])
    assert told.status == "abstained"
    assert "I hold no scene of this place in April" in told.text


def test_two_scenes_named_are_counted_each():
    told = watch().ask(f"Are there more boats in {NOW.id} than in {MAY.id}?")
    assert one_answer(told).value is None
    scenes = [c.arguments["scene"] for c in told.calls if c.tool == "count_objects"]
    assert scenes == [NOW.id, MAY.id]


def test_a_scene_is_never_compared_with_itself():
    talk = watch()
    talk.ask("How many boats are there?", ["town_may"])
    told = talk.ask("is that fewer than in town_may-0a1b2c?")
    assert told.status in ("needs_input", "abstained")
    assert not any(call.tool == "calculate" for call in told.calls)


# -- places ----------------------------------------------------------------------------------------


def test_half_of_a_scene_is_a_region():
    told = watch().ask("How many boats are in the northern half?", ["town"])
    region = told.calls[-1].arguments["region"]
    assert region.startswith("POLYGON")
    assert "60.005" in region
    assert one_answer(told).value == 100


def test_a_place_nobody_holds_a_map_of_is_to_be_drawn():
    told = watch().ask("How many boats are in the outer harbour?", ["town"])
    assert told.status == "needs_input"
    assert "Draw a box around the place" in told.text
    drawn = watch().ask(
        "How many boats are in the outer harbour?", ["town"], region="lonlat:24,60,24.01,60.01"
    )
    assert one_answer(drawn).value == 100
    assert drawn.calls[-1].arguments["region"] == "lonlat:24,60,24.01,60.01"


# -- two witnesses ---------------------------------------------------------------------------------


def test_the_map_answers_and_the_image_is_heard_where_it_is_named():
    talk = watch(maps=[layer()], counts={"wind turbine": 11})
    told = talk.ask("How many wind turbines are in the image?", ["town"])
    assert one_answer(told).value == 11
    assert "In the image there are 3 (2–4" in told.text
    assert "They differ" in told.text
    assert "witnesses_disagree" in [doubt.code for doubt in talk.doubts]


def test_what_is_seen_is_the_images_to_answer():
    talk = watch(maps=[layer()], counts={"wind turbine": 11})
    told = talk.ask("How many wind turbines are visible?", ["town"])
    assert one_answer(told).value == 3
    assert "The map has 11" in told.text


def test_the_map_alone_answers_where_the_image_was_not_named():
    told = watch(maps=[layer()], counts={"wind turbine": 11}).ask(
        "How many wind turbines are there?", ["town"]
    )
    assert one_answer(told).value == 11
    assert not any(call.tool == "count_objects" for call in told.calls)


def test_nobody_is_asked_for_examples_where_the_map_answers():
    told = watch(maps=[layer()], counts={"building": 60}).ask(
        "How many buildings are in the image?", ["town"]
    )
    assert told.status == "answered"
    assert one_answer(told).value == 60


def test_story_6_a_map_that_fails_is_no_zero():
    broken = Fails(kind="error", text="the map service did not answer: time-out after 3 tries")
    talk = watch(
        maps=[layer()], fails={"lookup_osm": broken},
        seen={("town", "wind turbine"): Seen(0, 0, 0, by_shape=True)},
    )  # fmt: skip
    told = talk.ask("How many wind turbines are there?", ["town"])
    assert one_answer(told).value == 0
    assert "**None** seen" in told.text
    assert "The map could not be asked: the map service did not answer" in told.text


def test_story_6_a_scene_too_coarse_tells_what_would_do_and_what_the_map_has():
    seen = {("town", "wind turbine"): Seen(0, 0, 0, refusal=too_coarse(30, 0.5))}
    talk = watch(maps=[layer()], counts={"wind turbine": 11}, seen=seen)
    told = talk.ask("How many wind turbines can you see?", ["town"])
    claim = one_answer(told)
    assert claim.value is None
    assert told.status == "partial"
    assert "0.5 m or finer would do; I hold no such scene of this place" in told.text
    assert "The map has 11 wind turbines" in told.text
    alone = watch(seen=seen).ask("How many wind turbines are there?", ["town"])
    assert alone.status == "abstained"
    assert "I hold no such scene" in alone.text


def test_a_finer_scene_that_is_held_is_offered():
    seen = {("town", "wind turbine"): Seen(0, 0, 0, refusal=too_coarse(30, 2))}
    told = watch(seen=seen).ask("How many wind turbines are there?", ["town"])
    assert told.status == "needs_input"
    assert [choice.label for choice in told.question_back.choices] == [MAY.id]


# -- looking, indices, cover -----------------------------------------------------------------------


def test_a_closer_look_shows_and_measures_and_names_nothing():
    told = watch().ask("show me the northern half", ["town"])
    assert told.status == "answered"
    assert one_answer(told).of == "view"
    assert "**Shown**" in told.text
    told = watch().ask("What do you see in the western half?", ["town"])
    assert one_answer(told) is not None
    assert "What stands in it I cannot name" in told.text


def test_one_of_what_was_found_is_shown():
    talk = watch()
    talk.ask("How many boats are there?", ["town"])
    told = talk.ask("zoom in on number 3", ["town"])
    assert one_answer(told).evidence == [talk.ledger.evidence[-1].id]
    assert "around #3" in told.text
    told = talk.ask("zoom in on number 300", ["town"])
    assert told.status == "abstained"
    assert "no number 300" in told.text


def test_an_index_is_told_as_a_number_and_its_share_as_a_share():
    told = watch().ask("What is the mean NDVI of the scene?", ["town"])
    assert one_answer(told).value == 0.41
    assert "**0.41** is the mean NDVI" in told.text
    told = watch().ask("How much of the scene has NDVI above 0.4?", ["town"])
    assert one_answer(told).value == 0.37
    assert told.calls[-1].arguments["above"] == 0.4
    told = watch().ask("Is the mean NDVI above 0.3?", ["town"])
    assert one_answer(told).value is True


def test_land_cover_has_its_spread():
    told = watch().ask("What is the land cover?", ["town"])
    assert one_answer(told).value.startswith("water")
    told = watch().ask("What is the dominant land cover?", ["town"])
    assert one_answer(told).value is None
    told = watch().ask("How much of the scene is water?", ["town"])
    claim = one_answer(told)
    assert (claim.value, claim.low, claim.high) == (0.31, 0.29, 0.34)


def test_classes_that_are_not_told_apart_are_said():
    told = watch().ask("How much of the scene is bare ground?", ["town"])
    assert one_answer(told).value == 0.3
    assert told.status == "partial"
    assert "bare and built ground are told together" in told.text
    told = watch().ask("How much of the image is vegetation?", ["town"])
    assert one_answer(told).value == pytest.approx(0.39)


def test_the_map_tells_how_much_is_water_where_it_covers_the_place():
    told = watch(maps=[layer()], counts={"water": 4}).ask("How much is water?", ["town"])
    assert not any(call.tool == "map_land_cover" for call in told.calls)


# -- the map, asked in ways that were not read before ----------------------------------------------


def test_a_layer_that_cannot_tell_leaves_it_to_the_image():
    blind = Fails(text="the layer holds buildings only", code="layer_cannot_tell")
    seen = {("town", "tree"): Seen(40, 30, 52, by_shape=True)}
    talk = watch(maps=[layer()], fails={"lookup_osm": blind}, seen=seen)
    told = talk.ask("How many trees are there?", ["town"])
    assert one_answer(told).value == 40
    assert "The map cannot tell: the layer holds buildings only" in told.text
    told = talk.ask("How much of the scene is water?", ["town"])
    assert one_answer(told).value == 0.31


def test_a_side_of_a_river_is_cut_out_of_the_scene():
    river = LineString([(23.9, 60.004), (24.1, 60.006)])
    features = FeatureSet.of(EARTH, [river], name=["Aura"])
    given = Given([figure("count", 1, "count", interval="exact")], features)
    talk = watch(maps=[layer()], lookup_osm=given)
    told = talk.ask("How many boats are north of the river?", ["town"])
    assert one_answer(told).value == 100
    region = Region.parse(told.calls[-1].arguments["region"])
    assert region.bounds[1] > 60.004
    assert region.size() == pytest.approx(NOW.footprint.size() / 2, rel=0.05)
    assert "Where that is was taken from the map" in told.text


def test_which_of_some_has_the_most_of_others_in_it():
    def inside(call, ledger):
        held = ledger.sets["E1"].take(range(5))
        held = held.with_columns(nearest=["A", "B", "A", "A", "B"], nearest_m=[0.0] * 5)
        known = [figure("count", 5, "count", interval="exact"), figure("left_count", 9, "count")]
        return Given(known, held)

    def counted(call, ledger):
        series = {"counts": [["A", 3], ["B", 2]]}
        return Given([figure("distinct", 2, "count")], ledger.sets["E3"], series=series)

    counts = {"bench": 9, "park": 3}
    told = Session(Town(counts, relate=inside, measure=counted)).ask(
        "Which park has the most benches?"
    )
    assert one_answer(told).value == "A"
    fewest = Session(Town(counts)).ask("Which park has the fewest benches?")
    assert fewest.status == "abstained"


def test_how_much_of_each_of_two_scenes_is_built_over():
    talk = watch(maps=[layer()], counts={"building": 60})
    told = talk.ask(f"How much of {NOW.id} and {MAY.id} is built over?")
    assert told.faults == []
    assert len(told.answers) == 2
    regions = [call.arguments["region"] for call in told.calls if call.tool == "lookup_osm"]
    assert len(set(regions)) == 2


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 200), st.floats(0, 60), st.floats(0, 60), st.integers(0, 300))
def test_yes_and_no_are_never_said_inside_an_interval(value, below, above, asked):
    number = round(value)
    low, high = max(0, number - round(below)), number + round(above)
    seen = {("town", "boat"): Seen(number, low, high, by_shape=True)}
    told = watch(seen=seen).ask(f"Are there more than {asked} boats?", ["town"])
    claim = one_answer(told)
    if claim.value is not None:
        assert claim.value is (low > asked)
        assert low > asked or high <= asked
