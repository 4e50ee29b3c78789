"""What a phrase can come to: a concept, a choice of concepts, or nothing we know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from tools.concepts.tags import TagQuery

Geometry = Literal["point", "line", "area", "any"]
Kind = Literal["map", "image", "both"]
How = Literal["exact", "synonym", "inflected", "typo", "tag", "modifier"]


class Concept(BaseModel):
    """A countable or measurable kind of thing, and where it can be looked for.

    `query` is null for things that are seen in images but not kept in the map. `geometry` is how
    the thing is usually drawn. `loose` says how the English word and the tags differ.
    `alternatives` are ids of concepts the person may have meant instead. `size_m` is the usual
    range of the long side on the ground, in metres, for things that images show.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    label: str
    plural: str
    query: TagQuery | None
    geometry: Geometry = "any"
    kind: Kind = "map"
    loose: str | None = None
    alternatives: tuple[str, ...] = ()
    size_m: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Concept:
        """Refuse a concept that could be looked for nowhere."""
        if (self.query is None) != (self.kind == "image"):
            raise ValueError(f"{self.id}: kind {self.kind} and query {self.query} do not fit")
        if self.kind != "map" and self.size_m is None:
            raise ValueError(f"{self.id}: say how large it is, size_m: [least, most]")
        return self


@dataclass(frozen=True, slots=True)
class Match:
    """One concept, how it was recognised, and the part of the phrase that named it.

    `loose` gathers every reason why the count may differ from what the person meant: the
    concept's own, a modifier's, or a spelling that was corrected.
    """

    concept: Concept
    how: How
    start: int
    end: int
    text: str
    loose: str | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Words that name several concepts; the person has to choose."""

    phrase: str
    choices: tuple[Concept, ...]
    start: int
    end: int
    text: str

    def question(self) -> str:
        """Return the question to ask the person."""
        named = [choice.plural for choice in self.choices]
        return f"By “{self.text}”, do you mean {', '.join(named[:-1])} or {named[-1]}?"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A phrase that could not be read whole.

    `not_understood` are its words that had no meaning here; `partial` is what the rest would have
    meant, which must not be counted in place of what was asked.
    """

    phrase: str
    not_understood: tuple[str, ...]
    partial: Concept | None = None
    suggestions: tuple[str, ...] = ()

    def reason(self) -> str:
        """Return one sentence for the person."""
        words = " ".join(self.not_understood) or self.phrase
        rest = f", only “{self.partial.plural}”" if self.partial else ""
        hint = f" Did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        return f"I do not know how the map would record “{words}”{rest}.{hint}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A mention of one concept (or a choice of concepts) in a sentence.

    `unread` are the words just before or after the mention that look as if they qualify it and
    were not understood ("red" in "red buildings"): dropping them would answer another question.
    """

    start: int
    end: int
    text: str
    found: Match | Ambiguous
    unread: tuple[str, ...] = ()
