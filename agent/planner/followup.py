"""Fragments and follow-ups: what a clause means in the light of what was asked before."""

from __future__ import annotations

from agent.inquiry import Ask, Relation, Subject
from agent.planner.grammar import Clause, Rule
from agent.planner.nouns import Noun, applied

_REPEATABLE = (
    "count",
    "exists",
    "list",
    "locate",
    "share",
    "area",
    "length",
    "density",
    "value",
    "extreme",
    "ratio",
    "every",
    "distance",
)


def fragment(clause: Clause) -> list[Ask] | None:
    """Read "And in the western half?", "what about pharmacies?", "within 500 m?"."""
    return _in_unit(clause) or _other_distance(clause) or _other_thing(clause) or _more_said(clause)


def _in_unit(clause: Clause) -> list[Ask] | None:
    unit = clause.word("UNIT")
    if (
        unit is None
        or unit.lexeme is None
        or clause.context is None
        or clause.nouns
        or clause.has("COUNT")
    ):
        return None
    unit.used = True
    clause.use_all("IN", "ABOUT", "WHAT", "PRONOUN")
    return [clause.context.model_copy(update={"unit": unit.lexeme.kinds["UNIT"][2]})]


def _other_distance(clause: Clause) -> list[Ask] | None:
    """Give the relation of the earlier question another distance."""
    number = clause.word("NUM")
    context = clause.context
    if (
        number is None
        or number.lexeme is None
        or number.lexeme.kinds["NUM"].dimension != "length"
        or clause.nouns
    ):
        return None
    if context is None or context.of is None or not context.of.relations:
        return None
    number.used = True
    clause.use_all(
        "WITHIN", "IN", "ABOUT", "LIMIT", "RADIUS", "PRONOUN", "NOTWITHIN", "AWAY", "WHAT"
    )
    far = number.lexeme.kinds["NUM"]
    *earlier, last = context.of.relations
    changed = last.model_copy(update={"distance_m": far.value, "said": far.said, "vague": None})
    of = context.of.model_copy(update={"relations": [*earlier, changed]})
    return [context.model_copy(update={"of": of})]


def _other_thing(clause: Clause) -> list[Ask] | None:
    """Ask the same of other things; without an earlier question, count what is named."""
    noun = next(iter(clause.things), None)
    if (
        noun is None
        or len(clause.things) > 1
        or clause.has("COUNT", "SHARE", "WHAT", "SUP")
        or noun.more
        or (noun.sup is not None and noun.sup[0] == "distance")
    ):
        return None
    context = clause.context
    about = clause.use("ABOUT") is not None
    mods = [*clause.loose(), *clause.said()]
    clause.take_noun(noun)
    if noun.number is not None and noun.limit is not None:
        claim = clause.claim_of(noun.number, noun.limit)
        clause.use_all("AND", "OR", "TAGQ")
        return [Ask(goal="count", of=noun.subject(mods), claim=claim)]
    clause.use_all("AND", "OR", "TAGQ")
    if context is None or context.of is None or context.goal not in _REPEATABLE:
        if context is not None and context.goal not in (
            "describe",
            "inventory",
            "explain",
            "change",
        ):
            return None
        if about and context is None:
            return None
        words = noun.subjects[0].phrase.casefold()
        goal = "locate" if words.startswith("where") else "exists" if noun.any else "count"
        return [Ask(goal=goal, of=subject) for subject in noun.each(mods)]
    return [_same_of(context, subject, noun) for subject in noun.each(mods)]


def same_measure(clause: Clause, noun: Noun) -> list[Ask] | None:
    """Ask for the same measure of other things."""
    context = clause.context
    if (
        context is None
        or context.of is None
        or context.goal not in ("area", "length")
        or context.unit is None
    ):
        return None
    counted = clause.word("COUNT")
    if (
        counted is None
        or counted.lexeme is None
        or not counted.lexeme.text.casefold().endswith(" of")
    ):
        return None
    clause.use_all("COUNT")
    clause.take_noun(noun)
    mods = [*clause.loose(), *clause.said()]
    return [_same_of(context, noun.subject(mods), noun)]


def _same_of(context: Ask, subject: Subject, noun: Noun) -> Ask:
    """Return the earlier ask with other things in place of its own; what was said of them stays."""
    old = context.of
    assert old is not None
    keep: dict[str, object] = {
        "where": [*old.where, *subject.where],
        "relations": subject.relations or old.relations,
    }
    if subject.part is None:
        keep |= {"part": old.part, "position": old.position}
    moved = subject.model_copy(update=keep)
    update: dict[str, object] = {"of": moved, "claim": None}
    if context.goal in ("ratio", "every"):
        base = subject.model_copy(update={"part": moved.part, "position": moved.position})
        update["other"] = base
    if context.goal == "distance":
        update |= {"of": context.of, "other": subject}
    return context.model_copy(update=update)


def _more_said(clause: Clause) -> list[Ask] | None:
    """Say more about the things asked about before."""
    context = clause.context
    if context is None or context.of is None or context.goal not in (*_REPEATABLE, "change"):
        return None
    mods = [*(mod for noun in clause.nouns for mod in noun.mods), *clause.loose(), *clause.said()]
    if not mods or any(noun.things or noun.sup for noun in clause.nouns):
        return None
    for noun in clause.nouns:
        clause.take_noun(noun)
    clause.use_all("ABOUT", "PRONOUN", "ONES")
    old = context.of
    sized = {
        mod.value.key
        for mod in mods
        if mod.kind == "condition" and mod.value.op in ("gt", "ge", "lt", "le")
    }
    if sized and not any(noun.pronoun for noun in clause.nouns):
        old = old.model_copy(update={"where": [c for c in old.where if c.key not in sized]})
    replaced = [mod for mod in mods if mod.kind == "relation"]
    if replaced and old.relations and not any(noun.pronoun for noun in clause.nouns):
        old = old.model_copy(
            update={"relations": [r for r in old.relations if not _same_kind(r, replaced[0].value)]}
        )
    update: dict[str, object] = {"of": applied(old, mods), "claim": None}
    if clause.has("ANY") and context.goal in ("count", "list"):
        update["goal"] = "exists"
    if context.other is not None and context.goal in ("ratio", "every"):
        update["other"] = applied(
            context.other, [mod for mod in mods if mod.kind in ("part", "centre")]
        )
    return [context.model_copy(update=update)]


def _same_kind(one: Relation, other: Relation) -> bool:
    return one.to.label == other.to.label or {one.relation, other.relation} <= {
        "within_distance",
        "beyond_distance",
    }


FOLLOW_RULES: tuple[Rule, ...] = (fragment,)
