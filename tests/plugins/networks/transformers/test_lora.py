"""Thin matrices beside a trained layer, in NumPy and on tensors."""

import numpy as np
import pytest
from built_on import on_tensors

from framework.models.parts import part
from plugins.networks.transformers import lora
from solutions.transformers.lora import lora as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.neural_networks.neuron import Affine  # noqa: E402


def both(D=4, H=3, rank=2, alpha=3.0, dtype="float64"):
    """Return the solution and the form on tensors, with the same arrays, of which none is 0."""
    rng = np.random.default_rng(0)
    layers = (
        part("affine")(D, H, rng=rng).astype(dtype),
        on_tensors(Affine, D, H, rng=rng).astype(dtype),
    )
    theirs = reference.LoRA(layers[0], rank, alpha, rng=rng)
    ours = on_tensors(lora.LoRA, layers[1], rank, alpha, rng=rng)
    for mine, other in ((layers[1], layers[0]), (ours, theirs)):
        for name, value in other.parameters.items():
            value[...] = rng.normal(size=value.shape)
            mine.parameters[name].copy_(torch.tensor(value))
    return theirs, ours


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_both_agree_merged_and_not(dtype):
    theirs, ours = both(dtype=dtype)
    near = {"rtol": 1e-10, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}
    x, grad = (np.random.default_rng(1).normal(size=(2, 5, n)).astype(dtype) for n in (4, 3))
    for _ in range(2):
        y = ours.forward(torch.tensor(x))
        assert y.dtype is getattr(torch, dtype)
        np.testing.assert_allclose(y.numpy(), theirs.forward(x), **near)
        np.testing.assert_allclose(
            ours.backward(torch.tensor(grad)).numpy(), theirs.backward(grad), **near
        )
        for name, gradient in theirs.gradients.items():
            np.testing.assert_allclose(ours.gradients[name].numpy(), gradient, **near)
        for model, array in ((theirs, grad), (ours, torch.tensor(grad))):
            model.merge()
            with pytest.raises(ValueError, match="call `unmerge` before `backward`"):
                model.backward(array)
        np.testing.assert_allclose(ours.forward(torch.tensor(x)).numpy(), y.numpy(), **near)
        W = theirs.layer.parameters["W"]
        np.testing.assert_allclose(ours.layer.parameters["W"].numpy(), W, **near)
        for model in (theirs, ours):
            model.unmerge()
    assert not any(gradient.any() for gradient in ours.layer.gradients.values())
