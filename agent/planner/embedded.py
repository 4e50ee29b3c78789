"""The embedded planner: English questions, no model, the same plan for the same ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.evidence import Choice, Doubt, QuestionBack
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Conversation, Ledger, PastTurn, Plan
from agent.planner.places import held_names, placed
from agent.planner.questions import meant, read_question
from agent.planner.restate import restate
from agent.planner.steps import Stuck, Work, find

if TYPE_CHECKING:
    from store.catalog import Catalog
    from tools.registry import Registry

CAN_DO = (
    "I can count, list, locate, measure and compare things the map records, say what share "
    "of the ground they cover, "
    "which is largest or nearest, describe a scene, and say what changed between two."
)


class EmbeddedPlanner:
    """Understands and plans by rules; keeps no state."""

    name = "embedded"

    def understand(self, question: str, conversation: Conversation, catalog: Catalog) -> Inquiry:
        """Turn a question into an inquiry, in the light of the turns before it."""
        held = held_names(catalog)
        past = _last_asking(conversation)
        said = _picked_choice(question, conversation)
        context = past.inquiry.asked if past is not None and past.inquiry is not None else []
        inquiry = read_question(said, held, context).model_copy(update={"question": question})
        inquiry = placed(inquiry, conversation, catalog, held)
        return inquiry.model_copy(update={"restated": restate(inquiry)})

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
        work = Work(ledger, turn, [spec.name for spec in tools])
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
        if done:
            missing = _pixel_size_missing(inquiry, turn, ledger)
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


def _pixel_size_missing(inquiry: Inquiry, turn: int, ledger: Ledger) -> QuestionBack | None:
    """Ask for the size of a pixel where only pixels are known and an area is asked."""
    names = {("value", "area"): "area", ("change", "area"): "changed_area"}
    for ask in inquiry.asked:
        name = names.get((ask.goal, ask.key or ask.aspect or ""))
        if name is None or ask.unit is None or ask.of is not None:
            continue
        for evidence in ledger.evidence:
            quantity = evidence.quantity(name) if evidence.turn == turn else None
            if quantity is not None and quantity.unit == "px2":
                text = (
                    "The size of a pixel on the ground is not known, so areas can only be given in "
                    "pixels. How large is a pixel? Declare it at ingest with --gsd, in metres."
                )
                return QuestionBack(text=text)
    return None


def _ended(stuck: Sequence[Stuck], inquiry: Inquiry) -> Plan:
    """Say why nothing could be found out: the person's choice, or nothing that would help."""
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
    reasons = list(dict.fromkeys(why.reason for why in stuck))
    return Plan(abstain="; ".join(reasons) or "nothing held could answer this")


def _last_asking(conversation: Conversation) -> PastTurn | None:
    """Return the last turn whose inquiry can be gone back to."""
    for past in reversed(conversation.turns):
        if past.inquiry is not None and past.inquiry.asked and past.inquiry.goal != "explain":
            return past
    return None


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
