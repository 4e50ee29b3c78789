"""Sentences and claims about scenes: what they are, what is held, which of several."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.numbers import unit_asked
from agent.answer.outcome import Outcome, holds, of_quantity, ref, said, verdict
from agent.evidence import Claim, Evidence
from agent.inquiry import Ask, Inquiry
from agent.planner.restate import claim_text
from agent.planner.steps import Found
from store.errors import BadPeriod
from store.geo import Period

_LISTED = 20
_NAMES = {
    "gsd": "size of a pixel", "effective_gsd": "smallest detail", "band_count": "number of bands",
    "crs": "coordinate system", "area": "ground covered", "dtype": "data type of the pixels",
    "nodata_share": "share of pixels without data", "valid_share": "share of pixels with data",
    "format": "file format", "sensor": "sensor", "width_m": "width on the ground",
    "height_m": "height on the ground", "bands": "bands",
}  # fmt: skip
_FOREMOST = {
    ("date", "which_more"): ("newest", "the latest"),
    ("date", "which_fewer"): ("oldest", "the earliest"),
    ("gsd", "which_fewer"): ("finest", "the one with the finest pixels"),
    ("gsd", "which_more"): ("coarsest", "the one with the coarsest pixels"),
    ("area", "which_more"): ("largest", "the one that covers the most ground"),
    ("area", "which_fewer"): ("smallest", "the one that covers the least ground"),
    ("band_count", "which_more"): ("", "the one with the most bands"),
    ("band_count", "which_fewer"): ("", "the one with the fewest bands"),
}


def name_of(scene: Evidence) -> str:
    """Return the id of the scene that evidence describes, to be written in a draft."""
    return plain(scene.scenes[0].id if scene.scenes else "the scene")


# -- properties ------------------------------------------------------------------------------------


def scene_value(found: Found, inquiry: Inquiry) -> Outcome:
    """Say one property of the scene or scenes."""
    outcomes = [_property(scene, found) for scene in found.several]
    return Outcome(
        " ".join(text for text, _ in outcomes),
        [claim for _, claim in outcomes],
        settled=all(claim.value is not None for _, claim in outcomes),
        used=found.several,
    )


def _property(scene: Evidence, found: Found) -> tuple[str, Claim]:
    key = found.ask.key or ""
    special = {
        "date": _date, "size_px": _size_px, "width_m": _side, "height_m": _side, "bands": _bands,
        "georeferenced": _georeferenced, "center": _center, "bbox": _bounds, "unknown": _unknown,
    }.get(key)  # fmt: skip
    return special(scene, found) if special is not None else _figure(scene, found, key)


def _figure(scene: Evidence, found: Found, key: str) -> tuple[str, Claim]:
    if scene.quantity(key) is None:
        return _not_known(scene, f"its {_NAMES.get(key, plain(key))}")
    if found.ask.claim is not None and found.ask.claim.value is not None:
        return _held_against(scene, scene, key, found.ask)
    quantity = scene.quantity(key)
    if key == "area" and quantity is not None and quantity.unit == "px2":
        text, claim = _size_px(scene, found)
        more = "How much ground that is, is not known: nobody said how large a pixel is."
        return f"{text} {more}", claim
    text = (
        f"**{ref(scene, key, unit_asked(found.ask.unit) or '')}** is the "
        f"{_NAMES.get(key, plain(key))} of {name_of(scene)} [{scene.id}]."
    )
    if key == "gsd" and scene.quantity("effective_gsd") is not None:
        text += f" The smallest detail in it measures about {ref(scene, 'effective_gsd')}."
    return text, of_quantity(scene, key, "answer", text, name_of(scene))


def _not_known(scene: Evidence, what: str) -> tuple[str, Claim]:
    text = f"**Unknown**: {name_of(scene)} does not say {what} [{scene.id}]."
    return text, said(None, text, name_of(scene), [scene.id])


def _held_against(scene: Evidence, evidence: Evidence, key: str, ask: Ask) -> tuple[str, Claim]:
    """Hold a property against a number the person named."""
    quantity = evidence.quantity(key)
    assert quantity is not None
    assert ask.claim is not None
    true = holds(ask.claim, quantity)
    lead = "Cannot be told" if true is None else "Yes" if true else "No"
    text = (
        f"**{lead}**: the {_NAMES.get(ask.key or key, plain(key))} of {name_of(scene)} is "
        f"{ref(evidence, key)} [{evidence.id}]; asked was {plain(claim_text(ask.claim))}."
    )
    where = [f"{evidence.id}.{key}"]
    return text, said(true, text, name_of(scene), where, verdict=verdict(true))


def _date(scene: Evidence, found: Found) -> tuple[str, Claim]:
    name, period = name_of(scene), scene.period
    if period is None:
        text = f"**Unknown**: nobody said when {name} was taken [{scene.id}]."
        return text, said(None, text, name, [scene.id])
    claim = found.ask.claim
    if claim is not None and claim.text:
        true = _within(period, claim.text)
        lead = "Cannot be told" if true is None else "Yes" if true else "No"
        text = (
            f"**{lead}**: the date of {name} is {period} [{scene.id}]; asked was "
            f"{plain(claim.text)}."
        )
        return text, said(true, text, name, [scene.id], verdict=verdict(true))
    text = f"**{period}** is the date of {name} [{scene.id}]."
    return text, said(str(period), text, name, [scene.id])


def _within(period: Period, text: str) -> bool | None:
    """Tell whether a period lies in the one that was said; None when it only may."""
    try:
        asked = Period.parse(text)
    except BadPeriod:
        return None
    if period.order(asked) != "overlaps":
        return False
    return True if asked.start <= period.start and period.end <= asked.end else None


def _size_px(scene: Evidence, found: Found) -> tuple[str, Claim]:
    text = (
        f"**{ref(scene, 'width')}** wide and **{ref(scene, 'height')}** high: {name_of(scene)} "
        f"[{scene.id}]."
    )
    return text, of_quantity(scene, "width", "answer", text, name_of(scene))


def _side(scene: Evidence, found: Found) -> tuple[str, Claim]:
    side = "width" if found.ask.key == "width_m" else "height"
    key = f"ground_{side}"
    if scene.quantity(key) is None:
        return _not_known(scene, "the size of its pixels on the ground")
    if found.ask.claim is not None and found.ask.claim.value is not None:
        return _held_against(scene, scene, key, found.ask)
    text = (
        f"**{ref(scene, key, unit_asked(found.ask.unit) or '')}** is the {side} on the ground of "
        f"{name_of(scene)}, across its middle; that is {ref(scene, side)} [{scene.id}]."
    )
    return text, of_quantity(scene, key, "answer", text, name_of(scene))


def _bands(scene: Evidence, found: Found) -> tuple[str, Claim]:
    text = f"**{ref(scene, 'band_count')}** bands are in {name_of(scene)}"
    text += (
        f": {ref(scene, 'bands')} [{scene.id}]." if scene.quantity("bands") else f" [{scene.id}]."
    )
    return text, of_quantity(scene, "band_count", "answer", text, name_of(scene))


def _georeferenced(scene: Evidence, found: Found) -> tuple[str, Claim]:
    true = scene.value("georeferenced") is True
    how = f", in {ref(scene, 'crs')}" if scene.quantity("crs") is not None else ""
    text = (
        f"**Yes**: {name_of(scene)} has its place on the ground{how} [{scene.id}]."
        if true
        else f"**No**: {name_of(scene)} has no place on the ground [{scene.id}]."
    )
    return text, said(true, text, name_of(scene), [f"{scene.id}.georeferenced"])


def _center(scene: Evidence, found: Found) -> tuple[str, Claim]:
    if scene.quantity("center_latitude") is None:
        return _not_known(scene, "where on the ground it lies")
    text = (
        f"**Latitude {ref(scene, 'center_latitude')}, longitude {ref(scene, 'center_longitude')}** "
        f"is the centre of {name_of(scene)} [{scene.id}]."
    )
    where = [f"{scene.id}.center_latitude", f"{scene.id}.center_longitude"]
    value = f"{scene.value('center_latitude'):.5f}, {scene.value('center_longitude'):.5f}"
    return text, said(value, text, name_of(scene), where)


def _bounds(scene: Evidence, found: Found) -> tuple[str, Claim]:
    if scene.quantity("west") is None:
        return _not_known(scene, "where on the ground it lies")
    text = (
        f"**Longitude {ref(scene, 'west')} to {ref(scene, 'east')}, latitude {ref(scene, 'south')} "
        f"to {ref(scene, 'north')}** is what {name_of(scene)} spans [{scene.id}]."
    )
    ends = ("west", "south", "east", "north")
    value = ", ".join(f"{scene.value(end):.5f}" for end in ends)
    return text, said(value, text, name_of(scene), [f"{scene.id}.{end}" for end in ends])


def _unknown(scene: Evidence, found: Found) -> tuple[str, Claim]:
    unknown = [c.code for c in scene.caveats if c.code.startswith("unknown_")]
    if not unknown:
        text = f"**Nothing** that I keep of a scene is unknown of {name_of(scene)} [{scene.id}]."
        return text, said("nothing", text, name_of(scene), [scene.id])
    names = ", ".join(code.removeprefix("unknown_") for code in unknown)
    told = "; ".join(f"{{{scene.id}!{code}}}" for code in unknown)
    text = f"**Not known** of {name_of(scene)}: {names} [{scene.id}]. In words: {told}."
    return text, said(names, text, name_of(scene), [scene.id])


# -- descriptions ----------------------------------------------------------------------------------


def described(found: Found, inquiry: Inquiry) -> Outcome:
    """Describe a scene, or what the map holds."""
    if found.main is not None and found.main.tool == "describe_scene":
        return _scene_described(found)
    parts = [
        f"{ref(one, 'count')} {plain(_kind(one))} [{one.id}]"
        for one in found.several
        if one.quantity("count")
    ]
    text = (
        "Among what the map records here are "
        + ", ".join(parts)
        + ". Ask for any other kind by its name."
    )
    kinds = "; ".join(plain(_kind(one)) for one in found.several)
    claims = [said(kinds, text, "what is here", [f"{one.id}.count" for one in found.several])]
    claims += [
        of_quantity(one, "count", "support", "how many", _kind(one)) for one in found.several
    ]
    return Outcome(text, claims, used=found.several)


def _kind(evidence: Evidence) -> str:
    quantity = evidence.quantity("count")
    return (
        quantity.of
        if quantity is not None and quantity.of
        else str(evidence.arguments.get("of", "things"))
    )


def _scene_described(found: Found) -> Outcome:
    texts, claims = [], []
    for scene in found.several:
        name = name_of(scene)
        facts = [f"{ref(scene, 'width')} × {ref(scene, 'height')}"]
        facts += [f"bands {ref(scene, 'bands')}"] if scene.quantity("bands") else []
        facts += [f"{ref(scene, 'gsd')}"] if scene.quantity("gsd") else ["pixel size unknown"]
        facts += [f"{ref(scene, 'area')}"] if scene.quantity("area") else []
        facts += [f"sensor {ref(scene, 'sensor')}"] if scene.quantity("sensor") else []
        facts += [f"of {scene.period}" if scene.period is not None else "no date"]
        facts += (
            [f"{ref(scene, 'valid_share')} of the pixels hold data"]
            if scene.quantity("valid_share")
            else []
        )
        text = f"**{name}**: " + ", ".join(facts) + f" [{scene.id}]."
        texts.append(text)
        claims.append(said(name, text, "scene", [scene.id]))
    return Outcome(" ".join(texts), claims, used=found.several)


# -- what is held, and which of several ------------------------------------------------------------


def held(found: Found, inquiry: Inquiry) -> Outcome:
    """Say which scenes and map layers are held."""
    main = found.main
    assert main is not None
    layers = ", ".join(plain(layer) for layer in inquiry.where.layers[:_LISTED])
    if found.ask.key == "layers" and main.quantity("layer_count") is not None:
        text = f"**{ref(main, 'layer_count')}** map layers are held [{main.id}]" + (
            f": {layers}." if layers else "."
        )
        return Outcome(
            text, [of_quantity(main, "layer_count", "answer", text, "map layers")], used=[main]
        )
    scenes = ", ".join(plain(key.id) for key in main.scenes[:_LISTED])
    when = f" of {plain(', '.join(inquiry.when))}" if inquiry.when else ""
    called = f" called {plain(inquiry.where.called)}" if inquiry.where.called else ""
    text = f"**{ref(main, 'count')}** scenes{when}{called} are held [{main.id}]" + (
        f": {scenes}." if scenes else "."
    )
    if not (when or called):
        text += f" Map layers: {layers}." if layers else " No map layer is held."
    return Outcome(text, [of_quantity(main, "count", "answer", text, "scenes")], used=[main])


def which_scene(found: Found, inquiry: Inquiry) -> Outcome:
    """Say which of several scenes is newest, finest, largest, ..., or why none can be told."""
    ask = found.ask
    name, words = _FOREMOST[ask.key or "", ask.order or "which_more"]
    if found.several:
        return _of_described(found.several, ask, words)
    main = found.main
    assert main is not None
    if name and main.quantity(name) is not None:
        text = (
            f"**{ref(main, name)}** is {words} of the scenes that say so of themselves [{main.id}]."
        )
        return Outcome(text, [of_quantity(main, name, "answer", text, "scene")], used=[main])
    text = f"**Cannot tell** which scene is {words}: none stands alone in that [{main.id}]."
    claim = said(None, text, "scene", [main.id], verdict="undecided")
    return Outcome(text, [claim], settled=False, used=[main])


def _of_described(scenes: list[Evidence], ask: Ask, words: str) -> Outcome:
    """Choose among scenes that were described, where the records put one before all others."""
    key = ask.key or ""
    ids = [scene.id for scene in scenes]
    silent = [scene for scene in scenes if not _says(scene, key)]
    first = None if silent else next((s for s in scenes if _before_all(s, scenes, ask)), None)
    cited = ", ".join(ids)
    if first is None:
        why = (
            f"{', '.join(name_of(scene) for scene in silent)} does not say its "
            f"{'date' if key == 'date' else _NAMES[key]}"
            if silent
            else "what the records say does not put one before the other"
        )
        text = f"**Cannot tell** which is {words}: {why} [{cited}]."
        claim = said(None, text, "scene", ids, verdict="undecided")
        return Outcome(text, [claim], settled=False, used=scenes)
    facts = "; ".join(f"{name_of(scene)}: {_fact(scene, key)}" for scene in scenes)
    where = ids if key == "date" else [f"{scene.id}.{key}" for scene in scenes]
    if ask.claim is not None:
        true = first is scenes[0]
        text = f"**{'Yes' if true else 'No'}**: {facts} [{cited}]."
        return Outcome(text, [said(true, text, name_of(scenes[0]), where)], used=scenes)
    text = f"**{name_of(first)}** is {words} ({facts}) [{cited}]."
    return Outcome(text, [said(name_of(first), text, "scene", where)], used=scenes)


def _says(scene: Evidence, key: str) -> bool:
    if key == "date":
        return scene.period is not None
    quantity = scene.quantity(key)
    return quantity is not None and quantity.unit != "px2"


def _fact(scene: Evidence, key: str) -> str:
    return str(scene.period) if key == "date" else ref(scene, key)


def _before_all(scene: Evidence, scenes: list[Evidence], ask: Ask) -> bool:
    others = [other for other in scenes if other is not scene]
    if ask.key == "date":
        wanted = "after" if ask.order == "which_more" else "before"
        return all(
            scene.period is not None
            and other.period is not None
            and scene.period.order(other.period) == wanted
            for other in others
        )
    own = _number(scene, ask.key or "")
    numbers = [_number(other, ask.key or "") for other in others]
    return all(own > n if ask.order == "which_more" else own < n for n in numbers)


def _number(scene: Evidence, key: str) -> float:
    value = scene.value(key)
    return float(value) if isinstance(value, int | float) else 0.0
