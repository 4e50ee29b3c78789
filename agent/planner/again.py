"""The same question once more, with boxes drawn or with crops to be judged."""

from __future__ import annotations

import re

from agent.inquiry import Inquiry
from agent.planner.contract import Conversation
from agent.planner.lexer import tidy
from agent.planner.seeing import kind_of

_POLITE = r"(?:please |yes,? |ok,? |okay,? |sure,? |then |now )*"
_THEM = r"(?: (?:them|it|that|those|these|the crops|the ones found|some|about them|about it))*"
_JUDGE = re.compile(
    rf"{_POLITE}(?:ask me|let me (?:check|judge|verify|answer|look at)|i (?:can|will|want to) "
    rf"(?:check|judge|answer|verify)|make (?:it|that) (?:firm|exact|sure|certain)|show me the crops"
    rf"|ask about|count (?:it|them) properly){_THEM}(?: please)?[.!?]*",
    re.IGNORECASE,
)
_LIKE = re.compile(
    rf"{_POLITE}(?:like (?:this|these|that|those|this one|the one i drew)"
    r"|(?:count|find|show) (?:(?:the )?(?:ones|things|objects|everything|all) )?"
    r"like (?:this|these|that|it)"
    r"|(?:here|this|that|these|those) (?:is|are) "
    r"(?:one|some|an example|examples|it|them|(?:an? )?[\w ]{1,30})"
    r"|(?:i )?(?:have )?(?:drawn|drew|marked|boxed)(?: one| some| it| them| a box| boxes)?"
    r"|done|there|there you go|here you go|here)(?: please)?[.!?]*",
    re.IGNORECASE,
)


def asked_again(question: str, conversation: Conversation, before: list[Inquiry]) -> Inquiry | None:
    """Return the last count asked for, to be made firm; None where something else is said.

    Args:
        question: What the person says now.
        conversation: What was said before, and what was drawn.
        before: The inquiries that can be gone back to, the newest last.
    """
    text = tidy(question)
    drawn = bool(conversation.examples) and (not text or _LIKE.fullmatch(text) is not None)
    if not before or not (drawn or _JUDGE.fullmatch(text)):
        return None
    last = before[-1]
    if not any(kind_of(ask.of) != "map" for ask in last.asked):
        return None
    where = last.where.model_copy(update={"region": None, "examples": []})
    return Inquiry(question=question, asked=last.asked, where=where, when=last.when, firm=True)
