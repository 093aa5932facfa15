"""Layer normalization in NumPy beside the modules of `torch.nn`."""

import numpy as np
import pytest

from solutions.transformers.layer_norm import layer_norm as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")


@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
def test_the_reference_is_torchs_own_layer(name):
    x = np.random.default_rng(0).normal(2, 3, size=(3, 5, 4))
    module = getattr(torch.nn, name)(4, eps=1e-3, dtype=torch.float64)
    expected = module(torch.from_numpy(x)).detach().numpy()
    layer = getattr(reference, name)(4, epsilon=1e-3)
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-9)
