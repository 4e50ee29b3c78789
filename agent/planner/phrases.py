"""Noun phrases, read from lexemes."""

from __future__ import annotations

from typing import Literal

from typing_extensions import override

from agent.inquiry import Condition, Subject
from agent.planner.nouns import Mod, Noun
from agent.planner.numbers import Amount
from agent.planner.whereabouts import PlaceReader
from tools.concepts.find import find_concept
from tools.concepts.model import Ambiguous, Match, Spot

_JOINTS = frozenset(
    [
        "of",
        "the",
        "da",
        "de",
        "do",
        "du",
        "la",
        "le",
        "di",
        "del",
        "della",
        "van",
        "von",
        "am",
        "an",
        "and",
        "for",
        "to",
        "in",
        "y",
        "e",
        "dos",
        "das",
        "der",
        "den",
    ]
)


STREETS = frozenset(
    ["street", "road", "avenue", "lane", "square", "boulevard", "drive", "way", "close", "alley"]
)
"""Last words of names of streets."""


class NounReader(PlaceReader):
    """Reads noun phrases and what is said about them from a row of lexemes."""

    @override
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
        """Read what stands before the head: articles, numbers, superlatives, "more", "no"."""
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
            elif self.take("ANY") is not None:
                noun.any = True
                self.take("OF")
            elif self.take("THE") is not None:
                definite = self.lexemes[self.at - 1].text.casefold() in ("the", "this", "that")
                noun.rank = noun.rank or (0 if definite else None)
                self.take("OF")
            else:
                return

    def _counted(self) -> tuple[str | None, Amount] | None:
        """Read "more than 20", "20", "20 or more" before a noun."""

        def read() -> tuple[str | None, Amount] | None:
            limit = self.take("LIMIT")
            number = self.take("NUM")
            if (
                number is None
                or number.dimension is not None
                or (limit and limit[1] not in (None, "area"))
            ):
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
        if (named := self.attempt(self.proper)) is not None:
            noun.subjects.append(named)
        elif (spot := self.take("THING")) is not None:
            noun.subjects.append(self._thing(spot, definite=noun.rank == 0))
            if self.peek("NAME", skip=False):
                noun.subjects[-1] = noun.subjects[-1].model_copy(
                    update={"named": self.take("NAME")}
                )
        elif (name := self.take("NAME")) is not None:
            noun.subjects.append(self._of_name(name))
        elif (
            noun.every and self.take("OF") is not None and self.take("PRONOUN", "ONES") is not None
        ):
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

    def _of_name(self, name: str) -> Subject:
        """Return what a name in quotation marks stands for, with the kind of thing after it."""
        if self.peek("THING", skip=False) and not self.lexemes[self.at].has("ATTR"):
            kind = self._thing(self.take("THING"), definite=True)
            return kind.model_copy(update={"named": name})
        return Subject(phrase=name, label=f"“{name}”", named=name, definite=True)

    def _sup_after(self, noun: Noun) -> None:
        """Read "park with the largest area", "road with the most lanes"."""

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
            axis = (
                ("size", sup[1], "")
                if key == "area"
                else ("length", sup[1], "")
                if key == "length"
                else ("tag", sup[1], key)
            )
            noun.sup = (*axis, sup[3])
            return True

        self.attempt(read)

    @override
    def proper(self) -> Subject | None:
        """Read a proper name, with the kind of thing in it: "Elm Street", "Lake Garda"."""
        if (street := self._street()) is not None:
            return street
        at, names, spot = self.at, [], None
        while at < len(self.lexemes):
            lexeme = self.lexemes[at]
            capital = lexeme.text[:1].isupper() and not lexeme.has("SCENEID", "NAME")
            if capital and lexeme.has("PROPER"):
                names.append(lexeme)
            elif capital and lexeme.has("THING") and lexeme.start > 0:
                names.append(lexeme)
                spot = lexeme.kinds["THING"]
            elif (
                names
                and lexeme.text.casefold() in _JOINTS
                and self._capital(at + 1)
                and lexeme.text.casefold() != "and"
            ):
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
            return self._thing(spot, definite=True).model_copy(
                update={"named": words, "phrase": words}
            )
        if self.peek("THING", skip=False):
            kind = self._thing(self.take("THING"), definite=True)
            return kind.model_copy(update={"named": words})
        return Subject(phrase=words, label=f"“{words}”", named=words, definite=True)

    def _street(self) -> Subject | None:
        """Read "Main Street", which is a name although both of its words are known."""
        lexeme = self.lexemes[self.at] if self.at < len(self.lexemes) else None
        words = lexeme.text.split() if lexeme is not None and lexeme.has("THING") else []
        if lexeme is None or len(words) < 2 or not all(word[:1].isupper() for word in words):
            return None
        kind = find_concept(words[-1])
        if words[-1].casefold() not in STREETS or not isinstance(kind, Match):
            return None
        self.at += 1
        spot = Spot(lexeme.start, lexeme.end, lexeme.text, kind)
        return self._thing(spot, definite=True).model_copy(update={"named": lexeme.text})

    def _capital(self, at: int) -> bool:
        return (
            at < len(self.lexemes)
            and self.lexemes[at].text[:1].isupper()
            and self.lexemes[at].has("PROPER", "THING")
        )

    def _thing(self, spot: Spot, *, definite: bool) -> Subject:
        """Return the subject that a mention of a kind of thing stands for."""
        found = spot.found
        self.thing = spot.text
        if isinstance(found, Ambiguous):
            self.problems.ambiguous.append(found)
            return Subject(phrase=spot.text, label=spot.text, definite=definite)
        assert isinstance(found, Match)
        concept = found.concept
        return Subject(
            phrase=spot.text,
            label=concept.plural,
            one=concept.label,
            concepts=[concept.id],
            tags=concept.query,
            geometry=concept.geometry,
            definite=definite and not found.text.rstrip().casefold().endswith("s"),
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
            joiner: Literal["or", "and"] = (
                "and" if word.has("AND") and word.text.casefold() != "and/or" else "or"
            )
            self.take("OR", "AND", "COMMA")
            comma = word.has("COMMA") and not word.has("OR", "AND")
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
