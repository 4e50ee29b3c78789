"""The lexicon: what the files in `data` say, indexed by words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tools.concepts.model import Concept
from tools.concepts.spelling import spread
from tools.concepts.tags import TagClause, TagQuery, parse_clause, parse_query
from tools.concepts.words import lemmas, plural

_FIELDS = ("en", "tags", "geometry")
_SEPARATOR = " / "
FILES = (
    "amenity",
    "building",
    "food",
    "highway",
    "image",
    "landuse",
    "leisure",
    "natural",
    "other",
    "people",
    "shop",
    "tourism",
    "transport",
    "works",
)
_ARTICLES = spread("a an the my your our some any")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the lexicon, kept as text until it is asked for."""

    id: str
    words: tuple[str, ...]
    does: tuple[str, ...]
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Modifier:
    """A qualifying word and the condition it adds to concepts of some kinds."""

    id: str
    label: str
    clause: TagClause
    on: TagQuery | None
    loose: str | None = None
    after: bool = False

    def fits(self, concept: Concept) -> bool:
        """Say whether the map records this quality of such things."""
        if concept.query is None:
            return False
        if self.on is None:
            return True
        allowed = [group.all_of[0] for group in self.on.any_of]
        return all(
            any(_within(clause, limit) for clause in group.all_of for limit in allowed)
            for group in concept.query.any_of
        )


def _within(clause: TagClause, limit: TagClause) -> bool:
    """Say whether every value a clause allows is allowed by the limit."""
    if clause.key != limit.key or clause.absent != "refused":
        return False
    if not limit.values:
        return not set(clause.values) & set(limit.excluded)
    return bool(clause.values) and set(clause.values) <= set(limit.values)


@dataclass(slots=True)
class Lexicon:
    """All concepts and modifiers, found by their words in singular, plain spelling."""

    entries: dict[str, Entry] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    does: dict[str, str] = field(default_factory=dict)
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)
    before: dict[str, list[Modifier]] = field(default_factory=lambda: defaultdict(list))
    after: dict[str, list[Modifier]] = field(default_factory=lambda: defaultdict(list))
    vocabulary: set[str] = field(default_factory=set)
    common: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    _concepts: dict[str, Concept] = field(default_factory=dict)

    def concept(self, concept_id: str) -> Concept:
        """Return one concept, built when first asked for."""
        if concept_id not in self._concepts:
            self._concepts[concept_id] = _concept(self.entries[concept_id])
        return self._concepts[concept_id]

    def concepts(self) -> Iterator[Concept]:
        """Return all concepts."""
        return (self.concept(concept_id) for concept_id in self.entries)


def key_of(text: str) -> str:
    """Return the index key of a phrase: singular plain words, a final "store" as "shop"."""
    return key_of_lemmas(lemmas(text))


def key_of_lemmas(found: list[str]) -> str:
    """Return the index key of words already in the singular."""
    if len(found) > 1 and found[-1] == "store":
        found = [*found[:-1], "shop"]
    return " ".join(found)


def key_of_deed(text: str) -> str:
    """Return the index key of words in which articles say nothing ("charge my car")."""
    return " ".join(lemma for lemma in lemmas(text) if lemma not in _ARTICLES)


def split(words: str | None) -> tuple[str, ...]:
    """Cut "a / b / c" into its parts."""
    return tuple(part.strip() for part in words.split(_SEPARATOR)) if words else ()


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lexicon, read once."""
    read = Lexicon(
        common=frozenset(_text("common_words.txt").split()),
        silent=frozenset(_text("silent_words.txt").split()),
    )
    choices = _yaml("ambiguous.yaml")
    for name, ids in choices.items():
        for phrase in split(name):
            read.ambiguous[key_of(phrase)] = tuple(ids)
            read.vocabulary.update(key_of(phrase).split())
    made = _yaml("made.yaml")
    plain = (_yaml(f"{name}.yaml") for name in FILES)
    for entry in (*_plain(plain), *_grounds(made["grounds"]), *_foods(made["foods"])):
        _add(read, entry)
    for name, given in _yaml("modifiers.yaml").items():
        _add_modifier(read, name, given)
    return read


def _text(name: str) -> str:
    """Read one data file of this package."""
    return files("tools.concepts").joinpath("data", name).read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    """Read one YAML file of this package."""
    return yaml.load(_text(name), Loader=yaml.CSafeLoader)


def _plain(sections: Iterable[dict[str, Any]]) -> Iterator[Entry]:
    """Read the concepts written out one by one."""
    for section in sections:
        for name, given in section.items():
            fields = (
                dict(given) if isinstance(given, dict) else dict(zip(_FIELDS, given, strict=False))
            )
            yield Entry(name, split(fields.pop("en")), split(fields.pop("do", None)), fields)


def _grounds(sports: dict[str, list[Any]]) -> Iterator[Entry]:
    """Write out "tennis court", "tennis pitch" and so on for each sport."""
    for name, given in sports.items():
        names, values, nouns, size, others = [*given, None, None][:5]
        words = (
            *(f"{sport} {noun}" for noun in split(nouns) for sport in split(names)),
            *split(others),
        )
        fields: dict[str, Any] = {"tags": f"leisure=pitch and sport={values}", "geometry": "area"}
        if size:
            fields |= {"kind": "both", "size_m": size}
        yield Entry(f"{name}_ground", words, (), fields)


def _foods(foods: dict[str, list[str]]) -> Iterator[Entry]:
    """Write out "pizza place", "pizza restaurant" and so on for each dish."""
    nouns = ("place", "restaurant", "joint", "shop", "bar", "house", "takeaway", "takeout", "stand")
    for name, (names, values, *others) in foods.items():
        words = tuple(f"{dish} {noun}" for noun in nouns for dish in split(names))
        tags = f"amenity=restaurant|fast_food|cafe and cuisine={values}"
        yield Entry(
            f"{name}_place",
            (*words, *split(others[0] if others else None)),
            (),
            {"tags": tags, "loose": "cuisine is filled in for only a part of the places"},
        )


def _add(read: Lexicon, entry: Entry) -> None:
    """File an entry under its words; words of two concepts are a mistake in the data."""
    if entry.id in read.entries:
        raise ValueError(f"concept {entry.id} is written twice")
    read.entries[entry.id] = entry
    given = entry.fields.get("plural")
    for words in (*entry.words, given) if given else entry.words:
        key = key_of(words)
        if key in read.ambiguous:
            raise ValueError(f"{words!r} is declared ambiguous and also names {entry.id}")
        if read.phrases.setdefault(key, entry.id) != entry.id:
            raise ValueError(f"{words!r} names both {read.phrases[key]} and {entry.id}")
        read.joined.setdefault(key.replace(" ", ""), entry.id)
        read.vocabulary.update(key.split())
    for deed in entry.does:
        key = key_of_deed(deed)
        if read.does.setdefault(key, entry.id) != entry.id:
            raise ValueError(f"{deed!r} leads to both {read.does[key]} and {entry.id}")


def _add_modifier(read: Lexicon, name: str, fields: dict[str, Any]) -> None:
    """File a modifier under its words, those before the noun and those after it."""
    on, clause = fields.get("only", "*"), parse_clause(fields["tags"])
    limit = None if on == "*" else _limit(on)
    for index, place in ((read.before, "en"), (read.after, "after")):
        for word in split(fields.get(place)):
            modifier = Modifier(name, word, clause, limit, fields.get("loose"), place == "after")
            key = key_of_deed(word)
            index[key].append(modifier)
            read.vocabulary.update(key.split())


@lru_cache(maxsize=128)
def _limit(text: str) -> TagQuery:
    """Read which concepts a modifier goes with; many modifiers share one text."""
    return parse_query(text)


def _concept(entry: Entry) -> Concept:
    """Build the typed concept of an entry."""
    fields = dict(entry.fields)
    tags = fields.pop("tags", None)
    label = entry.words[0]
    fields.setdefault("plural", plural(label))
    query = parse_query(tags) if tags else None
    return Concept(id=entry.id, label=label, query=query, **fields)


def words_of(concept_id: str) -> Iterable[str]:
    """Return the words of a concept, its label first."""
    return lexicon().entries[concept_id].words
