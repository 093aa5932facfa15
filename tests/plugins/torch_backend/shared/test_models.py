"""Recurrent layers on tensors: the kernel of a GPU, dtypes of ids, and the global random state."""

import numpy as np
import pytest
from built_on import on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.language_models.rnn import RNN  # noqa: E402


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 1e-4)])
def test_rnn_by_the_kernel_of_the_gpu_is_the_same(dtype, rtol):
    """The kernel runs on a CPU too, so that what a GPU computes is checked without one."""
    model = on_tensors(RNN, 4, 5, rng=np.random.default_rng(3)).astype(dtype)
    model.parameters["b"].add_(0.1)
    weights = [model.parameters[name] for name in ("W_x", "W_h", "b")]
    inputs = [torch.randn(*shape, dtype=getattr(torch, dtype)) for shape in ((3, 7, 4), (3, 5))]
    expected = model.forward(*inputs)
    torch.testing.assert_close(
        model._kernel_steps(*inputs, *weights), expected, rtol=rtol, atol=1e-6
    )
    assert all(weight.T.is_contiguous() for weight in weights[:2]), "not as the kernel wants them"


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.int16])
def test_ids_of_any_integer_dtype_are_read(dtype, backends):
    backend, rng = backends("torch"), np.random.default_rng(3)
    model = backend.build("recurrent_lm", 6, 4, 5, kind="language_model", rng=rng)
    assert model.forward(torch.tensor([[1, 4], [0, 3]], dtype=dtype)).shape == (2, 2, 6)
    with pytest.raises(IndexError, match="ids must"):
        model.forward(torch.tensor([[0.5]]))


def test_building_an_rnn_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    on_tensors(RNN, 2, 3, rng=np.random.default_rng(0))
    assert torch.equal(torch.get_rng_state(), before)
