"""Counting in an image: by shape, or by asking about crops until the count is finished."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.evidence import Evidence, QuestionBack, Refused
from agent.inquiry import Inquiry, Subject
from agent.planner.contract import CropAsk
from agent.planner.sights import Sight, ask_which_scene
from agent.planner.work import Stuck, Work

if TYPE_CHECKING:
    from collections.abc import Sequence

TOOL = "count_objects"
_PLACE = ("scene", "target", "region")
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)")
_PX = re.compile(r"^px:([^:]+):")
_DRAW = "Draw a box around one to three of the {label} in {scene}, or give --example {box}."


def target_of(subject: Subject) -> str:
    """Return the words by which things are counted in an image."""
    return subject.one or subject.label or subject.phrase


def counted(
    subject: Subject, sight: Sight, inquiry: Inquiry, work: Work, *,
    alone: bool = False, again: bool = False,
) -> Evidence | None:  # fmt: skip
    """Return the finished count of things in an image; None while something is outstanding.

    Args:
        subject: What is counted.
        sight: Where.
        inquiry: The whole question.
        work: What there is already; it is told which crops are to be judged.
        alone: Whether it has to come from shape, with nobody asked.
        again: Whether a count that was finished before will do, even where boxes were drawn.

    Raises:
        Stuck: The tool refused; with a question back where an answer would help.
    """
    if len(subject.concepts) > 1:
        kinds = subject.label.replace(" or ", " and ")
        raise Stuck(f"{kinds} together: in an image I count one kind at a time; ask for each")
    examples = [] if alone else _examples(inquiry.where.examples, sight)
    before = None if examples and not again else _before(subject, sight, work)
    if before is not None:
        work.touched.append(before)
        return before
    like = _proposals(subject, sight, inquiry, work) if inquiry.firm and not alone else None
    if like is not None and not like:
        return None
    judged: list[str] = []
    while True:
        found = _count(
            subject, sight, inquiry, work, alone=alone,
            examples=examples or None,
            like=like if not examples else None,
            judged=judged or None,
            method="shape" if alone else "asking" if like and not examples else None,
        )  # fmt: skip
        if found is None or found.quantity("count") is not None:
            return found
        answers = work.answered(found)
        if answers is None:
            work.asks.append(CropAsk(evidence=found.id, text=_why(subject, found)))
            return None
        if judged and judged[-1] == f"{answers.id}#set":
            raise Stuck(f"the questions about {subject.label} came to nothing")
        judged = [*judged, f"{answers.id}#set"]


def _before(subject: Subject, sight: Sight, work: Work) -> Evidence | None:
    """Return the count of the same things, in the scene as it is held now, settled before.

    Where a person reviewed it, the newest review of it is the count.
    """
    wanted = (sight.scene, target_of(subject), sight.region)
    settled = [e for e in work.ledger.evidence if _settled(e) and not work.counts(e.turn)]
    fits = [
        e
        for e in settled
        if wanted == tuple(e.arguments.get(k) for k in _PLACE)
        and e.scenes[:1] == sight.described.scenes[:1]
    ]
    if not fits:
        return None
    newest = fits[-1]
    of_it = {newest.id}
    for review in work.ledger.evidence:
        if review.tool == "review_objects" and of_it & set(review.parents):
            of_it.add(review.id)
            told = review.quantity("count")
            newest = review if told is not None and told.interval != "none" else newest
    return newest


def _settled(evidence: Evidence) -> bool:
    asked = evidence.tool == TOOL and bool(evidence.arguments.get("judged"))
    return asked and evidence.quantity("count") is not None


def _count(
    subject: Subject, sight: Sight, inquiry: Inquiry, work: Work, *, alone: bool, **more: object
) -> Evidence | None:
    try:
        return work.need(
            TOOL,
            f"how many {subject.label} the image shows",
            scene=sight.scene,
            target=target_of(subject),
            region=sight.region,
            **more,
        )
    except Stuck as why:
        if why.refused is None:
            raise
        if alone:
            raise
        return _refused(why.refused, subject, sight, inquiry, work)


def _proposals(subject: Subject, sight: Sight, inquiry: Inquiry, work: Work) -> str | None:
    """Return the set found by shape to begin asking with; empty while it is outstanding."""
    if inquiry.where.examples:
        return None
    try:
        shape = work.need(
            TOOL,
            f"how many {subject.label} the image shows",
            scene=sight.scene,
            target=target_of(subject),
            region=sight.region,
        )
    except Stuck:
        return None  # the call without them says why
    if shape is None:
        return ""
    by_shape = shape.quantity("count") is not None and shape.value("marked") != 0
    return f"{shape.id}#set" if by_shape else None


def _examples(given: Sequence[str], sight: Sight) -> list[str]:
    """Return the boxes that lie in the frame of a scene."""
    found = []
    for text in given:
        pixel = _PX.match(text)
        if (pixel is None) == sight.on_earth and (pixel is None or _same(pixel[1], sight.scene)):
            found.append(text)
    return found


def _same(name: str, scene: str) -> bool:
    return name == scene or scene.rpartition("-")[0] == name


def _why(subject: Subject, found: Evidence) -> str:
    """Say what is asked about the crops, and what the answers are for."""
    return (
        f"To count the {subject.label} I need to know which of these are one. Each crop is one "
        "candidate, the outlined thing in the middle; say yes, no or unsure."
    )


# -- refusals --------------------------------------------------------------------------------------


def _refused(
    refused: Refused, subject: Subject, sight: Sight, inquiry: Inquiry, work: Work
) -> Evidence | None:
    """Turn a refusal into a question back where the person can help; raises always but once."""
    if refused.code == "needs_examples":
        corners = "lonlat:W,S,E,N" if sight.on_earth else f"px:{sight.scene}:C0,R0,C1,R1"
        how = _DRAW.format(label=subject.label, scene=sight.scene, box=corners)
        text = f"{_sentence(refused.text)} {how}"
        raise Stuck(refused.text, refused, QuestionBack(text=text))
    if refused.code == "needs_gsd":
        raise Stuck(refused.text, refused, QuestionBack(text=_sentence(refused.text)))
    if refused.code != "too_coarse":
        raise Stuck(refused.text, refused)
    return _too_coarse(refused, subject, sight, inquiry, work)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _too_coarse(
    refused: Refused, subject: Subject, sight: Sight, inquiry: Inquiry, work: Work
) -> Evidence | None:
    """Say what resolution would do, and whether a scene as fine of the place is held."""
    limit = _LIMIT.search(refused.requirements.get("gsd_m", ""))
    if limit is None or not sight.on_earth:
        raise Stuck(refused.text, refused)
    finer = work.need(
        "find_scenes",
        "whether a finer scene of the place is held",
        region=f"{sight.described.id}#region",
        gsd_at_most_m=float(limit[1]),
    )
    if finer is None:
        return None
    names = [str(name) for name in finer.series.get("id", []) if name != sight.scene]
    if not names:
        raise Stuck(f"{refused.text.rstrip('.')}; I hold no such scene of this place", refused)
    text = f"{_sentence(refused.text)} I hold a finer scene of this place. Shall I look there?"
    raise Stuck(refused.text, refused, ask_which_scene(inquiry.question, names, text))
