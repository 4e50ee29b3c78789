"""The model planner: a served chat model steers by calling tools, on the ground of the rules."""

from agent.planner.model.planner import ModelPlanner

__all__ = ["ModelPlanner"]
