"""Proposals for one kind of thing in a scene of any size: window by window, merged at the seams."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from store.raster import SceneReader, Window
from tools.concepts import Concept
from tools.contract import Bench
from tools.counting.contract import Candidates
from tools.counting.seams import apart
from tools.shapes import circles, moored, on_water, pools, rectangles
from tools.shapes.found import Proposals, needs_examples
from tools.shapes.kinds import Kind, Way, kind_of, sizes_m
from tools.shapes.looks import Canvas, Look, Piece
from tools.shapes.resolvable import Resolution, check_resolvable, resolution_of
from tools.shapes.sweep import scaled, sweep
from tools.shapes.water import water_in

WORK_PX: dict[Way, float] = {"on_water": 6.0, "circles": 12.0, "pools": 13.0, "rectangles": 25.0}
"""Working pixels along the smallest thing of a kind."""
_CIRCLE_PX = 12.0
"""Rings of fewer pixels across come together by chance."""
_NEAREST_CIRCLES = 0.5
_COARSER = 1.3
"""So much coarser than the working pixels a scene may be for a count to be stated."""
_LEAST_WATER = 0.05
"""Share of water below which nobody looks for moored boats."""
_ODD_PX = 12
"""Pixels that stand out and that nothing explains, for each object there may be more."""


@dataclass(frozen=True)
class Job:
    """One search: the canvas, what is looked for, and how."""

    bench: Bench
    canvas: Canvas
    kind: Kind
    size_m: tuple[float, float]
    core_px: int | None

    @property
    def size_px(self) -> tuple[float, float]:
        """Least and largest length in working pixels."""
        return self.size_m[0] / self.canvas.gsd_m, self.size_m[1] / self.canvas.gsd_m

    def sweep(
        self, margin_px: int, find: Callable[[Look, Piece], Sequence[Candidates]]
    ) -> list[Candidates]:
        """Go over the canvas."""
        return sweep(self.bench, self.canvas, margin_px, find, self.core_px)


def propose(
    bench: Bench,
    reader: SceneReader,
    concept: Concept,
    within: Window | None = None,
    resolution: Resolution | None = None,
    core_px: int | None = None,
) -> Proposals:
    """Find things of one kind by shape and colour.

    Args:
        bench: Whose limits are kept at each window.
        reader: The open scene.
        concept: What to look for.
        within: Where to look, in native pixels; by default everywhere.
        resolution: How finely the scene shows the ground, where the caller knows it already.
        core_px: Side of a window in working pixels; the result does not depend on it.

    Raises:
        ToolRefusal: `needs_gsd`, `too_coarse`, or `needs_examples` for what is not found by
            shape and for scenes in which this kind cannot be.
    """
    kind, size = kind_of(concept), sizes_m(concept)
    if kind.way is None or size is None:
        raise needs_examples(concept.plural, kind.reason)
    if reader.scene.kind == "SAR":
        raise needs_examples(concept.plural, "shapes are looked for in optical images only")
    fine = resolution or resolution_of(reader, concept.plural)
    check_resolvable(concept, fine, kind.way)
    work_m = size[0] / WORK_PX[kind.way]
    canvas = Canvas(reader, fine.gsd_m, work_m, within)
    if kind.way == "pools" and canvas.is_grey:
        raise needs_examples(concept.plural, "they are told by colour, and this has none")
    found = _WAYS[kind.way](Job(bench, canvas, kind, size, core_px))
    if found.trust == "usable" and fine.effective_m > _COARSER * work_m:
        words = f"at {fine.effective_m:.2g} m per pixel small ones are lost"
        found = replace(found, trust="weak", reason=words)
    part = (within or reader.whole).clipped(reader.shape)
    family = tuple(scaled(marks, canvas.step).within(part).ranked() for marks in found.family)
    return replace(found, what=concept.plural, family=family)


def _on_water(job: Job) -> Proposals:
    water = water_in(job.canvas)
    usual: list[on_water.Sighting] = []

    def find(look: Look, piece: Piece) -> list[Candidates]:
        standing = on_water.standing_out(look, job.size_px[1])
        seen = on_water.find(standing, look, piece, job.size_px)
        usual.append(seen[0])
        return [sighting.ships for sighting in seen]

    if water.is_open:
        family = job.sweep(on_water.margin_px(job.size_px[1]), find)
        found = _proposals(job, family, on_water.FAMILY, water.words())
        odd_px, cut = (sum(getattr(s, name) for s in usual) for name in ("odd_px", "cut"))
        return replace(found, unexplained=math.ceil(odd_px / _ODD_PX), cut=cut)
    if water.share < _LEAST_WATER:
        none = [Candidates.none() for _ in moored.FAMILY]
        return _proposals(job, none, moored.FAMILY, "no water was made out here")
    marks = job.sweep(moored.margin_px(job.canvas.gsd_m), lambda *at: [moored.find(*at)])[0]
    family = [
        apart(marks.take(marks.score >= setting.contrast), moored.NEAREST)
        for setting in moored.FAMILY
    ]
    return _proposals(job, family, moored.FAMILY, f"{job.kind.reason}; {water.words()}")


def _circles(job: Job) -> Proposals:
    size = max(_CIRCLE_PX, job.size_px[0]), job.size_px[1]

    def find(look: Look, piece: Piece) -> list[Candidates]:
        return [circles.find(circles.edges_of(look), piece, size)]

    marks = job.sweep(circles.margin_px(size[1]), find)[0]
    family = [
        apart(marks.take(marks.score >= setting.ring), _NEAREST_CIRCLES)
        for setting in circles.FAMILY
    ]
    return _proposals(job, family, circles.FAMILY, job.kind.reason, least_px=size[0])


def _pools(job: Job) -> Proposals:
    def find(look: Look, piece: Piece) -> list[Candidates]:
        cyan = pools.cyan_of(look)
        return [pools.find(cyan, look, piece, job.size_px, setting) for setting in pools.FAMILY]

    family = job.sweep(pools.margin_px(job.size_px[1]), find)
    return _proposals(job, family, pools.FAMILY, job.kind.reason)


def _rectangles(job: Job) -> Proposals:
    def find(look: Look, piece: Piece) -> list[Candidates]:
        return [rectangles.find(look, piece, job.size_px, job.kind.ratio)]

    marks = job.sweep(rectangles.margin_px(job.size_px[1]), find)[0]
    family = [
        apart(marks.take(marks.score >= setting.score), rectangles.NEAREST)
        for setting in rectangles.FAMILY
    ]
    return _proposals(job, family, rectangles.FAMILY, job.kind.reason)


_WAYS: dict[Way, Callable[[Job], Proposals]] = {
    "on_water": _on_water,
    "circles": _circles,
    "pools": _pools,
    "rectangles": _rectangles,
}


def _proposals(
    job: Job,
    family: list[Candidates],
    settings: Sequence[Any],
    reason: str,
    least_px: float | None = None,
) -> Proposals:
    """Return what was found; it is as trusted as its kind where nothing here speaks against it."""
    usable = job.kind.trust == "usable" and not reason
    return Proposals(
        what="",
        family=tuple(family),
        trust="usable" if usable else "weak",
        reason=reason,
        smallest_m=(least_px or job.size_px[0]) * job.canvas.gsd_m,
        parameters={
            "way": job.kind.way,
            "working_gsd_m": job.canvas.gsd_m,
            "size_m": list(job.size_m),
            "settings": [asdict(setting) for setting in settings],
        },
    )
