"""Attention on tensors beside NumPy's: masks of any kind, the fused kernel, what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.arrays import arrays_in_force
from solutions.translation.attention import attention as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.arrays import TorchArrays  # noqa: E402
from plugins.torch_backend.translation import attention  # noqa: E402

MODELS = [
    ("DotProductAttention", ()),
    ("BilinearAttention", (3, 2)),
    ("AdditiveAttention", (3, 2, 4)),
]


def models(name, sizes, dtype="float64"):
    """Return the model of each side, with the same parameters."""
    drawn = {"rng": np.random.default_rng(1)} if sizes else {}
    theirs = getattr(reference, name)(*sizes, **drawn).astype(dtype)
    with arrays_in_force(TorchArrays()):
        ours = getattr(attention, name)(*sizes, **drawn).astype(dtype)
    for key, value in theirs.parameters.items():
        ours.parameters[key].copy_(torch.tensor(value))
    return theirs, ours


def inputs(rng, sizes, shape, dtype="float64"):
    N, Q, K, E = shape
    D, key_size = sizes[:2] or (3, 3)
    shapes = ((N, Q, D), (N, K, key_size), (N, K, E))
    return [rng.normal(size=one).astype(dtype) for one in shapes]


@pytest.mark.parametrize(("name", "sizes"), MODELS)
@settings(max_examples=30)
@given(
    shape=st.tuples(*[st.integers(1, 4)] * 4),
    seed=st.integers(0, 99),
    masked=st.sampled_from(["", "padding", "each query"]),
    dtype=st.sampled_from(["float64", "float32"]),
)
def test_every_batch_agrees(name, sizes, shape, seed, masked, dtype):
    rng = np.random.default_rng(seed)
    theirs, ours = models(name, sizes, dtype)
    arrays = inputs(rng, sizes, shape, dtype)
    N, Q, K, _ = shape
    mask = rng.random((N, K) if masked == "padding" else (N, Q, K)) < 0.5 if masked else None
    expected = theirs.forward(*arrays, mask)
    tensors = map(torch.tensor, arrays)
    actual = ours.forward(*tensors, None if mask is None else torch.tensor(mask))
    assert actual.dtype is getattr(torch, dtype)
    close = {"rtol": 1e-5, "atol": 1e-5 if dtype == "float32" else 1e-12}
    np.testing.assert_allclose(actual.numpy(), expected, **close)
    np.testing.assert_allclose(ours.weights.numpy(), theirs.weights, **close)
    upstream = rng.normal(size=expected.shape).astype(dtype)
    found = ours.backward(torch.tensor(upstream))
    for ours_, theirs_ in zip(found, theirs.backward(upstream), strict=True):
        np.testing.assert_allclose(ours_.numpy(), theirs_, **close)
    for key, gradient in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[key].numpy(), gradient, **close)


@pytest.mark.parametrize(("name", "sizes"), MODELS[:2])
def test_dot_products_use_the_fused_kernel(name, sizes, monkeypatch):
    calls = []
    kernel = torch.nn.functional.scaled_dot_product_attention

    def counted(*args, **kwargs):
        calls.append(kwargs)
        return kernel(*args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", counted)
    _, ours = models(name, sizes)
    ours.forward(*map(torch.tensor, inputs(np.random.default_rng(0), sizes, (2, 3, 4, 2))))
    assert [call["scale"] for call in calls] == [1.0 if sizes else 3**-0.5]


@pytest.mark.parametrize("module", [reference, attention])
def test_a_mask_that_does_not_broadcast(module):
    scores, mask = np.zeros((2, 3)), np.ones((2, 2), bool)
    if module is attention:
        scores, mask = torch.tensor(scores), torch.tensor(mask)
    with pytest.raises(ValueError, match=r"broadcast to \(2, 3\), but has \(2, 2\)"):
        module.masked_softmax(scores, mask)
