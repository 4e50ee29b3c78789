"""A made-up town with known truth: drawn as imagery of two dates, and as a map."""

from world.look import AFTER, BEFORE, VEILED, Look
from world.render import Renderer
from world.town import Town
from world.truth import Truth, truth_of
from world.write import World, make_world, write_scene

__all__ = [
    "AFTER",
    "BEFORE",
    "VEILED",
    "Look",
    "Renderer",
    "Town",
    "Truth",
    "World",
    "make_world",
    "truth_of",
    "write_scene",
]
