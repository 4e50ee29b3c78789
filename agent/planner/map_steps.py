"""From a thing asked of the map, or about scenes, to the evidence that answers it."""

from __future__ import annotations

from agent.evidence import Evidence, Refused
from agent.inquiry import Ask, Inquiry, Relation, Subject
from agent.planner.known import subject_named
from agent.planner.places import same_place
from agent.planner.sets import grouping, has_area, picked, related, things
from agent.planner.sights import SIDES, sight_of
from agent.planner.size_steps import attribute, size, sized
from agent.planner.work import EACH_OTHER, QUARTERS, Found, Site, Stuck, Work, site_of

DESCRIBED = ("buildings", "roads", "shops", "trees", "parks", "schools")


def find_mapped(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
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
    several = len(inquiry.where.scenes) > 1 and ask.of is not None
    site = site_of(inquiry, work, ask.of.scene if several and ask.of is not None else None)
    sided = _sided(ask, site, inquiry, work)
    if sided is None:
        return None
    ask = sided
    if ask.goal in ("share", "density") or (ask.extreme and ask.extreme.axis == "count"):
        site.region = site.region or site.extent
    if ask.goal == "describe":
        return _map_described(ask, site, work)
    if ask.goal in ("compare", "difference", "ratio", "every"):
        return _two(ask, (site, _other_site(ask, site, inquiry, work)), work)
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
        return attribute(ask, main, work)
    if ask.goal in ("area", "length", "share", "density"):
        return size(ask, main, site, work)
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
    if ask.other is not None:
        return _holding_most(ask, site, work)
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


def _holding_most(ask: Ask, site: Site, work: Work) -> Found | None:
    """Put the things of one kind to what they lie in, and count them for each."""
    assert ask.of is not None
    assert ask.other is not None
    assert ask.extreme is not None
    if ask.extreme.order == "least":
        raise Stuck(f"which of the {ask.of.label} has the fewest: those with none are not told")
    held, whole = things(ask.other, site, work), things(ask.of, site, work, anchor=True)
    if held is None or whole is None:
        return None
    if held.value("count") == 0 or whole.value("count") == 0:
        return Found(ask, held, whole)
    inside = Relation(relation="inside", to=ask.of)
    has_area(inside, whole)
    main = related(held, inside, whole, work)
    if main is None or main.value("count") == 0:
        return None if main is None else Found(ask, main, whole)
    result = work.need(
        "measure", "how many lie in each", features=f"{main.id}#set", of="tag", tag="nearest"
    )
    return None if result is None else Found(ask, main, whole, result)


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


def _other_site(ask: Ask, site: Site, inquiry: Inquiry, work: Work) -> Site:
    """Return where the second of two lies: in its own scene, where it is held against another.

    Raises:
        Stuck: Both scenes show the same place, of which a map says the same whenever it was seen.
    """
    scenes = [one.scene for one in (ask.of, ask.other) if one is not None and one.scene]
    if len(set(scenes)) < 2 or inquiry.where.region is not None:
        return site
    one, two = (
        work.need("describe_scene", "what the scene shows, and where it lies", scene=scene)
        for scene in scenes
    )
    if one is None or two is None:
        raise Stuck
    if one.region is not None and two.region is not None and same_place(one.region, two.region):
        raise Stuck(
            f"the scenes {scenes[0]} and {scenes[1]} show the same place, and the map says the "
            "same of it whenever it was photographed"
        )
    return site_of(inquiry, work, scenes[1])


def _two(ask: Ask, sites: tuple[Site, Site], work: Work) -> Found | None:
    assert ask.of is not None
    assert ask.other is not None
    bare = ask.measure == "distance"
    main, other = (
        things(_without_nearest(one) if bare else one, site, work)
        for one, site in zip((ask.of, ask.other), sites, strict=True)
    )
    if main is None or other is None:
        return None
    if ask.measure == "distance":
        return _nearer(ask, main, other, sites[0], work)
    by_size = ask.measure in ("area", "length")
    if by_size:
        main = sized(ask, ask.of, main, sites[0], work)
        other = sized(ask, ask.other, other, sites[1], work)
        if main is None or other is None:
            return None
    name = "total" if by_size else "count"
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
