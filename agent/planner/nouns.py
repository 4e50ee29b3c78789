"""Noun phrases as data: which things, how many, and what is said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from agent.inquiry import Condition, Extreme, Relation, Subject
from agent.planner.numbers import Amount
from tools.concepts.model import Ambiguous
from tools.concepts.tags import TagQuery

if TYPE_CHECKING:
    from agent.planner.scene_reading import Read as ReadScenes


@dataclass(frozen=True, slots=True)
class Mod:
    """One thing said about a noun."""

    kind: Literal[
        "relation",
        "condition",
        "part",
        "centre",
        "named",
        "nearest",
        "kind",
        "cannot",
        "here",
        "scene",
    ]
    value: Any = None


@dataclass(slots=True)
class Problems:
    """What stands in the way of an answer, found while reading."""

    unknown: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    ambiguous: list[Ambiguous] = field(default_factory=list)
    scenes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    among: list[tuple[str, ...]] = field(default_factory=list)
    """Groups of scenes a word may mean."""
    missing: list[str] = field(default_factory=list)
    """Names of scenes that are not held."""
    called: str | None = None
    """The word that narrows which scenes are listed, such as `SAR`."""

    def take_scenes(self, read: ReadScenes) -> None:
        """Keep what a clause about scenes named and could not do."""
        self.scenes += read.row.scenes
        self.among += read.row.among
        self.missing += read.row.missing
        self.called = self.called or read.called
        self.cannot += [read.cannot] if read.cannot is not None else []


_ANY_ONE = ((1, None), (1, "ge"))
"""Numbers of things, with the word for their limit, that mean any one of them."""


@dataclass(slots=True)
class Noun:
    """A noun phrase: the things, how many are spoken of, and what is said about them."""

    subjects: list[Subject]
    joiner: Literal["or", "and"] = "or"
    mods: list[Mod] = field(default_factory=list)
    number: Amount | None = None
    limit: str | None = None
    every: bool = False
    any: bool = False
    none: bool = False
    more: tuple[str, str] | None = None
    rank: int | None = None
    top: bool = False
    sup: tuple[str, str, str, str] | None = None
    pronoun: bool = False
    unread: bool = False
    """Whether "most" or "more" was said of them and no rule made anything of it."""
    things: bool = True
    """False for a pronoun, and for a number or superlative without a noun."""
    start: int = 0
    end: int = 0

    @property
    def counts_most(self) -> bool:
        """Whether "the most" of them is spoken of, rather than one that is most."""
        return self.sup is not None and self.sup[0] == "many"

    @property
    def chosen(self) -> bool:
        """Whether some of them are spoken of, by number, rank or comparison, and not any one."""
        if self.more is not None:
            return True
        if self.sup is not None:
            return False
        several = self.number is not None and (self.number.value, self.limit) not in _ANY_ONE
        return several or self.top or bool(self.rank)

    def subject(self, extra: Sequence[Mod] = ()) -> Subject:
        """Return one subject: the union of the kinds, with all that is said about them."""
        return applied(union(self.subjects), [*self.mods, *extra])

    def each(self, extra: Sequence[Mod] = ()) -> list[Subject]:
        """Return the subjects one by one when they were joined by "and", else their union."""
        if self.joiner == "and":
            return [applied(subject, [*self.mods, *extra]) for subject in self.subjects]
        return [self.subject(extra)]


def union(subjects: Sequence[Subject]) -> Subject:
    """Join kinds of things into one subject that means any of them."""
    alike = all(
        (subject.tags, subject.unmapped and subject.concepts)
        == (subjects[0].tags, subjects[0].unmapped and subjects[0].concepts)
        for subject in subjects[1:]
    )
    if len(subjects) == 1 or alike:
        return subjects[0]
    queries = [subject.tags for subject in subjects if subject.tags is not None]
    geometries = {subject.geometry for subject in subjects}
    return Subject(
        phrase=" or ".join(subject.phrase for subject in subjects),
        label=" or ".join(subject.label for subject in subjects),
        concepts=[concept for subject in subjects for concept in subject.concepts],
        tags=TagQuery(any_of=tuple(group for query in queries for group in query.any_of))
        if queries
        else None,
        geometry=geometries.pop() if len(geometries) == 1 else "any",
        unmapped=any(subject.unmapped for subject in subjects),
        loose="; ".join(subject.loose for subject in subjects if subject.loose) or None,
    )


def applied(subject: Subject, mods: Sequence[Mod]) -> Subject:
    """Return a subject with more said about it."""
    change: dict[str, Any] = {}
    where, relations = list(subject.where), list(subject.relations)
    for mod in mods:
        if mod.kind == "relation":
            relations.append(mod.value)
        elif mod.kind == "condition":
            where.append(_sized(mod.value, subject))
        elif mod.kind == "part":
            change["part"] = mod.value
        elif mod.kind == "centre":
            change["position"] = "centre_inside"
        elif mod.kind == "kind":
            concept = mod.value.concept
            change |= {
                "tags": concept.query,
                "label": concept.plural,
                "one": concept.label,
                "concepts": [concept.id],
                "phrase": concept.plural,
            }
            change["loose"] = mod.value.loose
        elif mod.kind == "named":
            change["named"] = mod.value
        elif mod.kind == "scene":
            change["scene"] = mod.value
        elif mod.kind == "nearest":
            extreme, to = mod.value
            change["pick"] = extreme
            relations.append(Relation(relation="nearest", to=to))
    return subject.model_copy(update={**change, "where": where, "relations": relations})


def _sized(condition: Condition, subject: Subject) -> Condition:
    """Decide what "over 200 m" measures: the length of lines; for other things it stays open."""
    if condition.key != "size":
        return condition
    long = subject.geometry == "line" or subject.unmapped
    return condition.model_copy(update={"key": "length" if long else "size"})


def picked(noun: Noun) -> Subject:
    """Return an anchor with its superlative: "the largest park"."""
    subject = noun.subject()
    if noun.sup is None or noun.sup[0] in ("distance", "many"):
        return subject
    return subject.model_copy(update={"pick": extreme_of(noun, subject)})


def extreme_of(noun: Noun, subject: Subject) -> Extreme:
    """Return which of several a superlative phrase means."""
    axis, order, tag, word = noun.sup or ("size", "most", "", "largest")
    k = int(noun.number.value) if noun.number is not None else 1
    rank = noun.rank or 1
    if axis == "size":
        axis = "length" if subject.geometry == "line" else "area"
    return Extreme(axis=axis, order=order, tag=tag or None, k=max(k, 1), rank=rank, word=word)


def near_mod(relation: str, to: Subject, far: Amount) -> Mod:
    """Return "within" or "beyond" a distance of something."""
    return Mod("relation", Relation(relation=relation, to=to, distance_m=far.value, said=far.said))


_OPPOSITES = {
    "within_distance": "beyond_distance",
    "beyond_distance": "within_distance",
    "inside": "disjoint",
    "intersects": "disjoint",
    "disjoint": "intersects",
}


def denied_mod(mod: Mod) -> Mod | None:
    """Return the opposite of what is said of a thing by how it lies; None when there is none."""
    if mod.kind != "relation" or mod.value.relation not in _OPPOSITES:
        return None
    opposite = _OPPOSITES[mod.value.relation]
    return Mod("relation", mod.value.model_copy(update={"relation": opposite}))
