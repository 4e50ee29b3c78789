"""Rules of distances and directions between two."""

from __future__ import annotations

from agent.inquiry import Ask, Subject
from agent.planner.grammar import Clause, with_pick
from agent.planner.nouns import applied
from agent.planner.rules.shared import words_of
from agent.planner.work import EACH_OTHER


def distance(clause: Clause) -> list[Ask] | None:
    """Read "How far is the nearest pharmacy from the railway station"."""
    measured = clause.word("HOWFAR", "DISTANCE")
    apart = clause.word("AWAY")
    if measured is None and apart is not None and "apart" in words_of(apart):
        after = clause.chunks[clause.position(apart) + 1 :][:1]
        if not (after and after[0].has("FROM")):  # "the largest park apart from this one"
            measured = apart
    counted = clause.word("COUNT") and clause.word("UNIT") and clause.word("FROM", "TO", "AWAY")
    if measured is None and not counted:
        return None
    pairs = [(noun, subject) for noun in clause.things for subject in noun.subjects]
    if len(pairs) == 1 and clause.has("EACHOTHER"):
        return _each_other(clause, pairs[0][0].subject())
    if counted:
        unit = clause.word("UNIT")
        if unit is None or unit.lexeme is None or unit.lexeme.kinds["UNIT"][0] != "length":
            return None
        unit.used = True
        clause.use("COUNT")
    pronoun = (
        clause.has("PRONOUN")
        or any(noun.pronoun for noun in clause.nouns)
        or "it" in words_of(measured)
    )
    if len(pairs) == 1 and clause.context and clause.context.of and pronoun:
        return _distance(clause, clause.context.of, pairs[0][0].subject())
    if len(pairs) != 2:
        return None
    near = next((noun for noun, _ in pairs if noun.sup and noun.sup[0] == "distance"), None)
    subjects = [noun.subject() if len(noun.subjects) == 1 else subject for noun, subject in pairs]
    subjects = [
        with_pick(noun, subject) if noun.sup and noun.sup[0] != "distance" else subject
        for (noun, _), subject in zip(pairs, subjects, strict=True)
    ]
    if pairs[0][0] is near:
        subjects.reverse()
    return _distance(clause, *subjects)


def _distance(clause: Clause, start: Subject, end: Subject) -> list[Ask]:
    for noun in clause.things:
        clause.take_noun(noun)
    clause.use_all(
        "HOWFAR", "DISTANCE", "FROM", "TO", "AWAY", "WHAT", "PRONOUN", "BETWEEN", "LIST", "FARFROM"
    )
    for noun in clause.nouns:
        clause.take_noun(noun)
    shared = clause.loose()
    unit = clause.unit_in()
    return [
        Ask(
            goal="distance",
            unit=unit,
            of=applied(start, shared),
            other=applied(end, shared),
            claim=clause.free_claim(),
        )
    ]


def _each_other(clause: Clause, subject: Subject) -> list[Ask]:
    """Read "how far apart are the buildings from each other": the nearest two of them."""
    for noun in clause.nouns:
        clause.take_noun(noun)
    clause.use_all("HOWFAR", "DISTANCE", "FROM", "AWAY", "EACHOTHER", "WHAT", "BETWEEN", "NUM")
    unit = clause.unit_in()
    return [Ask(goal="distance", of=subject, other=subject, key=EACH_OTHER, unit=unit)]


def bearing(clause: Clause) -> list[Ask] | None:
    """Read "In what direction is the hospital from the church"."""
    word = clause.word("BEARING")
    pairs = [(noun, subject) for noun in clause.things for subject in noun.subjects]
    if word is None or len(pairs) != 2:
        return None
    where = clause.word("FROM")
    start = 1
    if where is not None and clause.position(where) < clause.position(pairs[0][0]):
        start = 0
    subjects = [noun.subject() if len(noun.subjects) == 1 else s for noun, s in pairs]
    for noun, _ in pairs:
        clause.take_noun(noun)
    clause.use_all("BEARING", "FROM", "TO", "WHAT", "LIE")
    return [Ask(goal="bearing", of=subjects[start], other=subjects[1 - start])]
