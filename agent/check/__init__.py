"""The gate: an answer is held against the ledger before a person sees it."""

from agent.check.gate import check
from agent.check.subject import Subject

__all__ = ["Subject", "check"]
