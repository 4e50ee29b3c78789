"""A real vLLM on the CPU, with tiny models made on the spot, through the whole loop.

Run by `scripts/nightly_vllm.sh`, which makes the environment the server lives in.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agent.models.chat import ChatModel
from agent.models.eyes import ServedEyes
from agent.models.probe import see_chat
from agent.models.prompts import prompt
from agent.models.trouble import ContextTooLong, ModelDown
from agent.models.wire import Limits
from agent.planner.embedded import EmbeddedPlanner
from agent.planner.model import ModelPlanner
from tests.agent.model.desk import steered, values
from tests.agent.town import town_analyst
from tests.servers import Says, shown
from tools.vision.eyes import NoReading

pytestmark = [pytest.mark.llm, pytest.mark.nightly]
HOW_MANY = "How many buildings are there in town_2023?"
WAIT_S = 300
SLOW = Limits(connect_s=3, first_token_s=120, total_s=240, rest_s=0)
OFFLINE = (
    "HF_HUB_OFFLINE=1", "TRANSFORMERS_OFFLINE=1", "VLLM_NO_USAGE_STATS=1", "DO_NOT_TRACK=1",
    "VLLM_CPU_KVCACHE_SPACE=1", "VLLM_LOGGING_LEVEL=WARNING", "TORCHDYNAMO_DISABLE=1",
)  # fmt: skip


@pytest.fixture(scope="module")
def server_env():
    """The folder with vLLM in it."""
    named = os.path.expandvars("$VLLM_ENV")
    folder = Path.home() / ".cache" / "elenchus" / "vllm-cpu" if "$" in named else Path(named)
    if not (folder / "bin" / "vllm").exists():
        pytest.skip("no vLLM here; make it with: sh scripts/nightly_vllm.sh --install")
    return folder


def tell(text):
    """Show what was measured, with `pytest -s`."""
    sys.stdout.write(f"\n{text}\n")


def _make(server_env, kind, wanted, folder):
    """Make a tiny model of what is wanted of it."""
    source = folder / f"{kind}.json"
    source.write_text(json.dumps(wanted), encoding="utf-8")
    maker = Path(__file__).with_name("tiny_models.py")
    made = subprocess.run(
        ["env", *OFFLINE, server_env / "bin" / "python", maker, kind, source, folder / kind],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-3000:]
    tell(made.stdout[-300:])
    return folder / kind


@contextmanager
def _served(server_env, model, log, *flags):
    """Serve a model until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "env", *OFFLINE, str(server_env / "bin" / "vllm"), "serve", str(model), "--host", "127.0.0.1", "--port", str(port),
        "--served-model-name", "tiny", "--dtype", "float32", "--max-model-len", "4096", "--max-num-seqs", "4", "--enforce-eager", *flags,
    ]  # fmt: skip
    started = time.monotonic()
    with log.open("w") as told, subprocess.Popen(command, stdout=told, stderr=told) as process:
        try:
            while not _ready(port):
                assert process.poll() is None, log.read_text()[-3000:]
                assert time.monotonic() - started < WAIT_S, log.read_text()[-3000:]
                time.sleep(1)
            tell(f"vLLM was ready after {time.monotonic() - started:.0f} s")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(60)


def _ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


# -- the planner -----------------------------------------------------------------------------------


def _looks_first(body):
    found = {e["tool"]: e["id"] for e in shown(body)["evidence"]}
    if "describe_scene" not in found:
        scene = shown(body)["scenes"][0]["id"]
        return Says(calls=[("describe_scene", {"scene": scene})])
    if "lookup_osm" not in found:
        where = {"region": f"{found['describe_scene']}#region", "layer": shown(body)["layers"][0]}
        return Says(calls=[("lookup_osm", {"of": "buildings", **where})])
    return Says(calls=[("finish", {"answer": "There are {E2.count} buildings."})])


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    analyst, _ = town_analyst(tmp_path_factory.mktemp("nightly-town"), size=512)
    yield analyst
    analyst.close()


@pytest.fixture(scope="module")
def planner_url(server_env, town, tmp_path_factory):
    """A server with a model that drives the question, learned from requests recorded before."""
    folder = tmp_path_factory.mktemp("planner")
    with steered(town, _looks_first) as scripted:
        town.ask(HOW_MANY, session="recorded")
    wanted = []
    for body in scripted.asked:
        said = _looks_first(body).calls
        calls = [{"name": name, "arguments": arguments} for name, arguments in said]
        wanted.append({"messages": body["messages"], "calls": calls})
    model = _make(server_env, "planner", wanted, folder)
    flags = ("--enable-auto-tool-choice", "--tool-call-parser", "hermes")
    with _served(server_env, model, folder / "vllm.log", *flags) as url:
        yield url


@pytest.fixture
def chat(planner_url):
    return ChatModel(planner_url, "tiny", None, SLOW)


def test_a_real_server_drives_the_loop_from_the_scene_to_the_map_to_the_end(town, chat):
    known = town.ask(HOW_MANY, session="rules")
    before = town._planner
    town._planner = ModelPlanner(chat, EmbeddedPlanner(town.home.layer_features))
    started = time.monotonic()
    answer = town.ask(HOW_MANY, session="vllm")
    town._planner = before
    tell(f"the whole turn took {time.monotonic() - started:.1f} s, {answer.steps} steps")
    assert answer.planner == "model:tiny"
    assert (answer.status, values(answer)) == ("answered", values(known))
    assert [e.tool for e in answer.evidence] == ["describe_scene", "lookup_osm"]
    assert answer.steps == 3
    assert town.audit.verify().whole


def test_what_the_doctor_says_of_it(chat):
    seen = see_chat(chat)
    assert "tiny" in seen.found
    assert chat.models() == ["tiny"]


def test_a_schema_is_kept_to_by_a_model_that_knows_nothing_of_it(chat):
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "enum": ["x", "y"]}},
        "required": ["a"],
        "additionalProperties": False,
    }
    reply = chat.ask([("human", "Which?")], schema=schema, max_tokens=64)
    assert json.loads(reply.text)["a"] in ("x", "y")


def test_what_is_too_long_or_unknown_is_told_apart(planner_url, chat):
    with pytest.raises(ContextTooLong):
        chat.ask([("human", "\u00e9\u0142\u4e2d" * 20_000)])
    with pytest.raises(ModelDown, match="not at that address"):
        ChatModel(planner_url, "another", None, SLOW).ask([("human", "x")])
    with pytest.raises(NoReading):
        ServedEyes(chat).look(_png(200), "Is this bright?", ("yes", "no", "unsure"))


# -- the eyes --------------------------------------------------------------------------------------


def _png(level, folder=None):
    dice = np.random.default_rng(level)
    values = np.clip(level + dice.normal(0, 8, (64, 64, 3)), 0, 255).astype(np.uint8)
    path = (folder or Path("/tmp")) / f"level-{level}.png"
    Image.fromarray(values).save(path)
    return path.read_bytes()


QUESTION = "Is this a bright roof?"
CHOICES = ("yes", "no", "unsure")


@pytest.fixture(scope="module")
def eyes(server_env, tmp_path_factory):
    """A server with a model that tells bright pictures from dark ones."""
    folder = tmp_path_factory.mktemp("eyes")
    wanted = []
    for level, choice in ((220, "yes"), (30, "no"), (210, "yes"), (45, "no")):
        _png(level, folder)
        text = "a bright roof" if choice == "yes" else "a dark roof"
        reply = json.dumps({"choice": choice, "text": text})
        asked = f"{QUESTION} Choose one of: {', '.join(CHOICES)}."
        wanted.append(
            {
                "path": str(folder / f"level-{level}.png"),
                "question": asked,
                "system": prompt("look"),
                "reply": reply,
            }
        )
    model = _make(server_env, "eyes", wanted, folder)
    with _served(server_env, model, folder / "vllm.log") as url:
        yield ServedEyes(ChatModel(url, "tiny", None, SLOW))


@pytest.mark.parametrize(("level", "choice"), [(220, "yes"), (30, "no"), (215, "yes"), (40, "no")])
def test_a_real_server_reads_pictures(eyes, tmp_path, level, choice):
    reading = eyes.look(_png(level, tmp_path), QUESTION, CHOICES)
    assert (reading.choice, reading.by) == (choice, "eyes:tiny")
    tell(str(reading))
