"""Rules of comparing two: numbers, sizes, halves."""

from __future__ import annotations

from agent.inquiry import Ask, Claim, Extreme, Subject
from agent.planner.grammar import Clause, with_pick
from agent.planner.nouns import Noun, applied
from agent.planner.rules.shared import asserted, measure_of

_MEASURES = {"size": "area", "length": "length", "area": "area"}


def compare(clause: Clause) -> list[Ask] | None:
    """Read "Are there more A than B", "which is longer, A or B", "how many more A than B"."""
    return (
        _times(clause)
        or _more_of_two(clause)
        or _common(clause)
        or _sizes(clause)
        or _halves(clause)
    )


_TIMES = {"twice": 2.0, "twice as many": 2.0, "double": 2.0}


def _times(clause: Clause) -> list[Ask] | None:
    """Read "Are there twice as many A as B", "how many times as many A as B are there"."""
    word = clause.word("TIMES")
    nouns = clause.things
    if word is None or word.lexeme is None or len(nouns) != 2:
        return None
    one, two = (noun.subject() for noun in nouns)
    counted = clause.has("COUNT", "HOWMUCH")
    value = _TIMES.get(word.lexeme.text.casefold())
    number = clause.word("NUM")
    if number is not None and number.lexeme is not None:
        value = number.lexeme.kinds["NUM"].value
        number.used = True
    if (value is None) != counted:
        return None
    larger = clause.word("CMP")
    axis = larger.lexeme.kinds["CMP"] if larger is not None and larger.lexeme is not None else None
    if axis is not None and axis[0] not in ("count", *_MEASURES):
        return None
    measure = measure_of(axis[0], one) if axis is not None and axis[0] in _MEASURES else "count"
    for noun in nouns:
        clause.take_noun(noun)
    clause.use_all("TIMES", "COUNT", "HOWMUCH", "EQUAL", "THAN", "EXISTS", "CMP", "WHAT")
    claim = None
    if value is not None:
        limit = clause.use("LIMIT")
        op = {"gt": "more_than", "lt": "fewer_than"}.get(limit[0] if limit else "", "at_least")
        said = f"{value:g} times as many"
        claim = asserted(clause, Claim(relation=op, value=value, unit="1", said=said))
    return [Ask(goal="ratio", key="times", of=one, other=two, claim=claim, measure=measure)]


def _more_of_two(clause: Clause) -> list[Ask] | None:
    noun = next(
        (noun for noun in clause.nouns if noun.more or (noun.sup and noun.sup[0] == "many")), None
    )
    equal = clause.has("EQUAL")
    if noun is None and not equal:
        return None
    noun = noun or next(iter(clause.things), None)
    if noun is None or not noun.things or (noun.more and noun.more[0] != "count"):
        return None
    order = "same" if equal else "more" if (noun.more or ("", "more"))[1] == "more" else "fewer"
    if len(noun.subjects) == 2 and not clause.has("THAN"):
        clause.take_noun(noun)
        clause.use_all("EQUAL", "EXISTS", "WHAT", "COUNT", "HAVE")
        first, second = (applied(subject, noun.mods) for subject in noun.subjects)
        goal_order = "same" if equal else "which_more" if order == "more" else "which_fewer"
        return [
            Ask(
                goal="compare",
                of=first,
                other=second,
                order=goal_order,
                claim=asserted(clause, None),
            )
        ]
    if clause.use("THAN") is None:
        return None
    clause.use_all("THAN")
    clause.take_noun(noun)
    first = noun.subject()
    other = next((n for n in clause.things if n is not noun), None)
    if other is not None:
        clause.take_noun(other)
        second = other.subject()
    else:
        second = applied(first, clause.loose())
        if second == first:
            return None
    shared = [*clause.loose(), *clause.said()]
    first, second = applied(first, shared), applied(second, shared)
    if other is not None and len(other.subjects) == 1:
        first, second = _shared_part(first, second)
    measure = "area" if _mass(first) and _mass(second) else "count"
    difference = clause.use("COUNT", "MUCHMORE", "HOWMUCH") is not None
    clause.use_all("EXISTS", "EQUAL", "HAVE", "WHAT", "TOGETHER")
    if difference:
        return [Ask(goal="difference", of=first, other=second, order=order, measure=measure)]
    return [
        Ask(
            goal="compare",
            of=first,
            other=second,
            order=order,
            measure=measure,
            claim=asserted(clause, None),
        )
    ]


def _mass(subject: Subject) -> bool:
    """Say whether "more" of a thing means more ground ("more forest"), not more of them."""
    return subject.geometry == "area" and not subject.phrase.casefold().endswith("s")


def _shared_part(first: Subject, second: Subject) -> tuple[Subject, Subject]:
    """In "more A than B in the north" the part said last is meant for both."""
    if second.part and not first.part:
        first = first.model_copy(update={"part": second.part, "position": second.position})
    return first, second


def _common(clause: Clause) -> list[Ask] | None:
    word = clause.word("COMMON", "LESSCOMMON", "MOREOF")
    if word is None:
        return None
    order = "fewer" if word.has("LESSCOMMON") else "more"
    nouns = clause.things
    subjects = [
        subject for noun in nouns for subject in (applied(s, noun.mods) for s in noun.subjects)
    ]
    if len(subjects) != 2:
        return None
    word.used = True
    for noun in nouns:
        clause.take_noun(noun)
    shared = clause.loose()
    one, two = (applied(subject, shared) for subject in subjects)
    which = clause.has("WHAT", "OR") or (len(nouns) == 1)
    clause.use_all("WHAT", "EXISTS", "OR", "THAN", "HAVE", "MOREOF")
    final = f"which_{order}" if which else order
    return [Ask(goal="compare", of=one, other=two, order=final, claim=asserted(clause, None))]


def _sizes(clause: Clause) -> list[Ask] | None:
    """Read "Is the park larger than the lake", "which is longer, A or B"."""
    said = next(
        (
            chunk
            for chunk in clause.chunks
            if chunk.mods and chunk.mods[-1].kind == "cannot" and chunk.mods[-1].value
        ),
        None,
    )
    if said is not None and clause.things:
        (op, axis), other = said.mods[-1].value
        if axis not in _MEASURES or clause.things[0].every or clause.has("COUNT", "LIST", "EXISTS"):
            return None
        said.used = True
        clause.problems.cannot.clear()
        noun = clause.things[0]
        clause.take_noun(noun)
        order = "more" if op in ("gt", "ge") else "fewer"
        one, two = with_pick(noun, noun.subject()), with_pick(other, other.subject())
        measure = measure_of(axis, one)
        return [
            Ask(
                goal="compare",
                of=one,
                other=two,
                order=order,
                measure=measure,
                claim=asserted(clause, None),
            )
        ]
    if (
        clause.has("COVER", "AREA")
        and clause.has("THAN")
        and clause.has("CMP")
        and len(clause.things) == 2
    ):
        return _more_ground(clause)
    word = clause.word("CMP")
    axis = word.lexeme.kinds["CMP"] if word and word.lexeme else None
    if word is None or axis is None or axis[0] not in _MEASURES:
        return _sized_noun(clause)
    nouns = clause.things
    subjects = [with_pick(noun, applied(s, noun.mods)) for noun in nouns for s in noun.subjects]
    if len(subjects) != 2:
        return None
    word.used = True
    for noun in nouns:
        clause.take_noun(noun)
    much = clause.use("HOWMUCH", "MUCHMORE") is not None
    which = not clause.has("THAN")
    clause.use_all("WHAT", "OR", "THAN", "COMMA", "CMP", "TOGETHER", "STAT_TOTAL")
    measure = measure_of(axis[0], subjects[0])
    if much:
        return [
            Ask(
                goal="difference", of=subjects[0], other=subjects[1], order=axis[1], measure=measure
            )
        ]
    order = f"which_{axis[1]}" if which else axis[1]
    return [Ask(goal="compare", of=subjects[0], other=subjects[1], order=order, measure=measure)]


def _more_ground(clause: Clause) -> list[Ask]:
    """Read "do the parks take up more space than the buildings"."""
    order = clause.use("CMP")[1]
    one, two = (noun.subject() for noun in clause.things)
    for noun in clause.things:
        clause.take_noun(noun)
    clause.use_all("COVER", "AREA", "THAN", "GROUND")
    return [
        Ask(
            goal="compare",
            of=one,
            other=two,
            order=order,
            measure="area",
            claim=asserted(clause, None),
        )
    ]


def _sized_noun(clause: Clause) -> list[Ask] | None:
    """Read "Which is the longer, ...": the comparative went into the noun phrase."""
    noun = next((n for n in clause.things if n.more and n.more[0] in _MEASURES), None)
    if noun is None or len(noun.subjects) != 2 or noun.more is None:
        return None
    clause.take_noun(noun)
    clause.use_all("WHAT", "OR")
    one, two = (applied(s, noun.mods) for s in noun.subjects)
    return [
        Ask(
            goal="compare",
            of=one,
            other=two,
            order=f"which_{noun.more[1]}",
            measure=measure_of(noun.more[0], one),
        )
    ]


def _halves(clause: Clause) -> list[Ask] | None:
    """Read "Which half has more buildings, the northern or the southern"."""
    word = clause.word("HALVES")
    noun = next(
        (n for n in clause.things if n.more or (n.sup and n.sup[0] in ("many", "size"))), None
    )
    if word is None or noun is None or word.lexeme is None:
        return None
    order = noun.more[1] if noun.more else "more" if noun.sup and noun.sup[1] == "most" else "fewer"
    parts = [mod.value for chunk in clause.chunks for mod in chunk.mods if mod.kind == "part"]
    parts += [mod.value for mod in noun.mods if mod.kind == "part"]
    named = clause.reader.text_parts()
    parts = list(dict.fromkeys([*parts, *named]))
    base = Noun(noun.subjects, noun.joiner, [m for m in noun.mods if m.kind != "part"]).subject()
    for chunk in clause.chunks:
        if chunk.kind == "mods" or chunk.has("OR", "SIDE", "THE"):
            chunk.used = True
    clause.take_noun(noun)
    word.used = True
    clause.use_all("WHAT", "HAVE", "HALVES", "IN", "EXISTS", "CONTAIN")
    if len(parts) == 2:
        one, two = (base.model_copy(update={"part": part}) for part in parts)
        return [Ask(goal="compare", of=one, other=two, order=f"which_{order}")]
    quarter = word.lexeme.text.casefold().rstrip("s") in ("quarter", "quadrant", "corner")
    if parts or not quarter:
        return None
    most = "most" if order == "more" else "least"
    return [
        Ask(
            goal="extreme",
            of=base,
            extreme=Extreme(axis="count", order=most, word=order),
            key="quarter",
        )
    ]
