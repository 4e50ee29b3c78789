"""`calculate`: arithmetic over evidence."""

from __future__ import annotations

import re
from typing import Annotated

from store.scenes import Caveat
from tools.calculate.intervals import Verdict, bounded, evaluate
from tools.calculate.parse import Tree, names_in, parse
from tools.calculate.units import unit_of
from tools.contract import Bench, Finding, FromEvidence, Method, Quantity, ToolRefusal
from tools.registry import ConformanceCase, tool

VERSION = "1"
MOST_NAMES = 50
_NAME = re.compile(r"[A-Za-z_]\w{0,60}", re.ASCII)
_EXEMPT: dict[ConformanceCase, str] = {
    "nodata_window": "no pixels are read",
    "pixel_frame": "takes no places",
    "missing_date": "no dates are compared",
    "too_coarse": "no pixels are read",
    "empty_region": "takes no region",
    "two_frames": "takes no places",
    "one_pixel": "no pixels are read",
}


@tool(version=VERSION, exempt=_EXEMPT)
def calculate(
    bench: Bench,
    expression: str,
    names: list[str],
    values: Annotated[list[Quantity], FromEvidence],
    of: str = "",
) -> Finding:
    """Work out arithmetic over quantities of evidence, with their units and intervals.

    `expression` uses the `names`, which stand for the `values` in the same order:
    expression="a / b", names=["a", "b"], values=["E1.count", "E2.count"]. It may hold + - * / and
    parentheses, abs(), min(), max(), numbers, and one comparison (< <= > >= == !=). A written
    number takes the unit of what it is added to or compared with (areas in m2, lengths in m).

    Gives `value`: a number with its unit, or true or false; null when the intervals of the two
    sides leave a comparison open. Never use it to invent numbers that no evidence holds.
    """
    bench.check()
    _check_names(names, values)
    given = {name: bounded(name, one) for name, one in zip(names, values, strict=True)}
    tree = parse(expression)
    _check_used(tree, names, expression)
    result = evaluate(tree, given)
    caveats = []
    if isinstance(result, Verdict):
        quantity = Quantity(name="value", of=of, value=result.value, unit="1", interval=result.kind)
        if result.value is None:
            text = "the intervals of both sides overlap, so they cannot be told apart"
            caveats.append(Caveat(code="undecided", text=text))
    else:
        claims = result.kind not in ("exact", "none")
        quantity = Quantity(
            name="value",
            of=of,
            value=_whole(result.value, exact=result.kind == "exact"),
            unit=unit_of(result.powers),
            low=result.low if claims else None,
            high=result.high if claims else None,
            interval=result.kind,
        )
    return Finding(
        quantities=[quantity],
        method=Method(
            name="calculate",
            version=VERSION,
            parameters={"expression": expression, "names": names},
            source="interval arithmetic (Moore 1966)",
        ),
        caveats=caveats,
    )


def _check_names(names: list[str], values: list[Quantity]) -> None:
    if len(names) != len(values):
        raise ToolRefusal(f"{len(names)} names for {len(values)} values; give one name for each")
    if len(names) > MOST_NAMES:
        raise ToolRefusal(f"{len(names)} names; at most {MOST_NAMES} are taken")
    for name in names:
        if not _NAME.fullmatch(name) or name in ("abs", "min", "max"):
            raise ToolRefusal(f"{name[:60]!r} cannot be a name; use letters, digits and '_'")
    if len(set(names)) < len(names):
        raise ToolRefusal(f"a name stands twice in {', '.join(names)}")


def _check_used(tree: Tree, names: list[str], expression: str) -> None:
    if not names:
        raise ToolRefusal("no evidence is calculated with; name quantities of evidence as values")
    unused = sorted(set(names) - names_in(tree))
    if unused:
        raise ToolRefusal(
            f"{', '.join(unused)} is not used in {expression[:80]!r}; leave it out or use it"
        )


def _whole(value: float, *, exact: bool) -> float | int:
    """Return an exact whole number without a point."""
    return int(value) if exact and value.is_integer() and abs(value) < 2**53 else value
