"""Feature sets as GeoParquet files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np

from store.features.sets import FeatureSet
from store.geo import Frame, is_earth

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def to_frame(features: FeatureSet) -> GeoDataFrame:
    """Return a set as a GeoDataFrame, in OGC:CRS84 on the ground and without CRS in pixels."""
    crs = "OGC:CRS84" if is_earth(features.frame) else None
    return geopandas.GeoDataFrame(dict(features.columns), geometry=list(features.geometry), crs=crs)


def write_set(features: FeatureSet, path: Path) -> None:
    """Write a set as GeoParquet (version 1.1, WKB)."""
    to_frame(features).to_parquet(path, index=False, schema_version="1.1.0")


def read_set(path: Path, frame: Frame) -> FeatureSet:
    """Read a set written by `write_set`."""
    table = geopandas.read_parquet(path)
    geometry = np.empty(len(table), dtype=object)
    geometry[:] = list(table.geometry)
    columns = {str(name): table[name].tolist() for name in table.columns if name != "geometry"}
    return FeatureSet(frame, geometry, columns)
