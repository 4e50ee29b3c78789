"""`elenchus ingest`: take pictures and vector files into the store, from here or from a host."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.common import HomeOption, JsonOption

if TYPE_CHECKING:
    from store.home import Home
    from store.ingest.entry import Taken
    from store.ingest.identity import Progress
    from store.scenes import Layer, Scene

BAD_USAGE = 2
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|https?:", re.IGNORECASE)
_HOW_TO_DECLARE = {
    "position": "a world file and --crs",
    "gsd": "--gsd",
    "date": "--date",
    "sensor": "--sensor",
    "bands": "--bands",
}


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(help="Files, patterns of files in quotes, or addresses (https://…)."),
    ],
    gsd: Annotated[float | None, typer.Option(help="Size of a pixel on the ground, in m.")] = None,
    date: Annotated[
        str | None, typer.Option(help="When it was taken: 2010, 2010-06, 2010-06-01 or A/B.")
    ] = None,
    sensor: Annotated[
        str | None, typer.Option(help="SAR, RGB, PAN, NIR, MS, Sentinel-2, Landsat-8 or another.")
    ] = None,
    bands: Annotated[
        str | None, typer.Option(help="Names of the bands in order, such as R,G,B,NIR.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="CRS of a file that does not say it, such as EPSG:32633.")
    ] = None,
    frame: Annotated[
        str | None, typer.Option(help="A name that pictures of one place, pixel on pixel, share.")
    ] = None,
    as_: Annotated[
        str | None, typer.Option("--as", help="Take a vector file as osm or as vector.")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE for all features; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take pictures and vector files into the store; files stay where they lie.

    What is fetched from an address is read by a process of its own, within limits, and kept as
    our own copy.

    What is declared is kept when the same file is ingested again; another value makes the next
    revision. Exit codes: 0 all taken, 2 some file was refused.
    """
    from agent.settings import load_settings
    from store.errors import StoreError
    from store.home import Home
    from store.ingest.declared import Declared
    from store.ingest.entry import Taken

    if as_ not in (None, "osm", "vector"):
        raise typer.BadParameter(f"--as {as_}: it is osm or vector")
    declared = Declared(
        gsd_m=gsd,
        date=date,
        sensor=sensor,
        bands=bands.split(",") if bands else None,
        crs=crs,
        frame=frame,
    )
    how = Taken(scene=declared, kind=as_, tags=_tags(tag or []))
    settings = load_settings(home=home)
    store = Home(settings.home)
    hosts = [host for part in settings.fetch_hosts.split(",") if (host := part.strip())]
    taken: list[Scene | Layer] = []
    refused: list[dict[str, str]] = []
    told: set[str] = set()
    with _progress(quiet=as_json) as progress:
        for name, take in _sources(paths, hosts):
            try:
                held = take(store, how, progress)
            except StoreError as problem:
                refused.append({"path": name, "code": problem.code, "text": str(problem)})
                continue
            taken.append(held)
            if not as_json:
                typer.echo(_line(held))
                _tell_notes(held, told)
    store.close()
    _report(taken, refused, as_json=as_json)


def _tell_notes(held: Scene | Layer, told: set[str]) -> None:
    """Say what a reader must know of what was taken; the same words only once."""
    for caveat in held.caveats:
        if caveat.text not in told:
            typer.echo(f"  note: {caveat.text}", err=True)
        told.add(caveat.text)


def _report(taken: list[Scene | Layer], refused: list[dict[str, str]], *, as_json: bool) -> None:
    from store.scenes import Scene

    if as_json:
        records = [(isinstance(held, Scene), held.model_dump(mode="json")) for held in taken]
        scenes = [record for is_scene, record in records if is_scene]
        layers = [record for is_scene, record in records if not is_scene]
        typer.echo(
            json.dumps({"scenes": scenes, "layers": layers, "refused": refused, "schema": 1})
        )
    for problem in refused:
        typer.echo(f"elenchus: {problem['text']}", err=True)
    if refused:
        raise typer.Exit(BAD_USAGE)


def _sources(
    texts: list[str], hosts: list[str]
) -> Iterator[tuple[str, Callable[[Home, Taken, Progress], Scene | Layer]]]:
    """Yield each source with what takes it into a store."""
    from store.ingest.entry import ingest as take

    for text in texts:
        if _URL.match(text):
            yield text.partition("?")[0], lambda *rest, url=text: _fetched(url, hosts, *rest)
        else:
            for path in _files([Path(text)]):
                yield str(path), lambda store, *rest, path=path: take(store, path, *rest)


def _fetched(
    url: str, hosts: list[str], store: Home, how: Taken, progress: Progress
) -> Scene | Layer:
    """Fetch a file and take it in as what it is: bytes of somebody else."""
    from store.fetch import Fetcher, name_of
    from store.ingest.untrusted import take_in

    with tempfile.TemporaryDirectory(prefix="intake-fetched-", dir=store.scratch) as folder:
        target = Path(folder) / "fetched"
        address = Fetcher(hosts).fetch(url, target, lambda share, what: progress(share / 2, what))
        return take_in(
            store, target, name_of(address), how,
            lambda share, what: progress(0.5 + share / 2, what),
        )  # fmt: skip


def _files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files named, patterns written out; one that matches nothing stays as it is."""
    for path in paths:
        wild = any(mark in str(path) for mark in "*?[") and not path.exists()
        found = (
            sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
            if wild
            else []
        )
        yield from found or [path]


def _tags(texts: list[str]) -> dict[str, str]:
    tags = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (key.strip() and equals and value.strip()):
            raise typer.BadParameter(f"--tag {text!r}: write KEY=VALUE, such as building=yes")
        tags[key.strip()] = value.strip()
    return tags


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress]:
    """Show how far long work is, on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda share, what: None
        return
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share, what: bar.update(task, completed=share, description=what)


def _line(held: Scene | Layer) -> str:
    from store.scenes import Scene

    return _scene_line(held) if isinstance(held, Scene) else _layer_line(held)


def _scene_line(scene: Scene) -> str:
    """Return a scene in one line: what is known, what is not, and how to declare it."""
    count = sum(band.role == "data" for band in scene.bands)
    parts = [f"{scene.width} x {scene.height} px", f"{count} band{'s' if count != 1 else ''}"]
    if scene.gsd_m is not None:
        parts.append(
            f"{scene.gsd_m:.4g} m per pixel"
            + (" (declared)" if scene.gsd_from == "declared" else "")
        )
    if scene.period is not None:
        parts.append(str(scene.period))
    if scene.sensor is not None:
        parts.append(scene.sensor)
    missing = [f"{what} ({_HOW_TO_DECLARE.get(what, what)})" for what in scene.unknown]
    if missing:
        parts.append("unknown: " + ", ".join(missing))
    return f"{_name(scene)}: " + ", ".join(parts)


def _layer_line(layer: Layer) -> str:
    parts = [f"{layer.count} features", layer.kind]
    parts.append(str(layer.period) if layer.period is not None else "unknown: date (--date)")
    return f"{_name(layer)}: " + ", ".join(parts)


def _name(held: Any) -> str:
    return held.id if held.revision == 1 else f"{held.id} (revision {held.revision})"
