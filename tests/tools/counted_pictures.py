"""Pictures with cars and boats drawn in known places, and what is true of them."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from store.geo import Region
from store.home import Home
from tests.pictures import HALF_METRE, UTM, bench, ground, take, write
from tools.count_objects import count_objects
from tools.record_answers import record_answers

LENGTH, WIDTH = 26.0, 11.0


def car(col, row, angle, length=LENGTH, width=WIDTH):
    """The corners of a turned rectangle."""
    along = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    across = np.array([-np.sin(angle), np.cos(angle)]) * width / 2
    return [
        tuple((col, row) + a * along + b * across) for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
    ]


def lot(rows=320, cols=400, count=24, seed=3, bands=3):
    """Textured ground with red cars that lie at any angle; returns pixels and (col, row, angle)."""
    dice = np.random.default_rng(seed)
    base = np.clip(ground(rows, cols, 3, seed=seed) * 0.35 + 60, 0, 255).astype(np.uint8)
    picture = Image.fromarray(np.moveaxis(base, 0, -1).copy())
    draw = ImageDraw.Draw(picture)
    places = []
    while len(places) < count:
        col, row = dice.uniform(20, cols - 20), dice.uniform(20, rows - 20)
        if all(np.hypot(col - c, row - r) > 34 for c, r, _ in places):
            angle = dice.uniform(0, np.pi)
            places.append((col, row, angle))
            draw.polygon(car(col, row, angle), fill=(215, 60, 50))
            draw.polygon(
                car(col + 4 * np.cos(angle), row + 4 * np.sin(angle), angle, 7, 8),
                fill=(40, 40, 60),
            )
    data = np.moveaxis(np.asarray(picture), -1, 0)
    if bands == 1:
        data = data.mean(axis=0, keepdims=True).astype(np.uint8)
    return np.ascontiguousarray(data), np.array(places)


def box(scene, place, margin=1.0):
    """The upright box that a person would draw around a car."""
    corners = np.array(car(*place))
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    return Region.pixels(f"px:{scene.id}", *low, *high)


class Desk:
    """One scene with cars, and a person who knows where they are."""

    def __init__(self, folder, name="lot.png", placed=False, **about):
        self.home = Home(folder / "home")
        data, self.places = lot(**about)
        path = folder / (name if not placed else "lot.tif")
        where = {"crs": UTM, "transform": HALF_METRE} if placed else {}
        self.scene = take(
            self.home, write(path, data, **where), **({} if placed else {"gsd_m": 0.18})
        )
        self.bench = bench(self.home, folder / "scratch")
        self.examples = [box(self.scene, self.places[i]) for i in range(3)]

    def count(self, judged=(), **about):
        """Call the tool as the planner would."""
        arguments = {
            "scene": self.scene,
            "target": "car",
            "examples": self.examples,
            "method": "asking",
        }
        return count_objects.function(self.bench, **(arguments | about), judged=list(judged))

    def middles(self, found):
        """Centres of features in pixels."""
        middles = np.array([[g.centroid.x, g.centroid.y] for g in found.features.geometry])
        if not self.scene.is_georeferenced:
            return middles
        with self.home.open_scene(self.scene) as reader:
            return np.column_stack(reader.to_pixel(middles[:, 0], middles[:, 1]))

    def is_car(self, middles):
        """Whether a car lies there."""
        away = np.hypot(*(middles[:, None] - self.places[None, :, :2]).transpose(2, 0, 1))
        return away.min(axis=1) < WIDTH / 2 + 1

    def judge(self, found, verdict=lambda car: "yes" if car else "no"):
        """Answer what is asked, and return the recorded set."""
        rows = found.series["ask"]
        cars = self.is_car(self.middles(found))
        said = [verdict(bool(cars[row - 1])) for row in rows]
        return record_answers.function(
            self.bench, of=found.features, rows=rows, verdicts=said, by="person:Ada"
        ).features

    def finished(self, **about):
        """Answer all questions and return the findings, the last with the count."""
        findings, judged = [self.count(**about)], []
        while "ask" in findings[-1].series:
            judged.append(self.judge(findings[-1]))
            findings.append(self.count(judged, **about))
        return findings
