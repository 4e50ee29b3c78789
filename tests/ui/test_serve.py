"""`elenchus serve`: what is wrong is one clear sentence, before anything slow begins."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from agent.settings import load_settings
from ui.cli import CannotServe, check_home, is_local, key_for, listening

ENV = {
    "PATH": "/usr/bin:/bin",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
}


def serve(*given, home, seconds=30, **env):
    command = [sys.executable, "-m", "elenchus", "serve", "--home", str(home), *given]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, env={**ENV, **env}
    )


def test_a_store_that_cannot_be_written_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotServe, match="cannot be written: Not a directory; choose another"):
        check_home(tmp_path / "file" / "home")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "example.org", "::"])
def test_other_machines_need_a_token_of_ones_own(tmp_path, host, monkeypatch):
    with pytest.raises(CannotServe, match="set ELENCHUS_UI_TOKEN"):
        key_for(load_settings(home=tmp_path), host, 7860, local=is_local(host))
    settings = load_settings(home=tmp_path, ui_token="a-token-of-my-own-choice")
    key = key_for(settings, host, 7860, local=is_local(host))
    assert key.opens("a-token-of-my-own-choice")
    assert not (tmp_path / "ui-token").exists()


def test_the_token_is_in_no_text_of_the_settings(tmp_path):
    settings = load_settings(home=tmp_path, ui_token="a-token-of-my-own-choice")
    assert "my-own-choice" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.loopback
def test_a_busy_port_is_said_with_another_one(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(CannotServe, match=f"port {port} on 127.0.0.1 cannot be used: Address"):
            listening("127.0.0.1", port)


@pytest.mark.slow
@pytest.mark.loopback
def test_errors_are_one_line_and_come_soon(tmp_path):
    began = time.monotonic()
    short = serve("--token", "short", home=tmp_path / "home")
    assert short.returncode == 2
    assert short.stderr.count("\n") == 1
    assert "16 or more" in short.stderr
    outside = serve("--host", "0.0.0.0", home=tmp_path / "home")
    assert outside.returncode == 1
    assert "ELENCHUS_UI_TOKEN" in outside.stderr
    assert time.monotonic() - began < 12


@pytest.mark.slow
@pytest.mark.loopback
def test_it_serves_prints_its_link_and_stops_when_told(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "elenchus",
        "serve",
        "--home",
        str(tmp_path / "h"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENV,
    ) as server:
        try:
            line = server.stdout.readline()
            token = re.fullmatch(
                rf"Elenchus is at http://127\.0\.0\.1:{port}/\?token=(\S+)\n", line
            )
            assert token, line
            with socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
                asking.sendall(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                assert b"200 OK" in asking.recv(4096)
        finally:
            server.send_signal(signal.SIGINT)
        rest, wrong = server.communicate(timeout=20)
    assert server.returncode == 0, wrong
    assert "Traceback" not in wrong
    assert "stopped" in rest
