"""A fourth band that a file calls transparency and a person declares to be near infrared."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from store.home import Home
from tests.pictures import ground, take, write


def test_a_band_declared_as_data_is_data_in_overviews_too(tmp_path):
    home = Home(tmp_path / "home")
    data = ground(1400, 1400, bands=4)
    data[3, :, :700] = 0  # were it transparency, half of the scene would be nothing
    path = write(tmp_path / "rgba.tif", data)
    masked = take(home, path)
    assert masked.bands[3].role == "alpha"
    scene = take(home, path, bands=["R", "G", "B", "NIR"])
    assert [band.role for band in scene.bands] == ["data"] * 4
    with home.open_scene(scene) as reader:
        for shape in ((1400, 1400), (350, 350), (88, 88)):
            pixels = reader.read(*reader.whole, out_shape=shape, bands=[1, 4])
            assert pixels.valid.all()
            assert abs(float(pixels.data[1].mean()) - float(data[3].mean())) < 1
            assert np.abs(pixels.data[0].mean() - data[0].mean()) < 1
    home.close()


@pytest.mark.parametrize(
    ("described", "role"),
    [("nir", "data"), ("NIR", "data"), ("Near Infrared", "data"), ("B08", "data"),
     ("SR_B5", "data"), ("red edge", "data"), ("alpha", "alpha"), ("", "alpha"),
     ("Band 4", "alpha"), ("mask", "alpha"), ("transparency", "alpha")],
)  # fmt: skip
def test_a_description_goes_before_the_flag_that_gdal_sets_by_itself(tmp_path, described, role):
    home = Home(tmp_path / "home")
    data = ground(64, 64, bands=4)
    data[3, :, :32] = 0
    path = write(tmp_path / "four.tif", data)
    with rasterio.open(path, "r+") as file:
        assert file.colorinterp[3] == ColorInterp.alpha
        file.set_band_description(4, described)
    scene = take(home, path)
    assert scene.bands[3].role == role
    with home.open_scene(scene) as reader:
        assert reader.read(*reader.whole).valid.all() == (role == "data")
    home.close()
