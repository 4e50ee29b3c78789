"""The table of commands, and the group that imports one only when it is called.

To add a command, write an ordinary typer function (or a `typer.Typer` for a group such as
`audit show`) in `agent/cli/NAME.py`, add one line to `COMMANDS` and mention it in `docs/cli.md`.
Nothing heavy may be imported here: `elenchus --help` must stay quick.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperGroup
from typing_extensions import override


class Entry(NamedTuple):
    """Where a command lives, and what it does in one line."""

    target: str  # "module:attribute"; a name, not an import, so a command of `ui` may stand here
    help: str


COMMANDS: dict[str, Entry] = {
    "ask": Entry("agent.cli.ask:ask", "Answer a question, each number with its evidence."),
    "serve": Entry("ui.cli:serve", "Serve the chat in the browser."),
    "run": Entry("agent.cli.run:run", "Run a scripted session and check its answers."),
    "eval": Entry("agent.cli.eval:evaluate", "Ask a question bank and score the answers."),
    "audit": Entry("agent.cli.audit:audit", "Show and verify the log of every call."),
    "export": Entry("agent.cli.export:export", "Write evidence to a file for other programs."),
    "tools": Entry("agent.cli.tools_:tools", "List the tools, or print their schemas."),
    "schema": Entry("agent.cli.tools_:schema", "Print the JSON schema of an answer."),
    "ingest": Entry("agent.cli.ingest:ingest", "Add imagery and vector files to the store."),
    "scenes": Entry("agent.cli.scenes:scenes", "List the scenes and layers held."),
    "demo": Entry("agent.cli.demo:demo", "Make a small made-up town and ask about it."),
    "mcp": Entry("agent.cli.mcp:mcp", "Serve the tools and `ask` over MCP."),
    "doctor": Entry("agent.doctor:doctor", "Say what works, what is missing and how to get it."),
}


def load(name: str, entry: Entry) -> Any:
    """Import one command and make it what the group can call."""
    module_name, _, attribute = entry.target.partition(":")
    found = getattr(importlib.import_module(module_name), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name)(found)
        found = single
    command = typer.main.get_command(found)
    command.name = name
    return command


class LazyCommands(Mapping[str, Any]):
    """The commands by name; looking one up imports it, listing them does not."""

    def __init__(self, table: Mapping[str, Entry]) -> None:
        self.table = table

    @override
    def __getitem__(self, name: str) -> Any:
        return load(name, self.table[name])

    @override
    def __contains__(self, name: object) -> bool:
        return name in self.table

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    @override
    def __len__(self) -> int:
        return len(self.table)


class LazyGroup(TyperGroup):
    """A group that renders its help from `COMMANDS` and imports only the command called."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = LazyCommands(COMMANDS)  # type: ignore[assignment]  # read only, on purpose

    # typer keeps the types of these two arguments to itself
    @override
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


app = typer.Typer(
    cls=LazyGroup,
    name="elenchus",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich alone would cost half of the time that `--help` may take
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"elenchus {version('elenchus')}")
        except PackageNotFoundError:
            typer.echo("elenchus, run from a folder where it was not installed")
        raise typer.Exit


@app.callback(epilog="Each command explains itself: elenchus COMMAND --help")
def elenchus(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Ask satellite imagery a question; every number in the answer is a recorded measurement."""


def _worded_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose text is for the person; one not imported was not raised either."""
    homes = {"store.errors": "StoreError", "tools.contract": "ToolRefusal"}
    return tuple(
        getattr(sys.modules[module], name)
        for module, name in homes.items()
        if module in sys.modules
    )


def main() -> NoReturn:
    """Run the command line; a worded error is one line, a bug keeps its traceback.

    What the person can put right (an unknown name, a region that is none) exits with 2, what
    failed outside (an unreadable file, a full disk) with 1.
    """
    try:
        app(prog_name="elenchus")
    except _worded_errors() as problem:
        typer.echo(f"elenchus: {problem}", err=True)
        raise SystemExit(getattr(problem, "exit_code", 2)) from problem
    sys.exit(0)
