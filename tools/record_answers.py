"""`record_answers`: what a person, a file or eyes said about crops that were asked about."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field

from store.features.sets import FeatureSet
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.counting.answers import VERDICTS
from tools.counting.judges import check_rows, judge
from tools.registry import ConformanceCase, tool

VERSION = "1"
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "missing_date": "no dates are compared",
    "too_coarse": "no pixels are read",
    "empty_region": "takes no region",
    "one_pixel": "no pixels are read",
    "two_frames": "takes one set",
}


@tool(VERSION, exempt=_EXEMPT)
def record_answers(
    bench: Bench,
    of: Annotated[FeatureSet, FromEvidence],
    rows: Annotated[list[int], Field(max_length=1000)],
    verdicts: Annotated[list[Literal["yes", "no", "unsure"]], Field(max_length=1000)],
    by: Annotated[str, Field(max_length=100)],
) -> Finding:
    """Record yes, no or unsure for rows (from 1) of the candidates that a count asked about.

    `of` is the set of the unfinished `count_objects`; `rows` are of its `series.ask`, one verdict
    each; `by` is person:NAME, file:NAME or eyes:MODEL. Give the resulting set to `count_objects`
    as `judged`. Verdicts come from whoever looked at the crops: never make them up.
    """
    bench.check()
    who = judge(by)
    asked = _asked(of)
    index = [row - 1 for row in check_rows(rows, len(of), "rows")]
    if not rows:
        raise ToolRefusal("no rows were answered; name the rows asked about", "no_rows")
    if len(verdicts) != len(rows):
        raise ToolRefusal(
            f"{len(rows)} rows and {len(verdicts)} verdicts; give one verdict for each row",
            "verdicts_do_not_fit",
        )
    strange = [word for word in verdicts if word not in VERDICTS]
    if strange:
        raise ToolRefusal(
            f"{str(strange[0])[:40]!r} is no verdict; write yes, no or unsure", "no_such_verdict"
        )
    unasked = [row for row in rows if not asked[row - 1]]
    if unasked:
        raise ToolRefusal(
            f"row {unasked[0]} was not asked about; the questions are about rows "
            f"{', '.join(str(i + 1) for i, ask in enumerate(asked) if ask)}",
            "not_asked",
        )
    told = of.take(index)
    scores = told.columns.get("score", [None] * len(rows))
    columns = {"score": scores, "verdict": list(verdicts), "row": list(rows)}
    counts = Counter[str](verdicts)
    return Finding(
        quantities=[
            Quantity(name=word, of="answers", value=counts[word], unit="count", interval="exact")
            for word in VERDICTS
        ],
        method=Method(name="record_answers", version=VERSION, parameters={"by": who}),
        region=of.region,
        features=FeatureSet(of.frame, told.geometry, columns, region=of.region),
        series={"by": [who]},
    )


def _asked(of: FeatureSet) -> list[bool]:
    """Return which rows were asked about: all, where the set does not say; refuses none."""
    ask = [bool(flag) for flag in of.columns.get("ask", [True] * len(of))]
    if not any(ask):
        raise ToolRefusal(
            "this set asks nothing; give the candidates of a `count_objects` whose questions are "
            "outstanding",
            "nothing_asked",
        )
    return ask
