"""English words: tokens with their spans, one spelling, singulars, plurals, near spellings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tools.concepts.spelling import AMERICAN, IRREGULAR, KEEP_S

_TOKEN = re.compile(r"\d+/\d+|[^\W_]+(?:['’][^\W_]+)*|&")
_APOSTROPHE_S = re.compile(r"['’][sS]$")
_SIBILANT = re.compile(r"(ch|sh|ss|x|zz)es$")
_PLURALS = {singular: plural for plural, singular in IRREGULAR.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its span in the text, its plain spelling, its singular."""

    start: int
    end: int
    raw: str
    plain: str
    lemma: str


def tokens(text: str) -> list[Token]:
    """Cut text into words; hyphens separate, "&" is "and", possessives are dropped."""
    found = []
    for word in _TOKEN.finditer(text):
        plain = plain_word(word.group())
        found.append(Token(word.start(), word.end(), word.group(), plain, singular(plain)))
    return found


def lemmas(text: str) -> list[str]:
    """Return the singular plain words of a text.

    >>> lemmas("Cafés & children's homes")
    ['cafe', 'and', 'child', 'home']
    """
    return [_lemma(word) for word in _TOKEN.findall(text)]


@lru_cache(maxsize=4096)
def _lemma(word: str) -> str:
    """Return the singular of one word as written."""
    return singular(plain_word(word))


@lru_cache(maxsize=4096)
def plain_word(word: str) -> str:
    """Return a word in lower case, without accents and possessive, in American spelling.

    >>> [plain_word(word) for word in ("Cafés", "chemist's", "centre", "&")]
    ['cafes', 'chemist', 'center', 'and']
    """
    if word == "&":
        return "and"
    if word.isascii() and word.isalnum():
        return american(word.lower())
    letters = unicodedata.normalize("NFKD", _APOSTROPHE_S.sub("", word)).casefold()
    letters = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’")
    return american(letters)


def american(word: str) -> str:
    """Return the American spelling, also of a plural."""
    if word in AMERICAN:
        return AMERICAN[word]
    if word.endswith("s") and word[:-1] in AMERICAN:
        return AMERICAN[word[:-1]] + "s"
    return re.sub(r"(is)(ation|ed|ing)(s?)$", r"iz\2\3", word) if "isation" in word else word


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """Return the singular of a plain word; a word that is no plural comes back as it is.

    >>> [singular(word) for word in ("churches", "buses", "bakeries", "houses", "gas", "children")]
    ['church', 'bus', 'bakery', 'house', 'gas', 'child']
    """
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("erie"):  # "creperies" and "bakeries" look alike
        return word[:-2] + "y"
    if (
        len(word) < 4
        or word in KEEP_S
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if _SIBILANT.search(word):
        return word[:-2]
    return word[:-1]


def plural(label: str) -> str:
    """Return the plural of a label, turning the noun before "of", "for", "with" or "to".

    >>> [plural(label) for label in ("bus stop", "block of flats", "church", "Italian bakery")]
    ['bus stops', 'blocks of flats', 'churches', 'Italian bakeries']
    """
    cut = re.match(r"(.+?)( (?:of|for|with|without|to|in|on|under) .+|)$", label)
    head, rest = cut.groups() if cut else (label, "")
    before, space, noun = head.rpartition(" ")
    return before + space + _plural_noun(noun) + rest


def _plural_noun(noun: str) -> str:
    """Return the plural of one noun."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(ch|sh|s|x|z)$", noun) else "s")


def edits(one: str, other: str, most: int) -> int:
    """Return the Damerau-Levenshtein distance (neighbours swapped count 1), or `most` + 1.

    >>> edits("supermarkt", "supermarket", 2), edits("cafe", "cinema", 2)
    (1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    older: list[int] = []
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
        older, before = before, row
    return min(before[-1], most + 1)
