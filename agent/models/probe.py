"""Looks at a configured model server: is it there, which models, does tool calling work."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agent.models.trouble import ModelTrouble
from tools.vision.eyes import NoReading

if TYPE_CHECKING:
    from agent.models.chat import ChatModel
    from tools.vision.eyes import Eyes

_READY = {
    "name": "ready",
    "description": "Say that you are ready.",
    "parameters": {"type": "object", "properties": {}, "additionalProperties": False},
}
TOOL_FLAGS = (
    "The server must turn calls into `tool_calls`; vLLM does with --enable-auto-tool-choice and "
    "the --tool-call-parser of the model. Until then the embedded planner goes on in its place."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a server, and what would mend it."""

    state: Literal["ok", "warning"]
    found: str
    mend: str = ""


def see_chat(chat: ChatModel) -> Seen:
    """Try the model that is to plan."""
    mend = "Start the server or correct ELENCHUS_MODEL_URL; the embedded planner goes on without."
    try:
        models = chat.models()
    except ModelTrouble as trouble:
        return Seen("warning", f"the server {trouble.words}", mend)
    if chat.name not in models:
        held = ", ".join(models[:5]) or "none"
        return Seen("warning", f"{chat.name} is not there; the server has {held}", mend)
    try:
        reply = chat.ask([("human", "Call the tool `ready`.")], tools=[_READY], max_tokens=128)
    except ModelTrouble as trouble:
        return Seen("warning", f"{chat.name} {trouble.words}", TOOL_FLAGS)
    if not any(call.name == "ready" for call in reply.calls):
        return Seen("warning", f"{chat.name} answers, but called no tool", TOOL_FLAGS)
    return Seen("ok", f"{chat.name} is there and calls tools ({reply.seconds:.1f} s)")


def see_eyes(eyes: Eyes) -> Seen:
    """Show the eyes a grey picture."""
    try:
        reading = eyes.look(_grey(64), "Is this picture plain grey?", ("yes", "no", "unsure"))
    except NoReading as wrong:
        mend = "A model that takes pictures is needed there; see ELENCHUS_EYES_URL and _EYES_NAME."
        return Seen("warning", str(wrong), mend)
    return Seen("ok", f"{eyes.name} reads pictures (a grey one: {reading.choice})")


def _grey(size: int) -> bytes:
    """Return a grey PNG."""
    rows = (b"\x00" + b"\x80" * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
