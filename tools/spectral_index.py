"""A spectral index over a region: its statistics, and where it passes a threshold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from store.geo import Region
from store.raster import SceneReader, Window
from store.scenes import Caveat, Scene
from tools.contract import (
    Bench,
    Coverage,
    Finding,
    FromEvidence,
    Look,
    Mask,
    Method,
    Quantity,
    SceneRef,
    ToolRefusal,
)
from tools.looking.index_scan import IndexScan, Threshold
from tools.looking.index_view import index_view
from tools.looking.indices import GIVEN_NDVI, Index, index_named
from tools.looking.radiometry import Radiometry, no_data, radiometry_of, reflectance_only
from tools.looking.report import about_scene
from tools.looking.roles import Roles, roles_of
from tools.looking.scan import Scan
from tools.registry import tool

VERSION = "1"
_ALL_SEEN = 0.99
_MANY_BEYOND = 0.01


@tool(
    VERSION,
    exempt={"too_coarse": "an index is of pixels; it looks for nothing that could be too small"},
)
def spectral_index(
    bench: Bench,
    scene: SceneRef,
    index: Annotated[str, Field(min_length=2, max_length=40)],
    region: Annotated[Region | None, FromEvidence] = None,
    above: Annotated[float | None, Field(ge=-1000, le=1000)] = None,
    below: Annotated[float | None, Field(ge=-1000, le=1000)] = None,
) -> Finding:
    """Measure a spectral index in a scene or region: mean, median, spread, extremes.

    Indices: ndvi, gndvi, evi, savi (green vegetation), ndwi, mndwi (open water), ndmi (moisture),
    ndbi (built and bare land), nbr (burnt land), exg and vari (vegetation by colour alone, for
    pictures without near infrared). With `above` or `below` (or both: between) it also gives the
    share and area that pass, with a mask and a picture. It needs bands with known names and says
    which. evi and savi need reflectance. Use `map_land_cover` for water and vegetation as such.
    """
    bench.check()
    threshold = _threshold(above, below)
    roles = roles_of(scene)
    chosen, bands = _chosen(scene, index_named(index), roles)
    with bench.open_scene(scene) as reader:
        scan = Scan(bench, reader, region)
        meaning = _meaning(reader, chosen, bands, scan.window)
        found = IndexScan(scan, chosen, roles, meaning, bands)
        path = bench.scratch / f"{chosen.name}.tif"
        found.run(threshold, path)
        pixels_read = reader.pixels_read
        _something(scene, found)
        view = index_view(reader, found, threshold)
    covered = _coverage(found)
    said = [*about_scene(scene), *roles.caveats, *meaning.caveats, *scan.caveats()]
    passed, more = _passed(found, threshold, covered)
    masks = [] if threshold is None else [Mask(name=chosen.name, path=path, frame=scene.frame)]
    return Finding(
        quantities=[*_statistics(found), *passed, *_shares(found, roles)],
        method=Method(
            name="spectral_index",
            version=VERSION,
            parameters={"index": chosen.name, "bands": bands, "samples": meaning.words,
                        "above": above, "below": below, "step": scan.step},
            source=chosen.source,
        ),
        region=scan.region,
        period=scene.period,
        scenes=[scene.key],
        gsd_m=scan.gsd_m,
        coverage=covered,
        caveats=[*said, *more, *_beyond(found)],
        views=[view],
        masks=masks,
        pixels_read=pixels_read,
    )  # fmt: skip


def _threshold(above: float | None, below: float | None) -> Threshold | None:
    if above is None and below is None:
        return None
    if above is not None and below is not None and above >= below:
        raise ToolRefusal(
            f"nothing is above {above:g} and below {below:g}; give the lower end as `above`",
            "empty_range",
            {"above": f"< {below:g}"},
        )
    return Threshold(above, below)


def _chosen(scene: Scene, index: Index, roles: Roles) -> tuple[Index, list[int]]:
    """Return the index and its bands; a scene may hold the index itself."""
    if index.name == "ndvi" and "ndvi" in roles:
        return GIVEN_NDVI, [roles.band["ndvi"]]
    if "ndvi" in roles and not roles.has(*index.roles):
        raise ToolRefusal(
            f"{scene.id} holds NDVI itself, and {index.name} cannot be made of it; ask for ndvi",
            "needs_bands",
            {"bands": ", ".join(index.roles)},
        )
    return index, roles.need(index.name.upper(), *index.roles)


def _meaning(reader: SceneReader, index: Index, bands: list[int], window: Window) -> Radiometry:
    if index is GIVEN_NDVI:
        return _given(reader.scene, bands[0])
    meaning = radiometry_of(reader, bands, window)
    if index.physical:
        reflectance_only(reader.scene, meaning, index.name.upper())
    return meaning


def _given(scene: Scene, band: int) -> Radiometry:
    """Return the meaning of samples that are the index; refuses those scaled in a way not told."""
    if not scene.bands[band - 1].dtype.startswith("float"):
        raise ToolRefusal(
            f"{scene.id} holds an index as {scene.bands[band - 1].dtype}, and how it was scaled is "
            "not known; give it as floating-point numbers from -1 to 1",
            "scale_unknown",
            {"samples": "floating point"},
        )
    text = "the scene holds the index itself; how it was made of bands is not known"
    return Radiometry("reflectance", {}, {}, "the index itself",
                      caveats=[Caveat(code="index_given", text=text)])  # fmt: skip


def _something(scene: Scene, found: IndexScan) -> None:
    """Refuse where there is nothing to measure."""
    if found.defined_px:
        return
    if found.cloudy_px:
        raise ToolRefusal(
            f"all of the area is marked as cloud in {scene.id}; choose another date",
            "cloudy",
            {"cloud_share": "< 1"},
        )
    raise no_data(scene)


def _coverage(found: IndexScan) -> Coverage:
    """Return the coverage, without what is cloudy or where the index is not defined."""
    shown = found.scan.coverage()
    share = shown.imaged * found.defined_px / max(1, found.scan.inside_px)
    return shown.model_copy(
        update={"valid": share, "looked": [Look(gsd_m=found.scan.gsd_m, share=share)]}
    )


def _statistics(found: IndexScan) -> list[Quantity]:
    s, of = found.statistics, found.index.name.upper()
    values = {
        "mean": s.mean, "median": s.quantile(0.5), "std": s.deviation, "p05": s.quantile(0.05),
        "p95": s.quantile(0.95), "min": s.low, "max": s.high,
    }  # fmt: skip
    return [Quantity(name=name, of=of, value=value, unit="1") for name, value in values.items()]


def _passed(
    found: IndexScan, threshold: Threshold | None, covered: Coverage
) -> tuple[list[Quantity], list[Caveat]]:
    """Return share and area that pass; nothing is said to be zero where not all was seen."""
    if threshold is None:
        return [], []
    if found.passed_area == 0.0 and covered.valid < _ALL_SEEN:
        text = (
            f"no pixel that was seen is {threshold.words()}, but only {covered.valid:.1%} of the "
            "area was seen, so that is not said of all of it"
        )
        return [], [Caveat(code="none_seen", text=text)]
    of = f"{found.index.name.upper()} {threshold.words()}"
    share = min(1.0, found.passed_area / found.area)
    return [
        Quantity(name="share", of=f"valid area with {of}", value=share, unit="1"),
        Quantity(name="area", of=of, value=found.passed_area, unit=found.scan.areas.unit),
    ], []


def _shares(found: IndexScan, roles: Roles) -> list[Quantity]:
    inside = max(1, found.scan.inside_px)
    shares = [
        Quantity(name="valid_share", of="pixels with a value", value=found.defined_px / inside,
                 unit="1")
    ]  # fmt: skip
    if "cloud" in roles:
        of = "pixels marked as cloud in the scene, left out"
        shares.append(Quantity(name="cloud_share", of=of, value=found.cloudy_px / inside, unit="1"))
    return shares


def _beyond(found: IndexScan) -> list[Caveat]:
    share = found.beyond_px / found.defined_px
    if share < _MANY_BEYOND:
        return []
    text = (
        f"{share:.1%} of the values lay beyond what {found.index.name.upper()} can be, because a "
        "band is below zero there, and were set to its limit; an offset may be applied twice"
    )
    return [Caveat(code="implausible_values", text=text)]
