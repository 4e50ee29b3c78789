"""Artifacts: files named by the digest of their bytes, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.errors import StoreError

_CHUNK = 1 << 20
_ABANDONED_S = 86_400.0


class ArtifactMissing(StoreError):
    """An artifact that a record names is not on disk."""

    code = "artifact_missing"
    exit_code = 1


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class ArtifactNotWritten(StoreError):
    """An artifact could not be written, as on a full disk; nothing refers to it."""

    code = "artifact_not_written"
    exit_code = 1


class Artifacts:
    """A folder of files named by their SHA-256."""

    def __init__(self, root: Path) -> None:
        self.root = root / "sha256"
        self.root.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Return where an artifact lies; refuses one that is not there."""
        path = self._place(digest)
        if not path.exists():
            raise ArtifactMissing(
                f"artifact {digest[:12]} is not in {self.root}; ingest its source again"
            )
        return path

    def holds(self, digest: str) -> bool:
        """Tell whether an artifact is on disk."""
        return self._place(digest).exists()

    def put_bytes(self, data: bytes) -> str:
        """Keep bytes and return their digest; on disk for certain when this returns."""
        with self.new_file() as temporary:
            with _writing(self.root):
                temporary.write_bytes(data)
            return self.put_file(temporary)

    def put_file(self, temporary: Path) -> str:
        """Move a finished file made by `new_file` into place and return its digest."""
        digest = sha256_of(temporary)
        target = self._place(digest)
        with _writing(self.root):
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(target)
            _sync_folder(target.parent)
        return digest

    @contextmanager
    def new_file(self, suffix: str = "") -> Iterator[Path]:
        """Give a path for a file in the making; what is left there afterwards is removed."""
        handle, name = tempfile.mkstemp(prefix="making-", suffix=suffix, dir=self.root)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    def remove_unfinished(self, older_than_s: float = _ABANDONED_S) -> int:
        """Remove files that a killed process left in the making; returns how many.

        Younger ones may be another process's work: by default a day must have passed.
        """
        left = abandoned(self.root, "making-*", older_than_s)
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise ArtifactMissing(f"{digest[:80]!r} is no SHA-256 digest")
        return self.root / digest[:2] / digest


def abandoned(folder: Path, pattern: str, older_than_s: float) -> list[Path]:
    """Return what in a folder was not written for so long that its process must be gone."""
    then = time.time() - older_than_s
    found = []
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):  # another process is done with it just now
            if path.stat().st_mtime < then:
                found.append(path)
    return found


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise ArtifactNotWritten(f"{folder} cannot be written: {wrong.strerror}") from wrong


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
