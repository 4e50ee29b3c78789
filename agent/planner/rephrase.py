"""Frames of sentences that mean the same as a plainer one, tried where a reading fails.

Each frame turns the whole of one form of sentence into another; no word that restricts what is
asked is lost on the way. What a frame gives is read like any question, so a frame that did not
fit ends in words that were not understood. The frames stand in `frames.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import yaml

_DEEP = 3
_MOST = 24
_PART = re.compile(r"<<([A-Z_]+)>>")

Frame = tuple[re.Pattern[str], str]


def settled(text: str) -> str:
    """Return the text with the frames applied that would be misread as they stand."""
    for pattern, plain in _frames("always"):
        text = re.sub(r"\s+", " ", pattern.sub(plain, text)).strip()
    return text


def plainer(text: str) -> Iterator[str]:
    """Yield the text in plainer forms, those that need the fewest frames first."""
    seen, row = {text}, [text]
    for _ in range(_DEEP):
        fresh = [said for one in row for said in _once(one, _frames("frames")) if said not in seen]
        row = list(dict.fromkeys(fresh))
        for said in row:
            if len(seen) > _MOST:
                return
            seen.add(said)
            yield said


def _once(text: str, frames: Sequence[Frame]) -> Iterator[str]:
    for pattern, plain in frames:
        said = pattern.sub(plain, text, count=1)
        if said != text:
            yield re.sub(r"\s+", " ", said).strip()


@lru_cache(maxsize=2)
def _frames(section: str) -> tuple[Frame, ...]:
    """Return the frames of a section of the file, with the named parts written out."""
    text = files("agent.planner").joinpath("frames.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    parts: dict[str, str] = data["parts"]

    def whole(pattern: str) -> str:
        while _PART.search(pattern):
            pattern = _PART.sub(lambda found: parts[found[1]], pattern)
        return pattern

    return tuple((re.compile(whole(said), re.IGNORECASE), meant) for said, meant in data[section])
