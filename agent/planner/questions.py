"""Questions to inquiries: the whole way of the embedded reading, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.evidence import Choice
from agent.inquiry import Ask, Inquiry, Subject, Where
from agent.planner.followup import FOLLOW_RULES
from agent.planner.grammar import Clause, asks_of
from agent.planner.lexer import Lexeme, lex, tidy
from agent.planner.nouns import Problems
from agent.planner.phrases import NounReader
from agent.planner.restate import restate
from agent.planner.rules import RULES
from agent.planner.scene_rules import SCENE_RULES
from agent.planner.things import missed_things, things_in
from agent.planner.vocabulary import closed_words
from tools.concepts.find import find_concept
from tools.concepts.lexicon import lexicon
from tools.concepts.model import Ambiguous, Unknown

_STARTERS = (
    "COUNT", "HOWFAR", "HOWBIG", "HOWLONG", "HOWTALL", "HOWMUCH", "WHERE", "EXISTS", "BEARING",
    "WHAT", "SHARE", "OUTOF",
    "DESCRIBE", "INVENTORY", "SCENEKEY", "ABOUT", "LIST",
)  # fmt: skip
_GOALS = ("COUNT", "HOWFAR", "HOWBIG", "HOWLONG", "HOWTALL", "HOWMUCH", "WHERE",
          "EXISTS", "BEARING", "WHAT", "SHARE", "AREA", "LENGTH",
          "DENSITY", "BE", "DO", "CHANGE", "DESCRIBE", "SCENEKEY", "LIST")  # fmt: skip
_CANNOT = {
    "weather": "the weather",
    "people": "how many people there are",
    "prices": "prices",
    "opinion": "what is good, safe or popular: that is a judgement, not a measurement",
    "future": "the future",
    "traffic": "traffic, routes or travel times",
    "elevation": "heights of the terrain",
    "land_cover": "land cover or spectral indices",
    "direction": "things by the side of another thing they lie on",
    "open_now": "what is open at a certain time",
    "color": "colours",
    "moving": "what vehicles are doing",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a question may name: scenes and layers by id or alias."""

    scenes: dict[str, str] = field(default_factory=dict)
    """Names (ids and aliases) with the scene id each stands for."""
    layers: frozenset[str] = frozenset()


def read_question(question: str, held: Held, context: Sequence[Ask] = ()) -> Inquiry:
    """Understand a question, in the light of what was asked before it."""
    text = tidy(question)
    lexemes = lex(text, things_in(text), held.scenes.items(), lexicon().vocabulary).lexemes
    lexemes = _speakers(missed_things(text, lexemes))
    problems = Problems()
    asked: list[Ask] = []
    leftovers: list[str] = []
    last = context[-1] if context else None
    for row in _clauses(lexemes):
        if _sets_scene(row):
            continue
        clause = Clause(
            NounReader(row, problems, held.scenes, held.layers), asked[-1] if asked else last
        )
        found = _context_free(clause, row) or asks_of(clause, (*SCENE_RULES, *RULES, *FOLLOW_RULES))
        leftovers += clause.leftovers() if found else _meaning(row)
        asked += [ask for ask in found if ask not in asked]
    return _inquiry(question, text, lexemes, asked, leftovers, problems)


def _context_free(clause: Clause, row: Sequence[Lexeme]) -> list[Ask]:
    """Pass over clauses that only set the scene or close the question."""
    if all(lexeme.has("FILL", "HERE", "COMMA", "END", "AND", "TAGQ", "BUT") for lexeme in row):
        clause.use_all("TAGQ")
    return []


def _sets_scene(row: Sequence[Lexeme]) -> bool:
    """Say whether a clause only says what is shown: "these are two radar images of Ottawa"."""
    first = [lexeme for lexeme in row if not lexeme.has("FILL")][:2]
    shows = len(first) == 2 and first[0].has("PRONOUN", "THE") and first[1].has("BE")
    shows = shows and any(x.has("SCENEWORD") for x in row)
    asks = ("LIMIT", "SUP", "CHANGE", "COVER", "EXISTS", "THING", "WHEN", "TAGQ", "SCENEKEY")
    return shows and not any(x.has(*asks) for x in row)


def _meaning(row: Sequence[Lexeme]) -> list[str]:
    """Return the words of a clause nobody understood, unless it asks nothing."""
    if all(
        lexeme.has(
            "FILL",
            "HERE",
            "COMMA",
            "END",
            "AND",
            "TAGQ",
            "BUT",
            "THE",
            "BE",
            "PRONOUN",
            "GROUND",
            "SCENEID",
            "SCENEWORD",
        )
        for lexeme in row
    ):
        return []
    return [
        lexeme.text
        for lexeme in row
        if not lexeme.has("FILL", "HERE", "COMMA", "END", "THE", "BE", "AND")
    ]


def _speakers(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Read "a newspaper says" and "according to the mayor" as one word that announces a claim."""
    for at, lexeme in enumerate(lexemes):
        if (
            lexeme.has("SAY")
            and at
            and all(
                other.has(
                    "THE",
                    "UNKNOWN",
                    "PROPER",
                    "THING",
                    "OF",
                    "PRONOUN",
                    "FILL",
                    "ONES",
                    "NAME",
                    "IN",
                    "HERE",
                )
                for other in lexemes[:at]
            )
        ):
            said = Lexeme({"ASSERT": lexeme.text}, lexeme.text, lexemes[0].start, lexeme.end)
            rest = lexemes[at + 1 :]
            return [
                said,
                *(
                    rest[1:]
                    if rest and rest[0].has("IF", "THAT") and not rest[0].has("PRONOUN")
                    else rest
                ),
            ]
        if lexeme.has("ACCORDING"):
            stop = next(
                (
                    i
                    for i in range(at + 1, len(lexemes))
                    if lexemes[i].has("COMMA", "END", "BE", "EXISTS")
                ),
                len(lexemes),
            )
            said = Lexeme({"ASSERT": lexeme.text}, lexeme.text, lexeme.start, lexemes[stop - 1].end)
            return [said, *lexemes[:at], *lexemes[stop:]]
    return lexemes


def _clauses(lexemes: Sequence[Lexeme]) -> list[list[Lexeme]]:
    """Cut a question into the clauses that each ask something."""
    rows: list[list[Lexeme]] = [[]]
    for at, lexeme in enumerate(lexemes):
        if lexeme.has("END"):
            if rows[-1]:
                rows.append([])
            continue
        if (
            rows[-1]
            and _starts(lexemes, at)
            and any(other.has(*_GOALS) for other in rows[-1])
            and _complete(rows[-1])
        ):
            rows.append([])
        rows[-1].append(lexeme)
    rows = [row for row in rows if row]
    return (
        [*(row for row in rows[:1]), *(row for row in rows[1:])]
        if not _tail(rows)
        else [[*rows[-2], *rows[-1]]]
        if len(rows) == 2
        else rows
    )


def _tail(rows: Sequence[Sequence[Lexeme]]) -> bool:
    """Say whether the second of two clauses only asks to confirm the first."""
    return len(rows) == 2 and all(lexeme.has("TAGQ", "FILL", "COMMA", "AND") for lexeme in rows[1])


def _complete(row: Sequence[Lexeme]) -> bool:
    """Say whether a clause has something to be about besides question words."""
    return any(
        lexeme.has(
            "THING",
            "ATTR",
            "PRONOUN",
            "NAME",
            "PROPER",
            "SCENEKEY",
            "CHANGE",
            "GROUND",
            "DESCRIBE",
            "SUP",
            "ONES",
            "UNKNOWN",
            "CANNOT",
            "INVENTORY",
        )
        for lexeme in row
    )


def _starts(lexemes: Sequence[Lexeme], at: int) -> bool:
    """Say whether a new clause begins here: a question word after "and", a comma, or both."""
    lexeme = lexemes[at]
    if not lexeme.has(*_STARTERS):
        return False
    before = list(lexemes[max(0, at - 3) : at])
    while before and before[-1].has("FILL", "HERE") and not before[-1].has("COMMA", "AND"):
        before.pop()
    joint = before[-1] if before else None
    if joint is None or not joint.has("AND", "COMMA", "BUT", "IF"):
        return lexeme.has("OUTOF")
    after = lexemes[at + 1] if at + 1 < len(lexemes) else None
    relative = (
        lexeme.has("THAT")
        and joint.has("COMMA")
        and not joint.has("AND")
        and after is not None
        and after.has("BE", "HAVE", "LIE", "CROSS", "CONTAIN")
    )
    if relative and not (len(before) > 1 and before[-2].has("AND")):
        return False
    return not (lexeme.has("LIST") and set(lexeme.kinds) & {"ATTR", "NAMEQ", "HAVE"})


def _inquiry(
    question: str,
    text: str,
    lexemes: Sequence[Lexeme],
    asked: list[Ask],
    leftovers: list[str],
    problems: Problems,
) -> Inquiry:
    """Put together what was understood, and what stands in the way."""
    unknown = list(dict.fromkeys([*problems.unknown, *leftovers]))
    hint = "; ".join(dict.fromkeys(problems.cannot)) or None
    beyond = [
        lexeme.kinds["CANNOT"]
        for lexeme in lexemes
        if lexeme.has("CANNOT") and not lexeme.has("THING", "ATTR")
    ]
    used_up = {word.casefold() for word in unknown}
    beyond = [
        key for lexeme, key in _cannot(lexemes) if not asked or lexeme.text.casefold() in used_up
    ]
    if beyond:
        hint = "; ".join(dict.fromkeys(_CANNOT[key] for key in beyond))
        unknown = [
            word
            for word in unknown
            if not any(word == lexeme.text for lexeme, _ in _cannot(lexemes))
        ]
    when = [lexeme.kinds["DATE"] for lexeme in lexemes if lexeme.has("DATE")]
    scenes = list(
        dict.fromkeys(
            [*(x.kinds["SCENEID"] for x in lexemes if x.has("SCENEID")), *problems.scenes]
        )
    )
    inquiry = Inquiry(
        question=question,
        asked=asked,
        where=Where(scenes=scenes, place=problems.places[0] if problems.places else None),
        when=when,
        in_order=any(ask.goal == "change" and ask.aspect == "direction" for ask in asked),
        not_understood=[] if hint and not asked else unknown,
        refusal_hint=hint,
    )
    inquiry = _asking_back(inquiry, text, problems)
    return inquiry.model_copy(update={"restated": restate(inquiry)})


def _cannot(lexemes: Sequence[Lexeme]) -> list[tuple[Lexeme, str]]:
    return [(lexeme, lexeme.kinds["CANNOT"]) for lexeme in lexemes if lexeme.has("CANNOT")]


def _asking_back(inquiry: Inquiry, text: str, problems: Problems) -> Inquiry:
    """Add the question to the person, where one is needed."""
    if problems.ambiguous:
        return _which_kind(inquiry, text, problems.ambiguous[0])
    for ask in inquiry.asked:
        for subject in (ask.of, ask.other):
            if subject is not None and subject.unmapped:
                return inquiry  # nothing the person could say would make it answerable
            found = subject and _open_point(subject)
            if found:
                words, choices = found
                return inquiry.model_copy(
                    update={
                        "ask_back": words,
                        "choices": [_reworded(text, *choice) for choice in choices],
                    }
                )
    return inquiry


def _which_kind(inquiry: Inquiry, text: str, found: Ambiguous) -> Inquiry:
    choices = [
        Choice(label=concept.plural, value=_replaced(text, found.text, concept.plural))
        for concept in found.choices[:8]
    ]
    return inquiry.model_copy(update={"ask_back": found.question(), "choices": choices})


def _open_point(subject: Subject) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Return what about a subject has to be asked back, with choices (label, old words."""
    for relation in subject.relations:
        if relation.vague and relation.distance_m is None:
            word, to = relation.vague, relation.to.label or "it"
            far = relation.relation == "beyond_distance"
            distances = (
                (20, 50, 100)
                if word.casefold() in ("along", "on", "in", "at", "on both sides of")
                else (100, 250, 500, 1000)
            )
            new = "more than {} m from" if far else "within {} m of"
            choices = [(f"{d} m", word, new.format(d)) for d in distances]
            return f"How many metres from {to} counts as “{word}”?", choices
        if (inner := _open_point(relation.to)) is not None:
            return inner
    for condition in subject.where:
        if condition.key == "size":
            metres = f"{condition.value:g} m"
            return (
                f"Does {metres} mean the height or the length of {subject.label}?",
                [
                    (f"{metres} tall", _written(condition.value), f"{metres} tall"),
                    (f"{metres} long", _written(condition.value), f"{metres} long"),
                ],
            )
    return None


def _written(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reworded(text: str, label: str, old: str, new: str) -> Choice:
    if new.endswith((" tall", " long")):
        return Choice(label=label, value=re.sub(rf"{re.escape(old)}\s*\w+", new, text, count=1))
    if old == "nearby":
        return Choice(
            label=label,
            value=_replaced(text, "nearby", new.removesuffix(" of").removesuffix(" from")),
        )
    return Choice(label=label, value=_replaced(text, old, new))


def _replaced(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b", new, text, count=1, flags=re.IGNORECASE)


def meant(question: str, words: Sequence[str]) -> list[Choice]:
    """Return the question with words that were not understood replaced by what may be meant."""
    choices = []
    for word in words:
        if len(word) < 4 or all(part in closed_words() for part in word.casefold().split()):
            continue
        found = find_concept(word)
        near = found.suggestions if isinstance(found, Unknown) else ()
        choices += [Choice(label=name, value=_replaced(question, word, name)) for name in near]
    return choices[:8]
