"""What one does at a place, read as the place: "somewhere to eat", "where can I buy shoes"."""

from __future__ import annotations

from collections.abc import Sequence

from tools.concepts import reading
from tools.concepts.lexicon import Lexicon, key_of_deed
from tools.concepts.spelling import LEAD_INS, POINTERS
from tools.concepts.words import Token

_LEADS = tuple(tuple(lead.split()) for lead in LEAD_INS)
# How a verb with any object becomes the name of a place.
_FRAMES = {
    "buy": ("{} shop",),
    "purchase": ("{} shop",),
    "shop for": ("{} shop",),
    "get": ("{} place", "{} shop"),
    "eat": ("{} place", "{} restaurant"),
    "play": ("{} court", "{} pitch", "{} field", "{} course"),
    "rent": ("{} rental",),
    "hire": ("{} rental",),
    "repair": ("{} repair shop",),
    "fix": ("{} repair shop",),
    "park": ("{} parking",),
    "wash": ("{} wash",),
    "see": ("{}",),
    "find": ("{}",),
    "visit": ("{}",),
}


def lead_length(words: Sequence[Token]) -> int:
    """Return how many words the lead-in of a deed takes ("where can I", "places to"), else 0."""
    plain = tuple(word.plain for word in words[:7])
    return next((len(lead) for lead in _LEADS if plain[: len(lead)] == lead), 0)


def deed_of(known: Lexicon, words: Sequence[Token]) -> tuple[str, ...]:
    """Return the words of what one does, without lead-in and articles, or nothing."""
    lead = lead_length(words)
    if not lead and words and words[0].plain in POINTERS:
        return ()
    lemmas = [word.lemma for word in words[lead:]]
    deed = tuple(key_of_deed(" ".join(lemmas)).split())
    if lead or " ".join(deed) in known.does:
        return deed
    return ()


def place_for(known: Lexicon, deed: Sequence[str]) -> reading.Reading | None:
    """Return the concept where one does such a thing."""
    key = " ".join(deed)
    if key in known.does:
        return reading.Reading((known.concept(known.does[key]),), key)
    for length in (2, 1):
        frames = _FRAMES.get(" ".join(deed[:length]), ())
        thing = list(deed[length:])
        for frame in frames if thing else ():
            found = reading.phrase(known, frame.replace("{}", " ".join(thing)).split())
            if found:
                return found
    return None
