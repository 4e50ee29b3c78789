"""Rules of how many, whether any or all, and which."""

from __future__ import annotations

from agent.inquiry import Ask, Claim
from agent.planner.followup import same_measure
from agent.planner.grammar import Clause, unlocated, with_pick
from agent.planner.nouns import applied
from agent.planner.rules.shared import asserted, wanted


def every(clause: Clause) -> list[Ask] | None:
    """Read "Are all schools within 500 metres of a bus stop"."""
    noun = next((noun for noun in clause.nouns if noun.every), None)
    said = any(chunk.kind == "said" for chunk in clause.chunks)
    if (
        noun is None
        or not said
        or clause.has("COUNT", "LIST", "SHARE", "WHAT", "AREA", "LENGTH", "EXISTS", "WHERE")
    ):
        return None
    mods = clause.said()
    base = clause.subject(noun, said=False)
    if base is None:
        return None
    clause.use_all("ASSERT", "TAGQ")
    return [Ask(goal="every", of=applied(base, mods), other=base)]


def _countable(clause: Clause, claim: Claim | None) -> Claim | None:
    """Note a claim about a count that has a unit: it was not understood."""
    if claim is not None and claim.unit != "count":
        clause.problems.unknown.append(claim.said)
    return claim


def count(clause: Clause) -> list[Ask] | None:
    """Read "How many schools are there", "the number of schools is over 10"."""
    if not clause.has("COUNT") and not clause.has("HOWMUCH"):
        return None
    things = clause.things
    if len(things) == 1 and (same := same_measure(clause, things[0])) is not None:
        return same
    in_all = clause.has("OUTOF") or (clause.has("TOGETHER") and not clause.things)
    clause.use_all("COUNT", "HOWMUCH", "LIST", "WHAT", "EXISTS", "OUTOF", "ONES", "STAT_TOTAL")
    together = clause.use("TOGETHER") is not None
    noun = next(iter(clause.things), None)
    cut = "cut" if clause.use("CUT") is not None else None
    if noun is None:
        if clause.context is None or clause.context.of is None:
            return None
        for pronoun in clause.nouns:
            clause.take_noun(pronoun)
        base = (
            unlocated(clause.context.of)
            if in_all and clause.context.goal in ("count", "list")
            else clause.context.of
        )
        if clause.context.goal in ("extreme", "ratio") and not clause.has("PRONOUN"):
            base = base.model_copy(update={"pick": None})
        mods = [*(m for n in clause.nouns for m in n.mods), *clause.loose(), *clause.said()]
        clause.use_all("PRONOUN", "TOGETHER", "HAVE")
        return [
            Ask(
                goal="count",
                key=cut,
                of=applied(base, mods),
                claim=asserted(clause, clause.free_claim()),
            )
        ]
    if len(clause.things) > 1:
        return None
    extra = [*clause.loose(), *clause.said()]
    clause.take_noun(noun)
    claim = _countable(clause, asserted(clause, clause.free_claim()))
    if together or noun.joiner == "or":
        subjects = [applied(with_pick(noun, noun.subject()), extra)]
    else:
        subjects = noun.each(extra)
    clause.use_all("HAVE")
    return [Ask(goal="count", key=cut, of=subject, claim=claim) for subject in subjects]


def exists(clause: Clause) -> list[Ask] | None:
    """Read "Are there any hospitals", "is there more than 20 bus stops"."""
    first = next(
        (chunk for chunk in clause.chunks if not chunk.has("FILL", "HERE", "COMMA", "IF", "AND")),
        None,
    )
    yes_no = clause.has("EXISTS", "ASSERT", "TAGQ", "SAYS", "IF") or (
        first is not None and first.has("BE", "DO", "HAVE")
    )
    if not yes_no or clause.has("WHAT", "WHERE", "LIST", "COUNT"):
        return None
    if clause.has("SHARE"):
        if not (first is not None and first.has("BE", "DO", "EXISTS")):
            return None
        clause.use_all("SHARE", "GROUND")
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
    free = _countable(clause, clause.free_claim())
    if free is not None:
        clause.use_all("EXISTS", "HAVE", "TOGETHER")
        return [Ask(goal="count", of=noun.subject(extra), claim=asserted(clause, free))]
    negated = noun.none or clause.use("NO", "NOT") is not None
    claim = Claim(relation="no" if negated else "yes", unit="text")
    claim = asserted(clause, claim) or claim
    clause.use_all("EXISTS", "HAVE")
    subjects = [
        with_pick(noun, s) if noun.sup and noun.sup[0] != "distance" else s
        for s in noun.each(extra)
    ]
    keep = claim if claim.asserted or negated else None
    return [Ask(goal="exists", of=subject, claim=keep) for subject in subjects]


def _exists_of_context(clause: Clause) -> list[Ask] | None:
    """Read "Is it more than 20?", "do any of them have a name?"."""
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
    """Read "List the playgrounds inside parks", "which schools have a name"."""
    where = clause.has("WHERE")
    if not (where or clause.has("LIST", "WHAT", "DESCRIBE")):
        return None
    if len(clause.things) > 1 or clause.has("SHARE", "COUNT"):
        return None
    noun = next(iter(clause.things), None)
    if noun is not None and noun.more:
        return None
    if (
        noun is None
        and not clause.nouns
        and not clause.has("PRONOUN", "ONES")
        and not clause.said_any()
    ):
        return None
    subject = clause.subject(noun)
    if subject is None:
        return None
    want = wanted(clause)
    clause.use_all(
        "WHERE", "LIST", "WHAT", "PRONOUN", "ONES", "HAVE", "DESCRIBE", "WITH", "EXISTS", "ID"
    )
    if noun is not None and noun.joiner == "and":
        subjects = noun.each()
        if len(subjects) > 1 and not where:
            return [Ask(goal="list", of=s, want=want) for s in subjects]
    return [Ask(goal="locate" if where else "list", of=subject, want=want)]
