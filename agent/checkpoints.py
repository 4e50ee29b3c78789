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

from store.database import DatabaseError


@contextmanager
def checkpoints(path: Path) -> Iterator[SqliteSaver]:
    """Open the checkpoints of a home.

    The ledger is the durable record; a checkpoint lost to a power cut only repeats reading it,
    so these are written without waiting for the disk.
    """
    try:
        connection = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
        try:
            saver = SqliteSaver(connection)
            saver.setup()
            connection.execute("PRAGMA synchronous=NORMAL")
            yield saver
        finally:
            connection.close()
    except sqlite3.Error as wrong:
        raise DatabaseError(f"the checkpoints at {path} could not be written: {wrong}") from wrong
