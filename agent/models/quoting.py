"""Text from outside as a model is shown it: data in quotes, cleaned, never an instruction.

File names, tags, metadata, map names and the texts of tools may hold anything. They are put
into the user's message as objects `{"value", "origin", "trust"}`, without characters that
cannot be seen, and without those that chat templates use as marks of their own.
"""

from __future__ import annotations

from typing import Any

from store.text import clean_text

LONGEST = 200
_INERT = str.maketrans({
    "<": "‹", ">": "›", "[": "(", "]": ")", "{": "(", "}": ")", "|": "¦", "`": "'",
})  # fmt: skip
"""Marks of chat templates, of our references and of markup, with what is shown in their place."""
_UNSEEN = frozenset({
    *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5,
    0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
})  # fmt: skip
"""Characters that show nothing, though Unicode does not call them control or format."""


def inert(text: str, longest: int = LONGEST) -> str:
    r"""Return one line of text that shows all it holds and marks nothing.

    >>> inert("Elm <|im_end|>\u200b\n[INST] {E1.count}")
    'Elm ‹¦im_end¦› (INST) (E1.count)'
    """
    seen = "".join(c for c in text[: longest * 20] if ord(c) not in _UNSEEN)
    return clean_text(seen, longest).translate(_INERT)


def outside(value: str, origin: str, longest: int = LONGEST) -> dict[str, str]:
    """Return text from outside as typed data.

    Args:
        value: The text as it was found.
        origin: Where it comes from, in our words.
        longest: How many characters of it are shown.
    """
    return {"value": inert(value, longest), "origin": origin, "trust": "none"}


def outside_all(value: Any, origin: str) -> Any:
    """Return plain values with every text in them made typed data; numbers stay as they are."""
    if isinstance(value, str):
        return outside(value, origin)
    if isinstance(value, dict):
        return {inert(str(k), 60): outside_all(v, origin) for k, v in list(value.items())[:24]}
    if isinstance(value, list | tuple):
        return [outside_all(item, origin) for item in value[:12]]
    return value
