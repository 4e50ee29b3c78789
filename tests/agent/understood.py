"""Inquiries as short text, so that tables of questions can be read and compared."""

from __future__ import annotations

import re
from pathlib import Path

from agent.inquiry import Ask, Inquiry, Subject
from agent.planner.questions import Held, read_question
from agent.planner.steps import query_of
from tools.concepts.find import find_concept
from tools.concepts.model import Match
from tools.concepts.tags import TagQuery, parse_clause

_BRACES = re.compile(r"\{([^{}]*)\}")
HELD = Held(
    {
        "harbour-0a1b2c": "harbour-0a1b2c",
        "harbour": "harbour-0a1b2c",
        "kampala_a": "kampala_a-1f2e3d",
    },
    frozenset({"helsinki-b73e9c", "helsinki"}),
)


def rows(name: str) -> list[tuple[str, str]]:
    """Return the questions of a table with what each must be understood as."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" | ") for line in lines if line.strip() and not line.startswith("#"))
    return [(pair[0].strip(), pair[1].strip()) for pair in pairs]


def understood(question: str, context: list[Ask] | None = None) -> str:
    """Return what a question is understood as, in short."""
    return brief(read_question(question, HELD, context or ()))


def brief(inquiry: Inquiry) -> str:
    """Return an inquiry in short; `back:`, `cannot` and `unknown` when it cannot be planned."""
    if inquiry.ask_back is not None:
        return "back"
    if inquiry.refusal_hint is not None:
        return "cannot"
    if inquiry.not_understood or not inquiry.asked:
        return "unknown"
    scenes = "".join(f" @{scene}" for scene in inquiry.where.scenes)
    return " ; ".join(asked(ask) for ask in inquiry.asked) + scenes


def asked(ask: Ask) -> str:
    """Return one thing asked in short."""
    words: list[str] = [ask.goal + (f"/{ask.aspect}" if ask.aspect else "")]
    words += [ask.statistic] if ask.statistic else []
    words += [ask.key] if ask.key else []
    words += [f"[{ask.bound.key} {ask.bound.op} {ask.bound.value:g}]"] if ask.bound else []
    if ask.extreme is not None:
        words.append(_extreme(ask.extreme))
    words += [ask.measure] if ask.measure != "count" else []
    words += [things(ask.of)] if ask.of is not None else []
    words += [scene_of(ask.of)] if ask.other is not None else []
    if ask.other is not None:
        words += [ask.order or "to", things(ask.other), scene_of(ask.other)]
    elif ask.order and ask.goal != "change":
        words.append(ask.order)
    words += [f"want:{ask.want}"] if ask.want != "value" else []
    words += [f"in:{ask.unit}"] if ask.unit else []
    if ask.claim is not None:
        value = f":{ask.claim.value:g}" if ask.claim.value is not None else ""
        said = "says:" if ask.claim.asserted else "claim:"
        words.append(
            f"{said}{ask.claim.relation}{value}{':' + ask.claim.text if ask.claim.text else ''}"
        )
    return " ".join(word for word in words if word)


def scene_of(subject: Subject | None) -> str:
    """Return the scene in which one of two is meant."""
    if subject is None or subject.scene is None:
        return ""
    return f"in:{subject.scene.rpartition('-')[0]}"


def _extreme(extreme) -> str:
    axis = extreme.tag if extreme.axis == "tag" else extreme.axis
    rank = f"#{extreme.rank}" if extreme.rank > 1 else ""
    return f"{axis}:{extreme.order}:{extreme.k}{rank}"


def things(subject: Subject) -> str:
    """Return a subject in short."""
    query = query_of(subject)
    seen = f"seen:{'+'.join(subject.concepts)}" if subject.unmapped else ""
    words = [f"<{canonical(query)}>" if query is not None else seen]
    words += ["image"] if subject.witness == "image" and not subject.unmapped else []
    words += [f"when:{subject.when}"] if subject.when else []
    words += [subject.refers] if subject.refers else []
    words += [f'named:"{subject.named.casefold()}"'] if subject.named else []
    words += [
        f"[{c.key} {c.op} {c.value if isinstance(c.value, str) else format(c.value, 'g')}]"
        for c in subject.where
        if c.op in ("gt", "ge", "lt", "le")
    ]
    for r in subject.relations:
        name = {"within_distance": "within", "beyond_distance": "beyond"}.get(
            r.relation, r.relation
        )
        words.append(
            f"{name}{f':{r.distance_m:g}' if r.distance_m is not None else ''}({things(r.to)})"
        )
    words += [f"pick:{_extreme(subject.pick)}"] if subject.pick else []
    words += [f"part:{subject.part}"] if subject.part else []
    words += ["centre"] if subject.position != "touching" else []
    return " ".join(word for word in words if word)


def canonical(query: TagQuery) -> str:
    """Return a query as text that does not depend on the order of its clauses."""
    return " or ".join(
        sorted(" and ".join(sorted(c.text() for c in g.all_of)) for g in query.any_of)
    )


def expected(text: str) -> str:
    """Write out `{bus stop}` and `{restaurant; name=*}` as tags; `{a + b}` is a union."""
    return _BRACES.sub(lambda found: f"<{_tags(found[1])}>", text)


def _tags(words: str) -> str:
    kinds, *clauses = (part.strip() for part in words.split(";"))
    groups = []
    for kind in kinds.split(" + "):
        found = find_concept(kind.strip())
        assert isinstance(found, Match), kind
        assert found.concept.query is not None, kind
        query = found.concept.query
        for clause in clauses:
            query = query.narrowed(parse_clause(clause))
        groups += query.any_of
    return canonical(TagQuery(any_of=tuple(groups)))
