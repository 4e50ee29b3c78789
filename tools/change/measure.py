"""What one window of a pair shows: its mask, and the evidence in it. Depends on no other window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tools.change.contract import Floats, Mask, Plane, Views, Window
from tools.change.evidence import FEWEST_PX, GroundTest, block_sums_padded
from tools.change.gradients import brightness
from tools.change.halved import HalvedVector
from tools.change.lattice import BLOCK_PX, Cells
from tools.change.normalise import Normaliser
from tools.change.outline import outlined
from tools.change.plan import Plan
from tools.change.register import shifted
from tools.change.sar import LogRatio

_GROUP = 8  # blocks along the side of a part in which ground is tested at once
_MARGIN_PX = 16


class Measured(NamedTuple):
    """One window; blocks and cells are those whose upper-left pixel lies in it.

    Attributes:
        mask, valid: (rows, cols) of the window.
        differing_px: Valid pixels whose values differ at all.
        brighter_px, darker_px: Mask pixels that became brighter or darker, normalised.
        unexplained: Pixels that light does not explain, per block; None when there are none.
        cells: Of the window with its margin; None on routes that do not look at structure.
    """

    window: Window
    mask: Mask
    valid: Mask
    differing_px: int
    brighter_px: int
    darker_px: int
    unexplained: Floats | None
    cells: Cells | None


def measure(
    plan: Plan, window: Window, outer: Window, views: Views, *, settled: bool = False
) -> Measured:
    """Measure a window from what was read with a margin.

    Args:
        plan: How.
        window: What is measured.
        outer: The same with its margin, as far as the image goes.
        views: The pixels of `outer`.
        settled: Whether ground was found replaced elsewhere: then it is not tested here.
    """
    here = window.inside(outer)
    cells = plan.lattice(views) if plan.lattice else None
    if plan.halved is not None:
        mask, grown, lift = _in_halves(plan, plan.halved, views)
    else:
        mask, lift = _in_full(plan, views, outer, cells)
        grown = mask
    inner = mask[here]
    signs = np.sign(lift[here][inner]) if lift is not None else np.zeros(0)
    return Measured(
        window=window,
        mask=inner,
        valid=views.valid[here],
        differing_px=_differing(Views(views.a[:, *here], views.b[:, *here], views.valid[here])),
        brighter_px=int(np.count_nonzero(signs > 0)),
        darker_px=int(np.count_nonzero(signs < 0)),
        unexplained=_unexplained(plan, views, grown)[owned(window, outer)]
        if inner.any() and plan.ground is not None and not settled
        else None,
        cells=cells,
    )


def _in_halves(plan: Plan, score: HalvedVector, views: Views) -> tuple[Mask, Mask, Plane | None]:
    """The mask within its outline, all that stood out, and how much brighter it became."""
    halves = score(views)
    mask, grown = outlined(halves, plan.threshold, score.usual, views.valid.shape)
    if not mask.any():
        return mask, grown, None
    mask, grown = mask & views.valid, grown & views.valid
    lift = -halves.darker.repeat(2, axis=0).repeat(2, axis=1)
    return mask, grown, lift[: mask.shape[0], : mask.shape[1]]


def _in_full(
    plan: Plan, views: Views, outer: Window, cells: Cells | None
) -> tuple[Mask, Plane | None]:
    """The mask at full resolution, and how much brighter it became."""
    if isinstance(plan.score, LogRatio):
        signed = plan.score.signed(views)
        return plan.threshold.mask(np.abs(signed), views.valid), signed
    mask = plan.threshold.mask(plan.score(views, outer, cells), views.valid)
    if plan.normaliser is None or not mask.any():
        return mask, None
    return mask, brightness(plan.normaliser(views.b)) - brightness(views.a)


def _unexplained(plan: Plan, views: Views, mask: Mask) -> Floats:
    """Pixels that light does not explain, per block of the window with its margin."""
    blocks = tuple(-(-n // BLOCK_PX) for n in mask.shape)
    out = np.zeros(blocks, np.float32)
    if plan.ground is None or plan.normaliser is None:
        return out
    enough = block_sums_padded(plan.ground.core(mask)) >= FEWEST_PX
    for row in range(0, blocks[0], _GROUP):
        for col in range(0, blocks[1], _GROUP):
            group = slice(row, row + _GROUP), slice(col, col + _GROUP)
            if enough[group].any():
                _test_part(out, group, plan.ground, plan.normaliser, _part(plan), views, mask)
    return out


def _part(plan: Plan) -> tuple[float, float]:
    """The shift that is left in what was read."""
    return plan.halved.part if plan.halved is not None else (0.0, 0.0)


def _test_part(
    into: Floats,
    group: tuple[slice, slice],
    ground: GroundTest,
    normaliser: Normaliser,
    part: tuple[float, float],
    views: Views,
    mask: Mask,
) -> None:
    """Test the ground of one group of blocks, with a margin around."""
    px = [(max(g.start * BLOCK_PX - _MARGIN_PX, 0), g.stop * BLOCK_PX + _MARGIN_PX) for g in group]
    at = slice(*px[0]), slice(*px[1])
    b = shifted(views.b[:, *at].astype(np.float32), *part)
    counts = ground(views.a[:, *at].astype(np.float32), normaliser(b), mask[at])
    first = [g.start - p[0] // BLOCK_PX for g, p in zip(group, px, strict=True)]
    found = counts[first[0] : first[0] + _GROUP, first[1] : first[1] + _GROUP]
    into[group] = found


def _differing(views: Views) -> int:
    """Valid pixels whose values differ in any band; all of them when the bands do not match."""
    if len(views.a) != len(views.b):
        return int(np.count_nonzero(views.valid))
    differs = np.zeros(views.valid.shape, bool)
    for a, b in zip(views.a, views.b, strict=True):
        differs |= a != b
    differs &= views.valid
    return int(np.count_nonzero(differs))


def owned(window: Window, outer: Window) -> tuple[slice, slice]:
    """The cells of the outer window whose upper-left block lies in the inner one."""
    row, col = (window.row0 - outer.row0) // BLOCK_PX, (window.col0 - outer.col0) // BLOCK_PX
    rows, cols = -(-window.shape[0] // BLOCK_PX), -(-window.shape[1] // BLOCK_PX)
    return slice(row, row + rows), slice(col, col + cols)


def blocks(window: Window, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Where the blocks of a window lie among all blocks of the image."""
    row, col = window.row0 // BLOCK_PX, window.col0 // BLOCK_PX
    return slice(row, row + shape[0]), slice(col, col + shape[1])
