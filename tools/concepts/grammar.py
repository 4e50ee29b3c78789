"""Telling things from verbs, units and names, by the company a word keeps."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from tools.concepts.spelling import VERB_COMPANY, VERBS, spread
from tools.concepts.words import Token

_POINTING = spread(
    """the a an any some every each no this that my your our their one another which nearest
    closest first last next new old of per largest biggest longest smallest main and or with
    without what kind type local public single"""
)
_PARTICLES = spread("on up off out down over in into through here there at outside by")
# Words so often something else that they need an article, a number or a plural to be a thing.
_SHY = spread(
    """well mine spring light lock line post stand range course drive field ground track plant
    pitch stop court club slip ramp rank tip bed bath refuge cable machine pole signal pump
    coach mill tank bar square lane way close walk seat table home shower mast shop office
    craft barrier water sand rock container bus car train works works surgery"""
)
_STOPPING = spread("bus tram train coach ferry car truck lorry van taxi bike")
_AUXILIARY = spread("does do did can could will would when where")
_HE = spread("he she it who that which bus everyone everybody nobody someone")
_COUNTED = spread(
    """many number count all any are list show find of have few several most some every of these
    those two three four five six seven eight nine ten"""
)
_LENGTHS = spread(
    """metre meter kilometre kilometer mile foot feet inch yard km m mi ft metres meters kilometres
    kilometers miles yards"""
)
_SETTINGS = spread("city town village suburb neighborhood hamlet quarter borough")
_WHERE = spread("in of across throughout around within for over")
_QUOTED = re.compile(r"“[^”]{1,80}”|\"[^\"]{1,80}\"|«[^»]{1,80}»")


def acts(words: Sequence[Token], first: int, end: int, modifiers: Container[str]) -> bool:
    """Say whether words that could name a thing are a verb here ("where do people park")."""
    word, before = words[end - 1], words[first - 1] if first else None
    if word.lemma not in VERBS | _SHY | _STOPPING:
        return False
    after = words[end].plain if end < len(words) else ""
    if (word.lemma in _STOPPING and after in ("stop", "stops")) or (
        word.lemma == "well" and after in modifiers
    ):
        return True
    singular = word.plain == word.lemma
    if end - first > 1:
        return _they_do(words, first, end, after)
    if before and before.plain in (VERB_COMPANY if singular else _HE) and not _asked(words, first):
        return True
    if not singular:
        return False
    pointed = before is not None and (
        before.plain in _POINTING or before.lemma in modifiers or _number(before)
    )
    if pointed or len(words) == 1:
        return False
    return after in _PARTICLES or word.lemma in _SHY


def _they_do(words: Sequence[Token], first: int, end: int, after: str) -> bool:
    """Say whether "bus stops" or "cars park" is a subject and its verb."""
    word, doer = words[end - 1], words[end - 2]
    if word.plain == word.lemma:
        driven = doer.lemma in _STOPPING and doer.plain != doer.lemma
        asked = words[0].plain in _AUXILIARY and word.lemma == "stop" and after in _PARTICLES
        return driven or asked
    stops = word.lemma == "stop" and after in _PARTICLES
    return stops and _COUNTED.isdisjoint(other.plain for other in words[:first])


def _asked(words: Sequence[Token], first: int) -> bool:
    """Say whether "that" before a plural points at things ("that parks" hardly ever does)."""
    return words[first - 1].plain in ("let", "lets", "please")


def _number(word: Token) -> bool:
    """Say whether a word is a number in digits."""
    return word.plain[0].isdigit()


def is_setting(words: Sequence[Token], first: int, end: int) -> bool:
    """Say whether a settlement is only where the question plays ("in this town")."""
    if end - first > 1 or first < 2 or words[first].plain not in _SETTINGS:
        return False
    return (
        words[first - 1].plain in ("this", "the", "my", "our") and words[first - 2].plain in _WHERE
    )


def is_unit(words: Sequence[Token], first: int, end: int) -> bool:
    """Say whether words belong to a measure ("square metres", "100 yards")."""
    if end - first > 1:
        return False
    word = words[first]
    if word.lemma == "square":
        return end < len(words) and words[end].plain in _LENGTHS
    return word.lemma == "yard" and first > 0 and _number(words[first - 1])


def in_name(
    text: str, words: Sequence[Token], first: int, end: int, modifiers: Container[str]
) -> bool:
    """Say whether words are a part of a proper name ("Hyde Park", "Park Lane")."""
    capital = [word for word in words[first:end] if _capital(word)]
    if len(capital) < end - first or _shouted(words):
        return False
    beside = []
    if first and not (first == 1 and words[0].plain in _POINTING | _COUNTED | _OPENERS):
        beside.append((words[first - 1], text[words[first - 1].end : words[first].start]))
    if end < len(words):
        beside.append((words[end], text[words[end - 1].end : words[end].start]))
    return any(
        _capital(other) and gap.isspace() and other.lemma not in modifiers for other, gap in beside
    )


_OPENERS = spread(
    """how what where which who when why is are do does did can could show list find count tell
    give in on at near for from and or to has have name map"""
)


def _capital(word: Token) -> bool:
    """Say whether a word begins with a capital and goes on in small letters."""
    return word.raw[:1].isupper() and (word.raw[1:].islower() or len(word.raw) == 1)


def _shouted(words: Sequence[Token]) -> bool:
    """Say whether a whole text is in capitals or title case."""
    longer = [word for word in words if len(word.raw) > 3]
    return len(longer) > 3 and all(word.raw[0].isupper() for word in longer)


def quoted(text: str) -> list[tuple[int, int]]:
    """Return the spans of quoted names; a text that is one quotation is no name."""
    spans = [found.span() for found in _QUOTED.finditer(text)]
    return [] if spans == [(0, len(text))] else spans
