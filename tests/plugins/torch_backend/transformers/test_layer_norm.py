"""Layer normalization in NumPy beside torch's kernels, and beside the modules of `torch.nn`."""

import numpy as np
import pytest
from built_on import on_tensors

from solutions.transformers.layer_norm import layer_norm as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.transformers import layer_norm  # noqa: E402

NAMES = ("LayerNorm", "RMSNorm")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
def test_both_agree(name, dtype, epsilon):
    near = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-5}
    rng = np.random.default_rng(3)
    theirs = getattr(reference, name)(4, epsilon).astype(dtype)
    ours = on_tensors(getattr(layer_norm, name), 4, epsilon).astype(dtype)
    for key, value in theirs.parameters.items():
        value[...] = rng.normal(size=4)
        ours.parameters[key].copy_(torch.from_numpy(value))
    for shape in ((4,), (6, 4), (2, 3, 5, 4)):
        x, grad = rng.normal(2, 3, size=(2, *shape)).astype(dtype)
        y = ours.forward(torch.from_numpy(x))
        assert y.dtype is getattr(torch, dtype)
        np.testing.assert_allclose(y.numpy(), theirs.forward(x), **near)
        grad_x = ours.backward(torch.from_numpy(grad)).numpy()
        np.testing.assert_allclose(grad_x, theirs.backward(grad), **near)
    for key, value in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[key].numpy(), value, **near)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_is_torchs_own_layer(name):
    x = np.random.default_rng(0).normal(2, 3, size=(3, 5, 4))
    module = getattr(torch.nn, name)(4, eps=1e-3, dtype=torch.float64)
    expected = module(torch.from_numpy(x)).detach().numpy()
    layer = getattr(reference, name)(4, epsilon=1e-3)
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-9)


@pytest.mark.parametrize("module", [reference, layer_norm])
@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_fit(module, name):
    kind, is_ours = getattr(module, name), module is layer_norm
    layer = on_tensors(kind, 3) if is_ours else kind(3)
    array = torch.ones if is_ours else np.ones
    for shape in ((4, 2), ()):
        with pytest.raises(ValueError, match=r"x should be \(\.\.\., 3\), but is \("):
            layer.forward(array(shape))
    with pytest.raises(ValueError, match="epsilon should be positive, but is 0"):
        kind(3, 0)
    with pytest.raises(ValueError, match="features should be at least 1, but are 0"):
        kind(0)
