"""The networks that every backend shares agree with torch's own forms, on torch's layers."""

import numpy as np
import pytest

from framework.models import networks, recurrent_networks
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins

pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")


@pytest.fixture(scope="module")
def backend():
    return Backend(Plugins().registry, "torch")


IDS = np.array([[3, 1, 4, 1], [5, 2, 0, 0]])

NETWORKS = [
    (networks, "WindowClassifier", (7, 3, 1, 4, 2), IDS[:, :3]),
    (networks, "DeepTextCNN", (7, 2, 6, 9, 2), IDS),
    (recurrent_networks, "RecurrentLM", (7, 3, 4), IDS),
    (recurrent_networks, "GatedLM", (7, 3, 4, "gru", 2), IDS),
    (recurrent_networks, "RecurrentTagger", (7, 3, 4, 5), IDS),
    (recurrent_networks, "RecurrentTagger", (7, 3, 4, 5, "lstm", False), IDS),
    *(
        (recurrent_networks, "SentenceEncoder", (7, 3, 4, 5, pooling), IDS)
        for pooling in ("final", "max", "mean")
    ),
]
NAMES = {"RecurrentLM": "recurrent_lm", "GatedLM": "gated_lm", "DeepTextCNN": "deep_text_cnn"}
KINDS = {"RecurrentLM": "language_model", "GatedLM": "language_model"}


@pytest.mark.parametrize(("module", "name", "args", "ids"), NETWORKS)
def test_a_network_agrees_with_torchs_own_form(backend, module, name, args, ids):
    arrays, rng = backend.arrays, np.random.default_rng(0)
    options = {"hidden_size": 5, "k": 2} if name == "DeepTextCNN" else {}
    registered = NAMES.get(name) or "".join(
        f"_{c.lower()}" if c.isupper() else c for c in name
    ).strip("_")
    kind = KINDS.get(name, "model")
    theirs = backend.build(registered, *args, kind=kind, rng=rng, **options)
    with backend.in_force():
        ours = getattr(module, name)(*args, rng=rng, **options)
    assert [*ours.parameters] == [*theirs.parameters]
    for key, value in theirs.parameters.items():
        arrays.assign(ours.parameters, key, arrays.to_numpy(value))
    ids = arrays.from_numpy(ids)
    expected = theirs.forward(ids)
    upstream = arrays.from_numpy(rng.normal(size=tuple(expected.shape)))
    np.testing.assert_allclose(arrays.to_numpy(ours.forward(ids)), arrays.to_numpy(expected))
    assert ours.backward(upstream) is None is theirs.backward(upstream)
    for key, value in theirs.gradients.items():
        np.testing.assert_allclose(
            arrays.to_numpy(ours.gradients[key]), arrays.to_numpy(value), atol=1e-12, err_msg=key
        )
    with pytest.raises(IndexError):
        ours.forward(ids + 5)
