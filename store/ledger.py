"""The rows of sessions: turns, evidence, refusals and doubts, numbered through a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Table, insert, select, update

from store.database import Database
from store.errors import UnknownId
from store.tables import doubts, evidence, refusals, sessions, turns

Numbered = Literal["evidence", "refusal", "doubt", "turn"]
_TABLES: dict[str, Table] = {"evidence": evidence, "refusal": refusals, "doubt": doubts}


def now_utc() -> str:
    """Return the present moment as ISO 8601 text in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def open_session(connection: Connection, session: str) -> None:
    """Make a session if it does not exist."""
    if connection.execute(select(sessions.c.id).where(sessions.c.id == session)).first() is None:
        connection.execute(insert(sessions).values(id=session, created_utc=now_utc()))


def next_number(connection: Connection, session: str, what: Numbered) -> int:
    """Give out the next number of a kind; numbers are never reused in a session."""
    column = sessions.c[f"last_{what}"]
    connection.execute(
        update(sessions).where(sessions.c.id == session).values({column: column + 1})
    )
    given = connection.execute(select(column).where(sessions.c.id == session)).scalar()
    if given is None:
        raise UnknownId(f"there is no session {session!r}")
    return int(given)


def add_record(
    connection: Connection,
    what: Numbered,
    *,
    session: str,
    number: int,
    turn: int,
    record: str,
    call_key: str | None,
) -> None:
    """Store one numbered record of a session."""
    values: dict[str, Any] = {"session": session, "number": number, "turn": turn, "record": record}
    if what != "doubt":
        values["call_key"] = call_key
    connection.execute(insert(_TABLES[what]).values(values))


def update_doubt(connection: Connection, *, session: str, number: int, record: str) -> None:
    """Store a doubt anew, as when it is settled."""
    wanted = (doubts.c.session == session) & (doubts.c.number == number)
    connection.execute(update(doubts).where(wanted).values(record=record))


def records(database: Database, what: Numbered, session: str) -> list[str]:
    """Return the stored records of a kind in order."""
    table = _TABLES[what]
    wanted = select(table.c.record).where(table.c.session == session).order_by(table.c.number)
    with database.read() as connection:
        return list(connection.execute(wanted).scalars())


def numbered(database: Database, what: Numbered, session: str) -> list[tuple[int, str]]:
    """Return (number, record) of the stored records of a kind, in order."""
    table = _TABLES[what]
    wanted = select(table.c.number, table.c.record).where(table.c.session == session)
    with database.read() as connection:
        return [
            (row.number, row.record) for row in connection.execute(wanted.order_by(table.c.number))
        ]


def start_turn(connection: Connection, *, session: str, question: str, record: str) -> int:
    """Open the next turn of a session and return its number."""
    turn = next_number(connection, session, "turn")
    connection.execute(
        insert(turns).values(
            session=session,
            turn=turn,
            question=question,
            status="running",
            record=record,
            started_utc=now_utc(),
        )
    )
    return turn


def update_turn(
    connection: Connection, *, session: str, turn: int, record: str, status: str | None = None
) -> None:
    """Store what is known of a turn; a status ends it."""
    values: dict[str, Any] = {"record": record}
    if status is not None:
        values |= {"status": status, "ended_utc": now_utc()}
    connection.execute(
        update(turns).where((turns.c.session == session) & (turns.c.turn == turn)).values(values)
    )


def turn_rows(database: Database, session: str) -> list[tuple[int, str, str, str]]:
    """Return (turn, question, status, record) of all turns of a session, in order."""
    wanted = (
        select(turns.c.turn, turns.c.question, turns.c.status, turns.c.record)
        .where(turns.c.session == session)
        .order_by(turns.c.turn)
    )
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(wanted)]
