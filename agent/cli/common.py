"""What the commands share: options, and opening the analyst."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.start import Analyst

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The store to use, instead of ELENCHUS_HOME.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def open_analyst(home: Path | None, *, must_exist: bool = False) -> Analyst:
    """Open the analyst over the chosen home; what only reads refuses one that is not there."""
    from agent.settings import load_settings
    from agent.start import Analyst
    from store.errors import UnknownId

    settings = load_settings(home=home)
    if must_exist and not (settings.home / "elenchus.db").exists():
        raise UnknownId(f"there is no store in {settings.home}; give its folder with --home")
    return Analyst(settings)


@contextmanager
def written(path: Path) -> Iterator[IO[str]]:
    """Open a file to write, or say in words why it cannot be."""
    from store.errors import BadName

    try:
        with path.open("w", encoding="utf-8") as file:
            yield file
    except OSError as wrong:
        raise BadName(f"cannot write {path}: {wrong.strerror}") from wrong
