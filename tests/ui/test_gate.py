"""One authorisation in front of everything (B4), from our own pages only (B9)."""

from __future__ import annotations

import re
import time

import pytest
from starlette.routing import Mount, Route

from tests.ui.conftest import ORIGIN, TOKEN
from ui.doors import is_served
from ui.keys import BadToken, Key, kept_token


def routes_of(app):
    """Yield the path and methods of every route, those of Gradio inside too."""
    for route in app.routes:
        if isinstance(route, Mount):
            yield from routes_of(route.app)
        elif isinstance(route, Route) or hasattr(route, "methods"):
            yield route.path, route.methods or {"GET"}
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router)


def filled(path):
    return re.sub(r"\{[^}]*\}", "x", path)


def test_every_route_asks_for_the_token(app, stranger):
    open_ones = set()
    seen = 0
    for path, methods in routes_of(app):
        for method in methods & {"GET", "HEAD", "POST"}:
            seen += 1
            answer = stranger.request(method, filled(path), headers={"origin": ORIGIN})
            if answer.status_code not in (401, 403, 405):
                open_ones.add((method, path))
    assert seen > 80, "the walk over the routes no longer finds Gradio's"
    assert open_ones == set()


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"authorization": "Bearer wrong-token-of-some-length"},
        {"authorization": f"Basic {TOKEN}"},
        {"cookie": "elenchus-7860=forged"},
        {"cookie": f"elenchus-7860={TOKEN}"},
        {"cookie": f"elenchus-7860={'0' * 32}.{int(time.time())}.{'0' * 64}"},
        {"cookie": f"elenchus-7861={Key(TOKEN, 7861).new_cookie()}"},
        {"cookie": "elenchus-7860=" + Key("another-token-altogether", 7860).new_cookie()},
    ],
)
def test_other_credentials_open_nothing(stranger, credentials):
    for path in ("/", "/config", "/look/chat.js", "/view/s/E1/a.png", "/viewer/tiles/a/0/0/0.png"):
        assert stranger.get(path, headers=credentials).status_code == 401


def test_only_health_and_login_are_open(stranger):
    assert stranger.get("/health").json() == {"status": "ok"}
    assert "token" in stranger.get("/login").text
    assert stranger.get("/", headers={"accept": "text/html"}).status_code == 401


def test_the_link_gives_a_cookie_that_scripts_and_other_sites_do_not_get(stranger, key):
    answer = stranger.get(f"/?token={TOKEN}")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(key.cookie_name)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert TOKEN not in answer.text
    assert stranger.get("/config").status_code == 200


def test_the_cookie_is_for_encrypted_lines_only_where_the_line_is(stranger):
    plain = stranger.get(f"/?token={TOKEN}").headers["set-cookie"]
    assert "Secure" not in plain
    proxied = stranger.get(f"/?token={TOKEN}", headers={"x-forwarded-proto": "https"})
    assert "Secure" in proxied.headers["set-cookie"]


def test_the_token_in_a_form_opens_too_and_only_from_our_page(stranger):
    assert stranger.post("/login", data={"token": TOKEN}).status_code == 403
    wrong = stranger.post("/login", data={"token": "wrong"}, headers={"origin": ORIGIN})
    assert wrong.status_code == 401
    assert stranger.post("/login", data={"token": TOKEN}, headers={"origin": ORIGIN}).is_success
    assert stranger.get("/config").status_code == 200


def test_scripts_may_show_the_token_in_a_header(stranger):
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert stranger.get("/config", headers=headers).status_code == 200
    assert stranger.post("/upload", headers=headers, content=b"").status_code == 413


def test_guessing_is_slowed_down(stranger, monkeypatch):
    now = time.monotonic() + 1000
    monkeypatch.setattr("ui.gate.time.monotonic", lambda: now)
    tries = [stranger.get("/", params={"token": f"guess-{n}"}).status_code for n in range(25)]
    assert tries[:20] == [401] * 20
    assert tries[20:] == [429] * 5
    assert stranger.get("/", params={"token": TOKEN}).status_code == 429


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://127.0.0.1.evil.example:7860"},
        {"origin": "https://127.0.0.1:7860.evil.example"},
        {"origin": "file://"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {},
    ],
)
@pytest.mark.parametrize(
    "path", ["/gradio_api/queue/join", "/upload", "/upload/x", "/gradio_api/cancel"]
)
def test_other_sites_cannot_do_anything(browser, path, headers):
    del browser.headers["origin"]
    answer = browser.post(path, headers=headers, content=b"{}")
    assert answer.status_code == 403
    assert "another site" in answer.json()["error"]


def test_no_answer_lets_other_sites_read_it(browser):
    for path in ("/", "/config", "/health"):
        answer = browser.get(path, headers={"origin": "http://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


def test_a_page_elsewhere_cannot_fetch_by_get_either(browser):
    answer = browser.get("/config", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_gets_change_nothing(browser, analyst):
    before = list(analyst.audit.rows())
    for path in ("/", "/config", "/look/chat.css", "/view/a/E1/x.png", "/export/a/E1.csv"):
        browser.get(path)
    assert list(analyst.audit.rows()) == before
    assert not list(analyst.home.scratch.glob("export-*"))


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "192.168.0.7:7860", ""])
def test_a_local_server_answers_to_local_names_only(stranger, host):
    assert stranger.get("/health", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_served(browser, method):
    assert browser.request(method, "/config").status_code == 405


def test_answers_carry_what_keeps_a_browser_here(browser):
    headers = browser.get("/").headers
    policy = headers["content-security-policy"]
    for part in (
        "default-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
        "frame-ancestors 'none'", "object-src 'none'",
    ):  # fmt: skip
        assert part in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_page_names_no_other_host_and_its_scripts_have_the_nonce(browser):
    answer = browser.get("/")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[1]
    assert answer.status_code == 200, answer.text
    scripts = re.findall(r"<script\b[^>]*>", answer.text)
    assert scripts
    for script in scripts:
        assert "src=" in script or f'nonce="{nonce}"' in script
    tags = re.findall(r"<(?:script|link|meta|img|iframe)\b[^>]*>", answer.text)
    assert not [tag for tag in tags if re.search(r"=[\"'](https?:)?//", tag)]
    assert browser.get("/").headers["content-security-policy"] != policy_of(answer)


def policy_of(answer):
    return answer.headers["content-security-policy"]


def test_a_token_of_ones_own_must_be_long_enough():
    for short in ("", "secret", "with spaces in it, long"):
        with pytest.raises(BadToken, match="ELENCHUS_UI_TOKEN has"):
            Key(short, 7860)


def test_a_kept_token_lasts_and_is_the_owners_alone(tmp_path):
    token = kept_token(tmp_path / "home")
    assert kept_token(tmp_path / "home") == token
    assert (tmp_path / "home" / "ui-token").stat().st_mode & 0o777 == 0o600
    assert len(token) >= 32


def test_old_cookies_end(key, monkeypatch):
    cookie = key.new_cookie()
    assert key.browser(cookie) is not None
    now = time.time()
    monkeypatch.setattr("ui.keys.time.time", lambda: now + 31 * 86_400)
    assert key.browser(cookie) is None


@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/openapi.json", "/gradio_api", "/gradio_api/", "/file", "/x", "/login/x"],
)
def test_what_is_not_listed_is_not_served(path):
    assert not is_served(path)
