"""Which scenes are held for a place, period, sensor and resolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from store.catalog import Search
from store.errors import BadPeriod
from store.features.sets import FeatureSet
from store.geo import EARTH, Period, Region
from store.scenes import Caveat, Scene
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.registry import tool

VERSION = "1"
LISTED = 20
_NOT_TOLD = {
    "position": "no place on the ground",
    "date": "no date",
    "gsd": "no known pixel size",
    "sensor": "no declared sensor",
}


@tool(
    version=VERSION,
    exempt={
        "nodata_window": "it reads no pixels",
        "too_coarse": "it looks for nothing that could be too small",
        "one_pixel": "it reads no pixels",
        "two_frames": "scenes of another frame are counted apart, which is the answer",
        "wrong_reference": "only the region may be evidence, and it is optional",
    },
)
def find_scenes(
    bench: Bench,
    region: Annotated[Region | None, FromEvidence] = None,
    period: str | None = None,
    sensor: str | None = None,
    gsd_at_most_m: float | None = None,
    name: str | None = None,
) -> Finding:
    """Find the scenes held that meet all conditions: where, when, sensor, pixel size, name.

    `period` is a date or two with `/` between (`2010`, `2010-06`, `2010-06-01/2010-09`); `sensor`
    is a name or kind (SAR, RGB, PAN, MS, Sentinel-2); `name` is part of an id. Scenes that
    do not say enough to tell are counted apart. Without conditions it lists all.
    """
    bench.check()
    wanted = _period(period)
    if gsd_at_most_m is not None and not gsd_at_most_m > 0:
        raise ToolRefusal(
            f"gsd_at_most_m is {gsd_at_most_m:g}; give a pixel size above 0 m", "bad_argument"
        )
    search = bench.catalog.search(region, wanted, sensor, gsd_at_most_m, name)
    bench.check()
    listed = search.found[:LISTED]
    used = _conditions_used(region, wanted, sensor, gsd_at_most_m)
    return Finding(
        quantities=[*_counts(search, used), *([] if used or name else _layers(bench))],
        method=Method(
            name="find_scenes",
            version=VERSION,
            parameters={
                "period": period, "sensor": sensor, "gsd_at_most_m": gsd_at_most_m, "name": name,
            },
        ),
        region=region,
        period=wanted,
        scenes=[scene.key for scene in listed],
        caveats=_caveats(search),
        features=_footprints(listed),
        series=_table(listed),
    )  # fmt: skip


def _period(text: str | None) -> Period | None:
    if text is None:
        return None
    try:
        return Period.parse(text)
    except BadPeriod as wrong:
        raise ToolRefusal(str(wrong), "bad_period") from wrong


def _conditions_used(
    region: Region | None, period: Period | None, sensor: str | None, gsd_m: float | None
) -> list[str]:
    given = {"position": region, "date": period, "gsd": gsd_m, "sensor": sensor}
    return [what for what, value in given.items() if value is not None]


def _counts(search: Search, used: list[str]) -> list[Quantity]:
    """Return how many scenes there are, and how many could not be compared with each condition."""
    counts = [
        Quantity(name="count", of="scenes", value=len(search.found), unit="count", interval="exact")
    ]
    for what in used:
        counts.append(
            Quantity(
                name=f"count_without_{what}",
                of=f"further scenes with {_NOT_TOLD[what]}",
                value=len(search.undecided.get(what, [])),
                unit="count",
                interval="exact",
            )
        )
    return [*counts, *_foremost(search.found)]


def _foremost(scenes: list[Scene]) -> list[Quantity]:
    """Return which scene alone is newest, finest, largest, ... of those that say so."""
    dated = [scene for scene in scenes if scene.period is not None]
    sized = [scene for scene in scenes if scene.gsd_m is not None]
    found = {
        "newest": _alone(dated, lambda a, b: _order(a, b) == "after"),
        "oldest": _alone(dated, lambda a, b: _order(a, b) == "before"),
        "finest": _alone(sized, lambda a, b: (a.gsd_m or 0) < (b.gsd_m or 0)),
        "coarsest": _alone(sized, lambda a, b: (a.gsd_m or 0) > (b.gsd_m or 0)),
        "largest": _alone(sized, lambda a, b: _ground_m2(a) > _ground_m2(b)),
        "smallest": _alone(sized, lambda a, b: _ground_m2(a) < _ground_m2(b)),
    }
    return [
        Quantity(name=name, of="scene", value=scene.id, unit="id")
        for name, scene in found.items()
        if scene is not None
    ]


def _alone(scenes: list[Scene], before: Callable[[Scene, Scene], bool]) -> Scene | None:
    """Return the scene that stands before all others, None where none does."""
    for scene in scenes:
        if all(other is scene or before(scene, other) for other in scenes):
            return scene
    return None


def _order(one: Scene, other: Scene) -> str:
    if one.period is None or other.period is None:
        return "overlaps"
    return one.period.order(other.period)


def _ground_m2(scene: Scene) -> float:
    if scene.is_georeferenced:
        return scene.footprint.size()
    return scene.width * scene.height * (scene.gsd_m or 0.0) ** 2


def _layers(bench: Bench) -> list[Quantity]:
    """Return how many map layers are held beside the scenes, whatever they show."""
    count = len(bench.catalog.layers())
    return [
        Quantity(name="layer_count", of="map layers", value=count, unit="count", interval="exact")
    ]


def _caveats(search: Search) -> list[Caveat]:
    caveats = []
    if len(search.found) > LISTED:
        text = f"the newest {LISTED} of {len(search.found)} scenes are listed"
        caveats.append(Caveat(code="list_cut", text=text))
    for what, scenes in search.undecided.items():
        names = ", ".join(scene.id for scene in scenes[:8]) + (
            " and more" if len(scenes) > 8 else ""
        )
        told = f"{len(scenes)} further scenes have {_NOT_TOLD[what]} and could not be compared"
        caveats.append(Caveat(code=f"without_{what}", text=f"{told}: {names}"))
    return caveats


def _footprints(scenes: list[Scene]) -> FeatureSet | None:
    placed = [scene for scene in scenes if scene.is_georeferenced]
    if not placed:
        return None
    return FeatureSet.of(EARTH, [scene.footprint.area for scene in placed], **_table(placed))


def _table(scenes: list[Scene]) -> dict[str, list[Any]]:
    return {
        "id": [scene.id for scene in scenes],
        "date": [None if scene.period is None else str(scene.period) for scene in scenes],
        "gsd_m": [scene.gsd_m for scene in scenes],
        "sensor": [scene.sensor for scene in scenes],
    }
