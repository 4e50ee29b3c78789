"""Frames: what the coordinates of a place refer to."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

from store.errors import BadName, FramesDiffer

EARTH = "earth"
"""Longitude and latitude in degrees (OGC:CRS84)."""

FRAME_PATTERN = r"^(earth|px:[A-Za-z0-9][A-Za-z0-9_.\-]{0,120})$"

Frame = Annotated[str, StringConstraints(pattern=FRAME_PATTERN)]
"""`earth`, or `px:NAME`: column and row from the outer corner of the upper-left pixel, y down."""


def pixel_frame(name: str) -> Frame:
    """Return the frame of the pixels of one scene, or of a named group of scenes.

    >>> pixel_frame("harbour-0a1b2c")
    'px:harbour-0a1b2c'
    """
    frame = f"px:{name}"
    if not re.match(FRAME_PATTERN, frame):
        raise BadName(f"{name!r} cannot name a frame; use letters, digits, '-', '_' and '.'")
    return frame


def is_earth(frame: Frame) -> bool:
    """Tell whether places of this frame lie on the ground."""
    return frame == EARTH


def same_frame(first: Frame, second: Frame) -> Frame:
    """Return the frame both share, or refuse."""
    if first != second:
        raise FramesDiffer(
            f"one place is in {first}, the other in {second}; they cannot be combined. "
            "Give both on the ground (a georeferenced scene), or ingest both pixel scenes with "
            "the same --frame NAME"
        )
    return first
