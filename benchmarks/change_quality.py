"""Change detection against labelled pairs, against pairs without change, and against pasted ground.

Run: python benchmarks/change_quality.py [labelled] [nulls] [controls] [joplin]

Reads $ELENCHUS_TEST_DATA, or shared/data inside or beside the checkout.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from tools.change import ArrayPair, ArraySink, ChangeResult, SensorKind, detect_change
from tools.change.contract import Bands, Codes, Mask
from tools.change.register import shifted

CHECKOUT = Path(__file__).resolve().parent.parent
SIDE_PX = 480
MARGIN_PX = 8

RADAR = "change_sar_hetero"
LEVIR = {
    "train_386_0512_0768": False,
    "test_102_0512_0000": True,
    "test_2_0000_0000": True,
    "test_2_0000_0512": True,
    "test_121_0768_0256": True,
    "val_27_0000_0256": True,
}
DSIFN = ("0_2", "1_1", "2_4", "3_4", "4_4")


@dataclass(frozen=True)
class Labelled:
    """A pair, its truth, and where the truth is known."""

    name: str
    first: str
    second: str
    truth: str
    kinds: tuple[SensorKind, SensorKind]
    gsd_m: float | None
    unchanged: str | None = None


LABELLED = [
    *(
        Labelled(n, *(f"{RADAR}/{n}_{k}.bmp" for k in ("1", "2", "gt")), ("SAR", "SAR"), g)
        for n, g in (("ottawa", 12.0), ("yellow_A", 8.0), ("yellow_C", 8.0))
    ),
    Labelled(
        "shuguang", *(f"{RADAR}/shuguang_{k}.bmp" for k in ("1", "2", "gt")), ("SAR", "RGB"), 8.0
    ),
    Labelled(
        "beijing_A", *(f"{RADAR}/beijing_A_{k}.jpg" for k in ("1", "2", "gt")), ("RGB", "RGB"), None
    ),
    Labelled(
        "taizhou",
        *(
            f"change_landsat/Taizhou/{f}"
            for f in ("taizhou2000.jpg", "taizhou2003.jpg", "change.bmp")
        ),
        ("MS", "MS"),
        30.0,
        "change_landsat/Taizhou/unchanged.bmp",
    ),
    *(
        Labelled(
            f"dsifn_{n}",
            *(f"change_dsifn/{k}/{n}.png" for k in ("A", "B", "label")),
            ("RGB", "RGB"),
            2.0,
        )
        for n in DSIFN
    ),
    *(
        Labelled(
            f"levir_{n}",
            *(f"change_levir/{k}/{n}.png" for k in ("A", "B", "label")),
            ("RGB", "RGB"),
            0.5,
        )
        for n in LEVIR
    ),
]

SCENES: list[tuple[str, str, float | None, SensorKind]] = [
    ("levir", "change_levir/A/train_386_0512_0768.png", 0.5, "RGB"),
    ("levir b", "change_levir/B/test_2_0000_0000.png", 0.5, "RGB"),
    ("ottawa", f"{RADAR}/ottawa_1.bmp", 12.0, "SAR"),
    ("yellow C", f"{RADAR}/yellow_C_2.bmp", 8.0, "SAR"),
    ("kampala", "osm_kampala/kampala_a.tif", 0.1, "RGB"),
    ("zanzibar", "osm_zanzibar/zanzibar_a.tif", 0.3, "RGB"),
    ("dota", "count_dota/images/P0003.png", None, "RGB"),
    ("julich", "change_landsat/julich/LS20010525.tif", 28.5, "MS"),
    ("taizhou", "change_landsat/Taizhou/taizhou2000.jpg", 30.0, "MS"),
    ("beijing", f"{RADAR}/beijing_A_2.jpg", None, "RGB"),
    ("beijing pan", f"{RADAR}/beijing_A_2.jpg", None, "PAN"),
    ("dsifn", "change_dsifn/B/2_4.png", 2.0, "RGB"),
]


def data_folder() -> Path | None:
    """Find the folder with real imagery."""
    asked = os.environ.get("ELENCHUS_TEST_DATA")  # noqa: TID251  where test data lies, as in tests
    folders = [CHECKOUT / "shared" / "data", CHECKOUT.parent / "shared" / "data"]
    return next((f for f in ([Path(asked)] if asked else folders) if f.is_dir()), None)


def read(path: Path, kind: SensorKind = "RGB") -> Bands:
    """Read three bands, or their mean for radar and panchromatic images."""
    values = np.asarray(Image.open(path)).astype(np.float32)
    bands = values[None] if values.ndim == 2 else np.moveaxis(values[..., :3], -1, 0)
    return bands.mean(axis=0, keepdims=True) if kind in ("SAR", "PAN") else bands


def compare(
    a: Bands,
    b: Bands,
    kinds: tuple[SensorKind, SensorKind],
    gsd_m: float | None,
    valid: Mask | None = None,
) -> tuple[ChangeResult, Codes]:
    """Run the comparison in memory."""
    valid = np.ones(a.shape[1:], bool) if valid is None else valid
    sink = ArraySink((valid.shape[0], valid.shape[1]))
    pair = ArrayPair(np.ascontiguousarray(a), np.ascontiguousarray(b), valid, gsd_m, kinds)
    return detect_change(pair, sink), sink.codes


def labelled(data: Path) -> None:
    """Print precision, recall, F1 and share beside 'all changed', and how LEVIR was settled."""
    print("| pair | route | verdict | share / true | P | R | F1 | F1 of all changed |")
    print("|---|---|---|---|---|---|---|---|")
    settled = wrong = 0
    f1: dict[str, float] = {}
    for item in LABELLED:
        a, b = read(data / item.first, item.kinds[0]), read(data / item.second, item.kinds[1])
        result, codes = compare(a, b, item.kinds, item.gsd_m)
        truth = read(data / item.truth)[0] > 127
        known = np.ones_like(truth)
        if item.unchanged is not None:
            known = truth | (read(data / item.unchanged)[0] > 127)
        f1[item.name] = _row(item.name, result, (codes == 1) & known, truth & known, known)
        if item.name.startswith("levir"):
            said = {"changed": True, "unchanged": False}.get(result.verdict)
            settled += said is not None and said == LEVIR[item.name[6:]]
            wrong += said is not None and said != LEVIR[item.name[6:]]
    print(f"\nYellow River mean F1 {(f1['yellow_A'] + f1['yellow_C']) / 2:.3f} (goal 0.80)")
    print(f"DSIFN mean F1 {np.mean([f1[f'dsifn_{n}'] for n in DSIFN]):.3f}")
    print(f"LEVIR: {settled} of {len(LEVIR)} settled rightly, {wrong} wrongly\n")


def _row(name: str, result: ChangeResult, mask: Mask, truth: Mask, known: Mask) -> float:
    """Print one row and return F1."""
    hit = float(np.count_nonzero(mask & truth))
    precision, recall = hit / max(mask.sum(), 1), hit / max(truth.sum(), 1)
    f1 = 2 * hit / max(mask.sum() + truth.sum(), 1)
    trivial = 2 * truth.sum() / (truth.sum() + known.sum())
    shares = f"{mask.sum() / known.sum():.3f} / {truth.sum() / known.sum():.3f}"
    print(
        f"| {name} | {result.route.split(':')[1].strip()} | {result.verdict} "
        f"({result.reasons[0].code}) | {shares} | {precision:.2f} | {recall:.2f} | {f1:.3f} "
        f"| {trivial:.2f} |"
    )
    return f1


def as_bytes(values: Bands) -> Bands:
    """Round to 8 bits."""
    return np.clip(np.rint(values), 0, 255).astype(np.float32)


def cropped(image: Bands, down: float = 0, right: float = 0) -> Bands:
    """Cut the margin off, shifted; fractions are resampled."""
    whole = int(np.floor(down)), int(np.floor(right))
    moved = shifted(image, down - whole[0], right - whole[1])
    rows, cols = image.shape[1] - 2 * MARGIN_PX, image.shape[2] - 2 * MARGIN_PX
    row, col = MARGIN_PX + whole[0], MARGIN_PX + whole[1]
    return as_bytes(moved[:, row : row + rows, col : col + cols])


def jpeg(image: Bands, quality: int) -> Bands:
    """Compress and decompress each band."""
    return np.stack([_jpeg_band(band, quality) for band in image])


def _jpeg_band(band: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(band.astype(np.uint8)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file)).astype(np.float32)


def shadows(image: Bands, angle: float, factor: float = 0.45) -> Bands:
    """Cast the shadows of 25 imagined boxes in one direction."""
    rng = np.random.default_rng(5)
    rows, cols = image.shape[1:]
    light = np.ones((rows, cols), np.float32)
    for _ in range(25):
        row, col = rng.integers(0, rows - 30), rng.integers(0, cols - 30)
        height, width = rng.integers(8, 24, 2)
        dark = np.zeros((rows, cols), bool)
        for t in np.linspace(0, 12, 9):
            r, c = max(row + int(t * np.sin(angle)), 0), max(col + int(t * np.cos(angle)), 0)
            dark[r : r + height, c : c + width] = True
        dark[row : row + height, col : col + width] = False
        light[dark] = factor
    return as_bytes(image * ndimage.gaussian_filter(light, 0.7))


def cloud_shadow(image: Bands) -> Bands:
    """Darken a disc with a soft rim by half."""
    rows, cols = np.indices(image.shape[1:])
    away = np.hypot(rows - image.shape[1] / 2, cols - image.shape[2] / 2)
    disc = (away < 0.15 * max(image.shape[1:])).astype(np.float32)
    return as_bytes(image * (1 - 0.5 * ndimage.gaussian_filter(disc, 2)))


def season(image: Bands) -> Bands:
    """Turn green ground brown."""
    if len(image) < 3:
        return as_bytes(image + 30 * np.clip((np.median(image) - image) / 60, 0, 1))
    green = np.clip((2 * image[1] - image[0] - image[2]) / 40, 0, 1)
    return as_bytes(image + green * np.array([40, -10, 5])[:, None, None])


def _noisy(image: Bands, sigma: float) -> Bands:
    return as_bytes(image + np.random.default_rng(1).normal(0, sigma, image.shape))


def _ramp(image: Bands) -> Bands:
    return as_bytes(image * np.linspace(0.7, 1.3, image.shape[2]))


def _together(image: Bands) -> Bands:
    eased = ndimage.gaussian_filter(image, (0, 0.7, 0.7))
    return jpeg(cropped(_noisy(_ramp(eased), 2), 1, 2), 80)


def _bands(image: Bands) -> Bands:
    gains = np.array([1.15, 0.9, 0.75, 0.8])[: len(image), None, None]
    return as_bytes(image * gains + 5)


NULLS: dict[str, Callable[[Bands], tuple[Bands, Bands]]] = {
    "identical": lambda x: (x, x.copy()),
    "crop 1 px": lambda x: (cropped(x), cropped(x, 1, 0)),
    "crop 2 px": lambda x: (cropped(x), cropped(x, 0, 2)),
    "crop 3, -2 px": lambda x: (cropped(x), cropped(x, 3, -2)),
    "crop 5, 5 px": lambda x: (cropped(x), cropped(x, 5, 5)),
    "resampled 0.5, 0.3 px": lambda x: (cropped(x), cropped(x, 0.5, 0.3)),
    "resampled 0.25, -0.6 px": lambda x: (cropped(x), cropped(x, 0.25, -0.6)),
    "gain and offset": lambda x: (x, as_bytes(0.8 * x + 12)),
    "burnt out": lambda x: (x, as_bytes(1.3 * x + 20)),
    "gain by band": lambda x: (x, _bands(x)),
    "gamma 0.7": lambda x: (x, as_bytes(255 * (x / 255) ** 0.7)),
    "haze": lambda x: (x, as_bytes(0.55 * x + 70)),
    "noise 3": lambda x: (x, _noisy(x, 3)),
    "noise 10": lambda x: (x, _noisy(x, 10)),
    "blur 1 px": lambda x: (x, as_bytes(ndimage.gaussian_filter(x, (0, 1, 1)))),
    "blur 2 px": lambda x: (x, as_bytes(ndimage.gaussian_filter(x, (0, 2, 2)))),
    "JPEG 75": lambda x: (x, jpeg(x, 75)),
    "JPEG 40": lambda x: (x, jpeg(x, 40)),
    "ramp of light": lambda x: (x, _ramp(x)),
    "shadows turned": lambda x: (shadows(x, 0.3), shadows(x, 2.4)),
    "shadows came": lambda x: (x, shadows(x, 1.0, 0.6)),
    "cloud shadow": lambda x: (x, cloud_shadow(x)),
    "green to brown": lambda x: (x, season(x)),
    "blur, ramp, noise, shift, JPEG": lambda x: (cropped(x), _together(x)),
}
LIGHT_ONLY = ("ramp of light", "shadows turned", "shadows came", "cloud shadow", "green to brown")
"""Not asked of radar: there is no light in it, a factor on part of the image is a change."""


def scenes(data: Path) -> Iterator[tuple[str, Bands, SensorKind, float | None]]:
    """Central parts of several images."""
    for name, path, gsd_m, kind in SCENES:
        image = read(data / path, kind)
        row, col = ((n - min(n, SIDE_PX)) // 2 for n in image.shape[1:])
        yield name, image[:, row : row + SIDE_PX, col : col + SIDE_PX], kind, gsd_m


def nulls(data: Path) -> None:
    """Print what is said of pairs in which nothing on the ground changed."""
    print("| no change | unchanged | cannot tell | changed | largest share said unchanged |")
    print("|---|---|---|---|---|")
    images = list(scenes(data))
    wrong = 0
    for name, make in NULLS.items():
        said = {"unchanged": 0, "cannot_tell": 0, "changed": 0}
        share = 0.0
        for _, image, kind, gsd_m in images:
            if kind == "SAR" and name in LIGHT_ONLY:
                continue
            result, _ = compare(*make(image), (kind, kind), gsd_m)
            said[result.verdict] += 1
            share = max(share, result.share or 0.0) if result.verdict == "unchanged" else share
        wrong += said["changed"]
        counts = " | ".join(str(number) for number in said.values())
        print(f"| {name} | {counts} | {share:.4f} |")
    print(f"\n{len(images)} images; said 'changed' where nothing did: {wrong}\n")


def controls(data: Path) -> None:
    """Print what is found of a pasted rectangle of another image's ground."""
    print("| image | 40 x 30 px | with gain, shift, noise | 60 x 90 px | with gain, shift, noise |")
    print("|---|---|---|---|---|")
    images = list(scenes(data))
    for k, (name, image, kind, gsd_m) in enumerate(images):
        other = images[(k + 4) % len(images)][1].mean(axis=0, keepdims=True)
        row = []
        for height, width in ((40, 30), (60, 90)):
            b = image.copy()
            at = slice(image.shape[1] // 3, None), slice(image.shape[2] // 2, None)
            b[:, *at][:, :height, :width] = other[:, 60 : 60 + height, 70 : 70 + width]
            worn = _noisy(0.9 * cropped(b, 1, 2) + 8, 2)
            for first, second in ((image, b), (cropped(image), worn)):
                result, _ = compare(first, second, (kind, kind), gsd_m)
                row.append(f"{result.verdict}, area x {result.mask_px / (height * width):.2f}")
        print(f"| {name} | " + " | ".join(row) + " |")
    print()


def joplin(data: Path) -> None:
    """Print what is said of the tornado pair, and the nine cells."""
    a, b = (read(data / f"disaster_joplin/aligned/0_{when}.tif") for when in ("pre", "post"))
    valid = ~((a == 0).all(axis=0) | (b == 0).all(axis=0))
    result, _ = compare(a, b, ("RGB", "RGB"), 0.636, valid)
    print(f"Joplin: {result.verdict}: {'; '.join(reason.words for reason in result.reasons)}")
    print("doubts: " + "; ".join(doubt.words for doubt in result.doubts))
    print("cells: " + ", ".join(f"{k} {v:.2f}" for k, v in result.cells.items() if v is not None))
    print("halves: " + ", ".join(f"{k} {v:.2f}" for k, v in result.halves.items() if v is not None))


PARTS = {"labelled": labelled, "nulls": nulls, "controls": controls, "joplin": joplin}


def main(asked: list[str]) -> None:
    """Run the parts asked for, or all."""
    data = data_folder()
    if data is None:
        print("No test data here; give its folder in ELENCHUS_TEST_DATA.")
        return
    for name, part in PARTS.items():
        if not asked or name in asked:
            part(data)


if __name__ == "__main__":
    main(sys.argv[1:])
