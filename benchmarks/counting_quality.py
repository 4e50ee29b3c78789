"""Counting by asking against labels: error, F1, intervals; beside plain blobs.

Run: python benchmarks/counting_quality.py [shipped] [as-labelled]

Three examples, 24 answers, three seeds, once with true answers and once with 5 % of them wrong.
What counting knows from other images is fitted anew for each place, without the images of that
place; `shipped` takes the fit that comes with the program, which has seen all of them. Examples
are upright boxes, as a person draws them; `as-labelled` takes turned ones where labels are.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.counting_fit import HOLDING, NARROWEST, family, fit
from benchmarks.counting_images import Item, data_folder, measured
from benchmarks.counting_trial import (
    ERRORS,
    Case,
    Row,
    case_of,
    counted,
    gather,
    open_item,
    same_place,
)
from store.home import Home
from tools.contract import Bench, ToolRefusal
from tools.counting.population import Population, population, population_of
from tools.counting.target import target_of
from tools.shapes.baseline import plain_blobs

GROUPS = {"ship": "ships", "lot": "vehicles in lots", "street": "vehicles on streets",
          "tree": "tree crowns"}  # fmt: skip


def blobs(home: Home, item: Item) -> tuple[int, float] | None:
    """Return count and F1 of plain blobs of the kind's size; None without a pixel size."""
    concept = target_of(item.target).concept
    bench = Bench(catalog=home.catalog, open_scene=home.open_scene)
    with open_item(home, item) as reader:
        try:
            found = plain_blobs(bench, reader, concept) if concept else None
        except ToolRefusal:
            return None
    if found is None:
        return None
    return len(found), 2 * item.hits(found.centres) / (len(found) + len(item.boxes))


def rows_of(
    cases: Sequence[Case], test: Sequence[Case], wrong: float, *, shipped: bool
) -> Iterator[Row]:
    """Count in all test cases, with a fit that has not seen the place, or the shipped one."""
    fits: dict[str, Population] = {}
    for case in test:
        place = case.item.place
        if shipped:
            fits[place] = population()
        elif place not in fits:
            others = [c for c in cases if not same_place(c.item, case.item)]
            fits[place] = population_of(fit(others))
        yield counted(case, fits[place], wrong)


def stretched(rows: Sequence[Row], pool: Sequence[Row]) -> list[Row]:
    """Stretch intervals as held in other places, as the shipped fit is stretched by all."""
    out = []
    for row in rows:
        others = [r for r in pool if not same_place(r.case.item, row.case.item)]
        like = [r.misses_by for r in others if family(r) == family(row)]
        widen = max(NARROWEST, float(np.quantile(like, HOLDING)))
        low = row.count * (max(row.low - 0.5, 0.25) / row.count) ** widen
        high = row.count * ((row.high + 0.5) / row.count) ** widen
        least, most = min(row.count, round(low)), max(row.count, round(high))
        out.append(replace(row, low=least, high=most))
    return out


def table(rows: Sequence[Row], plain: dict[str, tuple[int, float] | None]) -> None:
    """Print one line an image: the middle of the seeds."""
    print("| image | of | true | counted | interval | F1 not asked (all) | blobs: count, F1 |")
    print("|---|---|---|---|---|---|---|")
    for name in dict.fromkeys(row.case.item.id for row in rows):
        mine = sorted((r for r in rows if r.case.item.id == name), key=lambda r: r.count)
        middle, blob = mine[len(mine) // 2], plain[name]
        f1, whole = (float(np.nanmedian([getattr(r, k) for r in mine]))
                     for k in ("f1_unasked", "f1"))  # fmt: skip
        beside = "no pixel size" if blob is None else f"{blob[0]}, {blob[1]:.2f}"
        print(
            f"| {name} | {middle.case.item.target} | {len(middle.case.item.boxes)} "
            f"| {', '.join(str(r.count) for r in mine)} | {middle.low} to {middle.high} "
            f"| {f1:.2f} ({whole:.2f}) | {beside} |"
        )


def summary(rows: Sequence[Row]) -> None:
    """Print medians by group and pooled."""
    print("\n| group | counts | median error | F1 not asked | F1 | intervals hold | width |")
    print("|---|---|---|---|---|---|---|")
    chosen = {words: [r for r in rows if r.case.item.group == g] for g, words in GROUPS.items()}
    chosen["vehicles and ships"] = [r for r in rows if r.case.item.group != "tree"]
    chosen["all"] = list(rows)
    for words, mine in chosen.items():
        if mine:
            print(
                f"| {words} | {len(mine)} | {np.median([r.error for r in mine]):.1%} "
                f"| {np.nanmedian([r.f1_unasked for r in mine]):.2f} "
                f"| {np.median([r.f1 for r in mine]):.2f} "
                f"| {np.mean([r.holds for r in mine]):.0%} "
                f"| {np.median([r.width for r in mine]):.2f} |"
            )


def main(asked: list[str]) -> None:
    """Measure and print."""
    data = data_folder()
    if data is None:
        print("No test data here; give its folder in ELENCHUS_TEST_DATA.")
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        shipped = "shipped" in asked
        items = measured(data)
        cases = [] if shipped else gather(home, Path(folder))
        if shipped or "as-labelled" in asked:
            test = [case_of(home, item, seed, upright="as-labelled" not in asked)
                    for item in items for seed in range(3)]  # fmt: skip
        else:
            test = [c for c in cases if c.item.id in {item.id for item in items}]
        plain = {item.id: blobs(home, item) for item in items}
        found = {e: list(rows_of(cases, test, e, shipped=shipped)) for e in ERRORS}
        pool = [row for rows in found.values() for row in rows]
        for wrong, rows in found.items():
            print(f"\n## {wrong:.0%} of the answers wrong\n")
            rows = rows if shipped else stretched(rows, pool)
            table(rows, plain)
            summary(rows)
        home.close()


if __name__ == "__main__":
    main(sys.argv[1:])
