"""What every test may rely on: a home of its own, closed sockets, test data, golden traces."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent

LOOPBACK = ["127.0.0.1", "::1", "localhost"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("elenchus")
    group.addoption("--update-golden", action="store_true", help="Rewrite the golden traces.")
    group.addoption(
        "--test-data",
        metavar="DIR",
        help="The folder with real imagery; by default $ELENCHUS_TEST_DATA, or shared/data inside "
        "or beside the checkout.",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Open sockets only where a test says so, and keep to golden traces when rewriting them."""
    if config.getoption("--update-golden"):
        items[:] = [item for item in items if "golden" in getattr(item, "fixturenames", ())]
    for item in items:
        if item.get_closest_marker("loopback") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
        if item.get_closest_marker("network") or item.get_closest_marker("llm"):
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a home of its own, so that none sees the settings or store of the person."""
    for name in [name for name in os.environ if name.startswith("ELENCHUS_")]:
        if name != "ELENCHUS_TEST_DATA":
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home") / "elenchus"
    monkeypatch.setenv("ELENCHUS_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def test_data(pytestconfig: pytest.Config) -> Path:
    """Return the folder with real imagery, or skip the test where there is none.

    The imagery has licences of its own and is not part of this repository.
    """
    asked = pytestconfig.getoption("--test-data") or os.environ.get("ELENCHUS_TEST_DATA")
    if asked:
        if not Path(asked).is_dir():
            raise pytest.UsageError(f"The test data folder {asked} does not exist.")
        return Path(asked)
    for folder in (CHECKOUT / "shared" / "data", CHECKOUT.parent / "shared" / "data"):
        if folder.is_dir():
            return folder
    pytest.skip("no test data here; give its folder with --test-data DIR")


class Rewritten(str):
    """A golden trace that is being rewritten: comparing it writes what it is compared with."""

    path: Path
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(str(other), encoding="utf-8")
        return True


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the text that the test's result is compared with: `assert readable(turn) == golden`.

    It lies in `golden/` beside the test, and `make golden` rewrites it.
    """
    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    path = request.path.parent / "golden" / f"{request.path.stem}.{name}.txt"
    if request.config.getoption("--update-golden"):
        text = Rewritten()
        text.path = path
        yield text
    elif path.is_file():
        yield path.read_text(encoding="utf-8")
    else:
        pytest.fail(f"There is no golden trace {path.name} yet; run `make golden` and read it.")
