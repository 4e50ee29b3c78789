"""From a thing asked to the evidence that answers it, and the calls that are still needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.evidence import Call, Evidence, Refused
from agent.inquiry import Ask, Condition, Extreme, Inquiry, Relation, Subject
from agent.planner.contract import Ledger
from agent.planner.known import subject_named
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
_SIZES = ("area", "length")
QUARTERS = ("north-west", "north-east", "south-west", "south-east")
DESCRIBED = ("buildings", "roads", "shops", "trees", "parks", "schools")


class Stuck(Exception):
    """A thing asked cannot be worked on further now.

    Args:
        reason: Why, in words for the person; empty while calls are outstanding.
        refused: The refusal that stands in the way.
    """

    def __init__(self, reason: str = "", refused: Refused | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


@dataclass
class Site:
    """Where map questions look: a region, and the layer that tells about its surroundings."""

    region: str | None = None
    layer: str | None = None
    extent: str | None = None
    """What a share or a half is of, where no region is named."""
    surroundings: bool = False
    """Whether anchors may be looked for beyond the region, in the same layer."""


@dataclass
class Work:
    """Looks for evidence of this turn by tool and arguments; what is missing becomes a call."""

    ledger: Ledger
    turn: int
    tools: Sequence[str] | None = None
    """Names of the tools there are; None when nothing is to be called any more."""
    calls: list[Call] = field(default_factory=list)
    touched: list[Evidence] = field(default_factory=list)
    """The evidence that was found, in the order it was needed."""

    def need(self, tool: str, why: str, **arguments: Any) -> Evidence | None:
        """Return the evidence of a call, or None when the call has yet to be made.

        Raises:
            Stuck: There is no such tool, or this turn's call was refused.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        for evidence in self.ledger.evidence:
            if evidence.turn == self.turn and evidence.tool == tool and evidence.arguments == given:
                self.touched.append(evidence)
                return evidence
        for refused in self.ledger.refusals:
            if refused.turn == self.turn and refused.tool == tool and refused.arguments == given:
                raise Stuck(refused.text, refused)
        if self.tools is not None and tool not in self.tools:
            raise Stuck(f"this needs the tool {tool}, which is not there")
        call = Call(tool=tool, arguments=given, why=why)
        if call not in self.calls:
            self.calls.append(call)
        return None


@dataclass
class Found:
    """The evidence that answers one thing asked."""

    ask: Ask
    main: Evidence | None = None
    other: Evidence | None = None
    result: Evidence | None = None
    """What was worked out of the two: a pick, a ratio, a difference."""
    base: Evidence | None = None
    """The set the result was picked from."""
    several: list[Evidence] = field(default_factory=list)


def site_of(inquiry: Inquiry, work: Work) -> Site:
    """Return where to look on the map: the region named, else the footprint of the scene."""
    where = inquiry.where
    if where.region is not None:
        return Site(region=where.region, layer=where.layer)
    if where.scenes:
        scene = work.need(
            "describe_scene", "what the scene shows, and where it lies", scene=where.scenes[0]
        )
        if scene is None:
            raise Stuck
        if scene.region is None or not scene.region.frame == "earth":
            raise Stuck(
                f"the scene {where.scenes[0]} has no place on the ground, so the map cannot "
                "be asked about it; "
                "give it a georeference at ingest (--crs, or a world file)"
            )
        return Site(
            region=f"{scene.id}#region", layer=where.layer, surroundings=where.layer is not None
        )
    return Site(layer=where.layer, surroundings=True, extent=where.extent)


def find(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the evidence for one thing asked; None while calls are outstanding."""
    if ask.goal == "change":
        return _change(ask, inquiry, work)
    if ask.goal in ("inventory",):
        held = work.need(
            "find_scenes", "what is held", period=inquiry.when[0] if inquiry.when else None
        )
        return None if held is None else Found(ask, held)
    if (ask.goal == "value" and ask.of is None) or (
        ask.goal == "describe" and inquiry.where.scenes and inquiry.where.region is None
    ):
        return _scene(ask, inquiry, work)
    site = site_of(inquiry, work)
    if ask.goal in ("share", "density") or (ask.extreme and ask.extreme.axis == "count"):
        site.region = site.region or site.extent
    if ask.goal == "describe":
        return _map_described(ask, site, work)
    if ask.goal in ("compare", "difference", "ratio", "every"):
        return _two(ask, site, work)
    if ask.goal in ("distance", "bearing"):
        return _between(ask, site, work)
    if ask.goal == "extreme":
        return _extreme(ask, site, work)
    if ask.of is None:
        raise Stuck("what it is about was not said")
    main = things(ask.of, site, work)
    if main is None:
        return None
    if ask.goal == "value":
        return _attribute(ask, main, work)
    if ask.goal in ("area", "length", "share", "density"):
        return _size(ask, main, site, work)
    return Found(ask, main)


# -- things ------------------------------------------------------------------------------------


def things(subject: Subject, site: Site, work: Work, *, anchor: bool = False) -> Evidence | None:
    """Return the evidence whose set holds the subject's things."""
    main = _looked_up(subject, site, work, anchor=anchor)
    anchors = [things(relation.to, site, work, anchor=True) for relation in subject.relations]
    if main is None or any(found is None for found in anchors):
        return None
    for relation, found in zip(subject.relations, anchors, strict=True):
        assert found is not None
        if relation.relation == "nearest" and subject.pick is not None:
            continue
        if main.value("count") == 0:
            return main
        main = _related(main, relation, found, work)
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
    return _picked(main, subject.pick, near, work)


def _looked_up(subject: Subject, site: Site, work: Work, *, anchor: bool) -> Evidence | None:
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
    return work.need(
        "lookup_osm",
        f"which {subject.label or subject.phrase or 'things'} the map holds",
        of=_words(subject),
        tags=_query(subject),
        named=subject.named,
        where=[
            _condition(c)
            for c in subject.where
            if c.key not in _SIZES and c.op in ("gt", "ge", "lt", "le")
        ]
        or None,
        region=None if wide else region,
        part=subject.part if region is not None and not wide else _no_part(subject),
        position=subject.position if subject.position != "touching" else None,
        layer=site.layer,
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
        if condition.key not in _SIZES or found is None:
            continue
        found = work.need(
            "select",
            f"those with {condition.key} {condition.op} {_text(condition.value)} {condition.unit}",
            features=f"{found.id}#set", of=condition.key, op=_TAG_OPS[condition.op],
            value=condition.value,
        )  # fmt: skip
    return found


def _related(main: Evidence, relation: Relation, anchor: Evidence, work: Work) -> Evidence | None:
    if relation.vague is not None and relation.distance_m is None:
        raise Stuck("how far is meant was not said")
    return work.need(
        "relate",
        "how the two lie to each other",
        left=f"{main.id}#set", right=f"{anchor.id}#set", relation=relation.relation,
        distance_m=relation.distance_m,
    )  # fmt: skip


def _picked(main: Evidence, pick: Extreme, near: Evidence | None, work: Work) -> Evidence | None:
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
    )


# -- goals -------------------------------------------------------------------------------------


def _extreme(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    assert ask.extreme is not None
    if ask.extreme.axis == "count":
        return _by_quarter(ask, site, work)
    nearest = [relation for relation in ask.of.relations if relation.relation == "nearest"]
    rest = ask.of.model_copy(
        update={"relations": [r for r in ask.of.relations if r.relation != "nearest"]}
    )
    base = things(rest, site, work)
    near = things(nearest[-1].to, site, work, anchor=True) if nearest else None
    if base is None or (nearest and near is None):
        return None
    if base.value("count") == 0:
        return Found(ask, base=base)
    result = _picked(base, ask.extreme, near, work)
    return None if result is None else Found(ask, result, other=near, result=result, base=base)


def _by_quarter(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    found = [things(ask.of.model_copy(update={"part": part}), site, work) for part in QUARTERS]
    several = [one for one in found if one is not None]
    return Found(ask, several[0], several=several) if len(several) == len(QUARTERS) else None


def _two(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    assert ask.other is not None
    main, other = things(ask.of, site, work), things(ask.other, site, work)
    if main is None or other is None:
        return None
    if ask.goal in ("compare", "difference") and ask.measure in ("area", "length"):
        main = _total(ask.measure, main, work)
        other = _total(ask.measure, other, work)
        if main is None or other is None:
            return None
    name = (
        "total"
        if ask.measure in ("area", "length") and ask.goal in ("compare", "difference")
        else "count"
    )
    if ask.goal not in ("difference", "ratio") or (
        ask.goal == "ratio" and other.value("count") == 0
    ):
        return Found(ask, main, other)
    expression = "a - b" if ask.goal == "difference" else "a / b"
    if ask.goal == "difference" and ask.order == "fewer":
        expression = "b - a"
    result = work.need(
        "calculate",
        "the figure asked for",
        expression=expression,
        names=["a", "b"],
        values=[f"{main.id}.{name}", f"{other.id}.{name}"],
    )
    return None if result is None else Found(ask, main, other, result)


def _total(measure: str, main: Evidence, work: Work) -> Evidence | None:
    return work.need("measure", f"their {measure}", features=f"{main.id}#set", of=measure)


def _between(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    assert ask.other is not None
    start, end = things(ask.of, site, work), things(ask.other, site, work, anchor=True)
    if start is None or end is None:
        return None
    if ask.goal == "distance":
        result = work.need(
            "relate",
            "how far apart they are",
            left=f"{start.id}#set",
            right=f"{end.id}#set",
            relation="nearest",
        )
    else:
        result = work.need(
            "measure", "the direction", features=f"{start.id}#set", of="bearing", to=f"{end.id}#set"
        )
    return None if result is None else Found(ask, start, end, result)


def _attribute(ask: Ask, main: Evidence, work: Work) -> Found | None:
    assert ask.of is not None
    if main.value("count") == 0 and ask.of.pick is None:
        return Found(ask, main)
    axis = ask.key if ask.key in _SIZES else "tag"
    result = work.need(
        "measure",
        f"their {ask.key}",
        features=f"{main.id}#set",
        of=axis,
        tag=None if axis != "tag" else ask.key,
    )
    return None if result is None else Found(ask, main, result=result)


def _size(ask: Ask, main: Evidence, site: Site, work: Work) -> Found | None:
    """Read a size off the look-up, or measure the set when it was narrowed after that."""
    if main.tool == "lookup_osm":
        return Found(ask, main)
    if ask.goal in ("area", "length"):
        if main.value("count") == 0:
            return Found(ask, main)
        result = _total(ask.goal, main, work)
        return None if result is None else Found(ask, main, result=result)
    raise Stuck(
        f"the {ask.goal} of things chosen by how they lie to others: no tool measures that yet"
    )


def _scene(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    if not inquiry.where.scenes:
        raise Stuck("no scene is held that this could be about")
    scenes = [
        work.need("describe_scene", "what the scene is", scene=scene)
        for scene in inquiry.where.scenes[:4]
    ]
    found = [scene for scene in scenes if scene is not None]
    return Found(ask, found[0], several=found) if len(found) == len(scenes) else None


def _map_described(ask: Ask, site: Site, work: Work) -> Found | None:
    part = ask.of.part if ask.of is not None else None
    found: list[Evidence] = []
    refused: list[Refused] = []
    waiting = False
    for words in DESCRIBED:
        try:
            one = things(subject_named(words).model_copy(update={"part": part}), site, work)
        except Stuck as stuck:
            if stuck.refused is None:
                raise
            refused.append(stuck.refused)
            continue
        waiting = waiting or one is None
        if one is not None:
            found.append(one)
    if waiting:
        return None
    if not found:
        raise Stuck(refused[0].text, refused[0])
    return Found(ask, found[0], several=found)


def _change(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    scenes = inquiry.where.scenes
    if len(scenes) != 2:
        raise Stuck("a change needs two scenes of the same place; name both")
    change = work.need(
        "detect_change",
        "what changed between the two",
        before=scenes[0],
        after=scenes[1],
        region=inquiry.where.region,
    )
    if (
        ask.of is not None
        and ask.of.tags is not None
        and ask.aspect not in ("exists", "list", "where")
    ):
        raise Stuck(
            f"changes can be found, but no tool here can tell which of them are {ask.of.label}"
        )
    relations = ask.of.relations if ask.of is not None else []
    anchors = [
        things(relation.to, Site(layer=inquiry.where.layer, surroundings=True), work, anchor=True)
        for relation in relations
    ]
    if change is None or any(anchor is None for anchor in anchors):
        return None
    if not relations or change.value("verdict") != "changed":
        return Found(ask, change)
    main: Evidence | None = change
    for relation, anchor in zip(relations, anchors, strict=True):
        assert anchor is not None
        if main is not None:
            main = _related(main, relation, anchor, work)
    return None if main is None else Found(ask, change, result=main)
