"""A person's review of counted objects: accepted, rejected, added; the count follows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from store.features.sets import FeatureSet
from store.geo import Region
from store.text import clean_text
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.registry import tool

VERSION = "1"
Rows = Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=20_000)]


@tool(
    version=VERSION,
    exempt={
        "nodata_window": "it reads no pixels",
        "pixel_frame": "it keeps what it is given in its own frame",
        "missing_date": "it reads no scene",
        "too_coarse": "it looks at nothing",
        "empty_region": "an added box is never empty, as it encloses something",
        "one_pixel": "it reads no pixels",
    },
)
def review_objects(
    bench: Bench,
    objects: Annotated[FeatureSet, FromEvidence],
    by: Annotated[str, Field(min_length=1, max_length=80)],
    accept: Rows = [],  # noqa: B006 - a default of a schema, never changed
    reject: Rows = [],  # noqa: B006
    add: Annotated[list[Annotated[Region, FromEvidence]], Field(max_length=2000)] = [],  # noqa: B006
) -> Finding:
    """Accept or reject objects of a set by their numbers, and add those that were missed.

    The result holds what stands: everything but the rejected, with what was added. Its count is
    exact once every object was accepted or added by the reviewer; until then the rest is as it
    was found.
    """
    bench.check()
    _check(objects, accept, reject, add)
    rejected, accepted = set(reject), set(accept)
    kept = [row for row in range(1, len(objects) + 1) if row not in rejected]
    before: list[Any] = objects.columns.get("reviewed", [None] * len(objects))
    reviewed = ["accepted" if row in accepted else before[row - 1] for row in kept]
    stands = _joined(objects, kept, [region.area for region in add], reviewed)
    left = sum(word is None for word in reviewed)
    who = clean_text(by, 80)
    return Finding(
        quantities=[
            Quantity(
                name="count", of="objects", value=len(stands), unit="count",
                interval="none" if left else "exact",
            ),
            *(
                Quantity(name=name, of=f"objects {name}", value=number, unit="count",
                         interval="exact")
                for name, number in (
                    ("accepted", len(accepted)), ("rejected", len(rejected)), ("added", len(add)),
                    ("unreviewed", left),
                )
            ),
        ],
        method=Method(name="review_objects", version=VERSION, parameters={"by": who}),
        region=None,
        features=stands,
    )  # fmt: skip


def _joined(
    objects: FeatureSet, kept: list[int], added: list[Any], reviewed: list[Any]
) -> FeatureSet:
    """Return the kept objects followed by the added ones; columns of added ones are empty."""
    left = objects.take([row - 1 for row in kept])
    columns: dict[str, list[Any]] = {
        name: [*column, *[None] * len(added)]
        for name, column in left.columns.items()
        if name != "reviewed"
    }
    shapes = [*left.geometry, *added]
    return FeatureSet.of(
        objects.frame, shapes, **columns, reviewed=[*reviewed, *["added"] * len(added)]
    )


def _check(objects: FeatureSet, accept: list[int], reject: list[int], add: list[Region]) -> None:
    """Refuse a review that does not fit the set or itself."""
    beyond = [row for row in (*accept, *reject) if row > len(objects)]
    if beyond:
        raise ToolRefusal(
            f"the set has {len(objects)} objects, and {beyond[0]} was reviewed; number them from 1",
            "no_such_object",
        )
    both = sorted(set(accept) & set(reject))
    if both:
        raise ToolRefusal(
            f"object {both[0]} is both accepted and rejected; choose one", "review_contradicts"
        )
    if not (accept or reject or add):
        raise ToolRefusal(
            "nothing was accepted, rejected or added; name objects by number, or draw a box",
            "nothing_reviewed",
        )
    elsewhere = [region for region in add if region.frame != objects.frame]
    if elsewhere:
        raise ToolRefusal(
            f"the box added lies in {elsewhere[0].frame} and the objects in {objects.frame}; draw "
            "it on the scene they were counted in",
            "two_frames",
        )
