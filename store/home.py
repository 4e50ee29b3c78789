"""The home: the folder that holds the database, the checkpoints and the artifacts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from store.artifacts import Artifacts
from store.catalog import Catalog
from store.database import Database
from store.scenes import Layer, Scene

if TYPE_CHECKING:
    from store.features.reader import Features
    from store.raster import SceneReader


@dataclass(frozen=True)
class Home:
    """One store on disk; its parts are opened when they are first asked for.

    Args:
        root: The folder, made when it is not there.
        database_url: A SQLAlchemy URL; by default SQLite inside the folder.
        extra_drivers: GDAL drivers to open beside GeoTIFF, PNG, JPEG, JPEG2000 and BMP.
    """

    root: Path
    database_url: str | None = None
    extra_drivers: tuple[str, ...] = field(default=())

    @cached_property
    def database(self) -> Database:
        """The one database, with the newest tables."""
        self._make()
        if self.database_url is not None:
            return Database(self.database_url)
        return Database.at(self.root / "elenchus.db")

    @cached_property
    def artifacts(self) -> Artifacts:
        """Files named by their digest."""
        self._make()
        return Artifacts(self.root / "artifacts")

    @cached_property
    def catalog(self) -> Catalog:
        """The scenes and layers held."""
        return Catalog(self.database)

    @property
    def checkpoints(self) -> Path:
        """Where the loop keeps its checkpoints."""
        return self.root / "checkpoints.db"

    @property
    def scratch(self) -> Path:
        """A folder for files in the making, on the same disk as the artifacts."""
        folder = self.root / "scratch"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def open_scene(self, scene: Scene) -> SceneReader:
        """Open the pixels of a scene; refuses one whose bytes have changed."""
        # The catalogue is used without pixels; GDAL takes a tenth of a second to import.
        from store.raster import SceneReader  # noqa: PLC0415

        return SceneReader(scene, artifacts=self.artifacts, extra_drivers=self.extra_drivers)

    def layer_features(self, layer: Layer) -> Features:
        """Open the features of a layer; the caller closes them."""
        from store.features.reader import open_features  # noqa: PLC0415

        return open_features(self.artifacts, layer)

    def close(self) -> None:
        """Close the database if it was opened."""
        if "database" in self.__dict__:
            self.database.close()

    def _make(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
