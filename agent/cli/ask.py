"""`elenchus ask`: one question, answered with its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.common import HomeOption, JsonOption, open_analyst

_HOW = (
    'give a question, such as: elenchus ask "How many bus stops are there?", or --resume or '
    "--answers FILE with --session NAME to go on with one"
)


def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in plain English.")] = None,
    scene: Annotated[
        list[str] | None,
        typer.Option(
            "--scene", help="Id or name of a scene the question is about; may be repeated."
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            help="Where: lonlat:W,S,E,N | px:SCENE:C0,R0,C1,R1 | WKT | @file.geojson",
        ),
    ] = None,
    example: Annotated[
        list[str] | None,
        typer.Option(
            "--example",
            help="A box around one of the things to count, written as a region; may be repeated.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            help="Answers about crops: YAML or JSON such as `E5#12: yes`, or GeoJSON areas in "
            "which the things lie. Without a question it goes on with the one that asked.",
        ),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option("--session", help="Name of a conversation to begin or go on with."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Finish the interrupted question of --session.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not tell the steps.")] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Answer a question about what the store holds; each number comes with its evidence.

    Exit codes: 0 answered or partial, 3 abstained or a question back, 4 budget reached,
    2 bad usage, 1 failed or cancelled.
    """
    goes_on = question is None and (resume != (answers is not None)) and session is not None
    if (question is None or resume) and not goes_on:
        raise typer.BadParameter(_HOW)
    from rich.console import Console

    from agent.cli.narrate import Narrator, print_answer
    from agent.events import nobody
    from agent.respondents import read_answers

    narrator = Narrator()
    listener = nobody if quiet or as_json else narrator
    with open_analyst(home) as analyst:
        try:
            if resume:
                answer = analyst.resume(session or "", listener=listener)
            else:
                answer = analyst.ask(
                    question or "",
                    scenes=scene or [],
                    region=region,
                    examples=example or [],
                    answers=None if answers is None else read_answers(answers),
                    session=session,
                    listener=listener,
                )
        finally:
            narrator.close()
    if as_json:
        typer.echo(answer.to_json())
    else:
        print_answer(answer, Console(highlight=False, soft_wrap=True))
        if session is None and not quiet:
            narrator.console.print(f"(go on with: --session {answer.session})", style="dim")
    raise typer.Exit(answer.exit_code)
