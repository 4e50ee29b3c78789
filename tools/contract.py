"""What a tool is given and what it returns: bench, finding, refusal."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from store.errors import Cancelled, DeadlinePassed, ReadFailed
from store.geo import Frame, Period, Region
from store.scenes import Caveat, Layer, Record, Scene, SceneKey

if TYPE_CHECKING:
    from store.catalog import Catalog
    from store.features.reader import Features
    from store.features.sets import FeatureSet
    from store.raster import SceneReader
    from tools.vision.eyes import Eyes

Unit = Literal[
    "count",
    "1",
    "m",
    "m2",
    "1/m2",
    "px",
    "px2",
    "m/px",
    "deg",
    "s",
    "d",
    "dB",
    "date",
    "id",
    "class",
    "text",
]
IntervalKind = Literal["exact", "calibrated", "sampled", "spread", "bounds", "none"]
Value = float | int | bool | str | None


class Quantity(Record):
    """One measured value with its unit and, where one is honest, its interval.

    `exact` counts records; `calibrated` has a stated `level` and the calibration's id;
    `sampled` is an estimate from answers about some of many, by the method that the finding
    names, be they drawn by chance or chosen by a rule; `spread` is a range over methods or settings
    without probability; `bounds` hold whatever the records do not say; `none` claims nothing.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    of: str = ""
    value: Value
    unit: Unit
    low: float | None = None
    high: float | None = None
    interval: IntervalKind = "none"
    level: float | None = None
    calibration: str | None = None

    @property
    def number(self) -> float | None:
        """The value as a number; None when it is text, yes or no, or nothing."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            return None
        return float(self.value)

    @model_validator(mode="after")
    def _honest(self) -> Self:
        number = self.number
        if number is not None and not math.isfinite(number):
            raise ValueError(
                f"{self.name} is {number}: a measurement is finite, or it is a refusal"
            )
        if (self.low is None) != (self.high is None):
            raise ValueError(f"{self.name} has one end of an interval only")
        if self.low is not None and self.high is not None:
            self._within(number, self.low, self.high)
        if self.interval == "calibrated" and (self.level is None or self.calibration is None):
            raise ValueError(f"{self.name}: a calibrated interval names its level and calibration")
        return self

    def _within(self, number: float | None, low: float, high: float) -> None:
        if number is None or not low <= number <= high:
            raise ValueError(f"{self.name}: {self.value} is not in {low} to {high}")


def at_least(name: str, number: int, unknown: int, of: str = "") -> Quantity:
    """Return a count beside which so many more may or may not be meant; exact where none are."""
    if not unknown:
        return Quantity(name=name, of=of, value=number, unit="count", interval="exact")
    return Quantity(
        name=name, of=of, value=number, unit="count", low=number, high=number + unknown,
        interval="bounds",
    )  # fmt: skip


class Look(Record):
    """A share of the asked area that was looked at, and how finely."""

    gsd_m: float | None
    share: float


class Coverage(Record):
    """How much of the asked area is imaged, valid and looked at; shares in [0, 1] of it."""

    asked: float
    """Size of the asked area: m² on the ground, px² in a pixel frame."""
    imaged: float = 1.0
    valid: float = 1.0
    looked: list[Look] = Field(default_factory=list)


class Method(Record):
    """How a finding was made: enough to repeat it."""

    name: str
    version: str
    parameters: dict[str, Any] = Field(default_factory=dict)
    source: str = ""
    """The paper or standard the method follows."""


class View(Record):
    """A picture made of a place, as PNG bytes until it is kept."""

    name: str
    png: bytes = Field(repr=False)
    region: Region
    gsd_m: float | None
    caption: str = ""


class Mask(Record):
    """A raster of yes (1), no (0) and not known (255): a GeoTIFF in the bench's scratch."""

    name: str
    path: Path
    frame: Frame


@dataclass(frozen=True)
class Finding:
    """What a tool returns. Names of quantities are unique in it."""

    quantities: list[Quantity]
    method: Method
    region: Region | None = None
    period: Period | None = None
    scenes: list[SceneKey] = field(default_factory=list)
    gsd_m: float | None = None
    coverage: Coverage | None = None
    caveats: list[Caveat] = field(default_factory=list)
    features: FeatureSet | None = None
    views: list[View] = field(default_factory=list)
    masks: list[Mask] = field(default_factory=list)
    series: dict[str, list[Any]] = field(default_factory=dict)
    pixels_read: int = 0

    def __post_init__(self) -> None:
        """Refuse two quantities of one name."""
        names = [quantity.name for quantity in self.quantities]
        if len(set(names)) != len(names):
            raise ValueError(f"names of quantities are unique in a finding: {names}")

    def value(self, name: str) -> Value:
        """Return the value of a quantity."""
        return next(quantity.value for quantity in self.quantities if quantity.name == name)


class ToolRefusal(Exception):
    """A worded "I cannot, because …; this would do". It never carries a value.

    Args:
        text: What is wrong, with the value, and what would work.
        code: A stable word for scripts.
        requirements: What would make it possible, such as `{"gsd_m": "<= 1.33"}`.
    """

    def __init__(
        self, text: str, code: str = "refused", requirements: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.code = code
        self.requirements = requirements or {}


def _no_layers(layer: Layer) -> Features:
    raise ReadFailed(f"the features of {layer.id} cannot be read here; only scenes were handed in")


@dataclass(frozen=True)
class Bench:
    """What a tool works with: the store within this run's grant, and the run's limits."""

    catalog: Catalog
    open_scene: Callable[[Scene], SceneReader]
    layer_features: Callable[[Layer], Features] = _no_layers
    """Opens the features of a layer; the caller closes them (`with`)."""
    scratch: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    """A folder for files in the making; it is emptied after the call."""
    deadline: float | None = None
    """`time.monotonic()` value after which work must stop."""
    cancel: Callable[[], bool] = lambda: False
    eyes: Eyes | None = None
    """A witness that reads pictures, where one is configured."""
    progress: Callable[[float, str], None] = lambda share, what: None

    def check(self) -> None:
        """Stop here when the person cancelled or the time is up; call it at each window."""
        if self.cancel():
            raise Cancelled(
                "the work was stopped before it was finished; nothing is concluded from it"
            )
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise DeadlinePassed(
                "the work did not finish within its time; ask for a smaller area or allow more time"
            )


class FromEvidence:
    """Marks a parameter that may name evidence (`E5#set`, `E5.count`, `E5#region`)."""


SceneRef = Annotated[Scene, FromEvidence]
"""A scene, named by id or alias in the planner's call."""
