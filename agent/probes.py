"""Small pieces of real work, one for each library, whose right results are known.

Each probe imports its library itself, so that a broken one is that probe's result alone. It returns
what it saw, or an empty text when the result is not the known one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from typing_extensions import TypedDict


def probe_raster() -> str:
    """Write a georeferenced picture in memory and read it back."""
    import numpy as np
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    pixels = np.arange(64 * 64, dtype="uint16").reshape(1, 64, 64)
    shape = {"driver": "GTiff", "width": 64, "height": 64, "count": 1, "dtype": "uint16"}
    place = from_origin(500_000, 4_000_000, 10, 10)
    with MemoryFile() as file:
        with file.open(**shape, crs="EPSG:32633", transform=place, compress="deflate") as target:
            target.write(pixels)
        with file.open() as source:
            same = (source.read() == pixels).all() and source.crs.to_epsg() == 32633
    return "a GeoTIFF written and read back" if same else ""


def probe_projection() -> str:
    """Measure one degree of the equator, and project the date line."""
    import pyproj

    length_m = pyproj.Geod(ellps="WGS84").line_length([0, 1], [0, 0])
    x_m, _ = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:3857").transform(180, 0)
    right = abs(length_m - 111_319.491) < 0.001 and abs(x_m - 20_037_508.343) < 0.001
    return "geodesic length and projection are right" if right else ""


def probe_vectors() -> str:
    """Take one square out of another and carry the rest through a GeoDataFrame."""
    import geopandas
    import shapely

    rest = shapely.box(0, 0, 2, 2).difference(shapely.box(0, 0, 1, 1))
    frame = geopandas.GeoDataFrame(geometry=[rest], crs="OGC:CRS84")
    return "an overlay is right" if frame.to_crs("OGC:CRS84").geometry.iloc[0].area == 3 else ""


def probe_components() -> str:
    """Count two blobs, the measuring tools' first step."""
    import numpy as np
    from scipy import ndimage
    from skimage.measure import regionprops

    mask = np.zeros((8, 8), dtype=bool)
    mask[1:3, 1:3] = mask[5:7, 4:7] = True
    areas = [blob.area for blob in regionprops(ndimage.label(mask)[0])]
    return "two blobs are counted and measured" if areas == [4, 6] else ""


def probe_zones() -> str:
    """Take the mean of a raster under a polygon that cuts pixels in half."""
    import numpy as np
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    raster = NumPyRasterSource(np.array([[1.0, 3.0]]), xmin=0, ymin=0, xmax=2, ymax=1)
    corners = [[0.5, 0], [1.5, 0], [1.5, 1], [0.5, 1], [0.5, 0]]
    zone = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [corners]}}
    mean = exact_extract(raster, [zone], ["mean"])[0]["properties"]["mean"]
    return "a zonal mean is right" if mean == 2 else ""


def probe_osm() -> str:
    """Write one node to a .osm.pbf file and read it back."""
    import osmium
    from osmium.osm.mutable import Node

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "probe.osm.pbf")
        with osmium.SimpleWriter(path) as writer:
            writer.add_node(Node(id=7, location=(2.0, 1.0), tags={"man_made": "lighthouse"}))
        found = [node.tags["man_made"] for node in osmium.FileProcessor(path)]
    return "a map file written and read back" if found == ["lighthouse"] else ""


def probe_database() -> str:
    """Commit a row to a database on disk and read it through SQLAlchemy."""
    import sqlalchemy

    with tempfile.TemporaryDirectory() as folder:
        engine = sqlalchemy.create_engine(f"sqlite:///{folder}/probe.db")
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("CREATE TABLE probe (value INTEGER)"))
            connection.execute(sqlalchemy.text("INSERT INTO probe VALUES (7)"))
        with engine.connect() as connection:
            value = connection.execute(sqlalchemy.text("SELECT value FROM probe")).scalar()
        engine.dispose()
    return "a row committed and read back" if value == 7 else ""


def probe_signature() -> str:
    """Sign a message, verify it, and see a changed one refused."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    signature = key.sign(b"seven ships")
    key.public_key().verify(signature, b"seven ships")
    try:
        key.public_key().verify(signature, b"eight ships")
    except InvalidSignature:
        return "a signature holds, and a changed message is refused"
    return ""


def probe_loop() -> str:
    """Run a graph of one step."""
    from langgraph.graph import START, StateGraph

    class Probe(TypedDict):
        value: int

    builder = StateGraph(Probe)
    builder.add_node("step", lambda state: {"value": state["value"] + 7})
    builder.add_edge(START, "step")
    return "a graph of one step ran" if builder.compile().invoke({"value": 0})["value"] == 7 else ""


PROBES: dict[str, Callable[[], str]] = {
    "raster": probe_raster,
    "projection": probe_projection,
    "vectors": probe_vectors,
    "components": probe_components,
    "zones": probe_zones,
    "map": probe_osm,
    "database": probe_database,
    "signature": probe_signature,
    "loop": probe_loop,
}
