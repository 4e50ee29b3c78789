"""From what the comparison found to quantities, places and pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import shapely.affinity
from affine import Affine
from PIL import Image, ImageDraw

from store.features.sets import FeatureSet
from store.geo import Region
from store.geo.measures import area_m2
from store.raster.picture import png_of
from store.scenes import Caveat, Scene
from tools.change.decide import Route
from tools.change.detect import ChangeResult
from tools.change.regions import LASTING_M2
from tools.change.scene_pair import Common, ScenePair
from tools.contract import Quantity, View

PICTURE_PX = 1_000_000
_DRAWN = 500
_VEHICLES_SEEN_M = 2.0
_CELL_NAMES = {
    "NW": "north_west", "N": "north", "NE": "north_east",
    "W": "west", "centre": "centre", "E": "east",
    "SW": "south_west", "S": "south", "SE": "south_east",
}  # fmt: skip
_MIRRORED = str.maketrans("NS", "SN")


AMOUNTS_HOLD = (Route.RADAR.value, Route.ALIKE.value, Route.SEASONS.value)
"""Routes whose mask is change itself; on the others it marks places worth a look."""


def amounts_hold(result: ChangeResult) -> bool:
    """Tell whether share, area and regions may be claimed, rather than places shown as candidates.

    In fine pictures of other light a verdict can rest on one strong structure, while the rest
    of the mask may be light: there the amount is not known.
    """
    return result.verdict == "unchanged" or (
        result.verdict == "changed" and result.route in AMOUNTS_HOLD
    )


def change_quantities(result: ChangeResult, common: Common, features: FeatureSet) -> list[Quantity]:
    """Return what is claimed; where amounts do not hold, only the verdict and the candidates."""
    quantities = [Quantity(name="verdict", of="change", value=result.verdict, unit="text")]
    if result.verdict != "cannot_tell":
        changed = result.verdict == "changed"
        quantities.append(Quantity(name="changed", of="change", value=changed, unit="text"))
    if amounts_hold(result):
        gsd_m = common.reference.scene.gsd_m
        quantities += [_changed_share(result, gsd_m), *_areas(result, common, features)]
        quantities += [*_directions(result), _region_count(result)]
        quantities += _places(result, common, "share")
    else:
        count = len(features)
        quantities.append(
            Quantity(name="candidate_count", of="candidates", value=count, unit="count")
        )
        quantities += _places(result, common, "candidate_share")
    quantities.append(_share("compared_share", result.compared_px / max(1, result.total_px)))
    return quantities


def _region_count(result: ChangeResult) -> Quantity:
    count = result.region_count if result.verdict == "changed" else 0
    return Quantity(name="region_count", of="changed regions", value=count, unit="count")


def _share(name: str, value: float) -> Quantity:
    return Quantity(name=name, of="change", value=float(value), unit="1")


def _changed_share(result: ChangeResult, gsd_m: float | None) -> Quantity:
    """Return the share; what stands out by chance alone bounds it, and is not claimed as change."""
    share = float(result.share or 0.0)
    low, value = _lasting(result, gsd_m) * share, share
    if result.verdict == "unchanged":
        low, value = 0.0, 0.0
    if low == share:
        return _share("changed_share", share)
    return Quantity(
        name="changed_share",
        of="change",
        value=value,
        unit="1",
        low=low,
        high=share,
        interval="spread",
    )


def _lasting(result: ChangeResult, gsd_m: float | None) -> float:
    """Return what part of the change is in regions too large for one vehicle or one shadow.

    Only in pixels fine enough to show these; it is the low end of what changed for good.
    """
    if not _shows_passing(result, gsd_m) or result.mask_px == 0:
        return 1.0
    return result.lasting_px / result.mask_px


def _shows_passing(result: ChangeResult, gsd_m: float | None) -> bool:
    fine = gsd_m is not None and gsd_m <= _VEHICLES_SEEN_M
    return fine and result.route != Route.RADAR.value


def _directions(result: ChangeResult) -> list[Quantity]:
    """Return the shares of the compared area that changed and became brighter, or darker."""
    if result.verdict != "changed":
        return []
    compared = max(1, result.compared_px)
    return [
        _share("brighter_share", result.brighter_px / compared),
        _share("darker_share", result.darker_px / compared),
    ]


def _areas(result: ChangeResult, common: Common, features: FeatureSet) -> list[Quantity]:
    """Return the changed area: regions from their geometry, specks by the size of a pixel."""
    gsd_m = common.reference.scene.gsd_m
    on_ground = common.reference.scene.is_georeferenced
    pixel = 1.0 if gsd_m is None else gsd_m**2
    unit = "px2" if gsd_m is None else "m2"
    if result.verdict != "changed":
        return [Quantity(name="changed_area", of="change", value=0.0, unit=unit)]
    kept_px = sum(region.area_px for region in result.regions)
    areas = [float(a) for a in features.columns["area_m2" if unit == "m2" else "area_px"]]
    kept = sum(areas) if on_ground else kept_px * pixel
    total = float(kept + (result.mask_px - kept_px) * pixel)
    low = total * _lasting(result, gsd_m)
    ends: dict[str, Any] = {} if low == total else {"low": low, "high": total, "interval": "spread"}
    return [
        Quantity(name="changed_area", of="change", value=total, unit=unit, **ends),
        Quantity(
            name="largest_region", of="changed regions", value=max(areas, default=0.0), unit=unit
        ),
    ]


def _places(result: ChangeResult, common: Common, prefix: str) -> list[Quantity]:
    """Return the share marked in nine cells, halves and quarters, named by the compass."""
    flipped = _south_is_up(common)
    if flipped is None or result.verdict == "unchanged":
        return []
    cells = {_compass(name, flipped=flipped): share for name, share in result.cells.items()}
    halves = {_compass(name, flipped=flipped): share for name, share in result.halves.items()}
    return [
        *(_share(f"{prefix}_{name}", share) for name, share in cells.items() if share is not None),
        *(
            _share(f"{prefix}_{name}_{'quarter' if '_' in name else 'half'}", share)
            for name, share in halves.items()
            if share is not None
        ),
    ]


def _compass(name: str, *, flipped: bool) -> str:
    return _CELL_NAMES[name.translate(_MIRRORED) if flipped and name != "centre" else name]


def _south_is_up(common: Common) -> bool | None:
    """Tell whether rows grow to the north; None when the grid is turned and cells have no name."""
    transform = common.reference.scene.transform
    if not common.reference.scene.is_georeferenced or transform is None:
        return False
    a, b, _, d, e, _ = transform
    if a <= 0 or max(abs(b), abs(d)) > 0.1 * min(abs(a), abs(e)):
        return None
    return e > 0


def up_caveat(scene: Scene) -> list[Caveat]:
    """Say that in a picture without position the upper edge is taken for north."""
    if scene.is_georeferenced:
        return []
    text = "the scene has no position: north stands for the upper edge of the picture"
    return [Caveat(code="up_taken_for_north", text=text)]


def change_caveats(result: ChangeResult, gsd_m: float | None) -> list[Caveat]:
    """Say what a claimed change can be: water to radar, vehicles and shadows in fine pictures."""
    if result.verdict != "changed" or not amounts_hold(result):
        return []
    if result.route == Route.RADAR.value:
        text = (
            "to radar, darker is smoother ground: open water looks so, and so do some bare or wet "
            "fields; brighter is rougher ground, as where water went"
        )
        return [Caveat(code="darker_like_water", text=text)]
    if _shows_passing(result, gsd_m):
        text = (
            "vehicles and shadows that moved are counted as change too, at pixels this fine; the "
            f"low end counts regions of {LASTING_M2:g} m² and more alone"
        )
        return [Caveat(code="passing_counted", text=text)]
    return []


def change_features(result: ChangeResult, common: Common) -> FeatureSet:
    """Return the regions in the scene's frame, north to south, with their areas."""
    scene = common.reference.scene
    if result.verdict == "unchanged":
        return FeatureSet.of(scene.frame, [], area_px=[], role=[])
    moved = [
        shapely.affinity.translate(region.polygon, common.window.col0, common.window.row0)
        for region in result.regions
    ]
    placed = [common.reference.to_frame(polygon) for polygon in moved]
    columns: dict[str, list[Any]] = {
        "area_px": [float(region.area_px) for region in result.regions],
        "role": ["changed" if amounts_hold(result) else "candidate"] * len(placed),
    }
    if scene.is_georeferenced:
        columns["area_m2"] = [area_m2(polygon) for polygon in placed]
    elif scene.gsd_m is not None:
        columns["area_m2"] = [area * scene.gsd_m**2 for area in columns["area_px"]]
    return FeatureSet.of(scene.frame, placed, **columns).ordered()


def cut_grid(
    common: Common,
) -> tuple[str | None, tuple[float, float, float, float, float, float] | None]:
    """Return CRS and transform of the window that is compared."""
    scene = common.reference.scene
    if scene.transform is None or not scene.is_georeferenced:
        return None, None
    moved = Affine(*scene.transform) * Affine.translation(common.window.col0, common.window.row0)
    a, b, c, d, e, f = tuple(moved)[:6]
    return scene.crs, (a, b, c, d, e, f)


def change_views(pair: ScenePair, common: Common, result: ChangeResult) -> list[View]:
    """Return pictures of both dates, and of the later one with the places outlined."""
    before, after, step = pair.pictures(PICTURE_PX)
    first, second = pair.scenes
    region = Region.of(common.reference.scene.frame, common.reference.to_frame(common.where.area))
    pictures = [
        ("before", png_of(before, first), f"{first.id}, {_date(first)}"),
        ("after", png_of(after, second), f"{second.id}, {_date(second)}"),
    ]
    outlined = _outlined(pictures[1][1], result, step)
    what = "changed" if amounts_hold(result) else "places worth a look"
    pictures.append(("places", outlined, f"outlined: {what}"))
    return [
        View(name=name, png=png, region=region, gsd_m=before.gsd_m, caption=caption)
        for name, png, caption in pictures
    ]


def _date(scene: Scene) -> str:
    return "no date" if scene.period is None else str(scene.period)


def _outlined(png: bytes, result: ChangeResult, step: float) -> bytes:
    picture = Image.open(io.BytesIO(png), formats=["PNG"]).convert("RGB")
    draw = ImageDraw.Draw(picture)
    colour = (255, 60, 40) if amounts_hold(result) else (255, 200, 0)
    for region in result.regions[:_DRAWN]:
        corners = np.asarray(region.polygon.exterior.coords) / step
        draw.line([tuple(corner) for corner in corners], fill=colour, width=2)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
