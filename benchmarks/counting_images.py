"""Labelled images for counting: where they lie, their labels, examples, and what is right.

Used by counting_quality.py and counting_fit.py. Rules: an answer is yes when the centre of a
candidate lies in a label's box; a mark is right when its centre lies within half the square root
of a label's area of its centre, one to one; examples are drawn among the half of the labels
nearest the median size.
"""

from __future__ import annotations

import csv
import os
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment

from world.look import AFTER, BEFORE
from world.render import Renderer
from world.town import Town
from world.truth import things

CHECKOUT = Path(__file__).resolve().parent.parent
Floats = NDArray[np.float64]
CYCLISTS = 4
VEHICLE_GSD_M = {"MOS": 0.15}
DOTA = {
    "P0706": {"ship": ("ship", "ship")},
    "P0003": {"small-vehicle": ("small vehicle", "lot"), "large-vehicle": ("large vehicle", "lot")},
    "P0005": {"small-vehicle": ("small vehicle", "lot"), "large-vehicle": ("large vehicle", "lot")},
}
WORLDS = dict(zip(range(100, 112), (300, 450, 600, 900) * 3, strict=True))
FEWEST = 12


@dataclass(frozen=True)
class Item:
    """One image with the labels of one kind: rows of centre, length, width, angle (native px)."""

    id: str
    target: str
    group: str
    place: str
    file: Path
    gsd_m: float | None
    boxes: Floats
    turned: bool

    def examples(self, seed: int, count: int = 3) -> NDArray[np.intp]:
        """Draw labels of usual size."""
        area = self.boxes[:, 2] * self.boxes[:, 3]
        near = np.argsort(np.abs(np.log(area / np.median(area))))[: max(4, len(area) // 2)]
        dice = np.random.default_rng(seed + 10)
        return dice.choice(near, min(count, len(near)), replace=False)

    def outline(self, row: int, *, upright: bool) -> shapely.Polygon:
        """Return the box of a label, as labelled or upright, as a person would draw it."""
        col, line, length, width, angle = self.boxes[row]
        along = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        across = np.array([-np.sin(angle), np.cos(angle)]) * width / 2
        corners = [(col, line) + a * along + b * across
                   for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]  # fmt: skip
        box = shapely.Polygon(corners)
        return shapely.box(*box.bounds) if upright else box

    def label_of(self, centres: Floats) -> NDArray[np.intp]:
        """Return in which label's box each place lies; -1 for none."""
        moved = centres[:, None] - self.boxes[None, :, :2]
        cos, sin = np.cos(self.boxes[:, 4]), np.sin(self.boxes[:, 4])
        along = np.abs(moved[..., 0] * cos + moved[..., 1] * sin)
        across = np.abs(moved[..., 1] * cos - moved[..., 0] * sin)
        inside = (along <= self.boxes[:, 2] / 2) & (across <= self.boxes[:, 3] / 2)
        return np.where(inside.any(axis=1), inside.argmax(axis=1), -1)

    def hits(self, centres: Floats, labels: NDArray[np.intp] | None = None) -> int:
        """Return how many places are right, one to one, against some or all labels."""
        boxes = self.boxes if labels is None else self.boxes[labels]
        if not len(centres) or not len(boxes):
            return 0
        away = np.hypot(*(centres[:, None] - boxes[None, :, :2]).transpose(2, 0, 1))
        share = away / (0.5 * np.sqrt(boxes[:, 2] * boxes[:, 3]))
        cost = np.where(share <= 1, share, 9.0)
        return int((cost[linear_sum_assignment(cost)] <= 1).sum())


def data_folder(name: str = "data") -> Path | None:
    """Find the folder with real imagery, or the one with training material beside it."""
    asked = os.environ.get("ELENCHUS_TEST_DATA")  # noqa: TID251  where test data lies, as in tests
    held = [CHECKOUT / "shared" / "data", CHECKOUT.parent / "shared" / "data"]
    found = next((f for f in ([Path(asked)] if asked else held) if f.is_dir()), None)
    beside = None if found is None else found.parent / name
    return found if name == "data" else beside if beside is not None and beside.is_dir() else None


def measured(data: Path) -> list[Item]:
    """Return the images that are measured on: ships, vehicles, tree crowns."""
    return [*_dota(data), *_vehicles(data), *_trees(data)]


def _dota(data: Path) -> list[Item]:
    found = []
    for name, kinds in DOTA.items():
        lines = (data / f"count_dota/labelTxt/{name}.txt").read_text().splitlines()
        gsd_m = next(float(line[4:]) for line in lines if line.startswith("gsd:"))
        words = [line.split() for line in lines if len(line.split()) >= 9]
        for kind, (target, group) in kinds.items():
            rings = [np.array(w[:8], float).reshape(4, 2) for w in words if w[8] == kind]
            boxes = np.array([turned_box(shapely.Polygon(ring)) for ring in rings])
            path = data / f"count_dota/images/{name}.png"
            found.append(Item(f"{name} {target}", target, group, name, path, gsd_m, boxes, True))
    return found


def turned_box(area: shapely.Polygon) -> list[float]:
    """Return centre, length, width and angle of the smallest box around an area."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))[:4]
    sides = corners[1] - corners[0], corners[2] - corners[1]
    long, short = sorted(sides, key=lambda side: -np.hypot(*side))
    middle = corners.mean(axis=0)
    angle = np.arctan2(long[1], long[0]) % np.pi
    return [*middle, np.hypot(*long), np.hypot(*short), angle]


def _vehicles(data: Path) -> list[Item]:
    found = []
    for path in sorted((data / "count_vehicles").glob("*.txt")):
        picture = next(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix != ".txt")
        with Image.open(picture) as image:
            width, height = image.size
        rows = [line.split() for line in path.read_text().splitlines()]
        told = [list(map(float, row[1:5])) for row in rows if int(row[0]) != CYCLISTS]
        boxes = np.array([[x * width, y * height, w * width, h * height, 0] for x, y, w, h in told])
        place = "munich" if "MOS" in path.stem else "minsk"
        gsd_m = VEHICLE_GSD_M["MOS"] if place == "munich" else None
        found.append(Item(path.stem, "vehicle", "street", place, picture, gsd_m, boxes, False))
    return found


def _trees(data: Path) -> list[Item]:
    found = []
    for path in sorted((data / "count_trees").glob("*.xml")):
        picture = next(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix != ".xml")
        boxes = []
        for box in ET.parse(path).getroot().iter("bndbox"):
            ends = [float(box.findtext(n) or 0) for n in ("xmin", "ymin", "xmax", "ymax")]
            boxes.append(_upright(*ends))
        name = path.stem[:8]
        place = path.stem.replace("2019_", "")[:4]
        found.append(Item(name, "tree crown", "tree", place, picture, 0.1, np.array(boxes), False))
    return found


def _upright(west: float, north: float, east: float, south: float) -> list[float]:
    return [(west + east) / 2, (north + south) / 2, east - west, south - north, 0.0]


def training(folder: Path) -> list[Item]:
    """Return training images with enough objects; one year of each plot."""
    found = []
    for row in csv.DictReader((folder / "index.csv").open()):
        path = Path(row["path"])
        if "2017" in path.name:
            continue
        with (folder / row["labels"]).open() as file:
            boxes = [_upright(*(float(b[k]) for k in ("xmin", "ymin", "xmax", "ymax")))
                     for b in csv.DictReader(file)]  # fmt: skip
        if len(boxes) < FEWEST:
            continue
        street = row["task"] == "vehicle"
        found.append(
            Item(
                path.stem, "vehicle" if street else "tree crown", "street" if street else "tree",
                "minsk" if street else path.stem[:4], folder / path, float(row["gsd_m"]),
                np.array(boxes), False,
            )
        )  # fmt: skip
    return found


def rendered(folder: Path) -> list[Item]:
    """Render parts of towns and return what stands there: cars, trees, buildings."""
    found = []
    for number, (seed, side) in enumerate(WORLDS.items()):
        town, date, size = Town(seed), number % 2, 1024
        start = (size - side) // 2
        path = folder / f"town{seed}.png"
        picture = Renderer(town, (BEFORE, AFTER)[date], size).window(
            start, start, start + side, start + side
        )
        Image.fromarray(np.ascontiguousarray(np.moveaxis(picture[:3], 0, -1))).save(path)
        for kind, boxes in _standing(town, size, date, start, side).items():
            if len(boxes) >= FEWEST and (kind == "car" or number < 6):
                words = {"car": "car", "tree": "tree crown", "building": "building"}[kind]
                found.append(
                    Item(f"town{seed} {kind}", words, f"w{kind}", f"town{seed}", path, 0.5,
                         np.array(boxes), True)
                )  # fmt: skip
    return found


def _standing(
    town: Town, size: int, date: int, start: int, side: int
) -> dict[str, list[list[float]]]:
    boxes: dict[str, list[list[float]]] = {}
    for thing in things(town, size):
        if thing.kind in ("car", "tree", "building") and thing.there[date]:
            hull = shapely.affinity.translate(
                thing.shape.convex_hull, size // 2 - start, size // 2 - start
            )
            box = turned_box(hull)
            if 0 < box[0] < side and 0 < box[1] < side:
                boxes.setdefault(thing.kind, []).append(box)
    return boxes
