"""Open scenes kept for the next tile: opening one costs more than reading a tile."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from store.home import Home
from store.raster import SceneReader
from store.raster.reader import check_unchanged
from store.scenes import Scene

_Key = tuple[str, int, str]


class Readers:
    """Readers that are not in use, at most a few; each is lent to one thread at a time.

    Args:
        home: Which store the scenes are of.
        most: How many are kept open.
        at_once: How many may be lent at the same time; others wait, so that memory is bounded.
    """

    def __init__(self, home: Home, most: int = 8, at_once: int = 4) -> None:
        self._home, self._most = home, most
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(at_once)
        self._idle: OrderedDict[int, tuple[_Key, SceneReader]] = OrderedDict()

    @contextmanager
    def borrow(self, scene: Scene) -> Iterator[SceneReader]:
        """Lend a reader of a scene; refuses one whose bytes have changed since ingest."""
        key = (scene.id, scene.revision, scene.source.path)
        with self._places:
            reader = self._take(key)
            if reader is None:
                reader = self._home.open_scene(scene)
            whole = False
            try:
                check_unchanged(scene.source, scene.id)
                yield reader
                whole = True
            finally:
                if whole:
                    self._give_back(key, reader)
                else:
                    reader.close()

    def close(self) -> None:
        """Close all readers that are not in use."""
        with self._lock:
            left = [reader for _, reader in self._idle.values()]
            self._idle.clear()
        for reader in left:
            reader.close()

    def _take(self, key: _Key) -> SceneReader | None:
        with self._lock:
            for place in reversed(self._idle):
                if self._idle[place][0] == key:
                    return self._idle.pop(place)[1]
        return None

    def _give_back(self, key: _Key, reader: SceneReader) -> None:
        with self._lock:
            self._idle[id(reader)] = (key, reader)
            spare = self._idle.popitem(last=False)[1][1] if len(self._idle) > self._most else None
        if spare is not None:
            spare.close()
