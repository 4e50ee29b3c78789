"""Inquiries in plain words: the question as understood."""

from __future__ import annotations

from agent.inquiry import Ask, Claim, Condition, Extreme, Inquiry, Relation, Subject

_OPS = {
    "gt": "more than",
    "ge": "at least",
    "lt": "less than",
    "le": "at most",
    "is": "",
    "is_not": "not",
}
_CLAIMS = {
    "exactly": "exactly", "about": "about", "more_than": "more than", "at_least": "at least",
    "fewer_than": "fewer than", "at_most": "at most",
}  # fmt: skip
EVERYTHING = "mapped things"
_RELATIONS = {
    "intersects": "crossing or touching", "inside": "inside", "contains": "with inside them",
    "disjoint": "outside", "nearest": "nearest to", "north_of": "north of",
    "south_of": "south of", "east_of": "east of", "west_of": "west of",
}  # fmt: skip
_GOALS = {
    "count": "count", "exists": "whether there are", "list": "list", "locate": "where are",
    "share": "share of the ground covered by", "area": "area covered by",
    "length": "total length of",
    "density": "density of", "describe": "describe what is held here", "inventory": "what is held",
    "explain": "how the last answer is known",
}  # fmt: skip
_CHANGES = {
    "exists": "whether anything changed", "share": "the share that changed",
    "area": "the area that changed",
    "count": "the number of changed regions", "where": "where it changed",
    "direction": "whether it gained or lost",
    "list": "what changed", "halves": "which half changed most",
    "quarters": "which quarter changed most", "largest": "the largest changed region",
}  # fmt: skip


_SCENE_KEYS = {
    "gsd": "pixel size", "effective_gsd": "effective resolution", "band_count": "number of bands",
    "crs": "coordinate system", "size_px": "size in pixels", "width_m": "width on the ground",
    "height_m": "height on the ground", "dtype": "data type", "nodata_share": "share without data",
    "valid_share": "share with data", "bbox": "bounding box", "unknown": "unknown facts",
}  # fmt: skip
_NUMBERS = dict(
    zip(
        range(2, 13),
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        strict=True,
    )
)


def restate(inquiry: Inquiry) -> str:
    """Return the question as understood; empty when nothing was."""
    place = f" · {', '.join(inquiry.where.scenes)}" if inquiry.where.scenes else ""
    aside = f" · set aside: {_quoted(inquiry.set_aside)}" if inquiry.set_aside else ""
    return "; ".join(said(ask) for ask in inquiry.asked) + (place + aside if inquiry.asked else "")


def _quoted(texts: list[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts)


def said(ask: Ask) -> str:
    """Return one thing asked in plain words."""
    claim = (
        f", claimed: {claim_text(ask.claim)}"
        if ask.claim is not None and claim_text(ask.claim)
        else ""
    )
    return _core(ask) + claim


def _core(ask: Ask) -> str:
    of = subject_text(ask.of) if ask.of else ""
    other = subject_text(ask.other) if ask.other else ""
    if ask.goal == "change":
        return (
            _CHANGES[ask.aspect or "exists"]
            + (f": {of}" if ask.of and not ask.of.changed else "")
            + _relations(ask.of)
        )
    if ask.goal == "which_scene":
        least = "least" if ask.order == "which_fewer" else "most"
        return f"which scene has the {least} {_SCENE_KEYS.get(ask.key or '', ask.key)}"
    if ask.goal == "extreme" and ask.extreme and ask.other is not None:
        return f"which of {of} has the {ask.extreme.order} {other}"
    if ask.goal == "extreme" and ask.extreme and ask.extreme.axis == "count":
        return f"which {ask.key or 'part'} has the {ask.extreme.order} {of}"
    if ask.goal == "extreme" and ask.extreme:
        return picked_text(ask.extreme, ask.of) + (f" by {ask.key}" if ask.key else "")
    if ask.goal == "ratio":
        return f"share of {other}: {of}"
    if ask.goal == "every":
        return f"whether all {other} are as said: {of}"
    if ask.goal == "compare":
        one, two = _told_apart(ask, of, other)
        return f"compare {ask.measure} of {one} with {two}"
    if ask.goal == "difference":
        one, two = _told_apart(ask, of, other)
        return f"difference in {ask.measure} between {one} and {two}"
    if ask.goal == "distance":
        return f"distance from {of} to the nearest of {other}"
    if ask.goal == "bearing":
        return f"direction from {of} to {other}"
    if ask.goal == "value":
        if ask.of is None:
            return f"{_SCENE_KEYS.get(ask.key or '', ask.key)} of the scene"
        return f"{ask.statistic + ' ' if ask.statistic else ''}{ask.key} of {of}"
    if ask.goal in ("look", "index", "cover"):
        return _looked_at(ask)
    if ask.goal == "list" and ask.want != "value":
        return f"{ask.want}s of {of}"
    return f"{_GOALS[ask.goal]} {of}".strip()


_INDICES = {
    "exg": "excess green", "savi": "SAVI", "ndvi": "NDVI", "ndwi": "NDWI", "ndbi": "NDBI",
    "mndwi": "MNDWI", "nbr": "NBR", "evi": "EVI", "vari": "VARI", "bsi": "BSI",
}  # fmt: skip


def index_name(key: str | None) -> str:
    """Return what a spectral index is called."""
    return _INDICES.get(key or "", key or "")


def _looked_at(ask: Ask) -> str:
    """Return a wish to see, a figure of an index, or land cover in words."""
    of = subject_text(ask.of) if ask.of is not None else ""
    where = f" of {of}" if of and of != EVERYTHING else ""
    if ask.goal == "look":
        return f"a closer look{_at(ask.of)}"
    if ask.goal == "cover":
        return ("the most common land cover" if ask.key else "land cover") + where
    name = index_name(ask.key)
    if ask.bound is not None:
        return f"share{where} {condition_text(ask.bound.model_copy(update={'key': name}))}"
    if ask.other is not None:
        other = subject_text(ask.other)
        return f"compare {ask.statistic} {name} in {of} with {other}"
    return f"{ask.statistic} {name}{where}"


def _at(subject: Subject | None) -> str:
    if subject is None:
        return " at the scene"
    if subject.refers is not None:
        number = subject.refers.rpartition("#")[2]
        return f" at number {number} of {subject.label or 'what was found'}"
    words = subject_text(subject)
    return f" at {words.removeprefix(EVERYTHING).removeprefix(' in ') or 'the scene'}"


def _told_apart(ask: Ask, of: str, other: str) -> tuple[str, str]:
    """Name the scenes where the same is asked of two."""
    scenes = [one.scene if one is not None else None for one in (ask.of, ask.other)]
    if scenes[0] == scenes[1]:
        return of, other
    first, second = (f" in {scene}" if scene else "" for scene in scenes)
    return f"{of}{first}", f"{other}{second}"


def _relations(subject: Subject | None) -> str:
    return "" if subject is None else "".join(" " + relation_text(r) for r in subject.relations)


def extreme_text(extreme: Extreme) -> str:
    """Return a superlative in words."""
    rank = {1: "", 2: "second ", 3: "third "}.get(extreme.rank, f"{extreme.rank}th ")
    many = f"{_NUMBERS.get(extreme.k, extreme.k)} " if extreme.k > 1 else ""
    word = (
        (extreme.word or extreme.order)
        .removeprefix("the ")
        .removesuffix(" to")
        .removesuffix(" from")
    )
    return f"the {many}{rank}{word}"


def picked_text(extreme: Extreme, subject: Subject | None, whole: Subject | None = None) -> str:
    """Return "the largest park", "the three longest roads", "the church nearest to town halls"."""
    if subject is None:
        return extreme_text(extreme)
    near = [r for r in (whole or subject).relations if r.relation == "nearest"]
    others = [r for r in subject.relations if r.relation != "nearest"]
    bare = subject.model_copy(update={"relations": others})
    words = subject_text(bare)
    if extreme.k == 1 and subject.one and words.startswith(subject.label):
        words = subject.one + words.removeprefix(subject.label)
    if extreme.axis == "distance" and near:
        lead = extreme_text(
            extreme.model_copy(
                update={"word": extreme.word.split()[0] if extreme.word else "nearest"}
            )
        )
        return f"{lead} {words} to {subject_text(near[-1].to)}"
    if extreme.axis == "tag" and extreme.word in (
        "highest",
        "lowest",
        "most",
        "the most",
        "fewest",
        "largest",
    ):
        return f"the {words} with the {extreme.order} {extreme.tag}"
    return f"{extreme_text(extreme)} {words}"


def subject_text(subject: Subject) -> str:
    """Return a subject in words, with all its conditions."""
    words = subject.label or subject.phrase or ("them" if subject.refers else EVERYTHING)
    words = f"this {subject.one}" if subject.shown and subject.one else words
    if subject.pick is not None:
        bare = subject.model_copy(
            update={
                "pick": None,
                "relations": [r for r in subject.relations if r.relation != "nearest"],
            }
        )
        return picked_text(subject.pick, bare, subject)
    if subject.named and subject.named not in words:
        words += f" named “{subject.named}”"
    words += "".join(f" {condition_text(condition)}" for condition in subject.where)
    words += "".join(f" {relation_text(relation)}" for relation in subject.relations)
    if subject.part and subject.part != "whole":
        inside = "with their centre in" if subject.position == "centre_inside" else "in"
        words += f" {inside} the {part_text(subject.part)}"
    elif subject.position == "centre_inside":
        words += " with their centre inside"
    return words + _seen(subject)


def _seen(subject: Subject) -> str:
    """Return the witness, and the scene or time where another one is meant."""
    words = {"any": "", "also_image": "", "image": " as the image shows them"}[subject.witness]
    words = "" if subject.unmapped else words
    if subject.when is not None:
        words += " before" if subject.when == "before" else f" in {time_text(subject.when)}"
    return words


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def time_text(when: str) -> str:
    """Return a time in words.

    >>> time_text("05"), time_text("2021-05"), time_text("2021")
    ('May', 'May 2021', '2021')
    """
    if len(when) == 2:
        return _MONTHS[int(when) - 1]
    year, _, rest = when.partition("-")
    return f"{_MONTHS[int(rest) - 1]} {year}" if len(rest) == 2 else when


def part_text(part: str) -> str:
    """Return the name of a part of an area.

    >>> part_text("west"), part_text("north-east"), part_text("centre")
    ('western half', 'north-east quarter', 'central ninth')
    """
    if part == "centre" or part.endswith("-middle"):
        return (
            "central ninth" if part == "centre" else f"middle of the {part.removesuffix('-middle')}"
        )
    return f"{part} quarter" if "-" in part else f"{part}ern half"


def condition_text(condition: Condition) -> str:
    """Return a condition in words."""
    if condition.op == "present":
        return f"with {condition.key}"
    if condition.op == "missing":
        return f"without {condition.key}"
    value = condition.said or (
        f"{condition.value:g}" if isinstance(condition.value, float) else str(condition.value)
    )
    return f"with {condition.key} {_OPS[condition.op]} {value}".replace("  ", " ")


def relation_text(relation: Relation) -> str:
    """Return a relation in words."""
    to = subject_text(relation.to)
    if relation.relation in ("within_distance", "beyond_distance"):
        how = "within" if relation.relation == "within_distance" else "more than"
        far = (
            relation.said or f"{relation.distance_m:g} m"
            if relation.distance_m is not None
            else f"an unsaid distance ({relation.vague})"
        )
        return f"{how} {far} {'of' if how == 'within' else 'from'} {to}"
    return f"{_RELATIONS[relation.relation]} {to}"


def claim_text(claim: Claim) -> str:
    """Return what is claimed in words; empty for a plain yes or no."""
    if claim.text:
        return f"“{claim.text}”"
    if claim.relation in ("yes", "no"):
        return "none" if claim.relation == "no" else ""
    if claim.said:
        return f"{_CLAIMS[claim.relation]} {claim.said}"
    value = claim.value or 0.0
    shown = f"{value * 100:g} %" if claim.unit == "1" else f"{value:g}"
    unit = {"m2": " m²", "m": " m"}.get(claim.unit, "")
    return f"{_CLAIMS[claim.relation]} {shown}{unit}"
