"""Literal tags in a phrase: `amenity=fuel`, `amenity:fuel`, `highway=*`, a bare key."""

from __future__ import annotations

import re

from tools.concepts.lexicon import key_of, lexicon
from tools.concepts.model import Concept
from tools.concepts.spelling import spread
from tools.concepts.tags import KEY, TagQuery, parse_query

MAIN_KEYS = spread(
    """advertising aerialway aeroway amenity barrier boundary building club craft crossing cuisine
    emergency entrance healthcare highway historic information landuse leisure man_made
    military natural office place power public_transport railway route seamark:type shop
    sport surface telecom tourism traffic_calming water waterway wetland"""
)
# Keys that say "tag" when they stand alone; other keys are English words first.
_BARE = spread(
    """amenity aerialway aeroway healthcare historic landuse leisure man_made natural
    public_transport seamark:type telecom tourism traffic_calming waterway"""
)
_VALUE = r"[^\s=*<>\"',;|&()][^=*<>\"',;|&()\s]*(?:\|[^=*<>\"',;|&()\s]+)*"
LITERAL = re.compile(rf"(?<![\w:=])({KEY})=(\*|{_VALUE})(?![\w=*])")
_COLON = re.compile(rf"([a-z_]+):({_VALUE})")
_JOINED = re.compile(r"\s*(?:\band\b|&|\+)\s*")


def tag_concept(phrase: str) -> Concept | None:
    """Read a phrase that is nothing but tags; tags joined by "and" must all hold."""
    phrase = phrase.strip("`\"'“”‘’[]() ")
    parts = _JOINED.split(phrase) if "=" in phrase else [phrase]
    queries = [_clause_text(part) for part in parts]
    if any(query is None for query in queries):
        return None
    return concept_of(parse_query(" and ".join(query for query in queries if query)))


def _clause_text(part: str) -> str | None:
    """Return one tag in the form that `parse_query` reads."""
    if LITERAL.fullmatch(part):
        return part
    colon = _COLON.fullmatch(part)
    if colon and colon.group(1) in MAIN_KEYS:
        return f"{colon.group(1)}={colon.group(2)}"
    if part in _BARE and key_of(part) not in lexicon().phrases:
        return f"{part}=*"
    return None


def concept_of(query: TagQuery) -> Concept:
    """Return a concept for a query that was written out as tags."""
    text = query.text()
    return Concept(id=text, label=text, plural=text, query=query)
