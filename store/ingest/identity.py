"""Who a file is: digest, stem and id, made by us from hostile names too."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from store.errors import InputChanged
from store.raster.gate import header_of, open_regular, shown
from store.scenes import Source

_CHUNK = 4 << 20
_LONGEST_STEM = 80
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_.\-]+")

Progress = Callable[[float, str], None]


def no_progress(_share: float, _what: str) -> None:
    """Say nothing."""


def digest_of(path: Path, progress: Progress = no_progress) -> str:
    """Return the SHA-256 of a regular file's bytes, telling how far it is."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        size, done = max(path.stat().st_size, 1), 0
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            progress(min(done / size, 1.0), f"reading {shown(path)}")
    return digest.hexdigest()


def safe_stem(path: Path) -> str:
    """Return a file's stem in the letters an id may have; never empty, never longer than 80.

    >>> (
    ...     safe_stem(Path("harbour 2010.tif")),
    ...     safe_stem(Path("..%2e%2e.tif")),
    ...     safe_stem(Path("çedilla.png")),
    ... )
    ('harbour_2010', '2e_2e', 'cedilla')
    """
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    return _NOT_ALLOWED.sub("_", plain).strip("._-")[:_LONGEST_STEM].rstrip("._-") or "scene"


def scene_id(stem: str, digest: str) -> str:
    """Return the id of bytes under a stem."""
    return f"{stem}-{digest[:6]}"


def source_of(path: Path, driver: str) -> Source:
    """Return where a file lies and how a change of it will be noticed."""
    facts = path.stat()
    return Source(
        path=str(path.resolve()),
        size=facts.st_size,
        mtime_ns=facts.st_mtime_ns,
        header_sha256=hashlib.sha256(header_of(path)).hexdigest(),
        driver=driver,
    )


def same_file(before: Source, after: Source) -> None:
    """Refuse a file that was written to while it was read."""
    if before != after:
        raise InputChanged(
            f"{Path(before.path).name!r} was changed while it was being ingested; ingest it again"
        )
