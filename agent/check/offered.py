"""A model's words, held against the record more strictly than our own.

The gate sees numbers, units, names and directions. Words that a model chooses freely could still
say what nobody measured ("no ships", "they are military"), so of those only what the evidence
itself says is let through: each sentence shows one figure, says all that the figure is of, so that
a narrower one does not pass for a wider one, and holds no word of content that the evidence it
shows does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from agent.answer import Draft, render
from agent.answer.offered import offered, sentences
from agent.answer.render import REFERENCE, DanglingReference
from agent.check.gate import check
from agent.check.subject import Subject
from agent.evidence import REFERENCE as RECORD
from agent.evidence import Evidence
from agent.planner.contract import Ledger
from tools.contract import Quantity

MOST_TRIES = 2
_WORD = re.compile(r"[^\W\d_]+")
_UNSAYABLE = re.compile(r"[\d=<>]")
_PLAIN_WORDS = """
a an and are area areas as at by count counted covers figure found from has have here image in is it
its lie lies map mapped measured number of on per record recorded scene so that the their there
these this those to total was were which with
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Words that hold no statement of their own. No negation, comparison or quantity is among them."""
_SMALL_WORDS = "a an and as at by for from in is it its of on or per that the to was with"
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that need not be said of what a figure is of."""
_NARROWS_NOTHING = frozenset(("scene", "layer", "before", "after", "method", "by"))
"""Arguments that name a source, which the citation shows."""


def with_words(
    draft: Draft,
    words: str,
    by: str,
    ledger: Ledger,
    subject: Subject,
    reword: Callable[[str, Sequence[str]], str | None],
) -> Draft:
    """Return a draft with a model's words added where they hold, else as it was.

    Args:
        draft: The composer's; only one that settled nothing is added to.
        words: The model's words with references.
        by: The model.
        ledger: The session's records.
        subject: What the answer is to.
        reword: Asks the model once more, with what was wrong.
    """
    if draft.status not in ("abstained", "needs_input"):
        return draft
    said: str | None = words
    for attempt in range(MOST_TRIES):
        if said is None:
            break
        faults = list(offered_faults(said, ledger, subject.turn))
        try:
            other = draft if faults else offered(draft, said, by, ledger)
            faults = faults or check(other, render(other, ledger), ledger, subject)
        except DanglingReference as wrong:
            faults = [str(wrong)]
        else:
            if not faults:
                return other
        said = reword(said, faults[:5]) if attempt + 1 < MOST_TRIES else None
    return draft


def offered_faults(words: str, ledger: Ledger, turn: int) -> Iterator[str]:
    """Yield what in a model's words the evidence they show does not say."""
    found = sentences(words)
    if not found:
        yield "nothing is said"
    for sentence in found:
        yield from _sentence_faults(sentence, ledger, turn)


def _sentence_faults(sentence: str, ledger: Ledger, turn: int) -> Iterator[str]:
    references = list(REFERENCE.finditer(sentence))
    if not references:
        yield f"a sentence shows no figure: {sentence[:80]!r}"
    if len(references) > 1:
        yield f"a sentence shows more than one figure; give each its own: {sentence[:80]!r}"
    literal = _stems(REFERENCE.sub(" ", sentence))
    held: set[str] = set()
    for reference in references:
        evidence = ledger.get(reference["quantity"] or "")
        quantity = evidence.quantity(reference["name"]) if evidence is not None else None
        if evidence is None or quantity is None or evidence.turn != turn:
            yield f"{reference[0]} shows no figure that was measured for this question"
            continue
        texts = list(_figure(evidence, quantity, ledger))
        held |= _stems(f"{evidence.tool.replace('_', ' ')} {quantity.name.replace('_', ' ')}")
        held |= set().union(*map(_stems, texts))
        yield from _unsaid(reference[0], quantity, texts, literal)
    for word in sorted(literal - _PLAIN_STEMS - held):
        yield f"the word {word!r} is not in the evidence that is shown"


def _unsaid(
    reference: str, quantity: Quantity, texts: Sequence[str], literal: set[str]
) -> Iterator[str]:
    """Yield what a figure is of that a sentence does not say, or that no words can say."""
    texts = [re.sub(r"(?:^|_)count(?:_|$)", "_", quantity.name).replace("_", " "), *texts]
    for text in dict.fromkeys(texts):
        if _UNSAYABLE.search(text):
            yield f"{reference} rests on {text[:60]!r}, which words cannot say; leave it out"
        elif missing := _stems(text) - _SMALL - literal:
            left = ", ".join(sorted(missing))
            yield f"the sentence with {reference} does not say what it is of: {text!r} ({left})"


def _figure(evidence: Evidence, quantity: Quantity, ledger: Ledger) -> Iterator[str]:
    """Yield what a figure is of: its own words, and what narrows it and what it was made from."""
    yield quantity.of
    yield from _narrowed(evidence, ledger)


def _narrowed(evidence: Evidence, ledger: Ledger, depth: int = 6) -> Iterator[str]:
    """Yield what the arguments of a piece of evidence, and of those it was made from, say."""
    for name, value in evidence.arguments.items():
        if name not in _NARROWS_NOTHING:
            yield from _said(name, value)
    for parent in evidence.parents:
        found = ledger.get(parent)
        if found is None or not depth:
            yield parent  # it has a digit: words cannot say it
            continue
        yield from (other.of for other in found.quantities)
        yield from _narrowed(found, ledger, depth - 1)


def _said(name: str, value: Any) -> Iterator[str]:
    """Yield an argument in words; what is no text as it is written, which words cannot say."""
    values = value if isinstance(value, list) else [value]
    if isinstance(value, str) and not RECORD.fullmatch(value):
        yield value.replace("_", " ")
    elif value is not None and not all(isinstance(v, str) and RECORD.fullmatch(v) for v in values):
        yield f"{name} = {value!r}"


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text.casefold())}


def _stem(word: str) -> str:
    """Return a word without its plural ending.

    >>> _stem("churches"), _stem("cities"), _stem("roads"), _stem("glass")
    ('church', 'city', 'road', 'glass')
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


_PLAIN_STEMS = frozenset(map(_stem, _PLAIN)) | _PLAIN
