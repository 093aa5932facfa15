"""The comparison on tensors and its NumPy counterpart."""

import numpy as np
import pytest

from framework.errors import UsageError
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from plugins.lectures.languages.attributed_sentiment import AttributedSentiment

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

IDS = np.array([[1, 4, 4, 3, 2], [3, 1, 0, 0, 0], [0, 0, 0, 0, 0], [5, 5, 5, 1, 0]])
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def backends():
    registry = Plugins().registry
    return Backend(registry, "numpy"), Backend(registry, "torch")


def built(backends, *family):
    """A classifier of each backend, which the same rng gives the same start."""
    for backend in backends:
        rng = np.random.default_rng(3)
        yield backend.build("sequence_classifier", 6, 3, 4, 2, *family, kind="model", rng=rng)


@pytest.mark.parametrize("encoder", ["conv1d", "rnn", "lstm", "gru", "qrnn"])
@pytest.mark.parametrize("pooling", ["max", "mean", "last"])
def test_classifiers_agree(backends, encoder, pooling):
    theirs, ours = built(backends, encoder, pooling)
    logits = theirs.forward(IDS)
    np.testing.assert_allclose(ours.forward(torch.tensor(IDS)).numpy(), logits, **TOLERANCE)
    grad = np.random.default_rng(5).normal(size=logits.shape)
    theirs.backward(grad)
    assert ours.backward(torch.tensor(grad)) is None
    assert list(ours.gradients) == list(theirs.gradients)
    for name, gradient in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[name].numpy(), gradient, **TOLERANCE)


@pytest.mark.parametrize("width", [1, 3, 5])
def test_the_best_accuracy_of_windows_is_the_same(backends, width):
    language = AttributedSentiment()
    ids, labels = language.sample(400, rng=np.random.default_rng(0))
    p = np.random.default_rng(1).dirichlet(np.ones(400))
    theirs, ours = (backend.function("best_accuracy") for backend in backends)
    found = ours(torch.tensor(ids), torch.tensor(labels), torch.tensor(p), width)
    assert found == pytest.approx(theirs(ids, labels, p, width))


def test_what_is_refused(backends):
    _, backend = backends
    best, compare = backend.function("best_accuracy"), backend.function("compare")
    ids, labels = torch.tensor(IDS), torch.tensor([0, 1, 0, 1])
    with pytest.raises(ValueError, match="odd width, not 2"):
        best(ids, labels, torch.full((4,), 0.25), 2)
    with pytest.raises(ValueError, match=r"are \(4, 5\), \(4,\) and \(3,\)"):
        best(ids, labels, torch.full((3,), 1 / 3), 3)
    with pytest.raises(ValueError, match=r"but got \(4, 5\) and \(2,\)"):
        compare([], (ids, labels), (ids, labels[:2]), epochs=1)
    (_, model) = built(backends, "rnn")
    with pytest.raises(IndexError, match=r"ids must lie in 0 \.\.\. 5"):
        model.forward(torch.tensor([[1, 6]]))
    for family, message in ((("rnn", "sum"), "'sum'"), (("conv1d", "max", 2), "odd width")):
        with pytest.raises(UsageError, match=f"ValueError: .*{message}"):
            list(built(backends, *family))
