"""Conditions on tags as SQL over the index of a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

Sql: TypeAlias = "tuple[str, list[str | int | float]]"
"""A piece of SQL and the values of its question marks."""


class Clause(Protocol):
    """A condition on one key; what its fields mean is said where they are made."""

    @property
    def key(self) -> str:
        """The key, compared whole."""
        ...

    @property
    def values(self) -> Sequence[str]:
        """The value is one of these; any value when there are none."""
        ...

    @property
    def excluded(self) -> Sequence[str]:
        """The value is none of these."""
        ...

    @property
    def absent(self) -> Literal["refused", "allowed", "required"]:
        """What a missing key means."""
        ...


class Group(Protocol):
    """Clauses that must all hold."""

    @property
    def all_of(self) -> Sequence[Clause]:
        """The clauses."""
        ...


class Query(Protocol):
    """Groups of which one must hold."""

    @property
    def any_of(self) -> Sequence[Group]:
        """The groups."""
        ...

    def matches(self, tags: Mapping[str, str | None], /) -> bool:
        """Say whether an element with these tags is meant."""
        ...

    def text(self) -> str:
        """Return the query in words."""
        ...


def condition(query: Query, fid: str) -> Sql:
    """Return a condition that holds for the elements a query means.

    Args:
        query: What is asked for.
        fid: The SQL expression for the element's number.
    """
    groups = [_all_of([_clause(clause, fid) for clause in group.all_of]) for group in query.any_of]
    return _joined(groups, " OR ")


def drivers(query: Query) -> Sql | None:
    """Return a SELECT of element numbers that holds every element meant, and maybe others.

    It walks the tag index by one clause a group. None when a group only says what must be
    absent, so that all elements must be looked at.
    """
    selects: list[Sql] = []
    for group in query.any_of:
        wanted = [clause for clause in group.all_of if clause.absent == "refused"]
        if not wanted:
            return None
        clause = max(wanted, key=lambda clause: bool(clause.values))
        # a list such as `bakery;cafe` stands in the index under each of its parts
        selects.append(_rows(clause.key, clause.values or ("",), "DISTINCT fid"))
    return " UNION ".join(sql for sql, _ in selects), [
        value for _, values in selects for value in values
    ]


def _clause(clause: Clause, fid: str) -> Sql:
    present = _has(clause.key, ("",), fid)
    if clause.absent == "required":
        return f"NOT {present[0]}", present[1]
    if clause.values:
        held = _has(clause.key, clause.values, fid)
    elif clause.excluded:
        sql, values = _has(clause.key, clause.excluded, fid)
        held = (
            (f"NOT {sql}", values)
            if clause.absent == "allowed"
            else _all_of([present, (f"NOT {sql}", values)])
        )
    else:
        held = present if clause.absent == "refused" else ("1", [])
    if clause.absent == "allowed" and clause.values:
        return _joined([held, (f"NOT {present[0]}", present[1])], " OR ")
    return held


def _has(key: str, values: Sequence[str], fid: str) -> Sql:
    sql, given = _rows(key, values, "1")
    return f"EXISTS ({sql} AND fid = {fid})", given


def _rows(key: str, values: Sequence[str], what: str) -> Sql:
    marks = ",".join("?" * len(values))
    return f"SELECT {what} FROM tag WHERE key = ? AND value IN ({marks})", [key, *values]


def _all_of(parts: Sequence[Sql]) -> Sql:
    return _joined(parts, " AND ")


def _joined(parts: Sequence[Sql], word: str) -> Sql:
    sql = word.join(sql for sql, _ in parts)
    return f"({sql})", [value for _, values in parts for value in values]
