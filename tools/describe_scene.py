"""What one scene is: sensor, bands, pixel size, date, place, how much of it is valid, how sharp."""

from __future__ import annotations

from pyproj import CRS

from store.raster import Pixels
from store.raster.picture import bands_to_show, png_of
from store.raster.sharpness import Sharpness, sharpness_of
from store.scenes import Caveat, Scene
from store.text import clean_text
from tools.contract import Bench, Coverage, Finding, Look, Method, Quantity, SceneRef, View
from tools.registry import tool

VERSION = "1"
PREVIEW_SAMPLES = 2 << 20
PREVIEW_SIDE = 1024
_SOFT_FACTOR = 1.6
_SIZES_APART = 0.01
_HALF_TURN_DEG = 180.0
_HOW_TO_TELL = {
    "position": "it has no place on the ground; a world file and --crs EPSG:N would give it one",
    "gsd": "the size of its pixels is not known; declare it with --gsd M",
    "date": "when it was taken is not known; declare it with --date YYYY-MM-DD",
    "sensor": "what sensor took it is not known; declare it with --sensor NAME",
    "bands": "some of its bands have no name; declare them with --bands R,G,B,NIR,...",
}


@tool(
    version=VERSION,
    exempt={
        "empty_region": "it takes no region",
        "two_frames": "it takes one scene",
        "too_coarse": "it looks for nothing that could be too small",
    },
)
def describe_scene(bench: Bench, scene: SceneRef) -> Finding:
    """Say what a scene is: size, bands, pixel size on the ground, date, sensor, place, valid share.

    Gives a preview picture too. Use it first on a scene that was not looked at yet; use
    `inspect` for a closer look at a part of it. What the scene does not say is named as
    unknown, with the declaration that would tell.
    """
    bench.check()
    with bench.open_scene(scene) as reader:
        samples = PREVIEW_SAMPLES // max(4, len(reader.data_bands))
        look = reader.reduced(samples, longest=PREVIEW_SIDE)
        bench.check()
        shown = bands_to_show(scene)
        sharp = sharpness_of(reader, shown)
        pixels_read = reader.pixels_read
    valid = float(look.valid.mean())
    view = _preview(scene, look, shown)
    return Finding(
        quantities=[*_plain_facts(scene), *_sizes(scene, sharp), *_shares(valid)],
        method=Method(
            name="describe_scene",
            version=VERSION,
            parameters={"preview_px": look.valid.size},
            source="geodesic pixel sizes: Karney 2013; sharpness: spectrum, after Ruderman 1994",
        ),
        region=scene.footprint,
        period=scene.period,
        scenes=[scene.key],
        gsd_m=scene.gsd_m,
        coverage=Coverage(
            asked=scene.footprint.size(), valid=valid, looked=[Look(gsd_m=look.gsd_m, share=1.0)]
        ),
        caveats=[
            *scene.caveats,
            *_unknowns(scene),
            *_about_look(scene, look),
            *_about_blur(scene, sharp),
        ],
        views=[view],
        pixels_read=pixels_read,
    )


def _plain_facts(scene: Scene) -> list[Quantity]:
    """Return what the record says: numbers of the header and declarations, not measurements."""
    data = [band for band in scene.bands if band.role == "data"]
    facts = [
        Quantity(name="width", value=scene.width, unit="px", interval="exact"),
        Quantity(name="height", value=scene.height, unit="px", interval="exact"),
        Quantity(
            name="band_count", of="data bands", value=len(data), unit="count", interval="exact"
        ),
        Quantity(
            name="bands", value=", ".join(b.name or f"band {b.index}" for b in data), unit="text"
        ),
        Quantity(name="dtype", value=", ".join(dict.fromkeys(b.dtype for b in data)), unit="text"),
    ]
    if scene.period is not None:
        facts.append(Quantity(name="date", value=str(scene.period), unit="date"))
    if scene.sensor is not None:
        facts.append(Quantity(name="sensor", value=scene.sensor, unit="text"))
    if scene.crs is not None and scene.is_georeferenced:
        facts.append(Quantity(name="crs", value=_crs_name(scene.crs), unit="text"))
    placed = scene.is_georeferenced
    facts.append(Quantity(name="format", value=clean_text(scene.source.driver, 40), unit="text"))
    facts.append(
        Quantity(name="georeferenced", of="place on the ground", value=placed, unit="text")
    )
    return [*facts, *(_bounds(scene) if placed else [])]


def _bounds(scene: Scene) -> list[Quantity]:
    """Return the corners of the smallest box around the footprint, and its centre, in degrees."""
    area = scene.footprint.area
    west, south, east, north = area.bounds
    if east - west > _HALF_TURN_DEG:
        return []  # it crosses the date line, where west and east have no plain order
    middle = area.centroid
    ends = {"west": west, "south": south, "east": east, "north": north}
    ends |= {"center_longitude": middle.x, "center_latitude": middle.y}
    return [
        Quantity(name=name, of="footprint", value=float(value), unit="deg")
        for name, value in ends.items()
    ]


def _crs_name(crs: str) -> str:
    return crs if len(crs) <= 40 else clean_text(CRS.from_user_input(crs).name, 80)


def _sizes(scene: Scene, sharp: Sharpness | None) -> list[Quantity]:
    """Return the area and the sizes of a pixel, nominal and effective."""
    sizes = [_area(scene)]
    if scene.gsd_m is None or scene.gsd_x_m is None or scene.gsd_y_m is None:
        return sizes
    sizes.append(Quantity(name="gsd", value=scene.gsd_m, unit="m/px"))
    across, down = scene.width * scene.gsd_x_m, scene.height * scene.gsd_y_m
    sizes.append(Quantity(name="ground_width", of="middle row", value=across, unit="m"))
    sizes.append(Quantity(name="ground_height", of="middle column", value=down, unit="m"))
    if abs(scene.gsd_x_m / scene.gsd_y_m - 1) > _SIZES_APART:
        sizes.append(Quantity(name="gsd_x", value=scene.gsd_x_m, unit="m/px"))
        sizes.append(Quantity(name="gsd_y", value=scene.gsd_y_m, unit="m/px"))
    if sharp is not None:
        sizes.append(
            Quantity(
                name="effective_gsd",
                of="smallest detail, estimated from the spectrum",
                value=scene.gsd_m * sharp.factor,
                unit="m/px",
                low=scene.gsd_m * sharp.low,
                high=scene.gsd_m * sharp.high,
                interval="spread",
            )
        )
    return sizes


def _area(scene: Scene) -> Quantity:
    """Return the ground covered: of the footprint, by declared pixel size, or pixels alone."""
    value = scene.footprint.size()
    if scene.is_georeferenced:
        return Quantity(name="area", of="footprint", value=value, unit="m2")
    if scene.gsd_x_m is None or scene.gsd_y_m is None:
        return Quantity(name="area", of="footprint", value=value, unit="px2")
    value = scene.width * scene.height * scene.gsd_x_m * scene.gsd_y_m
    return Quantity(name="area", of="footprint, by the declared pixel size", value=value, unit="m2")


def _shares(valid: float) -> list[Quantity]:
    return [
        Quantity(name="valid_share", of="pixels with data", value=valid, unit="1"),
        Quantity(name="nodata_share", of="pixels without data", value=1.0 - valid, unit="1"),
    ]


def _preview(scene: Scene, look: Pixels, shown: list[int]) -> View:
    data = [band.index for band in scene.bands if band.role == "data"]
    rows = [data.index(band) for band in shown]
    picture = Pixels(look.data[rows], look.valid, look.window, look.gsd_m)
    names = ", ".join(scene.bands[band - 1].name or f"band {band}" for band in shown)
    return View(
        name="preview",
        png=png_of(picture, scene),
        region=scene.footprint,
        gsd_m=look.gsd_m,
        caption=f"{scene.id}, the whole scene ({names})",
    )


def _unknowns(scene: Scene) -> list[Caveat]:
    """Name what is unknown, but for what a caveat of the scene already explains."""
    explained = (
        {"position"}
        if any("no_position" in c.code or "only" in c.code for c in scene.caveats)
        else set()
    )
    return [
        Caveat(code=f"unknown_{what}", text=_HOW_TO_TELL[what])
        for what in scene.unknown
        if what in _HOW_TO_TELL and what not in explained
    ]


def _about_look(scene: Scene, look: Pixels) -> list[Caveat]:
    if look.valid.size == scene.width * scene.height:
        return []
    rows, cols = look.valid.shape
    text = f"the shares of valid pixels are from a look at {cols} x {rows} px, not from each pixel"
    return [Caveat(code="reduced_look", text=text)]


def _about_blur(scene: Scene, sharp: Sharpness | None) -> list[Caveat]:
    if sharp is None or sharp.low <= 1.0 or sharp.factor < _SOFT_FACTOR:
        return []
    text = (
        f"the picture shows no detail finer than about {sharp.factor:.1f} pixels "
        f"({sharp.low:.1f} to {sharp.high:.1f}): it looks enlarged or blurred"
    )
    return [Caveat(code="enlarged_or_blurred", text=text)]
