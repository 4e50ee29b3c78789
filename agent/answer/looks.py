"""Sentences and claims about crops, spectral indices and land cover."""

from __future__ import annotations

from collections.abc import Callable

from agent.answer.draft import plain
from agent.answer.figures.shared import checked, cite, main_of, things_of
from agent.answer.numbers import unit_asked
from agent.answer.outcome import ENOUGH, Outcome, ends, of_quantity, ref, said, verdict
from agent.answer.witnesses import looked_text
from agent.evidence import Evidence
from agent.inquiry import Subject
from agent.planner.contract import Ledger
from agent.planner.look_steps import classes_in
from agent.planner.restate import EVERYTHING, index_name, subject_text
from agent.planner.seeing import LOOSE_COVERS
from agent.planner.steps import Found

_LIKE = {
    "vegetation_like_share": "looks like plants", "green_share": "is green",
    "water_like_share": "looks like water",
}  # fmt: skip
_FIGURES = {"mean": "mean", "median": "median", "largest": "max", "smallest": "min"}
_SHARE = "share_"
_UNKNOWN = "share_unknown"
_CLASSES = 8


def _scene(evidence: Evidence) -> str:
    return plain(evidence.scenes[0].id) if evidence.scenes else "the scene"


def _where(subject: Subject | None, lead: str = " of ") -> str:
    """Return what a figure is of in words, empty for the whole scene."""
    if subject is None:
        return ""
    words = subject_text(subject.model_copy(update={"witness": "any"}))
    words = words.removeprefix(EVERYTHING).strip()
    return f"{lead}{plain(words)}" if words else ""


def look(found: Found, ledger: Ledger) -> Outcome:
    """Show a crop: it is the answer, with what was measured of it and what eyes read."""
    main = main_of(found)
    place = ""
    if found.other is not None:
        row = int((found.ask.of.refers or "#1").rpartition("#")[2]) if found.ask.of else 1
        place = f", around {{{found.other.id}#{row}}} {cite(found.other)}"
        many = found.other.value("count")
        of = found.ask.of
        if of is not None and (of.refers, of.pick) == (None, None) and many not in (None, 1):
            place += f", which is the first of {ref(found.other, 'count')}"
    fine = ""
    if main.quantity("picture_gsd") is not None:
        fine = f", at {ref(main, 'picture_gsd')}"
    text = f"**Shown**: {_scene(main)}{place}{fine} {cite(main)}."
    answer = said(main.id, text, "view", [main.id])
    text += _described(main)
    claims = [answer]
    if main.quantity("reading") is not None:
        text += (
            f" Read from the picture, as a witness and not as a measurement: "
            f"“{{{main.id}.reading}}”."
        )
        claims.append(of_quantity(main, "reading", "support", "reading", "view"))
    elif found.ask.key == "question":
        text += (
            " What stands in it I cannot name: that needs eyes (a vision-language model), and "
            "none answered."
        )
    return Outcome(text, claims, used=[e for e in (main, found.other) if e is not None])


def _described(main: Evidence) -> str:
    parts = []
    if main.quantity("ground_width") is not None and main.quantity("ground_height") is not None:
        parts.append(f"it spans {ref(main, 'ground_width')} by {ref(main, 'ground_height')}")
    for name, words in _LIKE.items():
        if main.quantity(name) is not None:
            parts.append(f"{ref(main, name)} of it {words}, by one threshold")
    if main.quantity("effective_gsd") is not None:
        parts.append(f"the smallest detail measures about {ref(main, 'effective_gsd', 'bare')}")
    if main.quantity("nodata_share") is not None and main.value("nodata_share") != 0:
        parts.append(f"{ref(main, 'nodata_share')} holds no data")
    return f" {'; '.join(parts)[:1].upper()}{'; '.join(parts)[1:]}." if parts else ""


# -- indices ---------------------------------------------------------------------------------------


def index(found: Found, ledger: Ledger) -> Outcome:
    """Say a figure of a spectral index, or the share of the ground beyond a bound."""
    main, ask = main_of(found), found.ask
    name = index_name(ask.key)
    if found.other is not None:
        return _index_compared(found, name)
    if ask.bound is not None:
        return _index_share(found, name)
    figure = _FIGURES.get(ask.statistic or "mean", "mean")
    where = _where(ask.of)
    if ask.claim is not None and ask.claim.value is not None:
        value = ref(main, figure, "number")
        return checked(found, main, figure, f"The {figure} {name}{where} is {value} {cite(main)}")
    text = (
        f"**{ref(main, figure, 'number')}** is the {figure} {name}{where} in {_scene(main)} "
        f"{cite(main)}."
    )
    answer = of_quantity(main, figure, "answer", text, f"{name}{where}")
    more = [n for n in ("p05", "p95") if main.quantity(n) is not None]
    if len(more) == 2:
        text += (
            f" Most pixels lie from {ref(main, 'p05', 'number')} to {ref(main, 'p95', 'number')}."
        )
    text += _looked(main)
    supports = [of_quantity(main, n, "support", n, name) for n in more]
    return Outcome(text, [answer, *supports], used=[main, *found.several])


def _index_share(found: Found, name: str) -> Outcome:
    main, ask = main_of(found), found.ask
    assert ask.bound is not None
    above = "above" if ask.bound.op in ("gt", "ge") else "below"
    said_of = plain(ask.bound.said or f"{ask.bound.value}")
    words = f"{name} {above} {said_of}"
    if main.quantity("share") is None:
        text = (
            f"**Cannot tell** what share has {words}: none was seen, and not all was looked at "
            f"{cite(main)}."
        )
        return Outcome(text, [said(None, text, words, [main.id], verdict="undecided")],
                       settled=False, used=[main])  # fmt: skip
    text = f"**{ref(main, 'share')}** of what was seen{_where(ask.of)} has {words} {cite(main)}"
    area = main.quantity("area") is not None
    text += f": {ref(main, 'area', unit_asked(ask.unit) or '')}." if area else "."
    claims = [of_quantity(main, "share", "answer", text, words)]
    claims += [of_quantity(main, "area", "support", "area", words)] if area else []
    return Outcome(text + _looked(main), claims, used=[main, *found.several])


def _index_compared(found: Found, name: str) -> Outcome:
    main, other, ask = main_of(found), found.other, found.ask
    assert other is not None
    figure = _FIGURES.get(ask.statistic or "mean", "mean")
    one, two = main.value(figure), other.value(figure)
    refs = [f"{main.id}.{figure}", f"{other.id}.{figure}"]
    figures = (
        f"{ref(main, figure, 'number')} in {_scene(main)}, {ref(other, figure, 'number')} in "
        f"{_scene(other)} {cite(main)} {cite(other)}"
    )
    assert isinstance(one, int | float)
    assert isinstance(two, int | float)
    if not _alike(main, other) or ask.order not in ("more", "fewer"):
        text = (
            f"**Cannot tell** whether the {figure} {name} differs: {figures}. Both would have to "
            "be seen nearly whole, and measured in the same way."
        )
        answer = said(None, text, name, refs, verdict="undecided")
        return Outcome(text, [answer], settled=False, used=[main, other])
    true = one > two if ask.order == "more" else one < two
    text = f"**{'Yes' if true else 'No'}**: the {figure} {name} is {figures}."
    return Outcome(text, [said(true, text, name, refs)], used=[main, other])


_UNLIKE = frozenset({"not_reflectance", "reflectance_assumed", "implausible_values"})
"""Caveats of figures that compare only with figures of the same kind."""


def _alike(main: Evidence, other: Evidence) -> bool:
    """Tell whether two index figures may be compared: both nearly whole, of the same values."""
    kinds = [{c.code for c in one.caveats} & _UNLIKE for one in (main, other)]
    seen = [one.value("valid_share") for one in (main, other)]
    whole = all(isinstance(share, int | float) and share >= ENOUGH for share in seen)
    return whole and kinds[0] == kinds[1]


def _looked(main: Evidence) -> str:
    words = looked_text(main)
    return f" {words[:1].upper()}{words[1:]}." if words and not words.startswith("all") else ""


# -- land cover ------------------------------------------------------------------------------------


def cover(found: Found, ledger: Ledger) -> Outcome:
    """Say what covers the ground, the largest share first."""
    main, ask = main_of(found), found.ask
    held = sorted(_classes(main), key=lambda name: -_share_of(main, name))
    if not held:
        text = f"**Cannot tell** what covers the ground in {_scene(main)} {cite(main)}."
        return Outcome(text, [said(None, text, "land cover", [main.id], verdict="undecided")],
                       settled=False, used=[main])  # fmt: skip
    shown = ", ".join(f"{_plain(name)} {ref(main, _SHARE + name)}" for name in held[:_CLASSES])
    where = _where(ask.of)
    if ask.key == "dominant":
        first = held[0]
        rivals = [n for n in held[1:] if _rivals(main, n, first)]
        if rivals or main.value("main_class") != first:
            text = f"**Cannot tell** which is most{where}: {shown} {cite(main)}."
            answer = said(None, text, "land cover", [f"{main.id}.{_SHARE}{first}"],
                          verdict="undecided")  # fmt: skip
            return Outcome(text, [answer], settled=False, used=[main])
        text = f"**{_plain(first)}** covers more than any other{where}: {shown} {cite(main)}."
        answer = said(_plain(first), text, "land cover", [f"{main.id}.{_SHARE}{first}"])
        return Outcome(text + _looked(main), [answer], used=[main])
    untold = main.value(_UNKNOWN)
    shown += f"; {ref(main, _UNKNOWN)} cannot be told" if untold else ""
    text = f"Land cover{where} of {_scene(main)}: {shown} {cite(main)}."
    refs = [f"{main.id}.{_SHARE}{name}" for name in held[:_CLASSES]]
    value = "; ".join(_plain(name) for name in held[:_CLASSES])
    claims = [said(value, text, "land cover", refs)]
    claims += [of_quantity(main, _SHARE + n, "support", "share", _plain(n)) for n in held]
    return Outcome(text + _looked(main), claims, used=[main])


def _classes(main: Evidence) -> list[str]:
    names = [q.name for q in main.quantities if q.name.startswith(_SHARE)]
    return [name.removeprefix(_SHARE) for name in names if name != _UNKNOWN]


def _share_of(main: Evidence, name: str) -> float:
    quantity = main.quantity(_SHARE + name)
    return quantity.number or 0.0 if quantity is not None else 0.0


def _rivals(main: Evidence, name: str, first: str) -> bool:
    """Tell whether another class may cover as much as the first."""
    return ends(main, _SHARE + name)[1] >= ends(main, _SHARE + first)[0]


def _plain(name: str) -> str:
    return plain(name.replace("_", " "))


def share_of_cover(found: Found, ledger: Ledger) -> Outcome:
    """Say what share of the ground a class of land cover takes, or which of two has more."""
    main, ask = main_of(found), found.ask
    assert ask.of is not None
    classes = classes_in(main, ask.of)
    words = things_of(ask.of.model_copy(update={"witness": "any"}), part=False)
    figure, name = _figure(found.several[0], classes)
    if ask.goal == "compare":
        return _more_cover(found, words)
    if ask.goal == "area" and figure is main and main.quantity(f"area_{classes[0]}") is not None:
        name = f"area_{classes[0]}"
    value = ref(figure, name, unit_asked(ask.unit) or "" if name.startswith("area") else "")
    where = _where(Subject(part=ask.of.part), " in ")
    loose = [f" Note: {LOOSE_COVERS[n]}." for n in classes[:1] if n in LOOSE_COVERS]
    cited = cite(main) + (f" {cite(figure)}" if figure is not main else "")
    if ask.claim is not None and ask.claim.value is not None:
        outcome = checked(found, figure, name, f"{value} of the ground{where} is {words} {cited}")
    else:
        of = "" if name.startswith("area") else " of the ground"
        text = f"**{value}**{of}{where} in {_scene(main)} is {_told(classes, words)} {cited}."
        claims = [of_quantity(figure, name, "answer", text, words)]
        claims += [
            of_quantity(main, f"{kind}_{one}", "support", f"{kind} {one}".replace("_", " "), words)
            for one in classes
            for kind in ("share", "area")
            if main.quantity(f"{kind}_{one}") is not None and f"{kind}_{one}" != name
        ]
        outcome = Outcome(text, claims, used=[main, figure])
    outcome.text += "".join(loose) + _looked(main)
    if loose:
        outcome.settled, outcome.partly = False, True
    return outcome


def _told(classes: tuple[str, ...], words: str) -> str:
    """Return what was told apart, and what it was taken for where that is another word."""
    if len(classes) > 1:
        return words
    name = _plain(classes[0])
    return name if words.startswith(name) else f"{name}, taken for {words}"


def _figure(figure: Evidence, classes: tuple[str, ...]) -> tuple[Evidence, str]:
    """Return where the share of some classes together is recorded, and under what name."""
    return figure, "value" if figure.tool == "calculate" else _SHARE + classes[0]


def _more_cover(found: Found, words: str) -> Outcome:
    """Hold the shares of a class in two places against each other."""
    main, other, ask = main_of(found), found.other, found.ask
    assert other is not None
    assert ask.of is not None
    assert ask.other is not None
    one, name = _figure(found.several[0], classes_in(main, ask.of))
    two, second = _figure(found.several[1], classes_in(other, ask.other))
    (low, high), (few, many) = ends(one, name), ends(two, second)
    refs = [f"{one.id}.{name}", f"{two.id}.{second}"]
    cited = " ".join(cite(e) for e in {e.id: e for e in (main, one, other, two)}.values())
    figures = (
        f"{ref(one, name)} of {_scene(main)} is {words}, {ref(two, second)} of "
        f"{_scene(other)} {cited}"
    )
    both = f"{words} in {_scene(main)} and {_scene(other)}"
    used = [main, other, one, two]
    if low <= many and few <= high and not (low == high and few == many):
        text = f"**Cannot be told apart**: {figures}."
        return Outcome(text, [said(None, text, both, refs, verdict="undecided")], settled=False,
                       used=used)  # fmt: skip
    more = low > many
    if ask.order in ("which_more", "which_fewer"):
        first = main if more == (ask.order == "which_more") else other
        text = f"**{_scene(first)}**: {figures}."
        return Outcome(text, [said(_scene(first), text, both, refs)], used=used)
    true = more if ask.order == "more" else few > high if ask.order == "fewer" else low == many
    text = f"**{'Yes' if true else 'No'}**: {figures}."
    given = {} if ask.claim is None else {"verdict": verdict(true)}
    return Outcome(text, [said(true, text, both, refs, **given)], used=used)


Figure = Callable[[Found, Ledger], Outcome]
LOOKS: dict[str, Figure] = {"look": look, "index": index, "cover": cover}
"""By goal."""
