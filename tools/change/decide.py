"""The verdict: what the evidence allows to say, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tools.change.contract import Reason, Verdict
from tools.change.register import Registration

UNCHANGED_SHARE = 0.001
CHANGED_SHARE = 0.005
ALIKE_AGREEMENT = 0.7
FINE_GSD_M = 1.2
CLUSTER_CELLS = 12
_EVIDENT_PX = 100
_COMPARED_SHARE = 0.5
_COARSE_RESIDUAL_PX = 0.5


class Route(Enum):
    """How a pair is compared; chosen from sensor kinds, pixel size and edge agreement only."""

    RADAR = "both radar: log-ratio"
    UNLIKE = "unlike sensors: patch-similarity graph"
    ALIKE = "same kind of sensor, same light: change vector over its noise"
    SEASONS = "same kind of sensor, pixels above 1.2 m, other light or season: IR-MAD"
    NOTHING = "nothing to compare in the samples"
    FINE = "same kind of sensor, fine or unknown pixels, other light or season: structure"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pass over the pair found.

    Attributes:
        differing_px: Compared pixels whose values differ at all.
        unexplained_px: Pixels in the largest cluster of blocks that light does not explain.
        built_cells, razed_cells: Lattice cells in the largest cluster of new, or lost, structure.
    """

    route: Route
    registration: Registration
    agreement: float | None
    total_px: int
    compared_px: int
    differing_px: int
    mask_px: int
    largest_region_px: int
    smallest_region_px: int
    unexplained_px: float = 0.0
    built_cells: int = 0
    razed_cells: int = 0

    @property
    def share(self) -> float:
        """Share of the compared pixels in the mask."""
        return self.mask_px / max(self.compared_px, 1)


def decide(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Say `changed`, `unchanged` or `cannot_tell`, with the reason first."""
    if found.compared_px == 0:
        return "cannot_tell", [Reason("nothing_compared", "no pixel has data on both dates")]
    if found.differing_px == 0:
        return "unchanged", [Reason("identical", "all compared pixels have the same values")]
    return _BY_ROUTE[found.route](found)


def _radar(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Radar: a share above what speckle leaves, in at least one clear region."""
    if found.share >= CHANGED_SHARE and found.largest_region_px >= 8 * found.smallest_region_px:
        words = f"backscatter changed by more than speckle on {found.share:.1%} of the pixels"
        return "changed", [Reason("above_speckle", words)]
    return _small_or_open(found, "the log-ratio is hardly above speckle")


def _alike(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Same light: pixels above the noise that no change of light explains."""
    if found.unexplained_px >= max(_EVIDENT_PX, found.smallest_region_px):
        words = (
            f"{found.unexplained_px:.0f} adjoining pixels differ by more than the noise and not "
            "by one factor, as a shadow or another exposure would"
        )
        return "changed", [Reason("above_noise", words)]
    return _small_or_open(found, "what differs could be shadow or exposure alone")


def _seasons(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Other season at metres per pixel: land surface change, with a floor on the share."""
    evident = found.unexplained_px >= max(_EVIDENT_PX, found.smallest_region_px)
    if found.share >= CHANGED_SHARE and evident:
        words = f"the surface differs beyond light on up to {found.share:.1%} of the pixels"
        return "changed", [Reason("surface_changed", words)]
    return _small_or_open(found, "what differs could be light or season alone")


def _fine(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Fine pixels in other light: only a large area of new or lost structure settles it."""
    for cells, code, words in (
        (found.built_cells, "new_structure", "straight edges appeared on ground that had none"),
        (found.razed_cells, "lost_structure", "ground that was full of straight edges has none"),
    ):
        if cells >= CLUSTER_CELLS:
            return "changed", [Reason(code, f"{words}, over {cells} adjoining cells of 32 px")]
    words = "pixels this fine differ with sun, view and season; the places marked are candidates"
    return "cannot_tell", [Reason("light_or_season", words)]


def _unlike(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Unlike sensors: the graph ranks places; it has no level for 'nothing changed'."""
    words = "two kinds of sensor see different things; the places marked fit least"
    return "cannot_tell", [Reason("unlike_sensors", words)]


def _nothing(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Data so sparse that no sample met any."""
    return "cannot_tell", [Reason("too_sparse", "too little data on both dates to measure noise")]


def _small_or_open(found: Evidence, words: str) -> tuple[Verdict, list[Reason]]:
    """Unchanged when hardly anything stands out, otherwise open."""
    if found.share <= UNCHANGED_SHARE and _covers(found):
        share = f"{found.share:.3%} of the pixels stand out, no more than chance leaves"
        return "unchanged", [Reason("within_noise", share)]
    return "cannot_tell", [Reason("weak_evidence", words)]


_BY_ROUTE = {
    Route.RADAR: _radar,
    Route.ALIKE: _alike,
    Route.SEASONS: _seasons,
    Route.FINE: _fine,
    Route.UNLIKE: _unlike,
    Route.NOTHING: _nothing,
}


def _covers(found: Evidence) -> bool:
    """Whether enough of the image was compared to speak of all of it."""
    return found.compared_px >= _COMPARED_SHARE * found.total_px


def doubts(found: Evidence, gsd_m: float | None) -> list[Reason]:
    """Everything a reader should know before leaning on the verdict."""
    shift = found.registration
    checks = [
        (
            not shift.reliable,
            "registration_unknown",
            "the shift between the images could not be estimated; they are taken as they lie",
        ),
        (
            shift.reliable and (shift.residual_px or 0.0) > _COARSE_RESIDUAL_PX,
            "registration_rough",
            f"single places are off by {shift.residual_px or 0:.2f} px after registration",
        ),
        (
            max(abs(shift.down_px), abs(shift.right_px)) > _COARSE_RESIDUAL_PX,
            "registered",
            f"the second image was moved by {shift.down_px:.2f} px down, {shift.right_px:.2f} right",
        ),
        (gsd_m is None, "gsd_unknown", "the pixel size is not known; it is taken as fine"),
        (
            not _covers(found),
            "partly_compared",
            f"only {found.compared_px / max(found.total_px, 1):.0%} of the pixels have both dates",
        ),
        (
            found.route in (Route.SEASONS, Route.FINE),
            "other_light",
            f"edges agree only by {found.agreement or 0:.2f}: other sun, season or view",
        ),
    ]
    return [Reason(code, words) for holds, code, words in checks if holds]
