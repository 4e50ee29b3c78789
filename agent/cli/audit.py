"""`elenchus audit`: the log of every call, shown and verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.common import HomeOption, JsonOption, open_analyst, written

audit = typer.Typer(
    help="Show and verify the log of every tool call.", no_args_is_help=True, rich_markup_mode=None
)
SessionOption = Annotated[str | None, typer.Option("--session", help="Only this conversation.")]


@audit.command()
def show(
    session: SessionOption = None,
    limit: Annotated[int, typer.Option(help="How many of the newest rows.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")] = False,
    home: HomeOption = None,
) -> None:
    """Show the newest rows: what was called, with what, and what came of it."""
    from collections import deque

    with open_analyst(home, must_exist=True) as analyst:
        newest = deque(analyst.audit.rows(session), maxlen=limit)
    for seq, body in newest:
        typer.echo(json.dumps({"seq": seq} | body) if as_json else _line(seq, body))


@audit.command()
def verify(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Check the log against its heads, and evidence, answers and artifacts against the log.

    Exit code 1 when anything was changed, added, removed, moved, cut off or rewritten.
    """
    from agent.verify import record_breaks

    with open_analyst(home, must_exist=True) as analyst:
        verdict = analyst.audit.verify()
        parts = (analyst.home.database, analyst.home.artifacts, analyst.audit)
        # A chain that is not whole says nothing about the records beside it.
        found = list(record_breaks(*parts)) if verdict.whole else verdict.breaks
        heads = analyst.settings.heads_folder
    whole = not found
    if as_json:
        breaks = [{"seq": b.seq, "text": b.text} for b in found]
        told: dict[str, Any] = {
            "whole": whole,
            "rows": verdict.rows,
            "heads": verdict.heads,
            "unsealed": verdict.unsealed,
            "breaks": breaks,
        }
        typer.echo(json.dumps(told, indent=2))
    elif whole:
        typer.echo(f"whole: {verdict.rows} rows, {verdict.heads} signed heads in {heads}")
        if verdict.unsealed:
            typer.echo(f"{verdict.unsealed} rows came after the last head; a cut there is not seen")
    else:
        typer.echo("NOT whole:")
        for one in found:
            typer.echo(f"  {one.text}")
    raise typer.Exit(0 if whole else 1)


@audit.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write, one JSON object per row.")],
    session: SessionOption = None,
    home: HomeOption = None,
) -> None:
    """Write the log as JSON lines, each with the exact text that was hashed."""
    from store import audit_log

    with open_analyst(home, must_exist=True) as analyst, written(out) as file:
        for row in audit_log.rows(analyst.home.database, session=session):
            line = {
                "seq": row.seq,
                "prev_hash": row.prev_hash,
                "row_hash": row.row_hash,
                "body": row.body,
            }
            file.write(json.dumps(line) + "\n")
    typer.echo(f"wrote {out}")


def _line(seq: int, body: dict[str, Any]) -> str:
    """Say one row in one line; text from outside is quoted, so that it cannot break the line."""
    where = f"{body['session'][:12]}:{body['turn']}" if body["session"] else "-"
    kind = body["kind"]
    if kind == "intent":
        which = f"step {body['step']}.{body['ordinal']}, try {body['attempt']}"
        what = f"{body['tool']} ({which}) {body['why']!r}"
    elif kind == "outcome":
        gave = body.get("evidence") or body.get("refusal") or ""
        what = f"{body['status']} {gave} {body.get('duration_ms', '-')} ms"
    elif kind == "answer":
        what = f"{body['status']} from {', '.join(body['evidence']) or 'no evidence'}"
    else:
        left_out = ("kind", "session", "turn", "call_key")
        what = json.dumps({key: value for key, value in body.items() if key not in left_out})
    return f"{seq:>6}  {where:<15} {kind:<8} {what}"
