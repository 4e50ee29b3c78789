"""Work on windows in two threads, results in order: reading stays in the caller's thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tools.change.contract import Window

Read = TypeVar("Read")
Found = TypeVar("Found")

THREADS = 2


def in_order(
    windows: Iterable[Window],
    read: Callable[[Window], Read],
    work: Callable[[Window, Read], Found],
    threads: int = THREADS,
) -> Iterator[Found]:
    """Yield the work on each window in the order of the windows.

    Args:
        windows: What to work on.
        read: Called in this thread, one window after the other.
        work: Called in the threads; it must not depend on other windows.
        threads: How many; one more window than these is held in memory.

    >>> list(in_order([Window(0, 0, 1, 1)] * 3, lambda w: w.row1, lambda w, n: n + 1))
    [2, 2, 2]
    """
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="change") as pool:
        for window in windows:
            waiting.append(pool.submit(work, window, read(window)))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
