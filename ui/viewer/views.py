"""What to show for a scene, a pair, a piece of evidence or a citation."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from urllib.parse import quote

import numpy as np
import shapely

from agent.evidence import REFERENCE, Evidence
from agent.ledger import SessionLedger
from store.catalog import Catalog
from store.errors import StoreError, UnknownId
from store.geo import Region
from store.scenes import Scene, SceneKey
from ui.viewer.focus import focus_of, on_scene
from ui.viewer.places import lattice_of, north_of
from ui.viewer.pyramid import level_count
from ui.viewer.spec import LayerKind, Mode, VectorLayer, ViewScene, ViewSpec
from ui.viewer.tiles import check_pair

PREFIX = "/viewer"
_KINDS: dict[str, LayerKind] = {
    "lookup_osm": "map",
    "find_place": "map",
    "detect_change": "changes",
    "record_answers": "candidates",
}


def view_of(
    catalog: Catalog, names: Sequence[str | SceneKey], mode: Mode | None = None
) -> ViewSpec:
    """Return the view of one scene, or of a pair to be compared by a swipe.

    Args:
        catalog: Which scenes are held.
        names: One or two scenes by id, alias or the key that evidence cites.
        mode: By default a pair is shown with a divider.

    Raises:
        UnknownId: No such scene is held, or the two cannot be laid on each other.
    """
    if not 1 <= len(names) <= 2:
        raise UnknownId(f"a view shows one scene or two, not {len(names)}")
    scenes = [_held(catalog, name) for name in names]
    first = scenes[0]
    note = ""
    if len(scenes) == 2:
        check_pair(scenes[1], first)
        note = _how_laid(first, scenes[1])
    return ViewSpec(
        scenes=[_shown(first), *(_shown(scene, first) for scene in scenes[1:])],
        mode=mode or ("swipe" if len(scenes) == 2 else "single"),
        note=note,
    )


def evidence_view(catalog: Catalog, ledger: SessionLedger, reference: str) -> ViewSpec:
    """Return what a citation points at: its scenes, its objects, its place and resolution.

    Args:
        catalog: Which scenes are held.
        ledger: The session the citation is of.
        reference: `E5`, `E5.count`, `E5#set`, `E5#region` or one object, `E5#3`.

    Raises:
        UnknownId: The session has no such evidence, or nothing of it can be shown on a scene.
    """
    evidence, row = _cited(ledger, reference)
    keys = scenes_of(catalog, ledger, evidence)
    if not keys:
        raise UnknownId(f"{evidence.id} rests on no scene that is held, so there is no picture")
    view = _pair_or_first(catalog, keys)
    first = _held(catalog, keys[0])
    layers = [layer for layer in (asked_region(first, evidence.region, evidence.id),) if layer]
    if evidence.set is not None and evidence.set.count:
        layers.append(set_layer(first, ledger, evidence))
    focus = focus_of(first, ledger, evidence, row)
    return view.model_copy(update={"layers": layers, "focus": focus})


def scenes_of(catalog: Catalog, ledger: SessionLedger, evidence: Evidence) -> list[SceneKey]:
    """Return the scenes evidence was measured in; for evidence of the map, one that shows it."""
    seen: set[str] = set()
    waiting = [evidence.id]
    while waiting:
        current = ledger.get(waiting.pop(0))
        if current is None or current.id in seen:
            continue
        seen.add(current.id)
        unlike = {key.id: key for key in current.scenes if _is_scene(catalog, key)}
        if unlike:
            return list(unlike.values())[:2]
        waiting += current.parents
    if evidence.region is None:
        return []
    held = catalog.scenes(region=evidence.region)
    return [max(held, key=lambda s: _shared(s, evidence.region)).key] if held else []


def set_layer(scene: Scene, ledger: SessionLedger, evidence: Evidence) -> VectorLayer:
    """Return the layer of the features that evidence found, as shown on a scene."""
    kind = kind_of(ledger, evidence)
    count = 0 if evidence.set is None else evidence.set.count
    url = f"{PREFIX}/vectors/{quote(ledger.session)}/{evidence.id}.geojson"
    return VectorLayer(
        id=f"{evidence.id}#set", title=_title(evidence, kind), kind=kind, count=count,
        url=f"{url}?scene={quote(scene.id)}&revision={scene.revision}", evidence=evidence.id,
    )  # fmt: skip


def asked_region(scene: Scene, region: Region | None, name: str) -> VectorLayer | None:
    """Return the outline of a region on a scene; None where it is not on it, or is all of it."""
    if region is None:
        return None
    area = on_scene(scene, region)
    if area is None or area.covers(shapely.box(0, 0, scene.width, scene.height).buffer(-0.5)):
        return None
    rounded = shapely.transform(area, lambda points: np.round(points, 2))
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": json.loads(shapely.to_geojson(rounded)),
    }
    return VectorLayer(
        id=f"{name}#region", title="Asked region", kind="region", count=1, evidence=name,
        data={"type": "FeatureCollection", "features": [feature]},
    )  # fmt: skip


def kind_of(ledger: SessionLedger, evidence: Evidence) -> LayerKind:
    """Return how the features of evidence are drawn: by the tool they first came from."""
    current: Evidence | None = evidence
    for _ in range(16):
        if current is None:
            break
        if current.tool in _KINDS:
            return _KINDS[current.tool]
        if current.tool == "count_objects":
            return "objects" if current.quantity("count") is not None else "candidates"
        if current.tool == "review_objects":
            return "objects"
        current = ledger.get(current.parents[0]) if current.parents else None
    return "objects"


def _is_scene(catalog: Catalog, key: SceneKey) -> bool:
    """Tell whether a key that evidence cites is of a scene held, and not of a map layer."""
    try:
        catalog.scene(key.id, key.revision)
    except UnknownId:
        return False
    return True


def _held(catalog: Catalog, name: str | SceneKey) -> Scene:
    if isinstance(name, SceneKey):
        return catalog.scene(name.id, name.revision)
    return catalog.scene(name)


def _shown(scene: Scene, on: Scene | None = None) -> ViewScene:
    """Return a scene as the browser needs it, on its own pixels or on another scene's."""
    grid = on or scene
    query = f"revision={scene.revision}"
    if on is not None:
        query += f"&on={quote(on.id)}&on_revision={on.revision}"
    return ViewScene(
        id=scene.id, revision=scene.revision, frame=scene.frame,
        title=scene.alias if scene.period is None else str(scene.period), about=_about(scene),
        width=grid.width, height=grid.height, gsd_x_m=grid.gsd_x_m, gsd_y_m=grid.gsd_y_m,
        tiles=f"{PREFIX}/tiles/{quote(scene.id)}/{{z}}/{{x}}/{{y}}.png?{query}",
        levels=level_count(grid.width, grid.height),
        lattice=None if on else lattice_of(scene), north_deg=None if on else north_of(scene),
    )  # fmt: skip


def _about(scene: Scene) -> str:
    """Return what is known of a scene in a few words."""
    said = [] if scene.period is None else [scene.alias]
    if scene.gsd_m is not None:
        told = " (declared)" if scene.gsd_from == "declared" else ""
        said.append(f"{scene.gsd_m:.3g} m per pixel{told}")
    kind = scene.sensor or (scene.kind if scene.kind != "unknown" else None)
    said += [kind] if kind else []
    return " · ".join([*said, f"{scene.width:,} × {scene.height:,} px"])


def _how_laid(first: Scene, second: Scene) -> str:
    if not first.is_georeferenced:
        same = first.frame == second.frame
        return "" if same else "Laid pixel on pixel: neither scene says where it is."
    same = (first.crs, first.transform, first.width, first.height) == (
        second.crs, second.transform, second.width, second.height,
    )  # fmt: skip
    return "" if same else f"{second.alias} is warped onto the pixels of {first.alias}."


def _pair_or_first(catalog: Catalog, keys: Sequence[SceneKey]) -> ViewSpec:
    """Return both scenes with a divider, or the first where they cannot be laid on each other."""
    if len(keys) < 2:
        return view_of(catalog, keys)
    try:
        return view_of(catalog, keys[:2])
    except StoreError as wrong:
        return view_of(catalog, keys[:1]).model_copy(update={"note": str(wrong)})


def _cited(ledger: SessionLedger, reference: str) -> tuple[Evidence, int | None]:
    found = REFERENCE.match(reference.strip())
    evidence = ledger.get(found[1]) if found else None
    if found is None or evidence is None:
        raise UnknownId(f"this session has no evidence {reference[:40]!r}")
    part = found[3]
    return evidence, int(part) if part and part.isdigit() else None


def _shared(scene: Scene, region: Region | None) -> tuple[float, float]:
    """Return how good a scene is for a place: the area of it that it shows, then its resolution."""
    common = None if region is None else scene.footprint.overlap(region)
    return (0.0 if common is None else common.area.area, -(scene.gsd_m or math.inf))


def _title(evidence: Evidence, kind: LayerKind) -> str:
    words = {
        "objects": "Found objects", "changes": "Changes", "map": "On the map",
        "candidates": "Candidates", "region": "Region",
    }  # fmt: skip
    of = next((q.of for q in evidence.quantities if q.of), "")
    return f"{words[kind]}: {of}" if of and kind != "changes" else words[kind]
