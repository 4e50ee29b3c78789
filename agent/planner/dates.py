"""Dates said in a question about scenes, held against the dates of the scenes that would answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.inquiry import Ask, Inquiry
from store.errors import BadPeriod
from store.geo import Period
from store.scenes import Scene

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?P<{}>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<{}>(?:19|20)\d\d|'\d\d)"
_LEAD = (
    r"(?:\b(?P<w>in|from|of|since|and|between|to|for|than|until|till|during|around|by|after|before"
    r"|late|early|mid|spring|summer|autumn|fall|winter|versus|vs\.?|or|with|year|years|the|on)\s)?"
)
_SAID = re.compile(
    _LEAD
    + "(?:"
    + "|".join(
        (
            r"(?<![\w-])(?P<iso>(?:19|20)\d\d-\d\d(?:-\d\d)?)(?![\w-])",
            rf"\b{_DAY.format('d1')} (?:of )?{_MONTH.format('m1')}\.?,? {_YEAR.format('y1')}\b",
            rf"\b{_MONTH.format('m2')}\.? {_DAY.format('d2')},? {_YEAR.format('y2')}\b",
            rf"\b{_MONTH.format('m3')}\.?,? (?:of )?{_YEAR.format('y3')}\b",
            rf"(?<![\w.,]){_YEAR.format('y4')}(?![\w]|[.,]\d| ?[%²])",
            rf"\b(?:{_DAY.format('d5')} (?:of )?)?{_MONTH.format('m5')}\b",
        )
    )
    + ")",
    re.IGNORECASE,
)
_BEFORE_MONTHS = frozenset(
    ["in", "since", "during", "by", "until", "till", "from", "between", "before", "after"]
)
_AT = frozenset(["in", "on", "of", "for", "than", "and", "or"])
"""Words before a date that is one scene's, and no start or end."""
_QUOTED = re.compile(r'"[^"]*"')
_FEW_WORDS = frozenset(
    ["and", "to", "or", "in", "on", "by", "between", "of", "from", "at", "the", "for", "than", "is",
     "was", "has", "have", "did", "please", "there", "here", "compared", "versus", "with", "it",
     "that", "which"]
)  # fmt: skip
"""Words after a year that are not what a number could count."""
_THEN = re.compile(r"\b(?:in|during|within|throughout|over)(?: the)?(?: year)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A date as said: a period, or a month of whatever year."""

    text: str
    period: Period | None
    start: int = 0
    end: int = 0
    month: int | None = None
    inside: bool = False
    """Whether what is asked is to have come about in it ("changed in 2009")."""

    def fits(self, scene: Scene) -> bool:
        """Say whether a scene may be of this date."""
        if scene.period is None:
            return False
        if self.period is not None:
            return scene.period.order(self.period) == "overlaps"
        first, last = scene.period.start, scene.period.end
        months = (last.year - first.year) * 12 + last.month - first.month
        return self.month is not None and (self.month - first.month) % 12 <= months


def dates_said(text: str, names: tuple[str, ...] = ()) -> list[Said]:
    """Return the dates that are said in a text, in order; a number of things is none.

    Args:
        text: A question.
        names: Names of scenes, in which no date is said.
    """
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+", " ", _QUOTED.sub(" ", text).replace("’", "'"))
    return [said for found in _SAID.finditer(text) if (said := _said(found, text)) is not None]


def _said(found: re.Match[str], text: str) -> Said | None:
    got = {key[0]: value for key, value in found.groupdict().items() if value and key != "iso"}
    words = found.group().removeprefix(found["w"] or "").strip(" -–/")
    before = text[: found.start()].rstrip()
    inside = _THEN.search(f"{before} {found['w'] or ''}".strip()) is not None
    if found["iso"]:
        return _of_period(found["iso"], words, inside, found)
    month = _MONTHS.index(got["m"][:3].casefold()) + 1 if "m" in got else None
    if "y" not in got:
        led = "d" in got or (found["w"] or "").casefold() in _BEFORE_MONTHS
        led = led or (found["w"] is not None and got["m"][0].isupper())
        return Said(words, None, *found.span(), month, inside) if led else None
    if month is None and not _is_year(found, before, text):
        return None
    year = got["y"] if len(got["y"]) == 4 else _century(got["y"][1:])
    day = [got["d"].zfill(2)] if "d" in got else []
    parts = [year, *([f"{month:02d}"] if month else []), *day]
    return _of_period("-".join(parts), words, inside, found)


def _is_year(found: re.Match[str], before: str, text: str) -> bool:
    """Say whether a bare number is a year rather than so many of something."""
    ranged = before == "" or before[-1:] in "-–/(,;:" or re.search(r"\d\d$", before) is not None
    if found["w"] is None:
        return ranged
    after = re.match(r"\s*([^\W\d_]+)", text[found.end() :])
    counted = after is not None and after[1].casefold() not in _FEW_WORDS
    unsure = found["w"].casefold() in ("of", "than", "or", "and", "to", "by", "for", "with")
    return ranged or not (counted and unsure)


def _century(short: str) -> str:
    return ("20" if int(short) < 50 else "19") + short


def _of_period(text: str, words: str, inside: bool, found: re.Match[str]) -> Said | None:
    try:
        return Said(words, Period.parse(text), *found.span(), None, inside)
    except BadPeriod:
        return None


def by_date(text: str, periods: Mapping[str, Period]) -> str:
    """Return a text in which dates that one scene alone is of are the names of these scenes.

    "Was the mean NDVI higher on 30 August 2015 than on 11 July 2015" compares two scenes. Where
    a date is of no scene or of several, the text stays as it is.

    Args:
        text: A tidy question.
        periods: The periods of the scenes held, by id.
    """
    said = dates_said(text)
    for date in reversed(said):
        fitting = [
            name
            for name, period in periods.items()
            if date.period is not None and period.order(date.period) == "overlaps"
        ]
        lead = text[date.start : date.end].split(" ", 1)[0].casefold()
        if len(fitting) != 1 or '"' in text or lead not in _AT:
            return text  # "before July", "from May to July"
        joint = f"{lead} " if lead in ("than", "and", "or") else ""
        text = f"{text[: date.start]}{joint}in {fitting[0]}{text[date.end :]}"
    return text


def against_dates(inquiry: Inquiry, scenes: list[Scene]) -> Inquiry:
    """Refuse where a date is said of which no scene that would answer is; else leave it.

    A scene whose date nobody recorded cannot be held against a date, and is of none.
    """
    by_id = {scene.id: scene for scene in scenes}
    chosen = [by_id[name] for name in inquiry.where.scenes if name in by_id]
    if not chosen or not any(_of_time(ask) for ask in inquiry.asked):
        return inquiry
    if inquiry.refusal_hint is not None or inquiry.ask_back is not None:
        return inquiry
    names = tuple({name for scene in scenes for name in (scene.id, scene.alias)})
    said = dates_said(inquiry.question, names)
    change = any(ask.goal == "change" for ask in inquiry.asked)
    wrong = _first_wrong(said, chosen, change)
    if wrong is None:
        return inquiry
    held = ", ".join(
        f"{scene.id} of {scene.period}" if scene.period else f"{scene.id}, of no recorded date"
        for scene in chosen
    )
    told = "what changed at times that no scene is of" if change else "this for that time"
    reason = f"{told}: “{wrong}” was said, and I hold {held}"
    return inquiry.model_copy(update={"refusal_hint": reason, "not_understood": []})


def _of_time(ask: Ask) -> bool:
    """Say whether what is asked is seen in an image, at the time of the image."""
    sides = [one for one in (ask.of, ask.other) if one is not None]
    if any(one.when is not None for one in sides):
        return False
    if ask.goal in ("change", "index", "cover", "look"):
        return True
    return any(one.unmapped or one.witness == "image" for one in sides)


def _first_wrong(said: list[Said], chosen: list[Scene], change: bool) -> str | None:
    """Return the first date said that the scenes do not bear out."""
    for date in said:
        fitting = [scene for scene in chosen if date.fits(scene)]
        if not fitting or (change and date.inside and len(fitting) < len(chosen)):
            return date.text
    if change and len(said) > 1 and len(chosen) > 1:
        met = {scene.id for date in said for scene in chosen if date.fits(scene)}
        if len(met) < len(chosen):
            return f"{said[0].text} … {said[-1].text}"
    return None
