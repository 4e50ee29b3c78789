"""Fit what counting by example knows before anything is asked, from labelled images.

Run: python benchmarks/counting_fit.py [OUT.json]

Reads the real images (see counting_images.py), the training material beside them where there is
some, and rendered towns. Writes tools/counting/population.json. Images of one place weigh
together as one; the groups of kinds by GROUP_WEIGHTS.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.counting_trial import ERRORS, Case, Row, counted, gather, same_place
from store.home import Home
from tools.counting.population import PARTS, population_of, standing_out

Floats = NDArray[np.float64]
GROUP_WEIGHTS = {
    "ship": 1.0, "lot": 1.0, "street": 1.0, "tree": 0.7,
    "wcar": 0.3, "wtree": 0.2, "wbuilding": 0.15,
}  # fmt: skip
MADE_GROUPS = ("ship", "lot", "street", "wcar")
LEAST_OWN = 4.0
FEW = 20
"""Images of so many objects weigh half in what is missed: chance moves few objects far."""
HOLDING = 0.9
"""Share of intervals at 90 % that is to hold in places left out."""
NARROWEST = 0.75
"""The least factor by which they are stretched: few places tell of it."""
OUT = Path(__file__).resolve().parent.parent / "tools" / "counting" / "population.json"


def fit(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the fit as it is written."""
    weight = _weights(cases)
    mean, slope, covariance = _logistic(cases, weight)
    ratios = np.array([_ratio(case) for case in cases])
    labels = np.array([len(case.item.boxes) for case in cases])
    firm = weight * labels / (labels + FEW)
    blurred = np.array([case.done.own < LEAST_OWN for case in cases])
    made = np.array([case.item.group in MADE_GROUPS for case in cases])
    return {
        "mean": mean.round(4).tolist(),
        "slope": slope.round(4).tolist(),
        "covariance": ((covariance + covariance.T) / 2).round(6).tolist(),
        "made": _lognormal(ratios, firm, made & ~blurred),
        "clear": _lognormal(ratios, firm, ~blurred),
        "blurred": _lognormal(ratios, firm, blurred),
        "least_own": LEAST_OWN,
    }


def _weights(cases: Sequence[Case]) -> Floats:
    weight = np.zeros(len(cases))
    groups = [case.item.group for case in cases]
    names = [case.item.id for case in cases]
    for i, (group, name) in enumerate(zip(groups, names, strict=True)):
        images = {n for n, g in zip(names, groups, strict=True) if g == group}
        weight[i] = GROUP_WEIGHTS[group] / len(images) / names.count(name)
    return weight / weight.sum()


def _senses(case: Case) -> Floats:
    return case.done.belief.rows[:, :-PARTS]


def _logistic(cases: Sequence[Case], weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Fit weights that differ from image to image, by expectation maximisation (Laplace)."""
    rows = [_senses(case) for case in cases]
    own = np.array([[1.0, standing_out(case.done.own)] for case in cases])
    size = rows[0].shape[1]
    line, covariance = np.zeros((2, size)), np.eye(size) * 4
    for _ in range(5):
        precision = np.linalg.inv(covariance)
        fits = [
            _newton(x, case.is_object, prior, precision)
            for x, case, prior in zip(rows, cases, own @ line, strict=True)
        ]
        found = np.array([at for at, _ in fits])
        normal = (own * weight[:, None]).T @ own + np.diag([1e-9, 1e-3])
        line = np.linalg.solve(normal, (own * weight[:, None]).T @ found)
        away = found - own @ line
        inner = np.einsum("i,ijk->jk", weight, np.array([spread for _, spread in fits]))
        covariance = (away * weight[:, None]).T @ away + inner
    return line[0], line[1], covariance


def _newton(
    rows: Floats, yes: NDArray[np.bool_], prior: Floats, precision: Floats
) -> tuple[Floats, Floats]:
    """Return the likeliest weights of one image, and their covariance."""
    at, hessian = prior.copy(), precision
    for _ in range(12):
        chance = expit(rows @ at)
        hessian = (rows * (chance * (1 - chance))[:, None]).T @ rows + precision
        step = np.linalg.solve(hessian, rows.T @ (chance - yes) + precision @ (at - prior))
        at = at - step * min(1.0, 3.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-4:
            break
    return at, np.linalg.inv(hessian)


def _ratio(case: Case) -> float:
    """Return the log of how many objects there are for each that perfect answers would count."""
    sure = np.where(case.is_object, 0.9999, 0.0)[None]
    counted = float((sure * case.done.doubles.once(sure)).sum())
    return float(np.log(len(case.item.boxes) / max(counted, 1.0)))


def _lognormal(ratios: Floats, weight: Floats, chosen: NDArray[np.bool_]) -> dict[str, float]:
    share = weight[chosen] / weight[chosen].sum()
    mean = float(share @ ratios[chosen])
    spread = float(np.sqrt(share @ (ratios[chosen] - mean) ** 2))
    return {"log_mean": round(mean, 4), "log_sd": round(spread, 4)}


def family(row: Row) -> str:
    """Return by which spread a count of a measured image is given its interval."""
    return "blurred" if row.case.done.own < LEAST_OWN else "made"


def calibrated(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the fit with intervals stretched so that, in places left out, so many would hold.

    Kinds of which no real image is labelled keep their intervals as they are.
    """
    told = fit(cases)
    test = [case for case in cases if not case.item.group.startswith("w")]
    off: dict[str, list[float]] = {"made": [], "blurred": []}
    for place in dict.fromkeys(case.item.place for case in test):
        mine = [case for case in test if case.item.place == place]
        others = [c for c in cases if not any(same_place(c.item, m.item) for m in mine)]
        fitted = population_of(fit(others))
        for row in (counted(case, fitted, wrong) for case in mine for wrong in ERRORS):
            off[family(row)].append(row.misses_by)
        print(f"calibrated without {place}", file=sys.stderr)
    for kind, by in off.items():
        told[kind]["widen"] = round(max(NARROWEST, float(np.quantile(by, HOLDING))), 3)
    return told


def write(told: dict[str, Any], out: Path) -> None:
    """Write a fit, a few numbers a line."""
    text = json.dumps(told)
    for mark in ('], "', '}, "', "], ["):
        text = text.replace(mark, mark.replace(" ", "\n"))
    out.write_text(text + "\n", encoding="utf-8")


def main(out: Path) -> None:
    """Fit and write."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        cases = gather(home, Path(folder))
        home.close()
    write(calibrated(cases), out)
    print(f"{len(cases)} searches; wrote {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
