"""The running application has the settings it is meant to have (B12)."""

from __future__ import annotations

import re
from os import environ  # noqa: TID251

import pytest

from ui.quiet import SWITCHES, be_quiet


@pytest.fixture
def blocks(app):
    return app.state.page


def test_nothing_is_shared_reported_or_served_beside_the_page(blocks, analyst):
    assert blocks.share is False
    assert blocks.analytics_enabled is False
    assert blocks.enable_monitoring is False
    assert blocks.run_history is False
    assert blocks.ssr_mode is False
    assert not blocks.mcp_server
    assert blocks.footer_links == []
    assert blocks.allowed_paths == []
    assert str(analyst.settings.home) in blocks.blocked_paths
    assert str(analyst.settings.heads_folder) in blocks.blocked_paths
    assert blocks.max_file_size == analyst.settings.max_upload_bytes
    assert blocks.delete_cache == (900, 3600)
    assert blocks.state_session_capacity == 500
    assert blocks.pwa is not True
    assert blocks.show_error is False


def test_the_queue_is_bounded_and_the_interface_shut(blocks):
    assert blocks.api_open is False
    assert blocks._queue.max_size == 64
    assert blocks._queue.default_concurrency_limit == 4


def test_no_event_is_public(blocks):
    visible = {fn.api_visibility for fn in blocks.fns.values()}
    assert visible == {"private"}


def test_a_share_link_is_impossible_whatever_the_environment_says(monkeypatch, tmp_path):
    for name, value in {
        "GRADIO_SHARE": "1", "GRADIO_ANALYTICS_ENABLED": "True", "GRADIO_ALLOWED_PATHS": "/",
        "GRADIO_MCP_SERVER": "true", "GRADIO_ROOT_PATH": "/x", "HF_HUB_OFFLINE": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    be_quiet(tmp_path / "gradio")
    left = {name: value for name, value in environ.items() if name.startswith("GRADIO_")}
    assert left.pop("GRADIO_TEMP_DIR") == str(tmp_path / "gradio")
    assert left == {name: value for name, value in SWITCHES.items() if name.startswith("GRADIO_")}
    assert environ["HF_HUB_OFFLINE"] == "1"
    assert (tmp_path / "gradio").stat().st_mode & 0o077 == 0


def test_gradios_own_files_lie_in_a_private_folder_of_the_home(blocks, analyst):
    assert blocks.GRADIO_CACHE.startswith(str(analyst.home.scratch))


def test_the_look_fetches_no_fonts(blocks, browser):
    assert blocks.theme._stylesheets == []
    css = browser.get("/theme.css").text
    assert "http" not in re.sub(r"http://www\.w3\.org\S*", "", css)
    assert "@font-face" not in css


def test_the_pages_configuration_names_no_other_host(browser):
    page = browser.get("/").text
    hosts = set(re.findall(r"https?://([\w.\-]+)", page))
    assert hosts <= {"127.0.0.1", "www.w3.org"}
