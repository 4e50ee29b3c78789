"""From a thing asked of an image to the evidence that answers it."""

from __future__ import annotations

from agent.evidence import Evidence
from agent.inquiry import Ask, Condition, Inquiry, Subject
from agent.planner.counting import counted
from agent.planner.look_steps import cover_found, find_look
from agent.planner.seeing import cover_classes, kind_of
from agent.planner.sights import Sight, sight_of
from agent.planner.work import QUARTERS, Found, Stuck, Work

COUNTED = ("count", "exists", "list", "locate")
_OPS = {"gt": "gt", "ge": "ge", "lt": "lt", "le": "le"}
LONG, WIDE = "length_m", "width_m"
_COLUMNS = {"length": LONG, "size": LONG, "width": WIDE}


def of_image(ask: Ask, inquiry: Inquiry) -> bool:
    """Say whether only an image, or the image first, can answer a thing asked."""
    if ask.goal in ("look", "index", "cover"):
        return True
    if ask.goal in ("change", "inventory", "which_scene", "explain", "describe") or ask.of is None:
        return False
    if ask.of.refers is not None:
        return False
    return any(_of_image(ask, subject, inquiry) for subject in (ask.of, ask.other))


def _of_image(ask: Ask, subject: Subject | None, inquiry: Inquiry) -> bool:
    if subject is None:
        return False
    if subject.unmapped or subject.witness == "image" or subject.when is not None:
        return True
    named = subject.witness == "also_image" and ask.goal == "share"
    if named and inquiry.where.scenes and cover_classes(subject):
        return True  # "how much water is in the image"
    points = subject.geometry == "point" and ask.goal == "share" and bool(cover_classes(subject))
    if points and inquiry.where.scenes:
        return True  # points cover nothing on a map
    if inquiry.where.map_covers or not inquiry.where.scenes:
        return False
    cover = ask.goal in ("share", "compare") and bool(cover_classes(subject))
    return cover or kind_of(subject) != "map"


def find_seen(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return the evidence for a thing asked of an image; None while something is outstanding.

    Raises:
        Stuck: No tool settles it from an image, or the tool refused.
    """
    if ask.goal in ("look", "index", "cover"):
        return find_look(ask, inquiry, work)
    assert ask.of is not None
    if ask.goal in ("share", "area") or (ask.goal == "compare" and ask.measure == "area"):
        return cover_found(ask, inquiry, work)
    if ask.goal in ("compare", "difference"):
        return _two(ask, inquiry, work)
    if ask.goal in ("ratio", "every"):
        return _part_of(ask, inquiry, work)
    if ask.goal == "extreme":
        return _extreme(ask, inquiry, work)
    if ask.goal in ("distance", "bearing", "length"):
        raise Stuck(f"the {ask.goal} of {ask.of.label} seen in an image: no tool measures that yet")
    seen = seen_things(ask.of, inquiry, work)
    if seen is None:
        return None
    main, sight = seen
    found = Found(ask, main, seen=True, whole=sight.taken_whole, several=sight.anchors)
    if ask.goal == "density":
        return _density(found, sight, work)
    if ask.goal == "value":
        return _size(found, ask, work)
    return found


def seen_things(
    subject: Subject, inquiry: Inquiry, work: Work, *, alone: bool = False, again: bool = False
) -> tuple[Evidence, Sight] | None:
    """Return the count of things in an image, those of a size as asked, and where it was made."""
    sight = sight_of(subject, inquiry, work)
    if sight is None:
        return None
    main = counted(subject, sight, inquiry, work, alone=alone, again=again)
    for condition in subject.where:
        if main is not None and main.value("count") != 0:
            main = _selected(main, condition, subject, work)
    return None if main is None else (main, sight)


def _selected(
    main: Evidence, condition: Condition, subject: Subject, work: Work
) -> Evidence | None:
    column = _COLUMNS.get(condition.key)
    check_measured(main, subject, work)
    if condition.op not in _OPS or (column is None and condition.key != "area"):
        raise Stuck(f"the {condition.key} of {subject.label}: an image does not show it")
    return work.need(
        "select",
        f"those with {condition.key} {condition.op} {condition.said}",
        features=f"{main.id}#set",
        of="tag" if column is not None else "area",
        op=_OPS[condition.op],
        value=condition.value,
        tag=column,
    )


def check_measured(main: Evidence, subject: Subject, work: Work) -> None:
    """Refuse sizes that were not measured: marks by asking have the size of the example.

    Raises:
        Stuck: All marks have one size, which is that of the example.
    """
    asked = any(main.arguments.get(name) for name in ("examples", "like", "judged"))
    features = work.ledger.features(main.id)
    if main.tool != "count_objects" or not asked or features is None:
        return
    sizes = features.columns.get(LONG) or features.columns.get("length_px") or []
    if len(set(sizes)) <= 1:
        raise Stuck(
            f"counting by asking marks where {subject.label} are, each with the size of the "
            "example, so how large each one is was not measured"
        )


def _density(found: Found, sight: Sight, work: Work) -> Found | None:
    """Divide a count by the area of the whole scene, where that is known."""
    assert found.main is not None
    area = sight.described.quantity("area")
    if sight.region is not None:
        raise Stuck("how many there are for each area of a part of a scene: no tool gives its area")
    if area is None or area.unit != "m2":
        raise Stuck(
            f"the size of a pixel of {sight.scene} on the ground is not known; declare it at "
            "ingest with --gsd"
        )
    result = work.need(
        "calculate",
        "how many for each area",
        expression="a / b",
        names=["a", "b"],
        values=[f"{found.main.id}.count", f"{sight.described.id}.area"],
    )
    if result is None:
        return None
    found.result, found.other = result, sight.described
    return found


def _size(found: Found, ask: Ask, work: Work) -> Found | None:
    """Measure how long or wide what was found is."""
    assert found.main is not None
    if found.main.value("count") == 0:
        return found
    check_measured(found.main, ask.of or Subject(), work)
    column = _COLUMNS.get(ask.key or "")
    result = work.need(
        "measure",
        f"their {ask.key}",
        features=f"{found.main.id}#set",
        of="tag" if column is not None else "area",
        tag=column,
    )
    if result is None:
        return None
    found.result = result
    return found


def _extreme(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return which quarter has most, or which of those found is longest."""
    assert ask.of is not None
    assert ask.extreme is not None
    if ask.extreme.axis == "count":
        return _by_quarter(ask, inquiry, work)
    if ask.extreme.axis not in ("area", "length", "latitude", "longitude"):
        raise Stuck(f"which of the {ask.of.label} is {ask.extreme.word}: an image does not show it")
    seen = seen_things(ask.of, inquiry, work)
    if seen is None:
        return None
    base, sight = seen
    if base.value("count") == 0:
        return Found(ask, base, base=base, seen=True, whole=sight.taken_whole)
    column = LONG if ask.extreme.axis in ("area", "length") else None
    if column is not None:
        check_measured(base, ask.of, work)
    wanted = max(ask.extreme.k, ask.extreme.rank)
    result = work.need(
        "measure",
        f"which one is {ask.extreme.word}",
        features=f"{base.id}#set",
        of="tag" if column is not None else ask.extreme.axis,
        tag=column,
        pick=ask.extreme.order,
        k=wanted if wanted > 1 else None,
    )
    if result is None:
        return None
    return Found(ask, base, result=result, base=base, seen=True, whole=sight.taken_whole)


def _by_quarter(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Count each quarter by shape; asking about each of them would cost too many answers."""
    assert ask.of is not None
    found: list[Evidence] = []
    waiting = False
    for part in QUARTERS:
        one = seen_things(ask.of.model_copy(update={"part": part}), inquiry, work, alone=True)
        waiting = waiting or one is None
        found += [one[0]] if one is not None else []
    return None if waiting else Found(ask, found[0], several=found, seen=True)


def _two(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Count twice and take the difference, with what both intervals leave open."""
    assert ask.of is not None
    assert ask.other is not None
    sights = [sight_of(one, inquiry, work) for one in (ask.other, ask.of)]
    one, two = sights
    if one is None or two is None:
        return None
    if (one.scene, one.region) == (two.scene, two.region) and ask.of == ask.other:
        raise Stuck(f"both are of the same place in {one.scene}; name another scene")
    both = [seen_things(one, inquiry, work, again=True) for one in (ask.of, ask.other)]
    if both[0] is None or both[1] is None:
        return None
    main, other = both[0][0], both[1][0]
    names = (f"{main.id}.count", f"{other.id}.count")
    result = work.need(
        "calculate",
        "the difference of the two",
        expression="b - a" if ask.order == "fewer" and ask.goal == "difference" else "a - b",
        names=["a", "b"],
        values=list(names),
    )
    if result is None:
        return None
    return Found(ask, main, other, result, seen=True, whole=both[0][1].taken_whole)


def _part_of(ask: Ask, inquiry: Inquiry, work: Work) -> Found | None:
    """Return those of a size as asked beside all that were found."""
    assert ask.of is not None
    assert ask.other is not None
    both = [seen_things(one, inquiry, work) for one in (ask.other, ask.of)]
    if both[0] is None or both[1] is None:
        return None
    whole, part = both[0][0], both[1][0]
    if part.tool != "select" or whole.value("count") == 0:
        raise Stuck(f"which of the {ask.of.label} are so: an image does not show it")
    result = work.need(
        "calculate",
        "the share of them",
        expression="a / b",
        names=["a", "b"],
        values=[f"{part.id}.count", f"{part.id}.count_of"],
    )
    return None if result is None else Found(ask, part, whole, result, seen=True)
