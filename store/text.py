"""Text that comes from files: data, never instructions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 200

_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"[ -~]*")


@lru_cache(maxsize=65_536)
def clean_text(text: str, longest: int = LONGEST) -> str:
    r"""Return one line of text without control, format, bidirectional and zero-width characters.

    >>> clean_text("band\x00 \u202eone\n\u200btwo")
    'band one two'
    """
    if not _PLAIN.fullmatch(text):
        shown = unicodedata.normalize("NFC", text[: longest * 20])
        kept = (
            " " if c.isspace() else c
            for c in shown
            if c.isspace() or not unicodedata.category(c).startswith("C")
        )
        text = "".join(kept)
    return _SPACES.sub(" ", text).strip()[:longest].rstrip()
