"""What the browser loads is pinned, named nowhere on the network, and built only when it changed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from ui.viewer import assets

CHECKOUT = Path(__file__).resolve().parents[3]
WEB = CHECKOUT / "ui" / "web"


def test_the_lock_names_no_address_and_pins_every_package():
    text = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in text
    assert '"resolved"' not in text
    for name, one in json.loads(text)["packages"].items():
        assert name == "" or (
            re.fullmatch(r"[\d.]+[\w.-]*", one["version"])
            and one["integrity"].startswith("sha512-")
        )


def test_wanted_versions_are_exact_and_those_of_the_lock():
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert locked[f"node_modules/{name}"]["version"] == version


def test_our_sources_name_no_other_server():
    for path in [WEB / "viewer.css", *(WEB / "src").glob("*.js")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z0-9.-]+\.[a-z]{2,}/", text), path.name
        assert "innerHTML" not in text


def web(*words):
    return subprocess.run(
        ["sh", "scripts/web.sh", *words], cwd=CHECKOUT, capture_output=True, text=True, timeout=60
    )


def test_an_unchanged_bundle_is_not_built_again():
    if web("check").returncode:
        pytest.skip("the viewer is not built of these sources; run `make env`")
    before = (assets.FOLDER / "viewer.js").stat().st_mtime_ns
    done = web()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (assets.FOLDER / "viewer.js").stat().st_mtime_ns == before
