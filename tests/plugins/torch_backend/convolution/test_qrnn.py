"""The QRNN on tensors and its NumPy counterpart, and its recurrence in both directions."""

import numpy as np
import pytest
from built_on import on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.convolution import qrnn  # noqa: E402
from plugins.torch_backend.shared.linear_recurrence import (  # noqa: E402
    linear_recurrence,
    linear_recurrence_back,
)

N, T, D, H = 3, 9, 2, 4


def plain(f, c):
    results = [c[0]]
    for gate, new in zip(f, c[1:], strict=True):
        results.append(gate * results[-1] + new)
    return torch.stack(results)


@pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 33])
def test_a_scan_computes_what_the_steps_compute(length):
    rng = torch.Generator().manual_seed(length)
    f = torch.rand(length, 2, 3, dtype=torch.float64, generator=rng)
    c = torch.randn(length + 1, 2, 3, dtype=torch.float64, generator=rng)
    expected = plain(f, c)
    back = plain(f.flip(0), c.flip(0)).flip(0)
    for parallel in (False, True):
        ours, gradient = c.clone(), c.clone()
        linear_recurrence(f, ours, parallel=parallel)
        linear_recurrence_back(f, gradient, parallel=parallel)
        torch.testing.assert_close(ours, expected)
        torch.testing.assert_close(gradient, back)


def test_a_scan_of_gates_that_shut_divides_by_nothing():
    f, c = torch.zeros(500, 1, 1), torch.ones(501, 1, 1)
    f[::2] = 1e-30
    linear_recurrence(f, c, parallel=True)
    torch.testing.assert_close(c, torch.ones(501, 1, 1))


@pytest.mark.parametrize("pooling", ["f", "fo", "ifo"])
def test_a_layer_that_scans_gives_what_its_steps_give(pooling):
    rng = np.random.default_rng(1)
    x, grad = (torch.from_numpy(rng.normal(size=(N, T, size))) for size in (D, H))
    results = []
    for parallel in (False, True):
        layer = on_tensors(qrnn.QRNN, D, H, 2, pooling, rng=np.random.default_rng(3))
        layer.parallel = parallel
        y = layer.forward(x, None, torch.from_numpy(rng.random((N, T)) < 2))
        results.append([y, layer.backward(grad)[0], *layer.gradients.values()])
    torch.testing.assert_close(*results)
