"""A block in NumPy and on tensors beside `torch.nn.TransformerEncoderLayer`."""

import numpy as np
import pytest
from built_on import on_tensors

from framework.models.parts import parts_from
from framework.providers.loaded_plugins import Plugins
from solutions.transformers.transformer_block import transformer_block as reference

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.transformers import transformer_block as tensors  # noqa: E402

REGISTRY = Plugins().registry
MASK = np.arange(6) < np.array([[6], [3], [5]])
NORMS = pytest.mark.parametrize("norm", ["pre", "post"])
#: Names of the module's parameters -> names of ours.
NAMES = {
    "self_attn.in_proj_weight": "attention.W_qkv",
    "self_attn.out_proj.weight": "attention.W_o",
    "linear1.weight": "feed_forward.hidden.W",
    "linear1.bias": "feed_forward.hidden.b",
    "linear2.weight": "feed_forward.output.W",
    "linear2.bias": "feed_forward.output.b",
    **{f"norm{i}.weight": f"norm_{i}.gamma" for i in (1, 2)},
    **{f"norm{i}.bias": f"norm_{i}.beta" for i in (1, 2)},
}


def models(norm, **settings):
    """Return the block of each side with 8 features, 2 heads and the same parameters."""
    with parts_from(lambda name: REGISTRY.get(name, "numpy")):
        theirs = reference.TransformerBlock(
            8, 2, norm=norm, rng=np.random.default_rng(1), **settings
        )
    ours = on_tensors(
        tensors.TransformerBlock, 8, 2, norm=norm, rng=np.random.default_rng(1), **settings
    )
    rng = np.random.default_rng(2)
    for key, value in theirs.parameters.items():
        value[...] = rng.normal(scale=0.5, size=value.shape)
        ours.parameters[key].copy_(torch.tensor(value))
    return theirs, ours


def words(T=6):
    """Return words of three texts."""
    return np.random.default_rng(T).normal(size=(3, T, 8))


@NORMS
def test_both_are_torchs_own_layer(norm):
    theirs, ours = models(norm)
    module = torch.nn.TransformerEncoderLayer(
        8, 2, 32, 0.0, lambda z: torch.nn.functional.gelu(z, approximate="tanh"),
        batch_first=True, norm_first=norm == "pre", dtype=torch.float64,
    )  # fmt: skip
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()  # biases that our attention does not have
        for name, own in NAMES.items():
            module.get_parameter(name).copy_(torch.tensor(theirs.parameters[own].T))
    x, grad = torch.tensor(words(), requires_grad=True), words()[::-1].copy()
    y = module(x, src_key_padding_mask=torch.tensor(~MASK))
    y.backward(torch.tensor(grad))
    for model, array in ((theirs, np.array), (ours, torch.tensor)):
        result = model.forward(array(words()), array(MASK))
        np.testing.assert_allclose(result, y.detach(), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(model.backward(array(grad)), x.grad, rtol=1e-6, atol=1e-9)
        for name, own in NAMES.items():
            expected = module.get_parameter(name).grad.numpy().T
            np.testing.assert_allclose(model.gradients[own], expected, rtol=1e-6, atol=1e-9)


@NORMS
def test_steps_of_both_agree(norm):
    theirs, ours = models(norm, causal=True, key_value_heads=1, keep_probability=0.5)
    theirs.eval()
    ours.eval()
    caches = [model.initial_cache(3) for model in (theirs, ours)]
    for piece in np.split(words(), [1, 4], axis=1):
        expected, caches[0] = theirs.step(piece, caches[0])
        y, caches[1] = ours.step(torch.tensor(piece), caches[1])
        np.testing.assert_allclose(y.numpy(), expected, rtol=1e-9)
    ours.forward(torch.tensor(words()))
    theirs.forward(words())
    np.testing.assert_allclose(ours.attention.weights.numpy(), theirs.attention.weights, rtol=1e-9)
