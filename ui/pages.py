"""Which state each open page is in; kept here, so that no event works with an old one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from ui.here import Here

MOST_PAGES = 500


class Pages:
    """States by page; the longest unused go first when there are too many.

    Args:
        begin: Returns the state of a page that is not known, as after the server was started
            anew, from the session its address names.
        most: How many pages are kept.
    """

    def __init__(self, begin: Callable[[str], Here], most: int = MOST_PAGES) -> None:
        self._begin = begin
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Here] = OrderedDict()

    def of(self, page: str, session: str) -> Here:
        """Return the state of a page."""
        with self._lock:
            held = self._held.get(page)
            if held is not None:
                self._held.move_to_end(page)
                return held
        return self.put(page, self._begin(session))

    def put(self, page: str, here: Here) -> Here:
        """Keep the state of a page, and return it."""
        with self._lock:
            self._held[page] = here
            self._held.move_to_end(page)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return here

    def change(self, page: str, session: str, change: Callable[[Here], Here]) -> tuple[Here, Here]:
        """Change the state of a page from what it is now; returns it before and after."""
        before = self.of(page, session)
        with self._lock:
            before = self._held.get(page, before)
            after = self._held[page] = change(before)
        return before, after

    def knows(self, page: str) -> bool:
        """Tell whether a page is open."""
        with self._lock:
            return page in self._held

    def forget(self, page: str) -> None:
        """Forget a page that was closed."""
        with self._lock:
            self._held.pop(page, None)

    def __len__(self) -> int:
        return len(self._held)
