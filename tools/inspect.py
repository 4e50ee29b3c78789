"""Zooming in: the picture of a region, what can be measured of it, and what eyes read in it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from store.geo import Region
from tools.contract import Bench, Finding, FromEvidence, Method, SceneRef
from tools.looking.crop import read_crop
from tools.looking.pictures import bands_for, pictures_of
from tools.looking.radiometry import no_data
from tools.looking.readings import ask_eyes, question_of
from tools.looking.report import about_scene, crop_quantities
from tools.registry import tool

VERSION = "1"
Looks = Literal["auto", "true_colour", "false_colour", "grey", "sar_db"]


@tool(
    VERSION,
    exempt={"too_coarse": "it shows what there is, and looks for nothing that could be too small"},
)
def inspect(
    bench: Bench,
    scene: SceneRef,
    region: Annotated[Region | None, FromEvidence] = None,
    gsd_m: Annotated[float | None, Field(gt=0, le=1e6)] = None,
    look: Looks = "auto",
    question: Annotated[str | None, Field(max_length=300)] = None,
    choices: Annotated[list[str], Field(max_length=8)] = [],  # noqa: B006 - never changed
) -> Finding:
    """Zoom in on a region of a scene: a picture with scale, north and date, and what it measures.

    Without `region` it shows the whole scene, without `gsd_m` as finely as a picture has room
    for. `look`: true colour, false colour (near infrared as red: plants are red), grey, or radar
    in dB; auto gives true colour and, where there is near infrared, false colour too. Measures
    brightness, contrast, edges, direction of lines, share without data, how fine the detail
    really is. With `question` (one atomic question, `choices` to choose from if you like)
    configured eyes read the picture: a witness, not a measurement; check it with a tool that
    measures where one can. To count use `count_objects`; for shares use `map_land_cover`.
    """
    bench.check()
    asked = question_of(bench, question, choices)
    with bench.open_scene(scene) as reader:
        crop = read_crop(reader, region, gsd_m, bands_for(scene, look))
        if asked is not None and not crop.valid.any():
            raise no_data(scene)
        bench.check()
        pictures = pictures_of(crop, look)
        bench.check()
        measured = crop_quantities(crop, pictures[0])
        pixels_read = reader.pixels_read
    bench.check()
    # Eyes see the very bytes that are kept as the first view.
    readings, said = ([], []) if asked is None else ask_eyes(asked, pictures[0].view.png)
    return Finding(
        quantities=[*readings, *measured.quantities],
        method=Method(
            name="inspect",
            version=VERSION,
            parameters={
                "look": pictures[0].name,
                "shape": list(crop.pixels.valid.shape),
                "window": list(crop.window),
                "stretch": pictures[0].stretch.words,
                **({} if asked is None else {"question": asked.text, "choices": asked.choices}),
            },
            source="area averages when shrinking, repeated pixels when enlarging; "
            "structure tensor: Bigun and Granlund 1987",
        ),
        region=crop.region,
        period=scene.period,
        scenes=[scene.key],
        gsd_m=crop.gsd_m,
        coverage=crop.coverage(),
        caveats=[*about_scene(scene), *crop.caveats, *pictures[0].caveats, *measured.caveats,
                 *said],
        views=[picture.view for picture in pictures],
        pixels_read=pixels_read,
    )  # fmt: skip
