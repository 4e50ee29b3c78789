"""Rules of clauses about scenes: what is held, what they are, what changed between them."""

from __future__ import annotations

import re

from agent.inquiry import Ask, Claim, Subject
from agent.planner.grammar import Clause, Rule
from agent.planner.nouns import applied


def explain(clause: Clause) -> list[Ask] | None:
    """Read "How do you know?"."""
    if not clause.has("EXPLAIN") or clause.things:
        return None
    clause.use_all("EXPLAIN", "PRONOUN", "WHAT")
    for noun in clause.nouns:
        clause.take_noun(noun)
    return [Ask(goal="explain")]


def inventory(clause: Clause) -> list[Ask] | None:
    """Read "What images do you have from 2011?"."""
    held = clause.has("INVENTORY") or (
        clause.has("SCENEWORD")
        and clause.has("HAVE", "EXISTS", "LIST", "COUNT")
        and clause.has("WHAT", "EXISTS", "LIST", "COUNT", "DO")
    )
    if not held or clause.things:
        return None
    clause.use_all(
        "INVENTORY",
        "SCENEWORD",
        "HAVE",
        "EXISTS",
        "LIST",
        "COUNT",
        "WHAT",
        "DATE",
        "MONTH",
        "FROM",
        "IN",
        "LIE",
        "PRONOUN",
        "NUM",
    )
    for noun in clause.nouns:
        clause.take_noun(noun)
    clause.loose()
    return [Ask(goal="inventory")]


def scene_value(clause: Clause) -> list[Ask] | None:
    """Read "What is the resolution of the picture", "when was this image taken"."""
    word = clause.word("SCENEKEY")
    if word is None and clause.has("WHEN") and clause.has("SCENEWORD", "CHANGE", "TAKEN"):
        return _dated(clause)
    if word is None and clause.has("AREA", "HOWBIG") and clause.has("GROUND", "SCENEWORD"):
        return _extent(clause)
    if word is None or clause.things or word.lexeme is None or clause.has("CHANGE"):
        return None
    key = word.lexeme.kinds["SCENEKEY"]
    unit = clause.unit_in()
    word.used = True
    clause.use_all(
        "SCENEKEY",
        "WHAT",
        "SCENEWORD",
        "HAVE",
        "IN",
        "DATE",
        "GROUND",
        "LIST",
        "PRONOUN",
        "LIE",
        "FROM",
        "WITH",
        "SCENEID",
        "COVER",
        "HOWBIG",
        "TAKEN",
        "EXISTS",
        "COUNT",
    )
    for noun in clause.nouns:
        clause.take_noun(noun)
    clause.loose()
    return [Ask(goal="value", key=key, unit=unit)]


def _extent(clause: Clause) -> list[Ask] | None:
    """Read "what is the area of the scene in hectares"."""
    if clause.things or clause.has("CHANGE", "COVER") or re.search(r"\bpixels?\b", _words(clause)):
        return None
    unit = clause.unit_in()
    clause.use_all("AREA", "HOWBIG", "GROUND", "SCENEWORD", "WHAT", "LIST", "HAVE", "SCENEID")
    for noun in clause.nouns:
        clause.take_noun(noun)
    return [Ask(goal="value", key="area", unit=unit)]


def _dated(clause: Clause) -> list[Ask] | None:
    """Read "when were the two images taken"."""
    if clause.things or not clause.has("TAKEN", "BE"):
        return None
    clause.use_all(
        "WHEN", "SCENEWORD", "CHANGE", "TAKEN", "PRONOUN", "FROM", "ORD", "SCENEID", "THAT"
    )
    for noun in clause.nouns:
        clause.take_noun(noun)
    return [Ask(goal="value", key="date")]


def _when_taken(clause: Clause) -> list[Ask] | None:
    """Read a date of scenes before "the first image" is taken for a question about change."""
    return _dated(clause) if clause.has("WHEN") and clause.has("TAKEN") else None


def describe(clause: Clause) -> list[Ask] | None:
    """Read "Describe the scene", "what is here?"."""
    if not clause.has("DESCRIBE") or clause.things:
        return None
    clause.use_all(
        "DESCRIBE", "SCENEWORD", "PRONOUN", "GROUND", "WHAT", "ONES", "EXISTS", "SCENEID", "THAT"
    )
    for noun in clause.nouns:
        clause.take_noun(noun)
    return [
        Ask(goal="describe", of=applied(Subject(), clause.loose()) if clause.has_mods() else None)
    ]


def change(clause: Clause) -> list[Ask] | None:
    """Read "Did anything change", "how much changed", "where most"."""
    kinds = {
        chunk.lexeme.kinds["CHANGE"]
        for chunk in clause.chunks
        if chunk.lexeme is not None and chunk.has("CHANGE")
    }
    if not kinds or (
        kinds == {"pair"}
        and not (clause.context and clause.context.goal == "change")
        and clause.things
    ):
        return None
    if re.search(r"\b(?:unchanged|same)\b", _words(clause)) and clause.has(
        "SHARE", "AREA", "HOWMUCH"
    ):
        return None  # read word by word before, or not at all
    if kinds <= {"grow"} and clause.has("COUNT"):
        return None  # "how many houses are in the flood zone" asks for no change
    words = " ".join(
        chunk.lexeme.text.casefold()
        for chunk in clause.chunks
        if chunk.lexeme is not None and chunk.has("CHANGE")
    )
    noun = next(iter(clause.things), None)
    if len(clause.things) > 1:
        return None
    fraction = next(
        (
            c
            for c in clause.chunks
            if c.has("NUM") and c.lexeme is not None and c.lexeme.kinds["NUM"].dimension
        ),
        None,
    )
    aspect = _aspect(clause, kinds, words)
    of = noun.subject() if noun is not None else None
    if of is not None and noun is not None:
        clause.take_noun(noun)
    if of is not None and of.tags is not None and aspect in ("share", "area", "count"):
        clause.problems.cannot.append(
            f"which of the changes are {of.label}: I find what changed and where, not what it was"
        )
        of = of.model_copy(update={"relations": []})  # nothing about them is to be asked back
    claim = clause.free_claim() if fraction is not None else None
    mods = [*clause.loose(), *clause.said()]
    if any(mod.kind in ("condition", "named", "part", "centre") for mod in mods):
        clause.problems.cannot.append(
            "changes of a certain size or in a part of the scene; ask how much changed, or where"
        )
    if clause.problems.cannot:
        mods = []
    region = applied(of or Subject(changed=True, label="changed regions"), mods)
    nothing = any(
        chunk.lexeme is not None and chunk.has("ANYTHING") and "no" in chunk.lexeme.text.casefold()
        for chunk in clause.chunks
    )
    if aspect == "exists" and nothing:
        claim = claim or Claim(relation="no", unit="text")
    if (
        any(word in words for word in ("unchanged", "identical", "the same", "remained", "stayed"))
        and aspect == "exists"
    ):
        claim = claim or Claim(relation="no", unit="text")
    unit = _unit(clause)
    clause.use_all(
        "CHANGE", "WHAT", "EXISTS", "COUNT", "SHARE", "HOWMUCH", "AREA", "WHERE", "HALVES",
        "GROUND", "HAVE", "ANY", "LIST",
        "PRONOUN", "ONES", "IN", "SCENEWORD", "ASSERT", "TAGQ", "LIE", "BETWEEN", "FROM", "TO",
        "DATE", "DESCRIBE", "OR",
        "MUCHMORE", "WITH", "NO", "NOT", "SUP", "MONTH", "TOGETHER", "HOWBIG", "COVER", "BUILTUP",
        "SCENEID", "EVERY", "THAT",
        "THAN", "SAY", "ANYTHING", "TAKEN", "PLACES",
    )  # fmt: skip
    for other in clause.nouns:
        if not other.things:
            clause.take_noun(other)
    order = "fewer" if "least" in words else "more" if aspect == "where" else None
    return [
        Ask(
            goal="change",
            aspect=aspect,
            of=region if (of is not None or mods or aspect == "count") else None,
            claim=claim,
            unit=unit,
            order=order,
        )
    ]


def _words(clause: Clause) -> str:
    texts = [chunk.lexeme.text for chunk in clause.chunks if chunk.lexeme is not None]
    return " ".join(texts).casefold()


def _unit(clause: Clause) -> str | None:
    unit = clause.word("UNIT")
    if unit is None or unit.lexeme is None:
        return None
    unit.used = True
    return str(unit.lexeme.kinds["UNIT"][2])


def _aspect(clause: Clause, kinds: set[str], words: str) -> str:
    """Return which side of the change is asked about."""
    picked = clause.word("SUP")
    if "regions" in kinds and picked is not None and picked.lexeme is not None:
        sup = picked.lexeme.kinds["SUP"]
        if sup[0] in ("size", "area") and sup[1] == "most":
            return "largest"
    area_unit = clause.word("UNIT")
    if (
        area_unit is not None
        and area_unit.lexeme is not None
        and area_unit.lexeme.kinds["UNIT"][0] == "area"
    ):
        return "area"
    part_of = clause.has("SHARE") and any(
        "part" in c.lexeme.text.casefold()
        for c in clause.chunks
        if c.lexeme is not None and c.has("SHARE")
    )
    if (
        clause.has("WHERE")
        or ("most" in kinds and (part_of or not clause.has("SHARE")))
        or (clause.has("HALVES") and clause.has("WHAT"))
    ):
        return "where"
    if clause.has("SHARE") or (
        clause.has("NUM")
        and any(
            chunk.lexeme is not None
            and chunk.has("NUM")
            and chunk.lexeme.kinds["NUM"].dimension == "fraction"
            for chunk in clause.chunks
        )
    ):
        return "share"
    if clause.has("AREA") or (clause.has("HOWBIG") and "regions" in kinds):
        return "area"
    if clause.has("HOWMUCH", "HOWBIG") or (clause.has("MUCHMORE") and not clause.has("COUNT")):
        return "share"
    if clause.has("COUNT"):
        return "count"
    if "grow" in kinds and clause.things:
        return "direction"
    asked = words.startswith(
        ("did ", "has ", "have ", "any ", "anything ", "see ", "notice ", "been any")
    )
    asks_yes_no = (
        asked
        or clause.has("EXISTS", "DO", "ASSERT", "TAGQ", "ANY", "IF", "ANYTHING")
        or _fronted(clause)
    )
    if clause.has("LIST") and "regions" in kinds:
        return "list"
    return "exists" if asks_yes_no else "list"


def _fronted(clause: Clause) -> bool:
    first = next((chunk for chunk in clause.chunks if not chunk.has("FILL", "COMMA", "IF")), None)
    return first is not None and first.has("BE", "DO", "HAVE")


SCENE_RULES: tuple[Rule, ...] = (explain, inventory, _when_taken, change, scene_value, describe)
