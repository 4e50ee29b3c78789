"""`elenchus demo`: makes its town once, asks, and never touches a store that is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent import scripts
from agent.cli.app import app
from agent.cli.demo import QUESTIONS, SEED, SIZE, default_home
from agent.settings import load_settings
from agent.start import Analyst
from agent.town import CannotDraw, NotATown, make_town

CHECKOUT = Path(__file__).resolve().parents[2]


def run(home: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        app, ["demo", "--home", str(home), *options], catch_exceptions=False
    )
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def first(home: Path) -> tuple[int, str]:
    return run(home)


@pytest.mark.slow
def test_prints_a_conversation_and_a_whole_log(first: tuple[int, str]) -> None:
    code, output = first
    assert code == 0
    for question in QUESTIONS:
        assert f"> {question}" in output
    assert "18 benches" in output
    assert "log of these calls is whole" in output
    assert "elenchus ask --home" in output


@pytest.mark.slow
def test_a_second_start_finds_the_town_made(home: Path, first: tuple[int, str]) -> None:
    made = (home / "town" / "town_2021.tif").stat().st_mtime_ns
    code, output = run(home)
    assert (code, first[0]) == (0, 0)
    assert (home / "town" / "town_2021.tif").stat().st_mtime_ns == made
    assert "18 benches" in output


@pytest.mark.slow
def test_the_example_session_holds_against_the_truth_of_the_town(
    home: Path, first: tuple[int, str]
) -> None:
    assert first[0] == 0
    with Analyst(load_settings(home=home)) as analyst:
        reports = scripts.run(analyst, scripts.load(CHECKOUT / "examples" / "demo_session.yaml"))
    assert {report.ask: report.faults for report in reports if report.faults} == {}


def test_refuses_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "elenchus.db").write_bytes(b"a store of somebody")
    with pytest.raises(NotATown, match="choose an empty folder with --home"):
        run(tmp_path, "--size", "512")
    assert [path.name for path in tmp_path.iterdir()] == ["elenchus.db"]


def test_each_town_has_a_home_of_its_own() -> None:
    homes = {default_home(SEED, SIZE), default_home(SEED + 1, SIZE), default_home(SEED, 1024)}
    assert len(homes) == 3


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("agent.town.make_world", full)
    with pytest.raises(CannotDraw, match=r"No space left on device; \d+ MiB are free there"):
        make_town(tmp_path / "home", 1, 512)
