"""Evidence as files that other programs read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyogrio.errors import DataSourceError

from agent.evidence import Evidence
from store.artifacts import Artifacts
from store.errors import StoreError
from store.features.parquet import to_frame
from store.features.sets import FeatureSet

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from PIL import Image

Format = Literal["geojson", "gpkg", "csv", "cog", "png"]

SHEET_COLUMNS = 6
SHEET_CELL = 200
SHEET_LABEL = 20


class CannotExport(StoreError):
    """Evidence that does not hold what the chosen format carries."""

    code = "cannot_export"


def export(
    evidence: Evidence, features: FeatureSet | None, artifacts: Artifacts, kind: Format, out: Path
) -> None:
    """Write what evidence found; the file appears whole or not at all."""
    temporary = out.with_name(f".making-{out.stem}{out.suffix}")
    try:
        if kind == "png" and any(view.name.startswith("ask-") for view in evidence.views):
            crop_sheet(evidence, artifacts).save(temporary, format="PNG")
        elif kind == "png":
            shutil.copyfile(_picture(evidence, artifacts), temporary)
        elif kind == "cog":
            shutil.copyfile(_mask(evidence, artifacts), temporary)
        else:
            _WRITERS[kind](_table(evidence, features), temporary)
        temporary.replace(out)
    except (OSError, DataSourceError) as wrong:
        raise CannotExport(
            f"cannot write {out}: {getattr(wrong, 'strerror', None) or wrong}"
        ) from wrong
    finally:
        temporary.unlink(missing_ok=True)


def crop_sheet(evidence: Evidence, artifacts: Artifacts) -> Image.Image:
    """Return the crops that are asked about on one sheet, each under the id it is answered by."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only pictures need it

    views = [view for view in evidence.views if view.name.startswith("ask-")]
    columns = min(SHEET_COLUMNS, len(views))
    rows = -(-len(views) // columns)
    width, height = SHEET_CELL, SHEET_CELL + SHEET_LABEL
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    draw = ImageDraw.Draw(sheet)
    for number, view in enumerate(views):
        left, top = number % columns * width, number // columns * height
        draw.text((left + 6, top + 4), f"{evidence.id}#{view.name[4:]}", fill="black")
        with Image.open(artifacts.path(view.sha256), formats=["PNG"]) as crop:
            shown = crop.convert("RGB")
        shown.thumbnail((width - 8, SHEET_CELL - 8))
        sheet.paste(shown, (left + 4, top + SHEET_LABEL))
    return sheet


def _picture(evidence: Evidence, artifacts: Artifacts) -> Path:
    if not evidence.views:
        raise CannotExport(f"{evidence.id} has no picture; evidence of describe_scene has one")
    return artifacts.path(evidence.views[0].sha256)


def _mask(evidence: Evidence, artifacts: Artifacts) -> Path:
    if not evidence.masks:
        raise CannotExport(f"{evidence.id} has no mask; evidence of detect_change has one")
    return artifacts.path(evidence.masks[0].sha256)


def _table(evidence: Evidence, features: FeatureSet | None) -> GeoDataFrame:
    if features is None:
        raise CannotExport(f"{evidence.id} found no places; try --as png, or another evidence")
    frame = to_frame(features)
    frame.insert(0, "object", [f"{evidence.id}#{row}" for row in range(1, len(frame) + 1)])
    return frame


def _to_csv(frame: GeoDataFrame, path: Path) -> None:
    table = frame.drop(columns="geometry").assign(wkt=frame.geometry.to_wkt())
    # A cell that begins like a formula is quoted, so that a spreadsheet does not run it.
    texts = table.select_dtypes(include=["object", "string"]).columns
    for column in texts:
        table[column] = table[column].map(_inert)
    table.to_csv(path, index=False)


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


_WRITERS: dict[str, Callable[[GeoDataFrame, Path], None]] = {
    "geojson": lambda frame, path: frame.to_file(path, driver="GeoJSON"),
    "gpkg": lambda frame, path: frame.to_file(path, driver="GPKG", layer="evidence"),
    "csv": _to_csv,
}
