"""From a thing asked to the evidence that answers it, and the calls that are still needed."""

from __future__ import annotations

from agent.inquiry import Ask, Inquiry
from agent.planner.image_steps import COUNTED, find_seen, of_image, seen_things
from agent.planner.map_steps import DESCRIBED, find_mapped
from agent.planner.seeing import cover_classes, kind_of, kind_of_building
from agent.planner.sets import query_of, things
from agent.planner.work import QUARTERS, Found, Site, Stuck, Work


def find(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the evidence for one thing asked; None while calls are outstanding."""
    if of_image(ask, inquiry):
        return _seen(ask, inquiry, work)
    try:
        found = find_mapped(ask, inquiry, work)
    except Stuck as why:
        return _after_map(ask, inquiry, work, why)
    if found is None or not _called_beside(ask):
        return found
    assert ask.of is not None
    try:
        beside = seen_things(ask.of, inquiry, work, alone=True)
    except Stuck as why:
        found.why_not = why if why.refused is not None else None
        return found
    if beside is None:
        return None
    found.witness = beside[0]
    return found


def _called_beside(ask: Ask) -> bool:
    """Say whether the image is called as a witness beside the map."""
    return ask.goal in COUNTED and ask.of is not None and ask.of.witness == "also_image"


def _seen(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Answer from the image, with the map as a witness beside it where both can tell."""
    beside = ask.goal in COUNTED and kind_of(ask.of) == "both" and inquiry.where.map_covers
    if not beside or ask.of is None or ask.of.when is not None:
        return find_seen(ask, inquiry, work)
    mapped = _mapped(ask, inquiry, work)
    try:
        found = find_seen(ask, inquiry, work)
    except Stuck as why:
        if mapped is None or why.back is not None or not why.reason:
            raise
        mapped.why_not = why
        return mapped
    if found is None or (mapped is None and work.calls):
        return None
    found.witness = None if mapped is None else mapped.main
    return found


def _mapped(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Look the same up on the map; None while calls are outstanding, or when it cannot tell."""
    try:
        return find_mapped(ask, inquiry, work)
    except Stuck:
        return None


def _after_map(ask: Ask, inquiry: Inquiry, work: Work, why: Stuck) -> Found | None:
    """Look in the image where the map could not be asked at all."""
    if not inquiry.where.scenes or not _image_may_tell(ask, why):
        raise why
    try:
        found = find_seen(ask, inquiry, work)
    except Stuck as other:
        both = f"{why.reason.rstrip('.')}; in the image: {other.reason}" if other.reason else ""
        raise Stuck(both, why.refused, other.back) from other
    if found is not None:
        found.why_not = why
    return found


def _image_may_tell(ask: Ask, why: Stuck) -> bool:
    """Say whether an image can tell what the map could not be asked, or does not hold."""
    refused, of = why.refused, ask.of
    if refused is None or of is None:
        return False
    if refused.kind != "error" and refused.code != "layer_cannot_tell":
        return False
    cover = ask.goal == "share" and bool(cover_classes(of))
    return cover or (ask.goal in COUNTED and kind_of(of) == "both" and not kind_of_building(of))


__all__ = ["DESCRIBED", "QUARTERS", "Found", "Site", "Stuck", "Work", "find", "query_of", "things"]
