"""`elenchus export`: evidence as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.cli.common import HomeOption, open_analyst


def export(
    evidence: Annotated[str, typer.Argument(help="The evidence, such as E3.")],
    session: Annotated[str, typer.Option("--session", help="The conversation it belongs to.")],
    kind: Annotated[
        Literal["geojson", "gpkg", "csv", "cog", "png"],
        typer.Option(
            "--as", help="geojson, gpkg and csv: the places; cog: the mask; png: the picture."
        ),
    ] = "geojson",
    out: Annotated[
        Path | None, typer.Option("--out", help="The file; by default E3.geojson.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the places, mask or picture of evidence to a file."""
    from agent.exports import export as write
    from agent.ledger import SessionLedger
    from store.errors import UnknownId

    target = out or Path(f"{evidence}.{'tif' if kind == 'cog' else kind}")
    with open_analyst(home, must_exist=True) as analyst:
        ledger = SessionLedger(analyst.home.database, analyst.home.artifacts, session)
        found = ledger.get(evidence)
        if found is None:
            held = ", ".join(item.id for item in ledger.evidence) or "none"
            raise UnknownId(f"session {session!r} has no evidence {evidence!r}; it has {held}")
        write(found, ledger.features(evidence), analyst.home.artifacts, kind, target)
    typer.echo(f"wrote {target}")
