"""Text that comes from files: data, never instructions."""

from __future__ import annotations

import unicodedata

LONGEST = 200


def clean_text(text: str, longest: int = LONGEST) -> str:
    r"""Return one line of text without control, format, bidirectional and zero-width characters.

    >>> clean_text("band\x00 \u202eone\n\u200btwo")
    'band one two'
    """
    shown = unicodedata.normalize("NFC", text[: longest * 20])
    kept = (
        " " if c.isspace() else c
        for c in shown
        if c.isspace() or not unicodedata.category(c).startswith("C")
    )
    return " ".join("".join(kept).split())[:longest].strip()
