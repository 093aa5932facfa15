"""Masks and scores of the network of attention alone; its forms are compared in `test_forms`."""

import numpy as np
import pytest

from plugins.networks.transformers.induction import (
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
    result = prefix_matching_score(weights, tokens)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, solution.prefix_matching_score(weights, tokens), rtol=1e-6)


def test_errors_name_the_numbers():
    with pytest.raises(ValueError, match="3 and 0"):
        window_mask(3, 0)
    with pytest.raises(ValueError, match=r"should be \(1, H, 2, 2\)"):
        prefix_matching_score(np.zeros((1, 1, 2, 3)), np.zeros((1, 2), int))
    with pytest.raises(ValueError, match="no word occurs twice"):
        prefix_matching_score(np.zeros((1, 1, 2, 2)), np.array([[0, 1]]))
