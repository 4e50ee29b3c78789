"""From English words to OpenStreetMap tags."""

from tools.concepts.find import closest, concept_for_tags, find_concept
from tools.concepts.model import Ambiguous, Concept, Match, Spot, Unknown
from tools.concepts.spot import spot
from tools.concepts.tags import AllOf, TagClause, TagQuery, parse_clause, parse_query

__all__ = [
    "AllOf",
    "Ambiguous",
    "Concept",
    "Match",
    "Spot",
    "TagClause",
    "TagQuery",
    "Unknown",
    "closest",
    "concept_for_tags",
    "find_concept",
    "parse_clause",
    "parse_query",
    "spot",
]
