"""Colour ramps for indices: calm, even to the eye, with no colour of its own for zero data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_ANCHORS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "plants": ((122, 92, 62), (189, 158, 112), (238, 230, 196), (150, 186, 104), (58, 130, 62),
               (14, 78, 44)),
    "water": ((126, 98, 66), (206, 184, 148), (242, 240, 232), (140, 186, 214), (48, 118, 176),
              (12, 58, 112)),
    "built": ((44, 96, 74), (148, 182, 150), (242, 238, 228), (214, 160, 120), (168, 84, 62),
              (104, 38, 40)),
    "burn": ((70, 22, 34), (160, 62, 42), (226, 156, 92), (244, 232, 200), (140, 178, 122),
             (36, 98, 62)),
}  # fmt: skip


def ramp_of(name: str) -> Picture:
    """Return a ramp of 256 colours."""
    anchors = np.array(_ANCHORS[name], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, i]) for i in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def coloured(values: NDArray[np.float64], low: float, high: float, ramp: Picture) -> Picture:
    """Return values as colours of a ramp between two ends."""
    share = (values - low) / max(high - low, 1e-12)
    return np.asarray(ramp[np.clip(np.rint(share * 255), 0, 255).astype(np.intp)])
