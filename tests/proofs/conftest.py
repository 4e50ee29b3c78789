"""Proofs: real files ingested and asked about, as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.settings import Settings
from agent.start import Analyst
from store.geo import Period
from store.ingest.declared import Declared
from store.ingest.scenes import ingest_scene
from store.ingest.vectors import DeclaredLayer, ingest_layer

PICTURES = {".tif", ".png", ".jpg", ".bmp", ".jp2"}


class Desk:
    """An analyst over a fresh home, with short ways to ingest and ask."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.analyst = Analyst(Settings(home=folder / "home", heads=folder / "heads"))
        self.data = data

    def take(self, name, *, tags=None, date=None, kind="osm", **declared):
        """Ingest a picture, or a vector file, by default as OpenStreetMap data."""
        path = self.data / name
        if path.suffix in PICTURES:
            return ingest_scene(self.analyst.home, path, Declared(date=date, **declared))
        period = None if date is None else Period.parse(date)
        layer = DeclaredLayer(kind=kind, tags=tags or {}, date=period)
        return self.analyst.home.catalog.add_layer(ingest_layer(self.analyst.home, path, layer))

    def ask(self, question, session="proof", **about):
        """Ask, and hold the log against its heads afterwards."""
        answer = self.analyst.ask(question, session=session, **about)
        assert self.analyst.audit.verify().whole
        return answer

    def values(self, question, **about):
        """Ask, and return the values of the answer claims in order."""
        answer = self.ask(question, **about)
        assert answer.status in ("answered", "partial"), f"{answer.status}: {answer.answer}"
        return [claim.value for claim in answer.claims if claim.role == "answer"]


@pytest.fixture
def desk(tmp_path, test_data):
    """A desk over a fresh home."""
    desk = Desk(tmp_path, test_data)
    yield desk
    desk.analyst.close()
