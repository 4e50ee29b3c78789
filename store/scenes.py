"""What is known of one scene: identity, grid, place, time, and what is unknown."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from store.geo import EARTH, Frame, Period, Region

SensorKind = Literal["SAR", "RGB", "PAN", "NIR", "MS", "unknown"]
Trust = Literal["operator", "upload"]

UNITS_OF_SENSORS: dict[str, SensorKind] = {
    "SAR": "SAR",
    "RGB": "RGB",
    "PAN": "PAN",
    "NIR": "NIR",
    "MS": "MS",
    "SENTINEL-2": "MS",
    "LANDSAT-5": "MS",
    "LANDSAT-7": "MS",
    "LANDSAT-8": "MS",
    "LANDSAT-9": "MS",
}
"""Declared sensor names (upper case) and the kind of pixels each has."""


class Record(BaseModel):
    """A frozen, closed record."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Caveat(Record):
    """Something a reader must know about a value: a stable code and words for people."""

    code: str
    text: str


class SceneKey(Record):
    """The identity that evidence cites: which scene, in which revision, of which bytes."""

    id: str
    revision: int
    digest: str


class Band(Record):
    """One band of a scene; `index` counts from 1."""

    index: int
    name: str | None
    dtype: str
    nodata: float | None = None
    role: Literal["data", "alpha"] = "data"


class Source(Record):
    """Where the bytes lie and how a change of them is noticed."""

    path: str
    size: int
    mtime_ns: int
    header_sha256: str
    driver: str
    world_file_sha256: str | None = None


class Scene(Record):
    """One acquisition with its pixels, as ingested.

    `id` is the file's stem, `-` and six hex digits of the digest; `alias` is the stem.
    A value that the file does not say and nobody declared is None and named in `unknown`.
    """

    id: str
    alias: str
    revision: int = 1
    digest: str
    source: Source
    width: int
    height: int
    bands: list[Band]
    frame: Frame
    footprint: Region
    crs: str | None = None
    transform: tuple[float, float, float, float, float, float] | None = None
    gsd_x_m: float | None = None
    gsd_y_m: float | None = None
    gsd_from: Literal["file", "declared"] | None = None
    period: Period | None = None
    sensor: str | None = None
    trust: Trust = "operator"
    declared: dict[str, str] = Field(default_factory=dict)
    unknown: list[str] = Field(default_factory=list)
    caveats: list[Caveat] = Field(default_factory=list)
    tile: tuple[int, int] = (0, 0)
    palette: Literal["gray", "colour"] | None = None
    """Set when the file holds indices into a colour table; `bands` are then its colours."""
    overview_sha256: str | None = None
    """Digest of the overviews we made among our artifacts, where the file has none."""
    copy_sha256: str | None = None
    """Digest of the tiled copy that is read, where the file cannot be read by windows."""

    @property
    def key(self) -> SceneKey:
        """The identity that evidence cites."""
        return SceneKey(id=self.id, revision=self.revision, digest=self.digest)

    @property
    def is_georeferenced(self) -> bool:
        """Tell whether the scene has a place on the ground."""
        return self.frame == EARTH

    @property
    def gsd_m(self) -> float | None:
        """Ground size of a pixel in m, the geometric mean of both directions; None when unknown."""
        if self.gsd_x_m is None or self.gsd_y_m is None:
            return None
        return float((self.gsd_x_m * self.gsd_y_m) ** 0.5)

    @property
    def kind(self) -> SensorKind:
        """What kind of pixels these are, from the declared sensor or the number of data bands."""
        if self.sensor is not None:
            return UNITS_OF_SENSORS.get(self.sensor.upper(), "unknown")
        if any(band.dtype.startswith("complex") for band in self.bands):
            return "SAR"
        count = sum(band.role == "data" for band in self.bands)
        return {1: "PAN", 3: "RGB"}.get(count, "MS" if count > 3 else "unknown")  # type: ignore[return-value]


class Layer(Record):
    """One ingested vector file: OpenStreetMap elements or other features, always on the ground."""

    id: str
    alias: str
    revision: int = 1
    digest: str
    source: Source
    kind: Literal["osm", "vector"]
    features_sha256: str
    """Digest of the indexed features among our artifacts."""
    count: int
    extent: Region | None
    period: Period | None = None
    declared: dict[str, str] = Field(default_factory=dict)
    """Tags declared for all features (`--tag building=yes`) and other declarations."""
    unknown: list[str] = Field(default_factory=list)
    caveats: list[Caveat] = Field(default_factory=list)
    complete: bool = False
    """Whether the layer claims to hold everything of its kind within its extent."""

    @property
    def key(self) -> SceneKey:
        """The identity that evidence cites."""
        return SceneKey(id=self.id, revision=self.revision, digest=self.digest)
