"""Every number, unit, name, date, id and comparison of an answer against what was recorded.

After the idea of proof-carrying numbers (arXiv 2509.06902): the renderer alone writes
numbers, and the gate fails closed. Three layers, each enough to stop an answer:

1. the text is exactly what its references render to;
2. each claim says what its evidence says, and yes, no and verdicts are worked out anew;
3. the words around the references hold no number, unit, sign, direction, name or citation
   that comes neither from the question nor from the record.
"""

from __future__ import annotations

from agent.answer import Draft, render
from agent.answer.render import DanglingReference
from agent.check.claims import claim_faults
from agent.check.subject import Subject
from agent.check.words import word_faults
from agent.planner.contract import Ledger


def check(draft: Draft, text: str, ledger: Ledger, subject: Subject) -> list[str]:
    """Return in words where an answer does not hold; empty when it does."""
    try:
        rendered = render(draft, ledger)
    except DanglingReference as wrong:
        return [f"the answer refers to what is not recorded: {wrong}"]
    faults = [] if rendered == text else ["the text is not what its references render to"]
    faults += claim_faults(draft, text, ledger, subject.inquiry)
    faults += word_faults(draft, ledger, subject)
    return faults
