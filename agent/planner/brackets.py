"""Brackets that say more exactly what was just said: a tag of the map, a straight line."""

from __future__ import annotations

import re

from tools.concepts.model import Ambiguous, Concept, Match, Spot
from tools.concepts.spot import spot
from tools.concepts.tags import TagClause, TagQuery

_TAG = re.compile(
    r"\s*\(\s*(?:i\.e\. |tag |tagged (?:as )?)?(?P<key>[a-z][\w:]*)\s*=\s*(?P<value>[\w:;-]+)\s*\)",
    re.IGNORECASE,
)
_STRAIGHT = re.compile(
    r"\s*[(,]\s*(?:measured )?(?:in )?(?:an? )?(?:straight[- ]line(?: distance)?|as the crow flies)"
    r"\s*\)?(?=\s*[?.!]*$|\s*[,;])",
    re.IGNORECASE,
)
_FAR = re.compile(r"\b(?:how far|distances?|apart|nearest|closest)\b", re.IGNORECASE)


def without_brackets(text: str) -> str:
    """Return a question with its clarifying brackets taken at their word.

    A tag that the kind of thing before it has anyway says nothing new; one that is only a part
    of what the words may mean decides, and the things are then asked for by that tag. A bracket
    that contradicts the words stays, and is not understood.

    >>> without_brackets("How many tracks (highway=track) are there?")
    'How many features tagged highway=track are there?'
    """
    if _FAR.search(text):
        text = _STRAIGHT.sub("", text)
    for seen in reversed(list(_TAG.finditer(text))):
        mention = next((one for one in spot(text) if one.end == seen.start()), None)
        said = None if mention is None else _decided(mention, seen["key"], seen["value"])
        if mention is not None and said is not None:
            text = text[: mention.start] + said + text[seen.end() :]
    return text


def _decided(mention: Spot, key: str, value: str) -> str | None:
    """Return the words for what a kind of thing with its tag means, None where they disagree."""
    found = mention.found
    choices: tuple[Concept, ...] = ()
    if isinstance(found, Ambiguous):
        choices = found.choices
    elif isinstance(found, Match):
        choices = (found.concept,)
    queries = [choice.query for choice in choices if choice.query is not None]
    if isinstance(found, Match) and queries and _always(queries[0], key, value):
        return mention.text
    if any(_alone(query, key, value) for query in queries):
        return f"features tagged {key}={value}"
    return None


def _is(clause: TagClause, key: str, value: str) -> bool:
    return clause.key == key and value in clause.values


def _always(query: TagQuery, key: str, value: str) -> bool:
    """Say whether all that a query selects has the tag."""
    return all(
        any(_is(clause, key, value) and len(clause.values) == 1 for clause in group.all_of)
        for group in query.any_of
    )


def _alone(query: TagQuery, key: str, value: str) -> bool:
    """Say whether a query selects what has the tag, but for what it leaves out."""
    return any(
        any(_is(clause, key, value) for clause in group.all_of)
        and all(_is(clause, key, value) or clause.absent == "allowed" for clause in group.all_of)
        for group in query.any_of
    )
