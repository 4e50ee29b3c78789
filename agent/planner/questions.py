"""Questions to inquiries: the whole way of the embedded reading, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.inquiry import Ask, Inquiry, Where
from agent.planner.anaphora import BACK_RULES
from agent.planner.aside import without_asides
from agent.planner.asking import asking_back
from agent.planner.brackets import without_brackets
from agent.planner.change_reading import read_change
from agent.planner.clauses import clauses
from agent.planner.dates import by_date
from agent.planner.followup import FOLLOW_RULES
from agent.planner.grammar import Clause, asks_of
from agent.planner.here import all_water, given, only_scene
from agent.planner.lexer import Lexeme, lex, tidy
from agent.planner.names import NamesHeld, quoted_names
from agent.planner.nouns import Problems
from agent.planner.phrases import NounReader
from agent.planner.rephrase import plainer, settled
from agent.planner.restate import restate
from agent.planner.rules import RULES
from agent.planner.rules.earlier import EARLIER_RULES
from agent.planner.rules.looking import look
from agent.planner.scene_names import scene_mentions
from agent.planner.scene_reading import Read, plain_row, read_scenes
from agent.planner.scene_rules import SCENE_RULES
from agent.planner.seeing import beyond_images, for_each_scene, witnessed
from agent.planner.segments import plain_segments
from agent.planner.things import missed_things, things_in
from store.geo import Period
from tools.concepts.lexicon import lexicon

_CANNOT = {
    "weather": "the weather",
    "people": "how many people there are",
    "prices": "prices",
    "opinion": "what is good, safe or popular: that is a judgement, not a measurement",
    "future": "the future",
    "traffic": "traffic, routes or travel times",
    "elevation": "heights of the terrain",
    "land_cover": "land use, the health of crops or how green something looks; ask for the land "
    "cover or the mean NDVI",
    "direction": "things by the side of another thing they lie on",
    "open_now": "what is open at a certain time",
    "color": "colours",
    "moving": "what moves and how: one picture shows no motion",
    "speed": "speeds: one picture shows no motion",
    "make": "makes and models of vehicles, or what is written on them: an image of the ground from "
    "above does not show it",
    "owner": "whose things are, where they come from or go to, or what they carry: an image does "
    "not show it",
    "intent": "what somebody means to do: an image shows no intentions",
    "night": "other times than that of the image: it shows one moment",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a question may name: scenes and layers by id or alias."""

    scenes: dict[str, str] = field(default_factory=dict)
    """Names (ids and aliases) with the scene id each stands for."""
    layers: frozenset[str] = frozenset()
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """File stems with all scenes that are called so."""
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Words of stems and sensors with the scenes each may mean."""
    periods: dict[str, Period] = field(default_factory=dict)
    """When the scenes were taken, by id, as far as that is recorded."""
    one_place: bool = False
    """Whether all scenes show ground that all the others show too."""
    drawn: bool = False
    """Whether a place was given beside the question."""
    names: NamesHeld | None = None
    """Tells which names the map bears; None where no map is held."""


def read_question(question: str, held: Held, context: Sequence[Ask] = ()) -> Inquiry:
    """Understand a question, in the light of what was asked before it.

    Where the reading as it stands fails, it is tried in plainer words, then without the parts
    that ask nothing; the first reading in which every word is understood holds.
    """
    text = plain_segments(without_brackets(tidy(question)), held.layers)
    if held.names is not None:
        text = quoted_names(text, held.names, things_in(text), [*held.scenes, *held.layers])
    if not held.layers:
        text = all_water(text)
    named: list[str] = []
    if held.one_place or len(set(held.scenes.values())) == 1:
        text, named = only_scene(text, held.words)
    text, placed = given(text, held.words, drawn=held.drawn or not held.layers)
    named += placed
    inquiry = _readable(text, question, held, context)
    if not named or not inquiry.understood:
        return inquiry
    inquiry = inquiry.model_copy(update={"set_aside": [*named, *inquiry.set_aside]})
    return inquiry.model_copy(update={"restated": restate(inquiry)})


def _readable(text: str, question: str, held: Held, context: Sequence[Ask]) -> Inquiry:
    """Return the first reading of a text in which every word is understood, else the plain one."""
    text = settled(text)
    first, lexemes = _read(text, question, held, context)
    if first.understood:
        return first
    for said in plainer(text):
        found, _ = _read(said, question, held, context)
        if found.understood:
            return found
    dated = by_date(text, held.periods)
    if dated != text:
        found, _ = _read(dated, question, held, context)
        if found.understood:
            return found
    if first.refusal_hint is not None:
        return first
    for rest, gone in without_asides(text, lexemes):
        for said in (rest, *plainer(rest)):
            found, _ = _read(said, question, held, context)
            if found.asked and not (found.not_understood or found.refusal_hint):
                found = found.model_copy(update={"set_aside": list(gone)})
                return found.model_copy(update={"restated": restate(found)})
    return first


def _read(
    text: str, question: str, held: Held, context: Sequence[Ask]
) -> tuple[Inquiry, list[Lexeme]]:
    """Read tidy text as it stands."""
    mentions = scene_mentions(text, held.aliases, held.words)
    lexemes = lex(
        text, things_in(text), held.scenes.items(), lexicon().vocabulary, mentions
    ).lexemes
    lexemes = _speakers(missed_things(text, lexemes))
    problems = Problems()
    asked: list[Ask] = []
    leftovers: list[str] = []
    last = context[-1] if context else None
    for row in clauses(lexemes):
        if _sets_scene(row):
            continue
        of_scenes = _of_scenes(row, held, asked[-1] if asked else last)
        if of_scenes is not None:
            problems.take_scenes(of_scenes)
            asked += [ask for ask in of_scenes.asks if ask not in asked]
            continue
        clause = Clause(
            NounReader(row, problems, held.scenes, held.layers),
            asked[-1] if asked else last,
            [*context, *asked],
        )
        found = _context_free(clause, row) or asks_of(
            clause, (look, *EARLIER_RULES, *SCENE_RULES, *BACK_RULES, *RULES, *FOLLOW_RULES)
        )
        leftovers += clause.leftovers() if found else _meaning(row)
        found = for_each_scene(found, row)
        asked += [ask for ask in found if ask not in asked]
    asked = witnessed(text, asked)
    unseen = beyond_images(asked)
    problems.cannot += [unseen] if unseen is not None else []
    return _inquiry(question, text, lexemes, asked, leftovers, problems), lexemes


def _of_scenes(row: Sequence[Lexeme], held: Held, context: Ask | None) -> Read | None:
    """Read a clause that speaks of scenes alone: what they are, what changed between two."""
    plain = plain_row(row, held.words)
    return read_scenes(plain, context) or read_change(plain, context)


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
    named = [x.kinds["SCENEID"] for x in lexemes if x.has("SCENEID")]
    if len(scenes) == 1 and len(named) == 2 and any(ask.goal == "change" for ask in asked):
        scenes = named  # a scene compared with itself
    among = [*(x.kinds["SCENES"] for x in lexemes if x.has("SCENES")), *problems.among]
    inquiry = Inquiry(
        question=question,
        asked=asked,
        where=Where(
            scenes=scenes,
            among=list(dict.fromkeys(scene for group in among for scene in group)),
            called=problems.called,
            missing=problems.missing,
            place=problems.places[0] if problems.places else None,
        ),
        when=when,
        in_order=any(ask.goal == "change" and ask.aspect == "direction" for ask in asked),
        not_understood=[] if hint and not asked else unknown,
        refusal_hint=hint,
    )
    inquiry = asking_back(inquiry, text, problems)
    return inquiry.model_copy(update={"restated": restate(inquiry)})


def _cannot(lexemes: Sequence[Lexeme]) -> list[tuple[Lexeme, str]]:
    return [(lexeme, lexeme.kinds["CANNOT"]) for lexeme in lexemes if lexeme.has("CANNOT")]
