"""Feature sets as GeoParquet files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from store.features.sets import FeatureSet
from store.geo import Frame, Region, is_earth

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_LOOKED = b"elenchus:looked"
_REGION = b"elenchus:region"


def to_frame(features: FeatureSet) -> GeoDataFrame:
    """Return a set as a GeoDataFrame, in OGC:CRS84 on the ground and without CRS in pixels."""
    crs = "OGC:CRS84" if is_earth(features.frame) else None
    columns = {name: _column(values) for name, values in features.columns.items()}
    return geopandas.GeoDataFrame(columns, geometry=list(features.geometry), crs=crs)


def write_set(features: FeatureSet, path: Path) -> None:
    """Write a set as GeoParquet (version 1.1, WKB); its metadata say where it was looked for."""
    to_frame(features).to_parquet(path, index=False, schema_version="1.1.0")
    told: dict[bytes, bytes] = {}
    if features.looked is not None:
        told[_LOOKED] = repr(float(features.looked)).encode()
    if features.region is not None:
        told[_REGION] = features.region.model_dump_json().encode()
    if told:
        table = pq.read_table(path)
        told = {**(table.schema.metadata or {}), **told}
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
    told = pq.read_schema(path).metadata or {}
    looked, region = told.get(_LOOKED), told.get(_REGION)
    return FeatureSet(
        frame,
        geometry,
        columns,
        looked=None if looked is None else float(looked),
        region=None if region is None else Region.model_validate_json(region),
    )


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
