"""Feature sets as GeoParquet files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from store.features.sets import FeatureSet
from store.geo import Frame, is_earth

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_LOOKED = b"elenchus:looked"


def to_frame(features: FeatureSet) -> GeoDataFrame:
    """Return a set as a GeoDataFrame, in OGC:CRS84 on the ground and without CRS in pixels."""
    crs = "OGC:CRS84" if is_earth(features.frame) else None
    columns = {name: _column(values) for name, values in features.columns.items()}
    return geopandas.GeoDataFrame(columns, geometry=list(features.geometry), crs=crs)


def write_set(features: FeatureSet, path: Path) -> None:
    """Write a set as GeoParquet (version 1.1, WKB), with the share looked at in its metadata."""
    to_frame(features).to_parquet(path, index=False, schema_version="1.1.0")
    if features.looked is not None:
        table = pq.read_table(path)
        told = {**(table.schema.metadata or {}), _LOOKED: repr(float(features.looked)).encode()}
        pq.write_table(table.replace_schema_metadata(told), path)


def read_set(path: Path, frame: Frame) -> FeatureSet:
    """Read a set written by `write_set`; a missing value is None."""
    table = geopandas.read_parquet(path)
    geometry = np.empty(len(table), dtype=object)
    geometry[:] = list(table.geometry)
    columns = {
        str(name): [None if pd.isna(value) else value for value in table[name].tolist()]
        for name in table.columns
        if name != "geometry"
    }
    looked = (pq.read_schema(path).metadata or {}).get(_LOOKED)
    return FeatureSet(frame, geometry, columns, None if looked is None else float(looked))


def _column(values: list[Any]) -> Any:
    """Keep whole numbers and truths whole where some are missing, which pandas would not."""
    held = [value for value in values if value is not None]
    if len(held) == len(values) or not held:
        return values
    if all(isinstance(value, bool) for value in held):
        return pd.array(values, dtype="boolean")
    if all(isinstance(value, int) and not isinstance(value, bool) for value in held):
        return pd.array(values, dtype="Int64")
    return values
