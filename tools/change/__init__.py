"""Change between two images: registered, normalised, masked, and judged with reasons.

`detect_change` takes a pair that already lies on one pixel grid (a `PairSource`, read by windows
with a margin, so that images of any size fit in memory), writes a mask window by window to a
sink, and returns a `ChangeResult`: a verdict (`changed`, `unchanged`, `cannot_tell`) with reasons
and doubts as code and words, shares by nine cells and halves, and regions as polygons.

    >>> import numpy as np
    >>> a = np.random.default_rng(0).uniform(0, 255, (3, 64, 64)).astype(np.float32)
    >>> pair = ArrayPair(a, a.copy(), np.ones((64, 64), bool), gsd_m=0.5, kinds=("RGB", "RGB"))
    >>> sink = ArraySink(pair.shape)
    >>> found = detect_change(pair, sink)
    >>> found.verdict, found.share, found.reasons[0].code, int(sink.codes.max())
    ('unchanged', 0.0, 'identical', 0)

How a pair is compared follows from sensor kinds, numbers of bands, pixel size, and how well edge
directions agree, never from a file (`plan.choose_route`):

- both radar: log-ratio after despeckling;
- unlike sensors or numbers of bands: patch-similarity graph; candidates only;
- edges agree (same light): length of the change vector over the noise of unchanged pixels;
- pixels above 2.5 m in other light or season: IR-MAD;
- finer or unknown pixels in other light: IR-MAD where straight edges came or went; `changed`
  only for a large area of new, or lost, crossing straight edges on ground that had none.

Where `mask_means` is `candidates`, mask and regions are places to look at, not change. In the last
case of the list the verdict `changed` rests on the structure; the mask beside it is coarse.
"""

from tools.change.contract import (
    CHANGED,
    NOT_COMPARED,
    UNCHANGED,
    Check,
    MaskSink,
    PairSource,
    Reason,
    SensorKind,
    Verdict,
)
from tools.change.detect import ChangeResult, detect_change
from tools.change.regions import ChangeRegion
from tools.change.register import Registration
from tools.change.windows import ArrayPair, ArraySink

__all__ = [
    "CHANGED",
    "NOT_COMPARED",
    "UNCHANGED",
    "ArrayPair",
    "ArraySink",
    "ChangeRegion",
    "ChangeResult",
    "Check",
    "MaskSink",
    "PairSource",
    "Reason",
    "Registration",
    "SensorKind",
    "Verdict",
    "detect_change",
]
