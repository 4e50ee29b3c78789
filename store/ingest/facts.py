"""What a picture file says of itself: bands, colours, grid, time."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import Field
from rasterio.enums import ColorInterp

from store.errors import BadDeclaration, BadPeriod
from store.geo import Period
from store.ingest.declared import band_name
from store.raster.place import SixNumbers
from store.scenes import Band, Caveat, Record
from store.text import clean_text

_COLOURS = {"red", "green", "blue", "nir", "rededge", "coastal", "pan", "swir", "tir"}
_MEASURED = re.compile(
    r"[rgbn]|red|green|blue|yellow|coastal(?:aerosol)?|aerosol|pan(?:chromatic)?"
    r"|(?:near)?infrared|(?:n|sw|lw|mw|t)?ir\d{0,2}|thermal|(?:red)?edge\d?"
    r"|ndvi|d[es]m|scl|clm|clouds?|cloudmask|(?:sr|toa)?b\d{1,2}a?",
    re.IGNORECASE,
)
"""Descriptions, without spaces, of bands that hold measurements or classes."""
_TIFF_DATE = re.compile(r"^(\d{4}):(\d{2}):(\d{2})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def palette_of(dataset: Any) -> Literal["gray", "colour"] | None:
    """Tell whether samples are indices into a table of greys or colours, rather than values."""
    if dataset.count != 1 or dataset.colorinterp[0] != ColorInterp.palette:
        return None
    table = dataset.colormap(1)
    if all(colour == (index, index, index, 255) for index, colour in table.items()):
        return None
    return (
        "gray" if all(red == green == blue for red, green, blue, _ in table.values()) else "colour"
    )


def bands_of(dataset: Any, palette: str | None, declared: list[str] | None) -> list[Band]:
    """Return the bands; names are declared, or the file's own, or None."""
    if palette is not None:
        names = ["red", "green", "blue"] if palette == "colour" else ["gray"]
        return _named(
            [Band(index=i + 1, name=name, dtype="uint8") for i, name in enumerate(names)], declared
        )
    bands = [
        Band(
            index=i + 1,
            name=_own_name(dataset, i),
            dtype=str(dataset.dtypes[i]),
            nodata=_nodata(dataset.nodatavals[i]),
            role=_role(dataset, i),
        )
        for i in range(dataset.count)
    ]
    return _named(bands, declared)


def _own_name(dataset: Any, i: int) -> str | None:
    described = clean_text(dataset.descriptions[i] or "", 40)
    if described:
        return band_name(described)
    colour = str(dataset.colorinterp[i].name)
    if colour in _COLOURS or colour == "alpha":
        return colour
    if dataset.count == 1 and colour in ("gray", "palette"):
        return "gray"
    return None


def _role(dataset: Any, i: int) -> Literal["data", "alpha"]:
    """Return what a band holds; one that is described as NIR, say, is no mask of validity.

    GDAL flags the fourth of four bands of bytes as transparency unless it is told otherwise, so
    where flag and description disagree, the description is what somebody wrote on purpose.
    """
    if dataset.colorinterp[i] != ColorInterp.alpha:
        return "data"
    described = re.sub(r"[ _\-]", "", clean_text(dataset.descriptions[i] or "", 40))
    return "data" if _MEASURED.fullmatch(described) else "alpha"


def _nodata(value: Any) -> float | None:
    return None if value is None else float(getattr(value, "real", value))


def _named(bands: list[Band], declared: list[str] | None) -> list[Band]:
    """Return the bands under declared names: one for each that holds data, or one for each."""
    if declared is None:
        return bands
    data = [band for band in bands if band.role == "data"]
    if len(declared) not in (len(data), len(bands)):
        raise BadDeclaration(
            f"--bands names {len(declared)} bands, the file has {len(data)}; "
            "name each, in the file's order"
        )
    targets = data if len(declared) == len(data) else bands
    names = {band.index: name for band, name in zip(targets, declared, strict=True)}
    return [_renamed(band, names[band.index]) if band.index in names else band for band in bands]


def _renamed(band: Band, name: str) -> Band:
    """Return a band under a declared name; one declared to be NIR, say, is no mask of validity."""
    role = band.role if name.lower() == "alpha" else "data"
    return band.model_copy(update={"name": name, "role": role})


def own_transform(dataset: Any) -> SixNumbers | None:
    """Return the transform that the file itself holds, or None."""
    if dataset.transform.is_identity:
        return None
    a, b, c, d, e, f = (float(number) for number in tuple(dataset.transform)[:6])
    return None if a * e - b * d == 0 else (a, b, c, d, e, f)


def own_crs(dataset: Any) -> str | None:
    """Return the CRS that the file itself holds, as a code where it has one, else as WKT."""
    if not dataset.crs:
        return None
    code = dataset.crs.to_epsg(confidence_threshold=100)
    return f"EPSG:{code}" if code else str(dataset.crs.to_wkt())


def acquired(dataset: Any) -> Period | None:
    """Return the time of acquisition where the file says it in GDAL's agreed place, else None."""
    text = acquired_text(dataset)
    if text is None:
        return None
    try:
        return Period.parse(text)
    except BadPeriod:
        return None


def acquired_text(dataset: Any) -> str | None:
    """Return what GDAL's agreed place for the time of acquisition holds."""
    text = dataset.tags(ns="IMAGERY").get("ACQUISITIONDATETIME")
    return None if text is None else clean_text(text, 40).replace(" ", "T")


class DateHint(Record):
    """A day that a tag of a file names, which is not taken as that of the acquisition."""

    tag: Literal[
        "ACQUISITION", "TIFFTAG_DATETIME", "EXIF_DateTimeOriginal", "EXIF_DateTime"
    ]  # fmt: skip
    day: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

    @property
    def caveat(self) -> Caveat:
        """Say it to a reader."""
        return Caveat(
            code="date_not_taken",
            text=f"the tag {self.tag} says {self.day}, which may be the time of processing; "
            f"if it is the acquisition, declare --date {self.day}",
        )


def date_hint(dataset: Any) -> DateHint | None:
    """Return what the file says of some date of it, which is not taken as the acquisition's."""
    tags = dataset.tags()
    for tag in get_args(DateHint.model_fields["tag"].annotation):
        text = clean_text(tags.get(tag, ""), 40)
        day = _TIFF_DATE.sub(r"\1-\2-\3", text)[:10]
        if _ISO_DAY.fullmatch(day) and _is_date(day):
            return DateHint(tag=tag, day=day)
    return None


def _is_date(text: str) -> bool:
    try:
        Period.parse(text)
    except BadPeriod:
        return False
    return True
