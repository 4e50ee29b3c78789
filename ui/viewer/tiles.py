"""Tiles of scenes in their own pixels: read by windows, stretched alike, never warped.

The second scene of a pair is shown on the pixels of the first: as it is where both have the same
pixels, else warped onto them.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from store.errors import UnknownId
from store.home import Home
from store.raster import Grid, Pixels, SceneReader, Window, read_on_grid
from store.raster.picture import Stretch, bands_to_show
from store.scenes import Scene
from ui.viewer.kept import Kept
from ui.viewer.png import png
from ui.viewer.pyramid import TILE, level_count, tile_counts, tile_window
from ui.viewer.readers import Readers

FORM = 1
"""Raised when the same pixels give other tiles, so that browsers fetch them anew."""
_STRETCH_PX = 1 << 18
_STRETCHES = 256
_KEPT_BYTES = 48 << 20


@dataclass(frozen=True)
class TileName:
    """Which tile: of which scene, on whose pixels, at which place of the pyramid."""

    scene: Scene
    z: int
    x: int
    y: int
    on: Scene | None = None
    """The scene whose pixels it is shown on; by default its own."""

    @property
    def grid(self) -> Scene:
        """The scene whose pixels the tile has."""
        return self.on or self.scene

    @property
    def tag(self) -> str:
        """A name that is another one whenever the tile's bytes may be others."""
        said: list[object] = [FORM, self.z, self.x, self.y]
        for scene in (self.scene, self.grid):
            said += [scene.id, scene.revision, scene.digest, scene.overview_sha256]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]

    def window(self) -> Window:
        """Return what the tile shows, in pixels of its grid; refuses a tile that is not there."""
        grid = self.grid
        window = tile_window(grid.width, grid.height, self.z, self.x, self.y)
        if window is not None:
            return window
        levels = level_count(grid.width, grid.height)
        if not 0 <= self.z < levels:
            raise UnknownId(f"{grid.id} has levels 0 to {levels - 1}, not {self.z}")
        across, down = tile_counts(grid.width, grid.height, self.z)
        raise UnknownId(
            f"level {self.z} of {grid.id} has {across} x {down} tiles, "
            f"counted from 0; there is none at {self.x}, {self.y}"
        )


def check_pair(scene: Scene, on: Scene) -> None:
    """Refuse two scenes that have no place in common to be laid on each other."""
    if scene.is_georeferenced and on.is_georeferenced:
        return
    if scene.is_georeferenced or on.is_georeferenced:
        raise UnknownId(
            f"of {scene.id} and {on.id} only one has a position on the ground, so they cannot be "
            "laid on each other; give the other a georeference"
        )
    if (scene.width, scene.height) != (on.width, on.height):
        raise UnknownId(
            f"{scene.id} ({scene.width} x {scene.height} px) and {on.id} ({on.width} x "
            f"{on.height} px) differ in size and have no position, so they cannot be laid on "
            "each other; register them first"
        )


class Tiles:
    """Makes the tiles of one home's scenes; may be asked from many threads.

    Args:
        home: The store the scenes are of.
        kept_bytes: How many bytes of finished tiles are kept.
    """

    def __init__(self, home: Home, kept_bytes: int = _KEPT_BYTES) -> None:
        self._readers = Readers(home)
        self._kept = Kept(kept_bytes)
        self._lock = threading.Lock()
        self._stretches: OrderedDict[tuple[str, int], Stretch] = OrderedDict()

    def png(self, name: TileName) -> bytes:
        """Return a tile as PNG; what lies outside of the scene or is nodata is transparent.

        Raises:
            UnknownId: There is no such tile.
            StoreError: The pixels cannot be read.
        """
        window = name.window()
        held = self._kept.get(name.tag)
        if held is None:
            held = self._made(name, window)
            self._kept.put(name.tag, held)
        return held

    def close(self) -> None:
        """Close all scenes."""
        self._readers.close()

    def _made(self, name: TileName, window: Window) -> bytes:
        with self._readers.borrow(name.scene) as reader:
            stretch = self._stretch(reader)
            pixels = _read(reader, name, window)
        return png(stretch.shown(pixels))

    def _stretch(self, reader: SceneReader) -> Stretch:
        """Return the one stretch of a scene, found in a reduced look at all of it."""
        key = (reader.scene.id, reader.scene.revision)
        with self._lock:
            found = self._stretches.get(key)
        if found is None:
            look = reader.reduced(_STRETCH_PX, bands=bands_to_show(reader.scene))
            found = Stretch.of(look, reader.scene)
        with self._lock:
            self._stretches[key] = found
            self._stretches.move_to_end(key)
            if len(self._stretches) > _STRETCHES:
                self._stretches.popitem(last=False)
        return found


def _read(reader: SceneReader, name: TileName, window: Window) -> Pixels:
    """Read the pixels of a tile, on the scene's own grid or on another's."""
    bands, shape = bands_to_show(reader.scene), (TILE, TILE)
    if name.on is None or not reader.scene.is_georeferenced:
        return reader.read(*window, out_shape=shape, bands=bands)
    return read_on_grid(reader, Grid.of(name.on), window, out_shape=shape, bands=bands)
