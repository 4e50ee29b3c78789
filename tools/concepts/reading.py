"""Reading a run of words as one concept with its modifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.concepts.lexicon import Lexicon, Modifier, key_of_lemmas
from tools.concepts.model import Concept
from tools.concepts.spelling import spread

LONGEST_NOUN = 6
LONGEST_MODIFIER = 5
_ARTICLES = spread("a an the")
# "named after", "lit by": the word before says something else then.
_NAMING = spread("after by for")
_RELATIVE = spread("that which who")
_LINKS = spread("that which who are is have has being")


@dataclass(frozen=True, slots=True)
class Reading:
    """What some words come to: one concept, or several that share the words."""

    choices: tuple[Concept, ...]
    key: str
    modifiers: tuple[Modifier, ...] = ()

    def narrowed(self) -> tuple[Concept, ...]:
        """Return the choices that can carry the modifiers, with the modifiers on."""
        able = (c for c in self.choices if all(m.fits(c) for m in self.modifiers))
        return tuple(narrow(concept, self.modifiers) for concept in able)

    def loose(self) -> tuple[str, ...]:
        """Return the reasons the modifiers give for caution."""
        return tuple(dict.fromkeys(m.loose for m in self.modifiers if m.loose))


def narrow(concept: Concept, modifiers: Sequence[Modifier]) -> Concept:
    """Return a concept with the conditions of some modifiers added to it."""
    if not modifiers or concept.query is None:
        return concept
    query, label, plural = concept.query, concept.label, concept.plural
    for modifier in reversed([m for m in modifiers if not m.after]):
        label, plural = f"{modifier.label} {label}", f"{modifier.label} {plural}"
    for modifier in (m for m in modifiers if m.after):
        label, plural = f"{label} {modifier.label}", f"{plural} {modifier.label}"
    for modifier in modifiers:
        query = query.narrowed(modifier.clause)
    names = "+".join(modifier.id for modifier in modifiers)
    return concept.model_copy(
        update={"id": f"{concept.id}+{names}", "label": label, "plural": plural, "query": query}
    )


def noun(lexicon: Lexicon, lemmas: Sequence[str]) -> Reading | None:
    """Read words as one bare concept, or as a choice of concepts."""
    key = key_of_lemmas(list(lemmas))
    if key in lexicon.ambiguous:
        choices = lexicon.ambiguous[key]
    elif key in lexicon.phrases:
        choices = (lexicon.phrases[key],)
    elif (joined := key.replace(" ", "")) in lexicon.joined:
        choices = (lexicon.joined[joined],)
    else:
        return None
    return Reading(tuple(lexicon.concept(choice) for choice in choices), key)


def phrase(lexicon: Lexicon, lemmas: Sequence[str]) -> Reading | None:
    """Read all the words as modifiers, a concept and modifiers; None when a word is left over."""
    for start, end in noun_spans(len(lemmas)):
        named = noun(lexicon, lemmas[start:end])
        if named is None:
            continue
        before = modifiers_ending(lexicon, lemmas[:start], named)
        after = modifiers_starting(lexicon, lemmas[end:], named)
        if before.count + after.count != len(lemmas) - (end - start):
            continue
        whole = Reading(named.choices, named.key, (*before.found, *after.found))
        if whole.narrowed():
            return whole
    return None


def noun_spans(count: int) -> Iterator[tuple[int, int]]:
    """Yield the spans a noun could take among words, longest first, then last first."""
    for length in range(min(count, LONGEST_NOUN), 0, -1):
        for start in range(count - length, -1, -1):
            yield start, start + length


@dataclass(frozen=True, slots=True)
class Modifiers:
    """Some modifiers, and how many words they took."""

    found: tuple[Modifier, ...] = ()
    count: int = 0


def modifiers_ending(lexicon: Lexicon, lemmas: Sequence[str], named: Reading) -> Modifiers:
    """Read as many modifiers as stand right before a noun."""
    found: list[Modifier] = []
    end = len(lemmas)
    while end:
        for length in range(min(end, LONGEST_MODIFIER), 0, -1):
            key = " ".join(lemmas[end - length : end])
            modifier = fitting(lexicon.before.get(key, ()), named, found)
            if modifier:
                found.insert(0, modifier)
                end -= length
                break
        else:
            break
    return Modifiers(tuple(found), len(lemmas) - end)


def modifiers_starting(
    lexicon: Lexicon, lemmas: Sequence[str], named: Reading, *, predicates: bool = True
) -> Modifiers:
    """Read as many modifiers as stand right after a noun ("with a name", "that are lit").

    Without `predicates`, what a sentence says of the noun ("are lit") is not read.
    """
    found: list[Modifier] = []
    start = 0
    while start < len(lemmas):
        first = start
        while first < len(lemmas) and lemmas[first] in _LINKS:
            first += 1
        if not predicates and first > start and lemmas[start] not in _RELATIVE:
            break
        step = _one_after(lexicon, lemmas, first, named, found, linked=first > start)
        if step is None:
            break
        modifier, start = step
        found.append(modifier)
    return Modifiers(tuple(found), start)


def _one_after(
    lexicon: Lexicon,
    lemmas: Sequence[str],
    first: int,
    named: Reading,
    found: list[Modifier],
    *,
    linked: bool,
) -> tuple[Modifier, int] | None:
    """Read one modifier from a place on; after "that are" those of the front will do too."""
    for end in range(min(len(lemmas), first + LONGEST_MODIFIER + 1), first, -1):
        if lemmas[end - 1] in _ARTICLES:
            continue
        if end < len(lemmas) and lemmas[end] in _NAMING:
            continue
        key = " ".join(lemma for lemma in lemmas[first:end] if lemma not in _ARTICLES)
        could = [*lexicon.after.get(key, ()), *(lexicon.before.get(key, ()) if linked else ())]
        modifier = fitting(could, named, found)
        if modifier:
            return modifier, end
    return None


def fitting(
    could: Sequence[Modifier], named: Reading, found: Sequence[Modifier]
) -> Modifier | None:
    """Return the first modifier that some choice can carry and that repeats no key."""
    taken = {modifier.clause.key for modifier in found}
    for modifier in could:
        if modifier.clause.key not in taken and any(modifier.fits(c) for c in named.choices):
            return modifier
    return None
