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

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import Connection

from agent.evidence import canonical
from store import audit_log
from store.database import Database
from store.errors import StoreError
from store.ledger import now_utc

Kind = Literal["admin", "turn", "intent", "outcome", "doubt", "decision", "answer"]
REDACTED = "<removed>"
_SECRET_WORDS = ("password", "secret", "token", "authorization", "api_key", "apikey", "signature")
_KEY_FILE = "signing.key"


class AuditError(StoreError):
    """The audit log cannot be written or its heads cannot be kept; no tool runs without it."""

    code = "audit"
    exit_code = 1


@dataclass(frozen=True)
class Break:
    """The first place where the log is not what it was."""

    seq: int | None
    text: str


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
        with self.database.write() as connection:
            if audit_log.last_row(connection)[0] == 0:
                body = {"at": now_utc(), "what": "log opened", "log": os.urandom(16).hex()}
                self.append(connection, session="", turn=0, kind="admin", body=body)
            else:
                return
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
        with self.database.read() as connection:
            seq, row_hash = audit_log.last_row(connection)
        self.heads.keep(self._log_id(), seq, row_hash)
        return row_hash

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
        elif not heads:
            gone = f"no heads are kept in {self.heads.folder}; they were removed, or lie elsewhere"
            breaks.append(Break(None, gone))
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


class Heads:
    """Signed heads in a folder outside the home: one line per head, in one file per log."""

    def __init__(self, folder: Path, home: str) -> None:
        self.folder = folder
        self._home = home

    def keep(self, log: str, size: int, row_hash: str) -> None:
        """Append one signed head, on disk for certain when this returns."""
        key = self._key()
        head = {"log": log, "home": self._home, "size": size, "hash": row_hash, "at": now_utc()}
        line = json.dumps({"head": head, "signature": key.sign(canonical(head)).hex()}) + "\n"
        try:
            with self._file(log).open("a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as wrong:
            raise AuditError(
                f"the head of the log cannot be kept in {self.folder}: {wrong.strerror}"
            ) from wrong

    def of(self, log: str) -> list[dict[str, Any]]:
        """Return the heads of a log whose signatures hold."""
        return [head for head, good in self._signed(log) if good]

    def breaks(self, log: str) -> Iterator[Break]:
        """Yield a break for every head that was edited, or is smaller than one before it."""
        size = 0
        for number, (head, good) in enumerate(self._signed(log), start=1):
            if not good:
                yield Break(
                    None, f"head {number} in {self.folder} was edited: its signature does not hold"
                )
                return
            if head["size"] < size:
                yield Break(
                    head["size"],
                    f"head {number} seals fewer rows than the one before: the log was rolled back",
                )
                return
            size = head["size"]

    def lost_logs(self, log: str) -> Iterator[Break]:
        """Yield a break for every other log that was sealed for this database and is gone."""
        for file in sorted(self.folder.glob("*.heads")) if self.folder.exists() else []:
            sealed = self.of(file.stem)
            if file.stem != log and sealed and sealed[-1]["home"] == self._home:
                yield Break(
                    None,
                    f"a log of {sealed[-1]['size']} rows was sealed for this database and is "
                    f"gone from it; if its removal was meant, remove {file.name} too",
                )

    def _signed(self, log: str) -> list[tuple[dict[str, Any], bool]]:
        if not self._file(log).exists():
            return []
        key = self._key().public_key()
        return [
            _checked(line, key) for line in self._file(log).read_text(encoding="utf-8").splitlines()
        ]

    def _file(self, log: str) -> Path:
        return self.folder / f"{log}.heads"

    def _key(self) -> Ed25519PrivateKey:
        path = self.folder / _KEY_FILE
        try:
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _write_new_key(path)
            data = path.read_bytes()
        except OSError as wrong:
            raise AuditError(
                f"heads of the audit log cannot be kept in {self.folder}: {wrong.strerror}; "
                "set ELENCHUS_HEADS to a folder that can be written"
            ) from wrong
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(data.decode().strip()))


def _write_new_key(path: Path) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(
        Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.hex().encode())
        file.flush()
        os.fsync(file.fileno())


def _checked(line: str, key: Ed25519PublicKey) -> tuple[dict[str, Any], bool]:
    """Read one head and tell whether its signature holds."""
    try:
        data = json.loads(line)
        head, signature = data["head"], bytes.fromhex(data["signature"])
        key.verify(signature, canonical(head))
        return head, {"log", "home", "size", "hash", "at"} == set(head)
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return {"size": 0, "hash": "", "home": ""}, False


def public_key_hex(heads: Heads) -> str:
    """Return the public key with which heads can be verified elsewhere."""
    return heads._key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
