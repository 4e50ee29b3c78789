"""A place in a row of lexemes, and moving along it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.planner.lexer import Lexeme
from agent.planner.nouns import Problems

SKIPPED = ("FILL", "HERE")


class Cursor:
    """Passes over lexemes one by one, and goes back when a reading fails."""

    def __init__(
        self,
        lexemes: Sequence[Lexeme],
        problems: Problems,
        scene_names: Mapping[str, str],
        layer_names: frozenset[str] = frozenset(),
    ) -> None:
        self.lexemes = lexemes
        self.at = 0
        self.thing = ""
        """The words of the kind of thing named last, for adjectives said of it."""
        self.problems = problems
        self.scene_names = scene_names
        self.layer_names = layer_names

    def peek(self, *kinds: str, skip: bool = True) -> Lexeme | None:
        """Return the next lexeme if it can play one of these parts, passing over fillers."""
        at = self._seek(kinds, skip=skip)
        return None if at is None else self.lexemes[at]

    def take(self, *kinds: str, skip: bool = True) -> Any:
        """Pass the next lexeme if it can play one of these parts and return its value."""
        at = self._seek(kinds, skip=skip)
        if at is None:
            return None
        self.at = at + 1
        lexeme = self.lexemes[at]
        return next(lexeme.kinds[kind] for kind in kinds if kind in lexeme.kinds)

    def _seek(self, kinds: Sequence[str], *, skip: bool) -> int | None:
        at = self.at
        while at < len(self.lexemes):
            lexeme = self.lexemes[at]
            if lexeme.has(*kinds):
                return at
            if not (skip and lexeme.has(*SKIPPED)):
                return None
            at += 1
        return None

    def attempt(self, read: Callable[[], Any]) -> Any:
        """Run a reading step; go back to where it began when it gives None."""
        start, kept = self.at, (list(self.problems.unknown), list(self.problems.cannot))
        found = read()
        if found is None:
            self.at = start
            self.problems.unknown, self.problems.cannot = kept
        return found

    def text_parts(self) -> list[str]:
        """Return the parts named by a direction alone ("the northern or the southern")."""
        return [lexeme.kinds["SIDE"] for lexeme in self.lexemes if lexeme.has("SIDE")]
