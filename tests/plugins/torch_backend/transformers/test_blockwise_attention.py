"""Blocks of keys on tensors beside NumPy's: the fused kernel computes all of it."""

import numpy as np
import pytest
from built_on import on_tensors
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.transformers.blockwise_attention import blockwise_attention as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402

from plugins.torch_backend.transformers import blockwise_attention  # noqa: E402


def models(block_size, causal, dtype="float64"):
    theirs = reference.BlockwiseAttention(block_size, causal=causal).astype(dtype)
    ours = on_tensors(blockwise_attention.BlockwiseAttention, block_size, causal=causal)
    return theirs, ours.astype(dtype)


@settings(max_examples=40, deadline=None)
@given(
    shape=st.tuples(*[st.integers(1, 4)] * 3, st.integers(0, 3), st.integers(1, 6)),
    seed=st.integers(0, 99),
    is_masked=st.booleans(),
    causal=st.booleans(),
    dtype=st.sampled_from(["float64", "float32"]),
)
def test_every_batch_agrees_by_the_fused_kernel(shape, seed, is_masked, causal, dtype):
    rng = np.random.default_rng(seed)
    N, Q, D, more, E = shape
    theirs, ours = models(2, causal, dtype)
    sizes = ((N, Q, D), (N, Q + more, D), (N, Q + more, E))
    arrays = [rng.normal(size=size).astype(dtype) for size in sizes]
    mask = rng.random((N, Q + more)) < 0.5 if is_masked else None
    grad = rng.normal(size=(N, Q, E)).astype(dtype)
    expected, gradients = theirs.forward(*arrays, mask), theirs.backward(grad)
    close = {"rtol": 1e-5, "atol": 1e-5 if dtype == "float32" else 1e-12}
    with sdpa_kernel([SDPBackend.FLASH_ATTENTION]):  # the only kernel, and so the one that is used
        actual = ours.forward(
            *map(torch.tensor, arrays), None if mask is None else torch.tensor(mask)
        )
        result = ours.backward(torch.tensor(grad))
    assert actual.dtype is getattr(torch, dtype)
    np.testing.assert_allclose(actual.numpy(), expected, **close)
    np.testing.assert_allclose(ours.log_sums.numpy(), theirs.log_sums, **close)
    for tensor, gradient in zip(result, gradients, strict=True):
        np.testing.assert_allclose(tensor.numpy(), gradient, **close)
