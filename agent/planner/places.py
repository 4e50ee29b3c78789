"""Which scenes, region and layer a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.evidence import Choice
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Conversation
from agent.planner.questions import Held
from agent.planner.scene_names import words_of_scenes
from store.errors import BadPeriod, BadRegion
from store.geo import EARTH, Period, Region
from store.scenes import Layer, Scene

if TYPE_CHECKING:
    from store.catalog import Catalog

_OF_SCENES = ("change", "inventory", "explain")
_AT_MOST = 8
_SAME_PLACE = 0.99


def held_names(catalog: Catalog) -> Held:
    """Return the names a question may use; an alias held twice names nothing."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    scenes = catalog.scenes()
    aliases: dict[str, tuple[str, ...]] = {}
    for scene in scenes:
        aliases[scene.alias] = (*aliases.get(scene.alias, ()), scene.id)
        names[scene.id] = scene.id
        if names.setdefault(scene.alias, scene.id) != scene.id:
            twice.add(scene.alias)
    layers = {name for layer in catalog.layers() for name in (layer.id, layer.alias)}
    return Held(
        {name: scene for name, scene in names.items() if name not in twice},
        frozenset(layers),
        aliases,
        words_of_scenes(scenes),
        {scene.id: scene.period for scene in scenes if scene.period is not None},
        _overlapping(scenes),
    )


def placed(inquiry: Inquiry, conversation: Conversation, catalog: Catalog, held: Held) -> Inquiry:
    """Fill in where the question looks, or ask which scene is meant."""
    scenes, layers = catalog.scenes(), catalog.layers()
    where = inquiry.where.model_copy(
        update={
            "region": conversation.region,
            "layers": [layer.id for layer in layers],
            "examples": list(conversation.examples),
        }
    )
    inquiry = inquiry.model_copy(update={"where": where})
    inquiry = _of_this_question(inquiry, conversation)
    inquiry = _in_named_place(inquiry, layers, held)
    if not inquiry.asked or inquiry.ask_back is not None:
        return inquiry
    if inquiry.where.missing:
        return _no_such(inquiry, scenes)
    if any(ask.goal == "which_scene" for ask in inquiry.asked):
        return _several(inquiry, conversation, scenes)
    if any(ask.goal == "change" for ask in inquiry.asked):
        return _pair(inquiry, conversation, scenes)
    if all(ask.goal in _OF_SCENES for ask in inquiry.asked):
        return _of_sensor(inquiry, scenes)
    inquiry = _first_of_two(inquiry, conversation, scenes)
    if inquiry.ask_back is not None:
        return inquiry
    inquiry = _seen_or_mapped(_one_scene(inquiry, conversation, scenes, layers), scenes, layers)
    by_id = {scene.id: scene for scene in scenes}
    named = inquiry.where.scenes[:1]
    return (
        _with_layer(inquiry, by_id.get(named[0]) if named else None, layers)
        if not named or named[0] in by_id
        else inquiry
    )


def _named_scenes(inquiry: Inquiry, conversation: Conversation, scenes: list[Scene]) -> list[str]:
    """Return the scenes the person named: in the question, else beside it, else before."""
    if inquiry.where.scenes:
        return inquiry.where.scenes
    by_name = {name: scene.id for scene in scenes for name in (scene.alias, scene.id)}
    given = [by_name.get(name, name) for name in conversation.scenes]
    if inquiry.where.among:
        return [scene for scene in given if scene in inquiry.where.among]
    if given:
        return given
    for turn in reversed(conversation.turns):
        if turn.inquiry is not None and turn.inquiry.where.scenes:
            return turn.inquiry.where.scenes
    return []


def _one_scene(
    inquiry: Inquiry, conversation: Conversation, scenes: list[Scene], layers: list[Layer]
) -> Inquiry:
    named = _named_scenes(inquiry, conversation, scenes)
    about_map = any(
        ask.goal == "describe" or (ask.of is not None and not _of_image(ask))
        for ask in inquiry.asked
    )
    if inquiry.where.region is not None and about_map:
        return _with_scenes(inquiry, named)
    if named:
        return _with_scenes(inquiry, named)
    if inquiry.where.layer is not None and about_map:
        return inquiry
    drawn = [] if about_map else _under(inquiry.where.region, scenes)
    called = [scene for scene in scenes if scene.id in inquiry.where.among]
    dated = _of_dates(inquiry, called or drawn or scenes)
    candidates = dated or called or drawn or scenes
    if len(candidates) == 1 or (candidates and _one_place(candidates)):
        return _with_scenes(inquiry, [candidates[0].id])
    if not candidates:
        return inquiry
    return _ask_which(inquiry, candidates, "Which scene is meant?")


def _under(region: str | None, scenes: list[Scene]) -> list[Scene]:
    """Return the scenes that a region lies in."""
    if region is None:
        return []
    try:
        place = Region.parse(region)
    except BadRegion:
        return []
    if place.frame != EARTH:
        name = place.frame.removeprefix("px:")
        return [scene for scene in scenes if name in (scene.id, scene.alias)]
    return [
        scene
        for scene in scenes
        if scene.is_georeferenced and scene.footprint.overlap(place) is not None
    ]


def _of_this_question(inquiry: Inquiry, conversation: Conversation) -> Inquiry:
    """Ask for judged crops where boxes were drawn; drop the scene of an earlier question."""
    firm = inquiry.firm or bool(conversation.examples) or conversation.answered
    stale = bool(conversation.scenes) and not inquiry.where.scenes
    asked = [_unplaced(ask) for ask in inquiry.asked] if stale else inquiry.asked
    return inquiry.model_copy(update={"firm": firm, "asked": asked})


def _unplaced(ask: Ask) -> Ask:
    """Forget in which scene something was seen, unless two scenes are compared."""
    sides = {"of": ask.of, "other": ask.other}
    scenes = {one.scene for one in sides.values() if one is not None}
    if scenes <= {None} or len(scenes) > 1:
        return ask
    held = {name: one for name, one in sides.items() if one is not None}
    bare = {name: one.model_copy(update={"scene": None}) for name, one in held.items()}
    return ask.model_copy(update=bare)


def _first_of_two(inquiry: Inquiry, conversation: Conversation, scenes: list[Scene]) -> Inquiry:
    """Name the scene that another one is held against: "is that fewer than in B?"."""
    asked: list[Ask] = []
    for ask in inquiry.asked:
        second = ask.other.scene if ask.other is not None and ask.other.when is None else None
        if second is None or ask.of is None or ask.of.scene:
            asked.append(ask)
            continue
        assert ask.other is not None
        if ask.of.concepts != ask.other.concepts:  # "more A than B in this scene"
            asked.append(ask.model_copy(update={"of": ask.of.model_copy(update={"scene": second})}))
            continue
        first = _scene_before(conversation, scenes, second)
        if first is None:
            others = [scene for scene in scenes if scene.id != second]
            return _ask_which(inquiry, others, f"Which scene is compared with {second}?")
        asked.append(ask.model_copy(update={"of": ask.of.model_copy(update={"scene": first})}))
    return inquiry.model_copy(update={"asked": asked})


def _scene_before(conversation: Conversation, scenes: list[Scene], other: str) -> str | None:
    """Return the scene that was spoken of before, or named beside the question."""
    by_name = {name: scene.id for scene in scenes for name in (scene.alias, scene.id)}
    named = [by_name.get(name, name) for name in conversation.scenes]
    for turn in reversed(conversation.turns):
        named += turn.inquiry.where.scenes if turn.inquiry is not None else []
    return next((name for name in named if name != other), None)


def _of_image(ask: Ask) -> bool:
    """Say whether a question can only be about a scene."""
    of_scene = ask.goal in ("look", "index", "cover")
    return of_scene or (ask.of is not None and (ask.of.unmapped or ask.of.witness == "image"))


def _seen_or_mapped(inquiry: Inquiry, scenes: list[Scene], layers: list[Layer]) -> Inquiry:
    """Tell whether a map layer can testify about the scene, or only the image itself."""
    where = inquiry.where
    chosen = [scene for scene in scenes if scene.id in where.scenes[:1]]
    if not chosen or where.layer is not None:
        return inquiry
    mapped = any(_covers(layer, chosen[0]) for layer in layers)
    update = {"where": where.model_copy(update={"map_covers": mapped})}
    return inquiry.model_copy(update=update)


def _covers(layer: Layer, scene: Scene) -> bool:
    return (
        scene.is_georeferenced
        and layer.extent is not None
        and layer.extent.overlap(scene.footprint) is not None
    )


def _one_place(scenes: list[Scene]) -> bool:
    """Say whether all scenes show the same ground."""
    first, *others = scenes
    return first.is_georeferenced and all(
        other.is_georeferenced and same_place(first.footprint, other.footprint) for other in others
    )


def same_place(one: Region, two: Region) -> bool:
    """Say whether two regions on the ground are the same but for a sliver."""
    if one.frame != two.frame or one.frame != EARTH:
        return False
    common = one.overlap(two)
    return common is not None and common.size() >= _SAME_PLACE * max(one.size(), two.size())


def _overlapping(scenes: list[Scene]) -> bool:
    """Say whether each scene shows a part of the ground that each other one shows."""
    return all(
        one.is_georeferenced
        and other.is_georeferenced
        and one.footprint.overlap(other.footprint) is not None
        for at, one in enumerate(scenes[:_AT_MOST])
        for other in scenes[at + 1 :]
    )


def _of_dates(inquiry: Inquiry, scenes: list[Scene]) -> list[Scene]:
    found: list[Scene] = []
    for text in inquiry.when:
        try:
            period = Period.parse(text)
        except BadPeriod:
            continue  # a number that looked like a date
        found += [
            s
            for s in scenes
            if s.period is not None and s.period.order(period) == "overlaps" and s not in found
        ]
    return found


def _pair(inquiry: Inquiry, conversation: Conversation, scenes: list[Scene]) -> Inquiry:
    """Choose the two scenes a change lies between, the earlier first where dates tell."""
    named = _named_scenes(inquiry, conversation, scenes)
    by_id = {scene.id: scene for scene in scenes}
    held = scenes
    scenes = [scene for scene in scenes if scene.id in inquiry.where.among] or scenes
    dated = _of_dates(inquiry, scenes)
    chosen = (
        [by_id[name] for name in named if name in by_id]
        if named
        else dated
        if len(dated) == 2
        else scenes
    )
    if named and len(named) == 2 and len(chosen) < 2:
        return _with_scenes(
            inquiry, named
        )  # one scene named twice, or one not held: the tool says so
    if len(named) == 2:
        return _with_scenes(inquiry, named)  # the tool puts them in order, and says so
    if len(chosen) == 2:
        return _with_scenes(inquiry, [scene.id for scene in _ordered(chosen)])
    scenes = scenes if len(scenes) > 1 else held
    if len(scenes) < 2:
        reason = "a change: I hold fewer than two scenes, and a change needs two of the same place"
        return inquiry.model_copy(update={"refusal_hint": reason})
    others = [scene for scene in scenes if scene.id not in named]
    first = f" with {named[0]}" if len(named) == 1 else ""
    return _ask_pair(inquiry, others, named, f"Which two scenes shall I compare{first}?")


def _several(inquiry: Inquiry, conversation: Conversation, scenes: list[Scene]) -> Inquiry:
    """Choose the scenes that are compared by a property: those named, else all that are held."""
    named = list(dict.fromkeys(_named_scenes(inquiry, conversation, scenes)))
    called = [scene.id for scene in scenes if scene.id in inquiry.where.among]
    chosen = named if len(named) > 1 else called
    return _with_scenes(inquiry, chosen if 1 < len(chosen) <= _AT_MOST else [])


def _ordered(scenes: list[Scene]) -> list[Scene]:
    one, two = scenes
    if (
        one.period is not None
        and two.period is not None
        and one.period.order(two.period) == "after"
    ):
        return [two, one]
    return [one, two]


def _with_layer(inquiry: Inquiry, scene: Scene | None, layers: list[Layer]) -> Inquiry:
    """Name the one layer that can tell about a scene, or the only one there is, with its extent."""
    where = inquiry.where
    if where.layer is None and scene is not None and scene.is_georeferenced:
        there = [layer for layer in layers if _covers(layer, scene)]
        if len(there) == 1:
            where = where.model_copy(update={"layer": there[0].id})
    elif scene is None:
        chosen = [layer for layer in layers if where.layer in (None, layer.id)]
        if len(chosen) == 1 and chosen[0].extent is not None:
            where = where.model_copy(update={"extent": chosen[0].extent.area.wkt})
    return inquiry.model_copy(update={"where": where})


def _with_scenes(inquiry: Inquiry, scenes: list[str]) -> Inquiry:
    return inquiry.model_copy(update={"where": inquiry.where.model_copy(update={"scenes": scenes})})


def _ask_which(inquiry: Inquiry, scenes: list[Scene], text: str) -> Inquiry:
    question = inquiry.question.rstrip("?!. ")
    choices = [
        Choice(label=scene.id, value=f"{question} in scene {scene.id}?") for scene in scenes[:8]
    ]
    return inquiry.model_copy(update={"ask_back": _more(text, scenes), "choices": choices})


def _of_sensor(inquiry: Inquiry, scenes: list[Scene]) -> Inquiry:
    """Tell whether the word that narrows a list of scenes is their sensor rather than a name."""
    word = (inquiry.where.called or "").casefold()
    sensors = {s.sensor for s in scenes if word and s.sensor and word in s.sensor.casefold()}
    if not sensors:
        return inquiry
    if len(sensors) > 1:
        names = ", ".join(sorted(sensors))
        text = f"Several sensors are called so: {names}. Which one is meant?"
        choices = [
            Choice(label=name, value=f"Which {name} scenes do you have?")
            for name in sorted(sensors)
        ]
        return inquiry.model_copy(update={"ask_back": text, "choices": choices[:8]})
    where = inquiry.where.model_copy(update={"sensor": sensors.pop(), "scenes": []})
    return inquiry.model_copy(update={"where": where})


def _no_such(inquiry: Inquiry, scenes: list[Scene]) -> Inquiry:
    """Say that no scene is called so, in the same words whatever the name looks like."""
    name = inquiry.where.missing[0]
    choices = [
        Choice(label=scene.id, value=inquiry.question.replace(name, scene.id))
        for scene in scenes[:8]
    ]
    text = f"I hold no scene called “{name}”. Which scene is meant?"
    return inquiry.model_copy(update={"ask_back": _more(text, scenes), "choices": choices})


def _ask_pair(inquiry: Inquiry, scenes: list[Scene], named: list[str], text: str) -> Inquiry:
    question = inquiry.question.rstrip("?!. ")
    if len(named) == 1:
        choices = [
            Choice(label=s.id, value=f"{question} ({named[0]}, {s.id})?") for s in scenes[:8]
        ]
    else:
        pairs = _comparable(scenes)
        choices = [
            Choice(label=f"{a.id} and {b.id}", value=f"{question} ({a.id}, {b.id})?")
            for a, b in pairs[:8]
        ]
    return inquiry.model_copy(update={"ask_back": _more(text, scenes), "choices": choices})


def _comparable(scenes: list[Scene]) -> list[tuple[Scene, Scene]]:
    """Return the pairs that show the same ground, or have the same size in pixels."""
    found = []
    for at, one in enumerate(scenes):
        for two in scenes[at + 1 :]:
            if one.is_georeferenced != two.is_georeferenced:
                continue
            same = (
                one.footprint.overlap(two.footprint) is not None
                if one.is_georeferenced
                else (one.width, one.height) == (two.width, two.height)
            )
            if same:
                found.append((one, two))
    return found


def _more(text: str, scenes: list[Scene]) -> str:
    return text + (f" I hold {len(scenes)}; these are the first eight." if len(scenes) > 8 else "")


def _in_named_place(inquiry: Inquiry, layers: list[Layer], held: Held) -> Inquiry:
    """Bring a place name to the layer that is called so."""
    place = inquiry.where.place
    if place is None:
        return inquiry
    called = [layer for layer in layers if place.casefold() in layer.alias.casefold()]
    if len(called) == 1:
        return inquiry.model_copy(
            update={"where": inquiry.where.model_copy(update={"layer": called[0].id})}
        )
    return inquiry


__all__ = ["Ask", "held_names", "placed", "same_place"]
