"""Sentences and clauses that carry no request: what may be set aside, and never silently.

A part may be set aside when nothing in it could narrow what is asked: no kind of thing, no name,
no number with a unit, no place, time, comparison or property, no "only" or "except". A part of a
sentence has to speak of the person besides ("I", "my thesis"), because words after a noun without
a person in them may belong to the noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.planner.lexer import Lexeme
from tools.concepts.model import Match

_CUT = re.compile(r"(?<=[.!?;])\s+|(?<=[,:])\s+|\s+[-–—]+\s+|\s*[()]\s*")
_SENTENCE = re.compile(r"[.!?]\s*$")
_NARROWS = (
    "THING", "NAME", "LIMIT", "SUP", "CMP", "ATTR", "UNIT", "DATE", "MONTH", "PART", "SIDE",
    "CENTER", "SCENEID", "SCENEWORD", "WITHOUT", "NOT", "NO", "OUTSIDE", "NEAR", "FARFROM",
    "CROSS", "ALONG",
    "CONTAIN", "WITHIN", "CLOSER", "FARTHER", "CHANGE", "CANNOT", "COVER", "SHARE", "ORD",
    "SCENEKEY", "COUNT", "HOWMUCH", "HOWFAR", "WHERE", "BEARING", "UNNAMED", "EQUAL", "HALVES",
    "THAN", "ASSERT", "SAY", "ACCORDING",
    "INVENTORY", "DESCRIBE", "CUT", "OUTOF", "PER",
)  # fmt: skip
"""Parts of speech that may narrow or be a request."""
_LIMITING = re.compile(
    r"\b(?:only|except|excluding|unless|other than|apart from|but not|without|just|instead|rather"
    r"|never|downtown|uptown|midtown|suburbs?|outskirts|abroad|upstairs|underground|where|staying"
    r"|living|located|live|stay|at night|free|cheap|big|small|old|new|open|closed|public|private"
    r"|large|tall|long|short|winter|summer|spring|autumn|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday|within|near)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:i|i'm|i've|we|we're|we've|my|our|me|us|you|someone|somebody|he|she|they|boss|client"
    r"|teacher|kids"
    r"|editor|colleagues?)\b",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"^(?:it is |this is )?(?:for|as part of|to help with|to finish|to complete|because of|out of) "
    r"(?:an? |the |my |our |some )?(?:\w+ ){0,3}(?:reports?|articles?|thesis|homework|projects?"
    r"|newspapers?|piece|blog(?: post)?|stor(?:y|ies)|study|studies|presentation|essay|course|paper"
    r"|meeting|book|quiz|client|planning|curiosity|interest|assignment|bet|grant|proposal|brochure"
    r"|leaflet|estimate|inventory|census|budget|audit|tender|quote|bid|handout|flyer|guide|memo|newsletter"
    r"|poster|talk|speech|application|analysis|review|assessment|inspection|plan|overview|research|exercise|survey|lecture)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"(?:(?:i|we) (?:have )?(?:already |just )?(?:drawn|drew|marked|boxed|outlined|circled"
    r"|highlighted|put|placed|made|given|gave|picked|clicked|selected|labell?ed|attached|added)"
    r"|(?:here|these|those|below|attached) (?:are|is))"
    r"(?: you)?"
    r"(?: (?:an? |the |some )?(?:box|boxes|rectangles?|circles?|outlines?) (?:around|on|over))?"
    r" (?:(?:an?|one|two|three|four|five|six|some|a few|a couple(?: of)?|several|\d)"
    r"(?: (?:of (?:them|those|these|the lot)"
    r"|(?:good |clear |typical )?(?:examples?|samples?|specimens?)))"
    r"|(?:some |the )?examples)(?: of (?:them|those|these))?(?: for you)?",
    re.IGNORECASE,
)
"""What is said of examples that were marked: they limit nothing."""
_I_MEAN = re.compile(
    r"^(?P<gone>[^\"]+?)\s*[,;.?!–—-]+\s*i mean[,:]?\s+"
    r"(?P<rest>(?:how many|how much|how far|which|what|where|(?:is|are) there|count|list)\b.+)$",
    re.IGNORECASE,
)
"""A first try at a question, and the question that is meant."""
_WHERE = re.compile(r"^\s*where\b", re.IGNORECASE)
_IDIOM = re.compile(
    r"\b(?:no expert|no idea|not (?:quite |really |so )?(?:sure|certain|an expert|from here|a local"
    r"|familiar)"
    r"|(?:do|did|does) not (?:know|remember|mind)|can not (?:wait|remember)|no local"
    r"|no specialist|out of (?:cash|money|milk|bread|petrol|gas|fuel|stamps|luck|breath))\b",
    re.IGNORECASE,
)
"""Ways to say no that deny nothing of what is asked."""


def without_asides(text: str, lexemes: Sequence[Lexeme]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the text without what may be set aside, and that, the least set aside first.

    Args:
        text: A tidy question with its names in quotation marks.
        lexemes: Its lexemes.
    """
    meant = _I_MEAN.match(text)
    if meant is not None and _is_idle(meant["gone"], lexemes) and not _points_back(meant["rest"]):
        yield meant["rest"], (meant["gone"].strip(" ,.;-–—?!"),)
    parts = _parts(text)
    able = [at for at, part in enumerate(parts) if _may_go(text, part, lexemes)]
    if not able or len(able) == len(parts):
        return
    for gone in (*([at] for at in able), able) if len(able) > 1 else (able,):
        kept = [part for at, part in enumerate(parts) if at not in gone]
        rest = " ".join(text[start:end].strip() for start, end in kept)
        rest = re.sub(r"[,:;–—-]+\s*$", "", rest).strip()
        if _points_back(rest):
            continue
        yield rest, tuple(text[s:e].strip(" ,:;.-–—!") for s, e in (parts[at] for at in gone))


def _is_idle(gone: str, lexemes: Sequence[Lexeme]) -> bool:
    """Say whether what somebody says before "I mean" could narrow nothing of what comes after."""
    after = {_kind(x) for x in lexemes if x.start >= len(gone) and x.has("THING")}
    inside = [
        x
        for x in lexemes
        if x.start < len(gone)
        and not x.has("WHERE", "FILL")
        and not (_kind(x) and _kind(x) in after)
    ]
    if _LIMITING.search(_WHERE.sub("", gone)):
        return False
    if any(x.has(*_NARROWS, "PROPER", "NUM") for x in inside):
        return False
    return not any(_leads_to_unknown(inside, at) for at in range(len(inside)))


def _kind(lexeme: Lexeme) -> str:
    """Return the kind of thing a lexeme names, empty where it names none or one of several."""
    found = lexeme.kinds["THING"].found if lexeme.has("THING") else None
    return found.concept.id if isinstance(found, Match) else ""


def _parts(text: str) -> list[tuple[int, int]]:
    """Return where the parts of a text lie that sentences and their marks cut it into."""
    quoted = [found.span() for found in re.finditer(r'"[^"]*"', text)]
    found, start = [], 0
    purpose = _PURPOSE.match(text)
    if purpose is not None and text[purpose.end() :].strip(" ,.:"):
        found, start = (
            [(0, purpose.end())],
            purpose.end() + len(", ") * (text[purpose.end() : purpose.end() + 2] == ", "),
        )
    for cut in _CUT.finditer(text, start):
        if any(s < cut.start() < e for s, e in quoted):
            continue
        if text[start : cut.start()].strip():
            found.append((start, cut.start()))
        start = cut.end()
    return [*found, (start, len(text))] if text[start:].strip() else found


def _may_go(text: str, part: tuple[int, int], lexemes: Sequence[Lexeme]) -> bool:
    start, end = part
    said = text[start:end]
    idiom = [(start + found.start(), start + found.end()) for found in _IDIOM.finditer(said)]
    inside = [
        lexeme
        for lexeme in lexemes
        if start <= lexeme.start < end
        and not any(left <= lexeme.start < right for left, right in idiom)
        and lexeme.text.casefold() != "by"
    ]
    if _PURPOSE.fullmatch(said.strip(" ,.:")):
        return True
    if _SHOWN.fullmatch(said.strip(" ,.:!")):
        return True
    asks = said.rstrip().endswith("?") and not _PURPOSE.match(said.strip())
    if asks or _LIMITING.search(said) or not inside:
        return False
    if any(lexeme.has(*_NARROWS) and not lexeme.has("FILL") for lexeme in inside):
        return False
    if any(lexeme.has("PROPER") for lexeme in inside):
        return False
    if any(_number_with_unit(lexeme) for lexeme in inside):
        return False
    if _PURPOSE.match(said.strip()):
        return True
    whole = bool(_SENTENCE.search(said)) and (start == 0 or text[:start].rstrip()[-1:] in ".!?")
    if not whole and not _PERSON.search(said):
        return False
    return not any(_leads_to_unknown(inside, at) for at in range(len(inside)))


def _number_with_unit(lexeme: Lexeme) -> bool:
    number = lexeme.kinds.get("NUM")
    return number is not None and number.dimension is not None


def _leads_to_unknown(inside: Sequence[Lexeme], at: int) -> bool:
    """Say whether a word of place leads to a word nobody knows ("in winter", "at dusk")."""
    if not inside[at].has("IN", "NEAR", "FROM") or inside[at].has("FILL"):
        return False
    return any(later.has("UNKNOWN") for later in inside[at + 1 : at + 4])


_BACK = re.compile(
    r"\b(?:it|its|they|them|their|those|these|that one|there\?)(?:\W|$)", re.IGNORECASE
)
_IDLE = re.compile(r"\b(?:is|are) (?:it|there)\b|\bis it (?:true|right)", re.IGNORECASE)


def _points_back(rest: str) -> bool:
    """Say whether what would be left points back at what would be gone."""
    return bool(_BACK.search(_IDLE.sub(" ", rest)))
