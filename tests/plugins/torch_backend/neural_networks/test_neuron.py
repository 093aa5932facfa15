"""σ and one neuron on tensors, and what they refuse."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch.nn import functional  # noqa: E402

from plugins.torch_backend.neural_networks.neuron import Affine, neuron, sigmoid  # noqa: E402


@pytest.mark.parametrize(("dtype", "far"), [(torch.float64, 700.0), (torch.float32, 80.0)])
def test_sigmoid_is_accurate_far_below_zero(dtype, far):
    z = torch.tensor([-far, -2.0, 0.0, 2.0, far, 1e4], dtype=dtype)
    torch.testing.assert_close(sigmoid(z).log(), functional.logsigmoid(z))
    assert sigmoid(torch.tensor([-1e4], dtype=dtype)) == 0


def test_inputs_and_weights_that_do_not_fit():
    with pytest.raises(ValueError, match=r"weights \(2,\) cannot read inputs \(4, 3\)"):
        neuron(torch.ones(4, 3), torch.ones(2), 0.0)
    with pytest.raises(ValueError, match=r"shape \(4, 3\), but input_size is 2"):
        Affine(2, 5, rng=np.random.default_rng(0)).forward(torch.ones(4, 3))
