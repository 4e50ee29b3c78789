"""Cuts a question into the clauses that each ask something."""

from __future__ import annotations

from collections.abc import Sequence

from agent.planner.lexer import Lexeme

_STARTERS = (
    "COUNT", "HOWFAR", "HOWBIG", "HOWLONG", "HOWTALL", "HOWMUCH", "WHERE", "EXISTS", "BEARING",
    "WHAT", "SHARE", "OUTOF",
    "DESCRIBE", "INVENTORY", "SCENEKEY", "ABOUT", "LIST",
)  # fmt: skip
_GOALS = ("COUNT", "HOWFAR", "HOWBIG", "HOWLONG", "HOWTALL", "HOWMUCH", "WHERE",
          "EXISTS", "BEARING", "WHAT", "SHARE", "AREA", "LENGTH",
          "DENSITY", "BE", "DO", "CHANGE", "DESCRIBE", "SCENEKEY", "LIST")  # fmt: skip


def clauses(lexemes: Sequence[Lexeme]) -> list[list[Lexeme]]:
    """Cut a question into the clauses that each ask something."""
    rows: list[list[Lexeme]] = [[]]
    for at, lexeme in enumerate(lexemes):
        if lexeme.has("END"):
            if rows[-1]:
                rows.append([])
            continue
        if (
            rows[-1]
            and _starts(lexemes, at)
            and any(other.has(*_GOALS) for other in rows[-1])
            and _complete(rows[-1])
        ):
            rows.append([])
        rows[-1].append(lexeme)
    rows = [row for row in rows if row]
    return (
        [*(row for row in rows[:1]), *(row for row in rows[1:])]
        if not _tail(rows)
        else [[*rows[-2], *rows[-1]]]
        if len(rows) == 2
        else rows
    )


def _tail(rows: Sequence[Sequence[Lexeme]]) -> bool:
    """Say whether the second of two clauses only asks to confirm the first."""
    return len(rows) == 2 and all(lexeme.has("TAGQ", "FILL", "COMMA", "AND") for lexeme in rows[1])


def _complete(row: Sequence[Lexeme]) -> bool:
    """Say whether a clause has something to be about besides question words."""
    return any(
        lexeme.has(
            "THING",
            "ATTR",
            "PRONOUN",
            "NAME",
            "PROPER",
            "SCENEKEY",
            "CHANGE",
            "GROUND",
            "DESCRIBE",
            "SUP",
            "ONES",
            "UNKNOWN",
            "CANNOT",
            "INVENTORY",
        )
        for lexeme in row
    )


def _starts(lexemes: Sequence[Lexeme], at: int) -> bool:
    """Say whether a new clause begins here: a question word after "and", a comma, or both."""
    lexeme = lexemes[at]
    if not lexeme.has(*_STARTERS):
        return False
    before = list(lexemes[max(0, at - 3) : at])
    while before and before[-1].has("FILL", "HERE") and not before[-1].has("COMMA", "AND"):
        before.pop()
    joint = before[-1] if before else None
    if joint is None or not joint.has("AND", "COMMA", "BUT", "IF"):
        return lexeme.has("OUTOF")
    after = lexemes[at + 1] if at + 1 < len(lexemes) else None
    relative = (
        lexeme.has("THAT")
        and joint.has("COMMA")
        and not joint.has("AND")
        and after is not None
        and after.has("BE", "HAVE", "LIE", "CROSS", "CONTAIN")
    )
    if relative and not (len(before) > 1 and before[-2].has("AND")):
        return False
    return not (lexeme.has("LIST") and set(lexeme.kinds) & {"ATTR", "NAMEQ", "HAVE"})
