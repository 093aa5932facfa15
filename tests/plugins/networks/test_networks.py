"""The networks that every backend shares agree with the solutions, on torch's layers."""

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.plugins import Plugins

pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")


@pytest.fixture(scope="module")
def backends():
    registry = Plugins().registry
    return Backend(registry, "numpy"), Backend(registry, "torch")


IDS = np.array([[3, 1, 4, 1], [5, 2, 0, 0]])

NETWORKS = [
    ("model", "window_classifier", (7, 3, 1, 4, 2), {}),
    ("language_model", "window_lm", (7, 3, 4), {}),
    ("language_model", "window_lm", (7, 3, 4, 1), {"direct": True}),
    ("language_model", "window_lm", (7, 3, 4, 3), {"direct": True}),
    ("model", "recurrent_tagger", (7, 3, 4, 5), {}),
    ("model", "recurrent_tagger", (7, 3, 4, 5, "lstm", False), {}),
]


@pytest.mark.parametrize(("kind", "name", "sizes", "options"), NETWORKS)
def test_a_network_agrees_with_the_solution(backends, kind, name, sizes, options):
    theirs, ours = (
        backend.build(name, *sizes, kind=kind, rng=np.random.default_rng(0), **options)
        for backend in backends
    )
    ids, arrays = IDS[:, :3] if name == "window_classifier" else IDS, backends[1].arrays
    expected = theirs.forward(ids)
    np.testing.assert_allclose(arrays.to_numpy(ours.forward(arrays.from_numpy(ids))), expected)
    upstream = np.random.default_rng(1).normal(size=expected.shape)
    assert theirs.backward(upstream) is None is ours.backward(arrays.from_numpy(upstream))
    assert [*ours.parameters] == [*theirs.parameters]
    for key, value in theirs.gradients.items():
        found = arrays.to_numpy(ours.gradients[key])
        np.testing.assert_allclose(found, value, atol=1e-12, err_msg=key)
    with pytest.raises(IndexError):
        ours.forward(arrays.from_numpy(ids + 5))


@pytest.mark.parametrize("drop", ["inputs", "weights"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_recurrent_dropout_agrees_with_the_solution(backends, cell, drop):
    rng = np.random.default_rng(1)
    x, grad, mask = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4, 5)), IDS > 0
    returned = []
    for backend in backends:
        rng, arrays = np.random.default_rng(0), backend.arrays
        layer = backend.build(cell, 3, 5, kind="model", rng=rng)
        model = backend.build("recurrent_dropout", layer, 0.5, drop, kind="model", rng=rng)
        whole = {name: arrays.to_numpy(value) for name, value in model.parameters.items()}
        for _ in range(2):  # the gradients of both passes add up
            y = model.forward(arrays.from_numpy(x), None, arrays.from_numpy(mask))
            grad_x, _ = model.backward(arrays.from_numpy(grad))
        returned.append(
            [arrays.to_numpy(value) for value in (y, grad_x, *model.gradients.values())]
        )
        for name, value in model.parameters.items():
            np.testing.assert_array_equal(arrays.to_numpy(value), whole[name])
    for theirs, ours in zip(*returned, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
