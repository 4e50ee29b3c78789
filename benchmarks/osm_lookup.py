"""Features in a box: our index against a GeoPackage R*Tree read with plain SQLite, p50 and p99.

    python benchmarks/osm_lookup.py [--features N] [--boxes N]

Both sides return id, name, tags and geometry of the same features, exact intersection included.
The last line is the ratio ours / GeoPackage; the goal is 1.1 (limits: PostGIS and GeoPackage were
equal to within 5 %).
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely

from store.features.raw import RawFeature
from store.features.reader import Features, Wanted
from store.features.writer import FeatureWriter
from store.geo import Region
from tools.concepts.tags import parse_query

BUILDING = parse_query("building=*")


def made(count: int, rng: np.random.Generator) -> list[RawFeature]:
    """Return small boxes clustered as towns are, four in five of them buildings."""
    towns = rng.random((50, 2)) * [4, 2] + [24, 60]
    centres = towns[rng.integers(0, 50, count)] + rng.normal(0, 0.05, (count, 2))
    shapes = shapely.box(*centres.T, *(centres + rng.uniform(1e-4, 4e-4, (count, 2))).T)
    building = rng.random(count) < 0.8
    return [
        RawFeature(
            "way",
            number + 1,
            {"building": "yes"} if is_one else {"highway": "path"},
            shapely.to_wkb(shape),
        )
        for number, (shape, is_one) in enumerate(zip(shapes, building, strict=True))
    ]  # fmt: skip


def our_index(folder: Path, features: list[RawFeature]) -> Features:
    """Write and open our index."""
    writer = FeatureWriter(folder / "raw", folder / "index")
    for feature in features:
        writer.add(feature)
    writer.finish()
    writer.close()
    return Features(folder / "index")


def geopackage(folder: Path, features: list[RawFeature]) -> sqlite3.Connection:
    """Write the same features as a GeoPackage has them: a table with columns, and an R*Tree."""
    db = sqlite3.connect(folder / "peer.gpkg")
    db.execute(
        "CREATE TABLE f(fid INTEGER PRIMARY KEY, name TEXT, building TEXT, tags TEXT, geom BLOB)"
    )
    db.execute("CREATE VIRTUAL TABLE rtree USING rtree(id, minx, maxx, miny, maxy)")
    for number, one in enumerate(features, start=1):
        west, south, east, north = shapely.from_wkb(one.wkb).bounds
        row = (
            number,
            one.tags.get("name"),
            one.tags.get("building"),
            json.dumps(one.tags),
            one.wkb,
        )
        db.execute("INSERT INTO f VALUES (?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO rtree VALUES (?, ?, ?, ?, ?)", (number, west, east, south, north))
    db.commit()
    return db


def ask_peer(db: sqlite3.Connection, region: Region) -> int:
    """Ask the GeoPackage for the buildings that touch a region."""
    west, south, east, north = region.bounds
    rows = db.execute(
        "SELECT f.fid, f.name, f.tags, f.geom FROM rtree r JOIN f ON f.fid = r.id "
        "WHERE r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ? "
        "AND f.building IS NOT NULL",
        (east, west, north, south),
    ).fetchall()
    shapes = shapely.from_wkb([row[3] for row in rows])
    return int(shapely.intersects(region.area, shapes).sum())


def main() -> None:
    """Run both sides in turn and print medians, p99 and the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--features", type=int, default=300_000)
    parser.add_argument("--boxes", type=int, default=1_000)
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    features = made(asked.features, rng)
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        ours = our_index(Path(name), features)
        print(f"indexed {asked.features:,} features in {time.perf_counter() - start:.1f} s")
        peer = geopackage(Path(name), features)
        times: dict[str, list[float]] = {"ours": [], "peer": []}
        found = 0
        for number in rng.integers(0, len(features), asked.boxes):
            west, south, _, _ = shapely.from_wkb(features[number].wkb).bounds
            size = 10 ** rng.uniform(-3.3, -1.5)
            region = Region.lonlat(west, south, west + size, south + size)
            shapely.prepare(region.area)
            t0 = time.perf_counter()
            count = len(ours.find(Wanted(BUILDING, region=region)))
            t1 = time.perf_counter()
            also = ask_peer(peer, region)
            t2 = time.perf_counter()
            if count != also:
                raise SystemExit(f"not the same features: {count} and {also} in {region.bounds}")
            found += count
            times["ours"].append(t1 - t0)
            times["peer"].append(t2 - t1)
    print(f"{asked.boxes:,} boxes, {found / asked.boxes:.0f} features each on average")
    p50, p99 = ({k: np.percentile(v, q) * 1e3 for k, v in times.items()} for q in (50, 99))
    for side in times:
        print(f"{side}: p50 {p50[side]:.2f} ms, p99 {p99[side]:.2f} ms")
    print(f"ratio p50 {p50['ours'] / p50['peer']:.2f}, p99 {p99['ours'] / p99['peer']:.2f}")


if __name__ == "__main__":
    main()
