"""The stub and the listed mistakes of one exercise: run by ``pytest --exercise NAME`` alone.

For all exercises, ``gradus stubs --check`` and ``gradus audit --mistakes`` show the same.
"""

import pytest
from gradus_command import gradus


@pytest.fixture
def name(request):
    return request.config.getoption("exercise")


def test_the_stub_is_that_of_the_solution():
    gradus("stubs", "--check")


@pytest.mark.timeout(600)  # some mistakes train a model
def test_every_listed_mistake_is_caught(name):
    assert "100.0%" in gradus("audit", "--mistakes", name)
