"""Our own addresses: pictures and exports of evidence, thumbnails, uploads, style and script.

All of it lies behind the gate; a picture is served only as part of the evidence that has it.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.background import BackgroundTask

from agent.evidence import Evidence
from agent.exports import Format, export
from agent.inputs import session_name
from agent.ledger import SessionLedger
from agent.start import Analyst
from store.errors import StoreError, UnknownId
from store.raster import Pixels
from store.raster.picture import bands_to_show, png_of
from store.scenes import Scene
from ui.markup import look
from ui.viewer.kept import Kept

THUMB_PX = 320
_KEPT_THUMBS_BYTES = 16 << 20
_FOREVER = "private, max-age=31536000, immutable"
_LOOKS = {"chat.js": "text/javascript", "chat.css": "text/css"}
_EVIDENCE = re.compile(r"^E[1-9]\d{0,8}$")
_ENDS: dict[str, Format] = {
    "geojson": "geojson", "gpkg": "gpkg", "csv": "csv", "tif": "cog", "png": "png",
}  # fmt: skip
_MEDIA = {
    "geojson": "application/geo+json", "gpkg": "application/geopackage+sqlite3",
    "csv": "text/csv; charset=utf-8", "tif": "image/tiff", "png": "image/png",
}  # fmt: skip


class Routes:
    """The routes over one analyst's home; each is answered in a thread of the server's pool."""

    def __init__(self, analyst: Analyst) -> None:
        self._home = analyst.home
        self._thumbs = Kept(_KEPT_THUMBS_BYTES)

    def router(self) -> APIRouter:
        """Return them, to be mounted behind the gate."""
        made = APIRouter()
        made.add_api_route("/view/{session}/{evidence}/{name}.png", self.view, methods=["GET"])
        made.add_api_route("/export/{session}/{name}", self.export, methods=["GET"])
        made.add_api_route("/thumb/{scene}/{revision}.png", self.thumb, methods=["GET"])
        made.add_api_route("/look/{name}", self.look, methods=["GET"])
        return made

    def view(self, session: str, evidence: str, name: str) -> Response:
        """Answer with a picture of evidence: the very bytes that were kept."""
        try:
            found, _ = self._evidence(session, evidence)
            kept = next((view for view in found.views if view.name == name), None)
            if kept is None:
                raise UnknownId(f"{found.id} has no picture {name[:40]!r}")
            path = self._home.artifacts.path(kept.sha256)
        except StoreError as wrong:
            return _missing(wrong)
        return FileResponse(path, media_type="image/png", headers={"cache-control": _FOREVER})

    def export(self, session: str, name: str) -> Response:
        """Answer with evidence as a file for other programs, made for this one answer."""
        stem, _, end = name.rpartition(".")
        if end not in _ENDS:
            return JSONResponse({"error": f"exports end in {', '.join(_ENDS)}"}, 404)
        folder = Path(tempfile.mkdtemp(prefix="export-", dir=self._home.scratch))
        path = folder / f"{stem}.{end}"
        try:
            found, ledger = self._evidence(session, stem)
            export(found, ledger.features(found.id), self._home.artifacts, _ENDS[end], path)
        except StoreError as wrong:
            _remove(folder)
            return _missing(wrong)
        return FileResponse(
            path,
            media_type=_MEDIA[end],
            filename=f"{session_name(session)[:40]}-{found.id}.{end}",
            headers={"cache-control": "private, no-store"},
            background=BackgroundTask(_remove, folder),
        )

    def thumb(self, scene: str, revision: str) -> Response:
        """Answer with a small picture of a whole scene."""
        try:
            if not revision.isdecimal() or len(revision) > 9:
                raise UnknownId(f"{revision[:20]!r} is no revision")
            held = self._home.catalog.scene(scene, int(revision))
            data = self._thumb(held)
        except StoreError as wrong:
            return _missing(wrong)
        return Response(data, media_type="image/png", headers={"cache-control": _FOREVER})

    def look(self, name: str) -> Response:
        """Answer with our style or script."""
        if name not in _LOOKS:
            return JSONResponse({"error": "not served here"}, 404)
        return Response(
            look(name), media_type=_LOOKS[name], headers={"cache-control": "private, no-cache"}
        )

    def _thumb(self, scene: Scene) -> bytes:
        key = (scene.id, scene.revision, scene.digest)
        data = self._thumbs.get(key)
        if data is None:
            shown = bands_to_show(scene)
            with self._home.open_scene(scene) as reader:
                pixels = reader.reduced(THUMB_PX * THUMB_PX, bands=shown, longest=THUMB_PX)
            data = png_of(Pixels(pixels.data, pixels.valid, pixels.window, pixels.gsd_m), scene)
            self._thumbs.put(key, data)
        return data

    def _evidence(self, session: str, evidence: str) -> tuple[Evidence, SessionLedger]:
        if not _EVIDENCE.match(evidence):
            raise UnknownId(f"{evidence[:20]!r} is no evidence")
        ledger = SessionLedger(self._home.database, self._home.artifacts, session_name(session))
        found = ledger.get(evidence)
        if found is None:
            raise UnknownId(f"this session has no evidence {evidence}")
        return found, ledger


def _missing(wrong: StoreError) -> Response:
    return JSONResponse({"error": str(wrong)}, 404, headers={"cache-control": "no-store"})


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink(missing_ok=True)
    folder.rmdir()
