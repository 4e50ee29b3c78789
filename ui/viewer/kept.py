"""What was made lately and may be asked for again, bounded by its size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Kept:
    """Bytes by key; the longest unused go first when there are too many.

    Args:
        most_bytes: How much is kept altogether.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most, self._held = most_bytes, 0
        self._lock = threading.Lock()
        self._items: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable) -> bytes | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key]

    def put(self, key: Hashable, data: bytes) -> None:
        """Keep bytes under a key."""
        with self._lock:
            old = self._items.pop(key, b"")
            self._items[key] = data
            self._held += len(data) - len(old)
            while self._held > self._most and self._items:
                self._held -= len(self._items.popitem(last=False)[1])

    @property
    def held_bytes(self) -> int:
        """How much is kept now."""
        return self._held
