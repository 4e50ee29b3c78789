"""What is asked of an image rather than of the map, and what no image can show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.inquiry import Ask, Subject, Witness
from agent.planner.lexer import Lexeme
from tools.concepts.lexicon import lexicon

_OF_MAP = re.compile(
    r"\b(?:maps?|mapped|osm|openstreetmap|recorded|tagged|extract|database|dataset|layer)\b",
    re.IGNORECASE,
)
_PICTURE = r"(?:image|picture|photo|photograph|imagery|aerial|scene|pixels)"
_SEEN = re.compile(
    r"\bvisible\b|\b(?:can|could|do|did) (?:you|we|i|one) (?:see|spot|make out|recogni[sz]e)\b"
    r"|\bcan be (?:seen|made out|spotted)\b|\bto be seen\b|\bseen from (?:above|space|the air)\b"
    rf"|\bfrom (?:the |this )?{_PICTURE}(?: itself| alone)?\b|\byou (?:see|spot|make out)\b"
    rf"|\bin (?:the |this )?{_PICTURE} (?:itself|alone)\b|\bby (?:eye|looking|sight)\b"
    r"|\b(?:show|shown) in (?:the |this )?(?:image|picture|photo)\b"
    r"|\b(?:image|picture|photo)s? shows?\b|\bdoes (?:the|this) (?:image|picture|photo) show\b",
    re.IGNORECASE,
)
_IN_IMAGE = re.compile(
    r"\b(?:in|on|within|across) (?:the |this |that )?(?:whole |entire |satellite |aerial )?"
    r"(?:image|picture|photo|photograph|imagery)\b",
    re.IGNORECASE,
)
_SIZES = ("length", "width", "size", "area")
COVERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "water": (("water",), ("water_like",)), "wood": (("trees",), ("forest",)),
    "vegetation": (("vegetation",), ("trees", "low_vegetation")),
    "bare_ground": (("bare",), ("bare_or_built",)), "built_up": (("built",), ("bare_or_built",)),
    "grass": (("grass",), ("low_vegetation",)), "grassland": (("grass",), ("low_vegetation",)),
    "snow": (("snow",),), "tree_crown": (("trees",),), "tree": (("trees",),),
}  # fmt: skip
"""Classes of land cover by the kind of thing asked about: what is added up, the closest first."""
LOOSE_COVERS = {
    "bare_or_built": "bare and built ground are told together, not apart",
    "low_vegetation": "grass, crops and other low plants are told together, not apart",
    "water_like": "what is dark and smooth to radar is taken for water",
}
"""What a class of land cover holds besides what was asked for."""
_STILL = re.compile(r"\b(?:moored|parked|docked|berthed|anchored|at anchor|tied up)\b", re.I)
STILL = "things that move and things that stand still are not told apart in one image"


_OF_EACH = ("count", "exists", "list", "locate", "density", "share", "area", "look", "index",
            "cover")  # fmt: skip


def for_each_scene(asks: Sequence[Ask], row: Sequence[Lexeme]) -> list[Ask]:
    """Return what is asked once for each scene, where "in A and in B" names several."""
    scenes = list(dict.fromkeys(x.kinds["SCENEID"] for x in row if x.has("SCENEID")))
    if len(scenes) < 2 or len(asks) != 1 or asks[0].other is not None:
        return list(asks)
    (ask,) = asks
    if ask.goal not in _OF_EACH:
        return list(asks)
    subject = ask.of or Subject()
    each = [subject.model_copy(update={"scene": scene}) for scene in scenes]
    return [ask.model_copy(update={"of": one}) for one in each]


def kind_of(subject: Subject | None) -> str:
    """Return where a kind of thing can be looked for: `map`, `image` or `both`."""
    if subject is None:
        return "map"
    if subject.unmapped:
        return "image"
    held = lexicon().entries
    kinds = {lexicon().concept(c).kind for c in subject.concepts if c in held}
    return "both" if kinds and kinds <= {"both", "image"} else "map"


def kind_of_building(subject: Subject) -> bool:
    """Say whether a kind of things is told from other buildings by the value of their tag."""
    groups = subject.tags.any_of if subject.tags is not None else ()
    return bool(groups) and all(
        any(clause.key == "building" and clause.values for clause in group.all_of)
        for group in groups
    )


def witness_in(text: str) -> Witness:
    """Return what a question calls as witness by its words."""
    if _OF_MAP.search(text):
        return "any"
    if _SEEN.search(text):
        return "image"
    return "also_image" if _IN_IMAGE.search(text) else "any"


def witnessed(text: str, asks: Sequence[Ask]) -> list[Ask]:
    """Return what is asked with the witness that its words call, where it can testify."""
    called = witness_in(text)
    return [_with_witness(ask, called, text) for ask in asks]


def _shown(subject: Subject, text: str) -> Subject:
    """Note that "this marina" is what the scene shows."""
    relations = [
        relation.model_copy(update={"to": relation.to.model_copy(update={"shown": True})})
        if _pointed_at(relation.to.phrase, text)
        else relation
        for relation in subject.relations
    ]
    return subject.model_copy(update={"relations": relations})


def _pointed_at(phrase: str, text: str) -> bool:
    words = re.escape(phrase)
    return bool(words) and re.search(rf"\bthis {words}\b", text, re.IGNORECASE) is not None


def _with_witness(ask: Ask, called: Witness, text: str) -> Ask:
    change: dict[str, object] = {}
    for name in ("of", "other"):
        subject: Subject | None = getattr(ask, name)
        if subject is None or subject.refers is not None or not _can_be_seen(ask, subject):
            continue
        witness = "image" if subject.unmapped else called
        update: dict[str, object] = {"witness": witness} if called != "any" else {}
        if subject.unmapped and _STILL.search(text) and ask.goal != "look":
            update["loose"] = "; ".join(filter(None, (subject.loose, STILL)))
        change[name] = _shown(subject.model_copy(update=update), text)
    return ask.model_copy(update=change) if change else ask


def _can_be_seen(ask: Ask, subject: Subject) -> bool:
    of_cover = ask.goal in ("share", "compare", "area") and bool(cover_classes(subject))
    return of_cover or kind_of(subject) != "map"


def beyond_images(asks: Sequence[Ask]) -> str | None:
    """Return what is asked of things seen in images that no image shows, None when nothing is."""
    return next((why for ask in asks for why in _beyond(ask)), None)


def _beyond(ask: Ask) -> Iterator[str]:
    subject = ask.of
    if subject is None or not subject.unmapped:
        return
    words = subject.label
    if ask.goal == "value" and ask.key not in _SIZES:
        yield f"the {_plain(ask.key)} of {words}: an image from above does not show it"
    if ask.goal == "list" and ask.want in ("name", "id"):
        yield f"what {words} are called: an image from above does not show it"
    if ask.extreme is not None and ask.extreme.axis == "tag":
        yield f"which of the {words} is {ask.extreme.word}: an image from above does not show it"
    if subject.named is not None:
        yield f"what {words} are called: an image from above does not show it"
    for condition in subject.where:
        if condition.key not in _SIZES:
            yield f"the {_plain(condition.key)} of {words}: an image from above does not show it"


def _plain(key: str | None) -> str:
    return {"building:levels": "number of floors", "maxspeed": "speed limit"}.get(
        key or "", (key or "nature").replace("_", " ")
    )


def cover_classes(subject: Subject) -> tuple[tuple[str, ...], ...]:
    """Return the classes of land cover that a subject may mean; empty where it is none."""
    if len(subject.concepts) != 1 or subject.where or subject.named or subject.relations:
        return ()
    return COVERS.get(subject.concepts[0], ())
