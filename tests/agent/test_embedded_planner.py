"""The embedded planner: which calls a question leads to, and what it asks back."""

from dataclasses import replace

import pytest

from tests.agent.stand_ins import Fails, Session, Town, layer, scene

TOWN = {
    "school": 6,
    "bus stop": 12,
    "park": 4,
    "building": 40,
    "pharmac": 2,
    "station": 1,
    "cafe": 8,
    "restaurant": 9,
    "road": 20,
    "hospital": 1,
    "playground": 5,
    "tree": 30,
    "church": 3,
}


def session(**more):
    return Session(Town(dict(TOWN)), **more)


def tools_of(told):
    return [call.tool for call in told.calls]


def test_counts_with_one_look_up_where_only_a_map_is_held():
    told = session().ask("How many schools are there?")
    assert tools_of(told) == ["lookup_osm"]
    assert "region" not in told.calls[0].arguments
    assert told.answers[0].value == 6


def test_looks_at_the_footprint_of_the_scene_where_one_is_held():
    told = session(scenes=[scene()]).ask("How many schools are there?")
    assert tools_of(told) == ["describe_scene", "lookup_osm"]
    assert told.calls[1].arguments["region"] == "E1#region"


def test_looks_for_what_is_near_beyond_the_edge_of_the_scene():
    told = session(scenes=[scene()]).ask("How many schools are within 200 m of a park?")
    assert tools_of(told) == ["describe_scene", "lookup_osm", "lookup_osm", "relate"]
    schools, parks, relate = told.calls[1:]
    assert schools.arguments["region"] == "E1#region"
    assert "region" not in parks.arguments
    assert relate.arguments["distance_m"] == 200
    assert told.answers[0].value == 3


@pytest.mark.parametrize(
    ("question", "tools"),
    [
        ("Are there any schools?", ["lookup_osm"]),
        ("Which park is the largest?", ["lookup_osm", "measure"]),
        ("How far is the nearest pharmacy from the railway station?", ["lookup_osm", "lookup_osm", "relate"]),
        ("Which pharmacy is nearest to the railway station?", ["lookup_osm", "lookup_osm", "relate"]),
        ("Which pharmacy is farthest from the railway station?", ["lookup_osm", "lookup_osm", "measure"]),
        ("What share of the ground is covered by buildings?", ["lookup_osm"]),
        ("How many buildings are larger than 500 m²?", ["lookup_osm", "select"]),
        ("What percentage of restaurants have a name?", ["lookup_osm", "lookup_osm", "calculate"]),
        ("How many more cafes than restaurants are there?", ["lookup_osm", "lookup_osm", "calculate"]),
        ("Are there more cafes than restaurants?", ["lookup_osm", "lookup_osm"]),
        ("What is the average size of a building?", ["lookup_osm", "measure"]),
        ("What is the surface of the roads?", ["lookup_osm", "measure"]),
        ("Which quarter has the most trees?", ["lookup_osm"] * 4),
        ("How many schools are within 100 m of a park and within 200 m of a bus stop?", ["lookup_osm"] * 3 + ["relate", "relate"]),
        ("How many cafes are within 100 m of the largest park?", ["lookup_osm", "lookup_osm", "measure", "relate"]),
        ("In what direction is the hospital from the railway station?", ["lookup_osm", "lookup_osm", "measure"]),
        ("What do you have?", ["find_scenes"]),
        ("How long are the roads in total?", ["lookup_osm"]),
        ("Are all schools within 500 m of a bus stop?", ["lookup_osm", "lookup_osm", "relate"]),
    ],
)  # fmt: skip
def test_a_question_leads_to_these_calls(question, tools):
    told = session().ask(question)
    assert sorted(tools_of(told)) == sorted(tools)
    assert told.status == "answered", told.text
    assert told.faults == []


def test_things_asked_together_share_their_look_ups():
    told = session(scenes=[scene()]).ask(
        "How many buildings are there, what share of the ground do they cover and which is "
        "the largest?"
    )
    assert tools_of(told) == ["describe_scene", "lookup_osm", "measure"]
    assert [claim.quantity or claim.of for claim in told.answers][:2] == ["count", "share"]


def test_compares_two_scenes_in_order_of_time():
    pair = [scene("late", "2015"), scene("early", "2010")]
    told = session(scenes=pair).ask("What fraction of the scene changed?")
    assert told.calls[0].arguments == {"before": "early-0a1b2c", "after": "late-0a1b2c"}
    assert told.answers[0].value == pytest.approx(0.158)
    assert told.answers[0].low == 0.13


class TwoPlaces(Town):
    """Scenes of one place, but for oslo_b, which lies apart."""

    def describe_scene(self, call, ledger):
        given = super().describe_scene(call, ledger)
        east = call.arguments["scene"].startswith("oslo_b")
        box = (24.1, 60.0, 24.12, 60.01) if east else (24.0, 60.0, 24.02, 60.01)
        return replace(given, region=scene(box=box).footprint)


def test_counts_of_two_scenes_are_looked_up_in_each_of_them():
    pair = [scene("oslo_a"), scene("oslo_b", box=(24.1, 60.0, 24.12, 60.01))]
    told = Session(TwoPlaces(dict(TOWN)), scenes=pair).ask(
        "Are there more schools in oslo_a than in oslo_b?"
    )
    looked = [call.arguments for call in told.calls if call.tool == "lookup_osm"]
    assert len({one["region"] for one in looked}) == 2


def test_a_map_is_not_held_against_itself_where_two_scenes_show_one_place():
    pair = [scene("oslo_a", "2010"), scene("oslo_c", "2015")]
    told = Session(TwoPlaces(dict(TOWN)), scenes=pair).ask(
        "Are there more schools in oslo_c than in oslo_a?"
    )
    assert "lookup_osm" not in tools_of(told)
    assert "show the same place" in told.text


def test_finds_the_pair_by_dates():
    many = [scene("a", "2010"), scene("b", "2015"), scene("c", "2020")]
    told = session(scenes=many).ask("Did anything change between 2010 and 2020?")
    assert told.calls[0].arguments == {"before": "a-0a1b2c", "after": "c-0a1b2c"}


def test_asks_which_scene_and_goes_on_with_the_choice():
    talk = session(
        scenes=[
            scene("east", box=(24.0, 60.0, 24.01, 60.01)),
            scene("west", box=(23.0, 60.0, 23.01, 60.01)),
        ],
        maps=[],
    )
    told = talk.ask("How many schools are there?")
    assert told.status == "needs_input"
    assert [choice.label for choice in told.question_back.choices] == ["east-0a1b2c", "west-0a1b2c"]
    told = talk.ask("west-0a1b2c")
    assert told.calls[0].arguments == {"scene": "west-0a1b2c"}
    assert told.answers[0].value == 6


def test_lists_at_most_eight_scenes():
    many = [scene(f"s{i}", box=(20 + i, 60.0, 20.01 + i, 60.01)) for i in range(11)]
    told = session(scenes=many).ask("How many schools are there?")
    assert len(told.question_back.choices) == 8
    assert "first eight" in told.text


def test_stays_with_the_scene_of_the_session():
    talk = session(
        scenes=[
            scene("east", box=(24.0, 60.0, 24.01, 60.01)),
            scene("west", box=(23.0, 60.0, 23.01, 60.01)),
        ]
    )
    talk.ask("How many schools are there?", scenes=["west"])
    told = talk.ask("And parks?")
    assert told.calls[0].arguments == {"scene": "west-0a1b2c"}


def test_asks_for_the_distance_and_takes_a_plain_answer():
    talk = session()
    told = talk.ask("How many cafes are near the station?")
    assert told.status == "needs_input"
    told = talk.ask("How many cafes are near the hospital?")
    assert [choice.label for choice in told.question_back.choices] == [
        "100 m",
        "250 m",
        "500 m",
        "1000 m",
    ]
    told = talk.ask("250 m")
    assert told.calls[-1].arguments["distance_m"] == 250
    assert told.status == "answered"


def test_asks_which_kind_is_meant_and_goes_on_with_it():
    talk = session()
    told = talk.ask("How many stations are there?")
    assert told.status == "needs_input"
    assert "bus stations" in [choice.label for choice in told.question_back.choices]
    told = talk.ask("bus stations")
    assert told.answers[0].value == 1


def test_asks_for_the_layer_when_several_hold_what_is_asked():
    maps = [layer("north"), layer("south")]
    town = Town(
        dict(TOWN), fails={"lookup_osm": Fails("refusal", "2 layers hold schools", "which_layer")}
    )
    told = Session(town, maps=maps).ask("How many schools are there?")
    assert told.status == "needs_input"
    assert [choice.label for choice in told.question_back.choices] == [
        "north-1a2b3c",
        "south-1a2b3c",
    ]


def test_takes_the_layer_that_is_named():
    told = session(maps=[layer("helsinki"), layer("tampere")]).ask(
        "How many schools are there in Tampere?"
    )
    assert told.calls[0].arguments["layer"] == "tampere-1a2b3c"


def test_says_when_a_tool_is_not_there():
    told = session(tools=("lookup_osm",)).ask("Which park is the largest?")
    assert told.status == "abstained"
    assert "measure" in told.text


def test_a_scene_without_a_place_on_the_ground_is_not_asked_about_the_map():
    lost = scene().model_copy(
        update={
            "frame": "px:town-0a1b2c",
            "footprint": scene().footprint.model_copy(update={"frame": "px:town-0a1b2c"}),
        }
    )
    town = Town(
        dict(TOWN),
        describe_scene=lambda call, ledger: (
            Town().describe_scene(call, ledger).__class__([], region=lost.footprint)
        ),
    )
    told = Session(town, scenes=[lost]).ask("How many schools are there?")
    assert told.status == "abstained"
    assert "no place on the ground" in told.text


def test_the_region_given_beside_the_question_is_used():
    told = session(scenes=[scene()]).ask(
        "How many schools are there?", region="lonlat:24,60,24.01,60.01"
    )
    assert told.calls[0].arguments["region"] == "lonlat:24,60,24.01,60.01"


def test_shares_on_a_map_alone_are_of_its_extent():
    told = session().ask("What share of the ground is covered by buildings?")
    assert told.calls[0].arguments["region"].startswith("POLYGON")


def test_planning_is_the_same_each_time():
    question = "How many schools are within 200 m of a park, and which is the largest?"
    one, other = session(scenes=[scene()]).ask(question), session(scenes=[scene()]).ask(question)
    assert (one.text, one.calls) == (other.text, other.calls)


@pytest.mark.parametrize(
    "question",
    ["How many zorbing plinths are there?", "asdf", "What is the weather like?", "hello"],
)
def test_nothing_is_called_for_what_is_not_understood(question):
    told = session().ask(question)
    assert told.calls == []
    assert told.status in ("needs_input", "abstained")
    assert told.faults == []


def test_another_distance_is_what_the_answer_says_too():
    talk = session()
    talk.ask("How many cafes are within 200 m of the hospital?")
    told = talk.ask("and within half a kilometre?")
    assert told.calls[-1].arguments["distance_m"] == 500
    assert "half a kilometre" in told.text
    assert "200 m" not in told.text


@pytest.mark.parametrize(
    ("question", "tools"),
    [
        ("Is the park larger than the lake?", ["lookup_osm", "measure"]),
        ("Do the parks take up more space than the lakes?", ["lookup_osm", "measure"]),
        ("What is the surface of the park?", ["lookup_osm", "measure"]),
        ("Which is longer, the river or the canal?", ["lookup_osm", "measure"]),
        ("What is the perimeter of the park?", ["lookup_osm", "measure"]),
        ("How far is the school from the park?", ["lookup_osm", "relate"]),
        ("How many more parks than schools are there?", ["lookup_osm", "calculate"]),
    ],
)
def test_each_way_to_a_figure_is_gone_to_its_end(question, tools):
    counts = {"park": 1, "lake": 1, "river": 1, "canal": 1, "school": 2}
    told = Session(Town(counts)).ask(question)
    assert told.faults == []
    assert told.status in ("answered", "partial")
    assert list(dict.fromkeys(call.tool for call in told.calls)) == tools
