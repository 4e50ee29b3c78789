"""Layers without tags of the map, whose features are taken for what the layer is called."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from store.features.conditions import TagCondition
from store.features.reader import Features
from store.scenes import Layer
from tools.concepts.find import find_concept
from tools.concepts.model import Match
from tools.concepts.tags import AllOf, TagClause, TagQuery
from tools.lookup_osm.asked import Asked

_JOINTS = re.compile(r"[^\W\d_]+")
_SURE = ("exact", "synonym", "inflected")
_SHORTEST = 3


@dataclass(frozen=True)
class ByName:
    """What a question comes to in a layer that is called like the things asked about."""

    asked: Asked
    columns: tuple[tuple[str, str], ...] = ()
    """Properties asked about with the column of the layer that is taken for each."""

    def renamed(self, condition: TagCondition) -> TagCondition:
        """Return a condition with the layer's own column."""
        column = dict(self.columns).get(condition.key, condition.key)
        return condition.model_copy(update={"key": column})


def taken_by_name(
    layer: Layer, features: Features, asked: Asked, conditions: Collection[str]
) -> ByName | None:
    """Return the question in terms of a layer called so; None where it cannot be put so.

    Args:
        layer: A layer that was not taken as OpenStreetMap data.
        features: Its features.
        asked: What is asked; a name or an element is never looked for here.
        conditions: Keys of further conditions on the features.
    """
    query, wanted = asked.wanted.query, asked.wanted
    if layer.kind != "vector" or not isinstance(query, TagQuery) or wanted.named or wanted.elements:
        return None
    rest = next((r for base in _meant_by(layer) if (r := _beyond(query, base)) is not None), None)
    if rest is None:
        return None
    keys = features.keys().keys()
    columns = {key: column_of(key, keys) for key in {*(c.key for c in rest), *conditions}}
    if any(column is None for column in columns.values()):
        return None
    clauses = tuple(c.model_copy(update={"key": columns[c.key]}) for c in rest)
    narrowed = TagQuery(any_of=(AllOf(all_of=clauses),)) if clauses else None
    pairs = tuple((key, str(column)) for key, column in sorted(columns.items()) if key != column)
    return ByName(replace(asked, wanted=replace(wanted, query=narrowed)), pairs)


def _meant_by(layer: Layer) -> list[TagQuery]:
    """Return the kinds of things that words of a layer's name stand for, as queries."""
    found: list[TagQuery] = []
    for word in _JOINTS.findall(layer.alias):
        match = find_concept(word) if len(word) >= _SHORTEST else None
        if isinstance(match, Match) and match.how in _SURE and match.concept.query is not None:
            found.append(match.concept.query)
    return found


def _beyond(query: TagQuery, base: TagQuery) -> tuple[TagClause, ...] | None:
    """Return what a query asks beyond a kind of thing; None when it is not of that kind."""
    if len(query.any_of) != len(base.any_of):
        return None
    rests = set()
    for group, own in zip(query.any_of, base.any_of, strict=True):
        if any(clause not in group.all_of for clause in own.all_of):
            return None
        rests.add(tuple(clause for clause in group.all_of if clause not in own.all_of))
    return rests.pop() if len(rests) == 1 else None


def column_of(key: str, columns: Collection[str]) -> str | None:
    """Return the column that holds a property: of the same name, or the only one with its word.

    >>> column_of("lanes", ["lane_number", "heading"]), column_of("surface", ["lane_number"])
    ('lane_number', None)
    """
    if key in columns:
        return key
    word = _singular(key.casefold())
    found = [c for c in columns if word in {_singular(w.casefold()) for w in _JOINTS.findall(c)}]
    return found[0] if len(found) == 1 else None


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > _SHORTEST else word
