"""The window scorer on tensors beside NumPy's, and beside autograd."""

import numpy as np
import pytest
from built_on import arrays_of

from framework.errors import UsageError
from framework.models.parts import parts_from
from framework.providers.backends import part_source
from framework.providers.plugins import Plugins
from solutions.neural_networks.backpropagation import backpropagation as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.neural_networks.backpropagation import WindowScorer  # noqa: E402


@pytest.fixture(autouse=True)
def _torch_parts():
    with parts_from(part_source(Plugins().registry, ["torch"])), arrays_of("torch"):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_same_rng_gives_the_same_start():
    ours = WindowScorer(5, 3, rng=np.random.default_rng(3))
    with parts_from(part_source(Plugins().registry, ["numpy"])), arrays_of("numpy"):
        theirs = reference.WindowScorer(5, 3, rng=np.random.default_rng(3))
    assert list(ours.parameters) == list(theirs.parameters)
    for name, value in theirs.parameters.items():
        np.testing.assert_array_equal(ours.parameters[name].numpy(), value)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_gradients_are_those_of_autograd(name, rng):
    model = WindowScorer(5, 3, name, rng=rng)
    x = torch.from_numpy(rng.normal(size=(4, 5)))
    upstream = torch.from_numpy(rng.normal(size=4))
    leaves = [a.clone().requires_grad_() for a in (x, *model.parameters.values())]
    s = getattr(torch, name)(leaves[0] @ leaves[1] + leaves[2]) @ leaves[3]
    s.backward(upstream)
    torch.testing.assert_close(model.forward(x), s.detach())
    for times in (1, 2):  # a second backward adds
        torch.testing.assert_close(model.backward(upstream), leaves[0].grad)
        for leaf, gradient in zip(leaves[1:], model.gradients.values(), strict=True):
            torch.testing.assert_close(gradient, times * leaf.grad)


def test_deltas_are_the_gradients_of_one_window(rng):
    model = WindowScorer(5, 3, rng=rng)
    x = torch.from_numpy(rng.normal(size=5))
    delta_1, delta_2, delta_3 = model.deltas(x)
    model.forward(x[None])
    torch.testing.assert_close(model.backward(torch.ones(1, dtype=x.dtype))[0], delta_1)
    torch.testing.assert_close(model.gradients["b"], delta_2)
    assert delta_3 == 1


def test_what_does_not_fit(rng):
    model = WindowScorer(5, 3, rng=rng)
    with pytest.raises(ValueError, match=r"\(N, 5\), but has shape \(2, 4\)"):
        model.forward(torch.zeros(2, 4))
    with pytest.raises(ValueError, match=r"x \(5,\), b \(3,\) and U \(3,\), but got \(4,\)"):
        model.deltas(torch.zeros(4))
    with pytest.raises(UsageError, match="needs a forward"):
        WindowScorer(5, 3, rng=rng).backward(torch.ones(1))
