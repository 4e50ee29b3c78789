"""The plan of a person's review: one call that was decided before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.evidence import Call, Doubt
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Conversation, Ledger, Plan
from agent.planner.work import Stuck, Work

if TYPE_CHECKING:
    from store.catalog import Catalog
    from tools.registry import Registry


class ReviewPlanner:
    """Makes the one call a review consists of.

    Args:
        call: The call of `review_objects`.
    """

    name = "person"

    def __init__(self, call: Call) -> None:
        self._call = call

    def understand(self, question: str, conversation: Conversation, catalog: Catalog) -> Inquiry:
        """Return what a review asks: how many stand after it."""
        return Inquiry(question=question, asked=[Ask(goal="count")], restated=question)

    def plan(
        self,
        inquiry: Inquiry,
        turn: int,
        ledger: Ledger,
        doubts: Sequence[Doubt],
        catalog: Catalog,
        tools: Registry,
    ) -> Plan:
        """Return the call, then enough."""
        work = Work(ledger, turn, [spec.name for spec in tools])
        try:
            found = work.need(self._call.tool, self._call.why, **self._call.arguments)
        except Stuck as why:
            return Plan(abstain=why.reason)
        return Plan(enough=True) if found is not None else Plan(calls=work.calls)
