"""`calculate`: arithmetic with units and intervals, and nothing else."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tools.calculate import calculate
from tools.contract import Bench, Finding, Quantity, ToolRefusal

BENCH = Bench(None, lambda scene: None)


def exact(value: float, unit: str = "count") -> Quantity:
    return Quantity(name="q", value=value, unit=unit, interval="exact")


def plain(value: float, unit: str = "m2") -> Quantity:
    return Quantity(name="q", value=value, unit=unit)


def spread(value: float, low: float, high: float, unit: str = "count") -> Quantity:
    return Quantity(name="q", value=value, unit=unit, low=low, high=high, interval="spread")


def run(expression: str, **given: Quantity) -> Finding:
    return calculate.function(
        BENCH, expression=expression, names=list(given), values=list(given.values())
    )


def result(expression: str, **given: Quantity) -> Quantity:
    return run(expression, **given).quantities[0]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + b * 2", 11), ("(a + b) * 2", 16), ("a - b - 1", 1), ("a / b / 5", 5 / 15),
        ("-a + b", -2), ("abs(b - a)", 2), ("min(a, b, 4)", 3), ("max(a, b)", 5), ("a - -b", 8),
        ("1.5e1 * a / b", 25), (".5 * a * 1. + b", 5.5),
    ],
)  # fmt: skip
def test_it_reckons_as_one_does(expression, value):
    assume_names = {"a": exact(5, "1"), "b": exact(3, "1")}
    used = {name: q for name, q in assume_names.items() if name in expression.replace("abs", "")}
    found = result(expression, **used)
    assert found.value == pytest.approx(value)
    assert found.interval == "exact"


@pytest.mark.parametrize(
    ("expression", "given", "unit"),
    [
        ("a / b", {"a": plain(4), "b": plain(2)}, "1"),
        ("a / b", {"a": exact(4), "b": plain(2)}, "1/m2"),
        ("a / b", {"a": plain(4), "b": plain(2, "m")}, "m"),
        ("a * b", {"a": plain(4, "m"), "b": plain(2, "m")}, "m2"),
        ("a * b", {"a": plain(4, "m/px"), "b": plain(2, "px")}, "m"),
        ("a / b", {"a": plain(4), "b": exact(2)}, "m2"),
        ("a * b", {"a": exact(4), "b": exact(2, "1")}, "count"),
        ("a / b", {"a": exact(4), "b": exact(2)}, "1"),
        ("a + 100", {"a": plain(4)}, "m2"),
    ],
)
def test_units_follow(expression, given, unit):
    assert result(expression, **given).unit == unit


@pytest.mark.parametrize(
    ("expression", "given"),
    [
        ("a + b", {"a": plain(4), "b": plain(2, "m")}),
        ("a + b", {"a": plain(4), "b": exact(2, "1")}),
        ("a * b", {"a": plain(4), "b": plain(2, "m")}),
        ("a > b", {"a": plain(4), "b": exact(2)}),
        ("a * a", {"a": exact(4)}),
        ("a * 2", {"a": plain(5, "id")}),
        ("a * 2", {"a": plain(5, "date")}),
        ("max(a, b)", {"a": plain(4), "b": exact(2)}),
    ],
)
def test_unlike_units_and_units_we_do_not_report_are_refused(expression, given):
    with pytest.raises(ToolRefusal):
        result(expression, **given)


def test_exact_stays_exact_and_none_stays_none():
    assert result("a - b", a=exact(5), b=exact(3)).interval == "exact"
    assert isinstance(result("a - b", a=exact(5), b=exact(3)).value, int)
    nothing = result("a / b", a=spread(5, 4, 6), b=plain(2))
    assert (nothing.interval, nothing.low) == ("none", None)
    both = result("a / b", a=spread(6, 4, 8), b=exact(2))
    assert (both.low, both.high, both.interval) == (2, 4, "spread")
    calibrated = Quantity(
        name="q", value=5, unit="count", low=4, high=6, interval="calibrated", level=0.9,
        calibration="c",
    )  # fmt: skip
    assert result("a + 1", a=calibrated).interval == "spread"


def test_comparisons_say_true_false_or_cannot_be_told():
    assert result("a > b", a=exact(5), b=exact(3)).value is True
    assert result("a > 7", a=exact(5)).value is False
    assert result("a > b", a=spread(50, 45, 60), b=exact(40)).value is True
    open_ = run("a > b", a=spread(50, 35, 60), b=exact(40))
    assert open_.quantities[0].value is None
    assert open_.caveats[0].code == "undecided"
    assert result("a != b", a=spread(5, 4, 6), b=spread(9, 8, 10)).value is True
    assert result("a == b", a=spread(5, 4, 6), b=spread(6, 5, 10)).value is None


@pytest.mark.parametrize("divisor", [exact(0), spread(1, -1, 2)])
def test_a_division_by_what_may_be_zero_is_refused(divisor):
    with pytest.raises(ToolRefusal, match="divisor"):
        result("a / b", a=exact(1), b=divisor)


@settings(max_examples=200)
@given(
    ends=st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    sign=st.sampled_from("+-*/"),
)
def test_any_values_within_the_intervals_give_a_result_within_the_result(ends, share, sign):
    (a0, a1), (b0, b1) = sorted(ends[:2]), sorted(ends[2:])
    assume(sign != "/" or b0 > 1e-200 or b1 < -1e-200)
    a, b = a0 + share[0] * (a1 - a0), b0 + share[1] * (b1 - b0)
    a, b = min(max(a, a0), a1), min(max(b, b0), b1)
    found = result(f"a {sign} b", a=spread(a0, a0, a1, "1"), b=spread(b0, b0, b1, "1"))
    truth = {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0.0}[sign]
    slack = 1e-9 * max(1.0, abs(truth))
    assert found.low - slack <= truth <= found.high + slack


HOSTILE = [
    "__import__('os').system('id')", "open('/etc/passwd')", "a.__class__", "a[0]", "lambda: a",
    "a if a else a", "(a for a in a)", "a**a", "a//a", "a%a", "a<<a", "a|a", "~a", "not a", "a and a",
    "a := 1", "print(a)", "eval(a)", "exec(a)", "f'{a}'", "'a'", '"a"', "`a`", "{a}", "{a: a}",
    "[a]", "a;a", "a\na", "a,a", "abs", "abs()", "abs(a, a)", "min(a)", "max()", "sqrt(a)", "a a",
    "a 1", "1 a", "1.2.3*a", "1e", "1e999*a", "1e308*1e308*a", "a > a > a", "a =", "= a", "a == ",
    "a!a", "()", "(a", "a)", "((a)", "a + ", "* a", "a */ a", "a..b", "0x10*a", "1_000*a", "1j*a",
    "nan*a", "inf*a", "NaN + a", "a/0", "a/(1-1)", "a/(a-a)", "", " ", "\t", "\x00", "a\x00",
    "a\u202e", "а", "a＋a", "a × a", "a−a", "٣*a", "a²", "ａ", "(" * 5000, "a" * 501,
    "a+" * 300 + "a", "-" * 400 + "a", "(" * 40 + "a" + ")" * 40, "abs(" * 60 + "a" + ")" * 60,
    "9" * 499, "a*" + "9" * 400, "b + a", "A", "a.b", "a->b", "a::b", "$a", "@a", "#a", "a # x",
    "a\\", "%s" * 10, "${a}", "<script>", "a<", "a<>a", "a=>a", "a=a", "a===a", "a&&a", "a||a",
    "a?a:a", "import os", "del a", "a is a", "a in a", "None", "True", "os", "self", "__name__",
    "max(a,)", "min(,a)", "abs(a", "min(a;a)", "1/1", "2+2", "1 < 2", "max(1, 2)", "min(a > a, a)",
]  # fmt: skip


def test_hostile_expressions_are_refused_quickly():
    assert len(HOSTILE) >= 120
    for expression in HOSTILE:
        start = time.perf_counter()
        with pytest.raises(ToolRefusal):
            run(expression, a=exact(5, "1"))
        assert time.perf_counter() - start < 0.05, expression


@pytest.mark.parametrize(
    ("names", "values", "said"),
    [
        (["a"], [], "one name for each"), (["a", "a"], [exact(1), exact(2)], "twice"),
        (["a b"], [exact(1)], "cannot be a name"), (["max"], [exact(1)], "cannot be a name"),
        ([], [], "no evidence"), (["a", "b"], [exact(1), exact(2)], "b is not used"),
        (["a"], [Quantity(name="q", value=True, unit="1")], "no number"),
        (["a"], [Quantity(name="q", value="x", unit="text")], "no number"),
        (["a"], [Quantity(name="q", value=None, unit="1")], "no number"),
    ],
)  # fmt: skip
def test_names_stand_for_numbers(names, values, said):
    with pytest.raises(ToolRefusal, match=said):
        calculate.function(BENCH, expression="a + 1", names=names, values=values)


def test_the_result_is_finite():
    with pytest.raises(ToolRefusal, match="too large"):
        result("a * a", a=exact(math.sqrt(1.7e308) * 2, "1"))
