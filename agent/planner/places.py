"""Which scenes, region and layer a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.evidence import Choice
from agent.inquiry import Ask, Inquiry, Where
from agent.planner.contract import Conversation
from agent.planner.questions import Held
from agent.planner.scene_names import words_of_scenes
from store.errors import BadPeriod
from store.geo import Period
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
    )


def placed(inquiry: Inquiry, conversation: Conversation, catalog: Catalog, held: Held) -> Inquiry:
    """Fill in where the question looks, or ask which scene is meant."""
    scenes, layers = catalog.scenes(), catalog.layers()
    where = inquiry.where.model_copy(
        update={"region": conversation.region, "layers": [layer.id for layer in layers]}
    )
    inquiry = inquiry.model_copy(update={"where": where})
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
    inquiry = _one_scene(inquiry, conversation, scenes, layers)
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
    about_map = any(ask.of is not None or ask.goal == "describe" for ask in inquiry.asked)
    if inquiry.where.region is not None and about_map:
        return _with_scenes(inquiry, named)
    if named:
        return _with_scenes(inquiry, named)
    if inquiry.where.layer is not None and about_map:
        return inquiry
    called = [scene for scene in scenes if scene.id in inquiry.where.among]
    dated = _of_dates(inquiry, called or scenes)
    candidates = dated or called or scenes
    if len(candidates) == 1 or (candidates and _one_place(candidates)):
        return _with_scenes(inquiry, [candidates[0].id])
    if not candidates:
        return inquiry
    return _ask_which(inquiry, candidates, "Which scene is meant?")


def _one_place(scenes: list[Scene]) -> bool:
    """Say whether all scenes show the same ground."""
    first, *others = scenes
    if not first.is_georeferenced:
        return False
    for other in others:
        if not other.is_georeferenced:
            return False
        common = first.footprint.overlap(other.footprint)
        if common is None or common.size() < _SAME_PLACE * max(
            first.footprint.size(), other.footprint.size()
        ):
            return False
    return True


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
        there = [
            layer
            for layer in layers
            if layer.extent is not None and layer.extent.overlap(scene.footprint) is not None
        ]
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


def where_text(where: Where) -> str:
    """Return the scenes of a question in words."""
    return ", ".join(where.scenes)


__all__ = ["Ask", "held_names", "placed", "where_text"]
