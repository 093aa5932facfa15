"""The QRNN on tensors and its NumPy counterpart, and its recurrence in both directions."""

import numpy as np
import pytest
from built_on import arrays_of, on_tensors

from framework.models.parts import parts_from

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.language_models.rnn_lm import RecurrentLM  # noqa: E402
from plugins.torch_backend.convolution import qrnn  # noqa: E402
from plugins.torch_backend.neural_networks.neuron import Affine  # noqa: E402
from plugins.torch_backend.shared.linear_recurrence import (  # noqa: E402
    linear_recurrence,
    linear_recurrence_back,
)
from solutions.convolution.qrnn import qrnn as numpy_qrnn  # noqa: E402

N, T, D, H = 3, 9, 2, 4
GAPS = np.random.default_rng(1).random((N, T)) < 0.6
CASES = [(width, pooling) for width in (1, 2, 4) for pooling in ("f", "fo", "ifo")]


def both(width, pooling, parallel):
    theirs = numpy_qrnn.QRNN(D, H, width, pooling, rng=np.random.default_rng(3))
    ours = on_tensors(qrnn.QRNN, D, H, width, pooling, rng=np.random.default_rng(3))
    ours.parallel = parallel
    return theirs, ours


def close(actual, expected):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one.numpy(), other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("parallel", [None, True], ids=["steps", "scan"])
@pytest.mark.parametrize("mask", [None, GAPS], ids=["all", "gaps"])
@pytest.mark.parametrize(("width", "pooling"), CASES)
def test_forward_and_backward_agree(width, pooling, mask, parallel):
    theirs, ours = both(width, pooling, parallel)
    rng = np.random.default_rng(5)
    x, state = rng.normal(size=(N, T, D)), theirs.initial_state(N)
    close(ours.initial_state(N), state)
    state = tuple(rng.normal(size=part.shape) for part in state)
    tensors = tuple(torch.tensor(part) for part in state)
    close([ours.forward(torch.tensor(x), tensors, mask)], [theirs.forward(x, state, mask)])
    close(ours.state, theirs.state)
    grad = rng.normal(size=(N, T, H))
    (ours_x, ours_state), (grad_x, grad_state) = (
        ours.backward(torch.tensor(grad)),
        (theirs.backward(grad)),
    )
    close([ours_x, *ours_state], [grad_x, *grad_state])
    close(ours.gradients.values(), theirs.gradients.values())


def plain(f, c):
    found = [c[0]]
    for gate, new in zip(f, c[1:], strict=True):
        found.append(gate * found[-1] + new)
    return torch.stack(found)


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


def test_what_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="width is at least 1, but got 0"):
        qrnn.QRNN(2, 3, 0, rng=rng)
    with pytest.raises(ValueError, match="but got 'of'"):
        qrnn.QRNN(2, 3, 2, "of", rng=rng)
    with pytest.raises(ValueError, match="x has 3 features per step, but input_size is 2"):
        qrnn.QRNN(2, 3, rng=rng).forward(torch.ones(1, 1, 3))


def test_as_the_cell_of_a_language_model():
    with parts_from({"qrnn": qrnn.QRNN, "affine": Affine}.__getitem__), arrays_of("torch"):
        model = RecurrentLM(7, 3, 4, "qrnn", rng=np.random.default_rng(0))
    tokens = torch.tensor(np.random.default_rng(1).integers(7, size=(2, 5)))
    expected = model.forward(tokens).log_softmax(dim=2)
    state = model.initial_state(2)
    for t in range(5):
        found, state = model.next_log_probabilities(tokens[:, t], state)
        torch.testing.assert_close(found, expected[:, t])
