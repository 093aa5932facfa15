"""The transformer for translation: its derivatives, padding, order of words, states, alignment."""

import numpy as np
import pytest
from derivatives import assert_gradients_are_slopes

from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins

pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

REGISTRY = Plugins().registry
SIZES = (9, 8, 6)
RNG = np.random.default_rng(3)
SOURCE, BEFORE = RNG.integers(3, 9, size=(3, 5)), RNG.integers(1, 8, size=(3, 4))
SOURCE[1, 3:] = 0

both = pytest.mark.parametrize("backend", [Backend(REGISTRY, name) for name in ("numpy", "torch")])


def built(backend, heads=2, layers=2, **options):
    sizes = (*SIZES, heads, layers)
    rng = np.random.default_rng(0)
    return backend.build("transformer_translator", *sizes, kind="model", rng=rng, **options)


@pytest.mark.parametrize("heads", [1, 3])
def test_gradients_are_derivatives_of_all_parameters(heads):
    model, grad = built(Backend(REGISTRY, "numpy"), heads), RNG.normal(size=(3, 4, 8))
    model.forward(SOURCE, BEFORE)
    model.backward(grad)
    assert_gradients_are_slopes(
        model, lambda: model.forward(SOURCE, BEFORE) * grad, RNG, rel=1e-4, absolute=1e-6
    )


@both
def test_no_word_reads_later_words_or_padding_and_all_read_the_order(backend):
    arrays, model = backend.arrays, built(backend)

    def logits(source, before):
        with backend.in_force():
            inputs = arrays.from_numpy(source), arrays.from_numpy(before)
            return arrays.to_numpy(model.forward(*inputs))

    expected = logits(SOURCE, BEFORE)
    later = BEFORE.copy()
    later[:, 3] = 1 + later[:, 3] % 7
    np.testing.assert_allclose(logits(SOURCE, later)[:, :3], expected[:, :3], rtol=1e-10)
    assert np.abs(logits(SOURCE, later)[:, 3] - expected[:, 3]).max() > 1e-3
    longer = np.pad(SOURCE, ((0, 0), (0, 2)))
    np.testing.assert_allclose(logits(longer, BEFORE), expected, rtol=1e-10)
    assert np.abs(logits(SOURCE[:, ::-1], BEFORE) - expected)[[0, 2]].max() > 1e-3


@both
def test_word_by_word_says_what_forward_says(backend):
    arrays, model = backend.arrays, built(backend)
    with backend.in_force():
        source, before = arrays.from_numpy(SOURCE), arrays.from_numpy(BEFORE)
        scores = arrays.to_numpy(model.forward(source, before))
        expected = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
        state = model.decoder.initial_state(3, *model.condition(source))
        for t in range(4):
            result, state = model.decoder.next_log_probabilities(before[:, t], state)
            np.testing.assert_allclose(arrays.to_numpy(result), expected[:, t], rtol=1e-9)


@both
def test_a_beam_of_each_sentence_and_the_alignment_fit_the_sources(backend):
    arrays, model = backend.arrays, built(backend)
    with backend.in_force():
        source, before = arrays.from_numpy(SOURCE), arrays.from_numpy(BEFORE)
        together = arrays.to_numpy(model.translate(source, 5, 3))
        alone = arrays.to_numpy(model.translate(source[1:2, :3], 5, 3))
        weights = arrays.to_numpy(model.alignment(source, before))
    np.testing.assert_array_equal(together[1:2], alone)
    np.testing.assert_allclose(weights.sum(axis=2), 1, rtol=1e-9)
    assert (weights[1, :, 3:] == 0).all()
    assert weights.shape == (3, 4, 5)


@both
def test_shapes_that_do_not_fit_are_refused(backend):
    arrays = backend.arrays
    decoder = built(backend).decoder
    before = arrays.from_numpy(BEFORE)
    words = arrays.from_numpy(np.ones((3, 4), bool))
    memory, other = (arrays.from_numpy(RNG.normal(size=(n, 5, 6))) for n in (3, 2))
    with backend.in_force():
        with pytest.raises(ValueError, match=r"memory should be \(3, S, 6\) .* is \(2, 5, 6\)"):
            decoder.forward(before, other)
        with pytest.raises(ValueError, match=r"words should be \(3, 5\), but are \(3, 4\)"):
            decoder.forward(before, memory, words)
        with pytest.raises(ValueError, match="the memory has 2 sources, but 3 texts"):
            decoder.initial_state(3, other)
        with pytest.raises(IndexError, match=r"ids must lie in 0 ... 7, .* 8"):
            decoder.forward(before + 1, memory)
