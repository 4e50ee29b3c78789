"""What the commands share: options, and opening the analyst."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.start import Analyst

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The store to use, instead of ELENCHUS_HOME.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def open_analyst(home: Path | None) -> Analyst:
    """Open the analyst over the chosen home."""
    from agent.settings import load_settings
    from agent.start import Analyst

    return Analyst(load_settings(home=home))
