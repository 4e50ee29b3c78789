"""Where in which scene to look: a region of it, from halves, mapped places and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from agent.evidence import Choice, Evidence, QuestionBack
from agent.inquiry import Inquiry, Relation, Subject
from agent.planner.restate import subject_text
from agent.planner.sets import things
from agent.planner.sides import side_of
from agent.planner.times import scene_at
from agent.planner.work import Site, Stuck, Work
from store.errors import BadRegion
from store.geo import Region
from store.geo.frame import is_earth
from store.geo.grow import grown
from store.geo.region import Part

_LONGEST_WKT = 19_000
_AREAS = ("Polygon", "MultiPolygon")
SIDES = ("north_of", "south_of", "east_of", "west_of")


@dataclass(frozen=True)
class Sight:
    """A scene, and the part of it that is looked at."""

    scene: str
    described: Evidence
    region: str | None = None
    """As tools take it; None for the whole scene."""
    anchors: list[Evidence] = field(default_factory=list)
    """The mapped places that bound it."""
    taken_whole: str = ""
    """What was taken to be the whole scene, in words."""

    @property
    def on_earth(self) -> bool:
        """Whether the scene has its place on the ground."""
        return self.described.region is not None and is_earth(self.described.region.frame)


def sight_of(subject: Subject, inquiry: Inquiry, work: Work) -> Sight | None:
    """Return where a subject is to be seen; None while calls are outstanding.

    Raises:
        Stuck: There is no such scene, or the place cannot be found in it.
    """
    scene = subject.scene or next(iter(inquiry.where.scenes), None)
    if scene is None:
        raise Stuck("no scene is held in which I could look")
    described = work.need("describe_scene", "what the scene shows, and where it lies", scene=scene)
    if described is None:
        return None
    if subject.when is not None:
        other = scene_at(subject.when, scene, described, work)
        if other is None:
            return None
        described = work.need("describe_scene", "what the earlier scene shows", scene=other)
        if described is None:
            return None
        scene = other
    return _within(Sight(scene, described, inquiry.where.region), subject, inquiry, work)


def _within(sight: Sight, subject: Subject, inquiry: Inquiry, work: Work) -> Sight | None:
    """Narrow a sight to the part and the places a subject speaks of."""
    if subject.relations:
        narrowed = _placed(sight, subject, inquiry, work)
        if narrowed is None:
            return None
        sight = narrowed
    if subject.part in (None, "whole"):
        return sight
    assert subject.part is not None
    whole = _area(sight, work)
    return _with_region(sight, whole.part(_as_part(subject.part)))


def _as_part(part: str) -> Part:
    return part  # type: ignore[return-value]


def _area(sight: Sight, work: Work) -> Region:
    """Return the area looked at so far."""
    if sight.region is None:
        if sight.described.region is None:
            raise Stuck(f"the extent of {sight.scene} is not known")
        return sight.described.region
    if not sight.region.startswith("E"):
        return Region.parse(sight.region)
    name, _, row = sight.region.partition("#")
    held = work.ledger.get(name)
    if row == "region" and held is not None and held.region is not None:
        return held.region
    features = work.ledger.features(name)
    if features is None or not row.isdigit():
        raise Stuck(f"{sight.region} is no place I know")
    return Region.of(features.frame, features.geometry[int(row) - 1])


def _with_region(sight: Sight, region: Region, *anchors: Evidence) -> Sight:
    text = region_text(region, sight.scene)
    return Sight(sight.scene, sight.described, text, [*sight.anchors, *anchors], sight.taken_whole)


def region_text(region: Region, scene: str) -> str:
    """Write a region as tools take it.

    Raises:
        Stuck: Its outline has too many corners to be written out.
    """
    if not is_earth(region.frame):
        col0, row0, col1, row1 = region.bounds
        return f"px:{scene}:{col0:g},{row0:g},{col1:g},{row1:g}"
    text = shapely.to_wkt(region.area, rounding_precision=7)
    if len(text) > _LONGEST_WKT:
        area = shapely.simplify(region.area, 1e-6)
        text = shapely.to_wkt(area, rounding_precision=6)
    if len(text) > _LONGEST_WKT:
        raise Stuck("the outline of that place has too many corners; draw a box around it")
    return str(text)


# -- places of the map -----------------------------------------------------------------------------


def _placed(sight: Sight, subject: Subject, inquiry: Inquiry, work: Work) -> Sight | None:
    """Narrow a sight by the places things lie in, near, outside or beside."""
    for relation in subject.relations:
        told = _words(relation)
        if inquiry.where.region is not None and relation.relation == "inside":
            continue  # the region that was drawn is what the words mean
        if not (sight.on_earth and inquiry.where.map_covers):
            if relation.relation == "inside" and relation.to.shown:
                sight = Sight(sight.scene, sight.described, sight.region, sight.anchors, told)
                continue
            raise Stuck(back=_draw(relation, sight, "no map is held that could show it"))
        narrowed = _by_map(sight, relation, inquiry, work)
        if narrowed is None:
            return None
        sight = narrowed
    return sight


def _words(relation: Relation) -> str:
    return relation.to.phrase or relation.to.label or "that place"


def _draw(relation: Relation, sight: Sight, why: str) -> QuestionBack:
    name = subject_text(relation.to)
    return QuestionBack(
        text=f"I do not know where in {sight.scene} to find {name}: {why}. Draw a box around the "
        "place that is meant, or give it with --region."
    )


def _by_map(sight: Sight, relation: Relation, inquiry: Inquiry, work: Work) -> Sight | None:
    site = Site(region=f"{sight.described.id}#region", layer=inquiry.where.layer, surroundings=True)
    anchor = things(relation.to, site, work, anchor=True)
    if anchor is None:
        return None
    features = work.ledger.features(anchor.id)
    shapes = [] if features is None else [g for g in features.geometry if g is not None]
    shapes = [shape for shape in shapes if _meets(shape, sight)]
    if not shapes:
        raise Stuck(back=_draw(relation, sight, "the map held there shows none"))
    if relation.relation == "inside" and len(shapes) == 1 and features is not None:
        row = next(n for n, shape in enumerate(features.geometry, 1) if shape is shapes[0])
        if shapes[0].geom_type in _AREAS and sight.region is None:
            anchors = [*sight.anchors, anchor]
            return Sight(sight.scene, sight.described, f"{anchor.id}#{row}", anchors)
    area = _area(sight, work)
    return _with_region(sight, _cut(area, relation, shapes), anchor)


def _meets(shape: shapely.Geometry, sight: Sight) -> bool:
    region = sight.described.region
    return region is None or bool(shapely.intersects(shape, region.area))


def _cut(area: Region, relation: Relation, shapes: Sequence[shapely.Geometry]) -> Region:
    """Return the part of an area that lies to mapped shapes as said.

    Raises:
        Stuck: Nothing of it lies so, or that cannot be told from the map.
    """
    words = _words(relation)
    areas = [shape for shape in shapes if shape.geom_type in _AREAS]
    if relation.relation in SIDES:
        found = side_of(area.area, shapes, relation.relation)
        if found is None:
            raise Stuck(
                f"{words} does not cut the scene in two, so I cannot tell its sides apart; draw a "
                "box around what is meant, or give it with --region"
            )
        return Region.of(area.frame, found)
    if relation.relation in ("within_distance", "beyond_distance") and relation.distance_m:
        near = _near(area, shapes, relation.distance_m)
        kept = (
            shapely.intersection(area.area, near)
            if relation.relation == "within_distance"
            else shapely.difference(area.area, near)
        )
    elif relation.relation in ("inside", "intersects") and areas:
        kept = shapely.intersection(area.area, shapely.union_all(areas))
    elif relation.relation == "disjoint" and areas:
        kept = shapely.difference(area.area, shapely.union_all(areas))
    else:
        raise Stuck(
            f"how things seen in an image lie to {words}: only inside, outside, to a side of it or "
            "within a distance can be told"
        )
    try:
        return Region.of(area.frame, kept)
    except BadRegion as wrong:
        raise Stuck(f"nothing of the scene lies so to {words}") from wrong


def _near(area: Region, shapes: Sequence[shapely.Geometry], by_m: float) -> shapely.Geometry:
    drawn = [shapely.buffer(shape, 1e-7) for shape in shapes]
    return grown(Region.of(area.frame, shapely.union_all(drawn)), by_m).area


def ask_which_scene(question: str, scenes: Sequence[str], text: str) -> QuestionBack:
    """Offer scenes to look in."""
    bare = question.rstrip("?!. ")
    choices = [Choice(label=name, value=f"{bare} in scene {name}?") for name in scenes[:8]]
    return QuestionBack(text=text, choices=choices)
