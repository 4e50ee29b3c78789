"""Rules of clauses about mapped things: what combination of words asks for what."""

from __future__ import annotations

from agent.inquiry import Ask, Claim, Extreme, Subject
from agent.planner.grammar import Clause, Rule, bare_extreme, unlocated, with_pick
from agent.planner.nouns import Mod, Noun, applied, extreme_of
from tools.concepts.find import find_concept
from tools.concepts.model import Match

_SAYS = {"gt": "more_than", "ge": "at_least", "lt": "fewer_than", "le": "at_most", "is": "exactly"}
_ORDER = {"more": "more", "fewer": "fewer"}


def asserted(clause: Clause, claim: Claim | None) -> Claim | None:
    """Mark a claim as someone's statement when the clause says so."""
    stated = clause.has("ASSERT", "TAGQ")
    clause.use_all("ASSERT", "TAGQ")
    return claim.model_copy(update={"asserted": True}) if claim is not None and stated else claim


def compare(clause: Clause) -> list[Ask] | None:
    """"Are there more A than B", "which is longer, A or B", "how many more A than B"."""
    return _more_of_two(clause) or _common(clause) or _sizes(clause) or _halves(clause)


def _more_of_two(clause: Clause) -> list[Ask] | None:
    noun = next((noun for noun in clause.nouns if noun.more or (noun.sup and noun.sup[0] == "many")), None)
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
        return [Ask(goal="compare", of=first, other=second, order=goal_order, claim=asserted(clause, None))]  # type: ignore[arg-type]
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
    difference = clause.use("COUNT", "MUCHMORE", "HOWMUCH") is not None
    clause.use_all("EXISTS", "EQUAL", "HAVE", "WHAT", "TOGETHER")
    if difference:
        return [Ask(goal="difference", of=first, other=second, order=order)]  # type: ignore[arg-type]
    return [Ask(goal="compare", of=first, other=second, order=order, claim=asserted(clause, None))]  # type: ignore[arg-type]


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
    subjects = [subject for noun in nouns for subject in (applied(s, noun.mods) for s in noun.subjects)]
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
    return [Ask(goal="compare", of=one, other=two, order=final, claim=asserted(clause, None))]  # type: ignore[arg-type]


_MEASURES = {"size": "area", "length": "length", "area": "area"}


def _sizes(clause: Clause) -> list[Ask] | None:
    """"Is the park larger than the lake", "which is longer, A or B", "how much bigger is A than B"."""
    said = next((chunk for chunk in clause.chunks if chunk.mods and chunk.mods[-1].kind == "cannot" and chunk.mods[-1].value), None)
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
        measure = _measure_of(axis, one)
        return [Ask(goal="compare", of=one, other=two, order=order, measure=measure, claim=asserted(clause, None))]  # type: ignore[arg-type]
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
    clause.use_all("WHAT", "OR", "THAN", "COMMA", "CMP")
    measure = _measure_of(axis[0], subjects[0])
    if much:
        return [Ask(goal="difference", of=subjects[0], other=subjects[1], order=axis[1], measure=measure)]  # type: ignore[arg-type]
    order = f"which_{axis[1]}" if which else axis[1]
    return [Ask(goal="compare", of=subjects[0], other=subjects[1], order=order, measure=measure)]  # type: ignore[arg-type]


def _sized_noun(clause: Clause) -> list[Ask] | None:
    """"Which is the longer, ...": the comparative went into the noun phrase."""
    noun = next((n for n in clause.things if n.more and n.more[0] in _MEASURES), None)
    if noun is None or len(noun.subjects) != 2 or noun.more is None:
        return None
    clause.take_noun(noun)
    clause.use_all("WHAT", "OR")
    one, two = (applied(s, noun.mods) for s in noun.subjects)
    return [Ask(goal="compare", of=one, other=two, order=f"which_{noun.more[1]}", measure=_measure_of(noun.more[0], one))]  # type: ignore[arg-type]


def _measure_of(axis: str, subject: Subject) -> str:
    return "length" if axis == "length" or (axis == "size" and subject.geometry == "line") else "area"


def _halves(clause: Clause) -> list[Ask] | None:
    """"Which half has more buildings, the northern or the southern", "which quarter has most"."""
    word = clause.word("HALVES")
    noun = next((n for n in clause.things if n.more or (n.sup and n.sup[0] in ("many", "size"))), None)
    if word is None or noun is None or word.lexeme is None:
        return None
    order = (noun.more[1] if noun.more else "more" if noun.sup and noun.sup[1] == "most" else "fewer")
    parts = [mod.value for chunk in clause.chunks for mod in chunk.mods if mod.kind == "part"]
    parts += [mod.value for mod in noun.mods if mod.kind == "part"]
    named = clause.reader.text_parts()
    parts = list(dict.fromkeys([*parts, *named]))
    base = Noun(noun.subjects, noun.joiner, [m for m in noun.mods if m.kind != "part"]).subject()
    for chunk in clause.chunks:
        if chunk.kind == "mods" or chunk.has("OR", "PARTWORD", "THE"):
            chunk.used = True
    clause.take_noun(noun)
    word.used = True
    clause.use_all("WHAT", "HAVE", "HALVES", "IN", "EXISTS", "CONTAIN")
    if len(parts) == 2:
        one, two = (base.model_copy(update={"part": part}) for part in parts)
        return [Ask(goal="compare", of=one, other=two, order=f"which_{order}")]  # type: ignore[arg-type]
    quarter = word.lexeme.text.casefold().rstrip("s") in ("quarter", "quadrant", "corner")
    if parts or not quarter:
        return None
    most = "most" if order == "more" else "least"
    return [Ask(goal="extreme", of=base, extreme=Extreme(axis="count", order=most, word=order), key="quarter")]  # type: ignore[arg-type]


def distance(clause: Clause) -> list[Ask] | None:
    """"How far is the nearest pharmacy from the railway station"."""
    measured = clause.word("HOWFAR", "DISTANCE")
    counted = clause.word("COUNT") and clause.word("UNIT") and clause.word("FROM", "TO", "AWAY")
    if measured is None and not counted:
        return None
    pairs = [(noun, subject) for noun in clause.things for subject in noun.subjects]
    if counted:
        unit = clause.word("UNIT")
        if unit is None or unit.lexeme is None or unit.lexeme.kinds["UNIT"][0] != "length":
            return None
        unit.used = True
        clause.use("COUNT")
    if len(pairs) == 1 and clause.context and clause.context.of and clause.has("PRONOUN"):
        near, subject = pairs[0]
        return _distance(clause, clause.context.of, near.subject())
    if len(pairs) != 2:
        return None
    near = next((noun for noun, _ in pairs if noun.sup and noun.sup[0] == "distance"), None)
    subjects = [noun.subject() if len(noun.subjects) == 1 else subject for noun, subject in pairs]
    subjects = [
        with_pick(noun, subject) if noun.sup and noun.sup[0] != "distance" else subject
        for (noun, _), subject in zip(pairs, subjects, strict=True)
    ]
    if near is not None and pairs[0][0] is near:
        subjects.reverse()
    return _distance(clause, *subjects)


def _distance(clause: Clause, start: Subject, end: Subject) -> list[Ask]:
    for noun in clause.things:
        clause.take_noun(noun)
    clause.use_all("HOWFAR", "DISTANCE", "FROM", "TO", "AWAY", "WHAT", "PRONOUN", "BETWEEN", "LIST", "FARFROM")
    shared = clause.loose()
    return [Ask(goal="distance", of=applied(start, shared), other=applied(end, shared), claim=clause.free_claim())]


def bearing(clause: Clause) -> list[Ask] | None:
    """"In what direction is the hospital from the church"."""
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


def share(clause: Clause) -> list[Ask] | None:
    """"What share of the ground do buildings cover", "what percentage of restaurants have a name"."""
    if clause.use("BUILTUP") is not None:
        found = find_concept("buildings")
        assert isinstance(found, Match)
        concept = found.concept
        built = Subject(phrase="buildings", label=concept.plural, concepts=[concept.id], tags=concept.query, geometry="area")
        clause.use_all("SHARE", "WHAT", "GROUND", "HOWMUCH", "PRONOUN")
        return [Ask(goal="share", of=applied(built, clause.loose()), claim=clause.free_claim())]
    asked = clause.has("SHARE")
    fraction = clause.word("NUM")
    percent = fraction is not None and fraction.lexeme is not None and fraction.lexeme.kinds["NUM"].dimension == "fraction"
    covered = clause.has("COVER") and (clause.has("GROUND", "HERE") or percent)
    if not (asked or (covered and (clause.has("HOWMUCH") or percent))):
        return None
    noun = next(iter(clause.things), None)
    if asked and not clause.has("COVER"):
        ratio = _ratio(clause, noun)
        if ratio is not None:
            return ratio
    if len(clause.things) > 1:
        return None
    if noun is None and not (clause.context and clause.context.of):
        return None
    pronoun = noun is None
    subject = clause.subject(noun)
    if subject is None or clause.has("COUNT"):
        return None
    if pronoun and clause.context and clause.context.goal == "extreme":
        subject = subject.model_copy(update={"pick": None})
    clause.use_all("SHARE", "COVER", "GROUND", "WHAT", "HOWMUCH", "IN", "TOGETHER", "LIST", "HAVE", "AREA", "EXISTS", "WITH")
    return [Ask(goal="share", of=subject, claim=asserted(clause, clause.free_claim()))]


def _ratio(clause: Clause, noun: Noun | None) -> list[Ask] | None:
    """Read a share of things, rather than of the ground."""
    said = any(chunk.kind == "said" for chunk in clause.chunks)
    if noun is None:
        if not said or clause.context is None or clause.context.of is None:
            return None
        base = clause.context.of
        clause.use_all("PRONOUN", "SHARE", "WHAT")
        for pronoun in clause.nouns:
            clause.take_noun(pronoun)
        return [Ask(goal="ratio", of=applied(base, clause.said()), other=base)]
    if clause.has("GROUND") or len(noun.subjects) > 1 and noun.joiner == "and":
        return None
    if not said and not noun.mods:
        return None
    mods = clause.said()
    base = noun.subject() if mods else Noun(noun.subjects, noun.joiner).subject()
    part = applied(noun.subject(), mods)
    clause.take_noun(noun)
    shared = clause.loose()
    clause.use_all("SHARE", "WHAT", "LIST")
    return [Ask(goal="ratio", of=applied(part, shared), other=applied(base, shared), claim=clause.free_claim())]


def density(clause: Clause) -> list[Ask] | None:
    """"Bus stops per square kilometre", "density of trees"."""
    unit = clause.word("UNIT")
    per = clause.has("PER") and unit is not None and unit.lexeme is not None and unit.lexeme.kinds["UNIT"][0] == "area"
    if not (clause.has("DENSITY") or per):
        return None
    written = None
    if per and unit is not None and unit.lexeme is not None:
        written = unit.lexeme.kinds["UNIT"][2]
        unit.used = True
        clause.use_all("PER")
    subject = clause.subject()
    if subject is None:
        return None
    clause.use_all("DENSITY", "COUNT", "WHAT", "EXISTS", "LIST", "STAT_MEAN")
    return [Ask(goal="density", of=subject, unit=written, claim=clause.free_claim())]


def extreme(clause: Clause) -> list[Ask] | None:
    """"Which park is the biggest", "top 5 longest roads", "northernmost church", "the second largest"."""
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
        if len([n for n in clause.things if n is not thing]) > (noun.sup is not None and noun.sup[0] == "distance"):
            return None
        subject = thing.subject()
        clause.take_noun(thing)
    clause.take_noun(noun)
    mods = clause.loose()
    said = clause.said()
    if noun.sup and noun.sup[0] == "distance":
        return _nearest(clause, subject, thing, [*mods, *said])
    pick = _how_extreme(noun, subject, thing)
    if said and said[-1].kind == "nearest":
        pick, said = said[-1].value[0], said
    claim, rest = _claimed(said, pick)
    subject = applied(subject, [*mods, *rest])
    want = _wanted(clause)
    clause.use_all("WHAT", "LIST", "ONES", "PRONOUN", "WHERE", "HAVE", "AREA", "LENGTH", "HOWBIG", "HOWLONG", "HOWTALL", "EXISTS", "AXIS")
    for extra in clause.nouns:
        if not extra.things:
            clause.take_noun(extra)
    return [Ask(goal="extreme", of=subject, extreme=pick, claim=asserted(clause, claim), want=want)]  # type: ignore[arg-type]


def _how_extreme(noun: Noun, subject: Subject, thing: Noun | None) -> Extreme:
    if noun.sup is None:
        k = int(noun.number.value) if noun.number else 1
        return bare_extreme(("size", "most", "", "largest"), subject, k)
    if thing is not None and thing is not noun and thing.number is not None and noun.number is None:
        noun.number = thing.number
    return extreme_of(noun, subject)


def _wanted(clause: Clause) -> str:
    wants_id = clause.use("ID") is not None
    wants_name = clause.use("NAMEQ") is not None
    clause.use_all("NAMED")
    return "id" if wants_id else "name" if wants_name else "value"


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
    return Claim(relation=_SAYS[condition.op], value=condition.value, unit=unit, said=condition.said), rest  # type: ignore[arg-type]


def _nearest(clause: Clause, subject: Subject, thing: Noun | None, mods: list[Mod]) -> list[Ask] | None:
    """Read which is nearest to another thing; without another thing the person is asked."""
    nearest = next((mod for mod in mods if mod.kind == "nearest"), None)
    others = [noun for noun in clause.things if noun is not thing]
    sup = next((noun.sup for noun in clause.nouns if noun.sup), None)
    if nearest is None and not others:
        within = [mod for mod in mods if mod.kind == "relation" and mod.value.relation == "within_distance"]
        if within and clause.has("BE"):
            return [Ask(goal="exists", of=applied(subject, mods))]
        clause.use_all("WHAT", "WHERE")
        return None
    if nearest is None and sup is not None:
        other = others[0]
        clause.take_noun(other)
        order = "least" if sup[1] == "least" else "most"
        nearest = Mod("nearest", (Extreme(axis="distance", order=order, word=sup[3]), with_pick(other, other.subject())))  # type: ignore[arg-type]
    rest = [mod for mod in mods if mod.kind != "nearest"]
    assert nearest is not None
    pick = nearest.value[0]
    if thing is not None and (thing.number or thing.rank):
        pick = pick.model_copy(update={"k": int(thing.number.value) if thing.number else 1, "rank": thing.rank or 1})
    subject = applied(subject, [*rest, nearest]).model_copy(update={"pick": None})
    want = _wanted(clause)
    clause.use_all("WHAT", "WHERE", "TO", "FROM", "LIST", "ONES", "NEAR", "PRONOUN")
    return [Ask(goal="extreme", of=subject, extreme=pick, want=want)]  # type: ignore[arg-type]


def value(clause: Clause) -> list[Ask] | None:
    """"What is the name of the beach", "which surface does it have", "average size of a building"."""
    statistic = _statistic(clause)
    key = clause.word("ATTR", "HOWTALL")
    name = clause.has("NAMEQ") or (key is not None and key.has("ATTR") and key.lexeme is not None and key.lexeme.kinds["ATTR"] == "name")
    if key is None and not name and clause.has("ID"):
        return _ids(clause)
    sized = clause.word("AREA", "LENGTH", "HOWBIG", "HOWLONG")
    if statistic and sized is not None:
        sized.used = True
        subject = clause.subject()
        clause.use_all("WHAT", "STAT_MEAN", "STAT_MEDIAN", "LIST")
        if subject is None:
            return None
        of_length = sized.has("LENGTH", "HOWLONG") or (sized.has("HOWBIG") and subject.geometry == "line")
        return [Ask(goal="value", of=subject, key="length" if of_length else "area", statistic=statistic, claim=clause.free_claim())]  # type: ignore[arg-type]
    if key is None and not name:
        return None
    if clause.has("COUNT", "SHARE") and not statistic:
        return None
    if name:
        return _names(clause)
    assert key is not None and key.lexeme is not None
    tag = "height" if key.has("HOWTALL") else str(key.lexeme.kinds["ATTR"])
    if clause.has("EXISTS") or not (clause.things or (clause.context and clause.context.of)):
        return None
    key.used = True
    noun = next(iter(clause.things), None)
    subject = clause.subject(noun)
    if subject is None:
        return None
    if noun is not None:
        subject = with_pick(noun, subject)
    clause.use_all("WHAT", "HAVE", "PRONOUN", "STAT_MEAN", "STAT_MEDIAN", "LIST", "COUNT", "IN")
    return [Ask(goal="value", of=subject, key=tag, statistic=statistic, claim=clause.free_claim())]  # type: ignore[arg-type]


def _statistic(clause: Clause) -> str | None:
    return "mean" if clause.has("STAT_MEAN") else "median" if clause.has("STAT_MEDIAN") else None


def _names(clause: Clause) -> list[Ask] | None:
    """Read a question for names; of one thing picked by a superlative it is about that one."""
    noun = next(iter(clause.things), None)
    subject = clause.subject(noun)
    if subject is None or clause.has("EXISTS", "COUNT"):
        return None
    if noun is not None:
        subject = with_pick(noun, subject)
    for word in ("NAMEQ", "ATTR", "NAMED"):
        clause.use_all(word)
    clause.use_all("WHAT", "LIST", "HAVE", "PRONOUN", "WITH", "AND")
    return [Ask(goal="list", of=subject, want="name")]


def _ids(clause: Clause) -> list[Ask] | None:
    noun = next(iter(clause.things), None)
    subject = clause.subject(noun)
    if subject is None:
        return None
    clause.use_all("ID", "WHAT", "LIST", "HAVE", "PRONOUN", "WITH")
    return [Ask(goal="list", of=with_pick(noun, subject) if noun else subject, want="id")]


def area(clause: Clause) -> list[Ask] | None:
    """"How much land do parks cover", "how many hectares of forest", "how big is the park"."""
    unit = clause.word("UNIT")
    in_unit = clause.has("COUNT", "HOWMUCH") and unit is not None and unit.lexeme is not None
    in_area = in_unit and unit is not None and unit.lexeme is not None and unit.lexeme.kinds["UNIT"][0] == "area"
    noun = next(iter(clause.things), None)
    mass = clause.has("HOWMUCH") and noun is not None and noun.subjects[0].geometry != "line"
    if mass and noun is not None and noun.subjects[0].geometry in ("point",):
        return None
    if not (clause.has("AREA", "HOWBIG") or in_area or (mass and not clause.has("UNIT"))):
        return None
    if mass and noun is not None and noun.subjects[0].phrase.endswith("s") and not clause.has("COVER") and not in_area:
        return None
    return _measured(clause, "area", unit if in_area else None)


def length(clause: Clause) -> list[Ask] | None:
    """"Total length of footpaths", "how many kilometres of railway", "how long is the river"."""
    unit = clause.word("UNIT")
    counted = clause.has("COUNT", "HOWMUCH") and unit is not None and unit.lexeme is not None
    in_length = counted and unit is not None and unit.lexeme is not None and unit.lexeme.kinds["UNIT"][0] == "length"
    noun = next(iter(clause.things), None)
    line = clause.has("HOWMUCH") and noun is not None and noun.subjects[0].geometry == "line"
    if not (clause.has("LENGTH", "HOWLONG") or in_length or line):
        return None
    return _measured(clause, "length", unit if in_length else None)


def _measured(clause: Clause, goal: str, unit: object) -> list[Ask] | None:
    from agent.planner.grammar import Chunk

    written = None
    if isinstance(unit, Chunk) and unit.lexeme is not None:
        written = unit.lexeme.kinds["UNIT"][2]
        unit.used = True
    noun = next(iter(clause.things), None)
    if noun is not None and len(clause.things) > 1:
        return None
    subject = clause.subject(noun)
    if subject is None:
        return None
    clause.use_all(
        "AREA", "HOWBIG", "COUNT", "HOWMUCH", "COVER", "LENGTH", "HOWLONG", "WHAT", "TOGETHER", "STAT_TOTAL", "LIST",
        "EXISTS", "GROUND", "HAVE", "WITH", "IN", "AXIS", "NUMBER",
    )  # fmt: skip
    return [Ask(goal=goal, of=subject, unit=written, claim=asserted(clause, clause.free_claim()))]  # type: ignore[arg-type]


def every(clause: Clause) -> list[Ask] | None:
    """"Are all schools within 500 metres of a bus stop"."""
    noun = next((noun for noun in clause.nouns if noun.every), None)
    said = any(chunk.kind == "said" for chunk in clause.chunks)
    if noun is None or not said or clause.has("COUNT", "LIST", "SHARE", "WHAT", "AREA", "LENGTH", "EXISTS", "WHERE"):
        return None
    mods = clause.said()
    base = clause.subject(noun, said=False)
    if base is None:
        return None
    clause.use_all("ASSERT", "TAGQ")
    return [Ask(goal="every", of=applied(base, mods), other=base)]


def count(clause: Clause) -> list[Ask] | None:
    """"How many schools are there", "the number of schools is over 10"."""
    if not clause.has("COUNT") and not clause.has("HOWMUCH"):
        return None
    in_all = clause.has("OUTOF") or (clause.has("TOGETHER") and not clause.things)
    clause.use_all("COUNT", "HOWMUCH", "LIST", "WHAT", "EXISTS", "OUTOF", "ONES", "STAT_TOTAL")
    together = clause.use("TOGETHER") is not None
    noun = next(iter(clause.things), None)
    if noun is None:
        if clause.context is None or clause.context.of is None:
            return None
        for pronoun in clause.nouns:
            clause.take_noun(pronoun)
        base = unlocated(clause.context.of) if in_all and clause.context.goal in ("count", "list") else clause.context.of
        if clause.context.goal in ("extreme", "ratio") and not clause.has("PRONOUN"):
            base = base.model_copy(update={"pick": None})
        mods = [*(m for n in clause.nouns for m in n.mods), *clause.loose(), *clause.said()]
        clause.use_all("PRONOUN", "TOGETHER", "HAVE")
        return [Ask(goal="count", of=applied(base, mods), claim=asserted(clause, clause.free_claim()))]
    if len(clause.things) > 1:
        return None
    extra = [*clause.loose(), *clause.said()]
    clause.take_noun(noun)
    claim = asserted(clause, clause.free_claim())
    if together or noun.joiner == "or":
        subjects = [applied(with_pick(noun, noun.subject()), extra)]
    else:
        subjects = noun.each(extra)
    clause.use_all("HAVE", "COVER" if False else "HAVE")
    return [Ask(goal="count", of=subject, claim=claim) for subject in subjects]


def exists(clause: Clause) -> list[Ask] | None:
    """"Are there any hospitals", "is there more than 20 bus stops", "does any school lie within ..."."""
    first = next((chunk for chunk in clause.chunks if not chunk.has("FILL", "HERE", "COMMA", "IF", "AND")), None)
    yes_no = clause.has("EXISTS", "ASSERT", "TAGQ", "SAYS", "IF") or (first is not None and first.has("BE", "DO", "HAVE"))
    if not yes_no or clause.has("WHAT", "WHERE", "LIST", "COUNT", "SHARE"):
        return None
    noun = next(iter(clause.things), None)
    if noun is None:
        return _exists_of_context(clause)
    if len(clause.things) > 1 or noun.more:
        return None
    extra = [*clause.loose(), *clause.said()]
    clause.take_noun(noun)
    if noun.number is not None:
        claim = clause.claim_of(noun.number, noun.limit)
        clause.use_all("EXISTS", "HAVE", "TOGETHER")
        return [Ask(goal="count", of=noun.subject(extra), claim=asserted(clause, claim))]
    free = clause.free_claim()
    if free is not None:
        clause.use_all("EXISTS", "HAVE", "TOGETHER")
        return [Ask(goal="count", of=noun.subject(extra), claim=asserted(clause, free))]
    negated = noun.none or clause.use("NO", "NOT") is not None
    claim = Claim(relation="no" if negated else "yes", unit="text")
    claim = asserted(clause, claim) or claim
    clause.use_all("EXISTS", "HAVE")
    subjects = [with_pick(noun, s) if noun.sup and noun.sup[0] != "distance" else s for s in noun.each(extra)]
    keep = claim if claim.asserted or negated else None
    return [Ask(goal="exists", of=subject, claim=keep) for subject in subjects]


def _exists_of_context(clause: Clause) -> list[Ask] | None:
    """"Is it more than 20?", "do any of them have a name?"."""
    context = clause.context
    if context is None or context.of is None:
        return None
    pronoun = clause.has("PRONOUN", "ONES") or clause.nouns
    claim = clause.free_claim()
    for noun in clause.nouns:
        clause.take_noun(noun)
    clause.use_all("PRONOUN", "EXISTS", "ONES", "HAVE", "ANY")
    if claim is not None:
        return [context.model_copy(update={"claim": asserted(clause, claim)})]
    mods = [*(m for n in clause.nouns for m in n.mods), *clause.loose(), *clause.said()]
    if not mods or not pronoun:
        return None
    if any(noun.every for noun in clause.nouns):
        return [Ask(goal="every", of=applied(context.of, mods), other=context.of)]
    return [Ask(goal="exists", of=applied(context.of, mods), claim=asserted(clause, None))]


def listing(clause: Clause) -> list[Ask] | None:
    """"List the playgrounds inside parks", "which schools have a name", "where is the station"."""
    where = clause.has("WHERE")
    if not (where or clause.has("LIST", "WHAT", "DESCRIBE")):
        return None
    if len(clause.things) > 1 or clause.has("SHARE", "COUNT"):
        return None
    noun = next(iter(clause.things), None)
    if noun is not None and noun.more:
        return None
    if noun is None and not clause.nouns and not clause.has("PRONOUN", "ONES") and not clause.said_any():
        return None
    subject = clause.subject(noun)
    if subject is None:
        return None
    want = _wanted(clause)
    clause.use_all("WHERE", "LIST", "WHAT", "PRONOUN", "ONES", "HAVE", "DESCRIBE", "WITH", "EXISTS", "ID")
    if noun is not None and noun.joiner == "and":
        subjects = noun.each()
        if len(subjects) > 1 and not where:
            return [Ask(goal="list", of=s, want=want) for s in subjects]  # type: ignore[arg-type]
    return [Ask(goal="locate" if where else "list", of=subject, want=want)]  # type: ignore[arg-type]


RULES: tuple[Rule, ...] = (
    compare, distance, bearing, share, density, extreme, every, value, area, length, count, exists, listing,
)  # fmt: skip
