"""A transformer block in the place of a recurrent layer; `test_forms` compares its two forms."""

import numpy as np
import pytest
from derivatives import assert_gradients_are_slopes


@pytest.fixture(params=[5, 6])
def model(request, backend):
    rng = np.random.default_rng(0)
    return backend.build("transformer_layer", 3, request.param, kind="model", rng=rng)


def test_gradients_are_derivatives(model, backend):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2, 4, 3))
    with backend.in_force():
        upstream = rng.normal(size=model.forward(x).shape)
        model.backward(upstream)
        assert_gradients_are_slopes(model, lambda: model.forward(x) * upstream, rng)


def test_words_have_positions_and_do_not_read_padding(model, backend):
    x = np.random.default_rng(1).normal(size=(1, 4, 3))
    with backend.in_force():
        h = model.forward(x)
        padded = model.forward(np.concatenate([x, np.zeros((1, 2, 3))], axis=1))
        exchanged = model.forward(x[:, [1, 0, 2, 3]])
    np.testing.assert_allclose(padded[:, :4], h, rtol=1e-12)
    assert np.abs(exchanged[:, 3] - h[:, 3]).max() > 1e-3
