"""Which rules fit a scene: by its bands and what its samples mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.raster import SceneReader, Window
from store.scenes import Caveat
from tools.contract import ToolRefusal
from tools.landcover.classes import Bools, Rules
from tools.landcover.colour import ColourRules
from tools.landcover.digital import DigitalRules
from tools.landcover.look import Look, cloudy, look_at
from tools.landcover.radar import RadarRules
from tools.landcover.reflectance import ReflectanceRules
from tools.looking.radiometry import Radiometry, no_data, radiometry_of
from tools.looking.roles import Role, Roles
from tools.looking.stretch import radar_caveat

_SAMPLE_SIDE = 512
_MOST_SAMPLES = 9


@dataclass(frozen=True)
class Chosen:
    """Rules with the bands they read, what samples mean, and clouds seen from afar."""

    rules: Rules
    bands: list[int]
    meaning: Radiometry
    clouds: tuple[Bools, Look] | None
    caveats: list[Caveat]


def choose(reader: SceneReader, roles: Roles, window: Window) -> Chosen:
    """Return the rules for a scene, or refuse one that nothing can be told of."""
    scene = reader.scene
    if scene.kind == "SAR":
        return _radar(reader, window)
    if roles.has("red", "nir"):
        return _with_infrared(reader, roles, window)
    if roles.has("red", "green", "blue"):
        return _colour(reader, roles, window)
    raise ToolRefusal(
        f"land cover is told by red and near infrared, or at least by red, green and blue, and "
        f"{scene.id} has no bands known as these; declare them with `elenchus ingest --bands "
        "R,G,B,NIR,...`, or choose another scene",
        "needs_bands",
        {"bands": "red, nir"},
    )


def _with_infrared(reader: SceneReader, roles: Roles, window: Window) -> Chosen:
    first = ReflectanceRules(roles)
    bands = [roles.band[role] for role in first.roles]
    meaning = radiometry_of(reader, bands, window)
    if meaning.kind == "reflectance":
        return Chosen(first, bands, meaning, None, meaning.caveats)
    roles.need("land cover by digital numbers", "red", "green", "nir")
    wanted: tuple[Role, ...] = tuple(
        role for role in ("red", "nir", "green", "blue", "swir1") if role in roles
    )
    bands = [roles.band[role] for role in wanted]
    look = look_at(reader, window, wanted, bands, meaning)
    clouds = _clouds(look)
    rules = DigitalRules(roles, look, None if clouds is None else clouds[0])
    return Chosen(rules, bands, meaning, clouds, [*meaning.caveats, *_unchecked(clouds)])


def _colour(reader: SceneReader, roles: Roles, window: Window) -> Chosen:
    colours: tuple[Role, ...] = ("red", "green", "blue")
    bands = [roles.band[role] for role in colours]
    meaning = radiometry_of(reader, bands, window)
    look = look_at(reader, window, colours, bands, meaning)
    clouds = _clouds(look)
    return Chosen(
        ColourRules(look), bands, meaning, clouds, [*meaning.caveats, *_unchecked(clouds)]
    )


def _clouds(look: Look) -> tuple[Bools, Look] | None:
    """Return where clouds may be; None where there is no colour to see them by."""
    if not {"red", "green", "blue"} <= set(look.planes):
        return None
    return cloudy(look), look


def _unchecked(clouds: tuple[Bools, Look] | None) -> list[Caveat]:
    if clouds is not None:
        text = "only thick cloud is seen in such samples; thin cloud or haze would shift the shares"
        return [Caveat(code="thin_cloud_unseen", text=text)]
    text = "clouds and haze were not looked for: it takes red, green and blue"
    return [Caveat(code="clouds_not_checked", text=text)]


def _radar(reader: SceneReader, window: Window) -> Chosen:
    band = reader.data_bands[0]
    samples = []
    for part in _spread(window):
        pixels = reader.read(*part, bands=[band])
        if pixels.valid.any():
            samples.append((pixels.data[0], pixels.valid))
    words = "radar samples"
    if not samples:
        raise no_data(reader.scene)
    caveats = [radar_caveat(np.stack([samples[0][0]]))]
    meaning = Radiometry("digital", {}, {}, words)
    return Chosen(RadarRules(samples, reader.scene.id), [band], meaning, None, caveats)


def _spread(window: Window) -> list[Window]:
    """Return a few windows at full resolution, spread over a larger one."""
    if window.size <= _SAMPLE_SIDE**2 * _MOST_SAMPLES:
        return [window]
    out = []
    for i in (1, 3, 5):
        for j in (1, 3, 5):
            col = window.col0 + window.width * j // 6
            row = window.row0 + window.height * i // 6
            half = _SAMPLE_SIDE // 2
            out.append(Window(col - half, row - half, col + half, row + half))
    return out
