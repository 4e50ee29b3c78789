"""Land cover: what shares of a region are water, vegetation, bare or built ground."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from store.geo import Region
from tools.contract import Bench, Finding, FromEvidence, Mask, Method, SceneRef
from tools.landcover.choose import choose
from tools.landcover.classes import KINDS
from tools.landcover.report import check, coverage_of, map_view, told
from tools.landcover.survey import Survey
from tools.looking.report import about_scene
from tools.looking.roles import roles_of
from tools.looking.scan import Scan
from tools.registry import tool

VERSION = "1"


@tool(
    VERSION,
    exempt={"too_coarse": "shares are of pixels; it looks for nothing that could be too small"},
)
def map_land_cover(
    bench: Bench,
    scene: SceneRef,
    region: Annotated[Region | None, FromEvidence] = None,
) -> Finding:
    """Map land cover: shares and areas of water, vegetation, bare or built ground, with masks.

    What is told depends on the bands. Near infrared: water, vegetation, bare_or_built; with SWIR
    as reflectance (Sentinel-2, Landsat) vegetation is split into trees (forest) and
    low_vegetation. Colour alone: green vegetation only. Radar: water_like only. Each share has a
    spread over stated thresholds; what cannot be told is `unknown`, with its share; clouds are
    looked for first, and too many are refused. Use `spectral_index` for one index and your own
    threshold, `detect_change` for two dates, `lookup_osm` for what a map says is there.
    """
    bench.check()
    roles = roles_of(scene)
    with bench.open_scene(scene) as reader:
        scan = Scan(bench, reader, region)
        chosen = choose(reader, roles, scan.window)
        bench.check()
        survey = Survey(
            scan, chosen.rules, chosen.bands, chosen.meaning, chosen.clouds, roles.band.get("cloud")
        )
        survey.run(bench.scratch)
        check(scene, survey)
        covered = coverage_of(survey)
        found = told(survey, covered)
        view = map_view(reader, survey)
        pixels_read = reader.pixels_read
    return Finding(
        quantities=found.quantities,
        method=Method(
            name=f"land cover, {chosen.rules.name}",
            version=VERSION,
            parameters={
                "bands": chosen.bands,
                "samples": chosen.meaning.words,
                "family": [asdict(settings) for settings in chosen.rules.family],
                "step": scan.step,
            },
            source=chosen.rules.source,
        ),
        region=scan.region,
        period=scene.period,
        scenes=[scene.key],
        gsd_m=scan.gsd_m,
        coverage=covered,
        caveats=[*about_scene(scene), *roles.caveats, *chosen.caveats, *chosen.rules.caveats,
                 *scan.caveats(), *found.caveats],
        views=[view],
        masks=[
            Mask(name=KINDS[code].name, path=path, frame=scene.frame)
            for code, path in survey.masks.items()
        ],
        pixels_read=pixels_read,
    )  # fmt: skip
