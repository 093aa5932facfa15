"""The transformer language model in the course: its parameters, and texts beyond its context."""

import numpy as np
import pytest

from framework.models.parts import parts_from
from framework.providers.loaded_plugins import Plugins

REGISTRY = Plugins().registry
V, D, CONTEXT = 9, 8, 6


def numpy_part(name):
    return REGISTRY.get(name, "numpy")


@pytest.fixture(autouse=True)
def numpy_parts():
    with parts_from(numpy_part):
        yield


def a_model(seed=0, **options):
    rng = np.random.default_rng(seed)
    model = numpy_part("transformer_lm")(V, D, 2, 2, CONTEXT, **options, rng=rng)
    for value in model.parameters.values():
        value[...] = rng.normal(scale=0.5, size=value.shape)
    model.eval()
    return model


def test_a_tied_matrix_saves_a_matrix():
    sizes = {name: value.shape for name, value in a_model().parameters.items()}
    assert [name for name, shape in sizes.items() if V in shape] == ["embedding"]


def test_greedy_search_writes_beyond_the_context():
    model = a_model()
    text = numpy_part("greedy")(model, np.array([[1, 2]]), 4 * CONTEXT)
    assert text.shape == (1, 4 * CONTEXT)
    # The last word was chosen after the words since the last two shortened states.
    half = CONTEXT // 2
    whole = np.concatenate([[1, 2], text[0]])
    start = (len(whole) - 2 - half) // half * half
    assert model.forward(whole[None, start:-1])[0, -1].argmax() == whole[-1]
