"""Rules of clauses about mapped things: what combination of words asks for what."""

from __future__ import annotations

from agent.planner.grammar import Rule
from agent.planner.rules.compare import compare
from agent.planner.rules.counting import count, every, exists, listing
from agent.planner.rules.distance import bearing, distance
from agent.planner.rules.extreme import extreme, highest, holds_most
from agent.planner.rules.looking import cover, index
from agent.planner.rules.share import density, share
from agent.planner.rules.size import area, length
from agent.planner.rules.value import value

RULES: tuple[Rule, ...] = (
    index, cover, compare, distance, bearing, share, density, highest, holds_most, extreme, every,
    value, area, length, count, exists, listing,
)  # fmt: skip
"""In the order they are tried."""

__all__ = ["RULES"]
