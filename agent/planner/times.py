"""The scene of the same place at another time."""

from __future__ import annotations

from agent.evidence import Evidence, QuestionBack
from agent.planner.restate import time_text
from agent.planner.work import Stuck, Work
from store.errors import BadPeriod
from store.geo import Period
from store.geo.frame import is_earth


def scene_at(when: str, scene: str, described: Evidence, work: Work) -> str | None:
    """Return the id of the scene that shows the same place at another time.

    Returns None while a call is outstanding.

    Raises:
        Stuck: There is none, or nothing says where or when the scene was taken.
    """
    words = "before" if when == "before" else f"in {time_text(when)}"
    if described.region is None or not is_earth(described.region.frame):
        raise Stuck(
            f"I cannot compare: {scene} has no position on the ground, so I cannot find what was "
            f"photographed there {words}. If another scene shows the same place, name it, or give "
            "this one a georeference (elenchus ingest --crs, or a world file)"
        )
    period = _period(when, scene, described)
    held = work.need(
        "find_scenes",
        "which scenes of the same place there are",
        region=f"{described.id}#region",
        period=period,
    )
    if held is None:
        return None
    others = [
        (str(name), date)
        for name, date in zip(held.series.get("id", []), held.series.get("date", []), strict=False)
        if name != scene and _earlier(date, described, when)
    ]
    if not others:
        raise Stuck(
            f"I hold no scene of this place {'that is older' if when == 'before' else words}, so "
            "there is nothing to compare with"
        )
    return others[0][0]


def _period(when: str, scene: str, described: Evidence) -> str | None:
    """Return the period to search: a month without a year is the last one before the scene."""
    if when == "before":
        if described.period is None:
            raise Stuck(back=_of_which_time(scene))
        return None
    if len(when) != 2:
        return when
    if described.period is None:
        raise Stuck(back=_of_which_time(scene))
    start = described.period.start
    year = start.year if int(when) < start.month else start.year - 1
    return f"{year}-{when}"


def _of_which_time(scene: str) -> QuestionBack:
    text = f"When {scene} was taken is not recorded. Which scene, or which month of which year?"
    return QuestionBack(text=text)


def _earlier(date: object, described: Evidence, when: str) -> bool:
    if when != "before":
        return True
    if date is None or described.period is None:
        return False
    try:
        return Period.parse(str(date)).order(described.period) == "before"
    except BadPeriod:
        return False
