"""Labelled pairs: what was reached stays reached, and nothing untrue is said of LEVIR."""

import numpy as np
import pytest
from PIL import Image

from tools.change import ArrayPair, ArraySink, detect_change

RADAR = "change_sar_hetero"


def read(path, kind="RGB"):
    values = np.asarray(Image.open(path)).astype(np.float32)
    bands = values[None] if values.ndim == 2 else np.moveaxis(values[..., :3], -1, 0)
    return bands.mean(axis=0, keepdims=True) if kind == "SAR" else bands


def compare(folder, first, second, kinds, gsd_m):
    a, b = read(folder / first, kinds[0]), read(folder / second, kinds[1])
    sink = ArraySink(a.shape[1:])
    pair = ArrayPair(a, b, np.ones(a.shape[1:], bool), gsd_m, kinds)
    return detect_change(pair, sink), sink.codes == 1


def f1(mask, truth):
    return 2 * np.count_nonzero(mask & truth) / (mask.sum() + truth.sum())


@pytest.mark.parametrize(
    ("name", "gsd_m", "least"),
    [("ottawa", 12.0, 0.88), ("yellow_A", 8.0, 0.82), ("yellow_C", 8.0, 0.72)],
)
def test_radar_pairs_keep_their_f1(test_data, name, gsd_m, least):
    files = (f"{RADAR}/{name}_{k}.bmp" for k in ("1", "2"))
    result, mask = compare(test_data, *files, ("SAR", "SAR"), gsd_m)
    truth = read(test_data / RADAR / f"{name}_gt.bmp")[0] > 127
    assert result.verdict == "changed"
    assert f1(mask, truth) >= least
    if name == "ottawa":
        assert result.share == pytest.approx(0.158, abs=0.03)


def test_unlike_sensors_give_candidates_only(test_data):
    files = (f"{RADAR}/shuguang_{k}.bmp" for k in ("1", "2"))
    result, mask = compare(test_data, *files, ("SAR", "RGB"), 8.0)
    truth = read(test_data / RADAR / "shuguang_gt.bmp")[0] > 127
    assert (result.verdict, result.mask_means) == ("cannot_tell", "candidates")
    assert f1(mask, truth) > 0.5


def test_landsat_keeps_its_f1_where_labelled(test_data):
    folder = test_data / "change_landsat" / "Taizhou"
    result, mask = compare(folder, "taizhou2000.jpg", "taizhou2003.jpg", ("MS", "MS"), 30.0)
    changed = read(folder / "change.bmp")[0] > 127
    known = changed | (read(folder / "unchanged.bmp")[0] > 127)
    assert result.verdict == "changed"
    assert f1(mask & known, changed) > 0.87


def test_nothing_untrue_is_said_of_building_at_half_a_metre(test_data):
    truth = {
        "train_386_0512_0768": "unchanged",
        **dict.fromkeys(
            (
                "test_102_0512_0000",
                "test_2_0000_0000",
                "test_2_0000_0512",
                "test_121_0768_0256",
                "val_27_0000_0256",
            ),
            "changed",
        ),
    }
    folder = test_data / "change_levir"
    said = {
        name: compare(folder, f"A/{name}.png", f"B/{name}.png", ("RGB", "RGB"), 0.5)[0].verdict
        for name in truth
    }
    assert all(verdict in (truth[name], "cannot_tell") for name, verdict in said.items()), said
    assert sum(verdict == truth[name] for name, verdict in said.items()) >= 3


def test_the_tornado_took_most_in_the_south_east_and_least_in_the_north_west(test_data):
    folder = test_data / "disaster_joplin" / "aligned"
    a, b = read(folder / "0_pre.tif"), read(folder / "0_post.tif")
    valid = ~((a == 0).all(axis=0) | (b == 0).all(axis=0))
    result = detect_change(ArrayPair(a, b, valid, 0.636, ("RGB", "RGB")))
    assert result.verdict == "changed"
    assert result.cells["SE"] > 3 * result.cells["NW"]
    assert result.halves["S"] > 1.5 * result.halves["N"]
