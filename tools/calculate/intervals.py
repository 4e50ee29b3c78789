"""Values with bounds and units, and the arithmetic on them (Moore, Interval Analysis, 1966)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.calculate.parse import COMPARISONS, Binary, Call, Name, Number, Tree
from tools.calculate.units import PURE, Powers, powers_of, times, words
from tools.contract import IntervalKind, Quantity, ToolRefusal


@dataclass(frozen=True, slots=True)
class Bounded:
    """A value, the bounds it lies in, its unit, and what the bounds are worth.

    Of a value whose interval is `none`, the bounds are the value itself and claim nothing.
    """

    value: float
    low: float
    high: float
    powers: Powers
    kind: IntervalKind
    literal: bool = False
    """Whether it was written out; it then takes the unit of what it stands beside."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to; None when the intervals leave it open."""

    value: bool | None
    kind: IntervalKind


def bounded(name: str, quantity: Quantity) -> Bounded:
    """Take a quantity as a value with bounds; refuses what is no number."""
    number = quantity.number
    if number is None:
        raise ToolRefusal(
            f"{name} is {quantity.value!r}, which is no number; choose a quantity that is one",
            code="not_a_number",
        )
    kind = quantity.interval
    if kind == "exact":
        low = high = number
    elif kind == "none" or quantity.low is None or quantity.high is None:
        low, high, kind = number, number, "none"
    else:
        low, high = quantity.low, quantity.high
        kind = "bounds" if kind == "bounds" else "spread"
    return Bounded(number, low, high, powers_of(quantity.unit, name), kind)


def evaluate(tree: Tree, names: Mapping[str, Bounded]) -> Bounded | Verdict:
    """Work out an expression; refuses unlike units, division by zero and results without bound."""
    if isinstance(tree, Binary) and tree.sign in COMPARISONS:
        left, right = _alike(_value(tree.left, names), _value(tree.right, names), tree.sign)
        return _compared(left, right, tree.sign)
    return _value(tree, names)


def _value(tree: Tree, names: Mapping[str, Bounded]) -> Bounded:
    if isinstance(tree, Number):
        return Bounded(tree.value, tree.value, tree.value, PURE, "exact", literal=True)
    if isinstance(tree, Name):
        if tree.name not in names:
            known = ", ".join(names) or "none"
            raise ToolRefusal(f"{tree.name!r} stands for nothing; the names are {known}")
        return names[tree.name]
    if isinstance(tree, Call):
        return _called(tree.word, [_value(part, names) for part in tree.given])
    left, right = _value(tree.left, names), _value(tree.right, names)
    return _finite(_combined(tree.sign, left, right))


def _combined(sign: str, left: Bounded, right: Bounded) -> Bounded:
    if sign in ("+", "-"):
        left, right = _alike(left, right, sign)
        if sign == "-":
            right = _negative(right)
        return _made(
            left.value + right.value, left.low + right.low, left.high + right.high,
            left.powers, (left, right),
        )  # fmt: skip
    if sign == "*":
        ends = _ends(left, right, lambda a, b: a * b)
        powers = times(left.powers, right.powers, 1)
        return _made(left.value * right.value, min(ends), max(ends), powers, (left, right))
    if right.low <= 0 <= right.high:
        zero = "is 0" if right.value == 0 else f"may be 0 ({right.low:g} to {right.high:g})"
        raise ToolRefusal(f"a division whose divisor {zero} has no result", code="division_by_zero")
    ends = _ends(left, right, lambda a, b: a / b)
    powers = times(left.powers, right.powers, -1)
    return _made(left.value / right.value, min(ends), max(ends), powers, (left, right))


def _ends(left: Bounded, right: Bounded, work: Callable[[float, float], float]) -> list[float]:
    return [
        work(a, b) for a, b in itertools.product((left.low, left.high), (right.low, right.high))
    ]


def _called(word: str, given: Sequence[Bounded]) -> Bounded:
    if word == "-":
        return _negative(given[0])
    if word == "abs":
        one = given[0]
        low = 0.0 if one.low <= 0 <= one.high else min(abs(one.low), abs(one.high))
        return _made(abs(one.value), low, max(abs(one.low), abs(one.high)), one.powers, given)
    best = given[0]
    choose = min if word == "min" else max
    for other in given[1:]:
        a, b = _alike(best, other, word)
        best = _made(
            choose(a.value, b.value), choose(a.low, b.low), choose(a.high, b.high), a.powers, (a, b)
        )
    return best


def _negative(one: Bounded) -> Bounded:
    return Bounded(-one.value, -one.high, -one.low, one.powers, one.kind, one.literal)


def _made(
    value: float, low: float, high: float, powers: Powers, given: Sequence[Bounded]
) -> Bounded:
    """Return a result: exact of exact, bounds of bounds, spread, or nothing claimed."""
    kinds = {one.kind for one in given}
    literal = all(one.literal for one in given)
    if "none" in kinds:
        return Bounded(value, value, value, powers, "none", literal)
    kind: IntervalKind = "bounds" if kinds <= {"exact", "bounds"} else "spread"
    kind = "exact" if kinds == {"exact"} else kind
    return Bounded(value, min(low, value), max(high, value), powers, kind, literal)


def _alike(left: Bounded, right: Bounded, sign: str) -> tuple[Bounded, Bounded]:
    """Give a written number the unit of the other side; refuse two units."""
    if left.powers == right.powers:
        return left, right
    if right.literal and right.powers == PURE:
        return left, _with_powers(right, left.powers)
    if left.literal and left.powers == PURE:
        return _with_powers(left, right.powers), right
    raise ToolRefusal(
        f"{words(left.powers)} {sign} {words(right.powers)}: the two have unlike units",
        code="unit",
    )


def _with_powers(one: Bounded, powers: Powers) -> Bounded:
    return Bounded(one.value, one.low, one.high, powers, one.kind, literal=False)


def _finite(one: Bounded) -> Bounded:
    if not all(map(math.isfinite, (one.value, one.low, one.high))):
        raise ToolRefusal("the result is too large to be a number", code="overflow")
    return one


_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def _compared(left: Bounded, right: Bounded, sign: str) -> Verdict:
    """Compare; where the intervals allow both answers there is none."""
    kinds = {left.kind, right.kind}
    holds = _HOLDS[sign]
    if "none" in kinds or kinds == {"exact"}:
        return Verdict(holds(left.value, right.value), "none" if "none" in kinds else "exact")
    if sign in ("==", "!="):
        apart = left.high < right.low or right.high < left.low
        return Verdict((sign == "!=") if apart else None, "spread")
    answers = {holds(a, b) for a, b in ((left.low, right.high), (left.high, right.low))}
    return Verdict(answers.pop() if len(answers) == 1 else None, "spread")
