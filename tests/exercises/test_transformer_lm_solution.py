"""The transformer language model in the course: parameters, sampling, beam search, states."""

import numpy as np
import pytest

from framework.interfaces import NumpyArrays
from framework.models.parts import parts_from
from framework.providers.loaded_plugins import Plugins
from framework.training.states import pack_state, unpack_state

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


def log_probability(model, prefix, text):
    """log P of `text` after `prefix`, by `forward` alone; both fit into the context."""
    whole = np.concatenate([prefix, text])
    logits = model.forward(whole[None, :-1])[0]
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return logs[np.arange(len(whole) - 1), whole[1:]][len(prefix) - 1 :].sum()


def test_beam_search_with_all_texts_finds_the_most_probable_one():
    model, prefix = a_model(), np.array([3, 1])
    text, found = numpy_part("beam_search")(model, prefix, 3, V**2)
    every = np.stack(np.meshgrid(*[np.arange(V)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    scores = [log_probability(model, prefix, one) for one in every]
    assert text.tolist() == every[int(np.argmax(scores))].tolist()
    assert found == pytest.approx(max(scores))


def test_samples_have_the_probabilities_of_forward():
    model = a_model()
    prefix = np.tile([4, 0, 2], (4000, 1))
    drawn = numpy_part("sample")(model, prefix, 1, rng=np.random.default_rng(1))[:, 0]
    logits = model.forward(prefix[:1])[0, -1]
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(np.bincount(drawn, minlength=V) / 4000, expected, atol=0.03)


def test_greedy_search_writes_beyond_the_context():
    model = a_model()
    text = numpy_part("greedy")(model, np.array([[1, 2]]), 4 * CONTEXT)
    assert text.shape == (1, 4 * CONTEXT)
    # The last word was chosen after the words since the last two shortened states.
    half = CONTEXT // 2
    whole = np.concatenate([[1, 2], text[0]])
    start = (len(whole) - 2 - half) // half * half
    assert model.forward(whole[None, start:-1])[0, -1].argmax() == whole[-1]


def test_a_state_can_be_saved_and_is_not_changed():
    model, arrays = a_model(), NumpyArrays()
    _, state = model.step(np.array([[1, 2, 3]]), model.initial_state(1))
    described, saved = pack_state(state, arrays)
    again = unpack_state(described, saved, arrays)
    first, _ = model.next_log_probabilities(np.array([4]), state)
    second, _ = model.next_log_probabilities(np.array([4]), again)
    np.testing.assert_array_equal(first, second)
