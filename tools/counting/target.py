"""What is to be counted: words, and the concept they name where the lexicon knows one."""

from __future__ import annotations

from dataclasses import dataclass

from store.text import clean_text
from tools.concepts import Ambiguous, Concept, Match, find_concept
from tools.contract import ToolRefusal
from tools.counting.examples import USUAL_ASPECT

_ON_LAND = (
    "vehicle", "car", "small_vehicle", "large_vehicle", "van", "truck", "bus", "railway_car",
    "motorcycle", "camper", "tractor", "construction_machine", "container",
)  # fmt: skip
_AFLOAT = ("ship", "boat", "sailboat", "ferry", "warship", "submarine", "barge", "tanker")
_SLENDER = 3.0
_MADE = frozenset([*_ON_LAND, *_AFLOAT, "aircraft", "helicopter"])
"""Things of one size that stand apart. How many of them candidates miss was measured for ships,
cars and large vehicles, and is taken to hold for the rest."""


@dataclass(frozen=True)
class Target:
    """What is to be counted."""

    words: str
    concept: Concept | None
    choices: tuple[Concept, ...] = ()

    @property
    def one(self) -> str:
        """The name of one of them."""
        return self.concept.label if self.concept is not None else self.words

    @property
    def many(self) -> str:
        """The name of several of them."""
        return self.concept.plural if self.concept is not None else self.words

    @property
    def made(self) -> bool:
        """Whether these are vehicles, vessels or aircraft."""
        return self.concept is not None and self.concept.id in _MADE

    @property
    def aspect(self) -> float:
        """Usual length by width, for boxes that do not tell: vessels are slender."""
        return _SLENDER if self.concept is not None and self.concept.id in _AFLOAT else USUAL_ASPECT

    @property
    def question(self) -> str:
        """What is asked about a crop.

        >>> Target("ships", None).question
        'Is this one of the ships?'
        """
        if self.concept is None:
            return f"Is this one of the {self.words}?"
        article = "an" if self.one[:1].lower() in "aeiou" else "a"
        return f"Is this {article} {self.one}?"


def target_of(words: str) -> Target:
    """Read what is to be counted; refuses nothing but silence."""
    plain = clean_text(words, 80)
    if not plain:
        raise ToolRefusal("say what to count, such as 'ship' or 'parked car'", "no_target")
    found = find_concept(plain)
    if isinstance(found, Match):
        return Target(plain, found.concept)
    if isinstance(found, Ambiguous):
        return Target(plain, None, found.choices)
    return Target(plain, None)
