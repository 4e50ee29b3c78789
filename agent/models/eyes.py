"""Eyes over a served vision-language model: one picture, one question, one reading.

What comes back is a witness. Text painted into a picture can change what is read, and nothing
else: the model has no tools here, and its reply is one of the choices and a few quoted words.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from agent.models.chat import ChatModel
from agent.models.prompts import prompt
from agent.models.quoting import inert
from agent.models.trouble import ModelTrouble
from tools.vision.eyes import NoReading, Reading

LONGEST_READING = 400
LARGEST_PNG = 8_000_000
MOST_TOKENS = 300
MOST_TRIES = 2
_PNG = b"\x89PNG\r\n\x1a\n"


class ServedEyes:
    """Reads pictures with a served model.

    Args:
        chat: The model; it must take pictures.
    """

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.name = chat.name

    def look(self, png: bytes, question: str, choices: Sequence[str] = ()) -> Reading:
        """Read a picture.

        Args:
            png: The very bytes the person can see too.
            question: One atomic question about the picture.
            choices: Answers to choose from; the reading's `choice` is one of them.

        Raises:
            NoReading: The server failed, was slow, or said nothing that fits.
        """
        if not png.startswith(_PNG) or len(png) > LARGEST_PNG:
            raise NoReading(f"eyes are shown PNG pictures of at most {LARGEST_PNG / 1e6:g} MB")
        schema = _schema(choices)
        for _ in range(MOST_TRIES):
            try:
                reply = self._chat.ask(
                    _messages(png, question, choices), schema=schema, max_tokens=MOST_TOKENS
                )
            except ModelTrouble as trouble:
                raise NoReading(f"eyes:{self.name} {trouble.words}; nobody looked") from None
            reading = self._read(reply.text, choices)
            if reading is not None:
                return reading
        raise NoReading(f"eyes:{self.name} gave no reading in the agreed form; nobody looked")

    def _read(self, text: str, choices: Sequence[str]) -> Reading | None:
        try:
            told = json.loads(text.rpartition("</think>")[2])
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or not isinstance(told.get("text"), str):
            return None
        choice = told.get("choice")
        if choices and choice not in choices:
            return None
        words = inert(told["text"], LONGEST_READING)
        return Reading(text=words, choice=choice if choices else None, by=f"eyes:{self.name}")


def _schema(choices: Sequence[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if choices:
        properties["choice"] = {"type": "string", "enum": list(choices)}
    properties["text"] = {"type": "string", "maxLength": 240}
    required = list(properties)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _messages(png: bytes, question: str, choices: Sequence[str]) -> list[tuple[str, Any]]:
    asked = inert(question, 600)
    if choices:
        asked += f" Choose one of: {', '.join(inert(choice, 60) for choice in choices)}."
    picture = "data:image/png;base64," + base64.b64encode(png).decode()
    parts = [
        {"type": "image_url", "image_url": {"url": picture}},
        {"type": "text", "text": asked},
    ]
    return [("system", prompt("look")), ("human", parts)]
