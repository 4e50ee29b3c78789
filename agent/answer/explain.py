"""How an answer is known: the chain of evidence in words."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer.draft import plain
from agent.evidence import Evidence
from agent.planner.contract import Ledger

_DIGEST = 12


def explain(ledger: Ledger, turn: int) -> str:
    """Return the chain of evidence of a turn, as text with references: tool, inputs."""
    chain = [evidence for evidence in ledger.evidence if evidence.turn == turn]
    if not chain:
        return "There is no evidence of that turn: nothing was measured."
    return "\n".join(_link(evidence) for evidence in chain)


def _link(evidence: Evidence) -> str:
    figures = ", ".join(
        f"{q.name.replace('_', ' ')} {{{evidence.id}.{q.name}}}" for q in evidence.quantities[:4]
    )
    source = f", after {plain(evidence.method.source)}" if evidence.method.source else ""
    inputs = "; ".join(
        f"{plain(key.id)}, sha256 {key.digest[:_DIGEST]}…" for key in evidence.scenes
    )
    fine = ", looked at " + f"{evidence.gsd_m:g} m per pixel" if evidence.gsd_m is not None else ""
    parents = f" from [{', '.join(evidence.parents)}]" if evidence.parents else ""
    about = next((q.of for q in evidence.quantities if q.of), "")
    of = f" of {plain(about)}" if about else ""
    return (
        f"- [{evidence.id}] {evidence.tool} (version "
        f"{plain(evidence.tool_version)}){parents}{of}: {figures}; "
        f"method {plain(evidence.method.name)}{source}{fine}"
        + (f"; data {inputs}." if inputs else ".")
    )


def last_measured(evidence: Sequence[Evidence], before: int) -> int | None:
    """Return the latest turn before this one that has evidence."""
    return max((item.turn for item in evidence if item.turn < before), default=None)
