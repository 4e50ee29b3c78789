"""From a survey to quantities, caveats and the picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from store.raster import SceneReader
from store.scenes import Caveat, Scene
from tools.contract import Coverage, Look, Quantity, ToolRefusal, View
from tools.landcover.classes import CLOUD, KINDS, LOW, TREES, UNKNOWN, VEGETATION
from tools.landcover.survey import Survey
from tools.looking.bearings import bearings_of
from tools.looking.radiometry import no_data
from tools.looking.sheet import NO_DATA, Sheet, compose, enlarged, enlargement

CLOUDED = 0.3
"""Above this share of cloud or haze nothing is told."""
CLOUD_SAID = 0.02
TOO_WIDE = 0.35
"""A spread of a share wider than this says that the class cannot be told here."""
_ALL_SEEN = 0.99


@dataclass
class Told:
    """Quantities and caveats of a survey."""

    quantities: list[Quantity] = field(default_factory=list)
    caveats: list[Caveat] = field(default_factory=list)


def check(scene: Scene, survey: Survey) -> None:
    """Refuse where there is no data, or cloud hides too much."""
    total = float(survey.areas[0].sum())
    if total == 0.0:
        raise no_data(scene)
    cloud = float(survey.areas[0, CLOUD] / total)
    if cloud > CLOUDED:
        raise ToolRefusal(
            f"{cloud:.0%} of the area in {scene.id} looks like cloud or haze, which changes every "
            f"index; at most {CLOUDED:.0%} would do: choose another date, or a clear region",
            "cloudy",
            {"cloud_share": f"<= {CLOUDED:g}"},
        )


def told(survey: Survey, covered: Coverage) -> Told:
    """Return shares and areas of the classes with their spread; refuses when none can be told."""
    found = Told()
    total = float(survey.areas[0].sum())
    shares = survey.areas / total
    cloud = float(shares[0, CLOUD])
    rows: list[tuple[str, str, np.ndarray]] = [
        (KINDS[code].name, KINDS[code].words, shares[:, code]) for code in survey.rules.told
    ]
    if TREES in survey.rules.told:
        both = shares[:, TREES] + shares[:, LOW]
        rows.insert(1, (KINDS[VEGETATION].name, "all green vegetation, trees too", both))
    wide = []
    for name, words, values in rows:
        low, high = float(values.min()), min(1.0, float(values.max()) + cloud)
        if high - low > TOO_WIDE:
            wide.append(f"{KINDS_BY_NAME.get(name, words)} {low:.0%} to {high:.0%}")
            continue
        if values[0] == 0.0 and covered.valid < _ALL_SEEN:
            found.caveats.append(_none_seen(words, covered))
            continue
        found.quantities += _pair(survey, name, words, float(values[0]), (low, high))
    if wide:
        found.caveats.append(_cannot(wide))
    if len(wide) == len(rows):
        raise ToolRefusal(
            "nothing can be told here: the shares depend on the threshold ("
            + "; ".join(wide)
            + "); a scene with near infrared and SWIR as reflectance would do",
            "not_separable",
            {"bands": "red, nir, swir1"},
        )
    found.quantities += _rest(survey, shares[0], cloud)
    found.quantities += _main(survey, shares)
    if cloud >= CLOUD_SAID:
        text = (
            f"{cloud:.0%} of the area looks like cloud or haze and is not told; the upper ends "
            "allow for it"
        )
        found.caveats.append(Caveat(code="cloud", text=text))
    return found


KINDS_BY_NAME = {kind.name: kind.words for kind in KINDS.values()}


def _pair(
    survey: Survey, name: str, words: str, share: float, ends: tuple[float, float]
) -> list[Quantity]:
    total = float(survey.areas[0].sum())
    low, high = min(ends[0], share), max(ends[1], share)
    return [
        Quantity(name=f"share_{name}", of=words, value=share, unit="1", low=low, high=high,
                 interval="spread"),
        Quantity(name=f"area_{name}", of=words, value=share * total,
                 unit=survey.scan.areas.unit, low=low * total, high=high * total,
                 interval="spread"),
    ]  # fmt: skip


def _rest(survey: Survey, shares: np.ndarray, cloud: float) -> list[Quantity]:
    """Return what cannot be told, cloud with it, and cloud alone."""
    unknown = float(shares[UNKNOWN]) + cloud
    of = "what cannot be told: shadow, cloud, anything without a rule"
    if len(survey.rules.told) == 1:
        of = f"all that is not {KINDS[survey.rules.told[0]].words}: not told apart"
    return [
        Quantity(name="share_unknown", of=of, value=unknown, unit="1"),
        Quantity(name="cloud_share", of="what looks like cloud or haze", value=cloud, unit="1"),
    ]


def _main(survey: Survey, shares: np.ndarray) -> list[Quantity]:
    """Return the class of the largest share, where each member of the family agrees on it."""
    codes = list(survey.rules.told)
    if len(codes) < 2:
        return []
    first = {codes[int(np.argmax(row[codes]))] for row in shares}
    if len(first) > 1 or shares[0, [UNKNOWN, CLOUD]].sum() > shares[0, codes].max():
        return []
    kind = KINDS[first.pop()]
    return [Quantity(name="main_class", of="class of the largest share", value=kind.name,
                     unit="class")]  # fmt: skip


def _none_seen(words: str, covered: Coverage) -> Caveat:
    text = (
        f"no {words} was seen, but only {covered.valid:.1%} of the area was seen, so that is not "
        "said of all of it"
    )
    return Caveat(code="none_seen", text=text)


def _cannot(wide: list[str]) -> Caveat:
    text = f"cannot be told here, as it depends on the threshold: {'; '.join(wide)}"
    return Caveat(code="not_separable", text=text)


def coverage_of(survey: Survey) -> Coverage:
    """Return the coverage; what was not told for cloud is seen, but not land."""
    shown = survey.scan.coverage()
    share = shown.imaged * survey.told_px / max(1, survey.scan.inside_px)
    return shown.model_copy(
        update={"valid": share, "looked": [Look(gsd_m=survey.scan.gsd_m, share=share)]}
    )


def map_view(reader: SceneReader, survey: Survey) -> View:
    """Return the map of classes: in each cell the class of most of its pixels."""
    scene, scan = reader.scene, survey.scan
    codes = np.argmax(survey.canvas.means, axis=0)
    picture = np.array([KINDS[code].colour for code in KINDS], np.uint8)[codes]
    picture[~survey.canvas.valid] = NO_DATA
    step = survey.canvas.step * scan.step
    times = enlargement(*codes.shape) if step == 1 else 1
    bearings = bearings_of(reader, scan.window)
    date = "no date" if scene.period is None else str(scene.period)
    seen = [code for code in KINDS if survey.areas[0, code] > 0]
    swatches = [(KINDS[code].colour, KINDS[code].words) for code in seen]
    if not survey.canvas.valid.all():
        swatches.append((NO_DATA, "no data"))
    size = "pixel size not known" if scan.gsd_m is None else f"told at {scan.gsd_m:.3g} m"
    sheet = Sheet(
        title=f"{scene.id} · {date}",
        lines=[f"land cover by {survey.rules.name}; {size}"],
        gsd_m=None if bearings.gsd_x_m is None else bearings.gsd_x_m * step / times,
        px_per_px=step / times,
        north_deg=bearings.north_deg,
        swatches=swatches,
    )
    return View(
        name="land_cover",
        png=compose(enlarged(picture, times), sheet),
        region=scan.region,
        gsd_m=None if scan.gsd_m is None else scan.gsd_m * survey.canvas.step,
        caption=f"{sheet.title}; {sheet.lines[0]}",
    )
