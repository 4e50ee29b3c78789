"""How well land cover is told, on real scenes with truth and on the made-up town.

Prints, for each scene, the truth, the share with its spread, whether the spread holds the truth,
and the F1 of the mask. The real scenes lie in a folder that is not part of the project
(`--data DIR`, by default `$ELENCHUS_TEST_DATA` or `shared/data` in or beside the checkout); where
it is not there, the town alone is measured.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray

from store.home import Home
from store.ingest.declared import Declared
from store.ingest.scenes import ingest_scene
from store.scenes import Scene
from tools.contract import Bench, Finding, ToolRefusal
from tools.map_land_cover import map_land_cover
from world import AFTER, BEFORE, VEILED, Look, Renderer, Town, write_scene
from world.paint import Painter
from world.palette import COUNT, FIRST_CAR, FIRST_CROWN, FIRST_ROOF, GROUND, SHADOW

Bools = NDArray[np.bool_]
CHECKOUT = Path(__file__).resolve().parent.parent
SEEDS = (3, 7, 11)
SIZE = 2048
LOOKS = {
    "before": BEFORE,
    "after": AFTER,
    "veiled": VEILED,
    "dry country": replace(BEFORE, style="arid"),
}
"""The thin cloud and the dry country were never used to set anything."""

WATER = ("water", "pond", "sea", "pool")
GREEN = ("lawn1", "lawn2", "park", "meadow", "riverside", "bank", "pitch", "forest",
         "crop1", "crop3", "crop6")  # fmt: skip
DRY = ("lawn3", "crop2", "crop5")
"""Dry grass and ripe crops: either answer is right; they and shadows are left out of the F1."""
DRY_THERE = ("lawn1", "lawn2", "meadow", "riverside", "bank", "crop1")
"""What is green elsewhere and dead grass in a dry country."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    data = parser.parse_args().data or _data()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        print(f"{'scene':24} {'class':16} {'truth':>6} {'share':>6}  {'spread':13} holds    F1")
        if data is not None:
            slovenia(home, data, Path(folder))
        town(home, Path(folder))
        home.close()


def _data() -> Path | None:
    given = os.environ.get("ELENCHUS_TEST_DATA")  # noqa: TID251
    places = [Path(given)] if given else []
    places += [CHECKOUT / "shared" / "data", CHECKOUT.parent / "shared" / "data"]
    return next((place for place in places if place.is_dir()), None)


def slovenia(home: Home, data: Path, folder: Path) -> None:
    """Measure the Sentinel-2 patches whose land cover is mapped."""
    tif = data / "landcover_eolearn" / "tif"
    with rasterio.open(tif / "lulc_truth.tif") as file:
        truth = file.read(1)
    known = truth > 0
    names = {
        "trees": truth == 2,
        "low_vegetation": np.isin(truth, (1, 3, 4)),
        "vegetation": np.isin(truth, (1, 2, 3, 4)),
        "bare_or_built": truth == 8,
    }
    for path in sorted(tif.glob("s2_reference_*.tif")):
        scene = ingest_scene(home, path, Declared())
        _score(home, folder, scene, path.stem, names, known, np.zeros_like(known))


def town(home: Home, folder: Path) -> None:
    """Measure the made-up town at both dates, under a thin cloud, and in a dry country."""
    for seed in SEEDS:
        made = Town(seed)
        for name, look in LOOKS.items():
            path = folder / f"town_{seed}_{name.replace(' ', '_')}.tif"
            write_scene(path, Renderer(made, look, SIZE))
            scene = ingest_scene(home, path, Declared())
            _score(home, folder, scene, path.stem, *_town_truth(made, look))


def _town_truth(made: Town, look: Look) -> tuple[dict[str, Bools], Bools, Bools]:
    half = SIZE // 2
    labels = Painter(made, look, -half, -half, half, half).paint()
    base = labels & (SHADOW - 1)
    lit = labels < SHADOW
    water = np.isin(base, [GROUND[name] for name in WATER])
    green = np.isin(base, [GROUND[name] for name in GREEN])
    green |= (base >= FIRST_CROWN) & (base < FIRST_CAR)
    dead = DRY_THERE if look.style == "arid" else ()
    dry = np.isin(base, [GROUND[name] for name in (*DRY, *dead)])
    green &= ~dry
    built = ~(water | green | dry) & (base < COUNT) & (base >= 0)
    built |= (base >= FIRST_ROOF) & (base < FIRST_CROWN)
    known = ~dry & lit
    return {"water": water, "vegetation": green, "bare_or_built": built}, known, dry


def _score(
    home: Home,
    folder: Path,
    scene: Scene,
    name: str,
    truth: dict[str, Bools],
    known: Bools,
    either: Bools,
) -> None:
    """Print one row a class; `known` pixels make the F1, `either` ones may be of any class."""
    bench = Bench(catalog=home.catalog, open_scene=home.open_scene, scratch=folder)
    begun = time.perf_counter()
    try:
        found: Finding = map_land_cover.function(bench, scene)
    except ToolRefusal as refusal:
        print(f"{name:24} refused: {refusal.code} ({str(refusal)[:60]}...)")
        return
    seconds = time.perf_counter() - begun
    masks = {mask.name: _read(mask.path) for mask in found.masks}
    told = {q.name: q for q in found.quantities}
    counted = known | either if not either.any() else np.ones_like(known)
    for kind, there in truth.items():
        share: Any = told.get(f"share_{kind}")
        if share is None:
            print(f"{name:24} {kind:16} {there[known].mean():6.3f} not told")
            continue
        right = float(there[counted].mean())
        most = right if kind == "water" else right + float(either[counted].mean())
        holds = "yes" if share.low <= most and right <= share.high else "no"
        f1 = "" if kind not in masks else f"{_f1(masks[kind] == 1, there, known):6.3f}"
        spread = f"{share.low:.3f}-{share.high:.3f}"
        print(f"{name:24} {kind:16} {right:6.3f} {share.value:6.3f}  {spread:13} {holds:5} {f1}")
    unknown = told["share_unknown"].value
    print(f"{name:24} {'unknown':16} {'':6} {unknown:6.3f}  ({seconds:.1f} s)")


def _read(path: Path) -> NDArray[np.uint8]:
    with rasterio.open(path) as file:
        codes: NDArray[np.uint8] = file.read(1)
    return codes


def _f1(marked: Bools, there: Bools, known: Bools) -> float:
    both = float((marked & there & known).sum())
    total = float((marked & known).sum() + (there & known).sum())
    return 2 * both / total if total else 1.0


if __name__ == "__main__":
    main()
