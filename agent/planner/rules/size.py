"""Rules of areas and lengths."""

from __future__ import annotations

from agent.inquiry import Ask
from agent.planner.grammar import Chunk, Clause
from agent.planner.rules.shared import asserted


def area(clause: Clause) -> list[Ask] | None:
    """Read "How much land do parks cover", "how many hectares of forest", "how big is the park"."""
    unit = clause.word("UNIT")
    in_unit = unit is not None and unit.lexeme is not None and _counted_in(clause, unit)
    in_area = (
        in_unit
        and unit is not None
        and unit.lexeme is not None
        and unit.lexeme.kinds["UNIT"][0] == "area"
    )
    noun = next(iter(clause.things), None)
    if _which_so_large(clause) and (large := clause.subject(noun)) is not None:
        clause.use_all("AREA", "LENGTH", "WHAT", "HAVE", "WITH", "COVER", "EXISTS")
        return [Ask(goal="list", of=large)]
    mass = clause.has("HOWMUCH") and noun is not None and noun.subjects[0].geometry != "line"
    if mass and noun is not None and noun.subjects[0].geometry in ("point",):
        return None
    if not (clause.has("AREA", "HOWBIG") or in_area or (mass and not clause.has("UNIT"))):
        return None
    if (
        mass
        and noun is not None
        and noun.subjects[0].phrase.casefold().endswith("s")
        and not clause.has("COVER")
        and not in_area
    ):
        return None
    return _measured(clause, "area", unit if in_area else None)


def length(clause: Clause) -> list[Ask] | None:
    """Read "Total length of footpaths", "how many kilometres of railway"."""
    unit = clause.word("UNIT")
    counted = unit is not None and unit.lexeme is not None and _counted_in(clause, unit)
    in_length = (
        counted
        and unit is not None
        and unit.lexeme is not None
        and unit.lexeme.kinds["UNIT"][0] == "length"
    )
    noun = next(iter(clause.things), None)
    line = clause.has("HOWMUCH") and noun is not None and noun.subjects[0].geometry == "line"
    if not (clause.has("LENGTH", "HOWLONG") or in_length or line):
        return None
    return _measured(clause, "length", unit if in_length else None)


def _which_so_large(clause: Clause) -> bool:
    """Say whether "which buildings have an area over 100 m²" asks which, not how large."""
    which = clause.word("WHAT")
    asked = which is not None and which.lexeme is not None
    if not asked or which is None or which.lexeme is None or clause.has("COUNT", "SHARE"):
        return False
    mods = [mod for noun in clause.things for mod in noun.mods]
    mods += [mod for chunk in clause.chunks for mod in chunk.mods]
    sized = any(mod.kind == "condition" and mod.value.key in ("area", "length") for mod in mods)
    return sized and which.lexeme.text.casefold().startswith("which")


def _counted_in(clause: Clause, unit: Chunk) -> bool:
    """Say whether a unit is what is counted; in "in the yard" it is a place."""
    at = clause.position(unit)
    before = clause.chunks[:at]
    asked = any(chunk.has("COUNT", "HOWMUCH") for chunk in before)
    return asked and not any(chunk.has("THE") for chunk in before[-1:])


def _measured(clause: Clause, goal: str, unit: object) -> list[Ask] | None:
    written = clause.unit_in()
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
        "AREA", "HOWBIG", "COUNT", "HOWMUCH", "COVER", "LENGTH", "HOWLONG", "WHAT", "TOGETHER",
        "STAT_TOTAL", "LIST",
        "EXISTS", "GROUND", "HAVE", "WITH", "IN", "AXIS", "NUMBER",
    )  # fmt: skip
    return [Ask(goal=goal, of=subject, unit=written, claim=asserted(clause, clause.free_claim()))]
