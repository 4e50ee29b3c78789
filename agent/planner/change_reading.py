"""Questions about what changed between two scenes, read word by word."""

from __future__ import annotations

import re

from agent.inquiry import Ask, Claim, Subject
from agent.planner.scene_reading import NUMBER, SCENE, Read, Row, scan, vocabulary
from store.geo.region import Part

_ASKS = re.compile(
    r"^(?:is|are|was|were|did|does|do|has|have|had|any|anything|something|can|could|tell me if)\b"
    r"|\b(?:if|whether|true|correct|right)\b"
)
_WHICH_PART = re.compile(
    r"\b(?:which|what) (?:hal(?:f|ves)|quarters?|quadrants?)\b"
    r"|\b(?:more|most|or|larger|least|less)\b"
)
_CHANGE_WORD = re.compile(r"chang|\bdiffer")
_DEEDS = re.compile(
    r"\b(?:built|build|constructed|construction|erected|added|appeared|new"
    r"|put up|gone up|went up|came up)\b"
)
_BUILT_OVER = re.compile(r"\bbuilt (?:over|up|on)\b|\bcovered (?:by|with) buildings\b")
_OF_KIND = ("built", "lost")
_FALSE_FRIENDS = re.compile(r"^(?:what|which)\b.*\b(?:new|same)\b.*\b(?:date|sensor|size)\b")


def read_change(row: Row, context: Ask | None) -> Read | None:
    """Read "What share of the scene changed", "has anything been built"; None when it is other."""
    if _BUILT_OVER.search(row.text) and not _CHANGE_WORD.search(row.text):
        return None  # "how much of A and B is built over" is about each of them
    found = scan(row, vocabulary()["change"], vocabulary()["change_plain"], alone=True)
    if re.search(rf"\bchanges? {NUMBER}", row.text) and row.dimension != "fraction":
        return None  # "a change bigger than a hectare" is about single regions
    if found is None or _FALSE_FRIENDS.search(row.text):
        return None
    kinds = [kind for kind, _ in found]
    said = set(kinds)
    said |= {"changed"} if any(_CHANGE_WORD.search(text) for _, text in found) else set()
    if not _about_change(said, row, context):
        return None
    aspect = _aspect(said, row)
    kept = "same" in said and aspect not in ("exists", "list")
    if kept and (aspect != "share" or row.claim is not None or "most_of" in said or row.parts):
        return None
    part = row.parts[0] if len(row.parts) == 1 else None
    if aspect in ("where", "halves", "quarters"):
        part = None
    elif (row.parts or said & {"halves", "quarters"}) and (
        part is None or aspect not in ("exists", "share", "list")
    ):
        return None
    claim = _claim(said, row, aspect)
    if claim is None and (NUMBER in row.text or "most_of" in said):
        return None
    order = (
        "fewer"
        if "least" in said
        else "more"
        if aspect in ("where", "halves", "quarters")
        else None
    )
    ask = Ask(
        goal="change",
        aspect=aspect,
        of=_subject(_kind(said, row) if aspect in ("exists", "list") else None, part),
        claim=claim,
        unit=row.unit if aspect in ("area", "largest") else None,
        order="same" if kept else order,
    )
    return Read([ask], row)


def _about_change(said: set[str], row: Row, context: Ask | None) -> bool:
    """Tell whether a change is asked about: a word for it, or one that follows such a question."""
    if said & {"changed", "lost"} or ("same" in said and (_two_things(row) or "share" in said)):
        return True
    if "built" in said:
        built = _DEEDS.search(row.text)
        return built is not None and (_ASKS.search(row.text) is not None or _two_things(row))
    follows = context is not None and context.goal == "change"
    return follows and bool(
        said & {"where", "share", "area", "count", "halves", "quarters", "largest"}
    )


def _two_things(row: Row) -> bool:
    return (
        re.search(
            r"\b(?:two|both|these|they|pair|between|images|scenes|pictures|photos|files|than|first|second|other)\b",
            row.text,
        )
        is not None
        or row.text.count(SCENE) > 1
    )


def _aspect(said: set[str], row: Row) -> str:
    """Return which side of the change is asked about."""
    asks = _ASKS.search(row.text) is not None
    if row.dimension == "area" and NUMBER not in row.text and "largest" not in said:
        return "area"
    if "largest" in said:
        return "largest"
    if said & {"quarters", "halves"} and _WHICH_PART.search(row.text):
        return "quarters" if "quarters" in said else "halves"
    if "count" in said:
        return "count"
    if (row.claim is not None and row.claim.unit in ("1", "m2")) or "most_of" in said:
        return "area" if row.claim is not None and row.claim.unit == "m2" else "share"
    if "share" in said and not ("where" in said and "least" in said):
        return "share"
    if "area" in said:
        return "area"
    if "where" in said or "least" in said:
        return "where"
    return "exists" if asks or "same" in said else "list"


def _claim(said: set[str], row: Row, aspect: str) -> Claim | None:
    if "most_of" in said and row.claim is None:
        return Claim(relation="more_than", value=0.5, unit="1", said="half")
    if row.claim is not None:
        wanted = {"share": "1", "area": "m2", "count": "count"}.get(aspect)
        return row.claim if row.claim.unit == wanted else None
    if "same" in said and aspect == "exists" and not re.search(r"\bnot (?:the )?same\b", row.text):
        return Claim(relation="no", unit="text")
    return None


def _subject(kind: str | None, part: Part | None) -> Subject | None:
    """Return changed regions of a sort or in a part of the scene, None where neither is said."""
    if kind is None and part is None:
        return None
    return Subject(phrase=kind or "", label="changed regions", changed=True, part=part)


def _kind(said: set[str], row: Row) -> str | None:
    """Return what sort of change is meant: something built, something lost, either of them."""
    kinds = [kind for kind in _OF_KIND if kind in said]
    if kinds == ["built"] and "changed" in said:
        return "built"
    if "built" in kinds and "lost" in kinds:
        return "built or lost" if _DEEDS.search(row.text) else "lost"
    return kinds[0] if kinds else None
