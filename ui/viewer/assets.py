"""The viewer's script and style, as `scripts/web.sh` builds them into `ui/static`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from store.errors import StoreError, UnknownId

FOLDER = Path(__file__).resolve().parent.parent / "static"
_MEDIA = {"viewer.js": "text/javascript", "viewer.css": "text/css"}


class NotBuilt(StoreError):
    """The viewer's script has not been built."""

    code = "viewer_not_built"


@dataclass(frozen=True)
class Asset:
    """One file that the browser loads."""

    data: bytes
    media_type: str
    tag: str


def asset(name: str) -> Asset:
    """Return one of the viewer's files; the name is looked up, never joined to a path."""
    if name not in _MEDIA:
        raise UnknownId(f"the viewer has {' and '.join(_MEDIA)}, not {name[:40]!r}")
    path = FOLDER / name
    try:
        changed = path.stat().st_mtime_ns
    except OSError as wrong:
        raise NotBuilt(
            f"the viewer's {name} is not built; run `make env`, or `sh scripts/web.sh`"
        ) from wrong
    return _read(path, changed)


def address(name: str, prefix: str) -> str:
    """Return where the browser gets a file: another address whenever the file is another one."""
    return f"{prefix}/static/{name}?v={asset(name).tag[:12]}"


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Asset:
    data = path.read_bytes()
    return Asset(data, _MEDIA[path.name], hashlib.sha256(data).hexdigest()[:32])
