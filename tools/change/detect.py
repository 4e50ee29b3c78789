"""Change between two images on one grid: register, choose, score, mask, decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tools.change.ahead import in_order
from tools.change.contract import (
    NOT_COMPARED,
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
from tools.change.decide import Evidence, decide, doubts, evident_px
from tools.change.evidence import largest_cluster, largest_crossing, new_structure
from tools.change.gradients import Orientations
from tools.change.lattice import BLOCK_PX, Cells
from tools.change.measure import Measured, blocks, measure, owned
from tools.change.places import NineCells
from tools.change.plan import Plan, make_plan
from tools.change.regions import ChangeRegion, Regions, lasting_least_px, smallest_region_px
from tools.change.register import Registration
from tools.change.windows import tiles

TILE_PX = 768


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What changed between two images, and how far to trust it.

    Attributes:
        verdict: changed, unchanged or cannot_tell.
        reasons: Why, the deciding one first.
        doubts: What to know before leaning on it.
        mask_means: Whether the mask and regions are change or only candidates for it.
        brighter_px, darker_px: Mask pixels whose mean over bands rose or fell, after
            normalisation; both 0 where the sensors are unlike.
        share: Mask pixels over compared pixels; None when nothing could be compared.
        cells: Share in each of nine cells, row 0 called north.
        halves: Share in the upper (N), lower (S), left (W) and right (E) half, and in the four
            quarters (NW, NE, SW, SE).
        regions: The largest regions, at most 2,000, by falling area.
        region_count, region_px: All regions of at least smallest_region_px.
        specks: Pieces smaller than that; they are in the mask but not in the regions.
        lasting_px: Pixels in regions too large for one vehicle or one shadow (200 m2).
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
    brighter_px: int
    darker_px: int
    share: float | None
    cells: dict[str, float | None]
    halves: dict[str, float | None]
    regions: tuple[ChangeRegion, ...]
    region_count: int
    region_px: int
    smallest_region_px: int
    specks: int
    lasting_px: int
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

    def read(window: Window) -> tuple[Views, bool]:
        check()
        views = Views(*plan.pair.read(*window.grown(plan.halo_px, pair.shape)))
        return views, tally.settled

    def work(window: Window, given: tuple[Views, bool]) -> Measured:
        outer = window.grown(plan.halo_px, pair.shape)
        return measure(plan, window, outer, given[0], settled=given[1])

    for found in in_order(tiles(pair.shape, tile_px), read, work):
        codes = tally.add(found)
        if sink is not None:
            sink.write(found.window.row0, found.window.col0, codes)
    return tally.result()


class _Tally:
    """Adds up what the windows show."""

    def __init__(self, pair: PairSource, plan: Plan) -> None:
        rows, cols = pair.shape
        self._pair, self._plan = pair, plan
        self._regions = Regions(
            pair.shape, smallest_region_px(pair.gsd_m), lasting_least_px(pair.gsd_m)
        )
        self._places = NineCells(pair.shape)
        lattice = -(-rows // BLOCK_PX), -(-cols // BLOCK_PX)
        self._unexplained: Floats = np.zeros(lattice, np.float32)
        structure = lattice if plan.lattice else (0, 0)
        self._built: Mask = np.zeros(structure, bool)
        self._razed: Mask = np.zeros(structure, bool)
        self._lines: Floats = np.zeros(structure, np.float32)
        self._turn: Orientations = np.zeros(structure, np.complex64)
        self._compared = self._differing = self._marked = 0
        self._brighter = self._darker = 0
        self.settled = False

    def add(self, found: Measured) -> Codes:
        """Add one window and return its mask codes."""
        self._compared += int(np.count_nonzero(found.valid))
        self._differing += found.differing_px
        self._marked += int(np.count_nonzero(found.mask))
        self._brighter += found.brighter_px
        self._darker += found.darker_px
        self._places.add(found.window, found.mask, found.valid)
        self._regions.add(found.window, found.mask)
        if found.unexplained is not None:
            at = blocks(found.window, found.unexplained.shape)
            self._unexplained[at] = found.unexplained
            here = largest_cluster(found.unexplained)
            self.settled |= here >= evident_px(self._regions.smallest_px)
        if found.cells is not None:
            self._mark(found.window, found.cells)
        codes: Codes = found.mask.astype(np.uint8)
        codes[~found.valid] = NOT_COMPARED
        return codes

    def _mark(self, window: Window, cells: Cells) -> None:
        """Lattice cells of this window where structure came, went or was lost."""
        own = owned(window, window.grown(self._plan.halo_px, self._pair.shape))
        built, razed = new_structure(cells)
        planes = (
            (self._built, built),
            (self._razed, razed),
            (self._lines, np.where(built, cells.lines_b, cells.lines_a)),
            (self._turn, np.where(built, cells.turn_b, cells.turn_a)),
        )
        for into, plane in planes:
            into[blocks(window, plane[own].shape)] = plane[own]

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
            method=self._plan.method[0],
            source=self._plan.method[1],
            route=self._plan.route.value,
            mask_means="candidates" if verdict == "cannot_tell" else "changed",
            total_px=found.total_px,
            compared_px=found.compared_px,
            differing_px=found.differing_px,
            mask_px=found.mask_px,
            brighter_px=self._brighter,
            darker_px=self._darker,
            share=found.share if found.compared_px else None,
            cells=self._places.shares,
            halves=self._places.half_shares,
            regions=tuple(regions.kept),
            region_count=regions.count,
            region_px=regions.total_px,
            smallest_region_px=regions.smallest_px,
            specks=regions.specks,
            lasting_px=regions.lasting_px,
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
