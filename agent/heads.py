"""Signed heads of the audit log, kept outside the home: what a chain alone cannot prove.

A chain cannot show that its end was cut off or rewritten. A head says how many rows there
were and the hash of the last; it is signed with Ed25519 (RFC 8032) and only ever appended.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.evidence import canonical
from store.errors import StoreError
from store.ledger import now_utc

_KEY_FILE = "signing.key"
_FIELDS = {"log", "home", "size", "hash", "at"}
State = Literal["good", "edited", "torn"]


class AuditError(StoreError):
    """The audit log cannot be written or its heads cannot be kept; no tool runs without it."""

    code = "audit"
    exit_code = 1


@dataclass(frozen=True)
class Break:
    """A place where the log is not what it was."""

    seq: int | None
    text: str


class Heads:
    """Signed heads in a folder: one line per head, in one file per log."""

    def __init__(self, folder: Path, home: str) -> None:
        self.folder = folder
        self._home = home

    def keep(self, log: str, newest: Callable[[], tuple[int, str]]) -> str:
        """Append a signed head of the newest row; on disk for certain when this returns its hash.

        The row is read while the file is locked, so that heads of several processes come in order.
        """
        key = self._key()
        try:
            with self._file(log).open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                size, row_hash = newest()
                if size > self._last_size(log):
                    self._append(file, key, log, size, row_hash)
        except OSError as wrong:
            raise AuditError(
                f"the head of the log cannot be kept in {self.folder}: {wrong.strerror}"
            ) from wrong
        return row_hash

    def _append(
        self, file: IO[bytes], key: Ed25519PrivateKey, log: str, size: int, row_hash: str
    ) -> None:
        head = {"log": log, "home": self._home, "size": size, "hash": row_hash, "at": now_utc()}
        line = json.dumps({"head": head, "signature": key.sign(canonical(head)).hex()}) + "\n"
        end = file.seek(0, os.SEEK_END)
        # A line that a crash cut short stays, and does not spoil the next one.
        start = b"" if end == 0 or _last_byte(self._file(log)) == b"\n" else b"\n"
        file.write(start + line.encode())
        file.flush()
        os.fsync(file.fileno())

    def _last_size(self, log: str) -> int:
        return max((head["size"] for head in self.of(log)), default=0)

    def of(self, log: str) -> list[dict[str, Any]]:
        """Return the heads of a log whose signatures hold."""
        return [head for head, state in self._signed(log) if state == "good"]

    def torn(self, log: str) -> int:
        """Return how many heads were cut short while they were written; the next one stands in."""
        return sum(state == "torn" for _, state in self._signed(log))

    def breaks(self, log: str) -> Iterator[Break]:
        """Yield a break for every head that was edited or removed, or is out of order."""
        size = 0
        for number, (head, state) in enumerate(self._signed(log), start=1):
            if state == "edited":
                text = f"head {number} in {self.folder} was edited: its signature does not hold"
                yield Break(None, text)
                return
            if state == "good" and head["size"] < size:
                text = (
                    f"head {number} seals fewer rows than the one before: the log was rolled back"
                )
                yield Break(head["size"], text)
                return
            size = max(size, head["size"])
        if not any(head["size"] == 1 for head in self.of(log)):
            yield Break(
                None,
                f"the first head of this log is not in {self.folder}: heads were removed, or "
                "lie elsewhere",
            )

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

    def _signed(self, log: str) -> list[tuple[dict[str, Any], State]]:
        if not self._file(log).exists():
            return []
        key = self._key().public_key()
        text = self._file(log).read_text(encoding="utf-8", errors="replace")
        return [_checked(line, key) for line in text.splitlines()]

    def _file(self, log: str) -> Path:
        return self.folder / f"{log}.heads"

    def _key(self) -> Ed25519PrivateKey:
        path = self.folder / _KEY_FILE
        try:
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                _make_key(path)
            data = path.read_bytes()
        except OSError as wrong:
            raise AuditError(
                f"heads of the audit log cannot be kept in {self.folder}: {wrong.strerror}; "
                "set ELENCHUS_HEADS to a folder that can be written"
            ) from wrong
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(data.decode().strip()))


def _make_key(path: Path) -> None:
    """Put a new key in place whole; another process may be first, then its key stays."""
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw.hex().encode())
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _checked(line: str, key: Ed25519PublicKey) -> tuple[dict[str, Any], State]:
    """Read one head; a line that is no JSON was cut short, one whose signature fails was edited."""
    nothing = {"size": 0, "hash": "", "home": ""}
    try:
        data = json.loads(line)
    except ValueError:
        return nothing, "torn"
    try:
        head, signature = data["head"], bytes.fromhex(data["signature"])
        key.verify(signature, canonical(head))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return nothing, "edited"
    return (head, "good") if set(head) == _FIELDS else (nothing, "edited")
