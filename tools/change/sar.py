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
from tools.change.lattice import Cells
from tools.change.normalise import ALIKE_CORRELATION, Normaliser, fit
from tools.change.scores import spread

_LOOKS_PX = 1.0
_SMOOTH_PX = 1.5
_OFFSET_SHARE = 0.05
_SMALLEST_NOISE = 0.05


@dataclass(frozen=True, slots=True)
class LogRatio:
    """|log b - log a| after despeckling, centred, over its spread where nothing changed.

    Attributes:
        offset: Added before the logarithm; 5 % of the mean backscatter, so that a dark pixel
            of few grey levels is not a large ratio. None for images in decibel.
        centre: Median log-ratio: another gain is not a change.
        onto: Maps the logarithm of the second image onto that of the first; None where speckle
            leaves too little in common to fit it.
        noise: Spread of the log-ratio of the unchanged majority.
    """

    offset: float | None
    centre: float
    noise: float
    onto: Normaliser | None = None
    halo_px: int = 8
    name: str = "log-ratio, despeckled"
    source: str = "Rignot and van Zyl 1993, doi:10.1109/36.239913"

    def __call__(self, views: Views, window: Window, cells: Cells | None = None) -> Plane:
        """Score a window."""
        score: Plane = np.abs(self.signed(views))
        return score

    def signed(self, views: Views) -> Plane:
        """The score with its sign: above zero where backscatter rose."""
        ratio = _log_ratio(views, self.offset, self.onto)
        signed: Plane = (ratio - np.float32(self.centre)) / np.float32(self.noise)
        return signed


def fit_log_ratio(samples: Sequence[Views]) -> LogRatio:
    """Measure offset, centre and noise on the samples."""
    a = np.concatenate([view.a[:, view.valid].mean(axis=0) for view in samples])
    b = np.concatenate([view.b[:, view.valid].mean(axis=0) for view in samples])
    decibel = min(float(a.min()), float(b.min())) < 0.0
    offset = None if decibel else _OFFSET_SHARE * float(a.mean() + b.mean()) / 2 + 1e-12
    logs = [
        Views(despeckled(v.a, offset)[None], despeckled(v.b, offset)[None], v.valid)
        for v in samples
    ]
    onto = fit(logs, most=1)
    kept = onto if float(onto.correlation[0]) >= ALIKE_CORRELATION else None
    ratios = np.concatenate([_log_ratio(view, offset, kept)[view.valid] for view in samples])
    centre = float(np.median(ratios))
    return LogRatio(offset, centre, max(spread(ratios), _SMALLEST_NOISE), kept)


def _log_ratio(views: Views, offset: float | None, onto: Normaliser | None) -> Plane:
    """Despeckled logarithm of the second, on the scale of the first, minus that of the first."""
    second = despeckled(views.b, offset)
    if onto is not None:
        second = onto(second[None])[0]
    return second - despeckled(views.a, offset)


def despeckled(bands: Bands, offset: float | None) -> Plane:
    """Natural logarithm of the backscatter, averaged before (more looks) and after."""
    power: Plane = bands.mean(axis=0, dtype=np.float32)
    looks = ndimage.gaussian_filter(power, _LOOKS_PX, truncate=3.0)
    logs = looks * np.float32(np.log(10) / 10) if offset is None else np.log(looks + offset)
    eased: Plane = ndimage.gaussian_filter(logs, _SMOOTH_PX, truncate=3.0)
    return eased
