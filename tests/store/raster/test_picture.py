"""Pictures for people: one stretch for all bands of a picture and all parts of a scene."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from store.home import Home
from store.ingest import Declared, ingest_scene
from store.raster.picture import Shade, Stretch, png_of
from tests.store.rasters import textured, write


@pytest.fixture
def look(tmp_path):
    def read(data, **declared):
        home = Home(tmp_path / "home")
        scene = ingest_scene(home, write(tmp_path / "a.tif", data), Declared(**declared))
        with home.open_scene(scene) as reader:
            return scene, reader.read(*reader.whole)

    return read


def test_a_picture_of_eight_bits_is_shown_as_it_is(look):
    data = textured(30, 40)
    scene, pixels = look(data)
    shown = np.asarray(Image.open(io.BytesIO(png_of(pixels, scene))))
    assert (np.moveaxis(shown, -1, 0) == data).all()


def test_one_flat_band_does_not_stain_a_picture(look):
    """Red over water spans few levels; stretched alone it would turn the water red."""
    data = textured(30, 40)
    data[0] = 40 + data[0] % 20
    scene, pixels = look(data)
    assert {shade.how for shade in Stretch.of(pixels, scene).shades} == {"as_is"}


def test_a_stretch_found_once_shows_a_part_as_in_the_whole(look):
    data = np.linspace(0, 4000, 1200).reshape(1, 30, 40).astype(np.uint16)
    scene, pixels = look(data)
    stretch = Stretch.of(pixels, scene)
    part = type(pixels)(pixels.data[:, 5:9], pixels.valid[5:9], pixels.window, None)
    assert (stretch.shown(part) == stretch.shown(pixels)[5:9]).all()
    assert (stretch.shown(part) != Stretch.of(part, scene).shown(part)).any()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16"])
def test_looked_up_greys_are_the_computed_ones(dtype):
    limits = np.iinfo(dtype)
    plane = np.linspace(limits.min, limits.max, 999).astype(dtype).reshape(27, 37)
    shade = Shade("linear", limits.min / 2 + 3, limits.max / 3)
    assert (shade.grey(plane) == shade._computed(plane)).all()


def test_an_amplitude_of_nothing_is_black_and_does_not_set_the_range(look):
    data = np.full((1, 40, 40), 100.0, np.float32)
    data[0, :20] = 0.0
    data[0, 30:] = 1000.0
    scene, pixels = look(data, sensor="SAR")
    (shade,) = Stretch.of(pixels, scene).shades
    assert (shade.how, shade.low, shade.high) == ("dB", pytest.approx(40), pytest.approx(60))
    grey = shade.grey(pixels.data[0])
    assert (grey[0, 0], grey[25, 0], grey[35, 0]) == (0, 0, 255)
