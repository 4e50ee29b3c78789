"""What a call gave, where nothing was asked but the call itself."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.outcome import Outcome, of_quantity, ref
from agent.evidence import Evidence

MOST_FIGURES = 24


def called(evidence: Evidence) -> Outcome:
    """Tell the quantities of evidence one by one."""
    shown = evidence.quantities[:MOST_FIGURES]
    figures = ", ".join(f"{plain(q.name.replace('_', ' '))} {ref(evidence, q.name)}" for q in shown)
    text = f"{plain(evidence.tool)}: {figures or 'no figures'} [{evidence.id}]."
    claims = [of_quantity(evidence, q.name, "support", text, q.of) for q in shown]
    return Outcome(text, claims, used=[evidence])
