"""Log-ratio of two radar images: a change of backscatter is a factor, speckle is one too.

Dekker (1998), "Speckle filtering in satellite SAR change detection imagery"; the ratio and its
logarithm: Rignot and van Zyl (1993), doi:10.1109/36.239913.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from tools.change.contract import Bands, Plane, Views, Window
from tools.change.scores import spread

_MEDIAN_PX = 3
_SMOOTH_PX = 2.0
_OFFSET_SHARE = 0.05
_SMALLEST_NOISE = 0.05


@dataclass(frozen=True, slots=True)
class LogRatio:
    """|log b - log a| after despeckling, centred, over its spread where nothing changed.

    Attributes:
        offset: Added before the logarithm; 5 % of the mean backscatter, so that a dark pixel
            of few grey levels is not a large ratio. None for images in decibel.
        centre: Median log-ratio: another gain is not a change.
        noise: Spread of the log-ratio of the unchanged majority.
    """

    offset: float | None
    centre: float
    noise: float
    halo_px: int = 8
    name: str = "log-ratio, despeckled"
    source: str = "Rignot and van Zyl 1993, doi:10.1109/36.239913"

    def __call__(self, views: Views, window: Window) -> Plane:
        """Score a window."""
        ratio = _log_ratio(views, self.offset)
        return np.abs(ratio - np.float32(self.centre)) / np.float32(self.noise)


def fit_log_ratio(samples: Sequence[Views]) -> LogRatio:
    """Measure offset, centre and noise on the samples."""
    a = np.concatenate([view.a[:, view.valid].mean(axis=0) for view in samples])
    b = np.concatenate([view.b[:, view.valid].mean(axis=0) for view in samples])
    decibel = min(float(a.min()), float(b.min())) < 0.0
    offset = None if decibel else _OFFSET_SHARE * float(a.mean() + b.mean()) / 2 + 1e-12
    ratios = np.concatenate([_log_ratio(view, offset)[view.valid] for view in samples])
    return LogRatio(offset, float(np.median(ratios)), max(spread(ratios), _SMALLEST_NOISE))


def _log_ratio(views: Views, offset: float | None) -> Plane:
    """Despeckled logarithm of the second minus that of the first."""
    return despeckled(views.b, offset) - despeckled(views.a, offset)


def despeckled(bands: Bands, offset: float | None) -> Plane:
    """Natural logarithm of the backscatter, median-filtered, then smoothed."""
    power: Plane = bands.mean(axis=0, dtype=np.float32)
    logs = power * np.float32(np.log(10) / 10) if offset is None else np.log(power + offset)
    eased = ndimage.median_filter(logs, _MEDIAN_PX)
    return ndimage.gaussian_filter(eased, _SMOOTH_PX, truncate=3.0)
