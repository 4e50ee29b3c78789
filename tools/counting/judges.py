"""Who judges, and which rows of a set: the checks that both records of judgement share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from store.text import clean_text
from tools.contract import ToolRefusal

_BY = re.compile(r"^(person|file|eyes)(:.{1,80})?$", re.DOTALL)


def judge(by: str) -> str:
    """Return who judged, as it is recorded; refuses what names nobody."""
    if not _BY.match(by):
        raise ToolRefusal(
            f"{clean_text(by, 40)!r} does not say who judged; write person:NAME, file:NAME or "
            "eyes:MODEL",
            "no_judge",
        )
    return clean_text(by, 90)


def check_rows(rows: Sequence[int], count: int, what: str) -> list[int]:
    """Return rows, counted from 1, or refuse those that are not there or named twice."""
    wrong = [row for row in rows if not 1 <= row <= count]
    if wrong:
        raise ToolRefusal(
            f"{what}: there is no row {wrong[0]}; the set has rows 1 to {count}"
            if count
            else f"{what}: the set is empty, so it has no row {wrong[0]}",
            "no_such_row",
        )
    twice = [row for row, times in Counter(rows).items() if times > 1]
    if twice:
        raise ToolRefusal(f"{what}: row {min(twice)} is named twice; name each once", "row_twice")
    return list(rows)
