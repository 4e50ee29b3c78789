"""Noun phrases: which things are meant, with everything said about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.inquiry import Condition, Extreme, Operator, Relation, Subject
from agent.planner.lexer import Lexeme
from agent.planner.numbers import Amount
from tools.concepts.model import Ambiguous, Match, Spot
from tools.concepts.tags import TagQuery

SKIPPED = ("FILL", "HERE")
_JOINTS = frozenset("of the da de do du la le di del della van von am an and for to in y e dos das der den".split())


@dataclass(frozen=True, slots=True)
class Mod:
    """One thing said about a noun."""

    kind: Literal["relation", "condition", "part", "centre", "named", "nearest", "scene", "place", "cannot", "here"]
    value: Any = None


@dataclass(slots=True)
class Problems:
    """What stands in the way of an answer, found while reading."""

    unknown: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    ambiguous: list[Ambiguous] = field(default_factory=list)
    scenes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Noun:
    """A noun phrase: the things, how many are spoken of, and what is said about them."""

    subjects: list[Subject]
    joiner: Literal["or", "and"] = "or"
    mods: list[Mod] = field(default_factory=list)
    number: Amount | None = None
    limit: str | None = None
    every: bool = False
    none: bool = False
    more: tuple[str, str] | None = None
    rank: int | None = None
    top: bool = False
    sup: tuple[str, str, str, str] | None = None
    pronoun: bool = False
    things: bool = True
    """False for a pronoun, and for a number or superlative without a noun."""
    start: int = 0
    end: int = 0

    def subject(self, extra: Sequence[Mod] = ()) -> Subject:
        """Return one subject: the union of the kinds, with all that is said about them."""
        return applied(union(self.subjects), [*self.mods, *extra])

    def each(self, extra: Sequence[Mod] = ()) -> list[Subject]:
        """Return the subjects one by one when they were joined by "and", else their union."""
        if self.joiner == "and":
            return [applied(subject, [*self.mods, *extra]) for subject in self.subjects]
        return [self.subject(extra)]


def union(subjects: Sequence[Subject]) -> Subject:
    """Join kinds of things into one subject that means any of them."""
    if len(subjects) == 1:
        return subjects[0]
    queries = [subject.tags for subject in subjects if subject.tags is not None]
    geometries = {subject.geometry for subject in subjects}
    return Subject(
        phrase=" or ".join(subject.phrase for subject in subjects),
        label=" or ".join(subject.label for subject in subjects),
        concepts=[concept for subject in subjects for concept in subject.concepts],
        tags=TagQuery(any_of=tuple(group for query in queries for group in query.any_of)) if queries else None,
        geometry=geometries.pop() if len(geometries) == 1 else "any",
        unmapped=any(subject.unmapped for subject in subjects),
        loose="; ".join(subject.loose for subject in subjects if subject.loose) or None,
    )


def applied(subject: Subject, mods: Sequence[Mod]) -> Subject:
    """Return a subject with more said about it; a part or name said later replaces an earlier one."""
    change: dict[str, Any] = {}
    where, relations = list(subject.where), list(subject.relations)
    for mod in mods:
        if mod.kind == "relation":
            relations.append(mod.value)
        elif mod.kind == "condition":
            where.append(_sized(mod.value, subject))
        elif mod.kind == "part":
            change["part"] = mod.value
        elif mod.kind == "centre":
            change["position"] = "centre_inside"
        elif mod.kind == "named":
            change["named"] = mod.value
        elif mod.kind == "nearest":
            extreme, to = mod.value
            change["pick"] = extreme
            relations.append(Relation(relation="nearest", to=to))
    return subject.model_copy(update={**change, "where": where, "relations": relations})


def _sized(condition: Condition, subject: Subject) -> Condition:
    """Decide what "over 200 m" measures: the length of lines; for other things it stays open."""
    if condition.key != "size":
        return condition
    return condition.model_copy(update={"key": "length" if subject.geometry == "line" else "size"})


class NounReader:
    """Reads noun phrases and what is said about them from a row of lexemes."""

    def __init__(
        self,
        lexemes: Sequence[Lexeme],
        problems: Problems,
        scene_names: Mapping[str, str],
        layer_names: frozenset[str] = frozenset(),
    ) -> None:
        self.lexemes = lexemes
        self.at = 0
        self.problems = problems
        self.scene_names = scene_names
        self.layer_names = layer_names

    # -- moving along ----------------------------------------------------------------------

    def peek(self, *kinds: str, skip: bool = True) -> Lexeme | None:
        """Return the next lexeme if it can play one of these parts, passing over fillers."""
        at = self._seek(kinds, skip=skip)
        return None if at is None else self.lexemes[at]

    def take(self, *kinds: str, skip: bool = True) -> Any:
        """Pass the next lexeme if it can play one of these parts and return its value, else None."""
        at = self._seek(kinds, skip=skip)
        if at is None:
            return None
        self.at = at + 1
        lexeme = self.lexemes[at]
        return next(lexeme.kinds[kind] for kind in kinds if kind in lexeme.kinds)

    def _seek(self, kinds: Sequence[str], *, skip: bool) -> int | None:
        at = self.at
        while at < len(self.lexemes):
            lexeme = self.lexemes[at]
            if lexeme.has(*kinds):
                return at
            if not (skip and lexeme.has(*SKIPPED)):
                return None
            at += 1
        return None

    def attempt(self, read: Callable[[], Any]) -> Any:
        """Run a reading step; go back to where it began when it gives None."""
        start, kept = self.at, (list(self.problems.unknown), list(self.problems.cannot))
        found = read()
        if found is None:
            self.at = start
            self.problems.unknown, self.problems.cannot = kept
        return found

    def text_parts(self) -> list[str]:
        """Return the parts named by a direction alone ("the northern or the southern")."""
        return [lexeme.kinds["SIDE"] for lexeme in self.lexemes if lexeme.has("SIDE")]

    # -- noun phrases ----------------------------------------------------------------------

    def noun(self, *, join: bool = True, mods: bool = True) -> Noun | None:
        """Read a noun phrase with what follows it, or None."""
        return self.attempt(lambda: self._noun(join=join, mods=mods))  # type: ignore[no-any-return]

    def _noun(self, *, join: bool, mods: bool) -> Noun | None:
        start = self.at
        noun = Noun([])
        self._before(noun)
        if not self._head(noun):
            return None
        if join:
            self._joined(noun)
        if mods and (noun.things or noun.pronoun):
            noun.mods.extend(self.modifiers())
        noun.start, noun.end = start, self.at
        return noun

    def _before(self, noun: Noun) -> None:
        """Read what stands before the head: articles, numbers, superlatives, "more", "no", "all"."""
        while True:
            if self.take("EVERY") is not None:
                noun.every = True
            elif self.take("NO") is not None or (self.peek("NOT") and self.take("NOT") is not None):
                noun.none = True
            elif (limit := self._counted()) is not None:
                noun.limit, noun.number = limit
            elif self.take("TOP") is not None:
                noun.top = True
            elif (sup := self.take("SUP")) is not None:
                noun.sup = sup
                self.take("OF")
            elif (rank := self.take("ORD")) is not None:
                noun.rank = rank
            elif not self._thing_next() and (more := self.take("CMP")) is not None:
                noun.more = more
            elif self.take("UNNAMED") is not None:
                noun.mods.append(Mod("condition", Condition(key="name", op="missing")))
            elif self.take("ANY") is not None or self.take("THE") is not None:
                definite = self.lexemes[self.at - 1].text.casefold() in ("the", "this", "that")
                noun.rank = noun.rank or (0 if definite else None)
                self.take("OF")
            else:
                return

    def _counted(self) -> tuple[str | None, Amount] | None:
        """Read "more than 20", "20", "20 or more" before a noun; amounts with a unit are no counts."""

        def read() -> tuple[str | None, Amount] | None:
            limit = self.take("LIMIT")
            number = self.take("NUM")
            if number is None or number.dimension is not None or (limit and limit[1] not in (None, "area")):
                return None
            if self.take("ORMORE") is not None:
                limit = ("ge", None)
            elif self.take("ORLESS") is not None:
                limit = ("le", None)
            return (limit[0] if limit else None, number)

        return self.attempt(read)  # type: ignore[no-any-return]

    def _thing_next(self) -> bool:
        return self.peek("THING", skip=False) is not None

    def _head(self, noun: Noun) -> bool:
        """Read the head: a kind of thing, a name, a pronoun, or nothing after a superlative."""
        if (named := self.attempt(self._proper)) is not None:
            noun.subjects.append(named)
        elif (spot := self.take("THING")) is not None:
            noun.subjects.append(self._thing(spot, definite=noun.rank == 0))
            if self.peek("NAME", skip=False):
                noun.subjects[-1] = noun.subjects[-1].model_copy(update={"named": self.take("NAME")})
        elif (name := self.take("NAME")) is not None:
            noun.subjects.append(Subject(phrase=name, label=f"“{name}”", named=name, definite=True))
        elif noun.every and self.take("OF") is not None and self.take("PRONOUN", "ONES") is not None:
            noun.pronoun, noun.things = True, False
        elif self.take("ONES", "PRONOUN") is not None:
            noun.pronoun, noun.things = True, False
            self.take("ONES")
        elif noun.sup or noun.top:
            noun.things = False
        else:
            return False
        if noun.sup is None and noun.things:
            self._sup_after(noun)
        if noun.rank == 0:
            noun.rank = None
        if not noun.subjects:
            noun.subjects.append(Subject())
        return True

    def _sup_after(self, noun: Noun) -> None:
        """Read "park with the largest area", "road with the most lanes", "school nearest to ..."."""

        def read() -> bool | None:
            self.take("THAT")
            if self.take("WITH", "HAVE") is None:
                return None
            self.take("THE")
            sup = self.take("SUP")
            if sup is None:
                return None
            key = self.take("ATTR", "NUM_ATTR")
            unit = None if key else self.take("AXIS", "UNIT")
            if key is None and unit is None and self.take("AREA") is not None:
                key = "area"
            if key is None and unit is None and self.take("LENGTH") is not None:
                key = "length"
            if key is None and isinstance(unit, tuple) and unit[0] == "level":
                key = "building:levels"
            if key is None:
                return None
            axis = ("size", sup[1], "") if key == "area" else ("length", sup[1], "") if key == "length" else ("tag", sup[1], key)
            noun.sup = (*axis, sup[3])
            return True

        self.attempt(read)

    def _proper(self) -> Subject | None:
        """Read a proper name, with the kind of thing in it: "Elm Street", "Lake Garda"."""
        at, names, spot = self.at, [], None
        while at < len(self.lexemes):
            lexeme = self.lexemes[at]
            capital = lexeme.text[:1].isupper() and not lexeme.has("SCENEID", "NAME")
            if capital and lexeme.has("PROPER"):
                names.append(lexeme)
            elif capital and lexeme.has("THING") and lexeme.start > 0:
                names.append(lexeme)
                spot = lexeme.kinds["THING"]
            elif names and lexeme.text.casefold() in _JOINTS and self._capital(at + 1) and lexeme.text.casefold() != "and":
                names.append(lexeme)
            else:
                break
            at += 1
        if not any(lexeme.has("PROPER") for lexeme in names):
            return None
        if at < len(self.lexemes) and self.lexemes[at].has("SCENEWORD"):
            return None
        self.at = at
        words = " ".join(lexeme.text for lexeme in names)
        if spot is not None:
            return self._thing(spot, definite=True).model_copy(update={"named": words, "phrase": words})
        if self.peek("THING", skip=False):
            kind = self._thing(self.take("THING"), definite=True)
            return kind.model_copy(update={"named": words})
        return Subject(phrase=words, label=f"“{words}”", named=words, definite=True)

    def _capital(self, at: int) -> bool:
        return at < len(self.lexemes) and self.lexemes[at].text[:1].isupper() and self.lexemes[at].has("PROPER", "THING")

    def _thing(self, spot: Spot, *, definite: bool) -> Subject:
        """Return the subject that a mention of a kind of thing stands for."""
        found = spot.found
        if isinstance(found, Ambiguous):
            self.problems.ambiguous.append(found)
            return Subject(phrase=spot.text, label=spot.text, definite=definite)
        assert isinstance(found, Match)
        concept = found.concept
        return Subject(
            phrase=spot.text,
            label=concept.plural,
            concepts=[concept.id],
            tags=concept.query,
            geometry=concept.geometry,
            definite=definite and not found.text.rstrip().endswith("s"),
            unmapped=concept.query is None,
            loose=found.loose,
        )

    def _joined(self, noun: Noun) -> None:
        """Read "or kindergartens", "and parks" directly after the head."""
        while noun.things:
            start = self.at
            word = self.peek("OR", "AND", "COMMA")
            if word is None:
                return
            joiner: Literal["or", "and"] = "and" if word.has("AND") and word.text.casefold() != "and/or" else "or"
            self.take("OR", "AND", "COMMA")
            comma = word.has("COMMA")
            if comma and (after := self.peek("OR", "AND")) is not None:
                joiner, comma = ("and" if after.has("AND") else "or"), False
                self.take("OR", "AND")
            while self.take("THE", "ANY") is not None:
                pass
            spot = self.take("THING")
            if spot is None or (comma and not self.peek("OR", "AND", "COMMA")):
                self.at = start
                return
            noun.subjects.append(self._thing(spot, definite=False))
            if not comma:
                noun.joiner = joiner

    # -- what is said about things ---------------------------------------------------------

    def modifiers(self, *, have: bool = False) -> list[Mod]:
        """Read everything that is said about the noun just read."""
        found: list[Mod] = []
        while True:
            more = self.modifier(have=have)
            if more is None and found and (self.peek("AND") or self.peek("BUT") or self.peek("COMMA")):
                more = self.attempt(lambda: self._after_joint(have=have))
            if more is None:
                return found
            found.extend(more)

    def _after_joint(self, *, have: bool) -> list[Mod] | None:
        self.take("COMMA")
        self.take("AND")
        self.take("BUT")
        if self.peek("BE"):
            self.take("BE")
        return self.modifier(have=True)

    def modifier(self, *, have: bool = False) -> list[Mod] | None:
        """Read one thing said about a noun: place, distance, size, attribute, name."""
        steps: list[Callable[[], list[Mod] | None]] = [
            self._relative, self._center, self._distance, lambda: self._having(have=have), self._part,
            self._size, self._unnamed, self._named, self._scene, self._nearest, self._topology,
        ]  # fmt: skip
        for step in steps:
            mods = self.attempt(step)
            if mods is not None:
                return mods  # type: ignore[no-any-return]
        return None

    def _relative(self) -> list[Mod] | None:
        """Read "that are ...", "which lie ...", "located ..."."""
        that = self.take("THAT")
        verb = False
        while self.take("LIE") is not None or (that is not None and self.take("BE", "DO") is not None):
            verb = True
        if that is None and not verb:
            return None
        mods = self.modifier(have=True)
        if mods is None:
            return None
        return mods

    def _center(self) -> list[Mod] | None:
        """Read "whose centre lies in the western half"."""
        self.take("WITH", "HAVE")
        self.take("THE")
        if self.take("CENTER") is None:
            return None
        while self.take("BE", "LIE", "WITH") is not None:
            pass
        inner = self._part() or self.attempt(self._topology)
        if inner is None:
            self.take("IN")
            return [Mod("centre")]
        return [*inner, Mod("centre")]

    def _part(self) -> list[Mod] | None:
        """Read "in the north-east quarter of the image"."""
        self.take("IN", "OF", "FROM", "TO", skip=True)
        self.take("THE")
        part = self.take("PART")
        if part is None:
            return None
        at = self.at
        if self.take("OF") is not None and not (self._scene_words() or self.take("HERE") is not None):
            self.at = at
            if self.peek("OF") and not self.peek("HERE"):
                return None
        return [Mod("part", part)]

    def _scene_words(self) -> bool:
        """Pass "the Zanzibar image"; note which scene it names."""
        start = self.at
        self.take("THE")
        proper = self.take("PROPER", skip=False)
        if self.peek("SCENEID", skip=False):
            self.problems.scenes.append(self.take("SCENEID"))
            self.take("SCENEWORD")
            return True
        if self.take("SCENEWORD", "GROUND", skip=False) is not None:
            if proper:
                self._note_scene(proper)
            return True
        if proper and self._is_scene(proper):
            self._note_scene(proper)
            return True
        self.at = start
        return False

    def _is_scene(self, word: str) -> bool:
        return any(word.casefold() in name.casefold() for name in (*self.scene_names, *self.layer_names))

    def _note_scene(self, word: str) -> None:
        """Keep which scene a word before "image" means, when exactly one alias has it."""
        ids = {scene for name, scene in self.scene_names.items() if word.casefold() in name.casefold()}
        if len(ids) == 1:
            self.problems.scenes.append(ids.pop())
        else:
            self.problems.places.append(word)

    def _scene(self) -> list[Mod] | None:
        """Read "in the Kampala image", "in Helsinki" where a scene or layer is called so."""
        if self.take("IN", "OF", "FROM", "NEAR") is None:
            return None
        return [Mod("here")] if self._scene_words() else None

    def _distance(self) -> list[Mod] | None:
        """Read "within 200 m of a school", "more than 500 m from any stop", "200 m from ..."."""
        far = self._far_or_near()
        if far is None:
            return None
        metres, beyond = far
        self.take("AWAY", "RADIUS")
        if self.take("FROM", "OF", "TO", "NEAR") is None:
            return None
        self.take("NEAR")
        anchor = self.noun(join=True, mods=False)
        if anchor is None:
            return None
        anchor.mods.extend(self._anchor_mods())
        relation = "beyond_distance" if beyond != anchor.none else "within_distance"
        if anchor.joiner == "and" and len(anchor.subjects) > 1:
            return [_near(relation, subject, metres) for subject in anchor.each()]
        return [_near(relation, _picked(anchor), metres)]

    def _anchor_mods(self) -> list[Mod]:
        """Read what is said of an anchor, closely: "a school with a name", "the park in the north"."""
        found: list[Mod] = []
        for step in (self._named, self._unnamed, self._size, lambda: self._having(have=False)):
            mods = self.attempt(step)
            if mods is not None:
                found.extend(mods)
        return found

    def _far_or_near(self) -> tuple[Amount, bool] | None:
        """Read the distance and whether farther (True) or nearer (False) is meant."""
        negated = self.take("NOT", "NO") is not None
        beyond = False
        if self.take("NOTWITHIN") is not None and not negated:
            beyond = True
        elif self.take("WITHIN") is not None or self.take("CLOSER") is not None:
            beyond = negated
        elif self.take("FARTHER") is not None:
            beyond = not negated
        elif (limit := self.take("LIMIT")) is not None:
            if limit[1] not in (None, "area"):
                return None
            beyond = (limit[0] in ("gt", "ge")) != negated
        elif negated:
            return None
        else:
            self.take("IN")
        self.take("THE")
        if self.take("RADIUS", "DISTANCE") is not None:
            self.take("OF")
            if (limit := self.take("LIMIT")) is not None:
                beyond = (limit[0] in ("gt", "ge")) != negated
        number = self.take("NUM")
        if number is None:
            return None
        if number.dimension == "minute":
            self.problems.cannot.append("travel times; a distance in metres would do")
            return number, beyond
        if number.dimension != "length":
            return None
        return number, beyond

    def _having(self, *, have: bool) -> list[Mod] | None:
        """Read "with a name", "without a fee", "with more than four floors", "with a stop within 50 m"."""
        heads = ("WITH", "HAVE") if have else ("WITH",)
        negated = self.take("WITHOUT") is not None
        if not negated:
            negated = have and self.take("NOT") is not None
            head = self.take(*heads)
            if head is None and not (have and self.peek("ATTR")):
                return None
            if head is None and not self.attempt(lambda: self._valued_ahead()):
                return None
            negated = negated or self.take("NO") is not None
        while self.take("THE", "ANY") is not None:
            pass
        return (
            self.attempt(lambda: self._floors(negated=negated))
            or self.attempt(lambda: self._neighbour(negated=negated))
            or self.attempt(lambda: self._tagged(negated=negated))
            or self.attempt(lambda: self._owned(negated=negated))
        )

    def _valued_ahead(self) -> bool | None:
        """Look whether an attribute with a value follows ("speed limit over 50")."""
        start = self.at
        found = self.take("ATTR") is not None and self.take("LIMIT", "NUM") is not None
        self.at = start
        return True if found else None

    def _floors(self, *, negated: bool) -> list[Mod] | None:
        """Read "more than four floors", "2 lanes", "at least 50 spaces"."""
        limit = self.take("LIMIT")
        number = self.take("NUM")
        if number is None:
            return None
        if self.take("ORMORE") is not None:
            limit = ("ge", None)
        key = "building:levels" if number.dimension == "level" else self.take("ATTR")
        if key is None and (unit := self.take("UNIT")) is not None and unit[0] == "level":
            key = "building:levels"
        if key is None:
            return None
        if self.take("ORMORE") is not None:
            limit = ("ge", None)
        elif self.take("ORLESS") is not None:
            limit = ("le", None)
        op = _operator(limit, negated=negated)
        return [Mod("condition", Condition(key=key, op=op, value=number.value, said=number.said))]

    def _tagged(self, *, negated: bool) -> list[Mod] | None:
        """Read an attribute, with or without a value."""
        key = self.take("ATTR")
        if key is None:
            return None
        self.take("NAMEQ")
        number, limit = None, None

        def valued() -> bool | None:
            nonlocal number, limit
            self.take("OF", "BE")
            limit = self.take("LIMIT")
            number = self.take("NUM")
            return None if number is None else True

        if self.attempt(valued):
            assert number is not None
            unit = "km/h" if number.dimension == "speed" else ""
            found = [Mod("condition", Condition(key=key, op=_operator(limit, negated=negated), value=number.value, unit=unit, said=number.said))]
        elif key in ("surface", "cuisine", "religion", "denomination", "operator", "brand", "name", "material", "sport") and (
            value := self.attempt(self._value)
        ):
            op: Operator = "is_not" if negated else "is"
            found = [Mod("named", value)] if key == "name" else [Mod("condition", Condition(key=key, op=op, value=value))]
        else:
            found = [Mod("condition", Condition(key=key, op="missing" if negated else "present"))]
        more = self.attempt(self._second_key)
        if more is not None:
            found.append(Mod("condition", Condition(key=more, op="missing" if negated else "present")))
        return found

    def _second_key(self) -> str | None:
        if self.take("AND", "OR") is None:
            return None
        self.take("THE")
        return self.take("ATTR")  # type: ignore[no-any-return]

    def _value(self) -> str | None:
        self.take("OF", "BE")
        value = self.take("NAME")
        if value is None and (lexeme := self.peek("UNKNOWN", skip=False)) is not None:
            self.take("UNKNOWN")
            value = lexeme.text
        return value

    def _neighbour(self, *, negated: bool) -> list[Mod] | None:
        """Read "a bus stop within 50 m", "no school closer than 1 km"."""
        anchor = self.noun(join=True, mods=False)
        if anchor is None or not anchor.things:
            return None
        anchor.mods.extend(self.attempt(self._named) or [])
        self.take("THAT")
        self.take("BE", "LIE")
        if self.take("NEAR") is not None or (self.peek("FILL") and self.lexemes[self.at].text.casefold() == "nearby"):
            self.take("PRONOUN")
            return [Mod("relation", Relation(relation="within_distance", to=_picked(anchor), vague="nearby"))]
        far = self.attempt(self._far_or_near)
        if far is None:
            return None
        self.take("AWAY", "RADIUS", "AXIS")
        if self.take("OF", "FROM", "TO") is not None:
            self.take("PRONOUN")
        metres, beyond = far
        if beyond:
            return None
        none = negated != anchor.none
        return [_near("beyond_distance" if none else "within_distance", _picked(anchor), metres)]

    def _owned(self, *, negated: bool) -> list[Mod] | None:
        """Read "with a playground" (inside it)."""
        anchor = self.noun(join=False, mods=False)
        if anchor is None or not anchor.things or anchor.subjects[0].tags is None:
            return None
        inside = self.take("IN", "CONTAIN") is not None
        if inside:
            self.take("PRONOUN", "ONES")
        if negated or anchor.none:
            self.problems.cannot.append(f"things without {anchor.subjects[0].label} in them")
            return [Mod("cannot")]
        return [Mod("relation", Relation(relation="contains", to=_picked(anchor)))]

    def _size(self) -> list[Mod] | None:
        """Read "larger than 200 m²", "over 10 m tall", "between 1 and 2 ha", "200 m² or more"."""
        self.take("BE", skip=False)
        if (between := self.attempt(self._between)) is not None:
            return between  # type: ignore[no-any-return]
        limit = self.take("LIMIT")
        number = self.take("NUM")
        if number is None:
            return self._than_thing(limit) if limit is not None and limit[1] is not None else None
        after = self.take("ORMORE"), self.take("ORLESS")
        if limit is None:
            if after == (None, None):
                return None
            limit = ("ge" if after[0] else "le", None)
        key = self._measured(number, limit[1])
        if key is None:
            return None
        unit = {"area": "m2", "length": "m", "speed": "km/h"}.get(number.dimension or "", "")
        return [Mod("condition", Condition(key=key, op=_operator(limit, negated=False), value=number.value, unit=unit, said=number.said))]

    def _between(self) -> list[Mod] | None:
        axis = self.take("LIMIT")
        if self.take("BETWEEN") is None:
            return None
        low = self.take("NUM")
        if self.take("AND", "TO", "COMMA") is None or low is None:
            return None
        high = self.take("NUM")
        if high is None or high.dimension is None:
            return None
        factor = high.value
        scale = _unit_scale(high) if low.dimension is None else 1.0
        key = self._measured(high, axis[1] if axis else None)
        if key is None:
            return None
        unit = {"area": "m2", "length": "m", "speed": "km/h"}.get(high.dimension, "")
        ops: tuple[Operator, Operator] = ("ge", "le")
        low_said = low.said if low.dimension is not None else f"{low.said} {high.unit}"
        ends = ((low.value * scale, low_said), (factor, high.said))
        return [
            Mod("condition", Condition(key=key, op=op, value=end, unit=unit, said=said))
            for op, (end, said) in zip(ops, ends, strict=True)
        ]

    def _measured(self, number: Amount, axis: str | None) -> str | None:
        """Return what an amount measures: `area`, `length`, a tag, or `size` when only a length is said."""
        word = self.take("AXIS")
        if number.dimension == "area":
            return "area"
        if number.dimension == "level":
            return "building:levels"
        if number.dimension == "speed":
            return "maxspeed"
        if number.dimension == "length":
            named = word or (axis if axis != "area" else None)
            return named or "size"
        return None

    def _than_thing(self, limit: tuple[str, str | None]) -> list[Mod] | None:
        """Read "bigger than the town hall": not something a tool selects by."""
        other = self.noun(join=False, mods=False)
        if other is None or not other.things:
            return None
        self.problems.cannot.append(f"selecting by the size of {other.subjects[0].label}; give the size as a number")
        return [Mod("cannot", (limit, other))]

    def _unnamed(self) -> list[Mod] | None:
        self.take("BE", skip=False)
        if self.take("UNNAMED") is None:
            return None
        return [Mod("condition", Condition(key="name", op="missing"))]

    def _named(self) -> list[Mod] | None:
        """Read "called Elm Street"."""
        self.take("BE", skip=False)
        if self.take("NAMED") is None:
            return None
        if (name := self.take("NAME")) is not None:
            return [Mod("named", name)]
        proper = self.attempt(self._proper)
        if proper is not None:
            return [Mod("named", proper.named)]
        words = []
        while (lexeme := self.peek("UNKNOWN", "THING", skip=False)) is not None:
            words.append(lexeme.text)
            self.at += 1
        return [Mod("named", " ".join(words))] if words else None

    def _nearest(self) -> list[Mod] | None:
        """Read "nearest to the station"."""
        self.take("BE", skip=False)
        sup = self.take("SUP")
        if sup is None or sup[0] != "distance":
            return None
        self.take("TO", "FROM", "OF")
        anchor = self.noun(join=False)
        if anchor is None or not anchor.things:
            return None
        extreme = Extreme(axis="distance", order="least" if sup[1] == "least" else "most", word=sup[3])
        return [Mod("nearest", (extreme, _picked(anchor)))]

    def _topology(self) -> list[Mod] | None:
        """Read "inside a park", "outside ...", "crossing ...", "containing ...", "near ...", "along ..."."""
        negated = self.take("NOT") is not None
        word = self.peek("IN", "OUTSIDE", "CROSS", "CONTAIN", "ALONG", "NEAR", "FARFROM")
        if word is None:
            return None
        self.take("IN", "OUTSIDE", "CROSS", "CONTAIN", "ALONG", "NEAR", "FARFROM")
        anchor = self.noun(join=True, mods=False)
        if anchor is None or not anchor.things or any(subject.refers for subject in anchor.subjects):
            return None
        anchor.mods.extend(self._anchor_mods())
        to = _picked(anchor)
        if word.has("CONTAIN"):
            relation, vague = "contains", None
        elif word.has("IN") and not word.has("NEAR"):
            relation, vague = "inside", None
        elif word.has("CROSS"):
            relation, vague = "intersects", None
        elif word.has("OUTSIDE"):
            relation, vague = "disjoint", None
        else:
            relation, vague = ("beyond_distance" if word.has("FARFROM") else "within_distance"), word.text
        if negated:
            if relation not in ("inside", "intersects"):
                return None
            relation = "disjoint"
        return [Mod("relation", Relation(relation=relation, to=to, vague=vague))]  # type: ignore[arg-type]


def _unit_scale(amount: Amount) -> float:
    """Return the size of the unit an amount was written in, for "between 1 and 2 ha"."""
    from agent.planner.numbers import UNITS

    return UNITS[tuple(amount.unit.split())][1]


def _near(relation: str, to: Subject, far: Amount) -> Mod:
    return Mod("relation", Relation(relation=relation, to=to, distance_m=far.value, said=far.said))  # type: ignore[arg-type]


def _picked(noun: Noun) -> Subject:
    """Return an anchor with its superlative: "the largest park"."""
    subject = noun.subject()
    if noun.sup is None:
        return subject
    return subject.model_copy(update={"pick": extreme_of(noun, subject)})


def extreme_of(noun: Noun, subject: Subject) -> Extreme:
    """Return which of several a superlative phrase means."""
    axis, order, tag, word = noun.sup or ("size", "most", "", "largest")
    k = int(noun.number.value) if noun.number is not None else 1
    rank = noun.rank or 1
    if axis == "size":
        axis = "length" if subject.geometry == "line" else "area"
    return Extreme(axis=axis, order=order, tag=tag or None, k=max(k, 1), rank=rank, word=word)  # type: ignore[arg-type]


def _operator(limit: tuple[str, str | None] | None, *, negated: bool) -> Operator:
    """Return the operator of a limit phrase; "no more than" was read as `le` already."""
    op = limit[0] if limit else "eq"
    if negated:
        op = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}.get(op, "ne")
    return {"gt": "gt", "ge": "ge", "lt": "lt", "le": "le", "ne": "is_not"}.get(op, "is")  # type: ignore[return-value]
