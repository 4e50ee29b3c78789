"""How a count in an image was made, what was looked at, and what another witness says."""

from __future__ import annotations

from agent.answer.draft import plain
from agent.answer.numbers import one
from agent.answer.outcome import Outcome, ends, of_quantity, ref, said
from agent.evidence import Claim, Evidence
from agent.planner.work import Found, Stuck
from store.scenes import Caveat

COUNTING = ("count_objects", "review_objects")
_ENOUGH = 0.99


def how(main: Evidence) -> str:
    """Say how a count in an image was made, with references."""
    if main.tool not in COUNTING:
        return ""
    parts: list[str] = []
    if _caveat(main, "proposals") is not None:
        parts.append(f"How: {{{main.id}!proposals}}.")
    if main.value("answered"):
        parts.append(f"Answers about crops that it took: {ref(main, 'answered')}.")
    if main.quantity("marked") is not None and main.value("marked") != main.value("count"):
        parts.append(f"Marked in the scene: {ref(main, 'marked')}.")
    beside_it = next((c for c in ("ways_agree", "ways_differ") if _caveat(main, c)), None)
    parts += [f"Beside it, {{{main.id}!{beside_it}}}."] if beside_it is not None else []
    if main.value("cut_by_edge"):
        parts.append(
            f"Cut by the edge, and counted where their middle lies inside: "
            f"{ref(main, 'cut_by_edge')}."
        )
    seen = looked_text(main)
    parts += [f"{seen[:1].upper()}{seen[1:]}."] if seen else []
    return "".join(f" {part}" for part in parts)


def looked_text(evidence: Evidence) -> str:
    """Say what share of the area asked about was looked at, and how finely.

    The renderer has no reference to coverage, so the words are made here and known to the check.
    """
    if evidence.coverage is None or not evidence.coverage.looked:
        return ""
    share = min(sum(look.share for look in evidence.coverage.looked), 1.0)
    fine = f", at {evidence.gsd_m:g} m per pixel" if evidence.gsd_m is not None else ""
    if share >= _ENOUGH:
        return f"all of the area was looked at{fine}"
    return f"{one(share, '1')} of the area was looked at{fine}"


def supports(main: Evidence, words: str) -> list[Claim]:
    """Return what stands beside a count: answers, marks, objects cut by the edge."""
    return [
        of_quantity(main, name, "support", name.replace("_", " "), words)
        for name in ("answered", "marked", "candidate_count", "cut_by_edge")
        if main.tool in COUNTING and isinstance(main.value(name), int | float)
    ]


def beside(found: Found, words: str) -> tuple[str, list[Claim], list[Evidence]]:
    """Say what another witness has, or why it could not testify."""
    other, main = found.witness, found.main
    if found.why_not is not None:
        return _silent(found), [], []
    if other is None or main is None or other.quantity("count") is None:
        return "", [], []
    in_image = other.tool != "lookup_osm"
    lead = "In the image there are" if in_image else "The map has"
    when = f", of {other.period}" if other.period is not None else ""
    text = f" {lead} {ref(other, 'count')}{when} [{other.id}]."
    text += how(other) if in_image else ""
    if agree(main, other):
        text += " They agree within their intervals."
    else:
        text += " They differ beyond what their intervals allow."
    label = "in the image" if in_image else "on the map"
    claim = of_quantity(other, "count", "support", f"{words} {label}", words)
    return text, [claim], [other]


def agree(one_: Evidence, other: Evidence) -> bool:
    """Tell whether the intervals of two counts meet."""
    low, high = ends(one_, "count")
    least, most = ends(other, "count")
    return low <= most and least <= high


def _silent(found: Found) -> str:
    why = found.why_not
    assert why is not None
    seen = found.seen
    failed = why.refused is not None and why.refused.kind == "error"
    lead = "The map could not be asked" if failed else "The map cannot tell"
    lead = lead if seen else "The image cannot tell"
    return f" {lead}: {reason_of(why)}."


def reason_of(why: Stuck) -> str:
    """Return why a witness is silent, with a reference to the refusal where there is one."""
    if why.refused is None:
        return plain(why.reason)
    rest = why.reason.removeprefix(why.refused.text.rstrip("."))
    rest = rest if rest.startswith(";") else ""
    finer = [] if why.back is None else [choice.label for choice in why.back.choices]
    rest += f"; a finer scene of this place is held: {', '.join(finer)}" if finer else ""
    return f"{{{why.refused.id}}}{plain(rest)}"


def map_instead(found: Found, words: str) -> Outcome:
    """Say that the image cannot tell what was asked of it, and what the map has."""
    main, why = found.main, found.why_not
    assert main is not None
    assert why is not None
    when = f", of {main.period}" if main.period is not None else ""
    text = (
        f"**The image cannot tell**: {reason_of(why)}. The map has {ref(main, 'count')} "
        f"{words}{when} [{main.id}]."
    )
    refused = [why.refused.id] if why.refused is not None else []
    answer = said(None, text, words, refused, verdict="undecided")
    support = of_quantity(main, "count", "support", "on the map", words)
    return Outcome(text, [answer, support], settled=False, partly=True, used=[main])


def _caveat(evidence: Evidence, code: str) -> Caveat | None:
    return next((caveat for caveat in evidence.caveats if caveat.code == code), None)
