"""The one database: safe settings, newest tables, one writer at a time.

SQLite before 3.51.3 can damage a database in WAL mode when one connection resets the log at the
instant at which another one checkpoints it. Both happen only inside a write transaction (a
commit checkpoints by itself), or when the last connection of all closes. So all writes, of all
threads and processes, are made under one lock in a file beside the database; reads need none.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from store.errors import StoreError
from store.lock import FileLock, LockNotTaken

NEWEST_TABLES = "0001"
BUSY_TIMEOUT_S = 30.0


class DatabaseError(StoreError):
    """The database cannot be opened or written; nothing was recorded."""

    code = "database"
    exit_code = 1


class Database:
    """An engine with one-writer transactions and migrated tables.

    Args:
        url: A SQLAlchemy URL; `sqlite:///PATH` is the default embedded database.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = create_engine(url, **_engine_options(url))
        self._lock = lock_of(self.engine)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", _begin_immediate)
        self._migrate()

    @classmethod
    def at(cls, path: Path) -> Database:
        """Open or make the SQLite database at a path; in a folder that cannot be written, to read.

        Raises:
            DatabaseError: It cannot be written, and its newest rows wait in a log beside it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or os.access(path.parent, os.W_OK):
            return cls(URL.create("sqlite", database=str(path)).render_as_string())
        log = Path(f"{path}-wal")
        if log.exists() and log.stat().st_size:
            raise DatabaseError(
                f"the database at {path} was not closed, and cannot be completed where nothing "
                "can be written; open it once where that is possible, or copy the folder"
            )
        query = {"mode": "ro", "immutable": "1", "uri": "true"}
        place = f"file:{quote(str(path.absolute()))}"
        return cls(URL.create("sqlite", database=place, query=query).render_as_string())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that holds the only write lock; commits at the end or rolls back."""
        try:
            with self._writing(), self.engine.begin() as connection:
                yield connection
        except (OperationalError, LockNotTaken) as wrong:
            why = wrong.orig if isinstance(wrong, OperationalError) else wrong
            raise DatabaseError(
                f"the database at {self._place} could not be written: {why}"
            ) from wrong

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection for reading; it waits for no writer."""
        try:
            with self.engine.connect().execution_options(elenchus_read=True) as connection:
                yield connection
        except OperationalError as wrong:
            raise DatabaseError(
                f"the database at {self._place} could not be read: {wrong.orig}"
            ) from wrong

    def close(self) -> None:
        """Close all connections."""
        try:
            with self._writing():
                self.engine.dispose()
        except LockNotTaken:  # held for long, or in a folder that cannot be written
            self.engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def _writing(self) -> AbstractContextManager[None]:
        """Hold the lock of all writers, of a database that has one."""
        return nullcontext() if self._lock is None else self._lock.held()

    @property
    def _place(self) -> str:
        place = self.engine.url.database or self.engine.url.render_as_string(hide_password=True)
        return unquote(str(place).removeprefix("file:"))

    def _migrate(self) -> None:
        if self._tables_version() == NEWEST_TABLES:
            return
        # Alembic takes a third of a second to import and is needed once in a database's life.
        migrations = importlib.import_module("store.migrations.run")
        with self.write() as connection:
            migrations.upgrade(connection)

    def _tables_version(self) -> str | None:
        with self.read() as connection:
            if not self.engine.dialect.has_table(connection, "alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def lock_of(engine: Engine) -> FileLock | None:
    """Return the lock beside a SQLite file; None for databases that need none."""
    name = engine.url.database
    if (
        engine.dialect.name != "sqlite"
        or not name
        or name == ":memory:"
        or "uri" in engine.url.query
    ):
        return None
    return FileLock(Path(f"{name}.lock"), BUSY_TIMEOUT_S)


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}}
    return {"pool_pre_ping": True}


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    """Set what makes a commit durable, and hand transactions to SQLAlchemy."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: one that is asked for later fails with "locked"."""
    reading = connection.get_execution_options().get("elenchus_read", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
