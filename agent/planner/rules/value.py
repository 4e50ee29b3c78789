"""Rules of recorded properties: names, ids, tags, averages."""

from __future__ import annotations

from agent.inquiry import Ask
from agent.planner.grammar import Chunk, Clause, with_pick

_ADDED_UP = ("capacity", "rooms", "beds", "seats")
"""Properties of which a total means something."""


def value(clause: Clause) -> list[Ask] | None:
    """Read "What is the name of the beach", "which surface does it have"."""
    statistic = _statistic(clause)
    key = clause.word("ATTR", "HOWTALL")
    floors = clause.word("UNIT")
    if (
        key is None
        and floors is not None
        and floors.lexeme is not None
        and floors.lexeme.kinds["UNIT"][0] == "level"
    ):
        key = floors
    name = clause.has("NAMEQ") or (
        key is not None
        and key.has("ATTR")
        and key.lexeme is not None
        and key.lexeme.kinds["ATTR"] == "name"
    )
    if key is None and not name and clause.has("ID"):
        return _ids(clause)
    sized = clause.word("AREA", "LENGTH", "HOWBIG", "HOWLONG")
    if statistic and sized is not None:
        sized.used = True
        unit = clause.unit_in()
        subject = clause.subject()
        clause.use_all("WHAT", "STAT_MEAN", "STAT_MEDIAN", "LIST")
        if subject is None:
            return None
        of_length = sized.has("LENGTH", "HOWLONG") or (
            sized.has("HOWBIG") and subject.geometry == "line"
        )
        return [
            Ask(
                goal="value",
                of=subject,
                key="length" if of_length else "area",
                statistic=statistic,
                unit=unit,
                claim=clause.free_claim(),
            )
        ]
    if key is None and not name:
        return None
    if clause.has("SHARE") or (clause.has("COUNT") and not (statistic or _of_one(clause, key))):
        return None
    if name:
        return _names(clause)
    assert key is not None
    assert key.lexeme is not None
    tag = (
        "height"
        if key.has("HOWTALL")
        else "building:levels"
        if key.has("UNIT")
        else str(key.lexeme.kinds["ATTR"])
    )
    if clause.has("EXISTS") or not (clause.things or (clause.context and clause.context.of)):
        return None
    key.used = True
    noun = next(iter(clause.things), None)
    subject = clause.subject(noun)
    if subject is None:
        return None
    if noun is not None:
        subject = with_pick(noun, subject)
    clause.use_all(
        "WHAT",
        "HAVE",
        "PRONOUN",
        "STAT_MEAN",
        "STAT_MEDIAN",
        "STAT_TOTAL",
        "TOGETHER",
        "LIST",
        "COUNT",
        "IN",
        "SERVE",
    )
    statistic = statistic or ("total" if tag == "perimeter" else None)
    unit = clause.unit_in() if tag == "perimeter" else None
    claim = clause.free_claim()
    return [Ask(goal="value", of=subject, key=tag, statistic=statistic, claim=claim, unit=unit)]


def _of_one(clause: Clause, key: Chunk | None) -> bool:
    """Say whether "how many lanes does the motorway have" is asked: the number is a property."""
    counted = clause.word("COUNT")
    if counted is None or key is None or not clause.has("DO", "HAVE"):
        return False
    return clause.position(key) == clause.position(counted) + 1


def _statistic(clause: Clause) -> str | None:
    if clause.has("STAT_MEAN"):
        return "mean"
    if clause.has("STAT_MEDIAN"):
        return "median"
    key = clause.word("ATTR")
    held = key is not None and key.lexeme is not None and key.lexeme.kinds["ATTR"] in _ADDED_UP
    return "total" if held and clause.has("STAT_TOTAL", "TOGETHER") else None


def _names(clause: Clause) -> list[Ask] | None:
    """Read a question for names; of one thing picked by a superlative it is about that one."""
    noun = next(iter(clause.things), None)
    subject = clause.subject(noun)
    if subject is None or clause.has("EXISTS", "COUNT"):
        return None
    if noun is not None:
        subject = with_pick(noun, subject)
    for word in ("NAMEQ", "ATTR", "NAMED"):
        clause.use_all(word)
    clause.use_all("WHAT", "LIST", "HAVE", "PRONOUN", "WITH", "AND")
    return [Ask(goal="list", of=subject, want="name")]


def _ids(clause: Clause) -> list[Ask] | None:
    noun = next(iter(clause.things), None)
    subject = clause.subject(noun)
    if subject is None:
        return None
    clause.use_all("ID", "WHAT", "LIST", "HAVE", "PRONOUN", "WITH")
    return [Ask(goal="list", of=with_pick(noun, subject) if noun else subject, want="id")]
