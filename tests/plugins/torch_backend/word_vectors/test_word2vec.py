"""The functions of word2vec on tensors, beside those on NumPy's arrays."""

from importlib import import_module

import numpy as np
import pytest
from built_on import on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

OURS = import_module("plugins.torch_backend.word_vectors.word2vec")
THEIRS = import_module("solutions.word_vectors.word2vec.word2vec")


@pytest.mark.parametrize(
    ("tokens", "window"), [([3, 1, 4, 1, 5], 2), ([7, 8], 5), ([2], 1), ([], 3)]
)
def test_context_pairs(tokens, window):
    expected = THEIRS.context_pairs(tokens, window)
    for given in (tokens, torch.tensor(tokens, dtype=torch.int32)):
        pairs = OURS.context_pairs(given, window)
        assert [p.dtype for p in pairs] == [torch.int64, torch.int64]
        assert [p.tolist() for p in pairs] == [e.tolist() for e in expected]


def test_softmax_of_huge_scores():
    scores = np.array([[1e4, 1e4 - 1, -1e4], [0, 0, 0]])
    np.testing.assert_allclose(
        OURS.softmax(torch.tensor(scores)).numpy(), THEIRS.softmax(scores), rtol=1e-12
    )


@pytest.mark.parametrize("size", [1.0, 1e4])
def test_naive_softmax(size):
    rng = np.random.default_rng(0)
    center, U = rng.normal(size=3), size * rng.normal(size=(5, 3))
    expected = THEIRS.naive_softmax(center, 2, U)
    loss, d_center, d_outside = OURS.naive_softmax(torch.tensor(center), 2, torch.tensor(U))
    assert isinstance(loss, float) and loss == pytest.approx(expected[0], rel=1e-10)
    np.testing.assert_allclose(d_center.numpy(), expected[1], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(d_outside.numpy(), expected[2], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("tokens", [[1, 4, 4, 0, 2, 1], [3]])
def test_negative_log_likelihood(tokens):
    theirs = THEIRS.SkipGram(6, 3, rng=np.random.default_rng(0))
    ours = on_tensors(OURS.SkipGram, 6, 3, rng=np.random.default_rng(0))
    expected = theirs.negative_log_likelihood(tokens, 2)
    for given in (tokens, torch.tensor(tokens)):
        assert ours.negative_log_likelihood(given, 2) == pytest.approx(expected, rel=1e-12)
