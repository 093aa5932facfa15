"""Poolings on tensors beside NumPy's: ties, masks, short texts, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.arrays import arrays_in_force
from solutions.convolution.pooling import pooling as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.arrays import TorchArrays  # noqa: E402
from plugins.torch_backend.convolution import pooling  # noqa: E402

LAYERS = [
    ("MaxOverTime", ()),
    ("AverageOverTime", ()),
    *(("LocalMaxPool", sizes) for sizes in [(1, 1), (2, 2), (3, 1), (3, 2), (9, 4)]),
    *(("KMaxPool", (k,)) for k in (1, 3, 9)),
]


@pytest.mark.parametrize(("name", "args"), LAYERS)
@settings(max_examples=40)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 8), st.integers(1, 3)),
    seed=st.integers(0, 99),
    masked=st.booleans(),
    dtype=st.sampled_from(["float64", "float32"]),
)
def test_every_text_agrees(name, args, shape, seed, masked, dtype):
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, size=shape).astype(dtype)  # many ties
    mask = rng.random(shape[:2]) < 0.6 if masked else None
    theirs = getattr(reference, name)(*args)
    with arrays_in_force(TorchArrays()):
        ours = getattr(pooling, name)(*args)
    expected = theirs.forward(x, mask)
    actual = ours.forward(torch.tensor(x), None if mask is None else torch.tensor(mask))
    assert actual.dtype is getattr(torch, dtype)
    np.testing.assert_allclose(actual.numpy(), expected, rtol=1e-6, atol=1e-6)
    upstream = rng.normal(size=expected.shape).astype(dtype)
    grad_x = ours.backward(torch.tensor(upstream)).numpy()
    np.testing.assert_allclose(grad_x, theirs.backward(upstream), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("module", [reference, pooling])
def test_settings_that_make_no_sense(module):
    with pytest.raises(ValueError, match="stride=3 and size=2"):
        module.LocalMaxPool(2, 3)
    with pytest.raises(ValueError, match="at least 1, but got 0"):
        module.KMaxPool(0)


def test_what_does_not_fit():
    layer = pooling.MaxOverTime()
    with pytest.raises(ValueError, match=r"T ≥ 1, but has \(2, 0, 3\)"):
        layer.forward(torch.zeros(2, 0, 3))
    with pytest.raises(ValueError, match=r"mask should have shape \(2, 4\), but has \(2, 3\)"):
        layer.forward(torch.zeros(2, 4, 3), torch.ones(2, 3))
