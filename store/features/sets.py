"""Feature sets: geometries of one frame with columns beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from store.geo import Frame


@dataclass(frozen=True)
class FeatureSet:
    """Geometries of one frame, with columns of equal length; row 1 is object `#1`.

    `geometry` is an object array of shapely geometries; None where a feature has no place
    (a relation whose members are outside the extract, say).
    """

    frame: Frame
    geometry: NDArray[np.object_]
    columns: dict[str, list[Any]] = field(default_factory=dict)

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
        return FeatureSet(
            self.frame,
            self.geometry[index],
            {name: [column[i] for i in index] for name, column in self.columns.items()},
        )

    def with_columns(self, **columns: list[Any]) -> FeatureSet:
        """Return the same features with more columns."""
        return FeatureSet(self.frame, self.geometry, {**self.columns, **columns})

    def ordered(self) -> FeatureSet:
        """Return the features in canonical order: by row and column, north to south, west to east."""
        places = [_place(geometry, i) for i, geometry in enumerate(self.geometry)]
        return self.take(sorted(range(len(self)), key=lambda i: places[i]))


def _place(geometry: Any, row: int) -> tuple[float, float, int]:
    if geometry is None or geometry.is_empty:
        return (np.inf, np.inf, row)
    west, south, _, north = shapely.bounds(geometry)
    return (
        (-round(float(north), 9), round(float(west), 9), row)
        if np.isfinite(south)
        else (np.inf, np.inf, row)
    )
