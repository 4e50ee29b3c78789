"""Pixels: files opened safely, read by windows at a ground resolution, with validity."""

from store.raster.grid import Grid, read_on_grid
from store.raster.place import Place
from store.raster.reader import Pixels, SceneReader
from store.raster.region import RegionWindow
from store.raster.window import Tile, Window

__all__ = [
    "Grid",
    "Pixels",
    "Place",
    "RegionWindow",
    "SceneReader",
    "Tile",
    "Window",
    "read_on_grid",
]
