"""`elenchus scenes`: what the store holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from agent.cli.common import HomeOption, JsonOption

if TYPE_CHECKING:
    from rich.table import Table

    from store.scenes import Layer, Scene


def scenes(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """List the scenes and layers held, newest first."""
    from agent.settings import load_settings
    from store.home import Home

    store = Home(load_settings(home=home).home)
    held, layers = store.catalog.scenes(), store.catalog.layers()
    store.close()
    if as_json:
        record = {
            "scenes": [scene.model_dump(mode="json") for scene in held],
            "layers": [layer.model_dump(mode="json") for layer in layers],
            "schema": 1,
        }
        typer.echo(json.dumps(record))
        return
    if not held and not layers:
        typer.echo("Nothing is held yet; add imagery with: elenchus ingest FILE")
        return
    from rich.console import Console

    # A table cut to a pipe's 80 columns would break ids in two.
    console = Console(highlight=False)
    console.width = console.width if console.is_terminal else 200
    if held:
        console.print(_scene_table(held))
    if layers:
        console.print(_layer_table(layers))


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=name in ("scene", "layer"), overflow="fold")
    return table


def _scene_table(held: list[Scene]) -> Table:
    table = _table("scene", "size", "GSD", "date", "sensor", "unknown")
    for scene in held:
        table.add_row(
            scene.id,
            f"{scene.width} x {scene.height}",
            "-" if scene.gsd_m is None else f"{scene.gsd_m:.4g} m",
            "-" if scene.period is None else str(scene.period),
            _inert(scene.sensor),
            ", ".join(scene.unknown) or "-",
        )
    return table


def _inert(text: str | None) -> str:
    """Return outside text with nothing in it that the console would take for markup."""
    return "-" if text is None else text.replace("[", "\\[")


def _layer_table(layers: list[Layer]) -> Table:
    table = _table("layer", "kind", "features", "date")
    for layer in layers:
        date = "-" if layer.period is None else str(layer.period)
        table.add_row(layer.id, layer.kind, str(layer.count), date)
    return table
