"""What an upload says of bytes that an operator holds: the same, or it is refused in words."""

from __future__ import annotations

import math

from store.errors import BadDeclaration
from store.geo import Period
from store.ingest.vectors import DeclaredLayer
from store.scenes import Layer, Scene

_GSD_TOLERANCE = 1e-3


def refuse_other_scene(held: Scene, texts: dict[str, str], name: str) -> None:
    """Refuse declarations that are not those of a scene that an operator ingested.

    Args:
        held: The scene.
        texts: The declarations, as a scene records them.
        name: What the file is called.
    """
    other = [what for what, text in texts.items() if not _same(held, what, text)]
    if other:
        raise _other(name, held, [f"{what} {texts[what]}" for what in other])


def refuse_other_layer(held: Layer, kind: str | None, declared: DeclaredLayer, name: str) -> None:
    """Refuse declarations that are not those of a layer that an operator ingested.

    Args:
        held: The layer.
        kind: How the file is to be taken, where that was said.
        declared: The declarations.
        name: What the file is called.
    """
    tags = {key: value for key, value in declared.tags.items() if held.declared.get(key) != value}
    other = [f"tag {key}={value}" for key, value in tags.items()]
    if kind not in (None, held.kind):
        other.append(f"kind {kind}")
    if declared.date not in (None, held.period):
        other.append(f"date {declared.date}")
    if other:
        raise _other(name, held, other)


def _same(held: Scene, what: str, text: str) -> bool:
    if held.declared.get(what) == text:
        return True
    if what == "gsd":
        return held.gsd_m is not None and math.isclose(
            float(text), held.gsd_m, rel_tol=_GSD_TOLERANCE
        )
    if what == "date":
        return held.period == Period.parse(text)
    said = {
        "sensor": held.sensor, "crs": held.crs,
        "bands": ",".join(band.name or "" for band in held.bands),
    }  # fmt: skip
    return said.get(what) == text


def _other(name: str, held: Scene | Layer, said: list[str]) -> BadDeclaration:
    return BadDeclaration(
        f"{name!r} is held already, as {held.id}, and not with {', '.join(said)}: what its "
        "operator says of it stays; send it without that, or have the operator ingest it anew"
    )
