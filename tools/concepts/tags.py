"""Tag queries: which OpenStreetMap elements are meant, as plain data that can travel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MISSING = "(missing)"
KEY = r"[A-Za-z][\w:.-]*"
_CLAUSE = re.compile(rf"({KEY})(!?=)(\*|.+?)(?: except (.+))?$")

Tags = Mapping[str, str | None]


class TagClause(BaseModel):
    """One condition on one key.

    `values` non-empty: the value is one of them. `values` empty: any value not in `excluded`
    (`no` unless said otherwise). `absent` says what a missing key means. A value that is a
    semicolon list is read by element. Keys are compared whole, so `disused:amenity` is not
    `amenity`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(min_length=1, max_length=255)
    values: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    absent: Literal["refused", "allowed", "required"] = "refused"

    @model_validator(mode="before")
    @classmethod
    def _no_is_not_a_value(cls, given: Any) -> Any:
        """Write the rule "`no` is not a value" into the clause; SQL needs no hidden rule."""
        if isinstance(given, dict) and "excluded" not in given and not given.get("values"):
            return given | {"excluded": () if given.get("absent") == "required" else ("no",)}
        return given

    @model_validator(mode="after")
    def _one_kind(self) -> TagClause:
        """Refuse clauses that say two things at once."""
        said = bool(self.values) + bool(self.excluded) + (self.absent == "required")
        if said > 1:
            raise ValueError(f"{self.key}: give values, or excluded, or absent='required', not two")
        return self

    def matches(self, tags: Tags) -> bool:
        """Say whether an element with these tags fulfils the condition."""
        value = tags.get(self.key)
        if not value:
            return self.absent != "refused"
        if self.absent == "required":
            return False
        elements = {element.strip() for element in value.split(";")} | {value}
        if self.values:
            return not elements.isdisjoint(self.values)
        return elements.isdisjoint(self.excluded)

    def text(self) -> str:
        """Return the condition in words that `parse_query` reads back."""
        if self.absent == "required":
            return f"{self.key}={MISSING}"
        if self.values:
            shown = (*self.values, MISSING) if self.absent == "allowed" else self.values
            return f"{self.key}={'|'.join(shown)}"
        if self.absent == "allowed":
            return f"{self.key}!={'|'.join(self.excluded)}"
        others = [value for value in self.excluded if value != "no"]
        return f"{self.key}=*" + (f" except {'|'.join(others)}" if others else "")


class AllOf(BaseModel):
    """Conditions that must all hold on one element."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all_of: tuple[TagClause, ...] = Field(min_length=1)

    def matches(self, tags: Tags) -> bool:
        """Say whether every condition holds."""
        return all(clause.matches(tags) for clause in self.all_of)

    def text(self) -> str:
        """Return the conditions joined by "and"."""
        return " and ".join(clause.text() for clause in self.all_of)


class TagQuery(BaseModel):
    """Which map elements are meant: any of some groups of conditions on tags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    any_of: tuple[AllOf, ...] = Field(min_length=1)

    def matches(self, tags: Tags) -> bool:
        """Say whether an element with these tags is meant."""
        return any(group.matches(tags) for group in self.any_of)

    def text(self) -> str:
        """Return the query in words, for example `amenity=fuel`; "and" binds tighter than "or"."""
        return " or ".join(group.text() for group in self.any_of)

    def narrowed(self, clause: TagClause) -> TagQuery:
        """Return the query with one more condition on every alternative."""
        return TagQuery(any_of=tuple(AllOf(all_of=(*g.all_of, clause)) for g in self.any_of))

    def keys(self) -> frozenset[str]:
        """Return the keys the query looks at."""
        return frozenset(clause.key for group in self.any_of for clause in group.all_of)


def parse_clause(text: str) -> TagClause:
    """Read one condition: `key=a|b`, `key=*`, `key=* except a`, `key!=a`, `key=(missing)`."""
    found = _CLAUSE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"cannot read the tag condition {text!r}; write key=value or key=*")
    key, sign, right, but = found.groups()
    if sign == "!=":
        return TagClause(key=key, excluded=tuple(right.split("|")), absent="allowed")
    if right == "*":
        return TagClause(key=key, excluded=("no", *(but.split("|") if but else ())))
    if but:
        raise ValueError(f"'except' goes with key=* only, not with {text!r}")
    values = tuple(value for value in right.split("|") if value != MISSING)
    if not values:
        return TagClause(key=key, absent="required")
    return TagClause(key=key, values=values, absent="allowed" if MISSING in right else "refused")


def parse_query(text: str) -> TagQuery:
    """Read what `TagQuery.text` writes.

    >>> parse_query("amenity=fuel or shop=gas and access!=private").text()
    'amenity=fuel or shop=gas and access!=private'
    """
    groups = (group.split(" and ") for group in text.split(" or "))
    return TagQuery(
        any_of=tuple(
            AllOf(all_of=tuple(parse_clause(clause) for clause in group)) for group in groups
        )
    )
