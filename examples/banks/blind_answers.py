"""Write the answers about crops that the blind bank takes, from the labels of the data.

python examples/banks/blind_answers.py DATA OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import rasterio
import shapely
from pyproj import Transformer

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from benchmarks.counting_images import Item, measured

WANTED = {
    ("P0005", "large vehicle"): "p0005_buses",
    ("P0706", "ship"): "p0706_boats",
    ("2019_YEL", "tree"): "yell_trees",
    ("MunichStreet02-MOS93", ""): "munich93_vehicles",
    ("TEAK_043", "tree"): "teak_trees",
}


def areas(item: Item) -> list[shapely.Polygon]:
    """Return the labels as areas: in columns and rows, or in longitude and latitude."""
    found = []
    for col, row, length, width, angle in item.boxes[:, :5]:
        box = shapely.box(-length / 2, -width / 2, length / 2, width / 2)
        turned = shapely.affinity.rotate(box, angle, origin=(0, 0), use_radians=True)
        found.append(shapely.affinity.translate(turned, col, row))
    with rasterio.open(item.file) as file:
        crs, transform = file.crs, file.transform
    if crs is None:
        return found
    to_lonlat = Transformer.from_crs(crs, "OGC:CRS84", always_xy=True)

    def placed(points: np.ndarray) -> np.ndarray:
        x, y = transform @ (points[:, 0], points[:, 1])
        return np.column_stack(to_lonlat.transform(x, y))

    return [shapely.transform(area, placed) for area in found]


def main(data: Path, out: Path) -> None:
    """Write one file for each count of the bank."""
    out.mkdir(parents=True, exist_ok=True)
    items = measured(data)
    for (image, kind), name in WANTED.items():
        item = next(i for i in items if i.file.stem.startswith(image) and kind in i.target)
        features = [
            {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(area))}
            for area in areas(item)
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (out / f"{name}.geojson").write_text(text, encoding="utf-8")
        print(f"{name}: {len(features)} labels of {item.id}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
