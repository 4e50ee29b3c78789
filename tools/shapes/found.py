"""What finding by shape gives: marks, the range over its settings, and whether to count them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.contract import ToolRefusal
from tools.counting.contract import Candidates
from tools.shapes.kinds import Trust

WIDEST = 0.35
"""A range of counts wider than this share of the count is no answer; none must be agreed by all."""


@dataclass(frozen=True)
class Spread:
    """A count and its range over a stated family of settings; no probability is claimed."""

    count: int
    low: int
    high: int

    @property
    def is_narrow(self) -> bool:
        """Tell whether all settings nearly agree."""
        return self.high - self.low <= WIDEST * self.count


def _all(found: Candidates) -> Candidates:
    return found


@dataclass(frozen=True)
class Proposals:
    """Marks found by shape in native pixels, best first, and what is known of them.

    `family` holds the marks of every setting, the usual one first. `trust` is `usable` when this
    very image fulfils the conditions under which a count may be stated; `reason` says in words why
    it does not. `unexplained` is how many objects more there may be among what stands out and is
    of no known shape; `cut` how many of those counted are cut by the scene's edge, and may be
    something else. `smallest_m` is the least length that was looked for.
    """

    what: str
    family: tuple[Candidates, ...]
    trust: Trust
    reason: str
    smallest_m: float
    unexplained: int = 0
    cut: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def marks(self) -> Candidates:
        """The marks of the usual setting."""
        return self.family[0]

    def spread(self, keep: Callable[[Candidates], Candidates] = _all) -> Spread:
        """Return the count and its range, of the marks that `keep` leaves (those in a region)."""
        counts = [len(keep(marks)) for marks in self.family]
        low = max(0, min(counts) - self.cut)
        return Spread(counts[0], low, max(counts) + self.unexplained)

    def counted(self, keep: Callable[[Candidates], Candidates] = _all) -> Spread:
        """Return the count and its range, or refuse where shape alone does not settle it."""
        if self.trust != "usable":
            raise needs_examples(self.what, self.reason)
        spread = self.spread(keep)
        if not spread.is_narrow:
            raise needs_examples(
                self.what,
                f"by shape there are {spread.low} to {spread.high} of them, depending on how much "
                "one must stand out",
            )
        return spread


def needs_examples(what: str, reason: str) -> ToolRefusal:
    """Return the refusal of what cannot be counted without a hint."""
    return ToolRefusal(
        f"{what} cannot be counted here by shape alone: {reason}. Draw a box around one to three "
        "of them; then a few questions about crops settle the count",
        "needs_examples",
        {"examples": "1 to 3 boxes"},
    )
