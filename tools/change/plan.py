"""The plan for one pair: the route by stated rules, and everything fitted on samples.

1. Both radar: log-ratio. 2. Unlike kinds or numbers of bands: patch-similarity graph.
3. Else, edges agree to 0.7 or more (same light): change vector over its noise.
4. Else, pixels larger than 2.5 m: IR-MAD (one band: change vector). 5. Else: structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tools.change.contract import PairSource, SensorKind, Views, Window
from tools.change.decide import ALIKE_AGREEMENT, FINE_GSD_M, Route
from tools.change.evidence import REACH_PX, GroundTest, common_agreement, sharpness
from tools.change.gradients import brightness
from tools.change.graph import fit_graph
from tools.change.halved import REACH_PX as HALVED_PX
from tools.change.halved import HalvedVector, fit_halved
from tools.change.lattice import BLOCK_PX, Lattice, fit_lattice
from tools.change.normalise import Normaliser, fit
from tools.change.outline import REACH_PX as OUTLINE_PX
from tools.change.register import AlignedPair, Registration, estimate
from tools.change.sar import fit_log_ratio
from tools.change.scores import VECTOR, VECTOR_SOURCE, NoScore, Score, fit_change_vector, fit_mad
from tools.change.structure import StructureScore
from tools.change.threshold import GROWTH_PX, Threshold, from_noise, from_scores
from tools.change.windows import SAMPLE_PX, FilledPair, read_samples

_DARK_SHARE = 0.05
_NOISE_LOW, _NOISE_SEED = 5.0, 10.0
_FLOORS = {
    Route.RADAR: (1.7, 3.5),
    Route.UNLIKE: (1.5, 2.0),
    Route.SEASONS: (2.0, 3.5),
    Route.FINE: (0.7, 1.4),
}
"""Least low and seed threshold, in units of the noise of unchanged pixels."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a pass over the windows needs.

    Attributes:
        pair: What the pass reads; a shift below one px is left in it when `halved` is used.
        sharper: Sharpness of the second image over that of the first.
        halved: The score in the same light; None on other routes.
    """

    route: Route
    pair: PairSource
    registration: Registration
    agreement: float | None
    score: Score
    threshold: Threshold
    sharper: float = 1.0
    normaliser: Normaliser | None = None
    ground: GroundTest | None = None
    lattice: Lattice | None = None
    halved: HalvedVector | None = None

    @property
    def halo_px(self) -> int:
        """Margin of a window, a multiple of BLOCK_PX."""
        reach = HALVED_PX + OUTLINE_PX if self.halved is not None else self.score.halo_px
        halo = reach + GROWTH_PX + REACH_PX
        return halo + -halo % BLOCK_PX

    @property
    def method(self) -> tuple[str, str]:
        """Name of the score, and the paper it is from."""
        return self.score.name, self.score.source


def make_plan(pair: PairSource) -> Plan:
    """Register the pair, choose the route and fit its parts on samples."""
    raw, pair = pair, FilledPair(pair)
    samples = _samples(pair)
    shift = estimate(samples)
    shift = shift.for_speckle() if "SAR" in pair.kinds else shift
    aligned = pair if shift.negligible else FilledPair(AlignedPair(pair, shift))
    if not shift.negligible:
        del samples
        samples = _samples(aligned)
    if not samples:
        return Plan(Route.NOTHING, pair, shift, None, NoScore(), from_noise(1.0, 1.0))
    lattice = fit_lattice(samples)
    agreement = _agreement(lattice, samples)
    route = choose_route(pair.kinds, _band_counts(samples), pair.gsd_m, agreement)
    route = Route.ALIKE if _identical(samples) else route
    comparable = route is not Route.UNLIKE
    normaliser = fit(samples) if comparable else None
    plan = Plan(
        route=route,
        pair=aligned,
        registration=shift,
        agreement=agreement,
        score=_score(route, aligned, samples, normaliser, lattice),
        threshold=from_noise(_NOISE_LOW, _NOISE_SEED),
        sharper=sharpness(samples, 1) / max(sharpness(samples, 0), 1e-9),
        normaliser=normaliser,
        ground=_ground_test(samples) if comparable else None,
        lattice=lattice if route is Route.FINE else None,
    )
    if route is Route.ALIKE and normaliser is not None:
        del samples
        return _in_halves(plan, raw, normaliser)
    return replace(plan, threshold=_threshold(route, plan.score, samples))


def _in_halves(plan: Plan, pair: PairSource, normaliser: Normaliser) -> Plan:
    """Read the pair in its own type and moved by whole px only; the score does the rest."""
    native = FilledPair(pair, as_float=False)
    whole, part = plan.registration.split()
    moved = native if whole.negligible else FilledPair(AlignedPair(native, whole), as_float=False)
    return replace(plan, pair=moved, halved=fit_halved(_samples(moved), normaliser, part))


def _score(
    route: Route,
    pair: PairSource,
    samples: Sequence[Views],
    normaliser: Normaliser | None,
    lattice: Lattice,
) -> Score:
    """The score of the route, fitted on the samples."""
    if route is Route.RADAR:
        return fit_log_ratio(samples)
    if normaliser is None:
        return fit_graph(pair)
    if route is Route.ALIKE:
        return NoScore(name=VECTOR, source=VECTOR_SOURCE)
    single = len(samples[0].a) == 1
    pixels = fit_change_vector(samples, normaliser) if single else fit_mad(samples)
    return StructureScore(pixels, lattice) if route is Route.FINE else pixels


def choose_route(
    kinds: tuple[SensorKind, SensorKind],
    bands: tuple[int, int],
    gsd_m: float | None,
    agreement: float | None,
) -> Route:
    """The stated rule; it looks at kinds, bands, pixel size and edge agreement only.

    >>> choose_route(("RGB", "RGB"), (3, 3), 10.0, 0.4).name
    'SEASONS'
    """
    if kinds == ("SAR", "SAR"):
        return Route.RADAR
    known = [kind for kind in kinds if kind != "unknown"]
    if "SAR" in kinds or bands[0] != bands[1] or len(set(known)) > 1:
        return Route.UNLIKE
    if agreement is not None and agreement >= ALIKE_AGREEMENT:
        return Route.ALIKE
    return Route.SEASONS if gsd_m is not None and gsd_m > FINE_GSD_M else Route.FINE


def _samples(pair: PairSource) -> list[Views]:
    """Windows at full resolution, or the cheap look when none of them has data."""
    found = read_samples(pair)
    if found:
        return found
    look = Views(*pair.reduced(SAMPLE_PX))
    return [look] if look.valid.any() else []


def _band_counts(samples: Sequence[Views]) -> tuple[int, int]:
    """Number of bands of each image."""
    return len(samples[0].a), len(samples[0].b)


def _identical(samples: Sequence[Views]) -> bool:
    """Whether all samples have the same values: then any difference elsewhere is one."""
    return all(np.array_equal(view.a, view.b) for view in samples)


def _agreement(lattice: Lattice, samples: Sequence[Views]) -> float | None:
    """Median agreement of edge directions over the cells of all samples."""
    return common_agreement([lattice(v) for v in samples if min(v.valid.shape) >= 3 * BLOCK_PX])


def _threshold(route: Route, score: Score, samples: Sequence[Views]) -> Threshold:
    """Two classes, above a floor of noise."""
    values = [score(v, Window(0, 0, *v.valid.shape))[v.valid] for v in samples]
    return from_scores(np.concatenate(values), *_FLOORS[route])


def _ground_test(samples: Sequence[Views]) -> GroundTest:
    """Dark level of the first image and a twentieth of its range."""
    values = np.concatenate([brightness(v.a)[v.valid] for v in samples])
    low, high = (float(q) for q in np.quantile(values, (0.005, 0.98)))
    return GroundTest(_DARK_SHARE * max(high - low, 1e-6), (low, min(low, 0.0)))
