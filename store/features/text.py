"""Text from outside, made safe to keep and to show."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice

from store.text import clean_text as on_one_line

LONGEST = 255
"""Most characters of a key or value, as in OpenStreetMap."""
MOST_TAGS = 1_000

_HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|NULL)')
_ESCAPED = re.compile(r"\\(.)")


def clean_text(text: str) -> str:
    r"""Return a key or value as it is kept: one line, nothing hidden in it, at most 255 long.

    >>> clean_text("Caf\u00e9\u202e \n\u200bZero")
    'Café Zero'
    """
    return on_one_line(text, LONGEST)


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Return a name as it is compared: no case, accents or punctuation.

    >>> folded("Café  Engel's"), folded("ÎLE-de-France")
    ('cafe engels', 'ile de france')
    """
    letters = unicodedata.normalize("NFKD", text).casefold().replace("'", "").replace("’", "")
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def clean_tags(tags: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return tags with clean keys and values; empty ones are left out, order is by key."""
    cleaned = ((clean_text(key), clean_text(value)) for key, value in islice(tags, MOST_TAGS))
    return dict(sorted((key, value) for key, value in cleaned if key and value))


def value_text(value: object) -> str:
    """Write a property as a tag value: whole numbers without a point, truth as yes and no.

    >>> [value_text(v) for v in (614897908.0, 3.5, True, None, ["a", "b"])]
    ['614897908', '3.5', 'yes', '', '["a", "b"]']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 2**53
        return "" if value != value else str(int(value)) if whole else repr(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def parse_hstore(text: str) -> dict[str, str]:
    r"""Read `"key"=>"value"` pairs, as GDAL and PostgreSQL write the tags that have no column.

    >>> parse_hstore(r'"ref"=>"E 18","note"=>"say \"hi\""')
    {'ref': 'E 18', 'note': 'say "hi"'}
    """
    found = islice(_HSTORE.finditer(text), MOST_TAGS)
    return {_ESCAPED.sub(r"\1", m[1]): _ESCAPED.sub(r"\1", m[2]) for m in found if m[2] is not None}


def name_keys(tags: Mapping[str, str]) -> list[str]:
    """Return the keys of tags that hold a name, `name` first."""
    return sorted((key for key in tags if is_name_key(key)), key=lambda key: (key != "name", key))


@lru_cache(maxsize=4_096)
def is_name_key(key: str) -> bool:
    """Tell whether a key holds a name: `name`, `name:en`, `alt_name`, `int_name` and so on."""
    stem = key.partition(":")[0]
    return stem == "name" or (
        stem.endswith("_name") and stem.removesuffix("_name") in _KINDS_OF_NAME
    )


_KINDS_OF_NAME = frozenset(
    ("alt", "int", "loc", "nat", "official", "old", "reg", "short", "sorting", "local", "bridge")
)
