"""From the references a planner writes to the values a tool takes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from agent.evidence import REFERENCE, Evidence
from agent.planner.contract import Ledger
from store.catalog import Catalog
from store.errors import StoreError
from store.features.sets import FeatureSet
from store.geo import EARTH, Region
from store.scenes import Scene, SceneKey
from tools.contract import Quantity
from tools.registry import Parameter, ToolSpec


class BadReference(StoreError):
    """A reference that leads to nothing, or to something of another kind."""

    code = "bad_reference"


@dataclass
class Resolved:
    """Arguments as values, with what they were taken from."""

    values: dict[str, Any] = field(default_factory=dict)
    parents: list[str] = field(default_factory=list)
    inputs: list[SceneKey] = field(default_factory=list)


class Resolver:
    """Resolves references against one session's ledger and the catalogue."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        self._ledger = ledger
        self._catalog = catalog

    def resolve(self, spec: ToolSpec, arguments: Any) -> Resolved:
        """Resolve validated arguments; raises a worded error when a reference leads nowhere."""
        resolved = Resolved()
        for name, parameter in spec.parameters.items():
            given = getattr(arguments, name)
            if parameter.kind == "plain" or given is None:
                resolved.values[name] = given
            elif parameter.many:
                resolved.values[name] = [self._one(parameter, item, resolved) for item in given]
            else:
                resolved.values[name] = self._one(parameter, given, resolved)
        return resolved

    def _one(self, parameter: Parameter, text: str, resolved: Resolved) -> Any:
        if parameter.kind == "scene":
            return self._scene(text, resolved)
        if parameter.kind == "region":
            return self._region(text, resolved)
        if parameter.kind == "set":
            return self._set(text, resolved)
        return self._quantity(text, resolved)

    def _scene(self, text: str, resolved: Resolved) -> Scene:
        scene = self._catalog.scene(text)
        resolved.inputs.append(scene.key)
        return scene

    def _set(self, text: str, resolved: Resolved) -> FeatureSet:
        evidence, _, part = self._evidence(text, resolved)
        features = self._ledger.features(evidence.id) if part == "set" else None
        if features is None:
            raise BadReference(
                f"{evidence.id} holds no set of features; choose evidence that found places"
            )
        return features

    def _quantity(self, text: str, resolved: Resolved) -> Quantity:
        evidence, name, _ = self._evidence(text, resolved)
        quantity = evidence.quantity(name or "")
        if quantity is None:
            known = ", ".join(f"{evidence.id}.{q.name}" for q in evidence.quantities)
            raise BadReference(f"{text!r} is no quantity; {evidence.id} has {known or 'none'}")
        return quantity

    def _region(self, text: str, resolved: Resolved) -> Region:
        if text.startswith("E"):
            return self._region_of_evidence(text, resolved)
        region = Region.parse(text)
        if region.frame == EARTH:
            return region
        # A scene may be named by its alias; the frame is the scene's own, or one it shares.
        scene = self._catalog.scene(region.frame.removeprefix("px:"))
        if scene.is_georeferenced:
            raise BadReference(
                f"{scene.id} lies on the ground; write lonlat:W,S,E,N instead of pixels"
            )
        resolved.inputs.append(scene.key)
        return Region(frame=scene.frame, geometry=region.geometry)

    def _region_of_evidence(self, text: str, resolved: Resolved) -> Region:
        evidence, _, part = self._evidence(text, resolved)
        if part == "region":
            if evidence.region is None:
                raise BadReference(
                    f"{evidence.id} has no region; name a scene's evidence or a place"
                )
            return evidence.region
        features = self._ledger.features(evidence.id)
        row = int(part) if part and re.fullmatch(r"\d+", part) else 0
        if features is None or not 1 <= row <= len(features):
            count = 0 if features is None else len(features)
            raise BadReference(f"{text!r} is no object; {evidence.id} has {count}")
        shape = features.geometry[row - 1]
        if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
            what = "relation without a place" if shape is None else shape.geom_type.lower()
            raise BadReference(
                f"{text!r} is a {what} and encloses nothing; "
                "ask for what lies within a distance of it"
            )
        return Region.of(features.frame, shape)

    def _evidence(self, text: str, resolved: Resolved) -> tuple[Evidence, str | None, str | None]:
        found = REFERENCE.match(text)
        evidence = self._ledger.get(found[1]) if found else None
        if found is None or evidence is None:
            held = self._ledger.evidence
            raise BadReference(
                f"{text[:40]!r} names no evidence of this session"
                + (f"; there is E1 to {held[-1].id}" if held else "; there is none yet")
            )
        if evidence.id not in resolved.parents:
            resolved.parents.append(evidence.id)
            resolved.inputs.extend(key for key in evidence.scenes if key not in resolved.inputs)
        return evidence, found[2], found[3]
