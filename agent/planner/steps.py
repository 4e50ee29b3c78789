"""From a thing asked to the evidence that answers it, and the calls that are still needed."""

from __future__ import annotations

from agent.evidence import Evidence, Refused
from agent.inquiry import Ask, Inquiry, Subject
from agent.planner.image_steps import COUNTED, find_seen, of_image, seen_things
from agent.planner.known import subject_named
from agent.planner.nouns import union
from agent.planner.seeing import kind_of
from agent.planner.sets import SIZES, grouping, picked, query_of, related, things
from agent.planner.sights import SIDES, sight_of
from agent.planner.work import EACH_OTHER, QUARTERS, Found, Site, Stuck, Work, site_of

DESCRIBED = ("buildings", "roads", "shops", "trees", "parks", "schools")


def find(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the evidence for one thing asked; None while calls are outstanding."""
    if of_image(ask, inquiry):
        return _seen(ask, inquiry, work)
    try:
        found = _find(ask, inquiry, work)
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
        if why.refused is None or mapped is None or why.refused.code == "needs_examples":
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
        return _find(ask, inquiry, work)
    except Stuck:
        return None


def _after_map(ask: Ask, inquiry: Inquiry, work: Work, why: Stuck) -> Found | None:
    """Look in the image where the map could not be asked at all."""
    failed = why.refused is not None and why.refused.kind == "error"
    if not failed or ask.goal not in COUNTED or kind_of(ask.of) != "both":
        raise why
    if not inquiry.where.scenes:
        raise why
    try:
        found = find_seen(ask, inquiry, work)
    except Stuck as other:
        raise (other if other.back is not None else why) from other
    if found is not None:
        found.why_not = why
    return found


def _find(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the evidence of the map, or about scenes; None while calls are outstanding."""
    if ask.goal == "change":
        return _change(ask, inquiry, work)
    if ask.goal == "inventory" or (ask.goal == "which_scene" and not inquiry.where.scenes):
        return _held(ask, inquiry, work)
    if (
        ask.goal == "which_scene"
        or (ask.goal == "value" and ask.of is None)
        or (ask.goal == "describe" and inquiry.where.scenes and inquiry.where.region is None)
    ):
        return _scene(ask, inquiry, work)
    site = site_of(inquiry, work)
    sided = _sided(ask, site, inquiry, work)
    if sided is None:
        return None
    ask = sided
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


def _sided(ask: Ask, site: Site, inquiry: Inquiry, work: Work) -> Ask | None:
    """Look on one side of a thing only, where "north of the river" was said.

    Returns None while calls are outstanding.
    """
    sides = [r for r in (ask.of.relations if ask.of else []) if r.relation in SIDES]
    if not sides or ask.of is None:
        return ask
    if not inquiry.where.scenes:
        raise Stuck("a side of what? Name a scene whose sides are meant")
    sight = sight_of(Subject(relations=sides), inquiry, work)
    if sight is None:
        return None
    site.region = sight.region
    rest = [relation for relation in ask.of.relations if relation not in sides]
    return ask.model_copy(update={"of": ask.of.model_copy(update={"relations": rest})})


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
    result = picked(base, ask.extreme, near, work, grouping(ask.of, ask.extreme))
    return None if result is None else Found(ask, result, other=near, result=result, base=base)


def _by_quarter(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    found = [things(ask.of.model_copy(update={"part": part}), site, work) for part in QUARTERS]
    several = [one for one in found if one is not None]
    return Found(ask, several[0], several=several) if len(several) == len(QUARTERS) else None


def _without_nearest(subject: Subject) -> Subject:
    kept = [relation for relation in subject.relations if relation.relation != "nearest"]
    return subject.model_copy(update={"relations": kept})


def _nearer(ask: Ask, main: Evidence, other: Evidence, site: Site, work: Work) -> Found | None:
    """Measure how far each of two lies from what they are compared by."""
    far: list[Evidence | None] = []
    for start, subject in ((main, ask.of), (other, ask.other)):
        assert subject is not None
        to = things(subject.relations[-1].to, site, work, anchor=True)
        far.append(
            to
            and work.need(
                "relate",
                "how far the one lies from the other",
                left=f"{start.id}#set",
                right=f"{to.id}#set",
                relation="nearest",
            )
        )
    one, two = far
    return None if one is None or two is None else Found(ask, one, two)


def _two(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    assert ask.other is not None
    bare = ask.measure == "distance"
    main, other = (
        things(_without_nearest(one) if bare else one, site, work) for one in (ask.of, ask.other)
    )
    if main is None or other is None:
        return None
    if ask.measure == "distance":
        return _nearer(ask, main, other, site, work)
    sized = ask.measure in ("area", "length")
    if sized:
        main = _sized(ask, ask.of, main, site, work)
        other = _sized(ask, ask.other, other, site, work)
        if main is None or other is None:
            return None
    name = "total" if sized else "count"
    if ask.goal not in ("difference", "ratio") or (ask.goal == "ratio" and other.value(name) == 0):
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


def _sized(ask: Ask, subject: Subject, main: Evidence, site: Site, work: Work) -> Evidence | None:
    """Add up the areas or lengths of one side; a name alone means the street that bears it."""
    if ask.measure == "length" and _by_name_alone(subject):
        street = _street_named(subject, site, work)
        if street is None:
            return None
        if _exactly_named(street, subject.named or ""):
            main = street
    return _total(ask.measure, main, work)


def _total(measure: str, main: Evidence, work: Work) -> Evidence | None:
    return work.need("measure", f"their {measure}", features=f"{main.id}#set", of=measure)


def _between(ask: Ask, site: Site, work: Work) -> Found | None:
    assert ask.of is not None
    assert ask.other is not None
    start, end = things(ask.of, site, work), things(ask.other, site, work, anchor=True)
    if start is None or end is None:
        return None
    if ask.key == EACH_OTHER and start.value("count") == 1:
        raise Stuck(f"there is only one of {ask.of.label}, so none has another beside it")
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


_OTHER_KEYS: dict[str, tuple[str, ...]] = {
    "website": ("contact:website", "url", "brand:website"),
    "phone": ("contact:phone", "contact:mobile", "mobile"),
    "email": ("contact:email",),
    "material": ("surface", "building:material", "building:facade:material"),
    "surface": ("material",),
    "operator": ("brand", "owner", "network"),
    "architect": ("architect:name",),
    "artist_name": ("artist", "sculptor"),
    "start_date": ("building:start_date", "opening_date", "year_of_construction"),
    "cuisine": ("food",),
    "wikipedia": ("wikidata",),
    "addr:street": ("addr:place", "addr:full"),
    "capacity": ("capacity:persons", "seats"),
}
"""Keys under which the same thing is kept, tried in this order where the first says nothing."""
_ADDRESS = ("addr:housenumber", "addr:postcode", "addr:city")
"""What an address says beside the street."""


def _attribute(ask: Ask, main: Evidence, work: Work) -> Found | None:
    assert ask.of is not None
    if main.value("count") == 0 and ask.of.pick is None:
        return Found(ask, main)
    if ask.key in SIZES:
        result = work.need("measure", f"their {ask.key}", features=f"{main.id}#set", of=ask.key)
        return None if result is None else Found(ask, main, result=result)
    first: Evidence | None = None
    for key in (ask.key or "", *_OTHER_KEYS.get(ask.key or "", ())):
        result = _tag_of(main, key, work)
        if result is None:
            return None
        first = first or result
        if _says(result):
            more = _rest_of_address(main, key, work)
            return None if more is None else Found(ask, main, result=result, several=more)
    return Found(ask, main, result=first)


def _tag_of(main: Evidence, key: str, work: Work) -> Evidence | None:
    return work.need("measure", f"their {key}", features=f"{main.id}#set", of="tag", tag=key)


def _says(result: Evidence) -> bool:
    """Say whether any of the things has the tag."""
    return result.value("distinct") != 0


def _rest_of_address(main: Evidence, key: str, work: Work) -> list[Evidence] | None:
    """Return house number, postcode and city of one thing; None while calls are outstanding."""
    if key != "addr:street" or main.value("count") != 1:
        return []
    found = [_tag_of(main, more, work) for more in _ADDRESS]
    return None if any(one is None for one in found) else [e for e in found if e and _says(e)]


def _size(ask: Ask, main: Evidence, site: Site, work: Work) -> Found | None:
    """Read a size off the look-up, or measure the set when it was narrowed after that."""
    if ask.goal in ("area", "length") and _by_name_alone(ask.of) and ask.of is not None:
        return _of_the_named(ask, main, site, work)
    if main.tool == "lookup_osm":
        return Found(ask, main)
    if ask.goal in ("area", "length"):
        if main.value("count") == 0:
            return Found(ask, main)
        result = _total(ask.goal, main, work)
        return None if result is None else Found(ask, main, result=result)
    if ask.goal == "share" and site.region is not None:
        if main.value("count") == 0:
            return Found(ask, main)
        result = work.need(
            "measure",
            "how much of the ground they cover",
            features=f"{main.id}#set",
            of="share",
            region=site.region,
        )
        return None if result is None else Found(ask, main, result=result)
    raise Stuck(
        f"the {ask.goal} of things chosen by how they lie to others: no tool measures that yet"
    )


def _by_name_alone(subject: Subject | None) -> bool:
    """Say whether a thing is known by its name only, so that several kinds may bear it."""
    return subject is not None and subject.named is not None and subject.tags is None


def _of_the_named(ask: Ask, main: Evidence, site: Site, work: Work) -> Found | None:
    """Measure what bears a name: the street of that name, the largest of several areas."""
    assert ask.of is not None
    if main.value("count") == 0:
        return Found(ask, main)
    if ask.goal == "area":
        if main.value("count") == 1:
            return Found(ask, main)
        result = work.need(
            "measure", "the largest that bears the name", features=f"{main.id}#set", of="area",
            pick="most",
        )  # fmt: skip
        return None if result is None else Found(ask, main, result=result)
    pieces = _street_named(ask.of, site, work)
    if pieces is None:
        return None
    if not _exactly_named(pieces, ask.of.named or ""):
        if main.value("count") == 1:
            return Found(ask, main)
        raise Stuck(f"several things are called {ask.of.named}; say which kind is meant")
    result = work.need(
        "measure",
        "the pieces of the street added up",
        features=f"{pieces.id}#set",
        of="length",
        group_by="name",
        pick="most",
    )
    return None if result is None else Found(ask, pieces, result=result)


def _street_named(subject: Subject, site: Site, work: Work) -> Evidence | None:
    """Look up the pieces of the street that bears a name."""
    street = union([subject_named("street"), subject_named("road")]).model_copy(
        update={"named": subject.named, "relations": subject.relations, "part": subject.part}
    )
    return things(street, site, work)


def _exactly_named(pieces: Evidence, name: str) -> bool:
    """Say whether the whole name was found, not a longer one that contains it."""
    longer = any(caveat.code == "name_contains" for caveat in pieces.caveats)
    return bool(pieces.value("count")) and not longer


def _scene(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    if not inquiry.where.scenes:
        raise Stuck("no scene is held that this could be about")
    scenes = [
        work.need("describe_scene", "what the scene is", scene=scene)
        for scene in inquiry.where.scenes[:8]
    ]
    found = [scene for scene in scenes if scene is not None]
    if len(found) < len(scenes):
        return None
    return Found(ask, found[0], several=found)


def _held(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Find what is held, of a time and of a sensor or name where these are said."""
    called = inquiry.where.called
    held = work.need(
        "find_scenes",
        "what is held",
        period=inquiry.when[0] if inquiry.when else None,
        sensor=inquiry.where.sensor,
        name=called if inquiry.where.sensor is None else None,
    )
    return None if held is None else Found(ask, held)


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
        and ask.aspect not in ("exists", "list", "where", "direction")
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
    if ask.order == "same" and change.quantity("changed_share") is not None:
        kept = work.need(
            "calculate",
            "the share that stayed as it was",
            expression="1 - a",
            names=["a"],
            values=[f"{change.id}.changed_share"],
        )
        return None if kept is None else Found(ask, change, result=kept)
    if not relations or change.value("verdict") != "changed":
        return Found(ask, change)
    main: Evidence | None = change
    for relation, anchor in zip(relations, anchors, strict=True):
        assert anchor is not None
        if main is not None:
            main = related(main, relation, anchor, work)
    return None if main is None else Found(ask, change, result=main)


__all__ = ["DESCRIBED", "QUARTERS", "Found", "Site", "Stuck", "Work", "find", "query_of", "things"]
