"""From the ledger to a draft: one answer for each thing asked, in order."""

from __future__ import annotations

from collections.abc import Sequence

from agent.answer.called import called
from agent.answer.changes import changed
from agent.answer.draft import Draft, plain
from agent.answer.explain import explain, last_measured
from agent.answer.figures import FIGURES
from agent.answer.notes import notes
from agent.answer.outcome import Outcome, can_deny, of_quantity, partly_mapped, ref, said
from agent.answer.render import filled
from agent.answer.scenes import described, held, scene_value, which_scene
from agent.answer.seen import seen, words_of
from agent.answer.witnesses import beside, map_instead, reason_of
from agent.evidence import Claim, Doubt, Evidence, QuestionBack, Refused, Status
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import Ledger
from agent.planner.image_steps import of_image
from agent.planner.restate import said as asked_in_words
from agent.planner.steps import Found, Stuck, Work, find

_ENDS: dict[str, tuple[Status, str]] = {
    "failed": (
        "failed",
        "Something went wrong inside, and I stopped. What was found before it stays in the record.",
    ),
    "cancelled": (
        "cancelled",
        "Stopped as you asked. What was found before it stays in the record.",
    ),
    "budget": (
        "budget",
        "I reached the limit set for this question, so this is what was found so far.",
    ),
}

_OF_ALL = ("count", "list", "area", "length", "share", "density", "difference", "ratio", "extreme")
"""Goals whose figure is of all there are, so that it is of a part where only that is mapped."""


def compose(
    inquiry: Inquiry,
    turn: int,
    ledger: Ledger,
    doubts: Sequence[Doubt],
    refusals: Sequence[Refused],
    *,
    end: str = "enough",
    end_text: str | None = None,
    question_back: QuestionBack | None = None,
    also: Sequence[str] = (),
) -> Draft:
    """Compose the answer to an inquiry from the evidence of a turn.

    Args:
        inquiry: The question as understood.
        turn: The turn whose evidence counts.
        ledger: The session's records.
        doubts: The turn's doubts, settled ones too.
        refusals: The turn's refusals; none of them ever becomes a zero.
        end: Why the loop ended: `enough`, `ask`, `abstain`, `budget`, `failed` or `cancelled`.
        end_text: The reason of an abstention.
        question_back: What the person is asked.
        also: What else the person should know of how the answer came about.
    """
    if end == "ask" and question_back is not None:
        asked = plain_lines(question_back.text) + _limits([plain(text) for text in also])
        return Draft(status="needs_input", text=asked, question_back=question_back)
    if end == "abstain":
        draft = _abstained(inquiry, end_text, refusals)
        return draft.model_copy(
            update={"text": draft.text + _limits([plain(text) for text in also])}
        )
    outcomes = [_outcome(ask, inquiry, turn, ledger) for ask in inquiry.asked]
    if not inquiry.asked:
        outcomes = [called(item) for item in ledger.evidence if item.turn == turn]
    status = _status(outcomes)
    texts = [outcome.text for outcome in outcomes]
    if end in _ENDS:
        status, words = _ENDS[end]
        outcomes = [outcome for outcome in outcomes if outcome.settled]
        texts = [words, *(outcome.text for outcome in outcomes)]
    used = _once([evidence for outcome in outcomes for evidence in outcome.used])
    limits = notes(used, doubts, inquiry.asked)
    limits += [f"set aside, as it asks nothing: “{plain(text)}”" for text in inquiry.set_aside]
    limits += [plain(text) for text in also]
    text = "\n\n".join(texts) + _limits(limits)
    claims = [claim for outcome in outcomes for claim in outcome.claims]
    claims += [Claim(id="c", role="limit", text=limit, evidence=[]) for limit in limits]
    numbered = [
        claim.model_copy(update={"id": f"C{n}", "text": _words(claim.text, ledger)})
        for n, claim in enumerate(claims, start=1)
    ]
    return Draft(status=status, text=text, claims=numbered)


def plain_lines(text: str) -> str:
    """Return a text of several sentences without references in it."""
    return text.replace("{", "(").replace("}", ")")


def _words(text: str, ledger: Ledger) -> str:
    return filled(text, ledger).replace("**", "")


def _outcome(ask: Ask, inquiry: Inquiry, turn: int, ledger: Ledger) -> Outcome:
    if ask.goal == "explain":
        return _explained(turn, ledger)
    words = plain(asked_in_words(ask))
    work = Work(ledger, turn, continues=inquiry.continues)
    try:
        found = find(ask, inquiry, work)
    except Stuck as why:
        shaped = (
            _by_shape(ask, words, turn, ledger) if why.refused is None and ask.of is None else None
        )
        return shaped or _not_determined(words, why)
    if found is None:
        shaped = None if of_image(ask, inquiry) else _by_shape(ask, words, turn, ledger)
        if shaped is not None:
            return shaped
        text = f"Not measured: {words}."
        return Outcome(text, [said(None, text, words, [], verdict="undecided")], settled=False)
    outcome = _worded(found, inquiry, ledger)
    if ask.goal in _OF_ALL and any(partly_mapped(one) for one in work.touched):
        decided = any(isinstance(c.value, bool) for c in outcome.claims if c.role == "answer")
        outcome.partly = outcome.partly or (outcome.settled and not decided)
        outcome.settled = outcome.settled and decided
    outcome.used = _once([*work.touched, *outcome.used])
    return outcome


def _worded(found: Found, inquiry: Inquiry, ledger: Ledger) -> Outcome:
    """Say what was found, by the goal."""
    ask = found.ask
    if ask.goal == "change":
        return changed(found, inquiry, ledger)
    if ask.goal == "inventory":
        return held(found, inquiry)
    if ask.goal == "which_scene":
        return which_scene(found, inquiry)
    if ask.goal == "describe":
        return described(found, inquiry)
    if found.seen:
        return seen(found, ledger)
    if ask.goal == "value" and ask.of is None:
        return scene_value(found, inquiry)
    if found.why_not is not None and ask.of is not None and ask.of.witness == "image":
        return map_instead(found, words_of(ask.of))
    return _with_witness(found, FIGURES[ask.goal](found, ledger))


def _with_witness(found: Found, outcome: Outcome) -> Outcome:
    """Add what the image shows to what the map says, where both were called."""
    if found.witness is None and found.why_not is None:
        return outcome
    words = outcome.claims[0].of if outcome.claims else ""
    text, claims, used = beside(found, words)
    outcome.text += text
    outcome.claims += claims
    outcome.used += used
    return outcome


_SHAPES = {
    "count": "count", "list": "count", "locate": "count", "exists": "count", "share": "share",
    "ratio": "value", "area": "area_inside",
    "length": "length_inside", "density": "density", "distance": "smallest_distance",
    "difference": "value", "extreme": "picked",
    "value": "value", "compare": "value", "every": "count", "bearing": "value",
}  # fmt: skip


def _by_shape(ask: Ask, words: str, turn: int, ledger: Ledger) -> Outcome | None:
    """Answer from the latest figure of the right kind.

    Only one look-up of that kind may have been made: which of several is meant is not guessed.
    """
    name = _SHAPES.get(ask.goal, "")
    held = [e for e in ledger.evidence if e.turn == turn and e.quantity(name) is not None]
    if not held or len({canonical_of(e) for e in held}) > 1:
        return None
    evidence = held[-1]
    quantity = evidence.quantity(name)
    assert quantity is not None
    reviewed = evidence.tool == "review_objects"  # a person said which of them are none
    if quantity.value == 0 and not can_deny(evidence) and not reviewed:
        return None
    text = f"**{ref(evidence, name)}** {plain(quantity.of or words)} [{evidence.id}]."
    claim = of_quantity(evidence, name, "answer", text, words)
    if ask.goal == "exists":
        claim = said(bool(quantity.value), text, words, [f"{evidence.id}.{name}"])
    return Outcome(text, [claim], used=[evidence])


def canonical_of(evidence: Evidence) -> str:
    """Return what a piece of evidence was asked for, to tell repeated calls from different ones."""
    return f"{evidence.tool} {sorted(evidence.arguments.items(), key=str)}"


def _not_determined(words: str, why: Stuck) -> Outcome:
    """Say that a thing could not be determined, and why; never that there is none of it."""
    reason = reason_of(why)
    evidence = [why.refused.id] if why.refused is not None else []
    text = f"**Could not be determined** ({words}): {reason}."
    return Outcome(text, [said(None, text, words, evidence, verdict="undecided")], settled=False)


def _explained(turn: int, ledger: Ledger) -> Outcome:
    before = last_measured(ledger.evidence, turn)
    if before is None:
        text = "Nothing was measured in this session yet, so there is nothing to explain."
        return Outcome(text, [said(None, text, "evidence", [])], settled=False)
    chain = [evidence for evidence in ledger.evidence if evidence.turn == before]
    names = ", ".join(evidence.id for evidence in chain)
    lead = f"The last answer stands on [{names}]"
    text = f"{lead}:\n{explain(ledger, before)}"
    return Outcome(text, [said(names, lead, "evidence", [evidence.id for evidence in chain])])


def _status(outcomes: Sequence[Outcome]) -> Status:
    settled = [outcome.settled for outcome in outcomes]
    if settled and all(settled):
        return "answered"
    partly = any(settled) or any(outcome.partly for outcome in outcomes)
    return "partial" if partly else "abstained"


def _abstained(inquiry: Inquiry, reason: str | None, refusals: Sequence[Refused]) -> Draft:
    words = plain_lines(reason or "Nothing held could answer this.")
    words = words[:1].upper() + words[1:]
    text = f"I could not determine this. {words}" if refusals else words
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    understood = plain(inquiry.restated)
    claims = [
        Claim(
            id=f"C{n}",
            role="answer",
            text=text,
            of=plain(asked_in_words(ask)),
            value=None,
            unit="text",
            verdict="undecided",
            evidence=[r.id for r in refusals],
        )
        for n, ask in enumerate(inquiry.asked, start=1)
    ]
    return Draft(
        status="abstained",
        text=text + (f"\n\nUnderstood as: {understood}." if understood else ""),
        claims=claims,
    )


def _limits(limits: Sequence[str]) -> str:
    return "" if not limits else "\n\n*To know:* " + "; ".join(limits) + "."


def _once(evidence: Sequence[Evidence]) -> list[Evidence]:
    return list({item.id: item for item in evidence}.values())
