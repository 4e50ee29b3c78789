"""GDAL with safe settings: an explicit driver list, no side-cars, and errors that are errors."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
from rasterio._err import (
    CPLE_BaseError,
)  # raised at closing and by drivers, and not a RasterioError
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError

from store.errors import BrokenFile, ReadFailed
from store.text import clean_text

GDAL_ERRORS = (RasterioError, CPLE_BaseError, OSError, CRSError, UnicodeDecodeError)
"""All that GDAL's own failures arrive as; the last two where a CRS or a text in a file is none."""

CACHE_BYTES = 64 << 20
SETTINGS: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_HTTP_NETRC": "NO",
    "GTIFF_IGNORE_READ_ERRORS": "NO",
    "GTIFF_POINT_GEO_IGNORE": "NO",
    # A JPEG cut short decodes to grey with a mere warning; here it is an error.
    "GDAL_ERROR_ON_LIBJPEG_WARNING": "YES",
    "GDAL_TIFF_INTERNAL_MASK": "YES",
    "GDAL_NUM_THREADS": "1",
    # Bytes: the same number without the shift would mean 256 bytes.
    "GDAL_CACHEMAX": CACHE_BYTES,
}


@contextmanager
def safe_gdal() -> Iterator[None]:
    """Run GDAL with our settings, whatever the environment says."""
    with rasterio.Env(**SETTINGS):
        yield


@contextmanager
def placeless() -> Iterator[None]:
    """Open files without a georeference in silence: it is nothing unusual here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def open_dataset(path: Path, drivers: list[str], level: int | None = None) -> Any:
    """Open a file with one of the named drivers, or one of its overviews by number from 0."""
    options = {} if level is None else {"overview_level": level}
    # An absolute path is never taken for a URL or for a driver's own notation.
    name = str(path.absolute())
    failed: Exception | None = None
    with safe_gdal(), placeless():
        for driver in drivers:
            try:
                return rasterio.open(name, driver=driver, **options)
            except GDAL_ERRORS as wrong:
                failed = wrong
    raise BrokenFile(
        f"{clean_text(path.name, 80)!r} cannot be opened as {' or '.join(drivers)}; "
        "it is damaged or cut short"
    ) from failed


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Make a failure inside GDAL a ReadFailed: nothing is known about the pixels asked for."""
    with safe_gdal():
        try:
            yield
        except GDAL_ERRORS as wrong:
            raise ReadFailed(
                f"the pixels of {name!r} could not be read ({_cause(wrong)}); "
                "nothing is known about what is there"
            ) from wrong


def _cause(wrong: BaseException) -> str:
    """Return the innermost reason in a few plain words."""
    while wrong.__cause__ is not None:
        wrong = wrong.__cause__
    return " ".join(str(wrong).split())[:160].rpartition("/")[2]
