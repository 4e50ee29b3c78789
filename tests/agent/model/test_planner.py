"""The model planner: what it may do, and what remains when it fails."""

import json

import pytest

from agent.events import Notice
from tests.agent.model.desk import FINISH, QUICK, bodies, steered, values
from tests.servers import Drips, Fails, Hangs, Raw, Says, asks_for_json, shown

pytestmark = pytest.mark.loopback
HOW_MANY = "How many buildings are there in town_2023?"


@pytest.fixture(scope="module")
def known(town):
    """What the embedded planner answers."""
    return town.ask(HOW_MANY, session="known")


def scene_id(body, name="town_2023"):
    return next(s["id"] for s in shown(body)["scenes"] if s["id"].startswith(name))


def looks_first(body):
    """Describe the scene, look its buildings up, and finish with a sentence."""
    found = {e["tool"]: e["id"] for e in shown(body)["evidence"]}
    if "describe_scene" not in found:
        return Says(calls=[("describe_scene", {"scene": scene_id(body)})])
    if "lookup_osm" not in found:
        region = f"{found['describe_scene']}#region"
        return Says(calls=[("lookup_osm", {"of": "buildings", "region": region})])
    return Says(
        calls=[("finish", {"answer": f"There are {{{found['lookup_osm']}.count}} buildings."})]
    )


def test_a_model_that_looks_drives_the_loop_and_the_answer_is_that_of_the_rules(town, known):
    with steered(town, looks_first) as server:
        answer = town.ask(HOW_MANY, session="looks")
    assert (answer.status, answer.planner) == ("answered", "model:scripted")
    assert values(answer) == values(known)
    assert [e.tool for e in answer.evidence][:2] == ["describe_scene", "lookup_osm"]
    assert len(server.asked) >= 3
    assert town.audit.verify().whole


def test_a_model_that_finishes_at_once_costs_no_figure(town, known):
    with steered(town, [Says(calls=[FINISH])]):
        answer = town.ask(HOW_MANY, session="idle")
    assert values(answer) == values(known)
    assert answer.digest() == known.digest()


FAILURES = {
    "500": (Fails(500), "failed (HTTP 500)"),
    "429": (Fails(429, headers={"Retry-After": "900"}), "was too busy"),
    "hang": (Hangs(), "was too slow"),
    "drip": (Drips(), "was too slow"),
    "broken json": (Raw(b"data: {\n\n"), "gave no reply in the agreed form"),
    "cut": (Says("so", cut_after=1), "broke off in the middle of its reply"),
    "empty choices": (Raw(b'data: {"id":"c","choices":[]}\n\n'), "broke off in the middle of its reply"),
    "talks": (Says("There are 57 buildings."), "gave no usable reply"),
    "junk": (Says(calls=[("lookup_osm", {"of": 7}), ("look", {}), ("relate", '{"left":')]), "gave no usable reply"),
    "length": (Says(calls=[("find_scenes", {})], finish="length"), "gave no usable reply"),
    "too long": (Fails(400, "maximum context length is 2048 tokens"), "takes no prompt of this length"),
    "huge": (Says("x" * 400_000), "said more than could be used"),
}  # fmt: skip


@pytest.mark.parametrize("how", FAILURES)
def test_a_model_that_fails_is_gone_on_without_and_that_is_said(town, known, how):
    reply, words = FAILURES[how]
    heard = []
    with steered(town, [reply], limits=QUICK) as server:
        answer = town.ask(HOW_MANY, session=f"fails-{how.replace(' ', '-')}", listener=heard.append)
    assert (answer.status, values(answer)) == ("answered", values(known))
    assert answer.planner == f"embedded (model:scripted {words})"
    told = [event.text for event in heard if isinstance(event, Notice)]
    assert told == [f"model:scripted {words}, so the embedded planner went on without it"]
    assert told[0] in answer.answer
    assert len(server.asked) <= 6
    assert "57" not in answer.answer


@pytest.mark.parametrize(
    "reply", [Fails(500), Hangs(), Says("Well.")], ids=["500", "hang", "talks"]
)
def test_a_model_that_fails_in_the_middle_of_a_turn_loses_nothing(town, known, reply):
    def script(body):
        return looks_first(body) if not shown(body)["evidence"] else reply

    session = f"middle-{type(reply).__name__}-{getattr(reply, 'status', '')}"
    with steered(town, script, limits=QUICK):
        answer = town.ask(HOW_MANY, session=session)
    assert (answer.status, values(answer)) == ("answered", values(known))
    assert answer.planner.startswith("embedded (model:scripted ")
    made = bodies(town, "intent", session)
    assert [body["tool"] for body in made].count("describe_scene") == 1


def test_nobody_there_at_all(town, known):
    with steered(town, [Fails(500)]) as server:
        server.stop()
        answer = town.ask(HOW_MANY, session="nobody")
        assert answer.planner == "embedded (model:scripted was not reachable)"
        server.stop = lambda: None
    assert values(answer) == values(known)


def test_a_prompt_that_is_too_long_is_made_shorter_once(town, known):
    sizes = []

    def script(body):
        sizes.append(len(json.dumps(body)))
        if sizes[-1] > 0.7 * max(sizes):
            return Fails(400, "This model's maximum context length is 4096 tokens")
        return Says(calls=[FINISH])

    with steered(town, script):
        answer = town.ask(HOW_MANY, session="short")
    assert answer.planner == "model:scripted"
    assert values(answer) == values(known)


def test_junk_is_told_to_the_model_which_may_mend_it(town):
    replies = iter(
        [Says(calls=[("look_around", {"at": "sky"})]), Says("Hm."), Says(calls=[FINISH])]
    )
    with steered(town, lambda body: next(replies, Says(calls=[FINISH]))) as server:
        answer = town.ask(HOW_MANY, session="mends")
    assert answer.planner == "model:scripted"
    assert "there is no such tool" in server.asked[1]["messages"][-1]["content"]
    logged = [b for b in bodies(town, "decision", "mends") if b["what"] == "call not run"]
    assert [(b["tool"], b["why"]) for b in logged] == [("look_around", "there is no such tool")]


def test_two_hundred_calls_at_once_are_cut_to_a_few_and_logged(town):
    calls = [("find_scenes", {"limit": n + 1}) for n in range(200)]
    script = [Says(calls=calls), Says(calls=[FINISH])]
    with steered(town, script):
        answer = town.ask(HOW_MANY, session="flood")
    made = [b for b in bodies(town, "intent", "flood") if b["tool"] == "find_scenes"]
    logged = [b for b in bodies(town, "decision", "flood") if b["what"] == "call not run"]
    assert len(made) <= 6
    assert len(made) + len(logged) == 200
    assert answer.status == "answered"


LOOPS = {
    "the same call": lambda n: ("find_scenes", {}),
    "two calls in turn": lambda n: ("find_scenes", {"limit": 1 + n % 2}),
    "ever smaller": lambda n: ("lookup_osm", {"of": "building", "region": f"lonlat:24,60,{24 + 1 / (n + 2):.6f},60.5"}),
}  # fmt: skip


@pytest.mark.parametrize("how", LOOPS)
def test_a_model_that_goes_round_in_circles_is_stopped_and_the_answer_comes(town, known, how):
    count = iter(range(10_000))
    with steered(town, lambda body: Says(calls=[LOOPS[how](next(count))])) as server:
        answer = town.ask(HOW_MANY, session=f"loop-{how.replace(' ', '-')}")
    assert (answer.status, values(answer)) == ("answered", values(known))
    assert answer.steps <= 24
    assert answer.tool_calls <= 60
    assert len(server.asked) <= 60


def test_the_model_is_shown_ids_and_summaries_and_the_tools(town):
    with steered(town, looks_first) as server:
        town.ask(HOW_MANY, session="shown")
    for body in server.asked:
        assert [m["role"] for m in body["messages"]][:2] == ["system", "user"]
        assert "data:image" not in json.dumps(body)
        assert len(json.dumps(body["messages"])) < 16_000
    last = shown(server.asked[-1])
    assert last["evidence"][1]["figures"][0]["name"] == "E2.count"
    names = {tool["function"]["name"] for tool in server.asked[0]["tools"]}
    assert {"lookup_osm", "describe_scene", "finish", "abstain", "ask_person"} <= names


UNREAD = "How many splendid zonkers are there in town_2023?"


def test_words_the_rules_cannot_read_are_put_plainer_and_that_is_told(town, known):
    question = "How many casas are there in town_2023?"
    plainer = {
        "question": HOW_MANY,
        "read_as": [{"said": "casas", "as": "buildings"}],
        "left_out": [],
    }

    def script(body):
        return Says(json.dumps(plainer)) if asks_for_json(body) else Says(calls=[FINISH])

    with steered(town, script):
        answer = town.ask(question, session="plainer")
    assert (answer.status, values(answer)) == ("answered", values(known))
    assert "“casas” taken for “buildings”" in answer.answer
    assert f"read as “{HOW_MANY}” by model:scripted" in answer.answer


UNFAITHFUL = {
    "drops what narrows": {"question": HOW_MANY, "read_as": [], "left_out": []},
    "drops it in a pair": {"question": HOW_MANY, "read_as": [{"said": "casas with a zigzag gable", "as": "buildings"}], "left_out": []},
    "leaves it out": {"question": HOW_MANY, "read_as": [{"said": "casas", "as": "buildings"}], "left_out": ["with a zigzag gable"]},
    "adds a number": {"question": "How many buildings larger than 50 m2 are there in town_2023?", "read_as": [{"said": "casas with a zigzag gable", "as": "buildings larger than 50 m2"}], "left_out": []},
    "turns round": {"question": "How many buildings are in the southern half of town_2023?", "read_as": [{"said": "casas with a zigzag gable", "as": "buildings"}], "left_out": []},
}  # fmt: skip


@pytest.mark.parametrize("how", UNFAITHFUL)
def test_a_rewording_that_asks_something_else_is_never_answered(town, how):
    question = "How many casas with a zigzag gable are there in town_2023?"

    def script(body):
        return Says(json.dumps(UNFAITHFUL[how])) if asks_for_json(body) else Says(calls=[FINISH])

    with steered(town, script) as server:
        answer = town.ask(question, session=f"other-{how.replace(' ', '-')}")
    assert answer.status == "needs_input"
    assert values(answer) == []
    assert sum(asks_for_json(body) for body in server.asked) == 3


def test_a_rewording_that_says_less_is_offered_to_the_person(town):
    question = "Wie viele casas gibt es in town_2023?"
    plainer = {
        "question": HOW_MANY,
        "read_as": [{"said": "Wie viele casas gibt es", "as": "How many buildings are there"}],
        "left_out": [],
    }
    with steered(town, [Says(json.dumps(plainer))]):
        answer = town.ask(question, session="offered")
    assert answer.status == "needs_input"
    assert [choice.value for choice in answer.question_back.choices] == [HOW_MANY]
    with steered(town, [Says(calls=[FINISH])]):
        assert town.ask("1", session="offered").status == "answered"


@pytest.mark.parametrize(
    "reply", ["no json", "{}", '{"question": 5}', '{"question": "How many', "[]"]
)
def test_a_reading_that_is_none_leaves_that_of_the_rules(town, reply):
    script = lambda body: Says(reply) if asks_for_json(body) else Says(calls=[FINISH])  # noqa: E731
    with steered(town, script):
        answer = town.ask(
            "How many casas are there in town_2023?", session=f"none-{abs(hash(reply))}"
        )
    assert answer.status == "needs_input"
    assert "casas" in answer.answer


def finds_and_says(words):
    """Look something up that the rules did not ask for, then say words about it."""

    def script(body):
        if asks_for_json(body):
            return Says("no")
        if not shown(body)["evidence"]:
            return Says(calls=[("lookup_osm", {"of": "school"})])
        return Says(calls=[("finish", {"answer": words})])

    return script


def test_words_of_the_model_stand_beside_the_answer_with_rendered_figures(town):
    with steered(town, finds_and_says("There are {E1.count} schools.")):
        answer = town.ask(UNREAD, session="words")
    assert answer.status == "needs_input"
    figure = answer.evidence[0].value("count")
    assert f"in the words of model:scripted:* There are {figure} school" in answer.answer
    assert "[E1]" in answer.answer
    assert values(answer) == []
    assert [(c.role, c.value) for c in answer.claims] == [("support", figure)]


LIES = [
    "There are 12 schools.", "There are twelve schools.", "There are no schools.", "{E1.count} ships lie there.",
    "There are {E1.count} large schools.", "There are {E1.count} schools in the north.", "There are {E9.count} schools.",
    "There are {E1.count} km of schools.", "Schools: {E1.count}. The harbour is empty.", "There are fewer than {E1.count} schools.",
    "There are {E1.count} schools, called “Elm Street”.", "About {E1.count|bare} times a thousand schools.", "{E1#set} schools.",
    "There are {{E1.count}}1 schools.", "", "   ", "{E1.count", "There are -{E1.count} schools.", "There are {E1.count} schools [E1]. Trust me.",
]  # fmt: skip


@pytest.mark.parametrize("words", LIES)
def test_words_the_evidence_does_not_say_are_not_shown(town, words):
    with steered(town, finds_and_says(words)):
        answer = town.ask(UNREAD, session=f"lie-{LIES.index(words)}")
    assert answer.status == "needs_input"
    assert "in the words of" not in answer.answer
    assert answer.claims == []


def test_words_that_do_not_hold_may_be_mended_once(town):
    told = iter(["There are 12 schools.", "There are {E1.count} schools."])

    def script(body):
        if asks_for_json(body):
            return Says("no")
        if "cannot_be_said" not in body["messages"][-1]["content"] and not shown(body)["evidence"]:
            return Says(calls=[("lookup_osm", {"of": "school"})])
        return Says(calls=[("finish", {"answer": next(told)})])

    with steered(town, script):
        answer = town.ask(UNREAD, session="mended")
    assert "in the words of model:scripted:* There are" in answer.answer


def test_forged_marks_are_stripped(town):
    words = "There are {E1.count} schools ✔ verified [E1] [E7, E8] (E3) **[R1]**."
    with steered(town, finds_and_says(words)):
        answer = town.ask(UNREAD, session="forged")
    assert "✔" not in answer.answer
    assert "verified" not in answer.answer
    assert "E7" not in answer.answer
    assert answer.answer.count("[E1]") == 1
