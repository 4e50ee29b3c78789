"""The model planner: proposes calls; what an answer needs is still what the rules say it needs.

The rules' own plan is the ground under every step. A model may look further, settle doubts and
choose the order; when it ends, calls that the answer needs and that are not made yet are made, and
whether there is enough is decided as without a model. When it fails, the ground is what remains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.evidence import Doubt, QuestionBack
from agent.inquiry import Inquiry
from agent.models.prompts import prompt
from agent.models.quoting import inert
from agent.models.reply import Reply
from agent.models.trouble import ContextTooLong, ModelBabbles, ModelTrouble
from agent.planner.contract import Conversation, Ledger, NotRun, Plan, Planner
from agent.planner.model.offers import AskPerson, Finish, offers, offers_of_the_end
from agent.planner.model.proposals import May, Proposed, proposed
from agent.planner.model.reading import read_plainer
from agent.planner.model.state import scenes_named, state
from agent.planner.numbers import NUMBER_WORDS

if TYPE_CHECKING:
    from agent.models.chat import ChatModel
    from store.catalog import Catalog
    from tools.registry import Registry

MOST_REPAIRS = 2
_WORD = re.compile(r"[^\W\d_]+")


class ModelPlanner:
    """Steers with a served model; keeps no state.

    Args:
        chat: The model.
        instead: The planner by rules: reads first, is the ground, and goes on when the model fails.
        max_calls: Calls allowed in a turn.
        max_steps: Rounds allowed in a turn; the model leaves some of both to the rules.
    """

    def __init__(
        self, chat: ChatModel, instead: Planner, *, max_calls: int = 60, max_steps: int = 24
    ) -> None:
        self.name = f"model:{inert(chat.name, 80)}"
        self.instead = instead
        self._chat = chat
        self._most = max(1, min(2 * max_calls // 3, max_steps - 8))

    def understand(self, question: str, conversation: Conversation, catalog: Catalog) -> Inquiry:
        """Read by the rules; what they cannot read whole the model puts in plainer words."""
        first = self.instead.understand(question, conversation, catalog)
        if not first.not_understood or first.refusal_hint is not None:
            return first
        return read_plainer(
            self._chat,
            self.name,
            first,
            catalog,
            lambda words: self.instead.understand(words, conversation, catalog),
        )

    def plan(
        self,
        inquiry: Inquiry,
        turn: int,
        ledger: Ledger,
        doubts: Sequence[Doubt],
        catalog: Catalog,
        tools: Registry,
    ) -> Plan:
        """Return the model's calls for the next round; when it ends, what the rules still need."""
        ground = self.instead.plan(inquiry, turn, ledger, doubts, catalog, tools)
        made = sum(item.turn == turn for item in ledger.evidence)
        left = self._most - made - sum(item.turn == turn for item in ledger.refusals)
        if left <= 0 or ground.ask is not None or not _steerable(inquiry):
            return ground
        may = May(tools, ledger, turn, catalog, frozenset(scenes_named(inquiry)), left)
        not_run: list[NotRun] = []
        try:
            found = self._proposed(inquiry, doubts, may, not_run)
        except ModelTrouble as trouble:
            return ground.model_copy(update={"fell_back": trouble.words, "not_run": not_run})
        if found.calls:
            return Plan(calls=found.calls, not_run=not_run)
        return self._ended(found, ground, inquiry).model_copy(update={"not_run": not_run})

    def _proposed(
        self, inquiry: Inquiry, doubts: Sequence[Doubt], may: May, not_run: list[NotRun]
    ) -> Proposed:
        """Ask the model until what it says can be used; what it said in vain is added to the list.

        Raises:
            ModelTrouble: It failed, or said nothing usable to the end.
        """
        repairs: list[tuple[str, Any]] = []
        for attempt in range(1 + MOST_REPAIRS):
            found = proposed(self._reply(inquiry, doubts, may, repairs), may, self.name)
            not_run += found.not_run
            if found.calls or found.end is not None:
                return found
            if found.only_repeats and attempt:
                return Proposed(end=Finish(answer=""))
            why = [f"{call.tool}: {call.why}" for call in found.not_run[:6]]
            repairs.append(("human", _repair(why or ["no tool was called"])))
        raise ModelBabbles("gave no usable reply")

    def _reply(
        self,
        inquiry: Inquiry,
        doubts: Sequence[Doubt],
        may: May,
        repairs: Sequence[tuple[str, Any]],
    ) -> Reply:
        """Show the model the turn; where that is too long for it, show less."""
        for small in (False, True):
            shown = state(
                inquiry, may.turn, may.ledger, doubts, may.catalog, calls_left=may.most, small=small
            )
            messages = [("system", prompt("plan")), ("human", shown), *repairs]
            try:
                return self._chat.ask(messages, tools=offers(may.tools, small=small))
            except ContextTooLong:
                if small:
                    raise
        raise ContextTooLong("takes no prompt of this length")

    def _ended(self, found: Proposed, ground: Plan, inquiry: Inquiry) -> Plan:
        """End as the rules end, with the model's words where it has some."""
        end, back = found.end, ground.question_back
        if isinstance(end, Finish) and end.answer.strip():
            return ground.model_copy(update={"words": end.answer})
        if isinstance(end, AskPerson) and back is not None and not inquiry.understood:
            text = _its_question(end.text, inquiry.question)
            if text is not None:
                said = f"{back.text}\n{self.name} asks: “{text}”"
                more = QuestionBack(text=said, choices=back.choices)
                return ground.model_copy(update={"question_back": more})
        return ground

    def reword(self, words: str, faults: Sequence[str], inquiry: Inquiry) -> str | None:
        """Have the model mend its words once; None when it cannot."""
        told = {
            "question": inert(inquiry.question, 1000),
            "answer": words[:1200],
            "cannot_be_said": [inert(fault, 200) for fault in faults[:6]],
        }
        shown = json.dumps(told, ensure_ascii=False) + "\nCall finish with the answer mended."
        tool = next(offer for offer in offers_of_the_end() if offer["name"] == "finish")
        try:
            reply = self._chat.ask([("system", prompt("plan")), ("human", shown)], tools=[tool])
        except ModelTrouble:
            return None
        answers = [ask.arguments.get("answer") for ask in reply.calls if ask.name == "finish"]
        return next((a for a in answers if isinstance(a, str) and a.strip()), None)


def _steerable(inquiry: Inquiry) -> bool:
    """Tell whether there is anything to look for: not where the rules ask back or cannot at all."""
    if inquiry.ask_back is not None or inquiry.refusal_hint is not None:
        return False
    if all(ask.goal == "explain" for ask in inquiry.asked) and not inquiry.not_understood:
        return False
    return bool(inquiry.asked or inquiry.not_understood)


def _its_question(text: str, question: str) -> str | None:
    """Return a model's question to the person; None where it states a number of its own."""
    asked, words = question.casefold(), inert(text, 300)
    numbers = set(re.findall(r"\d+", words)) - set(re.findall(r"\d+", question))
    spoken = set(_WORD.findall(words.casefold())) & NUMBER_WORDS - set(_WORD.findall(asked))
    return None if numbers or spoken or not words.endswith("?") else words


def _repair(why: Sequence[str]) -> str:
    told = {"nothing_was_run": [inert(reason, 200) for reason in why]}
    return json.dumps(told, ensure_ascii=False) + "\nCall tools as they are described, or finish."
