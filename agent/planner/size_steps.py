"""From things found to their sizes and recorded properties."""

from __future__ import annotations

from agent.evidence import Evidence
from agent.inquiry import Ask, Subject
from agent.planner.known import subject_named
from agent.planner.nouns import union
from agent.planner.sets import SIZES, things
from agent.planner.work import Found, Site, Stuck, Work

_OTHER_KEYS: dict[str, tuple[str, ...]] = {
    "website": ("contact:website", "url", "brand:website"),
    "phone": ("contact:phone", "contact:mobile", "mobile"),
    "email": ("contact:email",),
    "material": ("surface", "building:material", "building:facade:material"),
    "surface": ("material",),
    "operator": ("brand", "owner", "network"),
    "architect": ("architect:name",),
    "artist_name": ("artist", "sculptor"),
    "start_date": ("building:start_date", "opening_date", "year_of_construction"),
    "cuisine": ("food",),
    "wikipedia": ("wikidata",),
    "addr:street": ("addr:place", "addr:full"),
    "capacity": ("capacity:persons", "seats"),
}
"""Keys under which the same thing is kept, tried in this order where the first says nothing."""
_ADDRESS = ("addr:housenumber", "addr:postcode", "addr:city")
"""What an address says beside the street."""


def attribute(ask: Ask, main: Evidence, work: Work) -> Found | None:
    """Read a recorded property of things, under any key that says the same."""
    assert ask.of is not None
    if main.value("count") == 0 and ask.of.pick is None:
        return Found(ask, main)
    if ask.key in (*SIZES, "perimeter"):
        result = work.need("measure", f"their {ask.key}", features=f"{main.id}#set", of=ask.key)
        return None if result is None else Found(ask, main, result=result)
    first: Evidence | None = None
    for key in (ask.key or "", *_OTHER_KEYS.get(ask.key or "", ())):
        result = _tag_of(main, key, work)
        if result is None:
            return None
        first = first or result
        if _says(result):
            more = _rest_of_address(main, key, work)
            return None if more is None else Found(ask, main, result=result, several=more)
    return Found(ask, main, result=first)


def _tag_of(main: Evidence, key: str, work: Work) -> Evidence | None:
    return work.need("measure", f"their {key}", features=f"{main.id}#set", of="tag", tag=key)


def _says(result: Evidence) -> bool:
    """Say whether any of the things has the tag."""
    return result.value("distinct") != 0


def _rest_of_address(main: Evidence, key: str, work: Work) -> list[Evidence] | None:
    """Return house number, postcode and city of one thing; None while calls are outstanding."""
    if key != "addr:street" or main.value("count") != 1:
        return []
    found = [_tag_of(main, more, work) for more in _ADDRESS]
    return None if any(one is None for one in found) else [e for e in found if e and _says(e)]


def size(ask: Ask, main: Evidence, site: Site, work: Work) -> Found | None:
    """Read a size off the look-up, or measure the set when it was narrowed after that."""
    if ask.goal in ("area", "length") and _by_name_alone(ask.of) and ask.of is not None:
        return _of_the_named(ask, main, site, work)
    if main.tool == "lookup_osm":
        return Found(ask, main)
    if ask.goal in ("area", "length"):
        if main.value("count") == 0:
            return Found(ask, main)
        result = total(ask.goal, main, work)
        return None if result is None else Found(ask, main, result=result)
    if ask.goal == "share" and site.region is not None:
        if main.value("count") == 0:
            return Found(ask, main)
        result = work.need(
            "measure",
            "how much of the ground they cover",
            features=f"{main.id}#set",
            of="share",
            region=site.region,
        )
        return None if result is None else Found(ask, main, result=result)
    raise Stuck(
        f"the {ask.goal} of things chosen by how they lie to others: no tool measures that yet"
    )


def _by_name_alone(subject: Subject | None) -> bool:
    """Say whether a thing is known by its name only, so that several kinds may bear it."""
    return subject is not None and subject.named is not None and subject.tags is None


def _of_the_named(ask: Ask, main: Evidence, site: Site, work: Work) -> Found | None:
    """Measure what bears a name: the street of that name, the largest of several areas."""
    assert ask.of is not None
    if main.value("count") == 0:
        return Found(ask, main)
    if ask.goal == "area":
        if main.value("count") == 1:
            return Found(ask, main)
        result = work.need(
            "measure", "the largest that bears the name", features=f"{main.id}#set", of="area",
            pick="most",
        )  # fmt: skip
        return None if result is None else Found(ask, main, result=result)
    pieces = _street_named(ask.of, site, work)
    if pieces is None:
        return None
    if not _exactly_named(pieces, ask.of.named or ""):
        if main.value("count") == 1:
            return Found(ask, main)
        raise Stuck(f"several things are called {ask.of.named}; say which kind is meant")
    result = work.need(
        "measure",
        "the pieces of the street added up",
        features=f"{pieces.id}#set",
        of="length",
        group_by="name",
        pick="most",
    )
    return None if result is None else Found(ask, pieces, result=result)


def _street_named(subject: Subject, site: Site, work: Work) -> Evidence | None:
    """Look up the pieces of the street that bears a name."""
    street = union([subject_named("street"), subject_named("road")]).model_copy(
        update={"named": subject.named, "relations": subject.relations, "part": subject.part}
    )
    return things(street, site, work)


def _exactly_named(pieces: Evidence, name: str) -> bool:
    """Say whether the whole name was found, not a longer one that contains it."""
    longer = any(caveat.code == "name_contains" for caveat in pieces.caveats)
    return bool(pieces.value("count")) and not longer


def sized(ask: Ask, subject: Subject, main: Evidence, site: Site, work: Work) -> Evidence | None:
    """Add up the areas or lengths of one side; a name alone means the street that bears it."""
    if ask.measure == "length" and _by_name_alone(subject):
        street = _street_named(subject, site, work)
        if street is None:
            return None
        if _exactly_named(street, subject.named or ""):
            main = street
    return total(ask.measure, main, work)


def total(measure: str, main: Evidence, work: Work) -> Evidence | None:
    """Add up the areas or lengths of a set."""
    return work.need("measure", f"their {measure}", features=f"{main.id}#set", of=measure)
