"""The transformer for translation: its derivatives, padding, order of words, states, alignment."""

import numpy as np
import pytest

from framework.errors import UsageError
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins

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
    model, step = built(Backend(REGISTRY, "numpy"), heads), 1e-6
    grad = RNG.normal(size=(3, 4, 8))
    model.forward(SOURCE, BEFORE)
    model.backward(grad)
    for name, parameter in model.parameters.items():
        direction, values = RNG.normal(size=parameter.shape), []
        for sign in (1, -2, 1):  # one step up, one down, and back
            parameter += sign * step * direction
            values.append((model.forward(SOURCE, BEFORE) * grad).sum())
        expected = (values[0] - values[1]) / (2 * step)
        found = (model.gradients[name] * direction).sum()
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-6), name


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
            found, state = model.decoder.next_log_probabilities(before[:, t], state)
            np.testing.assert_allclose(arrays.to_numpy(found), expected[:, t], rtol=1e-9)


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
def test_sizes_and_shapes_that_do_not_fit_are_refused(backend):
    arrays = backend.arrays
    for options, message in (
        ({"heads": 4}, "heads should divide features, but heads is 4 and features is 6"),
        ({"layers": 0}, "layers should be at least 1, but are 0"),
        ({"keep_probability": 0.0}, r"keep_probability lies in \(0, 1\], but got 0.0"),
    ):
        with pytest.raises(UsageError, match=message):
            built(backend, **options)
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
