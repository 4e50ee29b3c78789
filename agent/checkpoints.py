"""Where the loop keeps its state between steps, so that a turn can go on after a crash."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Both are read when LangGraph is imported: no other types than ours are ever loaded from a
# checkpoint, and nothing is reported anywhere.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
os.environ["LANGSMITH_TRACING"] = "false"

from langgraph.checkpoint.sqlite import SqliteSaver
from typing_extensions import override

from store.database import BUSY_TIMEOUT_S, DatabaseError
from store.lock import FileLock, LockNotTaken


class OneWriter(SqliteSaver):
    """A saver whose writes, and the tidying that comes with them, happen one at a time.

    What `store.database` says of SQLite before 3.51.3 holds for checkpoints too.
    """

    def __init__(self, connection: sqlite3.Connection, lock: FileLock) -> None:
        super().__init__(connection)
        self._writers = lock

    @override
    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        """Give a cursor; one that writes holds the lock of all writers."""
        if not transaction:
            with super().cursor(transaction) as cursor:
                yield cursor
            return
        with self._writers.held(), super().cursor(transaction) as cursor:
            yield cursor


def _close(connection: sqlite3.Connection, lock: FileLock) -> None:
    """Close; the last to close folds the log into the database, which is a write like others."""
    try:
        with lock.held():
            connection.close()
    except LockNotTaken:
        connection.close()
    finally:
        lock.close()


@contextmanager
def checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """Open the checkpoints of a home.

    The ledger is the durable record; a checkpoint lost to a power cut only repeats reading it,
    so these are written without waiting for the disk.
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
        lock = FileLock(Path(f"{path}.lock"), BUSY_TIMEOUT_S)
        try:
            saver = OneWriter(connection, lock)
            with lock.held():
                saver.setup()
            connection.execute("PRAGMA synchronous=NORMAL")
            yield saver
        finally:
            _close(connection, lock)
    except (sqlite3.Error, LockNotTaken) as wrong:
        raise DatabaseError(f"the checkpoints at {path} could not be written: {wrong}") from wrong
