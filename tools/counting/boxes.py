"""The boxes around examples: from regions, or from objects that were accepted before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from store.features.sets import FeatureSet
from store.geo import Region
from store.raster import SceneReader
from store.scenes import Caveat
from tools.contract import ToolRefusal
from tools.counting.examples import Drawn, drawn
from tools.counting.places import to_pixels
from tools.counting.target import Target

MOST_EXAMPLES = 3
LEAST_ACROSS_PX = 3.0
_UNLIKE = 3.0
_LARGEST_SHARE = 0.5
_SIZE_SLACK = 1.6


@dataclass(frozen=True)
class Boxes:
    """One to three objects as drawn, and what has to be said of them."""

    drawn: tuple[Drawn, ...]
    caveats: tuple[Caveat, ...] = ()


def boxes_of(
    reader: SceneReader, examples: Sequence[Region], like: FeatureSet | None, target: Target
) -> Boxes:
    """Return the objects that the count starts from; none where none were given.

    Raises:
        ToolRefusal: Boxes that are too many, too small, too large or too unlike to be examples.
    """
    if len(examples) > MOST_EXAMPLES:
        raise ToolRefusal(
            f"{len(examples)} example boxes are more than the {MOST_EXAMPLES} that are used; "
            "give the clearest ones",
            "too_many_examples",
            {"examples": "1 to 3 boxes"},
        )
    if like is not None and examples:
        raise ToolRefusal(
            "examples and a set to go by were both given; give one of them", "two_kinds_of_examples"
        )
    areas = [reader.region_window(region).area for region in examples]
    if like is not None:
        areas = _chosen(reader, like)
    boxes = tuple(drawn(area) for area in areas)
    if not boxes:
        return Boxes(())
    sizes = np.array([sorted((b.example.width_px, b.example.length_px)) for b in boxes])
    _check(reader, sizes, target)
    return Boxes(boxes, tuple(_about_size(reader, sizes, target)))


def _chosen(reader: SceneReader, like: FeatureSet) -> list[BaseGeometry]:
    """Return three objects of a set: accepted or likeliest ones, near the median size."""
    shapes = to_pixels(reader, like)
    shapes = shapes[shapely.area(shapes) > 0] if len(shapes) == len(like) else shapes
    whole = shapely.box(0, 0, reader.scene.width, reader.scene.height)
    if not len(shapes) or not shapely.covers(whole, shapely.centroid(shapes)).any():
        raise ToolRefusal(
            f"the set given as `like` holds no outlined object in {reader.scene.id}; "
            "give objects of this scene, or draw boxes",
            "no_such_objects",
            {"examples": "1 to 3 boxes"},
        )
    areas = np.sqrt(shapely.area(shapes))
    order = np.lexsort((np.abs(np.log(areas / np.median(areas))), -_trust(like, len(shapes))))
    inside = [i for i in order if whole.covers(shapes[i])]
    return [shapes[i] for i in (inside or list(order))[:MOST_EXAMPLES]]


def _trust(like: FeatureSet, count: int) -> np.ndarray:
    """Return 2 for objects a person vouched for, 1 for the better half by score, else 0."""
    if count != len(like):
        return np.zeros(count)
    told = np.zeros(count)
    for column, words in (("reviewed", ("accepted", "added")), ("judged", ("yes",))):
        values = like.columns.get(column, [None] * count)
        told = np.maximum(told, [2.0 if value in words else 0.0 for value in values])
    scores = like.columns.get("score")
    if scores is not None and all(isinstance(score, int | float) for score in scores):
        told = np.maximum(told, np.asarray(scores, float) >= np.median(np.asarray(scores, float)))
    return told


def _check(reader: SceneReader, sizes: np.ndarray, target: Target) -> None:
    short, long = float(sizes[:, 0].min()), float(sizes[:, 1].max())
    if short < LEAST_ACROSS_PX:
        gsd_m = reader.scene.gsd_m
        finest = {} if gsd_m is None else {"gsd_m": f"<= {gsd_m * short / LEAST_ACROSS_PX:.3g}"}
        raise ToolRefusal(
            f"an example of {target.many} is {short:.1f} px across, too few to know it by; it "
            f"takes {LEAST_ACROSS_PX:g}. Draw the whole object, or choose a finer image",
            "too_coarse",
            finest,
        )
    if long > _LARGEST_SHARE * min(reader.shape):
        raise ToolRefusal(
            f"an example box is {long:.0f} px long, more than half of the scene "
            f"({reader.shape[1]} x {reader.shape[0]} px); draw a box around one object alone",
            "example_too_large",
        )
    areas = sizes.prod(axis=1)
    if areas.max() > _UNLIKE**2 * areas.min():
        raise ToolRefusal(
            f"the example boxes are of very different size ({_words(sizes)}); draw boxes around "
            "single objects of about one size, and count large and small ones apart",
            "examples_unlike",
        )


def _words(sizes: np.ndarray) -> str:
    return ", ".join(f"{long:.0f} x {short:.0f} px" for short, long in sizes)


def _about_size(reader: SceneReader, sizes: np.ndarray, target: Target) -> list[Caveat]:
    """Say so when examples are far from the usual size of what they are said to be."""
    usual = target.concept.size_m if target.concept is not None else None
    gsd_m = reader.scene.gsd_m
    if usual is None or gsd_m is None:
        return []
    length_m = float(np.median(sizes[:, 1])) * gsd_m
    if usual[0] / _SIZE_SLACK <= length_m <= usual[1] * _SIZE_SLACK:
        return []
    text = (
        f"the examples are about {length_m:.3g} m long; {target.many} are usually {usual[0]:g} "
        f"to {usual[1]:g} m: check the boxes, and the declared size of a pixel"
    )
    return [Caveat(code="size_unusual", text=text)]
