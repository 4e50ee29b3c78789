"""From lexemes to chunks: noun phrases, what is said about them, and single words."""

from __future__ import annotations

from collections.abc import Sequence

from agent.inquiry import Ask
from agent.planner.chunks import Chunk
from agent.planner.lexer import Lexeme
from agent.planner.nouns import Mod, Noun, denied_mod
from agent.planner.phrases import NounReader


class ClauseReader:
    """Cuts one clause into chunks."""

    def __init__(self, reader: NounReader, context: Ask | None, before: Sequence[Ask] = ()) -> None:
        self.reader = reader
        self.problems = reader.problems
        self.context = context
        self.before = before
        """All that was asked in the last turns, the newest last."""
        self.chunks: list[Chunk] = []
        self._read()

    def _read(self) -> None:
        reader = self.reader
        while reader.at < len(reader.lexemes):
            lexeme = reader.lexemes[reader.at]
            if self._wordy(lexeme) or not self._larger():
                self.chunks.append(Chunk("word", lexeme=lexeme))
                reader.at += 1
        self._yes_no_predicate()

    @staticmethod
    def _wordy(lexeme: Lexeme) -> bool:
        """Say whether a lexeme stands for itself whatever follows."""
        return lexeme.has("FILL", "HERE") and not lexeme.has(
            "THE", "ANY", "NEAR", "LIMIT", "LIE", "PRONOUN"
        )

    def _larger(self) -> bool:
        """Read a predicate, loose modifiers or a noun phrase at this place."""
        reader = self.reader
        if self._last_noun() is not None:
            said = reader.attempt(self._said)
            if said is not None:
                self.chunks.append(Chunk("said", mods=said))
                return True
        mods = reader.attempt(self._loose)
        if mods is not None:
            self.chunks.append(Chunk("mods", mods=mods))
            return True
        noun = reader.noun()
        if noun is None:
            return False
        self.chunks.append(Chunk("noun", noun=noun))
        return True

    def _last_noun(self) -> Noun | None:
        return next((chunk.noun for chunk in reversed(self.chunks) if chunk.kind == "noun"), None)

    def _said(self) -> list[Mod] | None:
        """Read "are within 200 m of a school", "have no name"."""
        reader, verb = self.reader, False
        start = reader.at
        while reader.take("BE", "DO", "LIE") is not None:
            verb = True
        if verb and (denied := reader.attempt(self._denied)) is not None:
            return denied  # type: ignore[no-any-return]
        if not verb and not reader.peek("HAVE", "WITHOUT", "UNNAMED", "ATTR", "NOT", "SERVE"):
            return None
        mods = reader.modifiers(have=True) or (verb and reader.attempt(reader.adjective)) or []
        if not mods:
            reader.at = start
            return None
        return mods

    def _denied(self) -> list[Mod] | None:
        """Read "not located within 200 m of a school" as the opposite of what is denied."""
        reader = self.reader
        if reader.take("NOT") is None or reader.take("LIE") is None:
            return None
        while reader.take("LIE") is not None:
            pass
        mods = reader.modifiers(have=True)
        opposite = denied_mod(mods[0]) if len(mods) == 1 else None
        return None if opposite is None else [opposite]

    def _loose(self) -> list[Mod] | None:
        """Read modifiers that stand before or without a noun."""
        reader = self.reader
        if reader.peek(
            "IN",
            "WITHIN",
            "PART",
            "CENTER",
            "WITHOUT",
            "UNNAMED",
            "NAMED",
            "NOTWITHIN",
            "OUTSIDE",
            "SIDEOF",
            skip=False,
        ) or (
            reader.peek(
                "LIMIT",
                "NUM",
                "NEAR",
                "WITH",
                "FARTHER",
                "CLOSER",
                "ALONG",
                "THE",
                "NOT",
                "FROM",
                "OF",
                skip=False,
            )
        ):
            mods = reader.modifiers()
            return mods or None
        return None

    def _yes_no_predicate(self) -> None:
        """In "is the school inside the park" the last thing said is what is asked."""
        first = next((c for c in self.chunks if not c.has("FILL", "HERE", "COMMA")), None)
        nouns = [chunk for chunk in self.chunks if chunk.kind == "noun" and chunk.noun]
        if first is None or not first.has("BE", "DO") or first.has("EXISTS") or len(nouns) != 1:
            return
        noun = nouns[0].noun
        assert noun is not None
        if (
            noun.mods
            and not any(chunk.kind == "said" for chunk in self.chunks)
            and noun.more is None
        ):
            self.chunks.insert(
                self.chunks.index(nouns[0]) + 1, Chunk("said", mods=[noun.mods.pop()])
            )
