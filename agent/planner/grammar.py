"""Clauses: from lexemes and noun phrases to the things asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agent.inquiry import Ask, Claim, Extreme, Relation, Subject
from agent.planner.chunks import Chunk
from agent.planner.clause_reading import ClauseReader
from agent.planner.nouns import Mod, Noun, applied, extreme_of, union
from agent.planner.numbers import Amount

IGNORED = (
    "FILL",
    "HERE",
    "COMMA",
    "END",
    "IF",
    "BE",
    "DO",
    "THE",
    "OF",
    "AND",
    "BUT",
    "ANY",
    "LIE",
)
_CLAIMS = {
    "gt": "more_than",
    "ge": "at_least",
    "lt": "fewer_than",
    "le": "at_most",
    "eq": "exactly",
    "about": "about",
}


class Clause(ClauseReader):
    """One clause being understood: its chunks, of which each must come to something."""

    # -- looking at chunks -----------------------------------------------------------------

    def word(self, *kinds: str) -> Chunk | None:
        """Return the first word that can play one of these parts and is not used yet."""
        return next((chunk for chunk in self.chunks if not chunk.used and chunk.has(*kinds)), None)

    def word_after(self, kind: str, place: int) -> Chunk | None:
        """Return the first such word that stands directly after a place in the clause."""
        chunk = next(iter(self.chunks[place + 1 : place + 2]), None)
        return chunk if chunk is not None and chunk.has(kind) else None

    def has(self, *kinds: str) -> bool:
        """Tell whether there is such a word."""
        return self.word(*kinds) is not None

    def use(self, *kinds: str) -> Any:
        """Mark the first such word as used and return its value, None when there is none."""
        chunk = self.word(*kinds)
        if chunk is None:
            return None
        chunk.used = True
        assert chunk.lexeme is not None
        return next(chunk.lexeme.kinds[kind] for kind in kinds if kind in chunk.lexeme.kinds)

    def use_all(self, *kinds: str) -> None:
        """Mark all such words as used."""
        for chunk in self.chunks:
            if chunk.has(*kinds):
                chunk.used = True

    @property
    def nouns(self) -> list[Noun]:
        """The noun phrases, in order."""
        return [chunk.noun for chunk in self.chunks if chunk.noun is not None]

    @property
    def things(self) -> list[Noun]:
        """The noun phrases that name things."""
        return [noun for noun in self.nouns if noun.things]

    def said(self) -> list[Mod]:
        """Return what is said after finite verbs, and mark it as used."""
        return self._mods("said")

    def loose(self) -> list[Mod]:
        """Return the modifiers without a noun of their own, and mark them as used."""
        return self._mods("mods")

    def _mods(self, kind: str) -> list[Mod]:
        found: list[Mod] = []
        for chunk in self.chunks:
            if chunk.kind == kind and not chunk.used:
                chunk.used = True
                found.extend(chunk.mods)
        return found

    def said_any(self) -> bool:
        """Tell whether anything is said after a finite verb."""
        return any(chunk.kind == "said" and not chunk.used for chunk in self.chunks)

    def has_mods(self) -> bool:
        """Tell whether there are modifiers without a noun, used or not."""
        return any(chunk.kind == "mods" for chunk in self.chunks)

    def take_noun(self, noun: Noun) -> None:
        """Mark a noun phrase as used."""
        for chunk in self.chunks:
            if chunk.noun is noun:
                chunk.used = True

    def position(self, target: Noun | Chunk) -> int:
        """Return the place of a noun phrase or chunk in the clause."""
        return next(
            i for i, chunk in enumerate(self.chunks) if chunk is target or chunk.noun is target
        )

    def leftovers(self) -> list[str]:
        """Return the words that came to nothing and mean something."""
        found = []
        for chunk in self.chunks:
            if chunk.used:
                if chunk.noun is not None and chunk.noun.unread:
                    found.append(chunk.noun.sup[3] if chunk.noun.sup else self._text(chunk))
                continue
            if chunk.lexeme is not None and (self._only_hedges(chunk) or self._named_here(chunk)):
                continue
            if chunk.lexeme is not None and not chunk.lexeme.has(*IGNORED):
                found.append(chunk.lexeme.text)
            elif chunk.noun is not None or chunk.mods:
                found.append(self._text(chunk))
        return [text for text in found if text]

    def _only_hedges(self, chunk: Chunk) -> bool:
        """Say whether a word such as "exactly" or "roughly" stands without a number."""
        limit = chunk.lexeme.kinds.get("LIMIT") if chunk.lexeme is not None else None
        numbers = any(other.has("NUM") for other in self.chunks)
        return limit is not None and limit[0] in ("eq", "about") and not numbers

    def _named_here(self, chunk: Chunk) -> bool:
        """Say whether a scene is named right after "in the image"."""
        at = self.chunks.index(chunk)
        before = self.chunks[at - 1] if at else None
        return chunk.has("SCENEID") and before is not None and before.has("HERE")

    def _text(self, chunk: Chunk) -> str:
        if chunk.noun is not None:
            return " ".join(
                lexeme.text for lexeme in self.reader.lexemes[chunk.noun.start : chunk.noun.end]
            )
        return " ".join(str(mod.value) for mod in chunk.mods if mod.kind not in ("here", "scene"))[
            :60
        ]

    # -- subjects --------------------------------------------------------------------------

    def subject(self, noun: Noun | None = None, *, said: bool = True) -> Subject | None:
        """Return the subject of the clause with all that is said about it."""
        if noun is None:
            noun = next(iter(self.things), None) or next(iter(self.nouns), None)
        extra = [*self.loose(), *(self.said() if said else [])]
        if noun is not None:
            self.take_noun(noun)
        if noun is None or not noun.things:
            self.use_all("PRONOUN")
            if self.context is None or self.context.of is None:
                return None
            base = self.context.of
            if self._the_one_picked(noun):
                base = base.model_copy(update={"pick": self.context.extreme})
            mods = [*(noun.mods if noun else []), *extra]
            return applied(base, mods)
        return applied(meant_before(self, noun), [*noun.mods, *extra])

    def _the_one_picked(self, noun: Noun | None) -> bool:
        """Say whether "it" means the one that was picked before ("... and how big is it?")."""
        context = self.context
        if context is None or context.goal != "extreme" or context.extreme is None:
            return False
        lexemes = self.reader.lexemes[noun.start : noun.end] if noun is not None else []
        words = [lexeme.text.casefold() for lexeme in lexemes]
        words += [c.lexeme.text.casefold() for c in self.chunks if c.lexeme is not None]
        spoken = any(word in text.split() for text in words for word in ("it", "its"))
        return spoken and context.extreme.axis != "count"

    def claim_of(self, number: Amount, limit: str | None) -> Claim:
        """Return the claim a number with its limit word makes."""
        unit = {"area": "m2", "length": "m", "fraction": "1"}.get(number.dimension or "", "count")
        return Claim(
            relation=_CLAIMS[limit or "eq"], value=number.value, unit=unit, said=number.said
        )

    def unit_in(self) -> str | None:
        """Read "in km", "in hectares", and mark it as used."""
        for at, chunk in enumerate(self.chunks):
            unit = (
                chunk.lexeme.kinds.get("UNIT")
                if chunk.lexeme is not None and not chunk.used
                else None
            )
            before = self.chunks[at - 1] if at else None
            if unit is not None and before is not None and before.has("IN"):
                chunk.used = before.used = True
                return str(unit[2])
        return None

    def free_claim(self) -> Claim | None:
        """Read "more than 20 %" that stands by itself, and mark it as used."""
        number = self.word("NUM")
        if number is None or number.lexeme is None:
            return None
        limit = self.word("LIMIT")
        if limit is None and number.lexeme.text.casefold() == "one":
            return None  # "how many have one?"
        number.used = True
        op = None
        if limit is not None and limit.lexeme is not None:
            limit.used = True
            if (
                limit.lexeme.kinds["LIMIT"][1] in ("area", "length")
                and number.lexeme.kinds["NUM"].dimension is None
            ):
                self.problems.unknown.append(f"{number.lexeme.text} (of what unit?)")
            op = limit.lexeme.kinds["LIMIT"][0]
        if self.use("ORMORE") is not None:
            op = "ge"
        if self.use("ORLESS") is not None:
            op = "le"
        return self.claim_of(number.lexeme.kinds["NUM"], op)


def meant_before(clause: Clause, noun: Noun) -> Subject:
    """Return what "that park" means: the one thing of before that can be a park, by its name."""
    subject = union(noun.subjects)
    first = clause.reader.lexemes[noun.start].text.casefold() if noun.end > noun.start else ""
    if first not in ("that", "this") or subject.named is not None or clause.context is None:
        return subject
    for ask in reversed(clause.before):
        spoken = [one for one in (ask.of, ask.other) if one is not None]
        spoken += [relation.to for one in spoken for relation in one.relations]
        if ask.of is not None and ask.extreme is not None and ask.of.concepts == subject.concepts:
            return ask.of.model_copy(update={"pick": ask.extreme})
        named = [one for one in spoken if one.named and one.concepts in ([], subject.concepts)]
        if len(named) == 1:
            return subject.model_copy(update={"named": named[0].named, "definite": True})
    return subject


Rule = Callable[[Clause], "list[Ask] | None"]


def asks_of(clause: Clause, rules: Sequence[Rule]) -> list[Ask]:
    """Return what a clause asks, by the first rule that fits."""
    for rule in rules:
        used = [chunk.used for chunk in clause.chunks]
        found = rule(clause)
        if found is not None:
            _mark_unread(clause, found)
            return found
        for chunk, before in zip(clause.chunks, used, strict=True):
            chunk.used = before
    return []


def _mark_unread(clause: Clause, asks: Sequence[Ask]) -> None:
    """Mark "the larger parks" as unread where nothing is compared and none is picked."""
    if any(ask.order is not None or ask.extreme is not None for ask in asks):
        return
    for noun in clause.things:
        noun.unread = noun.unread or noun.more is not None


def with_pick(noun: Noun, subject: Subject) -> Subject:
    """Return a subject with the superlative of its noun phrase as a pick."""
    if noun.sup is None:
        return subject
    if noun.counts_most:
        noun.unread = True
        return subject
    return subject.model_copy(update={"pick": extreme_of(noun, subject)})


def bare_extreme(
    sup: tuple[str, str, str, str], subject: Subject, k: int = 1, rank: int = 1
) -> Extreme:
    """Return which of several a superlative without a noun means ("which park is largest")."""
    axis, order, tag, word = sup
    if axis == "size":
        axis = "length" if subject.geometry == "line" else "area"
    return Extreme(axis=axis, order=order, tag=tag or None, k=k, rank=rank, word=word)


def unlocated(subject: Subject) -> Subject:
    """Return a subject without its part and relations ("out of how many in all")."""
    return subject.model_copy(update={"part": None, "position": "touching", "relations": []})


__all__ = [
    "Ask",
    "Chunk",
    "Clause",
    "Relation",
    "asks_of",
    "bare_extreme",
    "union",
    "unlocated",
    "with_pick",
]
