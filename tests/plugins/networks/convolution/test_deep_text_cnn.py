"""The very deep network on tensors and its NumPy counterpart of equal seed."""

import numpy as np
import pytest
from agreement import close, same_gradients

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.errors import UsageError  # noqa: E402
from framework.providers.backends import Backend  # noqa: E402
from framework.providers.plugins import Plugins  # noqa: E402

V, C, LENGTH = 7, 3, 20
IDS = np.random.default_rng(7).integers(V, size=(6, LENGTH + 3))


def built(provider, name, *args, **settings):
    backend = Backend(Plugins().registry, provider)
    return backend.build(name, *args, kind="model", rng=np.random.default_rng(3), **settings)


TOLERANCES = {"rtol": 1e-7, "atol": 1e-9}


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize("depth", [9, 17])
def test_networks_agree(depth, shortcut, mode):
    settings = {"hidden_size": 5, "k": 2, "shortcut": shortcut}
    theirs, ours = (
        built(provider, "deep_text_cnn", V, C, LENGTH, depth, 2, **settings)
        for provider in ("numpy", "torch")
    )
    theirs.forward(IDS)
    ours.forward(torch.tensor(IDS))
    for model in (theirs, ours):
        getattr(model, mode)()
    for ids in (IDS, IDS[:, :9]):
        logits = theirs.forward(ids)
        close(ours.forward(torch.tensor(ids)), logits, **TOLERANCES)
        grad = np.random.default_rng(5).normal(size=logits.shape)
        theirs.backward(grad)
        ours.backward(torch.tensor(grad))
        same_gradients(ours, theirs, **TOLERANCES)


def test_what_does_not_fit():
    with pytest.raises(UsageError, match="ValueError: depth is one of 9, 17, 29, 49, but got 8"):
        built("torch", "deep_text_cnn", V, C, LENGTH, 8, 1)
    with pytest.raises(UsageError, match="ValueError: length is at least 1"):
        built("torch", "deep_text_cnn", V, C, 0)
    model = built("torch", "deep_text_cnn", V, C, 8, 9, 1, hidden_size=2)
    with pytest.raises(IndexError, match=r"must lie in 0 \.\.\. 6"):
        model.forward(torch.tensor([[1, V]]))
