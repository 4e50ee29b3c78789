"""`elenchus demo`: a small made-up town, and a conversation about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from agent.start import Analyst

HOME = Path("~/.local/share/elenchus-demo")
SEED, SIZE = 15, 768
SMALLEST, LARGEST = 512, 8192

QUESTIONS = (
    "What do you hold?",
    "Describe town_2021.",
    "How many benches are there?",
    "And in the western half?",
    "How many buildings are within 100 m of a bus stop?",
    "What share of the area is covered by buildings?",
    "How far is the supermarket from the nearest bus stop?",
    "What changed between town_2021 and town_2023?",
    "How do you know?",
    "How many ships are there?",
)
"""What is asked, one after the other, in one conversation."""


def demo(
    seed: Annotated[int, typer.Option(help="Which town; each seed gives another.")] = SEED,
    size: Annotated[
        int, typer.Option(help="Columns and rows of its scenes.", min=SMALLEST, max=LARGEST)
    ] = SIZE,
    home: Annotated[
        Path | None,
        typer.Option("--home", help=f"Where to make it; {HOME} by default.", show_default=False),
    ] = None,
) -> None:
    """Make a small town that does not exist, ask about it, and print the conversation.

    Its pictures and its map are drawn by this program; the questions go the same way as yours
    would. A second start finds the town made. Exit code 1 when the log of the calls is not whole.
    """
    from rich.console import Console

    from agent.settings import load_settings
    from agent.start import Analyst

    console = Console(highlight=False)
    settings = load_settings(home=home or default_home(seed, size))
    _make_town(settings.home, seed, size, console)
    with Analyst(settings) as analyst:
        session = _talk(analyst, console)
        whole = _verify(analyst, console)
    _tell_how_to_go_on(settings.home, session, console)
    raise typer.Exit(0 if whole else 1)


def default_home(seed: int, size: int) -> Path:
    """Return where the store of a town is made: each town has its own."""
    return HOME if (seed, size) == (SEED, SIZE) else HOME.with_name(f"{HOME.name}-{seed}-{size}")


def _make_town(home: Path, seed: int, size: int, console: Console) -> None:
    """Make the town and its store with a progress bar, or take those that are there."""
    from rich.progress import Progress

    from agent.town import make_town

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("rendering", total=1.0)
        world = make_town(
            home,
            seed,
            size,
            progress=lambda share, what: bar.update(task, completed=share, description=what),
        )
    console.print(
        f"A town that does not exist, on the open Atlantic: {size} x {size} pixels of half a "
        "metre, in June 2021 and July 2023, with its map of March 2022. "
        f"The files are in {world.folder}.",
        style="dim",
    )


def _talk(analyst: Analyst, console: Console) -> str:
    """Ask the questions and print what comes, step by step; returns the session's name."""
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.text import Text

    from agent.cli.narrate import Narrator

    session: str | None = None
    for question in QUESTIONS:
        console.print()
        console.print(Text(f"> {question}", style="bold"))
        narrator = Narrator(console)
        try:
            answer = analyst.ask(question, session=session, listener=narrator)
        finally:
            narrator.close()
        session = answer.session
        console.print(Padding(Markdown(answer.answer, style="cyan"), (0, 0, 0, 2)))
        for choice in answer.question_back.choices if answer.question_back else ():
            console.print(Padding(Text(f"- {choice.label}", style="cyan"), (0, 0, 0, 4)))
    return session or ""


def _verify(analyst: Analyst, console: Console) -> bool:
    verdict = analyst.audit.verify()
    console.print()
    if verdict.whole:
        console.print(f"The log of these calls is whole: {verdict.rows} rows.", style="green")
    for found in verdict.breaks:
        console.print(f"The log is not whole: {found.text}", style="red")
    return verdict.whole


def _tell_how_to_go_on(home: Path, session: str, console: Console) -> None:
    console.print("Go on with your own questions:")
    for line in (
        f'elenchus ask --home {home} --session {session} "How many pharmacies are there?"',
        f"elenchus scenes --home {home}",
        f"elenchus audit show --home {home} --session {session}",
    ):
        console.print(f"  {line}", soft_wrap=True, markup=False)
