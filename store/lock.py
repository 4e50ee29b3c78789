"""A lock among threads and processes, kept in a file; a process that dies lets go of it."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FIRST_WAIT_S = 0.0005
_LONGEST_WAIT_S = 0.02


class LockNotTaken(Exception):
    """The lock was held elsewhere for as long as was to be waited, or its file cannot be made."""


class FileLock:
    """An exclusive lock on a file, for all threads of all processes of one machine.

    It is not reentrant. The kernel lets go of it when its process ends in any way, and a child
    made by `fork` takes its own: a lock of the parent is never the child's.

    Args:
        path: The file; it is made when it is first locked, and stays.
        timeout_s: How long to wait before `LockNotTaken`.
    """

    def __init__(self, path: Path, timeout_s: float) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self._owner = os.getpid()
        self._threads = threading.Lock()
        self._file: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            LockNotTaken: It was held elsewhere for too long, or its file cannot be made.
        """
        deadline = time.monotonic() + self._timeout_s
        self._mind_fork()
        if not self._threads.acquire(timeout=self._timeout_s):
            raise LockNotTaken(f"others wrote for {self._timeout_s:g} s without a pause")
        try:
            descriptor = self._open()
            self._wait(descriptor, deadline)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Let go of the file."""
        self._mind_fork()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _mind_fork(self) -> None:
        """Start anew in a child: both processes would share one lock through one open file."""
        if self._owner != os.getpid():
            if self._file is not None:
                os.close(self._file)
            self._owner, self._threads, self._file = os.getpid(), threading.Lock(), None

    def _open(self) -> int:
        if self._file is None:
            try:
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as wrong:
                raise LockNotTaken(f"{self.path.name}: {wrong.strerror}") from wrong
        return self._file

    def _wait(self, descriptor: int, deadline: float) -> None:
        pause = _FIRST_WAIT_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                if time.monotonic() >= deadline:
                    text = f"others wrote for {self._timeout_s:g} s without a pause"
                    raise LockNotTaken(text) from held
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_WAIT_S)
            else:
                return
