"""Every combination of padding, stride and dilation: NumPy beside torch's kernel."""

import numpy as np
import pytest
from built_on import on_tensors
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions.convolution.conv1d import conv1d as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.convolution.conv1d import Conv1d, PointwiseConv  # noqa: E402

sizes = st.integers(1, 4)


@st.composite
def cases(draw):
    """Channels, filters, width, settings, and a batch `(N, T, D)` with room for a window."""
    D, C, width, N = draw(sizes), draw(sizes), draw(sizes), draw(sizes)
    names = {"padding": st.integers(0, 5), "stride": st.integers(1, 5), "dilation": sizes}
    options = {name: draw(values) for name, values in names.items()}
    least = (width - 1) * options["dilation"] + 1 - 2 * options["padding"]
    T = draw(st.integers(max(1, least), max(1, least) + 7))
    x = np.random.default_rng(draw(st.integers(0, 99))).normal(size=(N, T, D))
    return D, C, width, options, x


def backward_of_both(ours, theirs, x, dtype="float64"):
    """Hold forward, backward and the gradients of two layers with one start side by side."""
    near = {"rtol": 1e-9, "atol": 1e-12} if dtype == "float64" else {"rtol": 1e-4, "atol": 1e-4}
    ours, theirs, x = ours.astype(dtype), theirs.astype(dtype), x.astype(dtype)
    for name, value in theirs.parameters.items():
        np.testing.assert_array_equal(ours.parameters[name].numpy(), value)
    expected, actual = theirs.forward(x), ours.forward(torch.tensor(x))
    np.testing.assert_allclose(actual.numpy(), expected, **near)
    assert actual.dtype is getattr(torch, dtype)
    upstream = np.random.default_rng(5).normal(size=expected.shape).astype(dtype)
    grad_x = ours.backward(torch.tensor(upstream)).numpy()
    np.testing.assert_allclose(grad_x, theirs.backward(upstream), **near)
    for name, value in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[name].numpy(), value, **near)


@pytest.mark.parametrize("dtype", ["float64", "float32"])  # other kernels
@settings(max_examples=150)
@given(case=cases())
def test_every_combination_agrees(dtype, case):
    D, C, width, options, x = case
    theirs = reference.Conv1d(D, C, width, rng=np.random.default_rng(3), **options)
    ours = on_tensors(Conv1d, D, C, width, rng=np.random.default_rng(3), **options)
    assert ours.output_length(x.shape[1]) == theirs.output_length(x.shape[1])
    backward_of_both(ours, theirs, x, dtype)


def test_pointwise_agrees():
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    theirs = reference.PointwiseConv(3, 4, rng=np.random.default_rng(3))
    ours = on_tensors(PointwiseConv, 3, 4, rng=np.random.default_rng(3))
    backward_of_both(ours, theirs, x)


def test_what_does_not_fit():
    rng = np.random.default_rng(0)
    layer = on_tensors(Conv1d, 2, 3, 4, padding=1, rng=rng)
    with pytest.raises(ValueError, match=r"1 words with padding 1 on both sides .* spans 4"):
        layer.forward(torch.zeros(1, 1, 2))
    with pytest.raises(ValueError, match=r"shape \(N, T, 2\), but has \(1, 5, 3\)"):
        layer.forward(torch.zeros(1, 5, 3))
    with pytest.raises(ValueError, match=r"shape \(N, T, 2\), but has \(5, 2\)"):
        PointwiseConv(2, 3, rng=rng).forward(torch.zeros(5, 2))
    with pytest.raises(ValueError, match="stride=0"):
        Conv1d(2, 3, 4, stride=0, rng=rng)
