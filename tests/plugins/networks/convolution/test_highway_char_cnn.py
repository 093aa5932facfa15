"""Words from characters on tensors, compared with the NumPy forms."""

import numpy as np
import pytest
from built_on import arrays_of

from framework.models.parts import parts_from

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.convolution import highway_char_cnn  # noqa: E402
from plugins.torch_backend.convolution import conv1d, pooling  # noqa: E402
from plugins.torch_backend.gated_rnns import shortcuts  # noqa: E402
from plugins.torch_backend.neural_networks.activations import Tanh  # noqa: E402
from solutions.convolution.conv1d import conv1d as numpy_conv1d  # noqa: E402
from solutions.convolution.highway_char_cnn import highway_char_cnn as numpy_model  # noqa: E402
from solutions.convolution.pooling import pooling as numpy_pooling  # noqa: E402
from solutions.gated_rnns.shortcuts import shortcuts as numpy_shortcuts  # noqa: E402
from solutions.neural_networks.neuron.neuron import sigmoid  # noqa: E402

MODULES = {
    "numpy": (numpy_model, numpy_conv1d, numpy_pooling, numpy_shortcuts),
    "torch": (highway_char_cnn, conv1d, pooling, shortcuts),
}
A = 8
WORDS = np.sort(np.random.default_rng(2).integers(A, size=(3, 4, 5)), axis=2)[..., ::-1].copy()
WORDS[1, 2:] = 0


def built(provider, name, *args, **settings):
    module, conv, pool, ways = MODULES[provider]
    parts = {
        "conv1d": conv.Conv1d,
        "max_over_time": pool.MaxOverTime,
        "highway": ways.Highway,
        "tanh": Tanh,
        "sigmoid_function": sigmoid,
    }
    with parts_from(parts.__getitem__), arrays_of(provider):
        return getattr(module, name)(*args, rng=np.random.default_rng(3), **settings)


@pytest.mark.parametrize(
    ("name", "args", "settings"),
    [
        ("CharacterWordEncoder", (A, 2, 3), {}),
        ("CharacterWordEncoder", (A, 2, [1, 4]), {"widths": [6, 1], "highway_layers": 0}),
        ("CharacterWordEncoder", (A, 1, 2), {"widths": [2], "highway_layers": 3}),
        ("CharacterTagger", (A, 2, 3, 4), {}),
        ("CharacterTagger", (A, 2, 3, 4, 2), {"widths": [1, 2]}),
    ],
)
def test_forward_and_backward_agree(name, args, settings):
    theirs, ours = (built(provider, name, *args, **settings) for provider in MODULES)
    assert {n: v.tolist() for n, v in ours.parameters.items()} == {
        n: v.tolist() for n, v in theirs.parameters.items()
    }
    y = theirs.forward(WORDS)
    np.testing.assert_allclose(ours.forward(torch.tensor(WORDS)).numpy(), y, rtol=1e-9, atol=1e-15)
    grad = np.random.default_rng(5).normal(size=y.shape)
    theirs.backward(grad)
    ours.backward(torch.tensor(grad))
    for key, gradient in theirs.gradients.items():
        actual = ours.gradients[key].numpy()
        np.testing.assert_allclose(actual, gradient, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("provider", list(MODULES))
def test_what_is_refused(provider):
    for widths in ([], [0, 2], [2, 2]):
        with pytest.raises(ValueError, match="widths are different positive numbers"):
            built(provider, "CharacterWordEncoder", A, 2, 3, widths=widths)
    with pytest.raises(ValueError, match="maps has 2 numbers for 3 widths"):
        built(provider, "CharacterWordEncoder", A, 2, [3, 4])
    encoder = built(provider, "CharacterWordEncoder", A, 2, 3)
    tagger = built(provider, "CharacterTagger", A, 2, 3, 4)
    with pytest.raises(ValueError, match=r"should have shape \(M, L\) or \(N, T, L\)"):
        encoder.forward(WORDS[0, 0])
    with pytest.raises(ValueError, match=r"should have shape \(N, T, L\), but have \(4, 5\)"):
        tagger.forward(WORDS[0])
    for ids in (WORDS + 1, WORDS - 1):
        with pytest.raises(IndexError, match=r"must lie in 0 \.\.\. 7"):
            encoder.forward(ids)
