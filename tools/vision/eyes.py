"""Eyes: something that reads a picture, such as a served vision-language model.

What eyes say is a witness, marked as such; it is never a measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from store.errors import StoreError
from store.scenes import Record


class NoReading(StoreError):
    """The eyes gave no answer that can be used."""

    code = "no_reading"


class Reading(Record):
    """What eyes said about one picture, in answer to one question."""

    text: str
    """Their words, cleaned and cut to 400 characters."""
    choice: str | None = None
    """The one of the choices they were given that they chose."""
    by: str
    """What read it, such as `eyes:MODEL`."""


class Eyes(Protocol):
    """Answers one question about one picture."""

    name: str

    def look(self, png: bytes, question: str, choices: Sequence[str] = ()) -> Reading:
        """Read a picture.

        Args:
            png: The very bytes the person can see too.
            question: One atomic question about the picture.
            choices: Answers to choose from; the reading's `choice` is one of them.

        Raises:
            NoReading: The server failed, was slow, or said nothing that fits.
        """
        ...
