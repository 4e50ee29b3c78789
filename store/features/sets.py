"""Feature sets: geometries of one frame with columns beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from store.geo import Frame, Region


@dataclass(frozen=True)
class FeatureSet:
    """Geometries of one frame, with columns of equal length; row 1 is object `#1`.

    `geometry` is an object array of shapely geometries; None where a feature has no place
    (a relation whose members are outside the extract, say).
    """

    frame: Frame
    geometry: NDArray[np.object_]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    looked: float | None = None
    """Share of the asked area in which every feature of this kind would have been found; None
    when that is unknown. An empty set says "none" only when this is 0.99 or more."""
    region: Region | None = None
    """Where they were looked for; None when that is unknown."""

    def __post_init__(self) -> None:
        """Refuse columns of another length than the geometries."""
        for name, column in self.columns.items():
            if len(column) != len(self.geometry):
                raise ValueError(
                    f"column {name!r} has {len(column)} values for {len(self.geometry)} features"
                )

    def __len__(self) -> int:
        return len(self.geometry)

    @classmethod
    def of(cls, frame: Frame, geometries: Sequence[Any], **columns: list[Any]) -> FeatureSet:
        """Make a set of a list of geometries."""
        array = np.empty(len(geometries), dtype=object)
        array[:] = geometries
        return cls(frame, array, dict(columns))

    def take(self, rows: Sequence[int] | NDArray[np.int_]) -> FeatureSet:
        """Return the features of these rows (from 0), in this order."""
        index = np.asarray(rows, dtype=np.intp)
        columns = {name: [column[i] for i in index] for name, column in self.columns.items()}
        return replace(self, geometry=self.geometry[index], columns=columns)

    def with_columns(self, **columns: list[Any]) -> FeatureSet:
        """Return the same features with more columns."""
        return replace(self, columns={**self.columns, **columns})

    def ordered(self) -> FeatureSet:
        """Return the features from north to south and west to east, those without a place last."""
        if not len(self):
            return self
        bounds = np.round(shapely.bounds(self.geometry), 9)
        north, west = (np.where(np.isfinite(b), b, np.inf) for b in (-bounds[:, 3], bounds[:, 0]))
        return self.take(np.lexsort((np.arange(len(self)), west, north)))
