"""Which band of a scene is red, near infrared and so on, from names and declared sensors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from store.scenes import Band, Caveat, Scene
from tools.contract import ToolRefusal

Role = Literal[
    "coastal", "blue", "green", "red", "rededge", "nir", "swir1", "swir2", "pan", "tir", "ndvi",
    "cloud",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)

_NAMES: dict[str, Role] = {
    "nir08": "nir", "nir1": "nir", "nearinfrared": "nir", "infrared": "nir",
    "rededge1": "rededge", "edge": "rededge", "swir16": "swir1", "swir22": "swir2",
    "swir": "swir1", "coastalaerosol": "coastal", "aerosol": "coastal", "panchromatic": "pan",
    "lwir": "tir", "lwir11": "tir", "thermal": "tir",
    "clouds": "cloud", "cloudmask": "cloud", "clm": "cloud",
}  # fmt: skip
_SENTINEL_2: dict[str, Role] = {
    "1": "coastal", "2": "blue", "3": "green", "4": "red", "5": "rededge", "8": "nir",
    "11": "swir1", "12": "swir2",
}  # fmt: skip
_LANDSAT_TM: dict[str, Role] = {
    "1": "blue", "2": "green", "3": "red", "4": "nir", "5": "swir1", "6": "tir", "7": "swir2",
    "8": "pan",
}  # fmt: skip
_LANDSAT_OLI: dict[str, Role] = {
    "1": "coastal", "2": "blue", "3": "green", "4": "red", "5": "nir", "6": "swir1",
    "7": "swir2", "8": "pan", "10": "tir",
}  # fmt: skip
_NUMBERED: dict[str, dict[str, Role]] = {
    "SENTINEL-2": _SENTINEL_2, "LANDSAT-5": _LANDSAT_TM, "LANDSAT-7": _LANDSAT_TM,
    "LANDSAT-8": _LANDSAT_OLI, "LANDSAT-9": _LANDSAT_OLI,
}  # fmt: skip
_ORDERS: dict[tuple[str, int], tuple[str, ...]] = {
    ("SENTINEL-2", 13): ("1", "2", "3", "4", "5", "6", "7", "8", "8A", "9", "10", "11", "12"),
    ("SENTINEL-2", 12): ("1", "2", "3", "4", "5", "6", "7", "8", "8A", "9", "11", "12"),
    ("LANDSAT-5", 6): ("1", "2", "3", "4", "5", "7"),
    ("LANDSAT-5", 7): ("1", "2", "3", "4", "5", "6", "7"),
    ("LANDSAT-7", 6): ("1", "2", "3", "4", "5", "7"),
    ("LANDSAT-8", 7): ("1", "2", "3", "4", "5", "6", "7"),
    ("LANDSAT-9", 7): ("1", "2", "3", "4", "5", "6", "7"),
}
"""In what order the bands of whole scenes are delivered, by number of bands."""
CLOUD_ABOVE = 0.5
"""A sample of the scene's own cloud mask above this marks cloud."""
_NUMBER = re.compile(r"^(?:sr_|toa_)?b(?:and)?[ _]?0?(\d{1,2}|8a)$", re.IGNORECASE)


@dataclass(frozen=True)
class Roles:
    """Indices, from 1, of the bands that have a role; caveats say how that is known."""

    scene: str
    band: dict[Role, int]
    caveats: list[Caveat] = field(default_factory=list)

    def __contains__(self, role: str) -> bool:
        return role in self.band

    def has(self, *roles: Role) -> bool:
        """Tell whether there is a band for each role."""
        return all(role in self.band for role in roles)

    def need(self, what: str, *roles: Role) -> list[int]:
        """Return the bands of roles, or refuse with those that are missing."""
        missing = [role for role in roles if role not in self.band]
        if missing:
            raise ToolRefusal(
                f"{what} needs {_listed(roles)}, and {self.scene} has no band known as "
                f"{_listed(missing)}; declare the names with `elenchus ingest --bands "
                "R,G,B,NIR,...` in the file's order, or choose a scene that has them",
                "needs_bands",
                {"bands": ", ".join(roles)},
            )
        return [self.band[role] for role in roles]


def roles_of(scene: Scene) -> Roles:
    """Return the roles of a scene's bands.

    Names tell: red, nir, swir1 and the like; numbers (B04, SR_B5) tell together with the sensor,
    which Sentinel-2's own spelling gives away (B8A, or B08 beside B11). Bands without names are
    taken in the order in which the declared sensor's scenes are delivered.
    """
    data = [band for band in scene.bands if band.role == "data"]
    if (scene.sensor or "").upper() == "NDVI" and len(data) == 1:
        return Roles(scene.id, {"ndvi": data[0].index})
    sensor = _sensor(scene, data)
    found: dict[Role, int] = {}
    for band in data:
        role = _role(band, sensor)
        if role is not None:
            found.setdefault(role, band.index)
    if found or any(band.name for band in data):
        return Roles(scene.id, found)
    return _by_order(scene, data, sensor)


def is_sentinel_2(scene: Scene) -> bool:
    """Tell whether a scene is Sentinel-2's, as declared or by the spelling of its bands."""
    data = [band for band in scene.bands if band.role == "data"]
    return _sensor(scene, data) == "SENTINEL-2"


def band_label(band: Band) -> str:
    """Return what a band is called in words."""
    return band.name or f"band {band.index}"


def _sensor(scene: Scene, data: list[Band]) -> str:
    if scene.sensor is not None and scene.sensor.upper() in _NUMBERED:
        return scene.sensor.upper()
    names = {(band.name or "").upper() for band in data}
    if "B8A" in names or ({"B08", "B11"} <= names) or ({"B08", "B04", "B03"} <= names):
        return "SENTINEL-2"
    return ""


def _role(band: Band, sensor: str) -> Role | None:
    name = (band.name or "").strip()
    plain = re.sub(r"[ _\-]", "", name).lower()
    if plain in ROLES:
        return plain
    if plain in _NAMES:
        return _NAMES[plain]
    number = _NUMBER.match(name)
    if number is None:
        return None
    return _NUMBERED.get(sensor, {}).get(number.group(1).upper())


def _by_order(scene: Scene, data: list[Band], sensor: str) -> Roles:
    """Take bands without names in the usual order of a declared sensor."""
    order = _ORDERS.get((sensor, len(data)))
    if order is not None:
        numbered = _NUMBERED[sensor]
        found: dict[Role, int] = {
            numbered[number]: band.index
            for number, band in zip(order, data, strict=True)
            if number in numbered
        }
        text = f"the bands have no names; taken in the usual order of {scene.sensor}: "
        return Roles(scene.id, found, [_assumed(text + ", ".join(f"B{n}" for n in order))])
    if len(data) == 3 and scene.sensor is not None and scene.kind == "RGB":
        colours: tuple[Role, ...] = ("red", "green", "blue")
        found = {role: band.index for role, band in zip(colours, data, strict=True)}
        text = "the bands have no names; taken as red, green, blue, as RGB was declared"
        return Roles(scene.id, found, [_assumed(text)])
    return Roles(scene.id, {})


def _assumed(text: str) -> Caveat:
    return Caveat(code="bands_assumed", text=text)


def _listed(words: tuple[Role, ...] | list[Role]) -> str:
    said = ["NIR" if word == "nir" else word for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
