"""The audit log: every call leaves an intent before it and an outcome after, in a hash chain.

A plain chain cannot show that its end was cut off or rewritten, so after every turn the
newest hash is signed (Ed25519) and appended to a file outside the home. What happened
after the last head is the exposed window: at most one turn.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from agent.evidence import canonical
from agent.heads import Break, Heads
from store import audit_log
from store.database import Database
from store.ledger import now_utc

Kind = Literal["admin", "turn", "intent", "outcome", "doubt", "decision", "answer"]
REDACTED = "<removed>"
_SECRET_WORDS = ("password", "secret", "token", "authorization", "api_key", "apikey", "signature")


@dataclass(frozen=True)
class Verdict:
    """What verifying the log found."""

    rows: int
    heads: int
    breaks: list[Break]
    unsealed: int
    """Rows after the last head: a cut within them cannot be seen."""

    @property
    def whole(self) -> bool:
        """Tell whether nothing is missing, changed or added."""
        return not self.breaks


class AuditLog:
    """The chain in the database and its signed heads outside."""

    def __init__(self, database: Database, heads: Path) -> None:
        self.database = database
        self.heads = Heads(heads, home=str(database.engine.url.database))
        self._open_log()

    def _open_log(self) -> None:
        """Begin the log of a new database; its first row is sealed before any other is added."""
        size, _ = self._newest()
        if size == 0:
            with self.database.write() as connection:
                if audit_log.last_row(connection)[0] == 0:
                    body = {"at": now_utc(), "what": "log opened", "log": os.urandom(16).hex()}
                    self.append(connection, session="", turn=0, kind="admin", body=body)
        if size <= 1:
            self.seal()

    def append(
        self,
        connection: Connection,
        *,
        session: str,
        turn: int,
        kind: Kind,
        body: dict[str, Any],
        call_key: str | None = None,
    ) -> audit_log.Row:
        """Add a row in the caller's transaction."""
        return audit_log.append(
            connection,
            session=session,
            turn=turn,
            kind=kind,
            call_key=call_key,
            body=canonical(_redacted(body)).decode(),
        )

    def seal(self) -> str:
        """Sign the newest row and keep the head outside; returns the row's hash."""
        return self.heads.keep(self._log_id(), self._newest)

    def _newest(self) -> tuple[int, str]:
        with self.database.read() as connection:
            return audit_log.last_row(connection)

    def rows(self, session: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the number and body of rows in order."""
        for row in audit_log.rows(self.database, session=session):
            told = {
                "kind": row.kind,
                "session": row.session,
                "turn": row.turn,
                "call_key": row.call_key,
            }
            yield row.seq, told | json.loads(row.body)

    def verify(self) -> Verdict:
        """Recompute every link from the stored bytes and hold the chain against the heads."""
        log = self._log_id()
        heads = {head["size"]: head["hash"] for head in self.heads.of(log)}
        breaks = [*self.heads.breaks(log), *self.heads.lost_logs(log)]
        count, broken = self._first_broken(heads)
        newest = max(heads, default=0)
        if broken is not None:
            breaks.append(broken)
        elif newest > count:
            cut = f"the log ends at row {count}, but row {newest} was sealed: its end was cut off"
            breaks.append(Break(count, cut))
        return Verdict(count, len(heads), breaks, max(0, count - newest))

    def _first_broken(self, heads: dict[int, str]) -> tuple[int, Break | None]:
        """Walk the chain; returns how many rows were walked and where it first does not hold."""
        previous, count = audit_log.GENESIS, 0
        for count, row in enumerate(audit_log.raw_rows(self.database), start=1):
            seq, prev_hash, row_hash, session, turn, kind, call_key, body = row
            wrong = _row_fault(seq, count, prev_hash, previous)
            hashed = audit_log.hash_row(seq, prev_hash, session, turn, kind, call_key, body)
            if wrong is None and hashed != row_hash:
                wrong = f"row {seq} was edited: its text does not give its hash"
            if wrong is None and heads.get(seq, row_hash) != row_hash:
                wrong = (
                    f"row {seq} is not the row that was sealed: the log was rewritten up to there"
                )
            if wrong is not None:
                return count, Break(seq, wrong)
            previous = row_hash
        return count, None

    def _log_id(self) -> str:
        """Return the id given when the log was opened; an emptied log has none."""
        first = next(audit_log.raw_rows(self.database), None)
        try:
            return str(json.loads(first[-1])["log"]) if first else "none"
        except (ValueError, KeyError):
            return "none"


def _row_fault(seq: int, expected: int, prev_hash: str, previous: str) -> str | None:
    if seq != expected:
        return f"row {expected} is missing: the log goes on with row {seq}"
    if prev_hash != previous:
        return (
            f"row {seq} does not follow row {seq - 1}: a row was changed, moved, added or removed"
        )
    return None


def _redacted(value: Any) -> Any:
    """Remove what may be a secret before it is hashed and kept."""
    if isinstance(value, dict):
        return {
            key: REDACTED
            if any(word in key.lower() for word in _SECRET_WORDS)
            else _redacted(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_redacted(inner) for inner in value]
    return value
