"""From the things asked about to the evidence whose set holds them."""

from __future__ import annotations

from typing import Any

from agent.evidence import Evidence
from agent.inquiry import Condition, Extreme, Relation, Subject
from agent.planner.work import Site, Stuck, Work
from store.geo.grow import MOST_M
from tools.concepts.find import find_concept
from tools.concepts.model import Match
from tools.concepts.tags import TagClause, TagQuery

_TAG_OPS = {
    "gt": "gt",
    "ge": "ge",
    "lt": "lt",
    "le": "le",
    "is": "eq",
    "is_not": "ne",
    "present": "exists",
    "missing": "absent",
}
SIZES = ("area", "length")
STREETS = ("street", "residential_street", "named_street", "pedestrian_street")
"""Kinds that are spoken of by whole streets, while the map keeps them in pieces."""


def things(
    subject: Subject, site: Site, work: Work, *, anchor: bool = False, around_m: float = 0.0
) -> Evidence | None:
    """Return the evidence whose set holds the subject's things.

    Args:
        subject: What is asked about.
        site: Where.
        work: What there is already.
        anchor: Whether others are held against these.
        around_m: How far beyond the region those that matter may lie.
    """
    main = looked_up(subject, site, work, anchor=anchor, around_m=around_m)
    if main is not None and _of_another_kind(main, subject, site, work, anchor=anchor):
        return None
    anchors = [
        things(relation.to, site, work, anchor=True, around_m=around_m + (relation.distance_m or 0))
        for relation in subject.relations
    ]
    if main is None or any(found is None for found in anchors):
        return None
    for relation, found in zip(subject.relations, anchors, strict=True):
        assert found is not None
        if relation.relation == "nearest" and subject.pick is not None:
            continue
        if found.value("count") == 0 and relation.to.named is not None:
            raise Stuck(
                f"nothing on the map held is called {relation.to.named}; it may lie outside the map"
            )
        if main.value("count") == 0:
            return main
        if relation.relation == "inside":
            has_area(relation, found)
        main = related(main, relation, found, work)
        if main is None:
            return None
    main = main if main.value("count") == 0 else _selected(main, subject, work)
    if main is None or subject.pick is None or main.value("count") == 0:
        return main
    near = next(
        (
            found
            for relation, found in zip(subject.relations, anchors, strict=True)
            if relation.relation == "nearest"
        ),
        None,
    )
    return picked(main, subject.pick, near, work, grouping(subject, subject.pick))


def _of_another_kind(
    main: Evidence, subject: Subject, site: Site, work: Work, *, anchor: bool
) -> bool:
    """Refuse "none" of a name that the map bears on another kind of thing.

    Returns whether a call about it is outstanding.
    """
    if subject.named is None or subject.tags is None or main.tool != "lookup_osm":
        return False
    if main.value("count") != 0:
        return False
    bare = subject.model_copy(update={"tags": None, "where": [], "label": "", "phrase": ""})
    other = looked_up(bare, site, work, anchor=anchor, around_m=0.0)
    if other is not None and other.value("count"):
        raise Stuck(
            f"the map bears the name {subject.named}, but on none of the {subject.label}; ask "
            "about the name alone"
        )
    return other is None


def has_area(relation: Relation, anchor: Evidence) -> None:
    """Refuse to look inside what the map has as points or lines only: nothing can lie there."""
    none = anchor.tool == "lookup_osm" and anchor.quantity("area_whole") is None
    if none and anchor.value("count"):
        words = relation.to.label or relation.to.phrase
        raise Stuck(
            f"the map has no outline of {words}, so what lies inside cannot be told; ask what lies "
            "within a distance of it"
        )


def looked_up(
    subject: Subject, site: Site, work: Work, *, anchor: bool, around_m: float = 0.0
) -> Evidence | None:
    """Return the evidence of the kind of thing alone, before relations and sizes."""
    if subject.refers is not None:
        found = work.ledger.get(subject.refers.split("#")[0])
        if found is None:
            raise Stuck(f"there is no evidence {subject.refers}")
        return found
    if subject.unmapped:
        raise Stuck(
            f"{subject.label} are seen in images but not kept in the map, and there is no "
            "tool yet that counts them in an image"
        )
    wide = anchor and site.surroundings and subject.part is None
    region = site.region or (
        site.extent
        if subject.part not in (None, "whole") or subject.position != "touching"
        else None
    )
    grows = anchor and region is not None and not wide and subject.part in (None, "whole")
    return work.need(
        "lookup_osm",
        f"which {subject.label or subject.phrase or 'things'} the map holds",
        of=_words(subject),
        tags=_query(subject),
        named=subject.named,
        where=[
            _condition(c)
            for c in subject.where
            if c.key not in SIZES and c.op in ("gt", "ge", "lt", "le")
        ]
        or None,
        region=None if wide else region,
        part=subject.part if region is not None and not wide else _no_part(subject),
        position=subject.position if subject.position != "touching" else None,
        layer=site.layer,
        grown_m=min(around_m, MOST_M) if around_m and grows else None,
    )


def _no_part(subject: Subject) -> str | None:
    if subject.part in (None, "whole"):
        return None
    raise Stuck("a half or quarter of what? Name a scene or a region whose part is meant")


def _by_words(subject: Subject) -> bool:
    """Say whether the words alone lead the tool to the same tags."""
    found = find_concept(subject.phrase) if subject.phrase and subject.tags is not None else None
    return isinstance(found, Match) and found.concept.query == query_of(subject)


def _words(subject: Subject) -> str | None:
    if subject.tags is None:
        return None
    return subject.phrase if _by_words(subject) else subject.label


def _query(subject: Subject) -> dict[str, Any] | None:
    query = query_of(subject)
    return None if query is None or _by_words(subject) else query.model_dump(mode="json")


def query_of(subject: Subject) -> TagQuery | None:
    """Return the tag query with the conditions that are plain tags written into it."""
    query = subject.tags
    if query is None:
        return None
    for condition in subject.where:
        if condition.op == "present":
            query = query.narrowed(TagClause(key=condition.key))
        elif condition.op == "missing":
            query = query.narrowed(TagClause(key=condition.key, absent="required"))
        elif condition.op == "is" and isinstance(condition.value, str):
            query = query.narrowed(TagClause(key=condition.key, values=(condition.value,)))
        elif condition.op == "is" and isinstance(condition.value, float):
            query = query.narrowed(TagClause(key=condition.key, values=(f"{condition.value:g}",)))
        elif condition.op == "is_not":
            query = query.narrowed(TagClause(key=condition.key, excluded=(_text(condition.value),)))
    return query


def _text(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _condition(condition: Condition) -> dict[str, Any]:
    return {"key": condition.key, "op": _TAG_OPS[condition.op], "value": condition.value}


def _selected(main: Evidence, subject: Subject, work: Work) -> Evidence | None:
    """Keep the things whose size is as asked."""
    found: Evidence | None = main
    for condition in subject.where:
        if condition.key not in SIZES or found is None:
            continue
        if condition.key == "length" and _in_pieces(subject) and found.tool != "measure":
            found = work.need(
                "measure",
                "the pieces of each street added up",
                features=f"{found.id}#set",
                of="length",
                group_by="name",
            )
            if found is None:
                return None
        found = work.need(
            "select",
            f"those with {condition.key} {condition.op} {_text(condition.value)} {condition.unit}",
            features=f"{found.id}#set", of=condition.key, op=_TAG_OPS[condition.op],
            value=condition.value,
        )  # fmt: skip
    return found


def related(main: Evidence, relation: Relation, anchor: Evidence, work: Work) -> Evidence | None:
    """Keep what lies to the others as said."""
    if relation.vague is not None and relation.distance_m is None:
        raise Stuck("how far is meant was not said")
    return work.need(
        "relate",
        "how the two lie to each other",
        left=f"{main.id}#set", right=f"{anchor.id}#set", relation=relation.relation,
        distance_m=relation.distance_m,
    )  # fmt: skip


def grouping(subject: Subject, pick: Extreme) -> str | None:
    """Say whether a street is meant as a whole: its pieces on the map bear its name."""
    return "name" if _in_pieces(subject) and pick.axis == "length" else None


def _in_pieces(subject: Subject) -> bool:
    return any(concept.split("+")[0] in STREETS for concept in subject.concepts)


def picked(
    main: Evidence,
    pick: Extreme,
    near: Evidence | None,
    work: Work,
    group: str | None = None,
) -> Evidence | None:
    """Measure along the axis and pick; a rank above 1 takes as many as that."""
    if pick.axis == "distance":
        if near is None:
            raise Stuck("nearest to what was not said")
        if pick.order == "least" and pick.k == 1 and pick.rank == 1:
            return work.need(
                "relate",
                "which one is nearest",
                left=f"{main.id}#set",
                right=f"{near.id}#set",
                relation="nearest",
            )
    return work.need(
        "measure",
        f"which one is {pick.word or pick.order}",
        features=f"{main.id}#set",
        of="tag" if pick.axis == "tag" else pick.axis,
        tag=pick.tag,
        to=f"{near.id}#set" if near is not None and pick.axis == "distance" else None,
        pick=pick.order,
        k=max(pick.k, pick.rank) if max(pick.k, pick.rank) > 1 else None,
        group_by=group,
    )
