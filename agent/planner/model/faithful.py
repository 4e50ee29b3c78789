"""Whether a question in plainer words still asks the same: checked by rules, not by a model.

A model may replace words, and each replacement is told to the person. It may neither add nor drop
a number, a direction, a negation, a comparison or a word that narrows what is asked.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from agent.planner.numbers import read_number
from agent.planner.things import things_in

_TOKEN = re.compile(r"\d[\d,.]*\d|\d|[^\W\d_]+(?:[_'’-][^\W_]+)*", re.UNICODE)
_NEUTRAL_WORDS = """
a an the is are was were be been being am do does did done have has had having of in on at to for
from by with as and or i you we me us my our your it its this that these those there here they them
their he she what which who how many much please kindly could would can will shall may might should
tell show give know want need like wonder let say thanks thank hello hi hey so then now just also
about any some exist exists found find see count number all located
"""
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
"""Words that may come and go; none of them narrows what is asked. `not`, `only`, `more` do."""
_PAIRS = (
    ({"north", "northern", "northernmost"}, {"south", "southern", "southernmost"}),
    ({"east", "eastern", "easternmost"}, {"west", "western", "westernmost"}),
    ({"more", "most", "greater", "above", "over", "exceeds", "largest", "biggest", "longest",
      "highest", "greatest", "farthest", "tallest", "larger", "bigger", "longer"},
     {"fewer", "less", "fewest", "below", "under", "smallest", "shortest", "lowest", "nearest",
      "closest", "smaller", "shorter", "narrowest"}),
    ({"inside", "within"}, {"outside", "beyond", "without"}),
    ({"before", "earlier", "oldest", "older"}, {"after", "later", "newest", "newer"}),
)  # fmt: skip
"""Words that point one way, and those that point the other."""
_BOUNDS = {"least": len(_PAIRS) + 1, "most": -len(_PAIRS) - 1}
"""After "at" these are bounds, and no other comparison is one: "at most 10" is not "over 10"."""
_NOT = {"not", "no", "none", "never", "neither", "nor", "isn't", "aren't", "don't", "doesn't",
        "without", "except", "excluding", "but", "only", "lack", "lacks", "lacking"}  # fmt: skip
_PERSON = {"i", "we", "my", "our", "me", "us", "you"}


def unfaithful(
    question: str, reworded: str, read_as: Sequence[Mapping[str, str]], left_out: Sequence[str]
) -> Iterator[str]:
    """Yield in what a question in plainer words differs from the one that was asked.

    Args:
        question: As the person asked it.
        reworded: As a model put it.
        read_as: Pairs `said`, `as` of what it replaced.
        left_out: What it took out as asking nothing.
    """
    asked, other = _tokens(question), _tokens(reworded)
    if _numbers(asked) != _numbers(other):
        yield "a number was added, dropped or changed"
    if _ways(asked) != _ways(other):
        yield "a direction or comparison was added, dropped or turned round"
    if sum(w in _NOT for w in asked) != sum(w in _NOT for w in other):
        yield "a negation or restriction was added or dropped"
    for pair in read_as:
        yield from _pair_faults(pair, question, reworded)
    for part in left_out:
        yield from _left_out_faults(part, question)
    said = {_stem(w) for pair in read_as for w in _tokens(pair["said"])}
    meant = {_stem(w) for pair in read_as for w in _tokens(pair["as"])}
    gone = {_stem(w) for part in left_out for w in _tokens(part)}
    for word in _missing(asked, other, said | gone):
        yield f"the word {word!r} of the question is lost; keep it, or say what it was read as"
    for word in _missing(other, asked, meant):
        yield f"the word {word!r} was not asked; say in `read_as` what it stands for"


def _missing(these: Sequence[str], those: Sequence[str], explained: set[str]) -> list[str]:
    """Return the words that narrow and stand neither in the other text nor in what explains."""
    held = {_stem(word) for word in those} | explained
    found = [w for w in these if w not in _NEUTRAL and not w[0].isdigit()]
    return [w for w in dict.fromkeys(found) if _stem(w) not in held and read_number([w], 0) is None]


def _pair_faults(pair: Mapping[str, str], question: str, reworded: str) -> Iterator[str]:
    said, meant = pair["said"].casefold().strip(), pair["as"].casefold().strip()
    if not said or said not in question.casefold():
        yield f"{pair['said'][:40]!r} does not stand in the question"
    if not meant or meant not in reworded.casefold():
        yield f"{pair['as'][:40]!r} does not stand in the question in plainer words"
    before = {_stem(w) for w in _tokens(said) if w not in _NEUTRAL}
    after = {_stem(w) for w in _tokens(meant) if w not in _NEUTRAL}
    less = len(before - after) > len(after - before)
    more = len(before - after) < len(after - before) and not _one_thing(meant)
    if less or more:
        yield f"{pair['said'][:40]!r} says more or less than {pair['as'][:40]!r}"


def _one_thing(words: str) -> bool:
    """Tell whether several words are the name of one kind of things, such as "bus stops"."""
    kept = " ".join(word for word in _tokens(words) if word not in _NEUTRAL)
    return any(spot.text.casefold() == kept for spot in things_in(kept))


def _left_out_faults(part: str, question: str) -> Iterator[str]:
    words = _tokens(part)
    if part.casefold().strip() not in question.casefold():
        yield f"{part[:40]!r} does not stand in the question"
    if all(word in _NEUTRAL for word in words):
        return
    narrows = things_in(part) or _numbers(words) or _ways(words) or any(w in _NOT for w in words)
    if narrows or not set(words) & _PERSON:
        yield f"{part[:40]!r} may narrow what is asked; it cannot be left out"


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold().replace("’", "'"))


def _numbers(tokens: Sequence[str]) -> list[float]:
    """Return the numbers in words or digits, in order of size; a lone "one" counts nothing."""
    words, found, at = list(tokens), [], 0
    while at < len(words):
        number = read_number(words, at)
        if number is None:
            at += 1
            continue
        if not (number[0] == 1 and words[at] == "one"):
            found.append(number[0])
        at += number[1]
    return sorted(found)


def _ways(tokens: Sequence[str]) -> list[int]:
    """Return which ways the words point, each pair of opposites by its own number."""
    found: list[int] = []
    for before, token in itertools.pairwise(["", *tokens]):
        if before == "at" and token in _BOUNDS:
            found.append(_BOUNDS[token])
            continue
        for part in token.split("-"):
            for number, (one, other) in enumerate(_PAIRS, start=1):
                found += [number] * (part in one) + [-number] * (part in other)
    return sorted(found)


def _stem(word: str) -> str:
    """Return a word without the endings that plurals and tenses give it.

    >>> [_stem(w) for w in ("churches", "cities", "roads", "covered", "building")]
    ['church', 'city', 'road', 'cover', 'build']
    """
    for ending, instead in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss")):
        if word.endswith(ending) and len(word) > 5:
            return word[: -len(ending)] + instead
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            kept = word[: -len(ending)]
            return kept[:-1] if ending == "ed" and kept.endswith("ee") else kept
    return word
