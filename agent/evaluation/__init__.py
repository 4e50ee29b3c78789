"""Question banks: questions with known answers, asked of stores made for them, and scored."""

from agent.evaluation.bank import Bank, Expected, Question, load_bank
from agent.evaluation.score import Outcome, Scored, score
from agent.evaluation.stores import StoreSpec, make_store

__all__ = [
    "Bank",
    "Expected",
    "Outcome",
    "Question",
    "Scored",
    "StoreSpec",
    "load_bank",
    "make_store",
    "score",
]
