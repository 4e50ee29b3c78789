"""What changed between two scenes of one place: whether, how much, where."""

from __future__ import annotations

from typing import Annotated

from store.geo import Region
from store.raster import SceneReader
from store.raster.masks import MaskWriter
from store.scenes import Caveat, Scene
from tools.change import ChangeResult
from tools.change import detect_change as compare
from tools.change.contract import Codes
from tools.change.report import (
    change_caveats,
    change_features,
    change_quantities,
    change_views,
    cut_grid,
    up_caveat,
)
from tools.change.scene_pair import Common, ScenePair, common_grid
from tools.contract import Bench, Coverage, Finding, FromEvidence, Look, Mask, Method, SceneRef
from tools.registry import tool

VERSION = "1"


@tool(VERSION)
def detect_change(
    bench: Bench,
    before: SceneRef,
    after: SceneRef,
    region: Annotated[Region | None, FromEvidence] = None,
) -> Finding:
    """Say whether two scenes of the same place differ, how much, and where.

    The verdict is `changed`, `unchanged` or `cannot_tell`. Shares, area and regions are given
    when something changed; with `cannot_tell` the set holds the places worth a look, which are
    not claimed to have changed. The scenes are put in order of time, brought onto one grid (the
    coarser one), registered to a fraction of a pixel and normalised first. Use `relate` on the
    set for changes near something, `measure` for the largest.
    """
    first, second, caveats = _in_order(before, after)
    with bench.open_scene(first) as a, bench.open_scene(second) as b:
        common = common_grid(a, b, region)
        pair = ScenePair(a, b, common)
        path = bench.scratch / "change.tif"
        crs, transform = cut_grid(common)
        with MaskWriter(path, pair.shape, crs, transform) as sink:
            result = compare(pair, _Told(sink, bench, pair.shape), bench.check)
        views = change_views(pair, common, result)
        features = change_features(result, common)
        return Finding(
            quantities=change_quantities(result, common, features),
            method=Method(
                name=result.method,
                version=VERSION,
                parameters=_parameters(result),
                source=result.source,
            ),
            region=_region(common),
            scenes=[first.key, second.key],
            gsd_m=pair.gsd_m,
            coverage=_coverage(result, common, region),
            caveats=[
                *caveats,
                *common.caveats,
                *up_caveat(first),
                *_doubts(result),
                *change_caveats(result, pair.gsd_m),
            ],
            features=features,
            views=views,
            masks=[Mask(name="change", path=path, frame=first.frame)],
            series={
                "reasons": [reason.words for reason in result.reasons],
                "reason_codes": [reason.code for reason in result.reasons],
            },
            pixels_read=_pixels_read(a, b),
        )


class _Told:
    """Passes windows on to the mask, and tells how much of the image is done."""

    def __init__(self, sink: MaskWriter, bench: Bench, shape: tuple[int, int]) -> None:
        self._sink, self._bench = sink, bench
        self._done, self._all = 0, max(1, shape[0] * shape[1])

    def write(self, row0: int, col0: int, codes: Codes) -> None:
        """Store one window."""
        self._sink.write(row0, col0, codes)
        self._done += codes.size
        if codes.size < self._all:
            self._bench.progress(self._done / self._all, "comparing two dates")


def _in_order(before: Scene, after: Scene) -> tuple[Scene, Scene, list[Caveat]]:
    """Put the scenes in order of time where their dates give one, and say what was done."""
    if before.period is None or after.period is None:
        text = "which scene is the earlier is not known: one has no date; the order is as asked"
        return before, after, [Caveat(code="order_unknown", text=text)]
    order = before.period.order(after.period)
    if order == "after":
        text = f"{after.id} ({after.period}) is the earlier one; the scenes were put in order"
        return after, before, [Caveat(code="order_reversed", text=text)]
    if order == "overlaps" and before.key != after.key:
        text = f"the dates {before.period} and {after.period} overlap; the order is as asked"
        return before, after, [Caveat(code="order_unknown", text=text)]
    return before, after, []


def _region(common: Common) -> Region:
    scene = common.reference
    return Region.of(scene.scene.frame, scene.to_frame(common.where.area))


def _coverage(result: ChangeResult, common: Common, region: Region | None) -> Coverage:
    """State what share of the asked area both scenes show, and was compared."""
    shared = _region(common)
    asked = region.size() if region is not None else shared.size()
    imaged = min(1.0, shared.size() / asked)
    valid = imaged * result.compared_px / max(1, result.total_px)
    if region is None:
        valid = result.compared_px / max(1, result.total_px)
    gsd_m = common.reference.scene.gsd_m
    return Coverage(
        asked=asked, imaged=imaged, valid=valid, looked=[Look(gsd_m=gsd_m, share=valid)]
    )


def _doubts(result: ChangeResult) -> list[Caveat]:
    return [Caveat(code=doubt.code, text=doubt.words) for doubt in result.doubts]


def _parameters(result: ChangeResult) -> dict[str, object]:
    shift = result.registration
    return {
        "route": result.route,
        "thresholds": [float(value) for value in result.thresholds],
        "smallest_region_px": result.smallest_region_px,
        "shift_px": [shift.down_px, shift.right_px],
        "residual_px": shift.residual_px,
        "agreement": result.agreement,
    }


def _pixels_read(a: SceneReader, b: SceneReader) -> int:
    return a.pixels_read + (0 if a is b else b.pixels_read)
