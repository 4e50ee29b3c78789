"""The verdict: what the evidence allows to say, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tools.change.contract import Reason, Verdict
from tools.change.register import Registration

UNCHANGED_SHARE = 0.001
CHANGED_SHARE = 0.005
ALIKE_AGREEMENT = 0.7
FINE_GSD_M = 2.5
BUILT_CELLS = 30
_ANCHORED = 0.35
_BUILT_M2 = 1000.0
_CELL_PX2 = 256
_EVIDENT_PX = 200
_CHANCE_PX = 36
_SPECKLE_REGION_PX = 400  # ten resolution cells after despeckling; chance reaches five
_MUCH_SHARPER = 2.5
_COMPARED_SHARE = 0.5
_COARSE_RESIDUAL_PX = 0.5


class Route(Enum):
    """How a pair is compared; chosen from sensor kinds, pixel size and edge agreement only."""

    RADAR = "both radar: log-ratio"
    UNLIKE = "unlike sensors: patch-similarity graph"
    ALIKE = "same kind of sensor, same light: change vector over its noise"
    SEASONS = "same kind of sensor, pixels above 2.5 m, other light or season: IR-MAD"
    NOTHING = "nothing to compare in the samples"
    FINE = "same kind of sensor, fine or unknown pixels, other light or season: structure"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pass over the pair found.

    Attributes:
        sharper: Sharpness of the second image over that of the first.
        differing_px: Compared pixels whose values differ at all.
        unexplained_px: Pixels in a cluster of blocks that light does not explain; the largest, or
            the first that settles it.
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
    gsd_m: float | None = None
    sharper: float = 1.0
    unexplained_px: float = 0.0
    built_cells: int = 0
    razed_cells: int = 0

    @property
    def share(self) -> float:
        """Share of the compared pixels in the mask."""
        return self.mask_px / max(self.compared_px, 1)

    @property
    def blurred(self) -> tuple[bool, bool]:
        """Whether the first, or the second, image is far less sharp than the other."""
        return self.sharper > _MUCH_SHARPER, self.sharper < 1 / _MUCH_SHARPER


def decide(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Say `changed`, `unchanged` or `cannot_tell`, with the reason first."""
    if found.compared_px == 0:
        return "cannot_tell", [Reason("nothing_compared", "no pixel has data on both dates")]
    if found.differing_px == 0:
        return "unchanged", [Reason("identical", "all compared pixels have the same values")]
    return _BY_ROUTE[found.route](found)


def _radar(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Radar: a share above what speckle leaves, in at least one region chance does not reach."""
    if any(found.blurred):
        words = "the two images differ in looks or resolution; their speckle is not comparable"
        return "cannot_tell", [Reason("resolution_differs", words)]
    same_speckle = (found.agreement or 0.0) >= ALIKE_AGREEMENT
    if same_speckle and not _evident(found):
        return _small_or_open(found, "the same speckle on both dates, and no ground replaced")
    if found.share >= CHANGED_SHARE and found.largest_region_px >= _SPECKLE_REGION_PX:
        words = f"backscatter changed by more than speckle on {found.share:.1%} of the pixels"
        return "changed", [Reason("above_speckle", words)]
    return _small_or_open(found, "the log-ratio is hardly above speckle")


def _evident(found: Evidence) -> bool:
    """Whether enough adjoining pixels have their ground replaced."""
    return found.unexplained_px >= evident_px(found.smallest_region_px)


def evident_px(smallest_region_px: int) -> int:
    """Adjoining pixels of replaced ground that settle it; more of them add nothing."""
    return max(_EVIDENT_PX, smallest_region_px)


def _alike(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Same light: pixels above the noise that no change of light explains."""
    if _evident(found) and not any(found.blurred):
        words = (
            f"{evident_px(found.smallest_region_px)} or more adjoining pixels differ by more than "
            "the noise and not by one factor, as a shadow or another exposure would"
        )
        return "changed", [Reason("above_noise", words)]
    return _small_or_open(found, "what differs could be shadow or exposure alone")


def _seasons(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Other season at metres per pixel: a surface must differ beyond light and in structure.

    And only where most of the image still agrees; a pair without common edges proves nothing.
    """
    anchored = (found.agreement or 0.0) >= _ANCHORED and not any(found.blurred)
    if anchored and _evident(found):
        words = (
            "colour differs beyond light, and edges with it, on "
            f"{evident_px(found.smallest_region_px)} or more adjoining pixels, while edges agree "
            "elsewhere"
        )
        return "changed", [Reason("surface_changed", words)]
    return _small_or_open(found, "what differs could be light, season or harvest alone")


def _fine(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Fine pixels in other light: only a large area of new or lost structure settles it."""
    for cells, other_blurred, code, words in (
        (found.built_cells, found.blurred[0], "new_structure", "edges appeared where were none"),
        (
            found.razed_cells,
            found.blurred[1],
            "lost_structure",
            "ground full of edges has none now",
        ),
    ):
        large = cells >= BUILT_CELLS and _ground_m2(cells, found.gsd_m) >= _BUILT_M2
        if large and not other_blurred:
            words = f"straight, crossing {words}, over {cells} adjoining cells of 32 px"
            return "changed", [Reason(code, words)]
    words = "pixels this fine differ with sun, view and season; the places marked are candidates"
    return "cannot_tell", [Reason("light_or_season", words)]


def _ground_m2(cells: int, gsd_m: float | None) -> float:
    """Ground that so many lattice cells stand for; large when the pixel size is not known."""
    return float("inf") if gsd_m is None else cells * _CELL_PX2 * gsd_m**2


def _unlike(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Unlike sensors: the graph ranks places; it has no level for 'nothing changed'."""
    words = "two kinds of sensor see different things; the places marked fit least"
    return "cannot_tell", [Reason("unlike_sensors", words)]


def _nothing(found: Evidence) -> tuple[Verdict, list[Reason]]:
    """Data so sparse that no sample met any."""
    return "cannot_tell", [Reason("too_sparse", "too little data on both dates to measure noise")]


def _small_or_open(found: Evidence, words: str) -> tuple[Verdict, list[Reason]]:
    """Unchanged when hardly anything stands out, and nowhere much of it; otherwise open."""
    place = max(_CHANCE_PX, found.smallest_region_px)
    if found.share <= UNCHANGED_SHARE and found.largest_region_px < place and _covers(found):
        share = f"{found.share:.3%} of the pixels stand out, nowhere {place} or more together"
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


def _stable(shift: Registration) -> str:
    """How far off single places lie, where some show the same ground clearly."""
    if shift.reliable or shift.residual_px is None:
        return ""
    off = f"{shift.residual_px:.2f} px off at the median"
    return f", and {shift.patches} places that show the same ground lie {off}"


def doubts(found: Evidence) -> list[Reason]:
    """Everything a reader should know before leaning on the verdict."""
    shift = found.registration
    checks = [
        (
            not shift.reliable,
            "registration_unknown",
            "the shift between the images could not be estimated; they are taken as they lie"
            + _stable(shift),
        ),
        (
            shift.reliable and (shift.residual_px or 0.0) > _COARSE_RESIDUAL_PX,
            "registration_rough",
            f"single places are off by {shift.residual_px or 0:.2f} px after registration",
        ),
        (
            max(abs(shift.down_px), abs(shift.right_px)) > _COARSE_RESIDUAL_PX,
            "registered",
            f"the second image was moved by ({shift.down_px:.2f}, {shift.right_px:.2f}) px",
        ),
        (
            any(found.blurred),
            "resolution_differs",
            "one of the images is far less sharp than its pixel size says",
        ),
        (found.gsd_m is None, "gsd_unknown", "the pixel size is not known; it is taken as fine"),
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
