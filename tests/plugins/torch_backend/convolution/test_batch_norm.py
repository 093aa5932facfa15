"""Batch normalization in NumPy beside torch's kernel, in both modes."""

import numpy as np
import pytest
from built_on import on_tensors

from solutions.convolution.batch_norm import batch_norm as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.convolution.batch_norm import BatchNorm1d  # noqa: E402


def pair(dtype, **settings):
    """A layer of each, with the same random γ and β."""
    theirs = reference.BatchNorm1d(4, **settings).astype(dtype)
    ours = on_tensors(BatchNorm1d, 4, **settings).astype(dtype)
    rng = np.random.default_rng(3)
    for name, value in theirs.parameters.items():
        value[...] = rng.normal(size=4)
        ours.parameters[name].copy_(torch.from_numpy(value))
    return ours, theirs


def same(ours, theirs, x, near):
    """Hold forward, backward, gradients and running statistics side by side."""
    expected = theirs.forward(x)
    actual = ours.forward(torch.from_numpy(x))
    assert str(actual.dtype) == f"torch.{x.dtype}"
    assert expected.dtype == x.dtype
    np.testing.assert_allclose(actual.numpy(), expected, **near)
    grad = np.random.default_rng(5).normal(size=x.shape).astype(x.dtype)
    grad_x = ours.backward(torch.from_numpy(grad)).numpy()
    np.testing.assert_allclose(grad_x, theirs.backward(grad), **near)
    for name, value in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[name].numpy(), value, **near)
    for name in ("running_mean", "running_variance"):
        ours_has, theirs_has = getattr(ours, name).numpy(), getattr(theirs, name)
        assert ours_has.dtype == theirs_has.dtype == x.dtype
        np.testing.assert_allclose(ours_has, theirs_has, **near)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("settings", [{}, {"momentum": 1.0}, {"momentum": 0.0, "epsilon": 0.5}])
def test_both_modes_agree(dtype, settings):
    near = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}
    ours, theirs = pair(dtype, **settings)
    rng = np.random.default_rng(7)
    for shape in ((6, 4), (3, 5, 4)):
        same(ours, theirs, rng.normal(2, 3, size=shape).astype(dtype), near)
    ours.eval()
    theirs.eval()
    for shape in ((3, 5, 4), (1, 4)):
        same(ours, theirs, rng.normal(2, 3, size=shape).astype(dtype), near)


def test_the_reference_is_torchs_own_layer():
    x = np.random.default_rng(0).normal(2, 3, size=(6, 4))
    module = torch.nn.BatchNorm1d(4, dtype=torch.float64)
    layer = reference.BatchNorm1d(4)
    for _ in range(3):
        expected = module(torch.from_numpy(x)).detach().numpy()
        np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-9)
    np.testing.assert_allclose(layer.running_mean, module.running_mean.numpy(), rtol=1e-9)
    np.testing.assert_allclose(layer.running_variance, module.running_var.numpy(), rtol=1e-9)


@pytest.mark.parametrize("kind", [reference.BatchNorm1d, BatchNorm1d])
def test_what_does_not_fit(kind):
    is_ours = kind is BatchNorm1d
    array = torch.ones if is_ours else np.ones
    layer = on_tensors(kind, 3) if is_ours else kind(3)
    with pytest.raises(ValueError, match=r"a batch of 1 rows .* call eval\(\)"):
        layer.forward(array((1, 1, 3)))
    with pytest.raises(ValueError, match=r"should be \(N, 3\) or \(N, T, 3\), but is \(4, 2\)"):
        layer.forward(array((4, 2)))
    with pytest.raises(ValueError, match=r"momentum .* 1.5"):
        kind(3, momentum=1.5)
    with pytest.raises(ValueError, match=r"epsilon .* 0"):
        kind(3, epsilon=0)
