"""Sentences and claims about scenes: what they are, what is held, what changed between two."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.numbers import unit_asked
from agent.answer.outcome import Outcome, holds, of_quantity, ref, said, verdict
from agent.evidence import Claim, Evidence
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Ledger
from agent.planner.restate import claim_text, relation_text
from agent.planner.steps import Found

_KEYS = {"size_px": "width", "date": "date"}
_CELLS = (
    "north_west",
    "north",
    "north_east",
    "west",
    "centre",
    "east",
    "south_west",
    "south",
    "south_east",
)


def scene_value(found: Found, inquiry: Inquiry) -> Outcome:
    """Say one property of the scene or scenes."""
    texts, claims, settled = [], [], True
    for scene in found.several:
        text, claim = _property(scene, found.ask, inquiry)
        texts.append(text)
        claims.append(claim)
        settled = settled and claim.value is not None
    return Outcome(" ".join(texts), claims, settled=settled, used=found.several)


def _property(scene: Evidence, ask: Ask, inquiry: Inquiry) -> tuple[str, Claim]:
    key = ask.key or ""
    name = scene.scenes[0].id if scene.scenes else "the scene"
    if key == "date":
        date = str(scene.period) if scene.period is not None else None
        text = (
            f"**{date}** is the date of {plain(name)} [{scene.id}]."
            if date
            else f"**Unknown**: nobody said when {plain(name)} was taken [{scene.id}]."
        )
        return text, said(date, text, name, [scene.id])
    name_of = _KEYS.get(key, key)
    if scene.quantity(name_of) is None:
        text = f"**Unknown**: {plain(name)} does not say its {plain(key)} [{scene.id}]."
        return text, said(None, text, name, [scene.id])
    text = (
        f"**{ref(scene, name_of, unit_asked(ask.unit) or '')}** is the {plain(key)} of "
        f"{plain(name)} [{scene.id}]."
    )
    if key == "size_px":
        text = (
            f"**{ref(scene, 'width')}** wide and **{ref(scene, 'height')}** high: {plain(name)} "
            f"[{scene.id}]."
        )
    if key == "gsd" and scene.quantity("effective_gsd") is not None:
        text += f" The smallest detail in it measures about {ref(scene, 'effective_gsd')}."
    return text, of_quantity(scene, name_of, "answer", text, name)


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
        name = plain(scene.scenes[0].id if scene.scenes else "The scene")
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


def held(found: Found, inquiry: Inquiry) -> Outcome:
    """Say which scenes and map layers are held."""
    main = found.main
    assert main is not None
    scenes = ", ".join(plain(key.id) for key in main.scenes[:20])
    when = f" of {plain(', '.join(inquiry.when))}" if inquiry.when else ""
    text = f"**{ref(main, 'count')}** scenes{when} are held [{main.id}]" + (
        f": {scenes}." if scenes else "."
    )
    layers = ", ".join(plain(layer) for layer in inquiry.where.layers[:20])
    text += f" Map layers: {layers}." if layers else " No map layer is held."
    return Outcome(text, [of_quantity(main, "count", "answer", text, "scenes")], used=[main])


def changed(found: Found, inquiry: Inquiry, ledger: Ledger) -> Outcome:
    """Say whether, how much and where something changed between two scenes."""
    change, ask = found.main, found.ask
    assert change is not None
    pair = " and ".join(plain(scene) for scene in inquiry.where.scenes)
    state = change.value("verdict")
    if state == "cannot_tell" or state not in ("changed", "unchanged"):
        return _open(change, pair, ask)
    if ask.aspect in ("share", "area"):
        return _amount(change, ask, pair)
    if ask.aspect == "count":
        return _regions(found, change, pair)
    if ask.aspect == "where":
        return _where(change, ask, pair)
    if ask.aspect == "direction":
        return _direction(change, ask, pair)
    return _whether(change, ask, pair)


def _open(change: Evidence, pair: str, ask: Ask) -> Outcome:
    reasons = "; ".join(plain(str(reason)) for reason in change.series.get("reasons", [])[:3])
    text = f"**Cannot tell** whether anything changed between {pair} [{change.id}]."
    text += f" {reasons[:1].upper()}{reasons[1:]}." if reasons else ""
    if change.quantity("candidate_count") is not None and change.value("candidate_count"):
        text += (
            f" {ref(change, 'candidate_count')} places are worth a look; they are not claimed to "
            "have changed."
        )
    return Outcome(
        text,
        [said(None, text, "change", [f"{change.id}.verdict"], verdict="undecided")],
        settled=False,
        used=[change],
    )


def _whether(change: Evidence, ask: Ask, pair: str) -> Outcome:
    did = change.value("verdict") == "changed"
    denied = ask.claim is not None and ask.claim.relation == "no"
    what = (
        f"{ref(change, 'changed_share')} of the area compared"
        if change.quantity("changed_share")
        else "some of the area compared"
    )
    lead = "Yes" if did != denied else "No"
    text = (
        f"**{lead}**: something changed between {pair}, {what}"
        if did
        else f"**{lead}**: nothing changed between {pair} that can be told from the two"
    )
    if did and change.quantity("region_count"):
        text += f", in {ref(change, 'region_count')} regions"
    text += f" [{change.id}]."
    if did and ask.of is not None and ask.of.tags is not None:
        text += (
            f" What it is that changed ({plain(ask.of.label)} or something else) is not told by "
            "this tool."
        )
    value: bool | str = did != denied
    if ask.aspect == "list":
        value = "changed" if did else "unchanged"
        text += _places(change)
    claims = [said(value, text, "change", [f"{change.id}.verdict"])]
    if change.quantity("changed_share"):
        claims.append(of_quantity(change, "changed_share", "support", "changed share", "change"))
    return Outcome(text, claims, used=[change])


def _amount(change: Evidence, ask: Ask, pair: str) -> Outcome:
    name = "changed_area" if ask.aspect == "area" else "changed_share"
    quantity = change.quantity(name)
    if quantity is None:
        text = f"**Cannot tell** how much changed between {pair} [{change.id}]."
        return Outcome(
            text,
            [said(None, text, "change", [f"{change.id}.verdict"], verdict="undecided")],
            settled=False,
            used=[change],
        )
    if ask.claim is not None and ask.claim.value is not None:
        true = holds(ask.claim, quantity)
        lead = "Cannot be told" if true is None else "Yes" if true else "No"
        text = (
            f"**{lead}**: {ref(change, name)} changed between {pair} [{change.id}]; asked was "
            f"{plain(claim_text(ask.claim))}."
        )
        claims = [
            said(true, text, "change", [f"{change.id}.{name}"], verdict=verdict(true)),
            of_quantity(change, name, "support", "the figure", "change"),
        ]
        return Outcome(text, claims, settled=true is not None, used=[change])
    of = " of the area compared" if name == "changed_share" else ""
    text = (
        f"**{ref(change, name, unit_asked(ask.unit) or '')}**{of} changed between {pair} "
        f"[{change.id}]."
    )
    claims = [of_quantity(change, name, "answer", text, "change")]
    for other in ("changed_share", "changed_area", "compared_share"):
        if other != name and change.quantity(other) is not None:
            claims.append(of_quantity(change, other, "support", other.replace("_", " "), "change"))
    return Outcome(text, claims, used=[change])


def _regions(found: Found, change: Evidence, pair: str) -> Outcome:
    ask = found.ask
    related = found.result
    if related is not None:
        how = " ".join(relation_text(r) for r in ask.of.relations) if ask.of is not None else ""
        text = (
            f"**{ref(related, 'count')}** of {ref(related, 'left_count')} changed regions lie "
            f"{plain(how)} [{related.id}, {change.id}]."
        )
        return Outcome(
            text,
            [of_quantity(related, "count", "answer", text, "changed regions")],
            used=[change, related],
        )
    if change.quantity("region_count") is None:
        return _open(change, pair, ask)
    text = f"**{ref(change, 'region_count')}** changed regions between {pair} [{change.id}]."
    return Outcome(
        text,
        [of_quantity(change, "region_count", "answer", text, "changed regions")],
        used=[change],
    )


def _where(change: Evidence, ask: Ask, pair: str) -> Outcome:
    cells = {name: change.value(f"share_{name}") for name in _CELLS}
    held = {name: float(value) for name, value in cells.items() if isinstance(value, int | float)}
    if change.value("verdict") == "unchanged":
        return _whether(change, ask, pair)
    if not held:
        text = (
            f"Where between {pair} is in the set of regions; parts of the scene could not be "
            f"named by the compass [{change.id}]."
        )
        return Outcome(
            text, [said(None, text, "change", [f"{change.id}#set"])], settled=False, used=[change]
        )
    least = ask.order == "fewer"
    best = (
        min(held, key=lambda name: held[name]) if least else max(held, key=lambda name: held[name])
    )
    word = best.replace("_", "-")
    text = (
        f"**{'Least' if least else 'Most'} in the {word}** of the scene: "
        f"{ref(change, f'share_{best}')} of that ninth changed [{change.id}]."
    )
    text += _places(change)
    return Outcome(text, [said(word, text, "change", [f"{change.id}.share_{best}"])], used=[change])


def _places(change: Evidence) -> str:
    halves = [(n, change.quantity(f"share_{n}_half")) for n in ("north", "south", "west", "east")]
    shown = [
        f"{name} {ref(change, f'share_{name}_half')}"
        for name, quantity in halves
        if quantity is not None
    ]
    return f" By halves: {', '.join(shown)}." if shown else ""


def _direction(change: Evidence, ask: Ask, pair: str) -> Outcome:
    of = plain(ask.of.label) if ask.of is not None and ask.of.label else "it"
    text = (
        f"**Cannot tell** whether {of} grew or shrank: between {pair} the tool tells that and "
        f"where something changed, not from what to what [{change.id}]."
    )
    return Outcome(
        text,
        [said(None, text, "change", [f"{change.id}.verdict"], verdict="undecided")],
        settled=False,
        used=[change],
    )
