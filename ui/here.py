"""What one open page is about: its session, its scenes, its place, what is selected in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Review:
    """Judgements of objects of one piece of evidence, not recorded yet."""

    evidence: str = ""
    accept: frozenset[int] = frozenset()
    reject: frozenset[int] = frozenset()
    add: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many judgements there are."""
        return len(self.accept) + len(self.reject) + len(self.add)

    def judged(self, evidence: str, row: int, verdict: str) -> Review:
        """Return it with one object accepted or rejected; the same judgement again takes it back.

        Judgements of other evidence are given up: a review is of one set.
        """
        base = self if self.evidence == evidence else Review(evidence)
        mine, other = (
            (base.accept, base.reject) if verdict == "accept" else (base.reject, base.accept)
        )
        mine = mine - {row} if row in mine else mine | {row}
        other = other - {row}
        accept, reject = (mine, other) if verdict == "accept" else (other, mine)
        return replace(base, accept=accept, reject=reject)

    def added(self, evidence: str, region: str) -> Review:
        """Return it with an object that was missed."""
        base = self if self.evidence == evidence else Review(evidence)
        return replace(base, add=(*base.add, region))


@dataclass(frozen=True)
class Here:
    """The state of one open page; it is lost with the page, the session is not."""

    session: str = ""
    scenes: tuple[str, ...] = ()
    """Scenes chosen in the picker: what the next question is asked about."""
    region: str = ""
    examples: tuple[str, ...] = ()
    drawn: str = ""
    """A box just drawn, of which it is not said yet what it is for."""
    evidence: str = ""
    """The evidence selected."""
    row: int | None = None
    review: Review = field(default_factory=Review)
