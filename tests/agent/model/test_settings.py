"""Settings of served models: who plans, and what never shows."""

import pytest

from agent.doctor import model_rows
from agent.planner.embedded import EmbeddedPlanner
from agent.planner.model import ModelPlanner
from agent.settings import BadSettings, load_settings
from agent.start import Analyst
from tests.servers import MODEL, Says, chat_server

URL = "http://127.0.0.1:9/v1"


def test_the_embedded_planner_plans_where_no_model_is_configured():
    with Analyst(load_settings()) as analyst:
        assert isinstance(analyst.planner, EmbeddedPlanner)
        assert analyst.eyes is None


def test_a_model_that_is_configured_plans_unless_told_otherwise(monkeypatch):
    monkeypatch.setenv("ELENCHUS_MODEL_URL", URL)
    monkeypatch.setenv("ELENCHUS_MODEL_NAME", "qwen")
    monkeypatch.setenv("ELENCHUS_EYES_URL", URL)
    monkeypatch.setenv("ELENCHUS_EYES_NAME", "vlm")
    with Analyst(load_settings()) as analyst:
        assert isinstance(analyst.planner, ModelPlanner)
        assert analyst.planner.name == "model:qwen"
        assert analyst.eyes.name == "vlm"
    with Analyst(load_settings(planner="embedded")) as analyst:
        assert isinstance(analyst.planner, EmbeddedPlanner)


WRONG = [
    ({"MODEL_URL": URL}, "ELENCHUS_MODEL_NAME is needed"),
    ({"MODEL_NAME": "x"}, "ELENCHUS_MODEL_URL is needed"),
    ({"EYES_URL": URL}, "ELENCHUS_EYES_NAME is needed"),
    ({"PLANNER": "model"}, "needs ELENCHUS_MODEL_URL"),
    ({"PLANNER": "oracle"}, "PLANNER"),
    ({"MODEL_URL": "file:///etc/passwd", "MODEL_NAME": "x"}, "MODEL_URL"),
    ({"MODEL_URL": "http://user:canary@h/v1", "MODEL_NAME": "x"}, "use the _KEY"),
    ({"MODEL_URL": "http://h/v1?key=canary", "MODEL_NAME": "x"}, "use the _KEY"),
]


@pytest.mark.parametrize(("given", "said"), WRONG, ids=lambda v: str(v)[:40])
def test_settings_that_do_not_go_together_are_said_without_secrets(monkeypatch, given, said):
    for name, value in given.items():
        monkeypatch.setenv(f"ELENCHUS_{name}", value)
    with pytest.raises(BadSettings, match=said) as raised:
        load_settings()
    assert "canary" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_key_shows_in_no_form_of_the_settings():
    settings = load_settings(model_url=URL, model_name="m", model_key="canary", eyes_key="canary2")
    assert "canary" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.loopback
def test_the_doctor_has_a_row_for_each_model():
    assert [row.state for row in model_rows(load_settings())] == ["absent"]
    with chat_server([Says(calls=[("ready", {})])]) as server:
        settings = load_settings(model_url=server.url, model_name=MODEL)
        rows = list(model_rows(settings))
    assert [(row.name, row.state) for row in rows] == [("model", "ok")]
    assert "planner: a served model" in rows[0].found
    gone = list(model_rows(settings))
    assert gone[0].state == "warning"
