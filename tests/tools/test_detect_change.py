"""`detect_change` over scenes: pairs alike, pairs changed, and pairs it must not compare."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.warp import Resampling, calculate_default_transform, reproject
from scipy import ndimage

from store.errors import Cancelled
from store.geo import Region
from store.home import Home
from tests.pictures import HALF_METRE, UTM, bench, ground, take, write
from tools.contract import ToolRefusal
from tools.detect_change import detect_change


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    home.close()


@pytest.fixture
def look(home, tmp_path):
    def compare(before, after, region=None, **limits):
        return detect_change.function(
            bench(home, tmp_path / "scratch", **limits), before, after, region
        )

    return compare


def _codes(finding):
    return {caveat.code for caveat in finding.caveats}


def _with_roof(data, row=60, col=80, height=40, width=60):
    """Paint a new roof with an edge and a shadow, 40 x 60 px by default."""
    out = data.copy()
    out[:, row : row + height, col : col + width] = np.array([210, 60, 50], np.uint8)[:, None, None]
    out[:, row : row + 2, col : col + width] = 20
    return out


def test_a_scene_with_itself_is_exactly_unchanged(home, look, tmp_path):
    scene = take(home, write(tmp_path / "a.tif", ground()))
    found = look(scene, scene)
    assert found.value("verdict") == "unchanged"
    assert found.value("changed_share") == 0
    assert found.value("region_count") == 0
    assert len(found.features) == 0


def test_equal_pixels_in_unequal_files_are_exactly_unchanged(home, look, tmp_path):
    a = take(home, write(tmp_path / "a.png", ground()), gsd_m=0.5)
    b = take(home, write(tmp_path / "b.png", ground(), zlevel=1), gsd_m=0.5)
    assert a.digest != b.digest
    found = look(a, b)
    assert (found.value("verdict"), found.value("changed_share")) == ("unchanged", 0)
    assert "frame_assumed" in _codes(found)


def test_a_new_roof_is_found_where_it_is_with_its_area(home, look, tmp_path):
    data = ground()
    noise = np.random.default_rng(5).integers(-2, 3, data.shape)
    later = np.clip(_with_roof(data).astype(int) + noise, 0, 255).astype(np.uint8)
    a = take(home, write(tmp_path / "a.tif", data), date="2020-05")
    b = take(home, write(tmp_path / "b.tif", later), date="2021-05")
    found = look(a, b)
    assert found.value("changed") is True
    assert found.value("changed_area") == pytest.approx(40 * 60 * 0.25, rel=0.05)
    assert found.value("region_count") == 1
    with home.open_scene(a) as reader:
        col, row = reader.to_pixel(
            *np.array(found.features.geometry[0].centroid.coords[0])[:, None]
        )
    assert (float(col[0]), float(row[0])) == pytest.approx((110, 80), abs=2)
    with rasterio.open(found.masks[0].path) as mask:
        assert mask.crs == UTM
        assert mask.shape == (256, 256)
        assert int((mask.read(1) == 1).sum()) == pytest.approx(2400, rel=0.05)
    assert found.coverage.valid == 1
    assert [view.name for view in found.views] == ["before", "after", "places"]


def test_it_says_how_much_became_brighter_and_how_much_darker(home, look, tmp_path):
    later = ground()
    later[:, 20:70, 30:80] = np.clip(later[:, 20:70, 30:80] // 4 + 5, 0, 255)
    later[:, 20:70, 30:80] += ground(seed=9)[:, 20:70, 30:80] // 8
    later[:, 150:190, 100:160] = 230 + ground(seed=8)[:, 150:190, 100:160] // 12
    a = take(home, write(tmp_path / "a.tif", ground()), date="2020-05")
    b = take(home, write(tmp_path / "b.tif", later), date="2021-05")
    found = look(a, b)
    assert found.value("darker_share") == pytest.approx(50 * 50 / 65536, rel=0.1)
    assert found.value("brighter_share") == pytest.approx(40 * 60 / 65536, rel=0.1)
    both = found.value("darker_share") + found.value("brighter_share")
    assert both == pytest.approx(found.value("changed_share"))
    assert "darker_like_water" not in _codes(found)


def test_radar_says_that_darker_ground_is_like_water(home, look, tmp_path):
    rng = np.random.default_rng(4)
    field = 60 + 40 * (ground()[:1] > 100)
    speckled = [field * rng.gamma(5, 1 / 5, field.shape) for _ in range(2)]
    speckled[1][:, 60:140, 80:180] *= 0.12
    first, second = (
        take(
            home,
            write(tmp_path / f"{k}.tif", np.clip(x, 1, 255).astype(np.uint8)),
            date=f"202{k}",
            sensor="SAR",
        )
        for k, x in enumerate(speckled)
    )
    found = look(first, second)
    assert found.value("verdict") == "changed"
    assert found.value("darker_share") == pytest.approx(80 * 100 / 65536, rel=0.1)
    assert found.value("brighter_share") < 0.1 * found.value("darker_share")
    assert "darker_like_water" in _codes(found)


def test_wrong_order_is_put_right_and_said(home, look, tmp_path):
    a = take(home, write(tmp_path / "a.tif", ground()), date="2020")
    b = take(home, write(tmp_path / "b.tif", _with_roof(ground())), date="2019")
    found = look(a, b)
    assert [key.id for key in found.scenes] == [b.id, a.id]
    assert "order_reversed" in _codes(found)


def test_without_dates_no_order_is_claimed(home, look, tmp_path):
    a = take(home, write(tmp_path / "a.tif", ground()))
    b = take(home, write(tmp_path / "b.tif", _with_roof(ground())))
    assert "order_unknown" in _codes(look(a, b))


def test_a_region_narrows_what_is_compared(home, look, tmp_path):
    a = take(home, write(tmp_path / "a.png", ground()), gsd_m=0.5)
    b = take(home, write(tmp_path / "b.png", _with_roof(ground())), gsd_m=0.5)
    away = look(a, b, Region.pixels(a.frame, 0, 128, 256, 256))
    assert (away.value("verdict"), away.value("changed_share")) == ("unchanged", 0)
    near = look(a, b, Region.pixels(a.frame, 64, 48, 160, 112))
    assert near.value("verdict") != "unchanged"


@pytest.mark.parametrize("shift", [(1, 0), (0, 3), (-2, 4), (0.5, 0.5)])
def test_a_shifted_copy_is_not_taken_for_change(home, look, tmp_path, shift):
    wide = ground(300, 300)
    moved = np.stack(
        [ndimage.shift(band.astype(float), shift, order=3, mode="nearest") for band in wide]
    )
    a = take(home, write(tmp_path / "a.png", wide[:, 20:276, 20:276]), gsd_m=0.5)
    cut = np.clip(moved[:, 20:276, 20:276], 0, 255).astype(np.uint8)
    b = take(home, write(tmp_path / "b.png", cut), gsd_m=0.5)
    found = look(a, b)
    assert found.value("verdict") != "changed"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: np.clip(d * 1.3 + 8, 0, 255),
        lambda d: 255 * (d / 255.0) ** 0.7,
        lambda d: np.clip(d * np.linspace(0.7, 1.2, d.shape[2])[None, None, :], 0, 255),
        lambda d: np.clip(d + np.random.default_rng(3).normal(0, 4, d.shape), 0, 255),
    ],
    ids=["gain", "gamma", "gradient", "noise"],
)
def test_light_alone_is_never_called_change(home, look, tmp_path, change):
    a = take(home, write(tmp_path / "a.png", ground()), gsd_m=0.5)
    b = take(
        home, write(tmp_path / "b.png", change(ground().astype(float)).astype(np.uint8)), gsd_m=0.5
    )
    assert look(a, b).value("verdict") != "changed"


def test_scenes_in_unlike_crs_are_brought_onto_one_grid(home, look, tmp_path):
    data = ground(300, 300)
    a = take(home, write(tmp_path / "a.tif", data), date="2020")
    later = _with_roof(data, 120, 120, 60, 60)
    transform, cols, rows = calculate_default_transform(
        UTM, "EPSG:4326", 300, 300, *_bounds(300, 300)
    )
    warped = np.zeros((3, rows, cols), np.uint8)
    reproject(
        later, warped, src_transform=HALF_METRE, src_crs=UTM, dst_transform=transform, dst_crs="EPSG:4326",
        resampling=Resampling.cubic,
    )  # fmt: skip
    b = take(home, write(tmp_path / "b.tif", warped, "EPSG:4326", transform, nodata=0), date="2021")
    found = look(a, b)
    assert found.value("verdict") != "unchanged"
    box = found.features.geometry[int(np.argmax(found.features.columns["area_m2"]))].centroid
    with home.open_scene(a) as reader:
        col, row = reader.to_pixel(np.array([box.x]), np.array([box.y]))
    assert (float(col[0]), float(row[0])) == pytest.approx((150, 150), abs=4)


def _bounds(rows, cols):
    return 500_000, 5_000_000 - rows * 0.5, 500_000 + cols * 0.5, 5_000_000


def test_unequal_resolutions_are_compared_at_the_coarser_and_said(home, look, tmp_path):
    data = ground(256, 256)
    coarse = data.reshape(3, 128, 2, 128, 2).mean(axis=(2, 4)).astype(np.uint8)
    a = take(home, write(tmp_path / "a.tif", data))
    b = take(
        home, write(tmp_path / "b.tif", coarse, transform=from_origin(500_000, 5_000_000, 1, 1))
    )
    found = look(a, b)
    assert "coarser_used" in _codes(found)
    assert found.gsd_m == pytest.approx(1.0, rel=2e-3)
    assert found.value("verdict") != "changed"


def test_nodata_is_never_change(home, look, tmp_path):
    data = ground()
    holed = data.copy()
    holed[:, 100:150, 100:150] = 0
    a = take(home, write(tmp_path / "a.tif", data, nodata=0))
    b = take(home, write(tmp_path / "b.tif", holed, nodata=0))
    found = look(a, b)
    assert (found.value("verdict"), found.value("changed_share")) == ("unchanged", 0)
    assert found.coverage.valid == pytest.approx(1 - 2500 / 65536)


def test_all_nodata_cannot_tell(home, look, tmp_path):
    a = take(home, write(tmp_path / "a.tif", ground(), nodata=0))
    b = take(home, write(tmp_path / "b.tif", np.zeros((3, 256, 256), np.uint8), nodata=0))
    found = look(a, b)
    assert found.value("verdict") == "cannot_tell"
    assert all(q.name != "changed_share" for q in found.quantities)


def test_pairs_that_share_no_ground_or_frame_are_refused(home, look, tmp_path):
    here = take(home, write(tmp_path / "here.tif", ground()))
    far = take(
        home, write(tmp_path / "far.tif", ground(seed=2), transform=from_origin(9e5, 5e6, 0.5, 0.5))
    )
    loose = take(home, write(tmp_path / "loose.png", ground(seed=3)))
    small = take(home, write(tmp_path / "small.png", ground(255, 256, seed=4)))
    sharp = take(
        home,
        write(tmp_path / "sharp.tif", ground(seed=5), transform=from_origin(5e5, 5e6, 0.05, 0.05)),
    )
    for before, after, why in (
        (here, far, "no common ground"),
        (here, loose, "has none"),
        (loose, small, "--frame"),
        (here, sharp, "coarser would do"),
    ):
        with pytest.raises(ToolRefusal, match=why):
            look(before, after)


def test_a_shared_frame_allows_unequal_sizes_and_says_so(home, look, tmp_path):
    a = take(home, write(tmp_path / "a.png", ground(256, 256)), frame="yard")
    b = take(home, write(tmp_path / "b.png", ground(256, 256)[:, :250]), frame="yard")
    found = look(a, b)
    assert (found.value("verdict"), found.value("changed_share")) == ("unchanged", 0)
    assert "sizes_differ" in _codes(found)


def test_work_that_is_stopped_concludes_nothing(home, look, tmp_path):
    scene = take(home, write(tmp_path / "a.tif", ground()))
    other = take(home, write(tmp_path / "b.tif", ground(seed=2)))
    with pytest.raises(Cancelled):
        look(scene, other, cancel=lambda: True)


@pytest.mark.parametrize("size", [(1, 1), (3, 40)])
def test_tiny_scenes_give_a_verdict_or_a_refusal(home, look, tmp_path, size):
    a = take(home, write(tmp_path / "a.png", ground(*size)))
    b = take(home, write(tmp_path / "b.png", 255 - ground(*size)))
    assert look(a, b).value("verdict") in ("cannot_tell", "changed")
