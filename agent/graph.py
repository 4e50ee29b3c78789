"""The wiring of the loop; the picture of it fits on a screen."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph


class TurnState(TypedDict):
    """What one turn carries from step to step: ids only. Each field has one writer."""

    session: str
    turn: int
    step: int  # plan
    calls: list[dict[str, Any]]  # plan: what to do next, empty when done
    way: Literal["act", "answer"]  # plan: where to go
    end: str | None  # plan: why it ended, when not by having enough
    evidence_ids: Annotated[list[str], operator.add]  # act
    refusal_ids: Annotated[list[str], operator.add]  # act
    calls_made: int  # act
    samples_read: int  # act
    open_doubt_ids: list[str]  # weigh
    status: str | None  # answer


def begin(session: str, turn: int) -> TurnState:
    """Return the state a turn begins with."""
    return {
        "session": session,
        "turn": turn,
        "step": 0,
        "calls": [],
        "way": "answer",
        "end": None,
        "evidence_ids": [],
        "refusal_ids": [],
        "calls_made": 0,
        "samples_read": 0,
        "open_doubt_ids": [],
        "status": None,
    }


class Step(Protocol):
    """One step of the loop: state in, what changed out."""

    def __call__(self, state: TurnState) -> dict[str, Any]:
        """Do the step."""
        ...


def build(
    *,
    understand: Step,
    plan: Step,
    act: Step,
    weigh: Step,
    answer: Step,
    check: Step,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[TurnState, None, TurnState, TurnState]:
    """Wire the steps into the loop; tests pass their own steps."""
    graph = StateGraph(TurnState)
    graph.add_node("understand", understand)
    graph.add_node("plan", plan)
    graph.add_node("act", act)
    graph.add_node("weigh", weigh)
    graph.add_node("answer", answer)
    graph.add_node("check", check)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "plan")
    graph.add_conditional_edges("plan", _way, ["act", "answer"])
    graph.add_edge("act", "weigh")
    graph.add_edge("weigh", "plan")
    graph.add_edge("answer", "check")
    graph.add_edge("check", END)
    return graph.compile(checkpointer=checkpointer)


def _way(state: TurnState) -> Literal["act", "answer"]:
    return state["way"]
