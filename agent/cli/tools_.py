"""`elenchus tools` and `elenchus schema`: what may be called, and what comes back."""

from __future__ import annotations

import json

import typer

from agent.cli.common import JsonOption


def tools(as_json: JsonOption = False) -> None:
    """List the tools that exist, or print their schemas with --json."""
    from tools.all_tools import registry

    specs = list(registry())
    if as_json:
        typer.echo(json.dumps([spec.schema() for spec in specs], indent=2))
        return
    for spec in specs:
        typer.echo(f"{spec.name:<16} {spec.description.splitlines()[0]}")


def schema() -> None:
    """Print the JSON schema of what `elenchus ask --json` prints."""
    from agent.result import published_schema

    typer.echo(json.dumps(published_schema(), indent=2))
