"""Attention on tensors: the fused kernel and weights; `test_forms` compares it with NumPy's."""

import numpy as np
import pytest

from solutions.translation.attention import attention as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.translation import attention  # noqa: E402

X = np.random.default_rng(1).normal(size=(2, 3, 4))
MASK = np.array([[1, 0, 1], [0, 0, 0]], bool)


@pytest.mark.parametrize(
    ("name", "sizes", "scales"),
    [
        ("dot_product_attention", (), [0.5]),
        ("bilinear_attention", (4, 4), [1.0]),
        ("additive_attention", (4, 4, 3), []),
    ],
)
def test_dot_products_use_the_fused_kernel_and_weights_are_numpys(
    name, sizes, scales, monkeypatch, backends
):
    calls, kernel = [], torch.nn.functional.scaled_dot_product_attention

    def counted(*args, **kwargs):
        calls.append(kwargs["scale"])
        return kernel(*args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", counted)
    weights = []
    for backend in map(backends, ("numpy", "torch")):
        drawn = {"rng": np.random.default_rng(0)} if sizes else {}
        model, arrays = backend.build(name, *sizes, kind="model", **drawn), backend.arrays
        model.astype("float64")
        model.forward(*(arrays.from_numpy(x) for x in (X, X, X, MASK)))
        weights.append(arrays.to_numpy(model.weights))
    assert calls == scales
    np.testing.assert_allclose(*weights, rtol=1e-9)


@pytest.mark.parametrize("module", [reference, attention])
def test_a_mask_that_does_not_broadcast(module):
    scores, mask = np.zeros((2, 3)), np.ones((2, 2), bool)
    if module is attention:
        scores, mask = torch.tensor(scores), torch.tensor(mask)
    with pytest.raises(ValueError, match=r"broadcast to \(2, 3\), but has \(2, 2\)"):
        module.masked_softmax(scores, mask)
