"""A model that an attacker speaks through: what it asks for has no effect, and all is logged."""

import json
import random

import pytest

from agent.models.reply import Reply, ToolAsk
from agent.planner.model.offers import offers
from agent.planner.model.proposals import May, proposed
from store import audit_log
from tests.agent.model.desk import FINISH, bodies, steered, values
from tests.servers import Raw, Says, asks_for_json, shown
from tools.contract import Bench, Finding
from tools.registry import Registry, tool

pytestmark = pytest.mark.loopback
HOW_MANY = "How many buildings are there in town_2023?"
CODE = (
    "__import__('os').system('touch owned')", "().__class__.__bases__", "9**9**9**9", "open('/etc/passwd')",
    "a; import os", "lambda: 0", "[x for x in ()]", "f'{a}'", "exec('1')", "a.__dict__", "eval('a')", "a if a else a",
)  # fmt: skip
PLACES = (
    "/etc/passwd", "../../etc/passwd", "file:///etc/passwd", "/vsicurl/http://127.0.0.1:9/x.tif", "/vsizip//etc/x.zip",
    "/vsimem/x", "/vsistdin/", "vrt:///etc/passwd", "<VRTDataset/>", "MEM:::DATAPOINTER=1", "NETCDF:/etc/passwd:x",
    "http://169.254.169.254/latest/meta-data", "https://127.0.0.1:9/", "ftp://127.0.0.1/x", "GTIFF_DIR:1:/etc/passwd",
    "zip+https://127.0.0.1/x", "JSON:{}", "scene;drop table evidence", "town_2023\u0000.tif", "%2e%2e%2fetc",
)  # fmt: skip
UNKNOWN = (
    "delete_scene", "ingest", "export", "run_sql", "shell", "python", "http_get", "read_file", "write_file",
    "audit_clear", "set_setting", "load_layer", "eval", "admin", "__class__", "lookup_osm ", "LOOKUP_OSM", "", "finish2",
)  # fmt: skip


def forbidden(scene):
    """Calls that must never have an effect; `scene` is the one the question is about."""
    calls = [("describe_scene", {"scene": place}) for place in PLACES]
    calls += [("lookup_osm", {"of": "building", "region": f"@{place}"}) for place in PLACES]
    calls += [("lookup_osm", {"of": "building", "layer": place}) for place in PLACES]
    calls += [(name, {"scene": scene, "path": "/etc/passwd"}) for name in UNKNOWN]
    calls += [("calculate", {"expression": code, "names": [], "values": []}) for code in CODE]
    calls += [("measure", {"features": f"E{n}#set", "of": "area"}) for n in range(700, 710)]
    calls += [
        ("calculate", {"expression": "a", "names": ["a"], "values": [f"E{n}.count"]})
        for n in range(710, 716)
    ]
    calls += [
        ("describe_scene", {"scene": "town_2021"}),
        ("detect_change", {"before": "town_2021", "after": scene}),
    ]
    calls += [
        ("describe_scene", {"scene": scene, "driver": "VRT"}),
        ("describe_scene", {"scene": [scene]}),
    ]
    calls += [("lookup_osm", {"of": "x" * 30_000, "region": "POLYGON" + "(" * 30_000})]
    calls += [("lookup_osm", {"of": "building", "region": "px:town_2023:0,0,1e12,1e12"})]
    return calls


def _held(analyst):
    """Return what a home holds beside its records: scenes, layers and the bytes of their sources."""
    scenes, layers = analyst.home.catalog.scenes(), analyst.home.catalog.layers()
    return [item.model_dump_json() for item in (*scenes, *layers)]


def test_forbidden_calls_have_no_effect_and_are_all_in_the_log(town, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    town.ask("How many parks are there?", session="victim")
    scene = next(s.id for s in town.home.catalog.scenes() if s.alias == "town_2023")
    wished = forbidden(scene)
    assert len(wished) >= 100
    left = list(wished)
    before = _held(town)

    def script(body):
        if shown(body)["calls_left"] < 5 or not left:
            return Says(calls=[FINISH])
        batch, left[:5] = left[:5], []
        return Says(calls=batch)

    with steered(town, script):
        for turn in range(60):
            if left:
                answer = town.ask(HOW_MANY, session="captured")
                assert answer.status == "answered", (turn, answer.answer)
    assert not left
    assert _held(town) == before
    assert list(tmp_path.iterdir()) == []
    _all_logged_and_none_found(town, wished)
    assert town.audit.verify().whole


def _all_logged_and_none_found(town, wished):
    """Hold every wished call against the log: taken and refused, or not taken at all."""
    ran = {}
    for row in audit_log.rows(town.home.database, session="captured"):
        body = json.loads(row.body)
        if row.kind == "intent" and body["why"].startswith("chosen by"):
            ran[row.call_key] = body["tool"]
    outcomes = [
        json.loads(row.body)["status"]
        for row in audit_log.rows(town.home.database, session="captured")
        if row.kind == "outcome" and row.call_key in ran
    ]
    assert len(outcomes) == len(ran)
    assert set(outcomes) <= {"invalid", "refusal", "error"}
    not_run = [b for b in bodies(town, "decision", "captured") if b["what"] == "call not run"]
    assert len(ran) + len(not_run) == len(wished)
    assert all(body["why"] and body["by"] == "model:scripted" for body in not_run)


def _broken(dice, raw):
    """Return a call's arguments spoilt in one of many ways."""
    at = dice.randrange(1, len(raw))
    return dice.choice([
        raw[:at], raw[:at] + dice.choice('{}[]",:\\\x00\ud800'[:9]) + raw[at:], raw + raw, raw[1:], raw.replace('"', "'"),
        raw[:-1] + ', "scene": "other"}', raw.replace(":", "=", 1), "null", "[]", raw + "}", raw[:at] + "NaN" + raw[at:],
        raw[:-1] + ', "limit": 1e999}', "<tool_call>" + raw + "</tool_call>", "```json\n" + raw + "\n```", raw[:-1] + ",}",
    ])  # fmt: skip


def _garbage(dice, good):
    name, arguments = dice.choice(good)
    raw = json.dumps(arguments)
    calls = [(name, _broken(dice, raw))]
    return dice.choice([
        Says(calls=calls), Says(calls=calls * 2, interleaved=True), Says(calls=[(name, raw)], finish="length"),
        Says(calls=[(name, raw)], cut_after=dice.randrange(1, 5)), Says(calls=[(name, raw)], finish="none"),
        Says(f"I would call {name} with {raw}"), Says(calls=[(name[:-1], raw)]), Says(calls=[("", raw)]),
        Raw(dice.randbytes(200)), Raw(b"data: " + dice.randbytes(50).hex().encode() + b"\n\n"),
        Says(calls=[(name, json.dumps({**arguments, "extra": 1}))]),
    ])  # fmt: skip


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_two_hundred_garbage_replies_run_nothing_that_was_not_asked_for(town):
    dice = random.Random(20)
    known = town.ask(HOW_MANY, session="clean")
    wanted = {(e.tool, json.dumps(e.arguments, sort_keys=True)) for e in known.evidence}
    good = [
        ("describe_scene", {"scene": "town_2023"}),
        ("lookup_osm", {"of": "park", "part": "north"}),
        ("find_scenes", {"limit": 3}),
    ]
    sent, told = [], 0

    def script(body):
        sent.append(_garbage(dice, good))
        return sent[-1]

    with steered(town, script):
        while len(sent) < 200:
            answer = town.ask(HOW_MANY, session=f"garbage-{told}")
            assert (answer.status, values(answer)) == ("answered", values(known))
            assert answer.planner.startswith("embedded (")
            told += 1
    said = {(n, _whole(raw)) for r in sent if isinstance(r, Says) for n, raw in r.calls}
    for number in range(told):
        for body, arguments in _ran(town, f"garbage-{number}"):
            call = (body["tool"], json.dumps(arguments, sort_keys=True))
            assert call in wanted | said


def _whole(raw):
    """Return arguments as they were sent when they are whole JSON; else what matches nothing."""
    try:
        return json.dumps(json.loads(raw), sort_keys=True)
    except ValueError:
        return None


def _ran(town, session):
    for body in bodies(town, "intent", session):
        text = audit_log.payload(town.home.database, body["arguments_sha256"])
        yield body, json.loads(text)


def test_what_a_file_or_a_map_says_reaches_no_model_as_an_instruction(town):
    with steered(town, [Says(calls=[FINISH])]) as server:
        town.ask("List the parks", session="roles")
    for body in server.asked:
        system = [m["content"] for m in body["messages"] if m["role"] == "system"]
        assert len(system) == 1
        assert not asks_for_json(body)
        for scene in town.home.catalog.scenes():
            assert scene.id not in system[0]


def test_the_key_is_nowhere_but_in_its_header(town):
    with steered(town, looks := [Says(calls=[FINISH])]) as server:
        answer = town.ask(HOW_MANY, session="secret")
        looks[0] = Says("sk-canary is your key, is it not?")
        answers = [answer, town.ask("And in the northern half?", session="secret")]
    assert server.headers[0]["authorization"] == "Bearer sk-canary"
    assert "canary" not in server.prompts
    for told in answers:
        assert "canary" not in told.to_json()
    for path in town.home.root.rglob("*"):
        if path.is_file():
            assert b"sk-canary" not in path.read_bytes(), path


@tool("1")
def record_answers(bench: Bench, by: str = "") -> Finding:
    """Record what a person said."""
    raise AssertionError("a model spoke for a person")


def test_a_model_cannot_speak_for_a_person(town):
    registry = Registry([record_answers])
    may = May(registry, None, 1, None, frozenset(), 5)
    reply = Reply(calls=(ToolAsk("record_answers", {"by": "person:Ada"}),))
    found = proposed(reply, may, "model:x")
    assert found.calls == []
    assert "only a person" in found.not_run[0].why
    assert "record_answers" not in [offer["name"] for offer in offers(registry)]
