"""What points back at earlier questions: "is that", "which is more", "the nearest"."""

from __future__ import annotations

from agent.inquiry import Ask, Relation, Subject
from agent.planner.grammar import Clause, Rule
from agent.planner.nouns import applied

_COUNTED = ("count", "list", "exists", "locate")


def _same_kind(one: Subject, other: Subject) -> bool:
    return bool(one.concepts) and one.concepts == other.concepts


def share_of_all(clause: Clause) -> list[Ask] | None:
    """Read "What fraction of all hotels is that?" of the hotels asked about before."""
    noun = next(iter(clause.things), None)
    context = clause.context
    if noun is None or len(clause.things) > 1 or not clause.has("SHARE") or noun.mods:
        return None
    if context is None or context.of is None or context.goal not in _COUNTED:
        return None
    whole = noun.subject()
    if not _same_kind(whole, context.of) or whole.where or whole.relations:
        return None
    points = clause.has("PRONOUN") or any(spoken.pronoun for spoken in clause.nouns)
    if not points or clause.said_any() or clause.has("GROUND", "COVER"):
        return None
    for spoken in clause.nouns:
        clause.take_noun(spoken)
    clause.use_all("SHARE", "PRONOUN", "WHAT", "THAT", "EVERY")
    return [Ask(goal="ratio", of=context.of, other=whole)]


def which_of_before(clause: Clause) -> list[Ask] | None:
    """Read "Which is more?" and "how many more?" of the two counts asked for before."""
    counts = [ask for ask in clause.before if ask.goal in _COUNTED and ask.of is not None]
    if len(counts) < 2 or clause.things or clause.has("NUM", "THAN", "SHARE", "NAME"):
        return None
    word = clause.word("CMP", "COMMON", "LESSCOMMON", "MUCHMORE") or clause.word("SUP")
    loose = next((noun for noun in clause.nouns if noun.more or noun.sup), None)
    axis = None
    if word is not None and word.lexeme is not None:
        axis = word.lexeme.kinds.get("CMP") or word.lexeme.kinds.get("SUP")
        if word.has("COMMON"):
            axis = ("count", "more")
        elif word.has("LESSCOMMON"):
            axis = ("count", "fewer")
    elif loose is not None:
        axis = loose.more or loose.sup
    if axis is None or axis[0] not in ("count", "many"):
        return None
    if not clause.has("WHAT", "COUNT", "MUCHMORE") or clause.said_any() or clause.has_mods():
        return None
    one, two = counts[-2].of, counts[-1].of
    if one == two:
        return None
    fewer = axis[1] in ("fewer", "least")
    for noun in clause.nouns:
        clause.take_noun(noun)
    much = clause.use("COUNT", "MUCHMORE") is not None
    clause.use_all(
        "WHAT", "CMP", "SUP", "COMMON", "LESSCOMMON", "PRONOUN", "ONES", "THE", "OF", "EXISTS"
    )
    order = "fewer" if fewer else "more"
    if much:
        return [Ask(goal="difference", of=one, other=two, order=order)]
    return [Ask(goal="compare", of=one, other=two, order=f"which_{order}")]


def how_far_nearest(clause: Clause) -> list[Ask] | None:
    """Read "How far is the nearest?" of things that were looked for near something."""
    noun = next((noun for noun in clause.nouns if noun.sup), None)
    context = clause.context
    if not clause.has("HOWFAR", "DISTANCE") or noun is None or noun.sup is None:
        return None
    if noun.sup[0] != "distance" or noun.sup[1] != "least" or clause.has("NUM", "UNIT"):
        return None
    if context is None or context.of is None:
        return None
    near = [
        relation
        for relation in context.of.relations
        if relation.relation in ("within_distance", "beyond_distance", "nearest")
    ]
    things = clause.things
    if len(near) != 1 or len(things) > 1 or clause.said_any() or clause.has_mods():
        return None
    base = things[0].subject() if things else context.of
    if things and not _same_kind(base, context.of):
        return None
    others = [relation for relation in base.relations if relation is not near[0]]
    for spoken in clause.nouns:
        clause.take_noun(spoken)
    clause.use_all("HOWFAR", "DISTANCE", "WHAT", "ONES", "PRONOUN", "AWAY", "TO")
    start = base.model_copy(update={"relations": others, "pick": None})
    return [Ask(goal="distance", of=start, other=near[0].to)]


def sure_about(clause: Clause) -> list[Ask] | None:
    """Read "Are you sure about the pubs?" when pubs were what was asked about last."""
    noun = next(iter(clause.things), None)
    if noun is None or len(clause.things) > 1 or noun.mods or not clause.has("EXPLAIN"):
        return None
    spoken = [one for ask in clause.before for one in (ask.of, ask.other) if one is not None]
    if not any(_same_kind(noun.subject(), one) for one in spoken):
        return None
    clause.take_noun(noun)
    clause.use_all("EXPLAIN", "ABOUT", "OF", "WHAT")
    return [Ask(goal="explain")]


def nearer(clause: Clause) -> list[Ask] | None:
    """Read "Is A nearer to C than B is?", "Which is closer to C, A or B?"."""
    word = clause.word("CMP")
    axis = word.lexeme.kinds["CMP"] if word is not None and word.lexeme is not None else None
    if word is None or axis is None or axis[0] != "distance":
        return None
    things = clause.things
    if len(things) != 3 or any(len(noun.subjects) > 1 for noun in things):
        return None
    toward = clause.word("TO", "FROM")
    if toward is None:
        return None
    after = [n for n in things if clause.position(n) > clause.position(toward)]
    if not after:
        return None
    aim = after[0]
    one, two = (noun for noun in things if noun is not aim)
    order = axis[1]
    than = clause.word("THAN")
    aims = (aim, aim)
    if than is not None:
        back = clause.word_after("TO", clause.position(than))
        if back is not None:
            aims, two = (aim, two), one
        if clause.position(one) > clause.position(word):
            return None
    elif not clause.has("WHAT", "OR"):
        return None
    for noun in things:
        clause.take_noun(noun)
    clause.use_all("CMP", "TO", "FROM", "THAN", "OR", "WHAT", "COMMA")
    first, second = (
        applied(noun.subject(), []).model_copy(
            update={"relations": [*noun.subject().relations, _towards(to.subject())]}
        )
        for noun, to in zip((one, two), aims, strict=True)
    )
    final = order if than is not None else f"which_{order}"
    return [Ask(goal="compare", of=first, other=second, order=final, measure="distance")]


def _towards(subject: Subject) -> Relation:
    return Relation(relation="nearest", to=subject)


BACK_RULES: tuple[Rule, ...] = (
    share_of_all, which_of_before, how_far_nearest, sure_about, nearer,
)  # fmt: skip
