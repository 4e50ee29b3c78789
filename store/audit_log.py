"""The rows of the audit log, as stored: appended in a transaction, read back as exact text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, func, insert, select

from store.database import Database
from store.tables import audit, payloads

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `row_hash` covers all the other fields."""

    seq: int
    prev_hash: str
    row_hash: str
    session: str
    turn: int
    kind: str
    call_key: str | None
    body: str


def hash_row(
    seq: int, prev_hash: str, session: str, turn: int, kind: str, call_key: str | None, body: str
) -> str:
    """Return the hash that links a row to the one before it: SHA-256 over its fields, line by line.

    Only the body may hold a newline, and it comes last, so no two rows give the same text.
    """
    text = f"{seq}\n{prev_hash}\n{session}\n{turn}\n{kind}\n{call_key or ''}\n{body}"
    return hashlib.sha256(text.encode()).hexdigest()


# Built once: building a statement costs as much as running it.
_LAST = select(audit.c.seq, audit.c.row_hash).order_by(audit.c.seq.desc()).limit(1)
_ADD = insert(audit)


def last_row(connection: Connection) -> tuple[int, str]:
    """Return the number and hash of the newest row; 0 and the genesis hash in an empty log."""
    found = connection.execute(_LAST).first()
    return (0, GENESIS) if found is None else (found.seq, found.row_hash)


def append(
    connection: Connection, *, session: str, turn: int, kind: str, call_key: str | None, body: str
) -> Row:
    """Add one row in the caller's transaction, which must hold the write lock."""
    last, previous = last_row(connection)
    seq = last + 1
    row_hash = hash_row(seq, previous, session, turn, kind, call_key, body)
    row = Row(seq, previous, row_hash, session, turn, kind, call_key, body)
    connection.execute(_ADD, asdict(row))
    return row


def rows(database: Database, *, after: int = 0, session: str | None = None) -> Iterator[Row]:
    """Yield rows in order, streamed; constant memory whatever the log's length."""
    wanted = select(audit).where(audit.c.seq > after).order_by(audit.c.seq)
    if session is not None:
        wanted = wanted.where(audit.c.session == session)
    with database.read() as connection:
        for found in connection.execute(wanted.execution_options(yield_per=1000)):
            yield Row(
                found.seq,
                found.prev_hash,
                found.row_hash,
                found.session,
                found.turn,
                found.kind,
                found.call_key,
                found.body,
            )


def raw_rows(database: Database) -> Iterator[tuple[int, str, str, str, int, str, str | None, str]]:
    """Yield all rows as plain tuples through the driver, for verifying a long log quickly."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT seq, prev_hash, row_hash, session, turn, kind, call_key, body "
            "FROM audit ORDER BY seq"
        )
        while batch := cursor.fetchmany(2000):
            yield from batch
    finally:
        connection.close()


def size(database: Database) -> int:
    """Return the number of rows."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(audit)).scalar_one())


def put_payload(connection: Connection, sha256: str, body: str) -> None:
    """Keep a payload under its digest; a second time changes nothing."""
    known = connection.execute(select(payloads.c.sha256).where(payloads.c.sha256 == sha256)).first()
    if known is None:
        connection.execute(insert(payloads).values(sha256=sha256, body=body))


def payload(database: Database, sha256: str) -> str | None:
    """Return a kept payload, or None when it was erased or never kept."""
    with database.read() as connection:
        return connection.execute(
            select(payloads.c.body).where(payloads.c.sha256 == sha256)
        ).scalar()


def count_of(connection: Connection, call_key: str, kind: str) -> int:
    """Return how many rows of a kind one call has."""
    wanted = select(func.count()).where(audit.c.call_key == call_key, audit.c.kind == kind)
    return int(connection.execute(wanted).scalar_one())
