"""Rules of which has the most or least, or lies nearest."""

from __future__ import annotations

from agent.inquiry import Ask, Claim, Extreme, Subject
from agent.planner.grammar import Clause, bare_extreme, with_pick
from agent.planner.nouns import Mod, Noun, applied, extreme_of
from agent.planner.rules.shared import asserted, wanted

_SAYS = {"gt": "more_than", "ge": "at_least", "lt": "fewer_than", "le": "at_most", "is": "exactly"}


def highest(clause: Clause) -> list[Ask] | None:
    """Read "what is the largest number of floors of any building" as a figure of the first."""
    most = clause.has("MAXOF")
    key = clause.word("ATTR", "UNIT", "HOWTALL")
    noun = next(iter(clause.things), None)
    if not (most or clause.has("MINOF")) or key is None or noun is None or key.lexeme is None:
        return None
    if len(clause.things) > 1:
        return None
    kinds = key.lexeme.kinds
    if "UNIT" in kinds and kinds["UNIT"][0] != "level":
        return None
    tag = kinds.get("ATTR") or ("building:levels" if "UNIT" in kinds else "height")
    key.used = True
    subject = noun.subject([*clause.loose(), *clause.said()])
    clause.take_noun(noun)
    clause.use_all("MAXOF", "MINOF", "WHAT", "HAVE")
    pick = Extreme(
        axis="tag", order="most" if most else "least", tag=tag, word="highest" if most else "lowest"
    )
    return [Ask(goal="extreme", of=subject, extreme=pick, want="figure")]


def holds_most(clause: Clause) -> list[Ask] | None:
    """Read "Which park has the most benches"."""
    things = clause.things
    if len(things) != 2 or not clause.has("WHAT") or not clause.has("HAVE", "CONTAIN"):
        return None
    whole, held = things
    if any(one.geometry == "line" for one in whole.subjects):
        return None  # nothing lies inside a line
    if not held.counts_most or whole.sup is not None or held.sup is None or clause.has("THAN"):
        return None
    if clause.has("COUNT", "SHARE", "HALVES", "SCENEID") or clause.said_any():
        return None
    mods = clause.loose()
    for noun in things:
        clause.take_noun(noun)
    clause.use_all("WHAT", "HAVE", "CONTAIN", "IN", "LIST")
    pick = Extreme(axis="count", order="most" if held.sup[1] == "most" else "least", word="most")
    bare = Noun(held.subjects, held.joiner, held.mods).subject()
    return [Ask(goal="extreme", of=whole.subject(mods), other=bare, extreme=pick)]


def extreme(clause: Clause) -> list[Ask] | None:
    """Read "Which park is the biggest", "top 5 longest roads", "northernmost church"."""
    said_near = any(mod.kind == "nearest" for chunk in clause.chunks for mod in chunk.mods)
    near = next(
        (
            noun
            for noun in clause.things
            if said_near or any(mod.kind == "nearest" for mod in noun.mods)
        ),
        None,
    )
    if near is not None and not clause.has("COUNT", "SHARE", "HOWMUCH", "HOWFAR", "DISTANCE"):
        return _nearest_said(clause, near)
    sup_noun = next((noun for noun in clause.nouns if noun.sup), None)
    top = next((noun for noun in clause.nouns if noun.top), None)
    if sup_noun is None and top is None:
        return None
    noun = sup_noun or top
    assert noun is not None
    thing = noun if noun.things else next((n for n in clause.things if n is not noun), None)
    if clause.has("COUNT", "SHARE", "HOWMUCH") or (noun.sup and noun.sup[0] == "many"):
        return None
    if thing is None:
        if clause.context is None or clause.context.of is None:
            return None
        subject = clause.context.of.model_copy(update={"pick": None})
        clause.use_all("PRONOUN")
    else:
        if len([n for n in clause.things if n is not thing]) > (
            noun.sup is not None and noun.sup[0] == "distance"
        ):
            return None
        subject = thing.subject()
        clause.take_noun(thing)
    clause.take_noun(noun)
    mods = clause.loose()
    said = clause.said()
    if noun.sup and noun.sup[0] == "distance":
        return _nearest(clause, subject, thing, [*mods, *said])
    pick = _how_extreme(noun, subject, thing)
    other_key = _other_figure(clause, pick)
    if other_key is not None:
        clause.use_all("WHAT", "HAVE", "HOWTALL", "ATTR", "PRONOUN")
        subject = applied(subject, [*mods, *said]).model_copy(update={"pick": pick})
        return [Ask(goal="value", of=subject, key=other_key)]
    if said and said[-1].kind == "nearest":
        pick, said = said[-1].value[0], said
    claim, rest = _claimed(said, pick)
    total = clause.has("STAT_TOTAL", "TOGETHER") or _summed(clause)
    if pick.k > 1 and total and clause.has("AREA", "LENGTH") and claim is None:
        goal = "area" if clause.has("AREA") else "length"
        subject = applied(subject, [*mods, *rest]).model_copy(update={"pick": pick})
        unit = clause.unit_in()
        clause.use_all("AREA", "LENGTH", "STAT_TOTAL", "TOGETHER", "WHAT", "HAVE", "OF")
        return [Ask(goal=goal, of=subject, unit=unit)]
    if claim is None and clause.has("NUM") and clause.has("BE", "ASSERT"):
        claim = clause.free_claim()
    subject = applied(subject, [*mods, *rest])
    unit = clause.unit_in()
    want = (
        "figure" if clause.has("HOWTALL", "HOWBIG", "HOWLONG", "AREA", "LENGTH") else wanted(clause)
    )
    clause.use_all(
        "WHAT",
        "LIST",
        "ONES",
        "PRONOUN",
        "WHERE",
        "HAVE",
        "AREA",
        "LENGTH",
        "HOWBIG",
        "HOWLONG",
        "HOWTALL",
        "EXISTS",
        "AXIS",
    )
    for extra in clause.nouns:
        if not extra.things:
            clause.take_noun(extra)
    return [
        Ask(
            goal="extreme",
            of=subject,
            extreme=pick,
            claim=asserted(clause, claim),
            want=want,
            unit=unit,
        )
    ]


def _summed(clause: Clause) -> bool:
    """Say whether "combined area of" or "total length of" is among the words."""
    words = clause.word("AREA", "LENGTH")
    text = words.lexeme.text.casefold() if words is not None and words.lexeme is not None else ""
    return text.startswith(("combined", "total", "the total", "the combined", "overall"))


def _nearest_said(clause: Clause, noun: Noun) -> list[Ask] | None:
    """Read "which church is closest to the town hall"."""
    if len(clause.things) > 1:
        return None
    extra = [*clause.loose(), *clause.said()]
    mod = next(mod for mod in (*noun.mods, *extra) if mod.kind == "nearest")
    clause.take_noun(noun)
    subject = noun.subject(extra)
    pick = mod.value[0].model_copy(
        update={"k": int(noun.number.value) if noun.number else 1, "rank": noun.rank or 1}
    )
    want = wanted(clause)
    clause.use_all("WHAT", "WHERE", "LIST", "ONES", "PRONOUN", "EXISTS")
    return [
        Ask(goal="extreme", of=subject.model_copy(update={"pick": None}), extreme=pick, want=want)
    ]


def _how_extreme(noun: Noun, subject: Subject, thing: Noun | None) -> Extreme:
    if noun.sup is None:
        k = int(noun.number.value) if noun.number else 1
        return bare_extreme(("size", "most", "", "largest"), subject, k)
    if thing is not None and thing is not noun and thing.number is not None and noun.number is None:
        noun.number = thing.number
    return extreme_of(noun, subject)


def _other_figure(clause: Clause, pick: Extreme) -> str | None:
    """Return the property asked of the one picked, when it is another than it was picked by."""
    word = clause.word("ATTR", "HOWTALL")
    if word is None or word.lexeme is None:
        return None
    key = "height" if word.has("HOWTALL") else str(word.lexeme.kinds["ATTR"])
    return None if key == "name" or key == pick.tag else key


def _claimed(said: list[Mod], pick: Extreme) -> tuple[Claim | None, list[Mod]]:
    """Turn a condition said of the one picked into a claim about it."""
    rest = [mod for mod in said if mod.kind != "condition" and mod.kind != "named"]
    named = next((mod for mod in said if mod.kind == "named"), None)
    if named is not None:
        return Claim(relation="exactly", text=named.value, unit="text"), rest
    condition = next((mod.value for mod in said if mod.kind == "condition"), None)
    if condition is None or condition.op not in _SAYS or not isinstance(condition.value, float):
        return None, said
    unit = {"m2": "m2", "m": "m"}.get(condition.unit, "count")
    fits = condition.key == pick.axis or condition.key in ("size", "height", pick.tag)
    if not fits:
        return None, said
    return Claim(
        relation=_SAYS[condition.op], value=condition.value, unit=unit, said=condition.said
    ), rest


def _nearest(
    clause: Clause, subject: Subject, thing: Noun | None, mods: list[Mod]
) -> list[Ask] | None:
    """Read which is nearest to another thing; without another thing the person is asked."""
    nearest = next((mod for mod in mods if mod.kind == "nearest"), None)
    others = [noun for noun in clause.things if noun is not thing]
    sup = next((noun.sup for noun in clause.nouns if noun.sup), None)
    if nearest is None and not others:
        within = [
            mod
            for mod in mods
            if mod.kind == "relation" and mod.value.relation == "within_distance"
        ]
        if within and clause.has("BE"):
            return [Ask(goal="exists", of=applied(subject, mods))]
        clause.use_all("WHAT", "WHERE")
        return None
    if nearest is None and sup is not None:
        other = others[0]
        clause.take_noun(other)
        order = "least" if sup[1] == "least" else "most"
        nearest = Mod(
            "nearest",
            (Extreme(axis="distance", order=order, word=sup[3]), with_pick(other, other.subject())),
        )
    rest = [mod for mod in mods if mod.kind != "nearest"]
    assert nearest is not None
    pick = nearest.value[0]
    if thing is not None and (thing.number or thing.rank):
        pick = pick.model_copy(
            update={"k": int(thing.number.value) if thing.number else 1, "rank": thing.rank or 1}
        )
    subject = applied(subject, [*rest, nearest]).model_copy(update={"pick": None})
    want = wanted(clause)
    clause.use_all("WHAT", "WHERE", "TO", "FROM", "LIST", "ONES", "NEAR", "PRONOUN")
    return [Ask(goal="extreme", of=subject, extreme=pick, want=want)]
