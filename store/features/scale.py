"""How long a pixel of a pixel frame is on the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import StoreError
from store.geo import Frame, is_earth

if TYPE_CHECKING:
    from store.catalog import Catalog


def metres_per_pixel(catalog: Catalog, frame: Frame) -> float | None:
    """Return the ground size in m of the pixels of a frame; None when nobody declared one.

    A frame that several scenes share has a size only under the name of one of them.
    """
    if is_earth(frame):
        return None
    try:
        return catalog.scene(frame.removeprefix("px:")).gsd_m
    except StoreError:
        return None  # a shared frame is no scene's name: its pixels have no size
