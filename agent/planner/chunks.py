"""A piece of a clause while it is being understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.planner.lexer import Lexeme
from agent.planner.nouns import Mod, Noun


@dataclass(slots=True)
class Chunk:
    """A piece of a clause: a noun phrase, what is said about one, or a single lexeme."""

    kind: str
    """`noun`, `said` (after a finite verb), `mods` (without a noun before it) or `word`."""
    noun: Noun | None = None
    mods: list[Mod] = field(default_factory=list)
    lexeme: Lexeme | None = None
    used: bool = False

    def has(self, *kinds: str) -> bool:
        """Tell whether this is a word that can play one of these parts."""
        return self.lexeme is not None and self.lexeme.has(*kinds)
