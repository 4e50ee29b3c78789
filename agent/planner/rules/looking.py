"""Rules of looking: crops to be shown, spectral indices, land cover."""

from __future__ import annotations

import re

from agent.inquiry import Ask, Claim, Condition, Subject
from agent.planner.grammar import Chunk, Clause
from agent.planner.nouns import Noun, applied, extreme_of

_NUMBERED = re.compile(r"(?:#|number |no\.? ?|object )?(\d+)")
_STATISTICS = (("STAT_MEAN", "mean"), ("STAT_MEDIAN", "median"), ("MAXOF", "largest"),
               ("MINOF", "smallest"))  # fmt: skip
_OPS = {"more_than": "gt", "at_least": "ge", "fewer_than": "lt", "at_most": "le"}


def look(clause: Clause) -> list[Ask] | None:
    """Read "Zoom in on the pond", "what does the northern half look like"."""
    counted = clause.has("LIST") and any(
        chunk.has("COUNT") and chunk.lexeme is not None and chunk.lexeme.text.casefold() == "number"
        for chunk in clause.chunks
    )
    asked = (
        clause.has("LOOK")
        or (counted and clause.has("NUM") and not clause.things)
        or (clause.has("LOOKLIKE") and clause.has("WHAT", "LIST"))
    )
    seen = clause.word("DESCRIBE")
    question = seen is not None and "see" in (seen.lexeme.text.casefold() if seen.lexeme else "")
    part = clause.has("LIST") and not clause.things and not clause.has("PRONOUN") and _part(clause)
    if not (asked or part or (question and (clause.things or clause.has_mods()))):
        return None
    numbered = clause.has("NUM") and not clause.things and (clause.has("LOOK") or counted)
    if clause.has("HOWMUCH", "SHARE", "CHANGE", "THAN") or len(clause.things) > 1:
        return None
    if clause.has("COUNT") and not numbered:
        return None
    subject = _place(clause)
    clause.use_all(
        "LOOK", "LOOKLIKE", "WHAT", "LIST", "DESCRIBE", "PRONOUN", "GROUND", "SCENEWORD", "SCENEID",
        "WHERE", "TO", "AND", "OF", "IN", "ONES", "THE", "NEAR", "ORD",
    )  # fmt: skip
    for noun in clause.nouns:
        clause.take_noun(noun)
    return [Ask(goal="look", of=subject, key="question" if question else None)]


def _part(clause: Clause) -> bool:
    return any(mod.kind == "part" for chunk in clause.chunks for mod in chunk.mods)


def _place(clause: Clause) -> Subject | None:
    """Return what is to be shown: a thing, a part of the scene, one of what was found before."""
    noun = next(iter(clause.things), None)
    mods = [*clause.loose(), *clause.said()]
    number = _one_of_before(clause) or next((n.rank for n in clause.nouns if not n.things), None)
    if noun is None:
        before = clause.context.of if clause.context is not None else None
        back = clause.has("PRONOUN", "ONES") or any(n.pronoun for n in clause.nouns)
        if number is not None or (back and before is not None):
            base = before or Subject()
            return base.model_copy(update={"refers": f"#{number or 1}"})
        return applied(Subject(), mods) if mods else None
    subject = applied(noun.subject(), mods)
    return _of_the_place_in(subject, noun)


def _of_the_place_in(subject: Subject, noun: Noun) -> Subject:
    """Take "the boats in the marina" as it is; a superlative is a pick."""
    if noun.sup is None or noun.counts_most:
        return subject
    return subject.model_copy(update={"pick": extreme_of(noun, subject)})


def _one_of_before(clause: Clause) -> int | None:
    """Read "number 3" and "the third one" of what was found before."""
    for chunk in clause.chunks if clause.has("LOOK", "LIST") else ():
        if chunk.used or chunk.lexeme is None:
            continue
        if chunk.has("ORD"):
            chunk.used = True
            for other in clause.chunks:
                other.used = other.used or (other.has("NUM") and _is_one(other))
            return int(chunk.lexeme.kinds["ORD"])
        if chunk.has("NUM") and chunk.lexeme.kinds["NUM"].dimension is None:
            found = _NUMBERED.fullmatch(chunk.lexeme.text.casefold())
            if found is not None:
                chunk.used = True
                clause.use_all("COUNT")
                return int(found[1])
    return None


def _is_one(chunk: Chunk) -> bool:
    return chunk.lexeme is not None and chunk.lexeme.text.casefold() == "one"


def index(clause: Clause) -> list[Ask] | None:
    """Read "Mean NDVI of the forest", "how much of the scene has NDVI above 0.4"."""
    word = clause.word("INDEX")
    if word is None or word.lexeme is None or len(clause.things) > 1:
        return None
    key = str(word.lexeme.kinds["INDEX"])
    word.used = True
    noun = next(iter(clause.things), None)
    share = clause.has("SHARE", "HOWMUCH", "COVER") and not clause.has("STAT_MEAN", "STAT_MEDIAN")
    statistic = next((name for kind, name in _STATISTICS if clause.has(kind)), "mean")
    of = applied(noun.subject(), clause.loose()) if noun is not None else _bare(clause)
    statistic = _extreme_of(clause) or statistic
    number = clause.word("NUM")
    year = number is not None and number.has("DATE") and not clause.has("LIMIT")
    claim = None if year else clause.free_claim()
    compared = _compared(clause, key, statistic, of)
    if noun is not None:
        clause.take_noun(noun)
    _use_up(clause)
    if compared is not None:
        return compared
    bound = _bound(claim, key) if share else None
    if share and bound is None:
        return None
    return [
        Ask(
            goal="index",
            key=key,
            of=of,
            statistic=None if share else statistic,
            bound=bound,
            claim=None if share or claim is None else claim.model_copy(update={"unit": "1"}),
        )
    ]


def _extreme_of(clause: Clause) -> str | None:
    """Read "highest" and "min" of an index."""
    order = next((noun.sup[1] for noun in clause.nouns if noun.sup is not None), None)
    if order is None and clause.has("ORMORE", "ORLESS"):
        text = " ".join(x.text.casefold() for x in clause.reader.lexemes)
        order = "most" if re.search(r"\bmax", text) else "least" if "min" in text else None
        if order is not None:
            clause.use_all("ORMORE", "ORLESS", "LIMIT")
    return {"most": "largest", "least": "smallest"}.get(order or "")


def _bare(clause: Clause) -> Subject | None:
    mods = clause.loose()
    where = [mod for mod in mods if mod.kind != "here"]
    return applied(Subject(), where) if where else None


def _bound(claim: Claim | None, key: str) -> Condition | None:
    op = _OPS.get(claim.relation) if claim is not None else None
    if op is None or claim is None:
        return None
    return Condition(key=key, op=op, value=claim.value, said=claim.said)


def _compared(clause: Clause, key: str, statistic: str, of: Subject | None) -> list[Ask] | None:
    """Read "Is NDVI higher in A than in B"."""
    lexemes = clause.reader.lexemes
    ids = [lexeme.kinds["SCENEID"] for lexeme in lexemes if lexeme.has("SCENEID")]
    higher = next((x.kinds["CMP"][1] for x in lexemes if x.has("CMP")), None)
    if not any(x.has("THAN") for x in lexemes) or higher is None or len(ids) != 2:
        return None
    for chunk in clause.chunks:
        chunk.used = True
    base = of or Subject()
    one, two = (base.model_copy(update={"scene": scene}) for scene in ids)
    return [Ask(goal="index", key=key, statistic=statistic, of=one, other=two, order=higher)]


def _use_up(clause: Clause) -> None:
    clause.use_all(
        "WHAT", "SHARE", "HOWMUCH", "COVER", "GROUND", "SCENEWORD", "SCENEID", "HAVE", "WITH",
        "STAT_MEAN", "STAT_MEDIAN", "MAXOF", "MINOF", "LIST", "EXISTS", "TOGETHER", "THAN", "IN",
        "PRONOUN", "THAT", "OF", "AREA", "COUNT",
    )  # fmt: skip
    for other in clause.nouns:
        if not other.things:
            clause.take_noun(other)


def cover(clause: Clause) -> list[Ask] | None:
    """Read "What is the land cover", "the dominant land cover"."""
    word = clause.word("LANDCOVER")
    if word is None or word.lexeme is None or clause.things or clause.has("CHANGE", "NUM"):
        return None
    most = re.search(r"main|dominant|prevail|predominant|most", word.lexeme.text, re.IGNORECASE)
    dominant = most is not None or clause.has("SUP")
    word.used = True
    mods = clause.loose()
    where = [mod for mod in mods if mod.kind != "here"]
    of = applied(Subject(), where) if where else None
    clause.use_all(
        "LANDCOVER", "WHAT", "LIST", "GROUND", "SCENEWORD", "SCENEID", "SUP", "HAVE", "EXISTS",
        "DESCRIBE", "IN", "OF", "SHARE", "COUNT",
    )  # fmt: skip
    for other in clause.nouns:
        clause.take_noun(other)
    return [Ask(goal="cover", of=of, key="dominant" if dominant else None)]
