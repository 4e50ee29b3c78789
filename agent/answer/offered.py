"""An answer in a model's words beside the composer's: figures found on the way, never more.

A model refers to figures (`{E5.count}`) and our renderer writes them. What it says is told as its
own, its claims are `support`, and an answer to the question as asked stays the composer's.
"""

from __future__ import annotations

import re

from agent.answer.draft import Draft, plain
from agent.answer.outcome import of_quantity
from agent.answer.render import REFERENCE, filled
from agent.evidence import Claim, Status
from agent.planner.contract import Ledger

LONGEST = 1200
_MARKS = re.compile(
    r"[\[(（【]\s*(?:[ERDC]\d+(?:[.#!]\w+)?(?:\s*[,;]\s*[ERDC]\d+)*)\s*[\])）】]"
    r"|[✓✔☑✅✗✘🗸]\ufe0f?|\b(?:un)?verified\b",
    re.IGNORECASE,
)
"""Citations and marks of checking: only the renderer makes them."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def sentences(words: str) -> list[str]:
    """Return a model's words as sentences: marks stripped, nothing in them but references."""
    kept = _MARKS.sub("", words[:LONGEST])
    pieces: list[str] = []
    last = 0
    for found in REFERENCE.finditer(kept):
        pieces += [plain(kept[last : found.start()]), found[0]]
        last = found.end()
    pieces.append(plain(kept[last:]))
    text = re.sub(r"[ \t]+", " ", "".join(pieces))
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def offered(draft: Draft, words: str, by: str, ledger: Ledger) -> Draft:
    """Return the composer's draft with a model's words after it.

    Args:
        draft: The composer's, which settled nothing.
        words: The model's, with references.
        by: The model.
        ledger: The session's records.

    Raises:
        DanglingReference: The words refer to what is not recorded.
    """
    told: list[str] = []
    claims: list[Claim] = []
    for sentence in sentences(words):
        names = [found["quantity"] for found in REFERENCE.finditer(sentence) if found["quantity"]]
        cited = "".join(f" [{name}]" for name in dict.fromkeys(names))
        told.append(sentence + cited)
        claims += _claims(sentence, ledger)
    numbered = [
        claim.model_copy(update={"id": f"C{n}"})
        for n, claim in enumerate([*draft.claims, *claims], start=1)
    ]
    status: Status = "partial" if draft.status == "abstained" else draft.status
    text = f"{draft.text}\n\n*Found on the way, in the words of {plain(by)}:* {' '.join(told)}"
    return draft.model_copy(update={"status": status, "text": text, "claims": numbered})


def _claims(sentence: str, ledger: Ledger) -> list[Claim]:
    """Return a claim for each figure a sentence shows."""
    claims: list[Claim] = []
    for found in REFERENCE.finditer(sentence):
        evidence = ledger.get(found["quantity"]) if found["quantity"] else None
        quantity = evidence.quantity(found["name"]) if evidence is not None else None
        if evidence is not None and quantity is not None:
            text = filled(sentence, ledger).replace("**", "")
            claims.append(of_quantity(evidence, quantity.name, "support", text, quantity.of))
    return claims
