"""A plan of one call that somebody decided on: a person's review, or another program."""

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


class OneCall:
    """Makes one call.

    Args:
        call: The call.
        asked: What its evidence is to answer; nothing when the evidence itself is wanted.
        name: Who decided on it.
    """

    def __init__(self, call: Call, asked: Sequence[Ask] = (), name: str = "person") -> None:
        self._call = call
        self._asked = asked
        self.name = name

    def understand(self, question: str, conversation: Conversation, catalog: Catalog) -> Inquiry:
        """Return what the call is to answer."""
        return Inquiry(question=question, asked=list(self._asked), restated=question)

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
        work = Work(ledger, turn)  # a tool that is not there is refused, and logged, by `act`
        try:
            found = work.need(self._call.tool, self._call.why, **self._call.arguments)
        except Stuck as why:
            return Plan(abstain=why.reason)
        return Plan(enough=True) if found is not None else Plan(calls=work.calls)
