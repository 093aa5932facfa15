"""Heads in NumPy and on tensors beside torch's fused kernel."""

import numpy as np
import pytest
from built_on import on_tensors

from framework.models.parts import parts_from
from solutions.transformers.multi_head_attention import multi_head_attention as reference
from solutions.translation.attention.attention import masked_softmax

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.transformers import multi_head_attention as tensors  # noqa: E402

KERNEL = torch.nn.functional.scaled_dot_product_attention
MASK = np.arange(6) < np.array([[6], [3], [5]])


def models(heads, dtype="float64", **settings):
    """Return the model of each side with 8 features and the same parameters."""
    rng = np.random.default_rng(4)
    with parts_from({"masked_softmax": masked_softmax}.__getitem__):
        theirs = reference.MultiHeadAttention(8, heads, rng=rng, **settings).astype(dtype)
    ours = on_tensors(tensors.MultiHeadAttention, 8, heads, rng=rng, **settings).astype(dtype)
    for key, value in theirs.parameters.items():
        ours.parameters[key].copy_(torch.tensor(value))
    return theirs, ours


def words(T=6, dtype="float64"):
    """Return words of three texts."""
    return np.random.default_rng(T).normal(size=(3, T, 8)).astype(dtype)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("heads", "shared"), [(1, None), (2, None), (4, 2), (8, 1)])
def test_the_reference_is_the_fused_kernel(heads, shared, causal):
    theirs, _ = models(heads, key_value_heads=shared, causal=causal)
    x, d = words(), 8 // heads
    sizes = [heads * d, (shared or heads) * d, (shared or heads) * d]
    packed = torch.tensor(x @ theirs.parameters["W_qkv"]).split(sizes, dim=-1)
    q, k, v = (part.unflatten(-1, (-1, d)).transpose(1, 2) for part in packed)
    means = KERNEL(q, k, v, is_causal=causal, enable_gqa=shared is not None)
    expected = means.transpose(1, 2).flatten(2).numpy() @ theirs.parameters["W_o"]
    np.testing.assert_allclose(theirs.forward(x), expected, rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("settings", [{}, {"key_value_heads": 2}])
def test_steps_and_weights_of_both_agree(dtype, settings):
    near = {"rtol": 1e-9} if dtype == "float64" else {"rtol": 1e-3, "atol": 1e-5}
    theirs, ours = models(4, dtype, causal=True, **settings)
    x, caches = words(dtype=dtype), [model.initial_cache(3) for model in (theirs, ours)]
    for piece in np.split(x, [1, 4], axis=1):
        expected, caches[0] = theirs.step(piece, caches[0])
        y, caches[1] = ours.step(torch.tensor(piece), caches[1])
        assert y.dtype is getattr(torch, dtype)
        np.testing.assert_allclose(y.numpy(), expected, **near)
        for part, other in zip(caches[1], caches[0], strict=True):
            np.testing.assert_allclose(part.numpy(), other, **near)
    for mask in (None, MASK):
        theirs.forward(x, mask)
        ours.forward(torch.tensor(x), None if mask is None else torch.tensor(mask))
        np.testing.assert_allclose(ours.weights.numpy(), theirs.weights, **near)


def test_the_kernel_is_asked_for_what_it_can_do_itself(monkeypatch):
    calls = []

    def counted(*args, **kwargs):
        calls.append((kwargs["is_causal"], kwargs["enable_gqa"], "attn_mask" in kwargs))
        return KERNEL(*args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", counted)
    x, mask = torch.tensor(words()), torch.tensor(MASK)
    for settings in ({}, {"causal": True}, {"causal": True, "key_value_heads": 2}):
        _, model = models(4, **settings)
        model.forward(x)
        model.forward(x, mask)
    _, cache = model.step(x, model.initial_cache(3))
    model.step(x[:, :1], cache)
    assert calls == [
        (False, False, False), (False, False, True),
        (True, False, False), (False, False, True),
        (True, True, False), (False, True, True),
        (False, True, True), (False, True, False),
    ]  # fmt: skip


@pytest.mark.parametrize("side", [0, 1])
def test_steps_that_do_not_fit(side):
    x = (torch.tensor if side else np.array)(words())
    model = models(4, causal=True, key_value_heads=2)[side]
    message = r"for 3 texts, .*\(3, 2, S, 2\), but are \(2, 2, 0, 2\) and \(2, 2, 0, 2\)"
    with pytest.raises(ValueError, match=message):
        model.step(x, model.initial_cache(2))
    with pytest.raises(ValueError, match="step needs an attention with causal=True"):
        models(4)[side].step(x, model.initial_cache(2))


@pytest.mark.parametrize("sizes", [(1, 4, 2), (10, 8, 2), (10, 8, 4, 1), (7, 12, 6, 2)])
def test_both_count_the_same_multiplications(sizes):
    assert tensors.multiplications(*sizes) == reference.multiplications(*sizes)
