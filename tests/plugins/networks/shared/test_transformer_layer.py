"""A transformer block in the place of a recurrent layer: its order of words, padding, gradients."""

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins

pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

REGISTRY = Plugins().registry


def encoder(backend, size=6):
    rng = np.random.default_rng(0)
    return backend.build("transformer_layer", 3, size, kind="model", rng=rng)


@pytest.mark.parametrize("size", [5, 6, 8])
def test_both_backends_agree_and_gradients_are_derivatives(size):
    rng = np.random.default_rng(1)
    x, grad, direction = (rng.normal(size=shape) for shape in ((2, 4, 3), (2, 4, size), (2, 4, 3)))
    found = []
    for name in ("numpy", "torch"):
        backend = Backend(REGISTRY, name)
        arrays, model = backend.arrays, encoder(backend, size)
        with backend.in_force():
            h = model.forward(arrays.from_numpy(x))
            of_x = model.backward(arrays.from_numpy(grad))
        found.append([arrays.to_numpy(array) for array in (h, of_x)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    backend = Backend(REGISTRY, "numpy")
    model, step = encoder(backend, size), 1e-6
    with backend.in_force():
        up, down = ((model.forward(x + s * step * direction) * grad).sum() for s in (1, -1))
    assert (up - down) / (2 * step) == pytest.approx((found[0][1] * direction).sum(), rel=1e-5)


def test_words_have_positions_and_do_not_read_padding():
    backend = Backend(REGISTRY, "numpy")
    model, x = encoder(backend), np.random.default_rng(1).normal(size=(1, 4, 3))
    with backend.in_force():
        h = model.forward(x)
        padded = model.forward(np.concatenate([x, np.zeros((1, 2, 3))], axis=1))
        exchanged = model.forward(x[:, [1, 0, 2, 3]])
    np.testing.assert_allclose(padded[:, :4], h, rtol=1e-12)
    assert np.abs(exchanged[:, 3] - h[:, 3]).max() > 1e-3
