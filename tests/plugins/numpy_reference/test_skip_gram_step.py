"""A step on blocks moves the vectors as one pair after the other would, in every backend."""

from importlib import import_module

import numpy as np
import pytest

from framework.interfaces import NumpyArrays
from solutions.word_vectors.negative_sampling.negative_sampling import negative_sampling

V, D, T, M, DRAWN = 9, 4, 3, 5, 2


@pytest.fixture(params=["numpy_reference", "torch_backend"])
def backend(request):
    """The function, and the arrays that it works on."""
    if request.param == "torch_backend":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
        arrays = import_module("plugins.torch_backend.arrays").TorchArrays()
    else:
        arrays = NumpyArrays()
    return import_module(f"plugins.{request.param}.skip_gram_step").skip_gram_step, arrays


def blocks(rng, scale=1.0):
    """Vectors, and two blocks: ids repeat, and one centre word has no pair at all."""
    vectors = [scale * rng.normal(size=(V, D)) for _ in range(2)]
    ids = [rng.integers(0, V, size=(2, n)) for n in (T, M + DRAWN)]
    weights = np.zeros((2, T, M + DRAWN))
    weights[..., :M] = rng.random((2, T, M)) < 0.4
    weights[0, 1, :M] = 0
    weights[..., M:] = -weights[..., :M].sum(axis=2, keepdims=True)
    return (*vectors, *ids, weights)


def run(backend, vectors, outside, *others, rate):
    step, arrays = backend
    natives = [arrays.from_numpy(array) for array in (vectors, outside, *others)]
    loss = step(*natives, rate)
    return loss, *(arrays.to_numpy(native) for native in natives)


def test_the_step_is_the_sum_of_what_each_pair_asks_for(backend):
    given = blocks(np.random.default_rng(0))
    center, outside, center_ids, outside_ids, weights = given
    expected, grad_center, grad_outside = 0.0, np.zeros_like(center), np.zeros_like(outside)
    for b, t, j in np.argwhere(weights > 0):
        c = center_ids[b, t]
        drawn = outside_ids[b, M:]
        loss, grad_v, rows, grads = negative_sampling(center[c], outside_ids[b, j], drawn, outside)
        expected += loss
        grad_center[c] += grad_v
        grad_outside[rows] += grads
    loss, center_after, outside_after, *others = run(backend, *given, rate=0.1)
    assert loss == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(center_after, center - 0.1 * grad_center, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(outside_after, outside - 0.1 * grad_outside, rtol=1e-8, atol=1e-12)
    for array, before in zip(others, given[2:], strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_huge_scores_do_not_overflow(backend, dtype):
    center, outside, *ids, weights = blocks(np.random.default_rng(1), scale=60.0)
    given = (center.astype(dtype), outside.astype(dtype), *ids, weights.astype(dtype))
    loss, center_after, outside_after, *_ = run(backend, *given, rate=0.1)
    z = np.sign(weights) * (center[ids[0]] @ outside[ids[1]].swapaxes(1, 2))
    assert loss == pytest.approx(np.sum(np.abs(weights) * np.logaddexp(0, -z)), rel=1e-5)
    assert np.isfinite(center_after).all() and np.isfinite(outside_after).all()
    assert center_after.dtype == outside_after.dtype == dtype
