"""Land cover: what is told of made-up ground of known classes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from store.geo import Region
from store.home import Home
from tests.pictures import bench, ground, take, write
from tools.contract import ToolRefusal
from tools.landcover.look import opened, peaks_of, two_parts
from tools.landcover.ratio import normalised_difference
from tools.map_land_cover import map_land_cover

tell = map_land_cover.function
TEN_METRES = from_origin(500_000, 5_000_000, 10, 10)
BANDS = ["blue", "green", "red", "rededge", "nir", "swir1"]
SPECTRA = {
    "water": (0.06, 0.05, 0.03, 0.02, 0.01, 0.005),
    "trees": (0.04, 0.05, 0.03, 0.06, 0.25, 0.10),
    "low": (0.05, 0.09, 0.06, 0.12, 0.35, 0.22),
    "bare": (0.10, 0.14, 0.20, 0.24, 0.28, 0.35),
    "cloud": (0.45, 0.44, 0.45, 0.47, 0.52, 0.40),
}


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


def strips(kinds, shape=(100, 100), noise=0.002):
    """Reflectance of strips of known classes, each as wide as its share."""
    out = np.zeros((6, *shape), np.float32)
    col = 0
    for kind, share in kinds:
        last = col + round(share * shape[1])
        out[:, :, col:last] = np.array(SPECTRA[kind])[:, None, None]
        col = last
    return out + np.random.default_rng(2).normal(0, noise, out.shape).astype(np.float32)


@pytest.fixture
def desk(home, tmp_path):
    def ask(data, bands=BANDS, name="a.tif", region=None, sensor=None, **on):
        on = {"photometric": "MINISBLACK", "transform": TEN_METRES} | on
        scene = take(home, write(tmp_path / name, data, **on), bands=bands, sensor=sensor)
        return tell(bench(home, tmp_path / "s"), scene, region=region)

    return ask


def codes(found):
    return {caveat.code for caveat in found.caveats}


def share(found, name):
    return next(q for q in found.quantities if q.name == f"share_{name}")


def test_classes_of_reflectance_are_told_with_areas_and_masks(desk):
    kinds = [("water", 0.1), ("trees", 0.4), ("low", 0.3), ("bare", 0.2)]
    found = desk(strips(kinds))
    for name, right in {
        "water": 0.1,
        "trees": 0.4,
        "low_vegetation": 0.3,
        "bare_or_built": 0.2,
        "vegetation": 0.7,
    }.items():
        told = share(found, name)
        assert told.value == pytest.approx(right, abs=0.01)
        assert told.interval == "spread"
        assert told.low <= right + 0.01
        assert told.high >= right - 0.01
        assert found.value(f"area_{name}") == pytest.approx(
            told.value * found.coverage.asked, rel=1e-3
        )
    assert found.value("main_class") == "trees"
    assert {mask.name for mask in found.masks} == {
        "water",
        "trees",
        "low_vegetation",
        "bare_or_built",
    }
    with rasterio.open(next(m.path for m in found.masks if m.name == "water")) as file:
        assert (file.read(1)[:, :10] == 1).mean() > 0.98


def test_shares_of_classes_and_unknown_add_up_to_one(desk):
    found = desk(strips([("water", 0.2), ("trees", 0.3), ("bare", 0.4), ("cloud", 0.1)]))
    names = ("water", "trees", "low_vegetation", "bare_or_built", "unknown")
    assert sum(share(found, name).value for name in names) == pytest.approx(1.0)
    assert found.value("cloud_share") == pytest.approx(0.1, abs=0.01)
    assert share(found, "water").high >= 0.29, "under the cloud there may be water"
    assert "cloud" in codes(found)


def test_too_much_cloud_is_refused_with_what_would_do(desk):
    with pytest.raises(ToolRefusal) as refused:
        desk(strips([("trees", 0.6), ("cloud", 0.4)]))
    assert refused.value.code == "cloudy"
    assert refused.value.requirements == {"cloud_share": "<= 0.3"}


def test_a_scene_in_pieces_is_told_as_whole(desk, monkeypatch):
    data = strips([("water", 0.25), ("trees", 0.35), ("low", 0.4)], (220, 300))
    whole = desk(data)
    monkeypatch.setattr("tools.looking.scan.TILE_PX", 4000)
    cut = desk(data)
    assert [(q.name, q.value) for q in cut.quantities] == [
        (q.name, pytest.approx(q.value, rel=1e-6) if q.unit != "class" else q.value)
        for q in whole.quantities
    ]


def town(seed=1, side=320, green=(70, 95, 55, 170), veg=0.4, water=0.2):
    """Grey levels of half-metre pixels: built ground with shadows, lawns, a lake."""
    dice = np.random.default_rng(seed)
    data = np.empty((4, side, side))
    data[:] = (
        np.array([120, 116, 112, 118])[:, None, None]
        + 18 * gaussian_filter(dice.normal(size=(side, side)), 3) * 6
    )
    for _ in range(12):
        r, c = dice.integers(0, side - 8, 2)
        data[:, r : r + 6, c : c + 6] = np.array([48, 50, 54, 40])[:, None, None]
    rows = round(veg * side)
    data[:, :rows] = np.array(green)[:, None, None]
    lake = round(water * side)
    data[:, side - lake :] = np.array([45, 70, 85, 22])[:, None, None]
    return np.clip(data + dice.normal(0, 3, data.shape), 1, 255).astype(np.uint8)


RGBN = ["R", "G", "B", "NIR"]
HALF = from_origin(500_000, 5_000_000, 0.5, 0.5)


@pytest.mark.parametrize("gains", [(1, 1, 1, 1), (0.8, 0.9, 1.0, 1.2), (1.1, 1.0, 0.9, 0.8)])
def test_digital_numbers_are_told_by_the_scenes_own_bare_ground(desk, gains):
    data = np.clip(town() * np.array(gains)[:, None, None], 1, 255).astype(np.uint8)
    found = desk(data, bands=RGBN, transform=HALF)
    assert share(found, "vegetation").value == pytest.approx(0.4, abs=0.02)
    assert share(found, "water").value == pytest.approx(0.2, abs=0.02)
    assert {"not_reflectance", "trees_not_separated", "narrow_water"} <= codes(found)


def test_small_dark_places_are_not_water(desk):
    found = desk(town(water=0.0), bands=RGBN, transform=HALF)
    assert share(found, "water").value == 0
    assert share(found, "unknown").value > 0


def test_a_lake_across_pieces_is_one_lake(desk, monkeypatch):
    whole = desk(town(side=400), bands=RGBN, transform=HALF)
    monkeypatch.setattr("tools.looking.scan.TILE_PX", 6000)
    cut = desk(town(side=400), bands=RGBN, transform=HALF)
    assert share(cut, "water").value == pytest.approx(share(whole, "water").value, rel=1e-6)


def test_grey_levels_of_a_forest_alone_are_refused_not_called_bare(desk):
    with pytest.raises(ToolRefusal) as refused:
        desk(town(veg=1.0, water=0.0), bands=RGBN, transform=HALF)
    assert refused.value.code == "no_bare_ground"


def test_colour_alone_tells_green_vegetation_and_nothing_else(desk):
    found = desk(town(water=0.0)[:3], bands=["R", "G", "B"], transform=HALF)
    assert share(found, "vegetation").value == pytest.approx(0.4, abs=0.03)
    assert "share_water" not in {q.name for q in found.quantities}
    assert "green_only" in codes(found)
    assert share(found, "unknown").value == pytest.approx(0.6, abs=0.03)


def test_a_dull_picture_whose_share_hangs_on_the_threshold_is_refused(desk):
    dice = np.random.default_rng(5)
    greens = dice.uniform(100, 128, (200, 200))
    data = np.stack([np.full((200, 200), 100.0), greens, np.full((200, 200), 100.0)]).astype(
        np.uint8
    )
    with pytest.raises(ToolRefusal) as refused:
        desk(data, bands=["R", "G", "B"], transform=HALF)
    assert refused.value.code == "not_separable"


def radar(dark):
    dice = np.random.default_rng(7)
    amplitude = dice.rayleigh(120.0, (1, 300, 300))
    amplitude[:, :, : round(dark * 300)] *= 0.15
    return amplitude.astype(np.float32)


def test_radar_tells_a_dark_part_and_refuses_speckle(desk):
    found = desk(radar(0.3), bands=None, sensor="SAR")
    assert share(found, "water_like").value == pytest.approx(0.3, abs=0.02)
    assert "water_like_only" in codes(found)
    with pytest.raises(ToolRefusal) as refused:
        desk(radar(0.0), bands=None, sensor="SAR", name="speckle.tif")
    assert refused.value.code == "not_separable"


def test_panchromatic_and_unnamed_bands_are_refused_with_what_to_declare(desk):
    for data in (ground(bands=1), ground(bands=4)):
        with pytest.raises(ToolRefusal, match="--bands") as refused:
            desk(data, bands=None, name=f"{len(data)}.tif")
        assert refused.value.code == "needs_bands"


def test_none_is_not_said_of_what_was_not_seen(desk):
    data = strips([("trees", 1.0)])
    data[:, :30] = np.nan
    found = desk(data)
    assert "share_water" not in {q.name for q in found.quantities}
    assert "none_seen" in codes(found)
    assert found.coverage.valid == pytest.approx(0.7)


@pytest.mark.parametrize("bands", [BANDS, ["red", "nir"]])
def test_what_the_scenes_own_mask_marks_as_cloud_is_not_told(desk, bands):
    data = strips([("low", 0.5), ("bare", 0.5)])[[BANDS.index(name) for name in bands]]
    mask = np.zeros((1, 100, 100), np.float32)
    mask[:, :, 80:] = 1
    found = desk(np.concatenate([data, mask]), bands=[*bands, "CLOUD"])
    assert found.value("cloud_share") == pytest.approx(0.2, abs=0.001)
    assert share(found, "bare_or_built").value == pytest.approx(0.3, abs=0.01)
    assert share(found, "bare_or_built").high == pytest.approx(0.5, abs=0.01)
    mask[:, :, 60:] = 1
    with pytest.raises(ToolRefusal) as refused:
        desk(np.concatenate([data, mask]), bands=[*bands, "CLOUD"], name="b.tif")
    assert refused.value.code == "cloudy"


def test_without_green_no_water_is_said_not_to_be_there(desk):
    data = strips([("water", 0.4), ("low", 0.3), ("bare", 0.3)])
    found = desk(data[[2, 4]], bands=["red", "nir"])
    assert share(found, "vegetation").value == pytest.approx(0.3, abs=0.01)
    assert "share_water" not in {q.name for q in found.quantities}
    assert "water" not in {mask.name for mask in found.masks}
    assert "water_not_told" in codes(found)


def test_a_region_between_the_middles_of_pixels_is_refused_as_too_small(home, tmp_path):
    data = strips([("trees", 1.0)])
    path = write(tmp_path / "r.tif", data, photometric="MINISBLACK", transform=TEN_METRES)
    scene = take(home, path, bands=BANDS)
    tiny = Region.pixels(f"px:{scene.id}", 50.1, 50.1, 50.3, 50.3)
    with pytest.raises(ToolRefusal, match="the middle of no pixel") as refused:
        tell(bench(home, tmp_path / "s"), scene, region=tiny)
    assert refused.value.code == "region_too_small"


@pytest.mark.parametrize("sensor", ["SAR", None])
def test_where_no_data_are_it_is_not_said_that_nothing_stands_out(desk, sensor):
    empty = np.full((1 if sensor else 6, 100, 100), -9999, np.float32)
    with pytest.raises(ToolRefusal, match="no data were found") as refused:
        desk(empty, bands=None if sensor else BANDS, sensor=sensor, nodata=-9999)
    assert refused.value.code == "no_data"


def test_a_region_alone_is_told(home, tmp_path):
    path = write(
        tmp_path / "r.tif",
        strips([("water", 0.5), ("bare", 0.5)]),
        photometric="MINISBLACK",
        transform=TEN_METRES,
    )
    scene = take(home, path, bands=BANDS)
    west = Region.of("earth", scene.footprint.part("west-half").area)
    found = tell(bench(home, tmp_path / "s"), scene, region=west)
    assert share(found, "water").value == pytest.approx(1.0, abs=0.02)


def test_one_peak_is_not_two_parts():
    dice = np.random.default_rng(1)
    one = two_parts(dice.normal(0, 1, 50_000))
    assert one is None or one.valley > 0.75
    two = two_parts(np.concatenate([dice.normal(0, 1, 40_000), dice.normal(7, 1, 2_000)]))
    assert two is not None
    assert two.valley < 0.2
    assert 2.5 < two.cut < 6


def test_peaks_come_from_low_to_high():
    dice = np.random.default_rng(1)
    values = np.concatenate([dice.normal(-0.05, 0.02, 4000), dice.normal(0.2, 0.02, 6000)])
    assert [round(peak.at, 1) for peak in peaks_of(values, -0.5, 0.5, least=0.25)] == [
        -0.1,
        0.2,
    ] or [round(peak.at, 2) for peak in peaks_of(values, -0.5, 0.5, least=0.25)] == pytest.approx(
        [-0.05, 0.2], abs=0.02
    )


def test_opening_keeps_what_is_wide_and_drops_what_is_narrow():
    mask = np.zeros((60, 60), bool)
    mask[5:35, 5:35] = True
    mask[45:48] = True
    kept = opened(mask, 9)
    assert kept[5:35, 5:35].mean() > 0.97
    assert not kept[45:48].any()


def test_a_normalised_difference_is_defined_everywhere():
    first, second = np.float32([3, 1, 0, -2, 1]), np.float32([1, 3, 0, 1, -1])
    assert normalised_difference(first, second).tolist() == [0.5, -0.5, 0.0, 0.0, 0.0]
