"""Reads what the rules could not: a model puts it in plainer words, and the rules read those."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.evidence import Choice
from agent.inquiry import Inquiry
from agent.models.prompts import prompt
from agent.models.quoting import inert, outside
from agent.models.trouble import ModelTrouble
from agent.planner.model.faithful import unfaithful

if TYPE_CHECKING:
    from agent.models.chat import ChatModel
    from store.catalog import Catalog

MOST_REPAIRS = 2
MOST_NAMES = 16
LONGEST = 600


class ReadAs(BaseModel):
    """Words of the question, and the plainer words for them."""

    model_config = ConfigDict(extra="forbid")

    said: str = Field(min_length=1, max_length=120)
    meant: str = Field(alias="as", min_length=1, max_length=120)


class Plainer(BaseModel):
    """A question in plainer words."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=3, max_length=LONGEST)
    read_as: list[ReadAs] = Field(max_length=8)
    left_out: list[str] = Field(max_length=4)

    def pairs(self) -> list[Mapping[str, str]]:
        """Return what was replaced, as plain pairs."""
        return [pair.model_dump(by_alias=True) for pair in self.read_as]


def read_plainer(
    chat: ChatModel,
    by: str,
    first: Inquiry,
    catalog: Catalog,
    rules: Callable[[str], Inquiry],
) -> Inquiry:
    """Return an inquiry that the rules read whole from a model's words; else the first one.

    Args:
        chat: The model.
        by: Its name, as it is told.
        first: What the rules made of the question as asked.
        catalog: What is held.
        rules: Reads a question by the rules.
    """
    messages: list[tuple[str, Any]] = [
        ("system", prompt("read")), ("human", _shown(first, catalog)),
    ]  # fmt: skip
    nearly: Plainer | None = None
    for _ in range(1 + MOST_REPAIRS):
        try:
            reply = chat.ask(messages, schema=Plainer.model_json_schema())
        except ModelTrouble as trouble:
            return first.model_copy(update={"fell_back": trouble.words})
        told = _parsed(reply.text)
        if isinstance(told, str):
            messages += _again(reply.text, [told])
            continue
        faults = list(unfaithful(first.question, told.question, told.pairs(), told.left_out))
        read = rules(told.question)
        if not _whole(read):
            faults.append(f"the rules could not read {', '.join(read.not_understood[:6])!r}")
        elif faults:
            nearly = told
        else:
            return _as_read(read, first, told, by)
        messages += _again(reply.text, faults)
    if nearly is not None:
        return _meant(first, nearly)
    return first


def _whole(read: Inquiry) -> bool:
    return bool(read.asked) and not (read.not_understood or read.refusal_hint)


def _as_read(read: Inquiry, first: Inquiry, told: Plainer, by: str) -> Inquiry:
    taken = [f"“{inert(p.said, 60)}” taken for “{inert(p.meant, 60)}”" for p in told.read_as]
    return read.model_copy(
        update={
            "question": first.question,
            "read_by": by,
            "reworded": inert(told.question, LONGEST),
            "taken_for": taken,
            "set_aside": [*read.set_aside, *(inert(part) for part in told.left_out)],
        }
    )


def _meant(first: Inquiry, nearly: Plainer) -> Inquiry:
    """Offer the person a reading that may not be what was asked."""
    words = ", ".join(f"“{word}”" for word in first.not_understood[:6])
    plainer = inert(nearly.question, LONGEST)
    return first.model_copy(
        update={
            "ask_back": f"I did not understand {words}. Did you mean this?",
            "choices": [Choice(label=plainer, value=plainer)],
        }
    )


def _shown(first: Inquiry, catalog: Catalog) -> str:
    names = [outside(scene.alias, "file name", 60) for scene in catalog.scenes()[:MOST_NAMES]]
    shown = {
        "question": inert(first.question, 1000),
        "not_understood": [inert(word, 60) for word in first.not_understood[:8]],
        "scenes": names,
    }
    return json.dumps(shown, ensure_ascii=False)


def _parsed(text: str) -> Plainer | str:
    """Read a reply, or say what is wrong with it."""
    try:
        return Plainer.model_validate(json.loads(text.rpartition("</think>")[2].strip()))
    except ValidationError as wrong:
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors()[:3])
    except (ValueError, RecursionError):
        return "the reply is no JSON object"


def _again(said: str, faults: Sequence[str]) -> list[tuple[str, Any]]:
    """Return what is said to a model whose reply cannot be used."""
    told = {"your_reply": inert(said, 600), "cannot_be_used": [inert(f, 200) for f in faults[:6]]}
    return [("human", json.dumps(told, ensure_ascii=False) + "\nReply once more, mended.")]
