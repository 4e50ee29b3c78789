"""`elenchus run`: a scripted session with expectations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.common import HomeOption, open_analyst, written


def run(
    script: Annotated[
        Path, typer.Argument(help="The session file (YAML): turns with `ask` and `expect`.")
    ],
    json_out: Annotated[
        Path | None, typer.Option("--json", help="Write all answers to this file.")
    ] = None,
    junit_out: Annotated[
        Path | None, typer.Option("--junit", help="Write the outcome as JUnit XML to this file.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Ask the questions of a file in order; exit code 1 when an answer is not as expected."""
    from agent import scripts

    wanted = scripts.load(script)
    with open_analyst(home) as analyst:
        reports = scripts.run(analyst, wanted)
    for report in reports:
        typer.echo(f"> {report.ask}\n{report.answer.answer}\n")
        for fault in report.faults:
            typer.echo(f"  NOT AS EXPECTED: {fault}")
    failed = sum(bool(report.faults) for report in reports)
    typer.echo(f"{len(reports) - failed} of {len(reports)} turns as expected")
    if json_out is not None:
        data = [report.model_dump(mode="json", by_alias=True) for report in reports]
        with written(json_out) as file:
            file.write(json.dumps(data, indent=2))
    if junit_out is not None:
        with written(junit_out) as file:
            file.write(scripts.junit(reports, script.stem).decode())
    raise typer.Exit(1 if failed else 0)
