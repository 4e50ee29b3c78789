"""Whether a kind can be found by shape in a scene, in one word and its reason, before any work."""

from __future__ import annotations

from dataclasses import dataclass

from store.scenes import Scene
from tools.concepts import Concept
from tools.shapes.kinds import Trust, kind_of, sizes_m
from tools.shapes.resolvable import coarsest_gsd_m


@dataclass(frozen=True)
class Works:
    """How far finding by shape can be trusted, and the words of the reason."""

    trust: Trust
    reason: str


def what_works(concept: Concept, scene: Scene) -> Works:
    """Tell what finding a kind by shape is good for in a scene, from the records alone.

    `usable`: a count may come of it; the pixels decide. `weak`: proposals to show or ask about.
    `hopeless`: ask for examples (or for a finer image, or for the size of a pixel) right away.
    """
    kind = kind_of(concept)
    if kind.way is None or sizes_m(concept) is None:
        return Works("hopeless", kind.reason)
    if scene.kind == "SAR":
        return Works("hopeless", "shapes are looked for in optical images only")
    if scene.gsd_m is None:
        return Works("hopeless", "the size of its pixels is not known; declare it with --gsd M")
    coarsest = coarsest_gsd_m(concept, kind.way)
    if coarsest is not None and scene.gsd_m > coarsest:
        return Works("hopeless", f"too coarse: {scene.gsd_m:.2g} m, it takes {coarsest:.2g} m")
    return Works(kind.trust, kind.reason)
