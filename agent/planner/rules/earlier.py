"""Follow-ups about counts in images: another time or scene, and "let me check them"."""

from __future__ import annotations

import re

from agent.inquiry import Ask, Subject
from agent.planner.grammar import Clause, Rule
from agent.planner.lexer import Lexeme
from agent.planner.seeing import cover_classes, kind_of

_COUNTED = ("count", "exists", "list", "locate", "compare", "difference")
_BEFORE = re.compile(
    r"\b(?:before|earlier|previously|last time|in the past|back then|the time before"
    r"|(?:in |on )?the (?:earlier|previous|last|older|first) "
    r"(?:image|scene|picture|photo|one|date))\b",
    re.IGNORECASE,
)
_MORE = {"gt": "more", "ge": "more", "lt": "fewer", "le": "fewer"}


def than_then(clause: Clause) -> list[Ask] | None:
    """Read "Is that more than in May?", "were there more before?", "fewer than in P0003?"."""
    order = _order(clause)
    of = _counted(clause)
    if of is None or order is None:
        return None
    scenes, when = _scenes(clause), _when(clause)
    compared = clause.has("THAN", "LIMIT", "EQUAL")
    measure = "area" if cover_classes(of) else "count"
    if len(scenes) == 2 and when is None and (compared or clause.has("WHAT")):
        one, two = (of.model_copy(update={"scene": scene}) for scene in scenes)
        order = order if compared else f"which_{order}"
    elif len(scenes) + (when is not None) == 1 and (compared or when is not None):
        scene = next(iter(scenes), of.scene)
        held = of.model_copy(update={"scene": scene, "when": when})
        one, two = (of, held) if compared else (held, of)
    else:
        return None
    goal = "difference" if _how_many_more(clause) else "compare"
    _use_up(clause)
    return [Ask(goal=goal, of=one, other=two, order=order, measure=measure)]


def _how_many_more(clause: Clause) -> bool:
    """Say whether the difference is asked for, rather than which is more."""
    counted = any("how many" in x.text.casefold() for x in _lexemes(clause) if x.has("COUNT"))
    return counted or clause.has("HOWMUCH", "MUCHMORE")


def then(clause: Clause) -> list[Ask] | None:
    """Read "And in May?", "how many were there in May?" of what was counted before."""
    context, of = clause.context, _counted(clause)
    when = _when(clause)
    if context is None or of is None or when is None or clause.things or _order(clause):
        return None
    if clause.has("SHARE", "NUM", "CHANGE") and not clause.has("DATE"):
        return None
    _use_up(clause)
    goal = context.goal if context.goal in ("count", "exists") else "count"
    return [Ask(goal=goal, of=of.model_copy(update={"when": when}))]


def _covers(clause: Clause) -> bool:
    """Say whether a class of land cover is spoken of, of which "bigger" means more ground."""
    of = _counted(clause)
    return of is not None and bool(cover_classes(of))


def _counted(clause: Clause) -> Subject | None:
    """Return the things seen in an image that are spoken of, named here or before."""
    context = clause.context
    before = context.of if context is not None and context.goal in _COUNTED else None
    if clause.things:
        named = clause.things[0].subject()
        same = before is not None and named.concepts == before.concepts
        of = before if same else named if len(clause.things) == 1 else None
    else:
        of = before
    if of is None or kind_of(of) == "map" or len(clause.things) > 1:
        return None
    return of.model_copy(update={"pick": None, "when": None})


def _order(clause: Clause) -> str | None:
    """Return `more`, `fewer` or `same` as the words say, None where they compare nothing."""
    for chunk in clause.chunks:
        if chunk.lexeme is None:
            continue
        if chunk.has("LIMIT") and "than" in chunk.lexeme.text.casefold():
            return _MORE.get(chunk.lexeme.kinds["LIMIT"][0])
        if chunk.has("CMP") and clause.has("THAN"):
            axis, order = chunk.lexeme.kinds["CMP"]
            sized = _covers(clause) or clause.has("COUNT")
            return str(order) if axis == "count" or (axis == "size" and sized) else None
        if chunk.has("EQUAL"):
            return "same"
    more = next((noun.more for noun in clause.nouns if noun.more is not None), None)
    return str(more[1]) if more is not None and more[0] == "count" else None


def _lexemes(clause: Clause) -> list[Lexeme]:
    return list(clause.reader.lexemes)


def _scenes(clause: Clause) -> list[str]:
    ids = [str(x.kinds["SCENEID"]) for x in _lexemes(clause) if x.has("SCENEID")]
    return list(dict.fromkeys(ids))


def _when(clause: Clause) -> str | None:
    """Return the time that is spoken of; None where several are, which one word cannot hold."""
    times = [
        str(lexeme.kinds["DATE"]) if lexeme.has("DATE") else f"{int(lexeme.kinds['MONTH']):02d}"
        for lexeme in _lexemes(clause)
        if lexeme.has("DATE", "MONTH")
    ]
    if times:
        return times[0] if len(times) == 1 else None
    text = " ".join(lexeme.text for lexeme in _lexemes(clause))
    return "before" if _BEFORE.search(text) else None


def _use_up(clause: Clause) -> None:
    for chunk in clause.chunks:
        chunk.used = True


EARLIER_RULES: tuple[Rule, ...] = (than_then, then)
