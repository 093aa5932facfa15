"""The translator on tensors and its NumPy counterpart of equal seed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.errors import UsageError  # noqa: E402
from framework.providers.backends import Backend  # noqa: E402
from framework.providers.plugins import Plugins  # noqa: E402

NAME, SIZES = "convolutional_translator", (7, 6, 3, 5, 6)


def made(provider, name, *sizes, **settings):
    backend = Backend(Plugins().registry, provider)
    return backend.build(name, *sizes, kind="model", rng=np.random.default_rng(3), **settings)


def test_widths_agree():
    registry = Plugins().registry
    theirs, ours = (registry.get("layer_widths", provider) for provider in ("numpy", "torch"))
    for length in range(1, 30):
        for width in range(2, 9):
            assert ours(length, width) == theirs(length, width)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_translators_agree(cell):
    theirs, ours = (made(provider, NAME, *SIZES, cell=cell) for provider in ("numpy", "torch"))
    rng = np.random.default_rng(7)
    source, before = rng.integers(7, size=(4, 5)), rng.integers(6, size=(4, 3))
    logits = theirs.forward(source, before)
    found = ours.forward(torch.tensor(source), torch.tensor(before))
    np.testing.assert_allclose(found.numpy(), logits, rtol=1e-9, atol=1e-12)
    grad = rng.normal(size=logits.shape)
    theirs.backward(grad)
    ours.backward(torch.tensor(grad))
    for beam_size in (1, 3):
        written = ours.translate(torch.tensor(source), 4, beam_size)
        np.testing.assert_array_equal(written.numpy(), theirs.translate(source, 4, beam_size))
    assert list(ours.gradients) == list(theirs.gradients)
    for key, gradient in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[key].numpy(), gradient, rtol=1e-9, atol=1e-12)


def test_what_does_not_fit():
    with pytest.raises(UsageError, match="ValueError: length and width are at least 2"):
        made("torch", "convolutional_encoder", 5, 2, 2, 1)
    model = made("torch", NAME, *SIZES)
    with pytest.raises(ValueError, match="has 7 words, where 6 have room"):
        model.translate(torch.ones((1, 7), dtype=torch.long), 3)
    with pytest.raises(ValueError, match="beam_size is at least 1"):
        model.translate(torch.ones((1, 2), dtype=torch.long), 3, 0)
