"""`elenchus ingest https://…`: fetched, read behind walls, and held as an upload."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from typer.testing import CliRunner

from agent.cli.app import app
from agent.settings import load_settings
from store import fetch
from store.home import Home
from tests.store.rasters import textured, write

PUBLIC = "93.184.216.34"


@pytest.fixture
def web(monkeypatch):
    """Serve bytes at a public address, without a network."""
    served: dict[str, bytes] = {}
    asked: list[str] = []

    def serve(sock):
        with sock:
            target = sock.recv(4096).split()[1].decode()
            asked.append(target)
            body = served.get(target)
            head = b"HTTP/1.1 404 No" if body is None else b"HTTP/1.1 200 OK"
            body = body or b""
            sock.sendall(head + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def connect(ip, port, timeout_s):
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve, args=(theirs,), daemon=True).start()
        return ours

    class Here(fetch.Fetcher):
        def __init__(self, hosts):
            super().__init__(hosts, resolver=lambda host, port: [PUBLIC], connector=connect)

    monkeypatch.setattr(fetch, "Fetcher", Here)
    served["asked"] = asked
    return served


def run(*words):
    return CliRunner().invoke(app, ["ingest", *map(str, words)])


def test_a_picture_at_an_address_becomes_a_scene(web, tmp_path, own_home):
    data = write(tmp_path / "a.png", textured(20, 30), driver="PNG").read_bytes()
    web["/tiles/harbour%20west.png?token=hidden"] = data
    done = run("http://example.org/tiles/harbour%20west.png?token=hidden", "--gsd", "0.5", "--json")
    assert done.exit_code == 0, done.output
    scene = json.loads(done.stdout)["scenes"][0]
    assert (scene["alias"], scene["trust"], scene["gsd_x_m"]) == ("harbour_west", "upload", 0.5)
    assert "hidden" not in done.stdout
    home = Home(load_settings().home)
    with home.open_scene(home.catalog.scene(scene["id"])) as reader:
        assert (reader.read(0, 0, 30, 20).data == textured(20, 30)).all()
    assert not list(home.scratch.iterdir())
    home.close()


def test_what_cannot_be_fetched_or_read_is_one_clear_sentence(web, tmp_path):
    web["/page.tif"] = b"<html>sign in</html>"
    urls = ["http://example.org/none.tif", "http://example.org/page.tif", "http://127.0.0.1/a.tif", "FILE:///etc/passwd", "ftp://example.org/a.tif"]  # fmt: skip
    done = run(*urls, "--json")
    assert done.exit_code == 2
    refused = json.loads(done.stdout)["refused"]
    assert [problem["code"] for problem in refused] == ["fetch_failed", "unsupported_format", "address_refused", "address_refused", "address_refused"]  # fmt: skip
    assert web["asked"] == ["/none.tif", "/page.tif"]


def test_hosts_can_be_limited_by_a_setting(web, monkeypatch):
    monkeypatch.setenv("ELENCHUS_FETCH_HOSTS", "data.example.org, *.tiles.net")
    done = run("http://example.org/a.tif")
    assert done.exit_code == 2
    assert "ELENCHUS_FETCH_HOSTS" in done.output
    assert web["asked"] == []
