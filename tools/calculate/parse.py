"""Arithmetic as text, read into a small tree of our own; nothing is evaluated by Python."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tools.contract import ToolRefusal

LONGEST = 500
MOST_NODES = 200
DEEPEST = 32
GRAMMAR = "write + - * / ( ), a comparison < <= > >= == !=, abs(), min(), max(), numbers and names"

Sign = Literal["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="]
Word = Literal["abs", "min", "max", "-"]
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(<=|>=|==|!=|[-+*/()<>,]))"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is written out."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a quantity."""

    name: str


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and the sign between them."""

    sign: Sign
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """`abs`, `min`, `max`, or a minus in front."""

    word: Word
    given: tuple[Tree, ...]


Tree: TypeAlias = "Number | Name | Binary | Call"


def parse(text: str) -> Tree:
    """Read an expression; refuses anything that is not in the grammar, or is too long or deep."""
    if len(text) > LONGEST:
        raise ToolRefusal(f"the expression has {len(text)} characters; at most {LONGEST} are read")
    return _Parser(_tokens(text)).whole()


def names_in(tree: Tree) -> set[str]:
    """Return the names an expression uses."""
    if isinstance(tree, Name):
        return {tree.name}
    if isinstance(tree, Number):
        return set()
    parts = tree.given if isinstance(tree, Call) else (tree.left, tree.right)
    return set().union(*(names_in(part) for part in parts))


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or not text.isascii():
            raise ToolRefusal(f"{text[at : at + 20]!r} cannot be read; {GRAMMAR}")
        found.append(token.group().strip())
        at = token.end()
    if not found:
        raise ToolRefusal(f"the expression is empty; {GRAMMAR}")
    if len(found) > MOST_NODES:
        raise ToolRefusal(f"the expression has {len(found)} parts; at most {MOST_NODES} are read")
    return found


class _Parser:
    """Reads tokens from left to right; * and / bind tighter than + and -."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def whole(self) -> Tree:
        tree = self._sum()
        if self._peek() in COMPARISONS:
            sign = self._take()
            tree = Binary(sign, tree, self._sum())  # type: ignore[arg-type]
        if self._at < len(self._tokens):
            raise ToolRefusal(f"{self._peek()!r} is not expected there; {GRAMMAR}")
        return tree

    def _sum(self) -> Tree:
        tree = self._product()
        while self._peek() in ("+", "-"):
            sign = self._take()
            tree = Binary(sign, tree, self._product())  # type: ignore[arg-type]
        return tree

    def _product(self) -> Tree:
        tree = self._single()
        while self._peek() in ("*", "/"):
            sign = self._take()
            tree = Binary(sign, tree, self._single())  # type: ignore[arg-type]
        return tree

    def _single(self) -> Tree:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ToolRefusal(f"the expression is nested deeper than {DEEPEST}")
        tree = self._unnested()
        self._depth -= 1
        return tree

    def _unnested(self) -> Tree:
        token = self._take()
        if token == "-":
            return Call("-", (self._single(),))
        if token == "(":
            tree = self._sum()
            self._expect(")")
            return tree
        if token[0].isdigit() or token[0] == ".":
            value = float(token)
            if not math.isfinite(value):
                raise ToolRefusal(f"{token} is too large a number")
            return Number(value)
        if not (token[0].isalpha() or token[0] == "_"):
            raise ToolRefusal(f"{token!r} is not expected there; {GRAMMAR}")
        return self._call(token) if self._peek() == "(" else Name(token)

    def _call(self, word: str) -> Tree:
        if word not in ("abs", "min", "max"):
            raise ToolRefusal(f"there is no function {word!r}; {GRAMMAR}")
        self._expect("(")
        given = [self._sum()]
        while self._peek() == ",":
            self._take()
            given.append(self._sum())
        self._expect(")")
        if (word == "abs") != (len(given) == 1):
            raise ToolRefusal(f"{word} takes {'one value' if word == 'abs' else 'two or more'}")
        return Call(word, tuple(given))  # type: ignore[arg-type]

    def _peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> str:
        token = self._peek()
        if token is None:
            raise ToolRefusal(f"the expression ends too early; {GRAMMAR}")
        self._at += 1
        return token

    def _expect(self, wanted: str) -> None:
        token = self._take()
        if token != wanted:
            raise ToolRefusal(f"{wanted!r} is expected, not {token!r}; {GRAMMAR}")
