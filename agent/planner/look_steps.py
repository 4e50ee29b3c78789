"""From a wish to see, a spectral index or land cover to the evidence."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from agent.evidence import Evidence
from agent.inquiry import Ask, Inquiry, Relation, Subject
from agent.planner.seeing import cover_classes
from agent.planner.sets import things
from agent.planner.sights import Sight, region_text, sight_of
from agent.planner.work import Found, Site, Stuck, Work
from store.errors import BadRegion, StoreError
from store.features.sets import FeatureSet
from store.geo import Region
from store.geo.frame import is_earth
from store.geo.grow import grown

AROUND_M = 30.0
"""How much of what lies around a thing is shown with it, on the ground."""
AROUND_PX = 60.0
_SETS = ("count_objects", "review_objects", "select", "measure", "relate", "lookup_osm",
         "detect_change")  # fmt: skip
_BOUNDS = {"gt": "above", "ge": "above", "lt": "below", "le": "below"}


def find_look(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the evidence for a crop, an index or land cover; None while calls are outstanding."""
    if ask.goal == "look":
        return _look(ask, inquiry, work)
    subject = ask.of or Subject()
    if ask.goal == "cover":
        return _on_sight(ask, subject, inquiry, work)
    main = _index(ask, subject, inquiry, work)
    if ask.other is None:
        return main
    other = _index(ask, ask.other, inquiry, work)
    if main is None or other is None:
        return None
    assert main.main is not None
    assert other.main is not None
    return Found(ask, main.main, other.main, seen=True)


# -- a closer look ---------------------------------------------------------------------------------


def _look(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    of = _at(ask.of)
    bare = (of or Subject()).model_copy(update={"relations": [], "part": None})
    sight = sight_of(bare, inquiry, work)
    if sight is None:
        return None
    shown: Evidence | None = None
    region = sight.region
    if of is not None and of.refers is not None:
        shown, region = _numbered(of, sight, work)
    elif of is not None and (of.part is not None or of.relations):
        narrowed = sight_of(of, inquiry, work)
        if narrowed is None:
            return None
        region = narrowed.region
    elif of is not None and (of.tags is not None or of.named is not None):
        shown = _mapped(of, sight, inquiry, work)
        if shown is None:
            return None
        region = _around(shown, 1, sight, work)
    main = _inspected(ask, inquiry, work, sight.scene, region)
    return None if main is None else Found(ask, main, other=shown, seen=True)


def _inspected(
    ask: Ask, inquiry: Inquiry, work: Work, scene: str, region: str | None
) -> Evidence | None:
    """Look, with the question put to eyes where there are any."""
    question = inquiry.question if ask.key == "question" else None
    try:
        return work.need("inspect", "a closer look", scene=scene, region=region, question=question)
    except Stuck as why:
        if question is None or why.refused is None:
            raise
    return work.need("inspect", "a closer look", scene=scene, region=region)


def _at(subject: Subject | None) -> Subject | None:
    """Return the place of "at the pier", which is what is to be shown with its surroundings."""
    if subject is None or subject.tags is not None or len(subject.relations) != 1:
        return subject
    relation = subject.relations[0]
    at = relation.relation in ("inside", "within_distance", "intersects")
    return relation.to if at and subject.refers is None else subject


def _mapped(subject: Subject, sight: Sight, inquiry: Inquiry, work: Work) -> Evidence | None:
    """Find a thing of the map that is to be shown."""
    if not (sight.on_earth and inquiry.where.map_covers):
        raise Stuck(
            f"I do not know where in {sight.scene} {subject.label or subject.phrase} lies: no map "
            "is held that could show it. Draw a box around it, or give it with --region"
        )
    site = Site(region=f"{sight.described.id}#region", layer=inquiry.where.layer)
    found = things(subject, site, work)
    if found is None or found.value("count") == 1 or subject.pick is not None:
        return found
    if found.value("count") == 0:
        raise Stuck(f"the map held there shows no {subject.label or subject.phrase}")
    return found


def _numbered(subject: Subject, sight: Sight, work: Work) -> tuple[Evidence, str]:
    """Return one of what was found before, by its number."""
    number = int((subject.refers or "#1").rpartition("#")[2])
    held = [e for e in work.ledger.evidence if e.tool in _SETS and work.ledger.features(e.id)]
    if not held:
        raise Stuck("nothing was found yet in this session that could be shown by its number")
    enough = [e for e in held if number <= len(work.ledger.features(e.id) or ())]
    latest = (enough or held)[-1]
    features = work.ledger.features(latest.id)
    if features is None or not 1 <= number <= len(features):
        count = 0 if features is None else len(features)
        raise Stuck(f"there is no number {number}: {latest.id} holds {count}")
    return latest, _around(latest, number, sight, work)


def _around(found: Evidence, number: int, sight: Sight, work: Work) -> str:
    """Return the surroundings of one thing as a region."""
    features = work.ledger.features(found.id)
    if features is None or not len(features):
        raise Stuck(f"{found.id} holds no place that could be shown")
    return region_text(_box_around(features, number), sight.scene)


def _box_around(features: FeatureSet, number: int) -> Region:
    shape = features.geometry[number - 1]
    if shape is None:
        raise Stuck(f"number {number} has no place that could be shown")
    west, south, east, north = shape.bounds
    if is_earth(features.frame):
        tiny = 1e-7
        box = shapely.box(west - tiny, south - tiny, east + tiny, north + tiny)
        try:
            return grown(Region.of(features.frame, box), AROUND_M)
        except StoreError as wrong:
            raise Stuck(str(wrong)) from wrong
    wide = max(east - west, north - south, AROUND_PX)
    try:
        return Region.pixels(
            features.frame, max(west - wide, 0), max(south - wide, 0), east + wide, north + wide
        )
    except BadRegion as wrong:
        raise Stuck(str(wrong)) from wrong


# -- indices and land cover ------------------------------------------------------------------------


def _index(ask: Ask, subject: Subject, inquiry: Inquiry, work: Work) -> Found | None:
    """Measure an index over the scene, or over what the map shows of a kind."""
    sight = _over(subject, inquiry, work)
    if sight is None:
        return None
    bound = ask.bound
    limits = {} if bound is None else {_BOUNDS.get(bound.op, "above"): bound.value}
    main = work.need(
        "spectral_index",
        f"the {ask.key} there",
        scene=sight.scene,
        index=ask.key,
        region=sight.region,
        **limits,
    )
    return None if main is None else Found(ask, main, seen=True, several=sight.anchors)


def _over(subject: Subject, inquiry: Inquiry, work: Work) -> Sight | None:
    """Return where a figure is of: the scene, a part of it, or the things of a kind in it."""
    if subject.tags is None and subject.named is None:
        return sight_of(subject, inquiry, work)
    inside = subject.model_copy(update={"part": None, "scene": None})
    place = Subject(
        scene=subject.scene, part=subject.part, relations=[Relation(relation="inside", to=inside)]
    )
    return sight_of(place, inquiry, work)


def _on_sight(ask: Ask, subject: Subject, inquiry: Inquiry, work: Work) -> Found | None:
    sight = sight_of(subject, inquiry, work)
    if sight is None:
        return None
    main = work.need(
        "map_land_cover", "what covers the ground", scene=sight.scene, region=sight.region
    )
    return None if main is None else Found(ask, main, seen=True, whole=sight.taken_whole)


def cover_found(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the land cover that a share of the ground, or a comparison of two, is read from."""
    found: list[Figured] = []
    waiting = False
    for subject in (ask.of, ask.other):
        if subject is None:
            continue
        one = _class_found(ask, subject, inquiry, work)
        waiting = waiting or one is None
        found += [one] if one is not None else []
    if waiting:
        return None
    several = [one.figure for one in found]
    other = found[1].cover if len(found) > 1 else None
    return Found(ask, found[0].cover, other, several=several, seen=True)


@dataclass(frozen=True)
class Figured:
    """Land cover, and the evidence that holds the share asked about: itself, or a sum."""

    cover: Evidence
    figure: Evidence


def _class_found(ask: Ask, subject: Subject, inquiry: Inquiry, work: Work) -> Figured | None:
    bare = subject.model_copy(update={"tags": None, "where": []})
    if not cover_classes(subject.model_copy(update={"relations": []})):
        raise Stuck(f"how much of the ground in an image {subject.label} cover: no tool tells that")
    one = _on_sight(ask, bare, inquiry, work)
    if one is None or one.main is None:
        return None
    classes = classes_in(one.main, subject)
    if not classes:
        scene = one.main.arguments.get("scene")
        raise Stuck(f"the land cover of {scene} has no class for {subject.label}")
    if len(classes) == 1:
        return Figured(one.main, one.main)
    names = ["a", "b", "c"][: len(classes)]
    figure = work.need(
        "calculate",
        "the share of both together",
        expression=" + ".join(names),
        names=names,
        values=[f"{one.main.id}.share_{name}" for name in classes],
    )
    return None if figure is None else Figured(one.main, figure)


def classes_in(main: Evidence, subject: Subject) -> tuple[str, ...]:
    """Return the classes of a land cover that a subject means, empty where it has none."""
    told = cover_classes(subject.model_copy(update={"relations": []}))
    fits = (names for names in told if all(main.quantity(f"share_{n}") for n in names))
    return next(fits, ())
