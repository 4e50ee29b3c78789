"""The workshop itself: the command line stays light, and every gate is seen failing once."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from typer.testing import CliRunner

import elenchus
from agent import doctor
from agent.cli.app import COMMANDS, Entry, app, load

CHECKOUT = Path(__file__).resolve().parent.parent
HEAVY = {"rasterio", "geopandas", "pandas", "langgraph", "langchain_core", "sqlalchemy"} | {
    "scipy", "skimage", "numpy", "shapely", "pyproj", "osmium", "pyarrow", "torch", "gradio", "rich"
}  # fmt: skip


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running some code."""
    listing = f"{code}\nimport json, sys\nprint(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


# The command line


def test_rendering_help_imports_nothing_heavy():
    code = (
        "from typer.testing import CliRunner\nfrom agent.cli.app import app\n"
        "assert 'doctor' in CliRunner().invoke(app, ['--help']).output"
    )
    assert not HEAVY & modules_after(code)


def test_importing_the_public_package_imports_nothing_of_ours():
    assert not {"agent", "store", "tools", "typer"} & modules_after("import elenchus")


def test_a_public_name_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(AttributeError, match="offers Analyst"):
        _ = elenchus.Analist
    assert "Analyst" in dir(elenchus)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_in_the_table_can_be_loaded_and_explains_itself(name):
    entry = COMMANDS[name]
    assert load(name, entry).help
    assert re.fullmatch(r"[A-Z].{10,68}\.", entry.help), "one sentence that fits on a line"


def test_a_mistyped_command_is_answered_with_the_right_one():
    told = CliRunner().invoke(app, ["docter"])
    assert told.exit_code == 2
    assert "Did you mean 'doctor'?" in told.output


@pytest.fixture
def failing_command(tmp_path):
    """Add commands that raise, in a module of their own."""
    (tmp_path / "planted_commands.py").write_text(
        "from store.errors import StoreError\n"
        "def refuse() -> None:\n    raise StoreError('The file x.tif is empty; give another.')\n"
        "def break_down() -> None:\n    raise ZeroDivisionError('a bug')\n"
    )
    code = (
        "import sys; from agent.cli.app import COMMANDS, Entry, main\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "COMMANDS['refuse'] = Entry('planted_commands:refuse', '')\n"
        "COMMANDS['break'] = Entry('planted_commands:break_down', '')\n"
        "main()"
    )

    def call(*arguments):
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=CHECKOUT, capture_output=True, text=True
        )

    return call


def test_a_worded_error_is_one_line_and_a_bug_keeps_its_traceback(failing_command):
    worded, bug = failing_command("refuse"), failing_command("break")
    assert (worded.returncode, worded.stderr) == (
        2,
        "elenchus: The file x.tif is empty; give another.\n",
    )
    assert bug.returncode == 1
    assert "Traceback" in bug.stderr
    assert "ZeroDivisionError: a bug" in bug.stderr


def test_a_group_of_commands_is_loaded_under_its_own_name(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "planted_group.py").write_text(
        "import typer\ngroup = typer.Typer()\n"
        "@group.command()\ndef show() -> None:\n    'Show it.'\n"
        "@group.command()\ndef verify() -> None:\n    'Verify it.'\n"
    )
    group = load("audit", Entry("planted_group:group", "Look at the log."))
    assert group.name == "audit"
    assert list(group.commands) == ["show", "verify"]


# The doctor


def test_the_doctor_prints_json_whose_verdict_is_its_exit_code():
    told = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(told.output)
    assert report["healthy"] == (told.exit_code == 0)
    assert {"Python", "GDAL", "SQLite", "SQLite R*Tree"} <= {row["name"] for row in report["rows"]}


def test_every_row_that_is_not_well_says_what_would_mend_it():
    for row in doctor.examine(deep=False):
        assert row.state == "ok" or row.mend, row


@pytest.mark.slow
def test_the_environment_made_for_development_is_healthy_in_depth():
    unwell = [row for row in doctor.examine(deep=True) if row.state == "missing"]
    assert not unwell


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("pytest>=1", None),
        ("pytest>=999", "does not fit >=999"),
        ("no-such-package-at-all", "no-such-package-at-all is not installed"),
    ],
)
def test_a_requirement_is_met_or_it_is_said_how_not(wanted, said):
    found = doctor.unmet(Requirement(wanted))
    assert found == said or found.endswith(said)


def test_a_home_that_cannot_be_written_is_missing_and_says_how_to_choose_another(tmp_path):
    (tmp_path / "file").touch()
    row = doctor.home_row(tmp_path / "file" / "home")
    assert row.state == "missing"
    assert "ELENCHUS_HOME" in row.mend
    assert doctor.home_row(tmp_path / "new").state in {"ok", "warning"}


def test_an_unknown_setting_is_named(monkeypatch):
    monkeypatch.setenv("ELENCHUS_MAX_STEPZ", "3")
    (row,) = doctor.settings_rows()
    assert row.state == "missing"
    assert "ELENCHUS_MAX_STEPZ" in row.found


def test_a_probe_that_breaks_is_a_row_and_the_next_one_still_runs():
    probes = {"broken": lambda: 1 / 0, "wrong": lambda: "", "right": lambda: "all is well"}
    rows = list(doctor.probe_rows(probes))
    assert [row.state for row in rows] == ["missing", "missing", "ok"]
    assert "ZeroDivisionError" in rows[0].found


# What conftest promises


def test_sockets_are_closed():
    with (
        pytest.warns(UserWarning, match="tried to use socket"),
        pytest.raises(RuntimeError, match="tried to use socket"),
    ):
        socket.socket(socket.AF_INET)


@pytest.mark.loopback
def test_a_loopback_test_reaches_this_machine_and_no_other():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=5):
            pass
        with (
            socket.socket() as outward,
            pytest.warns(UserWarning, match=r"192\.0\.2\.1"),
            pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
        ):
            outward.connect(("192.0.2.1", 9))


def test_each_test_has_a_home_of_its_own(own_home):
    assert os.environ["ELENCHUS_HOME"] == str(own_home)  # noqa: TID251
    assert not own_home.exists()


# make env, with stand-ins for Python

OLD_PYTHON = """#!/bin/sh
case "$2" in *exit*) exit 1;; *print*) echo 3.9.2;; esac
"""
PYTHON_WITHOUT_VENV = """#!/bin/sh
case "$2" in *ensurepip*) exit 1;; *print*) echo 3.12.1;; esac
"""
PYTHON_WITHOUT_NETWORK = """#!/bin/sh
case "$*" in
    *print*) echo 3.12.1;;
    "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
    *"pip install"*) echo "Temporary failure in name resolution"; exit 1;;
esac
"""


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (None, r"needs Python 3\.11 or newer and found no Python at all; install one"),
        (OLD_PYTHON, r"needs Python 3\.11 or newer and found python3 \(3\.9\.2\); install one"),
        (PYTHON_WITHOUT_VENV, r"its venv and ensurepip modules are missing; install them"),
        (PYTHON_WITHOUT_NETWORK, r"the package index could not be reached; connect"),
    ],
)
def test_an_environment_that_cannot_be_made_is_explained_in_one_sentence(tmp_path, python, said):
    (tmp_path / "scripts").mkdir()
    shutil.copy(CHECKOUT / "scripts" / "env.sh", tmp_path / "scripts")
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sh", "dirname", "grep", "tail", "tr", "mkdir", "cp"):
        (commands / name).symlink_to(shutil.which(name))
    if python:
        (commands / "python3").write_text(python)
        (commands / "python3").chmod(0o755)
    done = subprocess.run(
        ["sh", "scripts/env.sh"], cwd=tmp_path, env={"PATH": str(commands)}, capture_output=True
    )
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert re.search(said, line)


# The gates


def test_every_verb_has_a_line_of_help():
    verbs = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    told = subprocess.run(
        ["make", "help"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert verbs == set(re.findall(r"^  ([a-z]+) +[A-Z]", told.stdout, re.MULTILINE))


@pytest.fixture
def planted(tmp_path):
    """Return a small project with our gates and no fault, and a way to run a gate on it."""
    tree = tmp_path / "planted"
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "CHANGELOG.md", "README.md"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, tree)
    shutil.copytree(CHECKOUT / "docs", tree / "docs")
    shutil.copytree(CHECKOUT / "scripts", tree / "scripts")
    shutil.copy(CHECKOUT / "LICENSE", tree)
    for room in ("elenchus", "agent", "tools", "store", "tests"):
        (tree / room).mkdir()
        (tree / room / "__init__.py").write_text(f'"""The room {room}."""\n')
    for tool in ("measure", "relate"):
        (tree / "tools" / f"{tool}.py").write_text(f'"""The tool {tool}."""\n')
    (tree / "agent" / "cli").mkdir()
    for name in ("__init__.py", "app.py"):
        shutil.copy(CHECKOUT / "agent" / "cli" / name, tree / "agent" / "cli")
    shutil.copy(CHECKOUT / "tests" / "conftest.py", tree / "tests")
    (tree / "tests" / "test_one.py").write_text("def test_one():\n    assert True\n")

    def gate(name: str) -> subprocess.CompletedProcess[str]:
        # -o: the environment is the one that runs this test
        command = ["make", "-o", "env", name, f"PY={sys.executable}"]
        return subprocess.run(command, cwd=tree, capture_output=True, text=True)

    return tree, gate


FAULTS = [
    ("lint", "store/planted.py", '"""Planted."""\n\nimport math\n', "F401"),
    ("lint", "store/planted.py", '"""Planted."""\n\nsides = {\'a\':1}\n', "would be reformatted"),
    (
        "lint",
        "store/planted.py",
        '"""Planted."""\n\nimport contextlib\n\ntry:\n    contextlib.nullcontext()\n'
        "except Exception:\n    contextlib.nullcontext(1)\n",
        "BLE001",
    ),
    (
        "types",
        "store/planted.py",
        '"""Planted."""\n\n\ndef ships() -> int:\n    """Count."""\n    return "seven"\n',
        "Incompatible return value",
    ),
    ("imports", "store/planted.py", "import tools\n", "Imports point one way"),
    ("imports", "store/planted.py", "import langgraph\n", "Only agent knows"),
    ("imports", "agent/planted.py", "import gradio\n", "Only ui knows"),
    ("imports", "agent/planted.py", "import torch\n", "Only tools knows"),
    ("imports", "tools/relate.py", "import tools.measure\n", "Tools are siblings"),
    ("docs", "docs/planted.md", "[a page](nowhere.md)\n", "leads nowhere"),
    ("docs", "docs/planted.md", "[a part](architecture.md#no-such-part)\n", "is not there"),
    ("docs", "CHANGELOG.md", "# Changelog\n\n## 1.0.0\n", "Unreleased"),
    ("docs", "docs/cli.md", "# The command line\n", "is in neither"),
    ("docs", "constraints.txt", "numpy>=2\n", "is not name==version"),
    ("docs", "docs/planted.md", "from https://" + "py" + "pi.org/simple\n", "package registry"),
    ("docs", "scripts/planted.py", "HOME = '/" + "home/someone/x'\n", "path of one machine"),
    ("test", "tests/test_two.py", "def test_two():\n    assert 1 == 2\n", "1 failed"),
    (
        "test",
        "store/planted.py",
        '"""Planted.\n\n>>> 1 + 1\n3\n"""\n',
        "1 failed",
    ),
    (
        "test",
        "tests/test_two.py",
        "import warnings\n\n\ndef test_two():\n    warnings.warn('old', DeprecationWarning)\n",
        "1 failed",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lint", "types", "imports", "docs", "test"])
def test_a_gate_lets_a_sound_project_pass(planted, name):
    _, gate = planted
    done = gate(name)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "path", "text", "said"), FAULTS, ids=[f"{one[0]}-{one[3]}" for one in FAULTS]
)
def test_a_gate_stops_a_planted_fault_and_says_which(planted, name, path, text, said):
    tree, gate = planted
    (tree / "tools" / "other.py").write_text('"""A tool."""\n')
    (tree / path).write_text(text)
    done = gate(name)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr


@pytest.mark.slow
def test_the_test_gate_stops_a_project_without_tests(planted):
    tree, gate = planted
    (tree / "tests" / "test_one.py").unlink()
    done = gate("test")
    assert done.returncode != 0
    assert "no tests ran" in done.stdout


@pytest.mark.slow
def test_a_golden_trace_is_missed_then_written_then_compared(planted):
    tree, gate = planted
    trace = tree / "tests" / "test_trace.py"
    trace.write_text("def test_trace(golden):\n    assert 'seven ships' == golden\n")
    assert "run `make golden`" in gate("test").stdout
    assert gate("golden").returncode == 0
    assert (tree / "tests/golden/test_trace.test_trace.txt").read_text() == "seven ships"
    assert gate("test").returncode == 0
    trace.write_text("def test_trace(golden):\n    assert 'eight ships' == golden\n")
    assert gate("test").returncode != 0
