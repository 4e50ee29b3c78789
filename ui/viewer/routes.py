"""The viewer's addresses: tiles, outlines, boxes as regions, and its own script.

All of it is for people who may use the chat: mount the router behind its authorisation.

    /viewer/tiles/{scene}/{z}/{x}/{y}.png?revision=1&on=OTHER&on_revision=1
    /viewer/vectors/{session}/{evidence}.geojson?scene=ID&revision=1
    /viewer/region/{scene}?box=COL0,ROW0,COL1,ROW1
    /viewer/static/viewer.js, viewer.css
"""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from agent.inputs import session_name
from agent.ledger import SessionLedger
from agent.start import Analyst
from store.errors import AmbiguousId, BadName, BadRegion, FramesDiffer, StoreError, UnknownId
from store.scenes import Scene
from ui.viewer import assets
from ui.viewer.kept import Kept
from ui.viewer.places import region_of
from ui.viewer.spec import Box
from ui.viewer.tiles import TileName, Tiles, check_pair
from ui.viewer.vectors import geojson
from ui.viewer.views import PREFIX

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_EVIDENCE = re.compile(r"E[1-9][0-9]{0,8}")
_MISSING = (UnknownId, BadName, AmbiguousId)
_UNUSABLE = (BadRegion, FramesDiffer)
_KEPT_VECTORS_BYTES = 32 << 20
_HOUR = "private, max-age=3600"
_ASK_AGAIN = "private, no-cache"


def router(analyst: Analyst) -> APIRouter:
    """Return the viewer's routes over the home of an analyst."""
    routes = _Routes(analyst)
    made = APIRouter(prefix=PREFIX)
    made.add_api_route("/tiles/{scene}/{z}/{x}/{y}.png", routes.tile, methods=["GET"])
    made.add_api_route("/vectors/{session}/{evidence}.geojson", routes.vectors, methods=["GET"])
    made.add_api_route("/region/{scene}", routes.region, methods=["GET"])
    made.add_api_route("/static/{name}", routes.static, methods=["GET"])
    return made


class _Routes:
    """The routes of one analyst; each is answered in a thread of the server's pool."""

    def __init__(self, analyst: Analyst) -> None:
        self._home = analyst.home
        self._tiles = Tiles(analyst.home)
        self._vectors = Kept(_KEPT_VECTORS_BYTES)

    def tile(
        self, request: Request, scene: str, z: str, x: str, y: str,
        revision: str | None = None, on: str | None = None, on_revision: str | None = None,
    ) -> Response:  # fmt: skip
        """Answer with one tile of a scene, on its own pixels or on another scene's."""
        try:
            name = self._tile_name(
                self._scene(scene, revision), z, x, y, self._other(on, on_revision)
            )
            name.window()
            if request.headers.get("if-none-match") == _quoted(name.tag):
                return _unchanged(name.tag)
            return _answer(self._tiles.png(name), "image/png", name.tag)
        except StoreError as wrong:
            return _refusal(wrong)

    def vectors(
        self, session: str, evidence: str, scene: str = "", revision: str | None = None
    ) -> Response:
        """Answer with the features of evidence in the pixels of a scene."""
        try:
            shown = self._scene(scene, revision)
            if not _EVIDENCE.fullmatch(evidence):
                raise UnknownId(f"there is no evidence {evidence[:20]!r} in this session")
            session = session_name(session)
            key = (session, evidence, shown.id, shown.revision)
            data = self._vectors.get(key)
            if data is None:
                data = self._geojson(session, evidence, shown)
                self._vectors.put(key, data)
            return _answer(data, "application/geo+json", None)
        except StoreError as wrong:
            return _refusal(wrong)

    def region(self, scene: str, box: str = "", revision: str | None = None) -> Response:
        """Answer with a box of pixels as the region to ask with."""
        try:
            found = region_of(self._scene(scene, revision), _box(box))
        except StoreError as wrong:
            return _refusal(wrong)
        return JSONResponse(found.model_dump(), headers={"cache-control": _ASK_AGAIN})

    def static(self, request: Request, name: str) -> Response:
        """Answer with the viewer's script or style."""
        try:
            found = assets.asset(name)
        except StoreError as wrong:
            return _refusal(wrong)
        if request.headers.get("if-none-match") == _quoted(found.tag):
            return _unchanged(found.tag)
        return _answer(found.data, found.media_type, found.tag)

    def _scene(self, name: str, revision: str | None) -> Scene:
        return self._home.catalog.scene(
            name, None if revision is None else _number(revision, "revision")
        )

    def _other(self, on: str | None, revision: str | None) -> Scene | None:
        return None if on is None else self._scene(on, revision)

    def _tile_name(self, scene: Scene, z: str, x: str, y: str, on: Scene | None) -> TileName:
        if on is not None:
            check_pair(scene, on)
        return TileName(scene, _number(z, "level"), _number(x, "x"), _number(y, "y"), on)

    def _geojson(self, session: str, evidence: str, scene: Scene) -> bytes:
        ledger = SessionLedger(self._home.database, self._home.artifacts, session)
        features = ledger.features(evidence)
        if features is None:
            raise UnknownId(f"there is no evidence {evidence!r} with features in this session")
        return geojson(scene, features, evidence)


def _number(text: str, what: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise UnknownId(f"{text[:20]!r} is no {what}; write a whole number from 0")
    return int(text)


def _box(text: str) -> Box:
    parts = text.split(",")
    try:
        col0, row0, col1, row1 = (float(part) for part in parts)
    except ValueError as wrong:
        raise BadRegion(
            f"{text[:60]!r} is no box; write COL0,ROW0,COL1,ROW1 in pixels of the scene"
        ) from wrong
    return col0, row0, col1, row1


def _answer(data: bytes, kind: str, tag: str | None) -> Response:
    headers = {"cache-control": _HOUR if tag else _ASK_AGAIN}
    if tag:
        headers["etag"] = _quoted(tag)
    return Response(data, media_type=kind, headers=headers)


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"etag": _quoted(tag), "cache-control": _HOUR})


def _quoted(tag: str) -> str:
    return f'"{tag}"'


def _refusal(wrong: StoreError) -> Response:
    """Return an error in plain words, never to be kept: it is no picture of "nothing"."""
    status = 404 if isinstance(wrong, _MISSING) else 422 if isinstance(wrong, _UNUSABLE) else 409
    body = {"code": wrong.code, "message": str(wrong)}
    return JSONResponse({"error": body}, status, headers={"cache-control": "no-store"})
