"""Small scenes whose pixels are known, and evidence put into a session by hand."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from agent.evidence import Evidence, SetRef
from store import ledger as rows
from store.features.parquet import write_set
from store.features.sets import FeatureSet
from store.home import Home
from store.ingest import Declared, ingest_scene
from store.scenes import Scene
from tests.store.rasters import write
from tools.contract import Method, Quantity


def numbered(rows_: int, cols: int) -> np.ndarray:
    """Return three bands whose values say where a pixel lies; levels enough to be shown as they are."""
    row, col = np.mgrid[0:rows_, 0:cols]
    return np.stack([row % 251, col % 251, (row // 251 * 16 + col // 251) % 251]).astype(np.uint8)


def scene(home: Home, path: Path, data: np.ndarray, *, declared=None, **profile) -> Scene:
    """Write a raster and take it into the store."""
    return ingest_scene(home, write(path, data, **profile), Declared(**(declared or {})))


def decoded(png: bytes) -> np.ndarray:
    """Return a PNG as (rows, columns, channels)."""
    picture = np.asarray(Image.open(io.BytesIO(png)))
    return picture[..., None] if picture.ndim == 2 else picture


def keep(
    home: Home, features: FeatureSet, *, session="s", tool="count_objects", scenes=(), region=None,
    parents=(), counted=True, gsd_m=None,
) -> Evidence:  # fmt: skip
    """Put evidence with a set of features into a session."""
    with home.artifacts.new_file(".parquet") as file:
        write_set(features, file)
        digest = home.artifacts.put_file(file)
    with home.database.write() as connection:
        rows.open_session(connection, session)
        number = rows.next_number(connection, session, "evidence")
        count = (
            [Quantity(name="count", of="ship", value=len(features), unit="count")]
            if counted
            else []
        )
        evidence = Evidence(
            id=f"E{number}", turn=1, call_key=f"{number:064d}", tool=tool, tool_version="1",
            arguments={}, parents=list(parents), quantities=count, gsd_m=gsd_m,
            method=Method(name=tool, version="1"), region=region, scenes=[s.key for s in scenes],
            set=SetRef(sha256=digest, count=len(features), frame=features.frame, columns=list(features.columns)),
        )  # fmt: skip
        rows.add_record(
            connection, "evidence", session=session, number=number, turn=1,
            record=evidence.model_dump_json(), call_key=evidence.call_key,
        )  # fmt: skip
    return evidence
