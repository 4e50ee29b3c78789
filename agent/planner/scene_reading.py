"""Questions about scenes, read word by word: each word must be part of a scene's name or property.

A clause is read here only when every word of it comes to something; otherwise it is left to the
rules of clauses, which also know mapped things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from agent.inquiry import Ask, Claim
from agent.planner.lexer import Lexeme
from agent.planner.numbers import Amount
from store.geo.region import Part
from tools.concepts.words import american

SCENE, NUMBER, DAY = "§", "¤", "¶"
_SCENEWORD = re.compile(
    r"\b(?:images?|scenes?|pictures?|photos?|photographs?|tiles?|rasters?|acquisitions?|shots?)\b"
)
_NEEDS_SCENE = frozenset(
    ["date", "width_m", "height_m", "area", "center", "sensor", "size_px", "effective_gsd",
     "format", "unknown", "clouds", "valid_share"]
)  # fmt: skip
_MEASURED = ("gsd", "effective_gsd", "area", "width_m", "height_m", "band_count", "nodata_share",
             "valid_share")  # fmt: skip
_WITHIN = {"size_px": {"width_m", "height_m", "area"}, "area": {"area"}, "bbox": {"area", "center"},
           "georeferenced": {"center"}}  # fmt: skip
_OPS = {"gt": "more_than", "ge": "at_least", "lt": "fewer_than", "le": "at_most", "eq": "exactly",
        "about": "about"}  # fmt: skip
_OF_LISTS = frozenset(
    [
        SCENE,
        DAY,
        "from",
        "taken",
        "dated",
        "acquired",
        "on",
        "for",
        "to",
        "with",
        "data",
        "can",
        "see",
        "of",
        "were",
        "was",
        "made",
    ]
)
_HELD_THINGS = re.compile(
    rf"{_SCENEWORD.pattern}|\b(?:map |vector )?layers?\b|\bmaps?\b|\bimagery\b"
)


@dataclass
class Row:
    """A clause as plain words, with what was taken out of it."""

    text: str
    scenes: list[str] = field(default_factory=list)
    """Ids of the scenes named, in order."""
    among: list[tuple[str, ...]] = field(default_factory=list)
    """Groups of scenes of which one or two must be meant."""
    missing: list[str] = field(default_factory=list)
    """What looks like the name of a scene, and is of none that is held."""
    called: list[str] = field(default_factory=list)
    """The words that stand for groups, as written."""
    unit: str | None = None
    dimension: str | None = None
    claim: Claim | None = None
    parts: list[Part] = field(default_factory=list)
    """Halves, quarters and the middle that were named."""
    days: list[str] = field(default_factory=list)
    fillers: set[str] = field(default_factory=set)
    """Words that ask nothing here, whatever else they may mean."""


@dataclass
class Read:
    """What a clause about scenes asks, and the scenes its loose words name."""

    asks: list[Ask]
    row: Row
    called: str | None = None
    cannot: str | None = None


def read_scenes(row: Row, context: Ask | None) -> Read | None:
    """Read a clause about scenes; None when any word of it is not of such a question."""
    for reading in (_which, _inventory, _values):
        found = reading(row, context)
        if found is not None:
            return found
    return None


def plain_row(lexemes: Sequence[Lexeme], words: Mapping[str, Sequence[str]]) -> Row:
    """Bring a clause to plain words, with marks for scenes, numbers and days."""
    row = Row("")
    texts: list[str] = []
    op: str | None = None
    bound: int | None = None
    for lexeme in lexemes:
        if lexeme.has("SCENEID"):
            row.scenes.append(lexeme.kinds["SCENEID"])
            row.called.append(lexeme.text)
            texts.append(SCENE)
        elif lexeme.has("SCENES"):
            row.among.append(lexeme.kinds["SCENES"])
            row.called.append(lexeme.text)
            texts.append(SCENE)
        elif lexeme.has("NOSCENE"):
            row.missing.append(lexeme.kinds["NOSCENE"])
            texts.append(SCENE)
        elif lexeme.has("DATE"):
            row.days.append(lexeme.kinds["DATE"])
            texts.append(DAY)
        elif lexeme.has("LIMIT") and lexeme.kinds["LIMIT"][0] in _OPS:
            op = lexeme.kinds["LIMIT"][0]
            bound = len(texts)
            texts.append(lexeme.text.casefold())
        elif lexeme.has("NUM") and _is_amount(lexeme, op, texts):
            row.claim = _claim(lexeme.kinds["NUM"], op)
            if bound is not None and bound == len(texts) - 1:
                texts.pop()
            texts.append(NUMBER)
        elif not lexeme.has("COMMA", "END"):
            said = _words(lexeme, row, words)
            empty = set(lexeme.kinds) == {"FILL"}
            row.fillers.update(said if empty else ())
            texts += said if texts or not empty else []
            row.parts += [lexeme.kinds["PART"]] if lexeme.has("PART") else []
    row.text = " ".join(texts)
    return row


def _is_amount(lexeme: Lexeme, op: str | None, before: Sequence[str]) -> bool:
    """Tell whether a number is meant as one: digits, or "half" of something, not "which half"."""
    if lexeme.text[:1].isdigit():
        return True
    fraction = lexeme.kinds["NUM"].dimension == "fraction"
    return fraction and not (before and before[-1] in ("which", "what", "northern", "southern"))


def _words(lexeme: Lexeme, row: Row, words: Mapping[str, Sequence[str]]) -> list[str]:
    if lexeme.has("UNIT"):
        row.dimension, row.unit = lexeme.kinds["UNIT"][0], str(lexeme.kinds["UNIT"][2])
    said = re.findall(r"[^\W_]+", lexeme.text.casefold().replace("'s", " "))
    held = words.get(said[0]) if len(said) == 1 and lexeme.has("UNKNOWN", "PROPER") else None
    if held is None:
        return [american(word) for word in said]
    if len(held) == 1:
        row.scenes.append(held[0])
    else:
        row.among.append(tuple(held))
    row.called.append(lexeme.text)
    return [SCENE]


def _claim(amount: Amount, op: str | None) -> Claim:
    unit = {"area": "m2", "length": "m", "fraction": "1"}.get(amount.dimension or "", "count")
    return Claim(relation=_OPS[op or "eq"], value=amount.value, unit=unit, said=amount.said)


# -- properties ------------------------------------------------------------------------------------


def _values(row: Row, context: Ask | None) -> Read | None:
    """Read "What area does the scene cover in hectares", "bands and date of P0003"."""
    keys = _keys_in(row)
    if not keys:
        return None
    about = (
        SCENE in row.text
        or _SCENEWORD.search(row.text) is not None
        or (context is not None and context.of is None and context.goal in ("value", "describe"))
    )
    if not about and set(keys) & _NEEDS_SCENE:
        return None
    if row.dimension == "length" or re.search(r"\bground\b", row.text):
        keys = [key for key in keys if key != "size_px"] or keys
    sized = _of_pixel(row, keys)
    if sized is None:
        return None
    keys = _folded(sized)
    if len(keys) > 1 and not re.search(r"\band\b", row.text) and len(set(keys)) > 1:
        return None
    if "clouds" in keys:
        return Read([], row, cannot="clouds: no tool here looks for clouds yet")
    if keys == ["center"] and re.match(r"where\b", row.text) and not about:
        return None
    claim = row.claim
    if claim is not None and keys == ["bands"]:
        keys = ["band_count"]
    if claim is not None and (len(keys) > 1 or keys[0] not in _MEASURED):
        return None
    if row.days and (keys != ["date"] and not _asked_yes_no(row.text)):
        return None
    if row.days and len(row.days) == 1 and keys == ["date"]:
        claim = Claim(relation="yes", unit="text", text=row.days[0])
    return Read([Ask(goal="value", key=key, unit=_unit(row), claim=claim) for key in keys], row)


def _of_pixel(row: Row, keys: list[str]) -> list[str] | None:
    """Return the size of a pixel for that of the scene where pixels are spoken of, None if unsure.

    "What size is a pixel, on the ground" asks for no area of the scene.
    """
    if not set(keys) & {"area", "width_m", "height_m"} or "size_px" in keys:
        return keys
    if not re.search(r"\bpixels?\b", row.text):
        return keys
    if row.dimension == "area" or re.search(r"\b(?:area|surface|land|square|and)\b", row.text):
        return None
    return ["gsd" if key in ("area", "width_m", "height_m") else key for key in keys]


def _asked_yes_no(text: str) -> bool:
    return re.match(r"(?:is|was|are|were|does|did|do|has|have)\b", text) is not None


def _unit(row: Row) -> str | None:
    return row.unit


def _folded(keys: list[str]) -> list[str]:
    """Leave out keys that only say more of another one: "width in pixels"."""
    distinct = list(dict.fromkeys(keys))
    for key in distinct:
        distinct = [k for k in distinct if k == key or k not in _WITHIN.get(key, set())]
    return distinct


def _keys_in(row: Row) -> list[str]:
    """Return the properties named in a text, empty when a word of it is none of ours."""
    text = row.text
    if row.claim is not None and row.claim.unit == "m2" and re.search(r"\bcovers?\b", text):
        return ["area"] if scan(row, {}) is not None else []
    found = [kind for kind, _ in scan(row, vocabulary()["keys"]) or ()]
    if not found and (
        NUMBER not in text
        and DAY in text
        and re.search(r"\btaken|acquired|captured|shot|recorded|from\b", text)
    ):
        return ["date"] if scan(row, {}) is not None and _asked_yes_no(text) else []
    return found


def scan(
    row: Row,
    patterns: Mapping[str, list[re.Pattern[str]]],
    extra: frozenset[str] = frozenset(),
    *,
    alone: bool = False,
) -> list[tuple[str, str]] | None:
    """Pass over a text word by word; None at a word that is neither a pattern's nor plain.

    Args:
        row: A clause in plain words.
        patterns: What is looked for, by kind; the longest at a place is taken.
        extra: Words that say nothing by themselves.
        alone: Whether these are all such words, without the usual ones.
    """
    plain = (extra if alone else vocabulary()["plain"] | extra) | row.fillers
    text = row.text
    at, found = 0, []
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        best = max(
            (
                (m.end() - at, kind)
                for kind, alternatives in patterns.items()
                for pattern in alternatives
                if (m := pattern.match(text, at))
            ),
            default=(0, ""),
        )
        word = text[at:].split(" ", 1)[0]
        if best[0]:
            found.append((best[1], text[at : at + best[0]]))
            at += best[0]
        elif word in plain or word in (SCENE, NUMBER, DAY):
            at += len(word)
        else:
            return None
    return found


# -- which of several ------------------------------------------------------------------------------


def _which(row: Row, _context: Ask | None) -> Read | None:
    """Read "Which of the two is the earlier image", "Is A older than B"."""
    found = scan(row, vocabulary()["which"], vocabulary()["among"])
    if found is None or len({kind for kind, _ in found}) != 1 or row.days or row.claim:
        return None
    about = _SCENEWORD.search(row.text) or SCENE in row.text
    if not about or re.search(r"\bhow\b", row.text):
        return None
    key, order = found[0][0].split()
    ask = Ask(goal="which_scene", key=key, order="which_more" if order == "more" else "which_fewer")
    named = len(row.scenes)
    if _asked_yes_no(row.text) and named == 2:
        return Read([ask.model_copy(update={"claim": Claim(relation="yes", unit="text")})], row)
    if not re.search(r"\b(?:which|what|the)\b", row.text) or named == 1:
        return None
    if re.search(r"\b(?:before|after)\b", row.text):
        return None
    return Read([ask], row)


# -- what is held ----------------------------------------------------------------------------------


def _inventory(row: Row, _context: Ask | None) -> Read | None:
    """Read "How many SAR scenes do you hold", "which layers are there"."""
    text = row.text
    if not _HELD_THINGS.search(text) or row.claim or len(row.called) > 1:
        return None
    words = vocabulary()
    rest = _HELD_THINGS.sub(" ", text)
    held = re.search(rf"\b(?:{words['held']})\b", rest)
    counted = re.search(r"\bhow many\b|\bnumber of\b|\blist\b|\bshow\b", rest)
    of_time = bool(row.days) and re.match(r"(?:which|what)\b", text) is not None
    if held is None and counted is None and not of_time:
        return None
    left = [w for w in rest.split() if w not in words["inventory"] | row.fillers]
    if left or not re.search(r"\b(?:how many|number|list|which|what|show|do|are|is|have)\b", text):
        return None
    layers = re.search(r"\blayers?\b|\bmaps?\b", text) and not _SCENEWORD.search(text)
    called = row.called[0] if row.called else None
    return Read([Ask(goal="inventory", key="layers" if layers else None)], row, called=called)


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, Any]:
    """Return the words of questions about scenes, compiled."""
    text = files("agent.planner").joinpath("scenes.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return {
        "keys": {key: _compiled(pattern) for key, pattern in data["keys"].items()},
        "which": {key: _compiled(pattern) for key, pattern in data["which"].items()},
        "plain": frozenset(data["plain"].split()),
        "among": frozenset(data["among"].split()),
        "held": data["held"],
        "change": {key: _compiled(pattern) for key, pattern in data["change"].items()},
        "change_plain": frozenset(data["change_plain"].split()),
        "inventory": frozenset(data["inventory"].split()) | _OF_LISTS,
    }


def _compiled(pattern: str) -> list[re.Pattern[str]]:
    """Return the alternatives of a pattern one by one, so that the longest of them can win."""
    joined = "".join(line.strip() for line in pattern.splitlines())
    depth, parts = 0, [""]
    for letter in joined:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [re.compile(rf"(?:{part})(?!\S)") for part in parts if part]
