"""One search by example: everything alike in a part of a scene, described and set in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from typing_extensions import override

from store.raster import RegionWindow, SceneReader, Window
from tools.counting.appearance import appearance
from tools.counting.belief import Belief
from tools.counting.contract import Candidates
from tools.counting.doubles import Doubles
from tools.counting.examples import USUAL_ASPECT, Drawn, aligned
from tools.counting.lattice import Lattice, Stretch
from tools.counting.population import PARTS, Population, Prior, population, senses
from tools.counting.rank import rank
from tools.counting.template import Example, Patches, Shape, background_of, template_of

LIMIT = 2000
"""Most candidates that are looked at."""
_RANKING = 0.7
"""About the share of the work that ranking is."""


@dataclass(frozen=True)
class Search:
    """Candidates in order, and all that is known of them before an answer."""

    found: Candidates
    shape: Shape
    prior: Prior
    belief: Belief
    doubles: Doubles
    own: float
    full: bool
    """Whether there may be more candidates than were looked at."""
    pixels_read: int = 0


@dataclass
class _Asked:
    """A search by what it depends on; equal ones are made once and kept for the next round."""

    key: tuple[Hashable, ...]
    make: Callable[[], Search] | None

    @override
    def __hash__(self) -> int:
        return hash(self.key)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.key == other.key


@lru_cache(maxsize=2)
def _kept(asked: _Asked) -> Search:
    if asked.make is None:
        raise ValueError("a search that is not kept can only be made by whoever asks for it")
    return asked.make()


def search_again(
    reader: SceneReader,
    where: RegionWindow,
    boxes: Sequence[Drawn],
    *,
    made: bool = False,
    aspect: float = USUAL_ASPECT,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda share: None,
) -> Search:
    """Search, or return what the very same search gave a moment ago.

    Rounds of questions repeat one search. What was read for it counts each time, so that a
    finding does not depend on what was asked before.
    """

    def make() -> Search:
        before = reader.pixels_read
        done = search(
            reader, where, boxes, made=made, aspect=aspect, check=check, progress=progress
        )
        cost = reader.pixels_read - before
        reader.pixels_read = before
        return replace(done, pixels_read=cost)

    scene = reader.scene
    key = (scene.id, scene.revision, scene.digest, scene.declared.get("bands"), scene.sensor)
    asked = _Asked((*key, where.window, where.area.wkb, *boxes, made, aspect), make)
    try:
        done = _kept(asked)
    finally:
        asked.make = None  # what is kept holds no file open
    reader.pixels_read += done.pixels_read
    return done


def search(
    reader: SceneReader,
    where: RegionWindow,
    boxes: Sequence[Drawn],
    *,
    made: bool = False,
    aspect: float = USUAL_ASPECT,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda share: None,
    fitted: Population | None = None,
) -> Search:
    """Rank what looks like the objects in drawn boxes, and describe it.

    Args:
        reader: The scene.
        where: The part in which objects are sought; those whose centre lies in it.
        boxes: One to three objects, anywhere in the scene.
        made: Whether vehicles, vessels or aircraft are sought.
        aspect: Usual length by width of what is sought.
        check: Called often; it raises to stop.
        progress: Told the share that is done.
        fitted: What is known from other images; by default what comes with the program.
    """
    lattice, examples, shape = _laid_out(reader, boxes, aspect)
    check()
    patches = Patches(lattice, shape)
    near = where.window.grown(math.ceil(shape.length_px), reader.shape)
    template = template_of(patches, examples, background_of(lattice, shape, _working(near, shape)))
    ranked = rank(lattice, template, near, LIMIT, check, lambda share: progress(_RANKING * share))
    inside = shapely.contains_xy(where.area, ranked.centres[:, 0], ranked.centres[:, 1])
    found = ranked.take(inside)
    prior = (fitted or population()).prior(template.own, made=made)
    if not len(found):
        nothing = Belief(np.zeros((0, len(prior.mean) + PARTS)), prior, np.zeros(0, bool))
        return Search(found, shape, prior, nothing, Doubles.of(found), template.own, full=False)
    look = appearance(patches, found, examples, PARTS, check)
    known = _on_examples(found, examples, shape)
    belief = Belief.of(senses(found.score, template.own, look), look.parts, prior, known)
    full = len(ranked) >= LIMIT
    return Search(found, shape, prior, belief, Doubles.of(found), template.own, full)


def _laid_out(
    reader: SceneReader, boxes: Sequence[Drawn], aspect: float
) -> tuple[Lattice, list[Example], Shape]:
    base = Lattice(reader, Stretch.of(reader), 1.0)
    examples, shape = aligned(base, boxes, aspect)
    return Lattice(reader, base.stretch, shape.scale), examples, shape


def _working(window: Window, shape: Shape) -> tuple[int, int, int, int]:
    """Return a window in working pixels."""
    col0, row0, col1, row1 = (math.floor(value * shape.scale) for value in window)
    return col0, row0, col1, row1


def _on_examples(found: Candidates, examples: Sequence[Example], shape: Shape) -> NDArray[np.bool_]:
    """Return which candidates lie on the examples: the nearest, where it is near enough."""
    known = np.zeros(len(found), bool)
    reach = 0.5 * math.sqrt(shape.length_px * shape.width_px)
    for example in examples:
        away = np.hypot(*(found.centres - [example.col, example.row]).T)
        nearest = int(away.argmin())
        known[nearest] |= bool(away[nearest] < reach)
    return known
