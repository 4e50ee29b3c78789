"""Answers: composed from the ledger, every number a reference, rendered by fixed rules."""

from agent.answer.compose import compose
from agent.answer.draft import Draft
from agent.answer.explain import explain
from agent.answer.render import render

__all__ = ["Draft", "compose", "explain", "render"]
