"""What is asked of the map: words, tags, a name or an element, as one query."""

from __future__ import annotations

from dataclasses import dataclass, replace

from store.features.raw import ElementType, parse_element, parse_osm_id
from store.features.reader import Wanted
from store.geo import Region
from tools.concepts.find import closest, find_concept
from tools.concepts.model import Ambiguous, Geometry, Match
from tools.concepts.tags import TagQuery
from tools.contract import ToolRefusal


@dataclass(frozen=True)
class Asked:
    """The query, what its features are called, and how the words and the tags differ."""

    wanted: Wanted
    label: str
    geometry: Geometry = "any"
    loose: str | None = None
    everything: bool = False
    """Whether all features are meant, whatever their tags."""

    def within(self, region: Region | None) -> Asked:
        """Return the same question about a region."""
        return replace(self, wanted=replace(self.wanted, region=region))

    def by_part_of_name(self) -> Asked:
        """Return the same question with the name as a part of longer ones."""
        return replace(self, wanted=replace(self.wanted, name_contains=True))


def understand(
    of: str, tags: TagQuery | None, named: str | None, element: str | None, *, layer_named: bool
) -> Asked:
    """Turn the arguments into one query; refuses words that mean several things or none."""
    asked = _kind(of.strip(), tags)
    wanted = asked.wanted
    label = asked.label
    if named is not None:
        if not any(c.isalnum() for c in named):
            raise ToolRefusal(f"{named[:60]!r} is no name; give one with letters or digits")
        wanted = replace(wanted, named=named)
        label = f"{label or 'places'} named {named[:80]!r}"
    if element is not None:
        wanted = replace(wanted, elements=(_element(element),))
        label = label or element
    if wanted == Wanted() and not layer_named:
        raise ToolRefusal(
            "this asks for everything on the map; say what: of='building', tags, a name, "
            "an element such as way/123, or the layer whose features are meant",
            code="nothing_asked",
        )
    everything = wanted == Wanted()
    return replace(asked, wanted=wanted, label=label or "mapped features", everything=everything)


def _kind(of: str, tags: TagQuery | None) -> Asked:
    if tags is not None:
        return Asked(Wanted(query=tags), of or tags.text())
    if not of:
        return Asked(Wanted(), "")
    found = find_concept(of)
    if isinstance(found, Ambiguous):
        choices = "; ".join(
            f"{choice.label} ({choice.query.text()})" for choice in found.choices if choice.query
        )
        raise ToolRefusal(f"{found.question()} Choose one: {choices}", code="ambiguous_concept")
    if not isinstance(found, Match):
        near = ", ".join(concept.label for concept in closest(of))
        raise ToolRefusal(
            f"{found.reason()} Close to it are: {near or 'nothing'}; or give tags such as "
            "amenity=cafe",
            code="unknown_concept",
        )
    concept = found.concept
    if concept.query is None:
        raise ToolRefusal(
            f"{concept.plural} are not kept in the map; they can be looked for in an image",
            code="not_in_map",
        )
    return Asked(Wanted(query=concept.query), concept.plural, concept.geometry, found.loose)


def _element(text: str) -> tuple[ElementType | None, int]:
    found = parse_element(text)
    number = None if found else parse_osm_id(text)
    if found is None and number is None:
        raise ToolRefusal(f"{text[:40]!r} is no element; write way/123, node/123 or relation/123")
    return found or (None, number or 0)
