"""What a chat model said: its words, and the calls it asks for, exactly as it wrote them.

Arguments are taken only from whole JSON. A stream that was cut, an object with a key twice or
a number that no record could hold gives a broken ask, never a call with other arguments.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

LONGEST_ARGUMENTS = 40_000
DEEPEST = 24
LARGEST_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class ToolAsk:
    """A call that a model asks for."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class BrokenAsk:
    """A call that cannot be read, and why."""

    name: str
    raw: str
    why: str


@dataclass(frozen=True)
class Reply:
    """One reply, whole."""

    text: str = ""
    calls: tuple[ToolAsk, ...] = ()
    broken: tuple[BrokenAsk, ...] = ()
    first_token_s: float = 0.0
    seconds: float = 0.0


@dataclass
class Collected:
    """The pieces of a reply as they come in; deltas of parallel calls interleave by index."""

    text: list[str] = field(default_factory=list)
    names: dict[Any, str] = field(default_factory=dict)
    arguments: dict[Any, list[str]] = field(default_factory=dict)

    def add(self, index: Any, name: str | None, arguments: str | None) -> None:
        """Take one piece of one call."""
        key = index if index is not None else ("nameless", len(self.names) - (name is None))
        self.names[key] = self.names.get(key, "") + (name or "")
        self.arguments.setdefault(key, []).append(arguments or "")

    def asks(self) -> tuple[tuple[ToolAsk, ...], tuple[BrokenAsk, ...]]:
        """Return the calls that are whole, and those that are not."""
        whole: list[ToolAsk] = []
        broken: list[BrokenAsk] = []
        for key, name in self.names.items():
            raw = "".join(self.arguments[key])
            read = arguments_of(raw)
            if isinstance(read, str):
                broken.append(BrokenAsk(name, raw, read))
            else:
                whole.append(ToolAsk(name, read))
        return tuple(whole), tuple(broken)


def arguments_of(raw: str) -> dict[str, Any] | str:
    """Read the arguments of a call, or say why they cannot be taken as written.

    >>> arguments_of('{"scene": "town"}'), arguments_of('{"scene": "tow')
    ({'scene': 'town'}, 'the arguments are no whole JSON')
    """
    if len(raw) > LONGEST_ARGUMENTS:
        return f"the arguments are longer than {LONGEST_ARGUMENTS} characters"
    try:
        read = json.loads(raw or "{}", object_pairs_hook=_once, parse_constant=_refused)
    except RecursionError:
        return "the arguments are nested too deeply"
    except _Unfit as wrong:
        return str(wrong)
    except ValueError:
        return "the arguments are no whole JSON"
    if not isinstance(read, dict):
        return "the arguments are no object"
    return _unfit(read) or read


class _Unfit(ValueError):
    """JSON that no record could hold."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unfit("the arguments name a key twice")
    return found


def _refused(constant: str) -> Any:
    raise _Unfit(f"{constant} is no number a record could hold")


def _unfit(value: Any, depth: int = 0) -> str | None:
    """Say what in plain values could not be recorded; None when all could."""
    if depth > DEEPEST:
        return "the arguments are nested too deeply"
    if isinstance(value, dict):
        inner: list[Any] = [*value.keys(), *value.values()]
        return next((why for item in inner if (why := _unfit(item, depth + 1))), None)
    if isinstance(value, list):
        return next((why for item in value if (why := _unfit(item, depth + 1))), None)
    if isinstance(value, str):
        return None if _writable(value) else "the arguments hold characters that cannot be written"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return "a whole number is larger than a record could hold"
    if isinstance(value, float) and not math.isfinite(value):
        return "a number is larger than a record could hold"
    return None


def _writable(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" or c == "\x00" for c in text)
