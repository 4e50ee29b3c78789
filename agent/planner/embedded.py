"""The embedded planner: English questions, no model, the same plan for the same ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.evidence import Choice, Doubt, QuestionBack
from agent.inquiry import Ask, Inquiry
from agent.planner.again import asked_again
from agent.planner.asking import meant
from agent.planner.contract import Conversation, Ledger, Plan
from agent.planner.dates import against_dates
from agent.planner.missing import fact_missing
from agent.planner.names import NamesHeld
from agent.planner.places import held_names, placed
from agent.planner.questions import read_question
from agent.planner.restate import restate
from agent.planner.seeing import kind_of_building
from agent.planner.steps import Stuck, Work, find

if TYPE_CHECKING:
    from store.catalog import Catalog
    from store.features.reader import Features
    from store.scenes import Layer
    from tools.registry import Registry

MOST_LAYERS = 16
"""Layers in which names of a question are looked up."""
CAN_DO = (
    "I can count, list, locate, measure and compare things the map records, say what share "
    "of the ground they cover, "
    "which is largest or nearest, count and measure what an image shows, show a part of it, "
    "tell its land cover and spectral indices, describe a scene, and say what changed between two."
)


class EmbeddedPlanner:
    """Understands and plans by rules; keeps no state.

    Args:
        open_layer: Opens the features of a layer, to look names of a question up in it; without
            it names are told by their capitals and quotation marks alone.
    """

    name = "embedded"

    def __init__(self, open_layer: Callable[[Layer], Features] | None = None) -> None:
        self._open_layer = open_layer

    def understand(self, question: str, conversation: Conversation, catalog: Catalog) -> Inquiry:
        """Turn a question into an inquiry, in the light of the turns before it."""
        drawn = conversation.region is not None
        held = replace(held_names(catalog), names=self._names(catalog), drawn=drawn)
        said = _picked_choice(question, conversation)
        before = _last_asking(conversation)
        context = [ask for past in before for ask in past.asked]
        again = asked_again(question, conversation, before)
        inquiry = again or read_question(said, held, context)
        inquiry = inquiry.model_copy(update={"question": question})
        inquiry = placed(inquiry, conversation, catalog, held)
        inquiry = against_dates(inquiry, catalog.scenes())
        return inquiry.model_copy(update={"restated": restate(inquiry)})

    def _names(self, catalog: Catalog) -> NamesHeld | None:
        """Return what tells which names the layers held bear."""
        layers, opened = catalog.layers(), self._open_layer
        if opened is None or not layers:
            return None

        def held(names: Sequence[str]) -> set[str]:
            found: set[str] = set()
            for layer in layers[:MOST_LAYERS]:
                with opened(layer) as features:
                    found |= features.named(names)
            return found

        return held

    def plan(
        self,
        inquiry: Inquiry,
        turn: int,
        ledger: Ledger,
        doubts: Sequence[Doubt],
        catalog: Catalog,
        tools: Registry,
    ) -> Plan:
        """Return the calls of the next round, or enough, a question back, or why not."""
        stop = _before_any_call(inquiry)
        if stop is not None:
            return stop
        work = Work(ledger, turn, [spec.name for spec in tools], continues=inquiry.continues)
        stuck: list[Stuck] = []
        done = 0
        for ask in inquiry.asked:
            try:
                done += ask.goal == "explain" or find(ask, inquiry, work) is not None
            except Stuck as why:
                if why.reason:
                    stuck.append(why)
        if work.calls:
            return Plan(calls=work.calls)
        if work.asks:
            return Plan(ask=work.asks[0])
        if done:
            missing = fact_missing(inquiry, turn, ledger)
            return Plan(question_back=missing) if missing is not None else Plan(enough=True)
        return _ended(stuck, inquiry)


def _before_any_call(inquiry: Inquiry) -> Plan | None:
    """Return the question back or abstention an inquiry comes to by itself."""
    if inquiry.ask_back is not None:
        return Plan(question_back=QuestionBack(text=inquiry.ask_back, choices=inquiry.choices))
    if inquiry.refusal_hint is not None:
        return Plan(
            abstain=f"I cannot tell {inquiry.refusal_hint}."
            if not inquiry.asked
            else f"I cannot do this: {inquiry.refusal_hint}."
        )
    if inquiry.not_understood:
        return Plan(question_back=_say_again(inquiry))
    if not inquiry.asked:
        return Plan(question_back=QuestionBack(text=f"I did not find a question in this. {CAN_DO}"))
    return None


def _say_again(inquiry: Inquiry) -> QuestionBack:
    """Ask to say it another way."""
    words = ", ".join(f"“{word}”" for word in inquiry.not_understood[:6])
    understood = f" The rest I understood as: {inquiry.restated}." if inquiry.asked else ""
    choices = meant(inquiry.question, inquiry.not_understood)
    hint = " Did you mean one of these?" if choices else " Please say it another way."
    return QuestionBack(
        text=f"I did not understand {words}.{understood}{hint} {CAN_DO}", choices=choices
    )


def _ended(stuck: Sequence[Stuck], inquiry: Inquiry) -> Plan:
    """Say why nothing could be found out: the person's choice, or nothing that would help."""
    back = next((why.back for why in stuck if why.back is not None), None)
    if back is not None:
        return Plan(question_back=back)
    layer = next(
        (s.refused for s in stuck if s.refused is not None and s.refused.code == "which_layer"),
        None,
    )
    if layer is not None and inquiry.where.layers:
        choices = [
            Choice(label=name, value=f"{inquiry.question.rstrip('?!. ')} in {name}?")
            for name in inquiry.where.layers[:8]
        ]
        return Plan(
            question_back=QuestionBack(
                text="Several map layers could answer this. Which one is meant?", choices=choices
            )
        )
    wider = _wider_kind(stuck, inquiry)
    if wider is not None:
        return Plan(question_back=wider)
    reasons = list(dict.fromkeys(why.reason for why in stuck))
    return Plan(abstain="; ".join(reasons) or "nothing held could answer this")


def _wider_kind(stuck: Sequence[Stuck], inquiry: Inquiry) -> QuestionBack | None:
    """Offer all buildings where the map does not say which of its buildings are of a kind."""
    blind = any(s.refused is not None and s.refused.code == "layer_cannot_tell" for s in stuck)
    for ask in inquiry.asked if blind else []:
        for subject in (ask.of, ask.other):
            if subject is None or not kind_of_building(subject):
                continue
            words = re.escape(subject.phrase)
            question = re.sub(rf"\b{words}\b", "buildings", inquiry.question, flags=re.IGNORECASE)
            text = (
                f"The map held there does not say which buildings are {subject.label}. "
                "Shall I take all buildings?"
            )
            choice = Choice(label="all buildings", value=question)
            return QuestionBack(text=text, choices=[choice])
    return None


def _last_asking(conversation: Conversation) -> list[Inquiry]:
    """Return the inquiries of the last two turns that can be gone back to, the newest last."""
    asking = [
        past.inquiry
        for past in conversation.turns
        if past.inquiry is not None and past.inquiry.asked and past.inquiry.goal != "explain"
    ]
    return asking[-2:]


def _picked_choice(question: str, conversation: Conversation) -> str:
    """Return the full question when the person picked one of the choices they were given."""
    last = conversation.turns[-1] if conversation.turns else None
    if last is None or last.question_back is None:
        return question
    plain = question.strip().rstrip(".!").casefold()
    for number, choice in enumerate(last.question_back.choices, start=1):
        if plain in (
            choice.label.casefold(),
            choice.value.casefold(),
            str(number),
            f"the {choice.label}".casefold(),
        ):
            return choice.value
    return question


__all__ = ["Ask", "EmbeddedPlanner"]
