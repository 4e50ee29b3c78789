"""The gate: an answer is held against the ledger before a person sees it."""

from agent.check.gate import check
from agent.check.offered import with_words
from agent.check.subject import Subject

__all__ = ["Subject", "check", "with_words"]
