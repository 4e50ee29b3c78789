"""Words about change that several answers share: reasons, shares, the foremost place."""

from __future__ import annotations

import re

from agent.answer.draft import plain
from agent.answer.outcome import Outcome, of_quantity, ref, said
from agent.evidence import Claim, Evidence

WATER = re.compile(r"water|river|lake|flood|sea\b|reservoir|wetland|pond", re.IGNORECASE)
CELLS = (
    "north_west", "north", "north_east", "west", "centre", "east",
    "south_west", "south", "south_east",
)  # fmt: skip
HALVES = ("north", "south", "west", "east")
QUARTERS = ("north_west", "north_east", "south_west", "south_east")


def undecided(change: Evidence, text: str, *, partly: bool = False) -> Outcome:
    """Return that a thing cannot be told."""
    claim = said(None, text, "change", [f"{change.id}.verdict"], verdict="undecided")
    return Outcome(text, [claim], settled=False, partly=partly, used=[change])


def reasons(change: Evidence) -> str:
    """Return why the tool came to its verdict, in its own words."""
    return "; ".join(plain(str(reason)) for reason in change.series.get("reasons", []))


def codes(change: Evidence) -> set[str]:
    """Return the codes of the reasons for the verdict."""
    return {str(code) for code in change.series.get("reason_codes", [])}


def nothing(change: Evidence, pair: str, *, yes: bool) -> Outcome:
    """Say that nothing changed: the same values, or no difference that can be told."""
    if "identical" in codes(change):
        what = f"{pair} hold the same values in all pixels compared"
    else:
        what = f"nothing changed between {pair} that can be told from the two"
    text = f"**{'Yes' if yes else 'No'}**: {what} [{change.id}]."
    return Outcome(text, with_share(change, said(yes, text, "change", verdict_of(change))),
                   used=[change])  # fmt: skip


def verdict_of(change: Evidence) -> list[str]:
    """Return the reference to the verdict."""
    return [f"{change.id}.verdict"]


def claims_amounts(change: Evidence) -> bool:
    """Tell whether the tool claims amounts; else it marks places worth a look."""
    return change.quantity("changed_share") is not None


def why(change: Evidence) -> str:
    """Say why something changed for sure, and how much did not come out."""
    return (
        f"That something changed is clear: {reasons(change)}; how much cannot be told from the two."
    )


def clear(change: Evidence) -> str:
    """Say that something changed, and how much as far as that holds."""
    return f"That something changed is clear: {reasons(change)}"


def how_much(change: Evidence) -> str:
    """Return the share that changed in words, empty where none is claimed."""
    if not claims_amounts(change):
        return ""
    return f", {ref(change, 'changed_share')} of the area compared{in_regions(change)}"


def in_regions(change: Evidence) -> str:
    """Return in how many regions, empty where that is not claimed."""
    held = change.quantity("region_count")
    return "" if held is None else f", in {ref(change, 'region_count')} regions"


def with_share(change: Evidence, claim: Claim) -> list[Claim]:
    """Return a claim with the share that changed beside it."""
    if not claims_amounts(change):
        return [claim]
    return [claim, of_quantity(change, "changed_share", "support", "changed share", "change")]


def foremost(
    change: Evidence, prefix: str, names: tuple[str, ...], *, least: bool, suffix: str = ""
) -> str | None:
    """Return the part with the largest or smallest share, None when none stands alone."""
    held = {
        name: float(value)
        for name in names
        if isinstance(value := change.value(f"{prefix}_{name}{suffix}"), int | float)
    }
    if not held:
        return None
    best = min(held, key=held.__getitem__) if least else max(held, key=held.__getitem__)
    return best if list(held.values()).count(held[best]) == 1 else None


def halves_told(change: Evidence) -> str:
    """Return the shares of the halves in words."""
    shown = [
        f"{name} {ref(change, f'share_{name}_half')}"
        for name in HALVES
        if change.quantity(f"share_{name}_half") is not None
    ]
    return f" By halves: {', '.join(shown)}." if shown else ""


def turned_told(change: Evidence) -> str:
    """Return how much became brighter and how much darker."""
    if change.quantity("darker_share") is None:
        return ""
    return (
        f" {ref(change, 'brighter_share')} became brighter and {ref(change, 'darker_share')} "
        "darker."
    )
