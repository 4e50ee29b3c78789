"""The one database: safe settings, newest tables, one writer at a time."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from store.errors import StoreError

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
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", _begin_immediate)
        self._migrate()

    @classmethod
    def at(cls, path: Path) -> Database:
        """Open or make the SQLite database at a path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(URL.create("sqlite", database=str(path)).render_as_string())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that holds the only write lock; commits at the end or rolls back."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except OperationalError as wrong:
            raise DatabaseError(
                f"the database at {self._place} could not be written: {wrong.orig}"
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
        self.engine.dispose()

    @property
    def _place(self) -> str:
        return str(self.engine.url.database or self.engine.url.render_as_string(hide_password=True))

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
