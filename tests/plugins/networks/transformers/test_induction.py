"""The network of attention alone as parts of any backend."""

import numpy as np
import pytest

from plugins.networks.transformers.induction import (
    AttentionOnlyTransformer,
    prefix_matching_score,
    window_mask,
)
from solutions.transformers.induction import induction as solution


def test_masks_and_scores_are_those_of_the_solution():
    rng = np.random.default_rng(0)
    for length, width in ((1, 1), (5, 2), (3, 9)):
        expected = solution.window_mask(length, width)
        np.testing.assert_array_equal(window_mask(length, width), expected)
    weights, tokens = rng.random((2, 3, 6, 6)).astype(np.float32), rng.integers(3, size=(2, 6))
    found = prefix_matching_score(weights, tokens)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, solution.prefix_matching_score(weights, tokens), rtol=1e-6)


def test_the_network_is_that_of_the_solution():
    ours, theirs = (
        model(5, 4, 2, 2, rng=np.random.default_rng(0))
        for model in (AttentionOnlyTransformer, solution.AttentionOnlyTransformer)
    )
    tokens, upstream = (
        np.array([[1, 4, 1], [0, 2, 3]]),
        np.random.default_rng(1).normal(size=(2, 3, 5)),
    )
    np.testing.assert_allclose(ours.forward(tokens), theirs.forward(tokens))
    np.testing.assert_allclose(ours.head_weights(tokens), theirs.head_weights(tokens))
    for model in (ours, theirs):
        model.backward(upstream)
    for name, gradient in theirs.gradients.items():
        np.testing.assert_allclose(ours.gradients[name], gradient, atol=1e-12)


def test_errors_name_the_numbers():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="3 and 0"):
        window_mask(3, 0)
    with pytest.raises(ValueError, match="are 0"):
        AttentionOnlyTransformer(5, 4, 2, 0, rng=rng)
    with pytest.raises(ValueError, match=r"but are \(3,\)"):
        AttentionOnlyTransformer(5, 4, rng=rng).forward(np.zeros(3, int))
    with pytest.raises(ValueError, match=r"should be \(1, H, 2, 2\)"):
        prefix_matching_score(np.zeros((1, 1, 2, 3)), np.zeros((1, 2), int))
    with pytest.raises(ValueError, match="no word occurs twice"):
        prefix_matching_score(np.zeros((1, 1, 2, 2)), np.array([[0, 1]]))
