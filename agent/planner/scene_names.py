"""Which words of a question name scenes that are held: ids, file stems, and parts of stems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent.planner.lexer import Lexeme
from agent.planner.vocabulary import closed_words
from store.scenes import Scene

_PARTS = re.compile(r"[_\-. ]+")
_CODE = re.compile(r"(?<![\w-])(?=\w*[^\W\d])[^\W_]+(?:[_-][^\W_]+)*(?![\w-])")
_WORD = r"(?:images?|scenes?|pictures?|photos?|photographs?|tiles?|shots?|rasters?|acquisitions?)"
_PATH = re.compile(
    r"(?<!\S)(?:(?:https?|file|s3|ftp)://\S+|~?\.{0,2}[/\\][\w.\-/\\]+"
    r"|[\w.\-]*[/\\][\w.\-]*[/\\][\w.\-/\\]*|[\w\-]+\.(?:tiff?|png|jpe?g|jp2|bmp|img|vrt))(?<![.])(?!\w)",
    re.IGNORECASE,
)
_DIGITS = 3
_BEFORE = re.compile(rf"((?:\b[^\W\d_][\w'-]*\s+){{1,3}}){_WORD}\b", re.IGNORECASE)
_AFTER = re.compile(
    rf"\b{_WORD}\s+(?:(?:of|called|named|from)\s+)?(?:the\s+)?([^\W\d_][\w-]*)(?=\s*(?:[?.!,]|$))",
    re.IGNORECASE,
)
_SHORTEST = 3


def words_of_scenes(scenes: Iterable[Scene]) -> dict[str, tuple[str, ...]]:
    """Return the words that stems and sensors are made of, each with the scenes it may mean."""
    found: dict[str, list[str]] = {}
    for scene in scenes:
        sensor = _PARTS.split(scene.sensor) if scene.sensor else []
        parts = [*_PARTS.split(scene.alias), *sensor]
        for part in dict.fromkeys(part.casefold() for part in parts):
            if len(part) >= _SHORTEST and not part.isdigit():
                found.setdefault(part, []).append(scene.id)
    return {word: tuple(ids) for word, ids in found.items()}


def scene_mentions(
    text: str, aliases: Mapping[str, Sequence[str]], words: Mapping[str, Sequence[str]]
) -> list[Lexeme]:
    """Return where a text names scenes by less than an id, as lexemes, longest first.

    Args:
        text: A tidy question.
        aliases: File stems with the ids of the scenes called so.
        words: Words of the stems, as `words_of_scenes` gives them.
    """
    found: list[Lexeme] = []
    for start, end, ids in (*_codes(text, aliases), *_beside(text, words)):
        if not any(held.start < end and start < held.end for held in found):
            found.append(named(ids, text[start:end], start, end))
    for start, end in _unheld(text):
        if not any(held.start < end and start < held.end for held in found):
            found.append(_nobody(text[start:end], start, end))
    return found


def _unheld(text: str) -> Iterator[tuple[int, int]]:
    """Find what looks like a file or the name of one, whether or not any such file exists."""
    yield from (seen.span() for seen in _PATH.finditer(text))
    for seen in _CODE.finditer(text):
        word = seen.group()
        if not word[0].isalpha():
            continue  # "500m"
        if "_" in word or sum(letter.isdigit() for letter in word) >= _DIGITS:
            yield seen.span()


def _nobody(word: str, start: int, end: int) -> Lexeme:
    kinds = {"UNKNOWN": word, "NOSCENE": word}
    if word[:1].isupper() and start > 0:
        kinds["PROPER"] = word
    return Lexeme(kinds, word, start, end)


def named(ids: Sequence[str], text: str, start: int, end: int) -> Lexeme:
    """Return the lexeme of one scene, or of several of which one or two must be meant."""
    if len(ids) == 1:
        return Lexeme({"SCENEID": ids[0]}, text, start, end)
    return Lexeme({"SCENES": tuple(ids)}, text, start, end)


def _codes(
    text: str, aliases: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Find words that look like parts of file names: `test_113`, `LS20010525`, `P0003`."""
    for seen in _CODE.finditer(text):
        word = seen.group().casefold()
        if not re.search(r"[\d_]", word) or len(word) < _SHORTEST - 1:
            continue
        whole = tuple(i for alias, ids in aliases.items() if alias.casefold() == word for i in ids)
        inside = tuple(
            i for alias, ids in aliases.items() if _has_part(alias.casefold(), word) for i in ids
        )
        if whole or inside:
            yield seen.start(), seen.end(), whole or inside


def _has_part(alias: str, word: str) -> bool:
    """Tell whether a word stands in a stem, from one joint to another."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", alias) is not None


def _beside(
    text: str, words: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Find names beside a word for a scene: "the Las Vegas image", "the picture of Ottawa"."""
    for seen in _BEFORE.finditer(text):
        row = list(re.finditer(r"\S+", seen[1]))
        kept: list[tuple[str, int]] = []
        for word in reversed(row):
            if not _names(word.group(), words):
                break
            kept.append((word.group(), seen.start(1) + word.start()))
        ids = meant([word for word, _ in kept], words)
        if ids:
            yield kept[-1][1], seen.start(1) + row[-1].end(), ids
    for seen in _AFTER.finditer(text):
        ids = meant([seen[1]], words)
        if ids and _names(seen[1], words):
            yield seen.start(1), seen.end(1), ids


def _names(word: str, words: Mapping[str, Sequence[str]]) -> bool:
    plain = word.casefold().removesuffix("'s")
    return plain not in closed_words() and (plain in words or word[:1].isupper())


def meant(said: Sequence[str], words: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the scenes that all the words which are parts of stems may mean together."""
    ids: list[str] | None = None
    for word in said:
        held = words.get(word.casefold().removesuffix("'s"))
        if held is not None:
            ids = list(held) if ids is None else [one for one in ids if one in held]
    return tuple(ids or ())
