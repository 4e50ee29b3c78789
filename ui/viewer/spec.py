"""What the viewer shows: the one value that goes from the server to the map in the browser.

All places are columns and rows of the first scene, from the outer corner of its upper-left pixel,
rows downwards; the browser turns them as it needs.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from store.geo import Frame
from store.scenes import Record

Box = tuple[float, float, float, float]
"""First column and row, then one past the last."""
Mode = Literal["single", "swipe"]
LayerKind = Literal["objects", "changes", "map", "candidates", "region"]


class Lattice(Record):
    """Longitudes and latitudes on a grid of columns and rows, to be interpolated between.

    The server has checked that interpolating linearly is right to a quarter of a pixel.
    """

    cols: list[float] = Field(min_length=2)
    rows: list[float] = Field(min_length=2)
    lon: list[list[float]]
    """One list per row; beyond 180 degrees where the scene crosses it."""
    lat: list[list[float]]


class ViewScene(Record):
    """A scene to show, and where its tiles are."""

    id: str
    revision: int
    title: str
    """What tells it from others: its date, else its name."""
    about: str = ""
    frame: Frame
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    gsd_x_m: float | None = None
    gsd_y_m: float | None = None
    tiles: str
    """Template of the tiles' address with {z}, {x} and {y}; level 0 is the whole scene."""
    levels: int = Field(ge=1)
    """Number of levels; the last one has the scene's own pixels."""
    lattice: Lattice | None = None
    north_deg: float | None = None
    """Where north is, clockwise from up; None when the scene does not say."""


class VectorLayer(Record):
    """Outlines drawn over the scenes."""

    id: str
    title: str
    kind: LayerKind
    url: str | None = None
    """Where its GeoJSON comes from."""
    data: dict[str, Any] | None = None
    """The GeoJSON itself, where it is small."""
    evidence: str | None = None
    count: int = 0
    visible: bool = True

    @model_validator(mode="after")
    def _has_outlines(self) -> Self:
        if (self.url is None) == (self.data is None):
            raise ValueError(f"layer {self.id!r} needs either an address or its outlines")
        return self


class Focus(Record):
    """Where to look: what a citation points at."""

    box: Box
    resolution: float | None = Field(None, gt=0)
    """Pixels of the scene per pixel of the screen at which it was looked at; coarser when the box
    does not fit."""
    layer: str | None = None
    row: int | None = None
    title: str = ""


class ViewSpec(Record):
    """One or two scenes with layers over them."""

    scenes: list[ViewScene] = Field(default_factory=list, max_length=2)
    layers: list[VectorLayer] = Field(default_factory=list)
    focus: Focus | None = None
    mode: Mode = "single"
    note: str = ""
    """Something to know about what is shown, such as that one scene was warped."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.mode == "swipe" and len(self.scenes) != 2:
            raise ValueError(f"a swipe needs two scenes, not {len(self.scenes)}")
        names = [layer.id for layer in self.layers]
        if len(set(names)) != len(names):
            raise ValueError(f"layers need different ids, not {names}")
        if (self.layers or self.focus) and not self.scenes:
            raise ValueError("layers and a focus need a scene to lie on")
        return self
