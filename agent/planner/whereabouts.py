"""Where things lie: distances, parts, relations, scenes."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import override

from agent.inquiry import Extreme, Relation, Subject
from agent.planner.attributes import AttributeReader, scaled
from agent.planner.lexer import Lexeme
from agent.planner.nouns import Mod, near_mod, picked
from agent.planner.numbers import Amount

_WHOLLY = ("completely", "fully", "entirely")
"""Words that leave out what an edge cuts, which being in an image does not."""
_BESIDE = frozenset(["pier", "quay", "breakwater", "groyne", "jetty", "dock"])
"""What things at it lie beside rather than inside."""
_MAP_WORDS = ("map", "extract", "dataset", "layer", "data", "map data")


class PlaceReader(AttributeReader):
    """Reads where things lie, and all else that is said about them."""

    def modifiers(self, *, have: bool = False) -> list[Mod]:
        """Read everything that is said about the noun just read."""
        found: list[Mod] = []
        while True:
            more = self.modifier(have=have)
            if (
                more is None
                and found
                and (self.peek("AND") or self.peek("BUT") or self.peek("COMMA"))
            ):
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
            self._relative, self._center, self._distance,
            lambda: self._having(have=have), self._part,
            self._size, self._unnamed, self._named, self._serving, self._scene,
            self._nearest, self._topology,
        ]  # fmt: skip
        for step in steps:
            mods = self.attempt(step)
            if mods is not None:
                return list(mods)
        return None

    def _relative(self) -> list[Mod] | None:
        """Read "that are ...", "which lie ...", "located ..."."""
        that = self.take("THAT")
        verb = False
        while self.take("LIE") is not None or (
            that is not None and self.take("BE", "DO") is not None
        ):
            verb = True
        if that is None and not verb:
            return None
        mods = self.modifier(have=True)
        if mods is None:
            return None
        return mods

    def _center(self) -> list[Mod] | None:
        """Read "whose centre lies in the western half"; "in the city centre" is a place."""
        self.take("WITH", "HAVE")
        self.take("THE")
        at = self._seek(("CENTER",), skip=True)
        if at is None or (at and self._names_a_place(at)):
            return None
        if self.take("CENTER") is None:
            return None
        while self.take("BE", "LIE", "WITH") is not None:
            pass
        inner = self.attempt(self._scene) or self._part() or self.attempt(self._topology)
        if inner is None:
            self.take("IN")
            return [Mod("centre")]
        return [*inner, Mod("centre")]

    def _names_a_place(self, at: int) -> bool:
        """Tell whether a bare "centre" belongs to the words before it: "in the city centre"."""
        bare = self.lexemes[at].text.casefold() in ("centre", "center")
        return bare and self.lexemes[at - 1].has("HERE")

    def _part(self) -> list[Mod] | None:
        """Read "in the north-east quarter of the image"."""
        self.take("IN", "OF", "FROM", "TO", skip=True)
        self.take("THE")
        part = self.take("PART")
        if part is None:
            return None
        at = self.at
        if self.take("OF") is not None and not (
            self._scene_words() or self.take("HERE") is not None
        ):
            self.at = at
            if self.peek("OF") and not self.peek("HERE"):
                return None
        return [Mod("part", part)]

    def _scene_words(self) -> bool:
        """Pass "the Zanzibar image"; note which scene it names."""
        start = self.at
        self.take("THE")
        proper = self.take("PROPER", skip=False) or self._alias()
        if self.peek("SCENEID", skip=False):
            self.problems.scenes.append(self.take("SCENEID"))
            self.take("SCENEWORD")
            return True
        if self.take("SCENEWORD", "GROUND", skip=False) is not None or (
            proper is not None and self._map_word()
        ):
            while self.peek("SCENEID", "AND"):
                scene = self.take("SCENEID", "AND")
                self.problems.scenes += [scene] if scene in self.scene_names.values() else []
            if proper:
                self._note_scene(proper)
            return True
        if proper and self._is_scene(proper) and not self.peek("THING", "PROPER", skip=False):
            self._note_scene(proper)
            return True
        self.at = start
        return False

    def _alias(self) -> str | None:
        """Pass a word in small letters that is the whole name of a scene or layer held."""
        lexeme = self.lexemes[self.at] if self.at < len(self.lexemes) else None
        if lexeme is None or not lexeme.has("UNKNOWN"):
            return None
        names = {name.casefold() for name in (*self.scene_names, *self.layer_names)}
        if lexeme.text.casefold() not in names:
            return None
        self.at += 1
        return lexeme.text

    def _map_word(self) -> bool:
        """Pass "map" or "extract" after a name ("on the Aguda map")."""
        here = self.lexemes[self.at].text.casefold() if self.at < len(self.lexemes) else ""
        self.at += here in _MAP_WORDS
        return here in _MAP_WORDS

    def _is_scene(self, word: str) -> bool:
        return any(
            word.casefold() in name.casefold() for name in (*self.scene_names, *self.layer_names)
        )

    def _note_scene(self, word: str) -> None:
        """Keep which scene a word before "image" means, when exactly one alias has it."""
        ids = {
            scene for name, scene in self.scene_names.items() if word.casefold() in name.casefold()
        }
        if len(ids) == 1:
            self.problems.scenes.append(ids.pop())
        else:
            self.problems.places.append(word)

    def _scene(self) -> list[Mod] | None:
        """Read "in the Kampala image", "in Helsinki" where a scene or layer is called so."""
        word = self.peek("IN", "OF", "FROM", "NEAR")
        wholly = word is not None and word.text.casefold().startswith(_WHOLLY)
        if self.take("IN", "OF", "FROM", "NEAR") is None or wholly:
            return None
        known = len(self.problems.scenes)
        if not self._scene_words():
            return None
        named = self.problems.scenes[known:]
        return [Mod("scene", named[0])] if len(named) == 1 else [Mod("here")]

    def _distance(self) -> list[Mod] | None:
        """Read "within 200 m of a school", "more than 500 m from any stop", "200 m from ..."."""
        ring = self.attempt(self._ring)
        if ring is not None:
            return ring  # type: ignore[no-any-return]
        far = self.far_or_near()
        if far is None:
            return None
        metres, beyond = far
        self.take("AWAY", "RADIUS")
        if self.take("FROM", "OF", "TO", "NEAR") is None:
            return None
        self.take("NEAR")
        anchor = self.noun(join=True, mods=False)
        if anchor is None or anchor.counts_most:
            return None
        anchor.mods.extend(self._anchor_mods())
        self.not_just_any(anchor)
        relation = "beyond_distance" if beyond != anchor.none else "within_distance"
        if anchor.joiner == "and" and len(anchor.subjects) > 1:
            return [near_mod(relation, subject, metres) for subject in anchor.each()]
        return [near_mod(relation, picked(anchor), metres)]

    def _ring(self) -> list[Mod] | None:
        """Read "between 100 and 200 m from the station"."""
        if self.take("BETWEEN") is None:
            return None
        low = self.take("NUM")
        if low is None or self.take("AND", "TO") is None:
            return None
        high = self.take("NUM")
        if high is None or high.dimension != "length":
            return None
        self.take("AWAY")
        if self.take("FROM", "OF") is None:
            return None
        anchor = self.noun(join=True, mods=False)
        if anchor is None or not anchor.things or anchor.counts_most:
            return None
        anchor.mods.extend(self._anchor_mods())
        self.not_just_any(anchor)
        least = low if low.dimension is not None else scaled(low, high)
        to = picked(anchor)
        return [near_mod("beyond_distance", to, least), near_mod("within_distance", to, high)]

    def _inside(self, to: Subject, word: str) -> tuple[str, str | None]:
        """Return what "in" or "on" a thing means: inside an area, near a line."""
        street = word.casefold() == "on" and to.named is not None and to.tags is None
        street = street or (word.casefold() == "at" and bool(_BESIDE & set(to.concepts)))
        if to.geometry == "line" or street:
            return "within_distance", word
        if to.geometry == "point":
            self.problems.cannot.append(f"what lies inside {to.label}: the map has them as points")
        return "inside", None

    def _anchor_mods(self) -> list[Mod]:
        """Read what is said of an anchor, closely: "a school with a name"."""
        found: list[Mod] = []
        for step in (self._named, self._unnamed, self._size, lambda: self._having(have=False)):
            mods = self.attempt(step)
            if mods is not None:
                found.extend(mods)
        return found

    @override
    def far_or_near(self) -> tuple[Amount, bool] | None:
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

    def _nearest(self) -> list[Mod] | None:
        """Read "nearest to the station"."""
        article = self.take("THE") is not None
        sup = self.take("SUP")
        if sup is None or sup[0] != "distance":
            return None
        toward = self.take("TO", "FROM", "OF") is not None or sup[3].endswith((" to", " from"))
        if article and not toward:
            return None
        anchor = self.noun(join=False)
        if anchor is None or not anchor.things:
            return None
        self.not_just_any(anchor)
        extreme = Extreme(
            axis="distance", order="least" if sup[1] == "least" else "most", word=sup[3]
        )
        return [Mod("nearest", (extreme, picked(anchor)))]

    def _number_follows(self, word: Lexeme) -> bool:
        """Say whether "over" bounds a number rather than crosses a thing."""
        at = next(i for i, lexeme in enumerate(self.lexemes) if lexeme is word) + 1
        return at < len(self.lexemes) and self.lexemes[at].has("NUM")

    def _beside(self, side: str) -> list[Mod] | None:
        """Read the thing after "north of"."""
        anchor = self.noun(join=False, mods=False)
        if anchor is None or not anchor.things or anchor.counts_most:
            return None
        anchor.mods.extend(self._anchor_mods())
        self.not_just_any(anchor)
        return [Mod("relation", Relation(relation=side, to=picked(anchor)))]

    def _topology(self) -> list[Mod] | None:
        """Read "inside a park", "outside ...", "crossing ...", "containing ..."."""
        negated = self.take("NOT") is not None
        side = self.take("SIDEOF")
        if side is not None:
            return None if negated else self._beside(side)
        word = self.peek("IN", "OUTSIDE", "CROSS", "CONTAIN", "ALONG", "NEAR", "FARFROM")
        if word is None or (word.has("LIMIT") and self._number_follows(word)):
            return None
        self.take("IN", "OUTSIDE", "CROSS", "CONTAIN", "ALONG", "NEAR", "FARFROM")
        anchor = self.noun(join=True, mods=False)
        if (
            anchor is None
            or not anchor.things
            or anchor.counts_most
            or any(subject.refers for subject in anchor.subjects)
        ):
            return None
        self.not_just_any(anchor)
        if anchor.none:
            words = anchor.subjects[0].label or "things"
            self.problems.cannot.append(f"what lies so to no {words}; ask what lies outside them")
        anchor.mods.extend(self._anchor_mods())
        to = picked(anchor)
        if word.has("CONTAIN"):
            relation, vague = "contains", None
        elif word.has("IN") and not word.has("NEAR"):
            relation, vague = self._inside(to, word.text)
        elif word.has("CROSS"):
            relation, vague = "intersects", None
        elif word.has("OUTSIDE"):
            relation, vague = "disjoint", None
        else:
            relation, vague = (
                ("beyond_distance" if word.has("FARFROM") else "within_distance"),
                word.text,
            )
        if negated:
            if relation not in ("inside", "intersects"):
                return None
            relation = "disjoint"
        return [Mod("relation", Relation(relation=relation, to=to, vague=vague))]
