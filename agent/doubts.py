"""What calls a count in an image into question, and what would settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.evidence import Evidence
from store.catalog import Catalog
from tools.concepts.words import plural

WIDE = 0.8
"""An interval wider than this share of the count says little."""
FEW = 5
UNEQUAL = 1.5
"""Pixel sizes that differ by more than this factor do not show the same things."""
ENOUGH = 0.99
COUNT, LOOK_UP = "count_objects", "lookup_osm"


@dataclass(frozen=True, slots=True)
class Raised:
    """A doubt before it has a number."""

    code: str
    text: str
    about: tuple[str, ...]
    can_settle: tuple[str, ...] = ()


Rule = Callable[[Sequence[Evidence], Catalog], Iterator[Raised]]


def _counts(evidence: Sequence[Evidence]) -> list[Evidence]:
    return [item for item in evidence if item.tool == COUNT and item.quantity("count") is not None]


def _place(item: Evidence) -> tuple[object, ...]:
    given = item.arguments
    return given.get("scene"), given.get("target"), given.get("region")


def _by_shape(item: Evidence) -> bool:
    return any(caveat.code == "proposals" for caveat in item.caveats)


def _ends(item: Evidence) -> tuple[float, float]:
    quantity = item.quantity("count")
    number = quantity.number if quantity is not None else None
    if quantity is None or number is None:
        return 0.0, 0.0
    if quantity.low is None or quantity.high is None:
        return number, number
    return quantity.low, quantity.high


def proposals_only(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt what was found by shape alone, until somebody judged crops of the same place."""
    counts = _counts(evidence)
    judged = {_place(item) for item in counts if not _by_shape(item)}
    for item in counts:
        if _by_shape(item) and item.value("count") != 0 and _place(item) not in judged:
            target = str(item.arguments.get("target", "things"))
            yield Raised(
                "proposals_only",
                f"what was taken for {target} by shape and colour was looked at by nobody; some "
                "answers about crops would make it a count",
                (item.id,),
                (COUNT,),
            )


def wide_interval(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt a count whose interval is about as wide as the count itself."""
    for item in _counts(evidence):
        low, high = _ends(item)
        value = item.value("count")
        if isinstance(value, int | float) and value >= FEW and high - low > WIDE * value:
            yield Raised(
                "wide_interval",
                f"the interval of the count {item.id} is wide; "
                + ("a smaller area" if item.quantity("answered") else "answers about crops")
                + " would narrow it",
                (item.id,),
                (COUNT,),
            )


def answers_by_eyes(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt answers that a model or another program gave rather than a person."""
    judged: dict[str, list[str]] = {}
    for item in evidence:
        by = str(item.arguments.get("by", ""))
        if item.tool == "record_answers" and (by.startswith("eyes:") or by == "mcp"):
            name = "another program" if by == "mcp" else f"{by.removeprefix('eyes:')}, a model"
            judged.setdefault(name, []).append(item.id)
    for name, about in judged.items():
        yield Raised(
            "answers_by_eyes",
            f"the crops were judged by {name} and a witness, not by a person",
            tuple(about),
            ("record_answers",),
        )


def witnesses_disagree(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt a count on which the image and the map differ beyond their intervals."""
    for item in _counts(evidence):
        for other in evidence:
            if other.tool != LOOK_UP or not _same_things(item, other):
                continue
            (low, high), (least, most) = _ends(item), _ends(other)
            if low > most or least > high:
                yield Raised(
                    "witnesses_disagree",
                    f"the image ({item.id}) and the map ({other.id}) differ beyond their intervals",
                    (item.id, other.id),
                    ("inspect",),
                )


def _same_things(item: Evidence, other: Evidence) -> bool:
    """Tell whether a count and a map lookup are of the same things in the same place."""
    target = str(item.arguments.get("target", "")).casefold()
    of = str(other.arguments.get("of") or "").casefold()
    if other.arguments.get("named") is not None or of not in (target, plural(target)):
        return False
    here, there = item.region, other.region
    if not target or here is None or there is None:
        return bool(target)
    common = here.overlap(there) if here.frame == there.frame else None
    return common is not None and common.size() >= ENOUGH * max(here.size(), there.size())


def unlike_resolutions(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt two counts of the same things at pixel sizes too unlike to compare."""
    counts = [item for item in _counts(evidence) if item.gsd_m]
    for at, one in enumerate(counts):
        for two in counts[at + 1 :]:
            if one.arguments.get("target") != two.arguments.get("target"):
                continue
            fine, coarse = sorted((one.gsd_m or 1.0, two.gsd_m or 1.0))
            if coarse > UNEQUAL * fine:
                yield Raised(
                    "unlike_resolutions",
                    f"{one.id} and {two.id} were counted at unlike pixel sizes, so they may not "
                    "show the same things",
                    (one.id, two.id),
                )


def not_all_looked_at(evidence: Sequence[Evidence], _catalog: Catalog) -> Iterator[Raised]:
    """Doubt a count of an area that was not all looked at finely enough."""
    for item in _counts(evidence):
        if item.coverage is None or not item.coverage.looked:
            continue
        share = sum(look.share for look in item.coverage.looked)
        if share < ENOUGH and min(item.coverage.imaged, item.coverage.valid) >= ENOUGH:
            yield Raised(
                "coverage",
                f"only {share:.1%} of the area asked about was looked at ({item.tool} {item.id})",
                (item.id,),
                (COUNT,),
            )


IMAGE_RULES: tuple[Rule, ...] = (
    proposals_only, wide_interval, answers_by_eyes, witnesses_disagree, unlike_resolutions,
    not_all_looked_at,
)  # fmt: skip
