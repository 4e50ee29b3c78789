"""What the process that reads untrusted bytes is asked, and what it may say: JSON, line by line."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from store.ingest.facts import DateHint
from store.ingest.sandbox import Limits, Wall
from store.scenes import Layer, Record

ShortText = Annotated[str, Field(max_length=200)]
Kind = Literal["picture", "vector"]
LONGEST_LINE = 1 << 20
"""Most bytes of one message."""


class Job(Record):
    """One piece of work on one file.

    `copy` makes our own copy of a picture, `index` the features of a vector file; `probe` only
    tells what a file says of itself.
    """

    do: Literal["probe", "copy", "index"]
    file: str = ""
    """The file to read."""
    folder: str = ""
    """The only folder to write in."""
    digest: str = ""
    """Of the file, for the id of a layer."""
    layer_kind: Literal["osm", "vector"] = "osm"
    tags: dict[str, str] = Field(default_factory=dict)
    limits: Limits = Limits()


class Facts(Record):
    """What a file says of itself; None or in `unknown`: it does not say."""

    kind: Kind
    format: ShortText
    width: int = 0
    height: int = 0
    bands: list[ShortText | None] = Field(default_factory=list)
    gsd_m: float | None = None
    date: ShortText | None = None
    """An acquisition date that the file gives in the agreed place."""
    date_hint: DateHint | None = None
    """Another date in it, which may be that of processing."""
    georeferenced: bool = False
    unknown: list[ShortText] = Field(default_factory=list)


class Copied(Record):
    """Our own copy of a picture, `copy.tif` in the folder, and what it does not carry."""

    format: ShortText
    pictures: int = 1
    date_hint: DateHint | None = None


class Started(Record):
    """The process is ready to read; these walls stand around it."""

    walls: list[Wall]


class Progressed(Record):
    """How far the work is, in [0, 1]."""

    share: float
    what: ShortText


class Refused(Record):
    """The file cannot be taken, in words for the person."""

    code: Annotated[str, Field(max_length=40, pattern=r"^[a-z_]+$")]
    text: Annotated[str, Field(max_length=600)]
    exit_code: int = 2


class Faulted(Record):
    """The work stopped for a reason nobody foresaw: the last lines of its traceback."""

    trace: Annotated[str, Field(max_length=4000)]


class Message(Record):
    """One line of what the process says: exactly one of these."""

    started: Started | None = None
    progress: Progressed | None = None
    facts: Facts | None = None
    copied: Copied | None = None
    layer: Layer | None = None
    refused: Refused | None = None
    faulted: Faulted | None = None


MESSAGE = TypeAdapter(Message)
