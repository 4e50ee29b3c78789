"""A home of its own for the viewer's tests."""

from __future__ import annotations

import pytest

from store.home import Home


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    yield made
    made.close()
