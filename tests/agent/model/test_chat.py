"""The client: whole replies, and every way of failing as trouble of a known kind."""

import json
import time

import pytest
from pydantic import SecretStr

from agent.models.chat import ChatModel
from agent.models.reply import arguments_of
from agent.models.trouble import ContextTooLong, ModelBabbles, ModelDown, ModelSlow, ModelTrouble
from agent.models.wire import Limits
from tests.servers import MODEL, Drips, Fails, Hangs, Raw, Says, chat_server

pytestmark = pytest.mark.loopback
QUICK = Limits(connect_s=1, first_token_s=0.6, total_s=1.2, max_bytes=200_000, rest_s=0)
TOOL = {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}}


def ask(script, *, limits=QUICK, key=None, waits=None, **given):
    with chat_server(script) as server:
        pause = (lambda s: waits.append(s)) if waits is not None else (lambda s: None)
        chat = ChatModel(server.url, MODEL, key, limits, pause=pause)
        return chat.ask([("system", "s"), ("human", "q")], **given), server


def test_a_reply_is_streamed_and_whole():
    reply, server = ask([Says("Hello there, all of you.")])
    assert reply.text == "Hello there, all of you."
    assert 0 < reply.first_token_s <= reply.seconds
    sent = server.asked[0]
    assert sent["stream"] is True
    assert sent["max_tokens"] == QUICK.max_tokens
    assert "stream_options" not in sent


def test_parallel_calls_with_interleaved_pieces_are_put_together():
    calls = [("look", {"a": "first of all"}), ("look", {"b": [1, 2, 3]}), ("zoom", {})]
    reply, server = ask([Says(calls=calls, interleaved=True)], tools=[TOOL])
    assert [(c.name, c.arguments) for c in reply.calls] == calls
    assert server.asked[0]["tools"][0]["function"]["name"] == "look"


def test_the_finish_reason_of_a_whole_reply_does_not_decide():
    reply, _ = ask([Says(calls=[("look", {})], finish="stop")])
    assert [call.name for call in reply.calls] == ["look"]


def test_calls_that_come_with_the_greatest_length_are_refused_even_when_whole():
    reply, _ = ask([Says(calls=[("look", {"a": 1}), ("look", '{"a": ')], finish="length")])
    assert reply.calls == ()
    assert len(reply.broken) == 2


def test_a_schema_is_sent_as_the_form_of_the_reply():
    _, server = ask([Says("{}")], schema={"type": "object"})
    sent = server.asked[0]["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["schema"] == {"type": "object"}


FAILS = {
    "hang": (Hangs(), ModelSlow),
    "one byte now and then": (Drips(0.1), ModelSlow),
    "lines that carry nothing": (Drips(0.05, comments=True), ModelSlow),
    "500": (Fails(500), ModelDown),
    "503": (Fails(503), ModelDown),
    "401": (Fails(401, "Incorrect API key: sk-canary"), ModelDown),
    "404": (Fails(404), ModelDown),
    "429 for too long": (Fails(429, headers={"Retry-After": "300"}), ModelDown),
    "400": (Fails(400, "bad"), ModelBabbles),
    "400 too long": (Fails(400, "This model's maximum context length is 2048"), ContextTooLong),
    "redirect": (Fails(302, headers={"Location": "http://127.0.0.1:9/"}), ModelDown),
    "broken json": (Raw(b'data: {"choices": [{"delta": {"con\n\n'), ModelBabbles),
    "no stream at all": (Raw(b"<html>hello</html>"), ModelBabbles),
    "nothing": (Raw(b""), ModelBabbles),
    "empty choices": (Raw(b'data: {"id":"c","choices":[]}\n\ndata: [DONE]\n\n'), ModelBabbles),
    "choices of another kind": (Raw(b'data: {"choices": "many"}\n\n'), ModelBabbles),
    "delta null": (Raw(b'data: {"choices":[{"index":0,"delta":null}]}\n\n'), ModelBabbles),
    "a list": (Raw(b"data: [1, 2]\n\n"), ModelBabbles),
    "an error in the stream": (Raw(b'data: {"error": {"message": "sk-canary"}}\n\n'), ModelDown),
    "cut in the words": (Says("Hello there", cut_after=2), ModelBabbles),
    "cut in a call": (Says(calls=[("look", {"a": "town"})], cut_after=3), ModelBabbles),
    "no end": (Says(calls=[("look", {"a": "town"})], finish="none"), ModelBabbles),
    "says nothing": (Says(""), ModelBabbles),
    "huge": (Says("x" * 400_000), ModelTrouble),
    "another role": (Raw(b'data: {"choices":[{"index":0,"delta":{"role":"system","content":"x"}}]}\n\n'), ModelBabbles),
}  # fmt: skip


# A library warns of a field of another kind before it fails.
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("how", FAILS)
def test_every_failure_is_trouble_of_its_kind_and_ends_in_time(how):
    reply, kind = FAILS[how]
    started = time.monotonic()
    with pytest.raises(kind) as raised:
        ask([reply], key=SecretStr("sk-canary"))
    assert time.monotonic() - started < 2 * QUICK.total_s
    assert "canary" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_nobody_there_is_told_at_once():
    started = time.monotonic()
    with pytest.raises(ModelDown, match="not reachable"):
        ChatModel("http://127.0.0.1:9/v1", MODEL, None, QUICK).ask([("human", "q")])
    assert time.monotonic() - started < 1


def test_a_busy_server_is_asked_again_after_the_time_it_names():
    waits = []
    busy = Fails(429, headers={"Retry-After": "0.5"})
    reply, server = ask([busy, busy, Says("now")], waits=waits)
    assert (reply.text, waits, len(server.asked)) == ("now", [0.5, 0.5], 3)


def test_a_server_that_fails_once_is_asked_again():
    reply, _ = ask([Fails(500), Says("yes", cut_after=1), Says("now")])
    assert reply.text == "now"


def test_a_server_that_failed_is_left_alone_for_a_while():
    limits = Limits(connect_s=1, first_token_s=0.3, total_s=1, rest_s=60)
    with chat_server([Hangs(), Says("x")]) as server:
        chat = ChatModel(server.url, MODEL, None, limits)
        for _ in range(3):
            with pytest.raises(ModelSlow):
                chat.ask([("human", "q")])
        assert len(server.asked) == 1


def test_requests_carry_the_key_in_one_header_and_nothing_of_this_machine(monkeypatch):
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    _, server = ask([Says("x")], key=SecretStr("the-key"))
    sent = server.headers[0]
    assert sent["authorization"] == "Bearer the-key"
    assert "canary" not in json.dumps(sent)
    assert set(sent) <= {
        "host",
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
        "authorization",
        "connection",
    }


@pytest.mark.parametrize("raw", [
    '{"scene": "tow', '{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1e999}', '{"a": 9007199254740993}',
    '["a"]', '"a"', "null", "{} {}", '{"a": "\\ud800"}', '{"a": "\\u0000"}', '{"a": ' + "[" * 30 + "]" * 30 + "}",
    '{"a": ' + "[" * 100_000, "x" * 50_000, "{'a': 1}", '{"a": 1,}',
])  # fmt: skip
def test_arguments_that_are_not_whole_are_none(raw):
    assert isinstance(arguments_of(raw), str)
