"""Words for what happens in a turn, shared by the command line and the chat."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer.numbers import one, rounded, shown
from agent.audit import Verdict
from agent.evidence import Evidence, Refused, Status
from agent.heads import Break
from store.geo import Frame, is_earth
from tools.contract import Coverage, IntervalKind, Quantity

FIRST_FIGURES = 4

INTERVAL_WORDS: dict[IntervalKind, str] = {
    "exact": "exact: counted one by one",
    "calibrated": "calibrated on cases with known truth",
    "sampled": "estimated from answers about some, chosen by a stated rule",
    "spread": "spread over settings; no probability is claimed",
    "bounds": "bounds that hold whatever the records do not say",
    "none": "no interval is claimed",
}
"""What the kind of an interval means, in words for people."""

STATUS_WORDS: dict[Status, str] = {
    "answered": "answered",
    "partial": "answered in part",
    "abstained": "cannot be answered from what is held",
    "needs_input": "a question back to you",
    "budget": "stopped at a limit; told is what was found so far",
    "failed": "failed",
    "cancelled": "stopped by you",
}

_REFUSAL_WORDS = {
    "refusal": "cannot be done",
    "error": "failed outside",
    "invalid": "asked wrongly",
    "forbidden": "not allowed",
    "fault": "failed through a bug",
    "interrupted": "interrupted",
}


def named(name: str) -> str:
    """Return a name of ours as words.

    >>> named("count_centre_inside")
    'count centre inside'
    """
    return name.replace("_", " ")


def brief(evidence: Evidence, most: int = FIRST_FIGURES) -> str:
    """Say the first few quantities of evidence in one line."""
    return ", ".join(f"{named(q.name)} {shown(q)}" for q in evidence.quantities[:most])


def refusal_kind(refused: Refused) -> str:
    """Say in words why a call gave nothing."""
    return _REFUSAL_WORDS[refused.kind]


def pixels(samples: int) -> str:
    """Say a number of samples read.

    >>> pixels(0), pixels(1), pixels(950), pixels(3_407_872)
    ('no pixels', '1 pixel', '950 pixels', '3.41 million pixels')
    """
    if samples < 2:
        return "1 pixel" if samples else "no pixels"
    for size, word in ((1e9, "billion "), (1e6, "million ")):
        if samples >= size:
            return f"{rounded(samples / size, 3)} {word}pixels"
    return f"{samples:,} pixels"


def seconds(value: float) -> str:
    """Say how long something took.

    >>> seconds(0.004), seconds(2.345), seconds(75.0)
    ('under 0.01 s', '2.35 s', '1 min 15 s')
    """
    if value < 0.01:
        return "under 0.01 s"
    if value < 60:
        return f"{rounded(value, 3)} s"
    return f"{int(value // 60)} min {int(value % 60)} s"


def cost(evidence: Evidence, took_s: float) -> str:
    """Say what a call cost: what was read, at which resolution, and how long it took."""
    at = f" at {rounded(evidence.gsd_m)} m" if evidence.gsd_m and evidence.pixels_read else ""
    read = f"{pixels(evidence.pixels_read)} read{at}" if evidence.pixels_read else "no pixels read"
    return f"{read}, {seconds(took_s)}"


def interval(quantity: Quantity) -> str:
    """Say what the interval of a quantity means; empty where it has none."""
    return interval_kind(quantity.interval, quantity.level)


def interval_kind(kind: IntervalKind, level: float | None) -> str:
    """Say what a kind of interval at a level means; empty for none.

    >>> interval_kind("sampled", 0.9)
    'estimated from answers about some, chosen by a stated rule; meant to hold 90 times in 100'
    """
    if kind == "none":
        return ""
    holds = f"; meant to hold {level * 100:g} times in 100" if level else ""
    return INTERVAL_WORDS[kind] + holds


def coverage(found: Coverage, frame: Frame | None) -> list[str]:
    """Say how much of the asked area is imaged, valid and looked at, one fact a line."""
    size = one(found.asked, "m2" if frame is None or is_earth(frame) else "px2")
    lines = [f"asked about {size}"]
    lines.append(f"of it imaged {one(found.imaged, '1')}, with data {one(found.valid, '1')}")
    for look in found.looked:
        fine = "full resolution" if look.gsd_m is None else f"{rounded(look.gsd_m)} m per pixel"
        lines.append(f"looked at {one(look.share, '1')} at {fine}")
    return lines


def log_words(verdict: Verdict, breaks: Sequence[Break]) -> str:
    """Say what verifying the log and the records beside it found."""
    if breaks:
        more = f", and {len(breaks) - 1} more" if len(breaks) > 1 else ""
        return f"Not whole: {breaks[0].text}{more}."
    told = f"Whole: {verdict.rows:,} rows, {verdict.heads:,} signed heads kept outside the store."
    if verdict.unsealed:
        told += f" {verdict.unsealed} rows came after the last head; a cut there is not seen."
    return told
