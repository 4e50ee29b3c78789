"""What is said about things themselves: sizes, tags, names."""

from __future__ import annotations

from abc import ABC, abstractmethod

from agent.inquiry import Condition, Operator, Relation, Subject
from agent.planner.cursor import Cursor
from agent.planner.lexer import Lexeme
from agent.planner.nouns import Mod, Noun, near_mod, picked
from agent.planner.numbers import UNITS, Amount
from tools.concepts.find import find_concept
from tools.concepts.model import Match

YES_OR_NO = frozenset(
    [
        "shelter",
        "bench",
        "bin",
        "lit",
        "fee",
        "wheelchair",
        "outdoor_seating",
        "internet_access",
        "takeaway",
        "drive_through",
        "oneway",
    ]
)


class AttributeReader(Cursor, ABC):
    """Reads sizes, properties and names of things."""

    @abstractmethod
    def noun(self, *, join: bool = True, mods: bool = True) -> Noun | None:
        """Read a noun phrase with what follows it, or None."""

    @abstractmethod
    def far_or_near(self) -> tuple[Amount, bool] | None:
        """Read a distance, and whether farther (True) or nearer (False) is meant."""

    @abstractmethod
    def proper(self) -> Subject | None:
        """Read a proper name, with the kind of thing in it."""

    def _having(self, *, have: bool) -> list[Mod] | None:
        """Read "with a name", "without a fee", "with more than four floors"."""
        if (bounded := self.attempt(self._bounded)) is not None:
            return bounded  # type: ignore[no-any-return]
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
        while self.take("THE", "ANY") is not None or self._both():
            pass
        found: list[Mod] | None = (
            self.attempt(lambda: self._floors(negated=negated))
            or self.attempt(lambda: self._neighbour(negated=negated))
            or self.attempt(lambda: self._tagged(negated=negated))
            or self.attempt(lambda: self._owned(negated=negated))
        )
        return found

    def _bounded(self) -> list[Mod] | None:
        """Read "with at least 4 stars", whose first words are one bound."""
        lexeme = self.peek("LIMIT")
        if lexeme is None or not lexeme.text.casefold().startswith("with "):
            return None
        limit, number = self.take("LIMIT"), self.take("NUM")
        if number is None or number.dimension not in (None, "level"):
            return None
        key = "building:levels" if number.dimension == "level" else self.take("ATTR")
        if key is None:
            return None
        op = operator_of(limit, negated=False)
        return [Mod("condition", Condition(key=key, op=op, value=number.value, said=number.said))]

    def _both(self) -> bool:
        """Pass "both" before two properties."""
        lexeme = self.peek("EVERY")
        return lexeme is not None and lexeme.text.casefold() == "both" and bool(self.take("EVERY"))

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
        op = operator_of(limit, negated=negated)
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
            found = [
                Mod(
                    "condition",
                    Condition(
                        key=key,
                        op=operator_of(limit, negated=negated),
                        value=number.value,
                        unit=unit,
                        said=number.said,
                    ),
                )
            ]
        elif key in (
            "surface",
            "cuisine",
            "religion",
            "denomination",
            "operator",
            "brand",
            "name",
            "material",
            "sport",
        ) and (value := self.attempt(self._value)):
            op: Operator = "is_not" if negated else "is"
            found = (
                [Mod("named", value)]
                if key == "name"
                else [Mod("condition", Condition(key=key, op=op, value=value))]
            )
        else:
            found = [Mod("condition", held_condition(key, negated=negated))]
        more = self.attempt(self._second_key)
        if more is not None:
            found.append(Mod("condition", held_condition(more, negated=negated)))
        return found

    def _second_key(self) -> str | None:
        if self.take("AND", "OR") is None:
            return None
        self.take("THE")
        return self.take("ATTR")  # type: ignore[no-any-return]

    def _value(self) -> str | None:
        self.take("OF", "BE")
        value: str | None = self.take("NAME")
        if value is None and (lexeme := self.peek("UNKNOWN", skip=False)) is not None:
            self.take("UNKNOWN")
            value = lexeme.text
        return value

    def _neighbour(self, *, negated: bool) -> list[Mod] | None:
        """Read "a bus stop within 50 m", "no school closer than 1 km"."""
        anchor = self.noun(join=True, mods=False)
        if anchor is None or not anchor.things or anchor.counts_most:
            return None
        anchor.mods.extend(self.attempt(self._named) or [])
        self.take("THAT")
        self.take("BE", "LIE")
        if self.take("NEAR") is not None or (
            self.peek("FILL") and self.lexemes[self.at].text.casefold() == "nearby"
        ):
            self.take("PRONOUN")
            self.not_just_any(anchor)
            return [
                Mod(
                    "relation",
                    Relation(relation="within_distance", to=picked(anchor), vague="nearby"),
                )
            ]
        far = self.attempt(self.far_or_near)
        if far is None:
            return None
        self.take("AWAY", "RADIUS", "AXIS")
        if self.take("OF", "FROM", "TO") is not None:
            self.take("PRONOUN")
        metres, beyond = far
        if beyond:
            return None
        self.not_just_any(anchor)
        none = negated != anchor.none
        return [near_mod("beyond_distance" if none else "within_distance", picked(anchor), metres)]

    def not_just_any(self, anchor: Noun) -> None:
        """Note what a relation to any thing of a kind does not say: "in two of the bigger parks".

        A relation holds for whatever lies so to one of the things, to the largest of them, or to
        one by its name; how many of them, which by rank and which by comparison it leaves out.
        """
        words = anchor.subjects[0].label or "things"
        if anchor.every:
            self.problems.cannot.append(
                f"what lies so to each of the {words}; ask whether all {words} have one"
            )
        elif anchor.chosen and anchor.subjects[0].named is not None:
            self.problems.cannot.append(f"more of {words} than its name says; give the name alone")
        elif anchor.chosen:
            self.problems.cannot.append(
                f"what lies so to a certain number or choice of the {words}; ask for any of the "
                f"{words}, the largest one, or one by its name"
            )

    def _owned(self, *, negated: bool) -> list[Mod] | None:
        """Read "with a playground" (inside it)."""
        anchor = self.noun(join=False, mods=False)
        if anchor is None or not anchor.things or anchor.subjects[0].tags is None:
            return None
        if anchor.counts_most:
            return None
        inside = self.take("IN", "CONTAIN") is not None
        if inside:
            self.take("PRONOUN", "ONES")
        if negated or anchor.none:
            self.problems.cannot.append(f"things without {anchor.subjects[0].label} in them")
            return [Mod("cannot")]
        if anchor.chosen:
            self.problems.cannot.append(
                f"telling things by the number or size of the {anchor.subjects[0].label} in them; "
                "ask which have any, or which has the most"
            )
        return [Mod("relation", Relation(relation="contains", to=picked(anchor)))]

    def _size(self) -> list[Mod] | None:
        """Read "larger than 200 m²", "over 10 m tall", "between 1 and 2 ha", "200 m² or more"."""
        if self.peek("WITH", "HAVE"):
            self.take("WITH", "HAVE")
            self.take("THE")
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
        if key is None or self.peek("FROM", "AWAY", "NEAR"):
            return None
        unit = {"area": "m2", "length": "m", "speed": "km/h"}.get(number.dimension or "", "")
        return [
            Mod(
                "condition",
                Condition(
                    key=key,
                    op=operator_of(limit, negated=False),
                    value=number.value,
                    unit=unit,
                    said=number.said,
                ),
            )
        ]

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
        """Return what an amount measures: `area`, `length`, a tag."""
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
        self.problems.cannot.append(
            f"selecting by the size of {other.subjects[0].label}; give the size as a number"
        )
        return [Mod("cannot", (limit, other))]

    def adjective(self) -> list[Mod] | None:
        """Read "wheelchair accessible" said of the things named before."""
        words: list[str] = []
        while (lexeme := self._plain_word()) is not None and len(words) < 4:
            words.append(lexeme.text)
            self.at += 1
        if not words or not self.thing:
            return None
        found = find_concept(f"{' '.join(words)} {self.thing}")
        if not isinstance(found, Match) or found.how == "typo" or found.concept.query is None:
            return None
        return [Mod("kind", found)]

    def _plain_word(self) -> Lexeme | None:
        lexeme = self.lexemes[self.at] if self.at < len(self.lexemes) else None
        if lexeme is None or lexeme.has(
            "COMMA", "END", "AND", "OR", "IN", "NUM", "LIMIT", "SUP", "THING"
        ):
            return None
        return lexeme if lexeme.has("UNKNOWN", "ATTR", "CANNOT") or len(lexeme.kinds) == 0 else None

    def _unnamed(self) -> list[Mod] | None:
        if self.take("UNNAMED") is None:
            return None
        return [Mod("condition", Condition(key="name", op="missing"))]

    def _named(self) -> list[Mod] | None:
        """Read "called Elm Street"."""
        if self.take("NAMED") is None:
            return None
        if (name := self.take("NAME")) is not None:
            return [Mod("named", name)]
        proper = self.attempt(self.proper)
        if proper is not None:
            return [Mod("named", proper.named)]
        words = []
        while (lexeme := self.peek("UNKNOWN", "THING", skip=False)) is not None:
            words.append(lexeme.text)
            self.at += 1
        return [Mod("named", " ".join(words))] if words else None

    def _serving(self) -> list[Mod] | None:
        """Read "serving Italian food"."""
        self.take("DO", skip=False)
        if self.take("SERVE") is None:
            return None
        lexeme = self.peek("UNKNOWN", "NAME", "THING")
        if lexeme is None:
            return None
        self.take("UNKNOWN", "NAME", "THING")
        self.take("FOOD")
        return [Mod("condition", Condition(key="cuisine", op="is", value=lexeme.text.casefold()))]


def held_condition(key: str, *, negated: bool) -> Condition:
    """Return the condition "with" or "without" a property; where the map says "no"."""
    if negated and key in YES_OR_NO:
        return Condition(key=key, op="is", value="no", said="no")
    return Condition(key=key, op="missing" if negated else "present")


def _unit_scale(amount: Amount) -> float:
    """Return the size of the unit an amount was written in, for "between 1 and 2 ha"."""
    return UNITS[tuple(amount.unit.split())][1]


def scaled(low: Amount, high: Amount) -> Amount:
    """Return a bare number in the unit of another one, for "between 1 and 2 km"."""
    scale = _unit_scale(high)
    return Amount(low.value * scale, high.dimension, high.unit, f"{low.said} {high.unit}")


def operator_of(limit: tuple[str, str | None] | None, *, negated: bool) -> Operator:
    """Return the operator of a limit phrase; "no more than" was read as `le` already."""
    op = limit[0] if limit else "eq"
    if negated:
        op = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}.get(op, "ne")
    return {"gt": "gt", "ge": "ge", "lt": "lt", "le": "le", "ne": "is_not"}.get(op, "is")  # type: ignore[return-value]
