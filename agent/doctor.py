"""`elenchus doctor`: what works on this machine, what is missing and how to get it."""

from __future__ import annotations

import importlib
import json
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import typer
from packaging.requirements import Requirement
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.settings import BadSettings, Settings, load_settings

State = Literal["ok", "warning", "missing", "absent"]

OLDEST_PYTHON = (3, 11)
SQLITE_WITHOUT_WAL_RESET_BUG = (3, 51, 3)
LITTLE_DISK_GB = 2.0
IN_PLACE = "pip install --upgrade elenchus (in a checkout: make env)"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was looked at; only `missing` keeps Elenchus from working."""

    name: str
    state: State
    found: str
    mend: str = ""


def python_row() -> Row:
    """Look at the interpreter."""
    wanted = ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info >= OLDEST_PYTHON:
        return Row("Python", "ok", platform.python_version())
    mend = f"Python {wanted} or newer is needed; make the environment with one."
    return Row("Python", "missing", platform.python_version(), mend)


def unmet(requirement: Requirement) -> str | None:
    """Say in what way a requirement is not met; None when it is."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(version, prereleases=True):
        return None
    return f"{requirement.name} {version} does not fit {requirement.specifier}"


def package_rows() -> Iterator[Row]:
    """Compare what is installed with what was asked for, without importing anything."""
    try:
        lines = metadata.requires("elenchus") or []
        extras = metadata.metadata("elenchus").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        yield Row("elenchus", "missing", "runs from a folder, not installed", IN_PLACE)
        return
    wanted = [Requirement(line) for line in lines]

    def applying(extra: str) -> list[Requirement]:
        """Return the requirements that hold on this machine when an extra is asked for."""
        return [
            one for one in wanted if one.marker is None or one.marker.evaluate({"extra": extra})
        ]

    core = applying("")
    wrong = [problem for one in core if (problem := unmet(one))]
    yield Row("elenchus", "ok", metadata.version("elenchus"))
    if not wrong:
        yield Row("core packages", "ok", f"all {len(core)} are here and fit")
    for problem in wrong:
        yield Row("core packages", "missing", problem, IN_PLACE)
    for extra in extras:
        lacking = [one for one in applying(extra) if one not in core and unmet(one)]
        names = ", ".join(one.name for one in lacking)
        if lacking:
            mend = f"pip install 'elenchus[{extra}]'"
            yield Row(f"extra {extra}", "absent", f"without {names}", mend)
        else:
            yield Row(f"extra {extra}", "ok", "here")


def gdal_row() -> Row:
    """Load the one library whose binary may not fit the system, and ask it for its version."""
    try:
        import rasterio
    except ImportError as problem:
        mend = "Install the library it names (on Debian often libexpat1) or reinstall rasterio."
        return Row("GDAL", "missing", str(problem), mend)
    return Row("GDAL", "ok", f"{rasterio.__gdal_version__} in rasterio {rasterio.__version__}")


def sqlite_rows() -> Iterator[Row]:
    """Look at the SQLite inside this Python."""
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SQLITE_WITHOUT_WAL_RESET_BUG:
        found += "; its fault with simultaneous checkpoints is kept out by a lock of all writers"
    yield Row("SQLite", "ok", found)
    modules = {
        "R*Tree": "CREATE VIRTUAL TABLE probe USING rtree(id, west, east)",
        "FTS5": "CREATE VIRTUAL TABLE probe USING fts5(text)",
    }
    for name, statement in modules.items():
        database = sqlite3.connect(":memory:")
        try:
            database.execute(statement)
        except sqlite3.OperationalError as problem:
            mend = f"Use a Python whose SQLite has {name}; the one that Debian ships does."
            yield Row(f"SQLite {name}", "missing", str(problem), mend)
        else:
            yield Row(f"SQLite {name}", "ok", "available")
        finally:
            database.close()


def settings_rows() -> Iterator[Row]:
    """Read the settings as a run would, and try the home folder that they name."""
    try:
        settings = load_settings()
    except BadSettings as problem:
        yield Row("settings", "missing", one_line(problem), "Correct or unset that variable.")
        return
    yield Row("settings", "ok", "every ELENCHUS_ variable is known and valid")
    yield home_row(settings.home)
    yield from model_rows(settings)


def model_rows(settings: Settings) -> Iterator[Row]:
    """Try the served models that are configured; without them Elenchus works too."""
    from agent.models import configured

    planner = "a served model" if settings.model_plans else "embedded"
    try:
        chat, eyes = configured.chat_model(settings), configured.served_eyes(settings)
    except BadSettings as problem:
        yield Row("models", "warning", one_line(problem), "pip install 'elenchus[models]'")
        return
    if chat is None and eyes is None:
        mend = "Optional: ELENCHUS_MODEL_URL and ELENCHUS_MODEL_NAME; see docs/models.md"
        yield Row("models", "absent", "none is configured; the embedded planner plans", mend)
        return
    from agent.models.probe import see_chat, see_eyes

    if chat is not None:
        seen = see_chat(chat)
        yield Row("model", seen.state, f"{seen.found}; planner: {planner}", seen.mend)
    if eyes is not None:
        seen = see_eyes(eyes)
        yield Row("eyes", seen.state, seen.found, seen.mend)


def home_row(home: Path) -> Row:
    """Write a file where the store will be, and look at the room left."""
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there):
            free_gb = shutil.disk_usage(there).free / 1e9
    except OSError as problem:
        mend = "Give it to this user, or set ELENCHUS_HOME to a folder that can be written."
        return Row("home", "missing", f"{home}: {problem.strerror}", mend)
    found = f"{home}, {free_gb:.1f} GB free" + ("" if there == home else "; will be made")
    if free_gb < LITTLE_DISK_GB:
        mend = "Overviews and pictures need room: free some, or set ELENCHUS_HOME to a larger disk."
        return Row("home", "warning", found, mend)
    return Row("home", "ok", found)


def walls_row() -> Row:
    """Start the process that reads uploads, and ask which walls stand around it."""
    from store.ingest.untrusted import walls_here

    wanted = {"limits", "files", "calls", "namespaces"}
    found = set(walls_here())
    said = ", ".join(sorted(found)) or "none"
    if "limits" not in found:
        mend = "Uploads cannot be read: make a fresh environment (make env)."
        return Row("walls around uploads", "missing", said, mend)
    lacking = ", ".join(sorted(wanted - found))
    if lacking:
        mend = f"This kernel or container does not offer {lacking}; docs/intake.md says what it is."
        return Row("walls around uploads", "warning", said, mend)
    return Row("walls around uploads", "ok", said)


def one_line(problem: Exception) -> str:
    """Return an error's text on one line of bearable length."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text if len(text) <= 200 else text[:199] + "…"


def probe_rows(probes: dict[str, Callable[[], str]]) -> Iterator[Row]:
    """Run each probe; whatever goes wrong in one is its row, and the next one still runs."""
    for name, probe in probes.items():
        try:
            found = probe()
        except Exception as problem:  # noqa: BLE001  # a probe exists to report what it meets
            found, said = "", f"{type(problem).__name__}: {one_line(problem)}"
        else:
            said = "the result is not the known one"
        if found:
            yield Row(f"probe {name}", "ok", found)
        else:
            mend = (
                "Make a fresh environment (make env), and unset what other programs left, "
                "such as PROJ_DATA or GDAL_DATA."
            )
            yield Row(f"probe {name}", "missing", said, mend)


def examine(*, deep: bool) -> list[Row]:
    """Look at everything, and with `deep` try everything."""
    rows = [python_row(), *package_rows(), gdal_row(), *sqlite_rows(), *settings_rows()]
    if deep:
        rows += probe_rows(importlib.import_module("agent.probes").PROBES)
        rows.append(walls_row())
    return rows


def show(rows: list[Row]) -> None:
    """Print the rows as a table; what would mend a thing stands under what was found."""
    table = Table("state", "what", "found", box=None, padding=(0, 2, 0, 0))
    colours = {"ok": "green", "warning": "yellow", "missing": "red", "absent": "bright_black"}
    for row in rows:
        lines = f"{row.found}\n-> {row.mend}" if row.mend else row.found
        table.add_row(Text(row.state, style=colours[row.state]), row.name, Text(lines))
    Console().print(table)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also do a small piece of real work with each library.")
    ] = False,
) -> None:
    """Say what works here, what is missing and how to get it.

    Exit code 0 when everything needed works; 1 when a row says "missing". What is "absent" is
    optional, and a "warning" is worth reading but stops nothing.
    """
    rows = examine(deep=deep)
    healthy = all(row.state != "missing" for row in rows)
    if as_json:
        typer.echo(
            json.dumps({"healthy": healthy, "rows": [asdict(row) for row in rows]}, indent=2)
        )
    else:
        show(rows)
    raise typer.Exit(0 if healthy else 1)
