"""A model's words, held against the record more strictly than our own.

The gate sees numbers, units, names and directions. Words that a model chooses freely could still
say what nobody measured ("no ships", "they are military"), so of those only what the evidence
itself says is let through: each sentence shows a figure, says what the figure is of, and holds no
word of content that the evidence it shows does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from agent.answer import Draft, render
from agent.answer.offered import offered, sentences
from agent.answer.render import REFERENCE, DanglingReference
from agent.check.gate import check
from agent.check.subject import Subject
from agent.evidence import Evidence
from agent.planner.contract import Ledger

MOST_TRIES = 2
_WORD = re.compile(r"[^\W\d_]+")
_PLAIN_WORDS = """
a an and are area areas as at by count counted covers figure found from has have here image in is it
its lie lies map mapped measured number of on per record recorded scene so that the their there
these this those to total was were which with
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Words that hold no statement of their own. No negation, comparison or quantity is among them."""


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
    shown: list[Evidence] = []
    literal = _stems(REFERENCE.sub(" ", sentence))
    for reference in REFERENCE.finditer(sentence):
        evidence = ledger.get(reference["quantity"] or "")
        quantity = evidence.quantity(reference["name"]) if evidence is not None else None
        if evidence is None or quantity is None or evidence.turn != turn:
            yield f"{reference[0]} shows no figure that was measured for this question"
            continue
        shown.append(evidence)
        of = _stems(quantity.of) or set().union(*map(_stems, _subjects(evidence, ledger)))
        if of and not of & literal:
            yield f"the sentence with {reference[0]} does not say what it is of: {quantity.of!r}"
    if not shown:
        yield f"a sentence shows no figure: {sentence[:80]!r}"
    held = set().union(*(_words_held(evidence, ledger) for evidence in shown))
    for word in sorted(literal - _PLAIN_STEMS - held):
        yield f"the word {word!r} is not in the evidence that is shown"


def _words_held(evidence: Evidence, ledger: Ledger) -> set[str]:
    """Return the words a piece of evidence says of itself."""
    texts = [evidence.tool, *_subjects(evidence, ledger)]
    texts += [f"{quantity.name} {quantity.of}" for quantity in evidence.quantities]
    return set().union(*(_stems(text.replace("_", " ")) for text in texts))


def _subjects(evidence: Evidence, ledger: Ledger, depth: int = 4) -> Iterator[str]:
    """Yield what a piece of evidence is about, by its arguments and those of its parents."""
    for name in ("of", "named", "relation"):
        value = evidence.arguments.get(name)
        if isinstance(value, str):
            yield value.replace("_", " ")
    for parent in evidence.parents if depth else []:
        found = ledger.get(parent)
        if found is not None:
            yield from (quantity.of for quantity in found.quantities if quantity.of)
            yield from _subjects(found, ledger, depth - 1)


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
