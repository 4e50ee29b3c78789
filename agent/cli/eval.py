"""`elenchus eval`: a question bank, asked and scored."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.common import written


def evaluate(
    bank: Annotated[Path, typer.Argument(help="The question bank (YAML).")],
    data: Annotated[
        Path | None, typer.Option("--data", help="The folder that the bank's files are in.")
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work", help="Where stores are made and kept; a folder of its own by default."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", help="Id of a question to ask, with those it follows; may be repeated."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--json", help="Write every answer with its score to this file.")
    ] = None,
) -> None:
    """Ask the questions of a bank and say how many were answered right.

    A wrong number is a value that is not true, a wrong yes or no, or any value where none can be
    known. Imprecise is an estimate outside of the tolerance whose own 90 % interval holds the
    truth. Over-abstained is a refusal of what could be answered. Exit code 1 when there was a
    wrong number or a failure.
    """
    from rich.console import Console
    from rich.progress import Progress

    from agent.evaluation.bank import load_bank
    from agent.evaluation.run import not_right, run_bank, table
    from agent.settings import load_settings

    read = load_bank(bank)
    wanted = only or []
    count = len(read.chosen(wanted))
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(prefix="elenchus-eval-") as own,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("", total=count)
        scored = run_bank(
            read,
            settings=load_settings(),
            work=work or Path(own),
            data=data,
            beside=bank.parent,
            progress=lambda done, what: bar.update(task, completed=done, description=what[:60]),
            only=wanted,
        )
    if out is not None:
        with written(out) as file:
            json.dump([item.model_dump(mode="json") for item in scored], file, indent=1)
    for item in not_right(scored):
        typer.echo(f"{item.id} ({item.outcome}): {item.ask}")
        typer.echo(f"  said {item.value!r}, true is {item.expected!r}: {item.answer[:300]}")
        for fault in item.faults:
            typer.echo(f"  {fault}")
    typer.echo(table(scored))
    bad = sum(item.outcome in ("wrong_number", "failed") for item in scored)
    raise typer.Exit(1 if bad else 0)
