"""Answers to questions about crops, kept as evidence: what was asked, what was said, by whom."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from store.features.sets import FeatureSet
from store.text import clean_text
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.registry import tool

VERSION = "1"
Verdict = Literal["yes", "no", "unsure"]
_VERDICTS: tuple[Verdict, ...] = ("yes", "no", "unsure")


@tool(
    version=VERSION,
    exempt={
        "nodata_window": "it reads no pixels",
        "pixel_frame": "it keeps what it is given in its own frame",
        "missing_date": "it reads no scene",
        "too_coarse": "it looks at nothing",
        "empty_region": "it takes no region",
        "two_frames": "it takes one set",
        "one_pixel": "it reads no pixels",
    },
)
def record_answers(
    bench: Bench,
    of: Annotated[FeatureSet, FromEvidence],
    rows: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=200)],
    verdicts: Annotated[list[Verdict], Field(min_length=1, max_length=200)],
    by: Annotated[str, Field(min_length=1, max_length=80)],
) -> Finding:
    """Keep yes-or-no answers about some objects of a set, such as the candidates of a count.

    `rows` are the objects' numbers in the set, from 1; `verdicts` are the answers in the same
    order; `by` says who gave them. `count_objects` takes the result as `judged`.
    """
    bench.check()
    _check(of, rows, verdicts)
    kept = of.take([row - 1 for row in rows])
    columns: dict[str, list[Any]] = {"row": list(rows), "verdict": list(verdicts)}
    who = clean_text(by, 80)
    return Finding(
        quantities=[
            Quantity(
                name=verdict,
                of=f"answers {verdict}",
                value=verdicts.count(verdict),
                unit="count",
                interval="exact",
            )
            for verdict in _VERDICTS
        ],
        method=Method(name="record_answers", version=VERSION, parameters={"by": who}),
        features=kept.with_columns(**columns),
    )


def _check(of: FeatureSet, rows: list[int], verdicts: list[Verdict]) -> None:
    """Refuse answers that do not fit the set or each other."""
    if len(rows) != len(verdicts):
        raise ToolRefusal(
            f"{len(rows)} objects and {len(verdicts)} answers; give one answer for each",
            "answers_do_not_fit",
        )
    beyond = [row for row in rows if row > len(of)]
    if beyond:
        raise ToolRefusal(
            f"the set has {len(of)} objects, and {beyond[0]} was answered; number them from 1",
            "no_such_object",
        )
    if len(set(rows)) != len(rows):
        twice = next(row for row in rows if rows.count(row) > 1)
        raise ToolRefusal(f"object {twice} was answered twice; answer it once", "answered_twice")
