"""Periods: closed intervals of UTC time, as coarse as the person said them."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from typing_extensions import override

from store.errors import BadPeriod

_LAST = timedelta(microseconds=1)
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")

Order = Literal["before", "after", "overlaps"]


class Period(BaseModel):
    """A closed interval of UTC time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start > self.end:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")
        return self

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2010`, `2010-06`, `2010-06-01`, an ISO 8601 time, or two of them with `/` between.

        >>> str(Period.parse("2010-06"))
        '2010-06'
        """
        text = text.strip()
        if "/" in text:
            first, _, last = text.partition("/")
            start, end = cls.parse(first).start, cls.parse(last).end
            if start > end:
                raise BadPeriod(f"{text!r} ends before it starts; give the earlier date first")
            return cls(start=start, end=end)
        if found := _DATE.match(text):
            return cls._calendar(text, *found.groups())
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise BadPeriod(
                f"{text!r} is no date; write 2010, 2010-06, 2010-06-01, 2010-06-01T10:30Z "
                "or two of them with / between"
            ) from wrong
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return cls(start=moment, end=moment)

    @classmethod
    def _calendar(cls, text: str, year: str, month: str | None, day: str | None) -> Period:
        try:
            first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
        except ValueError as wrong:
            raise BadPeriod(f"{text!r} is no date in the calendar: {wrong}") from wrong
        if day:
            days = 1
        elif month:
            days = calendar.monthrange(first.year, first.month)[1]
        else:
            days = 366 if calendar.isleap(first.year) else 365
        return cls(start=first, end=first + timedelta(days=days) - _LAST)

    def order(self, other: Period) -> Order:
        """Tell whether this period lies before or after another, or overlaps it."""
        if self.end < other.start:
            return "before"
        if self.start > other.end:
            return "after"
        return "overlaps"

    def within(self, other: Period) -> bool:
        """Tell whether all of this period lies in another."""
        return other.start <= self.start and self.end <= other.end

    @override
    def __str__(self) -> str:
        """Say the period as coarsely as it was given."""
        start, end = self.start, self.end
        if start == end:
            return start.strftime("%Y-%m-%dT%H:%M:%SZ").replace("T00:00:00Z", "")
        for shape in ("%Y", "%Y-%m", "%Y-%m-%d"):
            text = start.strftime(shape)
            if Period.parse(text) == self:
                return text
        return f"{start.strftime('%Y-%m-%d')}/{end.strftime('%Y-%m-%d')}"
