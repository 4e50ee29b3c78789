"""One town for the tests of the model planner; each test asks in sessions of its own."""

import pytest

from tests.agent.town import town_analyst


@pytest.fixture(scope="package")
def town(tmp_path_factory):
    analyst, _ = town_analyst(tmp_path_factory.mktemp("model-town"), size=512)
    yield analyst
    analyst.close()
