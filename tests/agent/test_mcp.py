"""The MCP server, spoken to by a real client over standard input and output."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from agent.mcp_server import Service
from agent.settings import Settings
from agent.start import Analyst
from tests import fakes
from tests.pictures import ground, take, write
from tools.registry import Registry


@asynccontextmanager
async def client_of(home):
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "elenchus", "mcp", "--home", str(home)],
        env={"OMP_NUM_THREADS": "1"},
    )
    async with stdio_client(server) as streams, ClientSession(*streams) as client:
        await client.initialize()
        yield client


@pytest.fixture
def home(tmp_path):
    write(tmp_path / "yard.tif", ground(48, 64))
    with Analyst(Settings(home=tmp_path / "home", heads=tmp_path / "heads")) as analyst:
        take(analyst.home, tmp_path / "yard.tif")
    return tmp_path / "home"


async def test_a_client_lists_the_tools_asks_and_calls(home):
    async with client_of(home) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"ask", "describe_scene", "lookup_osm"} <= set(listed)
        assert "session" in listed["describe_scene"].inputSchema["properties"]

        answer = await client.call_tool("ask", {"question": "What is the pixel size of yard?"})
        assert not answer.isError
        assert answer.structuredContent["claims"][0]["value"] == pytest.approx(0.5002, abs=1e-4)
        assert "0.5" in answer.content[0].text

        called = await client.call_tool("describe_scene", {"scene": "yard"})
        told = called.structuredContent
        assert told["status"] == "answered"
        assert told["session"] == answer.structuredContent["session"]
        assert [c.type for c in called.content] == ["text", "image"]

        refused = await client.call_tool("describe_scene", {"scene": "../etc/passwd"})
        assert refused.structuredContent["status"] == "abstained"
        assert refused.structuredContent["evidence"] == []
        unknown = await client.call_tool("delete_everything", {})
        assert unknown.structuredContent["refusals"][0]["code"] == "bad_call"
    with Analyst(Settings(home=home, heads=home.parent / "home-heads")) as analyst:
        kinds = [row["kind"] for _, row in analyst.audit.rows()]
        assert kinds.count("intent") == kinds.count("outcome") == 4


def test_crops_that_are_asked_about_are_sent_and_answered(tmp_path):
    registry = Registry([fakes.count_by_asking, fakes.record_answers])
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings, planner=fakes.AskingPlanner(1), registry=registry) as analyst:
        service = Service(analyst)
        first = service.call("ask", {"question": "How many?"}, lambda: False)
        assert [c.type for c in first.content] == ["text", "image", "image"]
        crops = first.structuredContent["question_back"]["crops"]
        answers = {crop["id"]: "no" for crop in crops}
        second = service.call("ask", {"answers": answers}, lambda: False)
        assert second.structuredContent["claims"][0]["value"] == 4


def test_what_is_wrong_is_said_in_words(tmp_path):
    settings = Settings(home=tmp_path / "home", heads=tmp_path / "heads")
    with Analyst(settings) as analyst:
        service = Service(analyst)
        for given, code in (
            ({"question": ""}, "bad_name"),
            ({"question": "What?", "scenes": ["nowhere"]}, "unknown_id"),
            ({"question": "What?", "session": "a/b"}, "bad_name"),
            ({"question": "What?", "session": 5}, "bad_name"),
            ({"question": 5}, "bad_name"),
            ({"question": "What?", "scenes": "yard"}, "bad_name"),
        ):
            told = service.call("ask", given, lambda: False)
            assert told.isError
            assert told.content[0].text.startswith(code)


@pytest.mark.parametrize("name", ["tool", "why", "self"])
def test_an_argument_no_tool_has_is_refused_whatever_it_is_called(tmp_path, name):
    registry = Registry([fakes.count_things])
    with Analyst(
        Settings(home=tmp_path / "home", heads=tmp_path / "heads"), registry=registry
    ) as analyst:
        told = Service(analyst).call("count_things", {"number": 3, name: "x"}, lambda: False)
    assert told.structuredContent["status"] == "abstained"
    assert told.structuredContent["refusals"][0]["code"] == "bad_call"


def test_what_a_person_said_cannot_be_said_by_a_program(tmp_path):
    with Analyst(Settings(home=tmp_path / "home", heads=tmp_path / "heads")) as analyst:
        service = Service(analyst)
        assert not {"record_answers", "review_objects"} & {tool.name for tool in service.tools()}
        told = service.call(
            "review_objects", {"objects": "E1#set", "by": "person:A"}, lambda: False
        )
        assert told.isError
        assert "keeps what a person said" in told.content[0].text
