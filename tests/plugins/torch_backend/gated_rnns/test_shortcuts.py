"""Ways around a layer, with torch tensors compared with the NumPy forms."""

import numpy as np
import pytest
from built_on import arrays_of, on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.gated_rnns import shortcuts  # noqa: E402
from plugins.torch_backend.neural_networks import neuron  # noqa: E402
from solutions.gated_rnns.shortcuts import shortcuts as numpy_shortcuts  # noqa: E402
from solutions.neural_networks.neuron import neuron as numpy_neuron  # noqa: E402

X = np.random.default_rng(7).normal(size=(3, 5, 4))
MODULES = {"numpy": (numpy_shortcuts, numpy_neuron), "torch": (shortcuts, neuron)}


def built(provider, name):
    module, layers = MODULES[provider]
    rng = np.random.default_rng(3)
    with arrays_of(provider):
        if name == "Highway":
            return module.Highway(4, rng=rng)
        return getattr(module, name)(layers.Affine(4, 4, rng=rng))


@pytest.mark.parametrize("name", ["Residual", "DenseConnection", "Highway"])
def test_forward_and_backward_agree(name):
    theirs, ours = built("numpy", name), built("torch", name)
    assert {n: v.tolist() for n, v in ours.parameters.items()} == {
        n: v.tolist() for n, v in theirs.parameters.items()
    }
    y = theirs.forward(X)
    np.testing.assert_allclose(ours.forward(torch.tensor(X)).numpy(), y, rtol=1e-9)
    grad = np.random.default_rng(5).normal(size=y.shape)
    grad_x = ours.backward(torch.tensor(grad))
    np.testing.assert_allclose(grad_x.numpy(), theirs.backward(grad), rtol=1e-9)
    for key, gradient in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[key].numpy(), gradient, rtol=1e-9)


def test_what_does_not_fit_is_refused():
    narrow = on_tensors(neuron.Affine, 4, 1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"f makes \(2, 1\) of \(2, 4\)"):
        shortcuts.Residual(narrow).forward(torch.ones(2, 4, dtype=torch.float64))
    with pytest.raises(ValueError, match="3 features, but the layer's size is 4"):
        built("torch", "Highway").forward(torch.ones(2, 3))
