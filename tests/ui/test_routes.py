"""Pictures, exports, thumbnails and files: only what evidence has, only to who may (B1, B2, B5)."""

from __future__ import annotations

import itertools
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.ui.conftest import TOKEN, raw

EVIL = [
    "..", "../..", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd", "..%c0%af..%c0%afetc/passwd", "....//....//etc/passwd",
    "/etc/passwd", "//etc/passwd", "\\..\\..\\etc\\passwd", "C:\\windows\\win.ini", "\\\\host\\share",
    "file:///etc/passwd", "http://169.254.169.254/latest", "https://example.com/x.png",
    "/proc/self/environ", "/proc/self/cwd/.env", ".env", "~/.ssh/id_rsa", "CON", "nul.png",
    "a\u202epng.exe", "\u2025/\u2025/etc", "\uff0e\uff0e/etc/passwd", "x" * 4096, "a%00.png", "a;b",
    "a?b#c", "E1#set", "E1/../../E2", "-rf", "*", "{}", "${HOME}", "$(id)", "`id`", "E1\n.png",
]  # fmt: skip


@pytest.fixture(scope="module")
def asked(analyst):
    analyst.ask("How many boxes?", session="mine")
    analyst.ask("How many boxes?", session="other")
    return analyst


def places_of(analyst):
    home = analyst.home.root
    return [
        home / "elenchus.db", home / "checkpoints.db", home / "ui-token", home,
        analyst.settings.heads_folder / "signing.key", Path.cwd() / "pyproject.toml",
        next((home / "artifacts").rglob("*/*"), home), "/proc/self/environ", "/etc/passwd",
    ]  # fmt: skip


def test_no_file_comes_by_its_path(browser, asked):
    tried = 0
    forms = (
        "/gradio_api/file={}", "/file={}", "/gradio_api/file/{}", "/static/{}", "/assets/{}",
        "/view/mine/E1/{}.png", "/view/{}/E1/ask-1.png", "/export/mine/{}", "/look/{}",
        "/viewer/static/{}", "/svelte/{}", "/thumb/{}/1.png",
    )  # fmt: skip
    for form, name in itertools.product(forms, [*EVIL, *map(str, places_of(asked))]):
        for written in {name, quote(name, safe="")}:
            status, body = raw(browser, form.format(written))
            tried += 1
            assert status in (403, 404), (form, written, status)
            assert b"root:" not in body
            assert TOKEN.encode() not in body
    assert tried >= 300


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/proxy=http://example.com/x", "/proxy=https://huggingface.co/x",
        "/gradio_api/file=http://example.com/x.png", "/gradio_api/file=https://x.hf.space/y",
        "/monitoring", "/monitoring/summary", "/monitoring/abc", "/gradio_api/info",
        "/gradio_api/info/", "/info", "/openapi.json", "/gradio_api/openapi.json", "/docs",
        "/gradio_api/app_id", "/gradio_api/token", "/gradio_api/user", "/gradio_api/dev/reload",
        "/dev/reload", "/gradio_api/vibe-code", "/gradio_api/vibe-edit", "/gradio_api/mcp/",
        "/gradio_api/mcp/sse", "/gradio_api/runs", "/gradio_api/deep_link", "/deep_link",
        "/gradio_api/run-history/buckets", "/gradio_api/upload_progress", "/gradio_api/stream/x",
        "/gradio_api/call/predict/1", "/custom_component/1/x/y/z", "/gradio_api/profiling/traces",
        "/gradio_api/custom_component/1/client/component/index.js", "/logout", "/login_check",
        "/manifest.json", "/pwa_icon", "/gradio_api/theme",
    ],
)  # fmt: skip
def test_what_gradio_has_beside_the_page_is_shut_for_get(browser, path):
    assert browser.get(path).status_code in (403, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/call/predict", "/gradio_api/run/predict", "/gradio_api/api/predict",
        "/gradio_api/call/v2/x", "/gradio_api/upload", "/gradio_api/process_recording",
        "/gradio_api/vibe-edit", "/gradio_api/vibe-code", "/gradio_api/component_server",
        "/gradio_api/run-history/connect", "/gradio_api/stream/1", "/gradio_api/mcp/http/",
        "/run/predict", "/api/predict", "/login/", "/gradio_api/profiling/clear",
    ],
)  # fmt: skip
def test_what_gradio_has_beside_the_page_is_shut_for_post(browser, path):
    assert browser.post(path, json={"data": []}).status_code in (403, 404)


@pytest.mark.parametrize(
    "path", ["//config", "/./config", "/%2e%2e/config", "/config%00", "/a/../config"]
)
def test_other_spellings_of_what_is_served_are_not(browser, path):
    assert raw(browser, path)[0] == 403


def test_pictures_are_the_kept_bytes_of_the_sessions_own_evidence(browser, asked):
    answer = browser.get("/view/mine/E1/ask-1.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    for path in (
        "/view/mine/E2/ask-1.png", "/view/mine/E1/ask-9.png", "/view/nobody/E1/ask-1.png",
        "/view/mine/E01/ask-1.png", "/view/mine/R1/ask-1.png", "/view/mine/E1/other.png",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404


def test_pictures_are_not_served_by_digest(browser, asked):
    digests = [path.name for path in (asked.home.root / "artifacts").rglob("*") if path.is_file()]
    assert digests
    for digest in digests:
        for form in ("/view/{}/E1/x.png", "/view/mine/{}/x.png", "/view/mine/E1/{}.png"):
            assert browser.get(form.format(digest)).status_code == 404


def test_pictures_and_exports_are_not_for_strangers(stranger, asked):
    for path in ("/view/mine/E1/ask-1.png", "/export/mine/E1.csv", "/export/other/E1.geojson"):
        assert stranger.get(path).status_code == 401


@pytest.mark.parametrize("end", ["geojson", "gpkg", "csv", "png"])
def test_exports_arrive_whole_and_leave_nothing_behind(browser, asked, end):
    answer = browser.get(f"/export/mine/E1.{end}")
    assert answer.status_code == 200
    assert f'filename="mine-E1.{end}"' in answer.headers["content-disposition"]
    assert len(answer.content) > 60
    assert not list(asked.home.scratch.glob("export-*"))


def test_exports_that_cannot_be_say_why(browser, asked):
    answer = browser.get("/export/mine/E1.tif")
    assert answer.status_code == 404
    assert "has no mask" in answer.json()["error"]
    assert browser.get("/export/mine/E1.exe").status_code == 404
    assert browser.get("/export/mine/E9.csv").status_code == 404
    assert not list(asked.home.scratch.glob("export-*"))


def test_our_style_and_script_are_served_and_nothing_beside_them(browser):
    assert browser.get("/look/chat.js").headers["content-type"].startswith("text/javascript")
    assert browser.get("/look/chat.css").headers["content-type"].startswith("text/css")
    for name in ("login.css", "../app.py", "chat.py", ""):
        assert browser.get(f"/look/{name}").status_code in (403, 404, 307)
