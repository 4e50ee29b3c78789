"""Sentences and claims about mapped things, one function for each goal."""

from __future__ import annotations

from agent.answer.figures.counting import count, every, exists, listing, ratio
from agent.answer.figures.pairs import bearing, compare, difference, distance
from agent.answer.figures.picks import extreme
from agent.answer.figures.shared import Figure
from agent.answer.figures.sizes import density, share, size
from agent.answer.figures.values import value

FIGURES: dict[str, Figure] = {
    "count": count, "exists": exists, "list": listing, "locate": listing, "share": share,
    "area": size, "length": size, "density": density, "extreme": extreme, "distance": distance,
    "bearing": bearing, "value": value, "ratio": ratio, "every": every, "compare": compare,
    "difference": difference,
}  # fmt: skip
"""By goal."""

__all__ = ["FIGURES"]
