"""Change between two images: registered, normalised, masked, and judged with reasons."""

from tools.change.contract import (
    CHANGED,
    NOT_COMPARED,
    UNCHANGED,
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
    "MaskSink",
    "PairSource",
    "Reason",
    "Registration",
    "SensorKind",
    "Verdict",
    "detect_change",
]
