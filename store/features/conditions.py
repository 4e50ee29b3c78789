"""Conditions on single tags: true, false, or unknown where the map does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from store.features.numbers import COMPARE, parse_number
from store.scenes import Record


class TagCondition(Record):
    """A condition on a tag: `{"key": "building:levels", "op": "gt", "value": 5}`.

    `eq`, `ne`, `gt`, `ge`, `lt`, `le` compare with the value, lengths in m and speeds in km/h;
    `exists` and `absent` ask for the key. An element without the key is unknown, not false.
    """

    key: str = Field(min_length=1, max_length=255)
    op: Literal["eq", "ne", "gt", "ge", "lt", "le", "exists", "absent"]
    value: float | str | None = None

    @model_validator(mode="after")
    def _has_value(self) -> Self:
        """Refuse a comparison with nothing, or of sizes with words."""
        if self.op in ("exists", "absent"):
            return self
        if self.value is None:
            raise ValueError(f"{self.key} {self.op} needs a value to compare with")
        if self.op not in ("eq", "ne") and self._number() is None:
            raise ValueError(f"{self.key} {self.op} {self.value!r}: give a number to compare sizes")
        return self

    def _number(self) -> float | None:
        found = parse_number(str(self.value), self.key)
        return None if found is None else found.single

    def judge(self, tags: Mapping[str, str]) -> bool | None:
        """Tell whether tags meet the condition; None when the map does not say."""
        text = tags.get(self.key)
        if self.op in ("exists", "absent"):
            return (text is not None) == (self.op == "exists")
        if text is None:
            return None
        wanted, held = self._number(), parse_number(text, self.key)
        if wanted is not None and held is not None:
            low, high = (COMPARE[self.op](number, wanted) for number in (held.least, held.most))
            between = self.op in ("eq", "ne") and held.least < wanted < held.most
            return low if low == high and not between else None
        if self.op not in ("eq", "ne"):
            return None
        parts = {part.strip().casefold() for part in (*text.split(";"), text)}
        return (str(self.value).strip().casefold() in parts) == (self.op == "eq")

    def text(self) -> str:
        """Return the condition in words."""
        if self.op in ("exists", "absent"):
            return f"{self.key} {'given' if self.op == 'exists' else 'missing'}"
        sign = {"eq": "=", "ne": "≠", "gt": ">", "ge": "≥", "lt": "<", "le": "≤"}[self.op]
        value = f"{self.value:g}" if isinstance(self.value, float) else self.value
        return f"{self.key} {sign} {value}"
