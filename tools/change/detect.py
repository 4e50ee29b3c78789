"""Change between two images on one grid: register, choose, score, mask, decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tools.change.contract import (
    CHANGED,
    NOT_COMPARED,
    UNCHANGED,
    Check,
    Codes,
    Floats,
    Mask,
    MaskSink,
    PairSource,
    Reason,
    Verdict,
    Views,
    Window,
)
from tools.change.decide import Evidence, decide, doubts
from tools.change.evidence import (
    REACH_PX,
    largest_cluster,
    largest_crossing,
    new_structure,
)
from tools.change.gradients import Orientations
from tools.change.lattice import BLOCK_PX, Cells
from tools.change.places import NineCells
from tools.change.plan import Plan, make_plan
from tools.change.regions import ChangeRegion, Regions, smallest_region_px
from tools.change.register import Registration
from tools.change.threshold import GROWTH_PX
from tools.change.windows import tiles

TILE_PX = 1024


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What changed between two images, and how far to trust it.

    Attributes:
        verdict: changed, unchanged or cannot_tell.
        reasons: Why, the deciding one first.
        doubts: What to know before leaning on it.
        mask_means: Whether the mask and regions are change or only candidates for it.
        share: Mask pixels over compared pixels; None when nothing could be compared.
        cells: Share in each of nine cells, row 0 called north.
        halves: Share in the upper (N), lower (S), left (W) and right (E) half.
        regions: The largest regions, at most 2,000, by falling area.
        region_count, region_px: All regions of at least smallest_region_px.
        specks: Pieces smaller than that; they are in the mask but not in the regions.
        agreement: Median agreement of edge directions, 1 for the same picture.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...]
    method: str
    source: str
    route: str
    mask_means: Literal["changed", "candidates"]
    total_px: int
    compared_px: int
    differing_px: int
    mask_px: int
    share: float | None
    cells: dict[str, float | None]
    halves: dict[str, float | None]
    regions: tuple[ChangeRegion, ...]
    region_count: int
    region_px: int
    smallest_region_px: int
    specks: int
    registration: Registration
    agreement: float | None
    thresholds: tuple[float, float]


def _no_check() -> None:
    """Never stops."""


def detect_change(
    pair: PairSource,
    sink: MaskSink | None = None,
    check: Check = _no_check,
    tile_px: int = TILE_PX,
) -> ChangeResult:
    """Compare two images that lie on one grid.

    Args:
        pair: The images; read by windows with a margin, and sampled.
        sink: Takes the mask window by window (0, 1, 255); None to do without.
        check: Called before each window; raises to stop.
        tile_px: Side of a window, a multiple of 16; the result does not depend on it.
    """
    check()
    plan = make_plan(pair)
    tally = _Tally(pair, plan)
    for window in tiles(pair.shape, tile_px):
        check()
        codes = tally.add(window)
        if sink is not None:
            sink.write(window.row0, window.col0, codes)
    return tally.result()


class _Tally:
    """Runs the plan over windows and adds up what they show."""

    def __init__(self, pair: PairSource, plan: Plan) -> None:
        rows, cols = pair.shape
        self._pair, self._plan = pair, plan
        self._halo = plan.score.halo_px + GROWTH_PX + REACH_PX
        self._halo += -self._halo % BLOCK_PX
        self._regions = Regions(pair.shape, smallest_region_px(pair.gsd_m))
        self._places = NineCells(pair.shape)
        blocks = -(-rows // BLOCK_PX), -(-cols // BLOCK_PX)
        self._unexplained: Floats = np.zeros(blocks, np.float32)
        self._built: Mask = np.zeros(blocks, bool)
        self._razed: Mask = np.zeros(blocks, bool)
        self._lines: Floats = np.zeros(blocks, np.float32)
        self._turn: Orientations = np.zeros(blocks, np.complex64)
        self._compared = self._differing = self._marked = 0

    def add(self, window: Window) -> Codes:
        """Measure one window and return its mask codes."""
        outer = window.grown(self._halo, self._pair.shape)
        views = Views(*self._plan.pair.read(*outer))
        here = window.inside(outer)
        cells = self._plan.lattice(views) if self._plan.lattice else None
        score = self._plan.score(views, outer, cells)
        grown = self._plan.threshold.mask(score, views.valid)
        mask = self._plan.threshold.trimmed(grown, score)[here]
        inner = Views(views.a[:, *here], views.b[:, *here], views.valid[here])
        self._count(window, inner, mask)
        if mask.any():
            self._weigh(window, outer, views, grown)
        if cells is not None:
            self._mark(window, outer, cells)
        codes: Codes = np.where(mask, CHANGED, UNCHANGED).astype(np.uint8)
        codes[~inner.valid] = NOT_COMPARED
        return codes

    def _count(self, window: Window, inner: Views, mask: Mask) -> None:
        """Pixels, places and regions."""
        self._compared += int(np.count_nonzero(inner.valid))
        self._differing += _differing(inner)
        self._marked += int(np.count_nonzero(mask))
        self._places.add(window, mask, inner.valid)
        self._regions.add(window, mask)

    def _weigh(self, window: Window, outer: Window, views: Views, mask: Mask) -> None:
        """Pixels that light does not explain, per block."""
        if self._plan.ground is not None and self._plan.normaliser is not None:
            counts = self._plan.ground(views.a, self._plan.normaliser(views.b), mask)
            part = counts[_owned(window, outer)]
            self._unexplained[_blocks(window, part.shape)] = part

    def _mark(self, window: Window, outer: Window, cells: Cells) -> None:
        """Lattice cells of this window where structure came, went or was lost."""
        own = _owned(window, outer)
        built, razed = new_structure(cells)
        planes = (
            (self._built, built),
            (self._razed, razed),
            (self._lines, np.where(built, cells.lines_b, cells.lines_a)),
            (self._turn, np.where(built, cells.turn_b, cells.turn_a)),
        )
        for into, plane in planes:
            into[_blocks(window, plane[own].shape)] = plane[own]

    def result(self) -> ChangeResult:
        """Decide, and put everything together."""
        self._regions.finish()
        found = self._evidence()
        verdict, reasons = decide(found)
        regions, shift = self._regions, self._plan.registration
        return ChangeResult(
            verdict=verdict,
            reasons=tuple(reasons),
            doubts=tuple(doubts(found)),
            method=self._plan.score.name,
            source=self._plan.score.source,
            route=self._plan.route.value,
            mask_means="candidates" if verdict == "cannot_tell" else "changed",
            total_px=found.total_px,
            compared_px=found.compared_px,
            differing_px=found.differing_px,
            mask_px=found.mask_px,
            share=found.share if found.compared_px else None,
            cells=self._places.shares,
            halves=self._places.half_shares,
            regions=tuple(regions.kept),
            region_count=regions.count,
            region_px=regions.total_px,
            smallest_region_px=regions.smallest_px,
            specks=regions.specks,
            registration=shift,
            agreement=self._plan.agreement,
            thresholds=(self._plan.threshold.low, self._plan.threshold.seed),
        )

    def _evidence(self) -> Evidence:
        """The sums of all windows."""
        return Evidence(
            route=self._plan.route,
            registration=self._plan.registration,
            agreement=self._plan.agreement,
            total_px=self._pair.shape[0] * self._pair.shape[1],
            compared_px=self._compared,
            differing_px=self._differing,
            mask_px=self._marked,
            largest_region_px=self._regions.largest_px,
            smallest_region_px=self._regions.smallest_px,
            gsd_m=self._pair.gsd_m,
            sharper=self._plan.sharper,
            unexplained_px=largest_cluster(self._unexplained),
            built_cells=largest_crossing(self._built, self._lines, self._turn),
            razed_cells=largest_crossing(self._razed, self._lines, self._turn),
        )


def _differing(views: Views) -> int:
    """Valid pixels whose values differ in any band; all of them when the bands do not match."""
    if len(views.a) != len(views.b):
        return int(np.count_nonzero(views.valid))
    return int(np.count_nonzero((views.a != views.b).any(axis=0) & views.valid))


def _blocks(window: Window, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Where the blocks of a window lie among all blocks of the image."""
    row, col = window.row0 // BLOCK_PX, window.col0 // BLOCK_PX
    return slice(row, row + shape[0]), slice(col, col + shape[1])


def _owned(window: Window, outer: Window) -> tuple[slice, slice]:
    """The cells of the outer window whose upper-left block lies in the inner one."""
    row, col = (window.row0 - outer.row0) // BLOCK_PX, (window.col0 - outer.col0) // BLOCK_PX
    rows, cols = -(-window.shape[0] // BLOCK_PX), -(-window.shape[1] // BLOCK_PX)
    return slice(row, row + rows), slice(col, col + cols)
