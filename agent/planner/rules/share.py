"""Rules of shares, of the ground and of things, and of density."""

from __future__ import annotations

import re

from agent.inquiry import Ask, Claim, Subject
from agent.planner.grammar import Clause
from agent.planner.nouns import Noun, applied
from agent.planner.rules.shared import asserted, words_of
from tools.concepts.find import find_concept
from tools.concepts.model import Match


def share(clause: Clause) -> list[Ask] | None:
    """Read "What share of the ground do buildings cover"."""
    if clause.use("BUILTUP") is not None:
        found = find_concept("buildings")
        assert isinstance(found, Match)
        concept = found.concept
        built = Subject(
            phrase="buildings",
            label=concept.plural,
            concepts=[concept.id],
            tags=concept.query,
            geometry="area",
        )
        clause.use_all("SHARE", "WHAT", "GROUND", "HOWMUCH", "PRONOUN", "AND", "SCENEWORD")
        over, claim = applied(built, clause.loose()), clause.free_claim()
        lexemes = clause.reader.lexemes
        scenes = list(dict.fromkeys(x.kinds["SCENEID"] for x in lexemes if x.has("SCENEID")))
        clause.use_all("SCENEID")
        if len(scenes) < 2:
            return [Ask(goal="share", of=over, claim=claim)]
        each = [over.model_copy(update={"scene": scene}) for scene in scenes]
        return [Ask(goal="share", of=one, claim=claim) for one in each]
    asked = clause.has("SHARE")
    first = next((chunk for chunk in clause.chunks if not chunk.has("FILL", "COMMA", "IF")), None)
    if first is not None and first.has("BE", "DO", "EXISTS") and _any(clause):
        return None  # "is any part of the image forest" asks whether, not how much
    if (of_things := _part_of_things(clause) or _most_of(clause)) is not None:
        return of_things
    fraction = clause.word("NUM")
    percent = (
        fraction is not None
        and fraction.lexeme is not None
        and fraction.lexeme.kinds["NUM"].dimension == "fraction"
    )
    covered = clause.has("COVER") and (clause.has("GROUND", "HERE") or percent)
    coverage = "coverage" in words_of(clause.word("COVER"))
    if not (asked or coverage or (covered and (clause.has("HOWMUCH") or percent))):
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
    if noun is not None and any(one.geometry == "line" for one in noun.subjects):
        clause.problems.cannot.append(
            f"how much ground {subject.label} cover: the map draws some of them as lines "
            "without a width"
        )
    _use_scene(clause)
    clause.use_all(
        "SHARE",
        "COVER",
        "GROUND",
        "WHAT",
        "HOWMUCH",
        "IN",
        "TOGETHER",
        "LIST",
        "HAVE",
        "AREA",
        "EXISTS",
        "WITH",
    )
    return [Ask(goal="share", of=subject, claim=asserted(clause, clause.free_claim()))]


def _use_scene(clause: Clause) -> None:
    """Mark the one scene whose ground is meant as used ("what share of the Kampala image")."""
    places = [
        at for at, chunk in enumerate(clause.chunks) if not chunk.used and chunk.has("SCENEID")
    ]
    if len(places) != 1:
        return
    clause.chunks[places[0]].used = True
    word = clause.word_after("SCENEWORD", places[0])
    if word is not None:
        word.used = True


def _any(clause: Clause) -> bool:
    """Say whether "any" is among the words, also in "is any"."""
    words = (chunk.lexeme.text for chunk in clause.chunks if chunk.lexeme is not None)
    return any("any" in text.casefold().split() for text in words)


def _part_of_things(clause: Clause) -> list[Ask] | None:
    """Read "more than 50 % of the restaurants have a name" as a share of things with a claim."""
    number = clause.word("NUM")
    noun = next(iter(clause.things), None)
    fraction = (
        number is not None
        and number.lexeme is not None
        and number.lexeme.kinds["NUM"].dimension == "fraction"
    )
    if (
        noun is None
        or not fraction
        or not clause.said_any()
        or clause.has("GROUND", "COVER")
        or len(clause.things) > 1
    ):
        return None
    claim = clause.free_claim()
    base = noun.subject()
    clause.take_noun(noun)
    part = applied(base, clause.said())
    return [Ask(goal="ratio", of=part, other=base, claim=asserted(clause, claim))]


def _most_of(clause: Clause) -> list[Ask] | None:
    """Read "do most cafes have a website" as a share of more than a half."""
    noun = next(iter(clause.things), None)
    if noun is None or len(clause.things) > 1 or noun.sup is None or not noun.counts_most:
        return None
    if noun.sup[1] != "most" or not (clause.said_any() or noun.mods):
        return None
    if clause.has("COUNT", "GROUND", "COVER", "WHAT", "LIST", "HALVES", "THAN"):
        return None
    mods = clause.said()
    clause.take_noun(noun)
    base = noun.subject() if mods else Noun(noun.subjects, noun.joiner).subject()
    mods = mods or noun.mods
    clause.use_all("EXISTS")
    claim = Claim(relation="more_than", value=0.5, unit="1", said="half")
    of = applied(base, mods)
    return [Ask(goal="ratio", of=of, other=base, claim=asserted(clause, claim) or claim)]


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
    if clause.has("GROUND") or (len(noun.subjects) > 1 and noun.joiner == "and"):
        return None
    if not said and not noun.mods:
        split = _without_qualifier(noun)
        if split is None:
            return None
        noun_base = split
    else:
        noun_base = None
    mods = clause.said()
    base = noun.subject() if mods else Noun(noun.subjects, noun.joiner).subject()
    base = noun_base or base
    part = applied(noun.subject(), mods)
    clause.take_noun(noun)
    shared = clause.loose()
    clause.use_all("SHARE", "WHAT", "LIST")
    return [
        Ask(
            goal="ratio",
            of=applied(part, shared),
            other=applied(base, shared),
            claim=clause.free_claim(),
        )
    ]


def _without_qualifier(noun: Noun) -> Subject | None:
    """Return the things without "with ..." where the kind itself says it."""
    words = re.split(
        r"\s+(?:with|without|that|which)\s",
        noun.subjects[0].phrase,
        maxsplit=1,
        flags=re.IGNORECASE,
    )
    if len(noun.subjects) != 1 or len(words) != 2:
        return None
    found = find_concept(words[0])
    if not isinstance(found, Match) or found.concept.query is None:
        return None
    concept = found.concept
    return Subject(
        phrase=words[0],
        label=concept.plural,
        concepts=[concept.id],
        tags=concept.query,
        geometry=concept.geometry,
        loose=found.loose,
    )


def density(clause: Clause) -> list[Ask] | None:
    """Read "Bus stops per square kilometre", "density of trees"."""
    unit = clause.word("UNIT")
    per = (
        clause.has("PER")
        and unit is not None
        and unit.lexeme is not None
        and unit.lexeme.kinds["UNIT"][0] == "area"
    )
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
