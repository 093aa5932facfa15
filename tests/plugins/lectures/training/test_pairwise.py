"""One's own `negative_sampling`, one pair after the other."""

import numpy as np

from plugins.lectures.training.pairwise import PairwiseStep
from solutions.word_vectors.negative_sampling.negative_sampling import negative_sampling


def test_each_pair_takes_the_next_k_drawn_words_and_a_step_of_its_own():
    rng = np.random.default_rng(0)
    center, outside = rng.normal(size=(9, 3)), rng.normal(size=(9, 3))
    center_ids, outside_ids = np.array([[1, 2]]), np.array([[5, 1, 2, 7, 8, 3]])
    weights = np.array([[[1, 0, 1, -2, -2, -2], [0, 1, 0, -1, -1, -1]]])
    expected_center, expected_outside, expected = center.copy(), outside.copy(), 0.0
    for c, o, drawn in [(1, 5, [7, 8]), (1, 2, [3, 7]), (2, 1, [8, 3])]:
        loss, grad, rows, grads = negative_sampling(
            expected_center[c], o, np.array(drawn), expected_outside
        )
        expected_center[c] -= 0.1 * grad
        expected_outside[rows] -= 0.1 * grads
        expected += loss
    step = PairwiseStep(negative_sampling, 2)
    assert step(center, outside, center_ids, outside_ids, weights, 0.1) == expected
    np.testing.assert_allclose(center, expected_center, rtol=1e-14)
    np.testing.assert_allclose(outside, expected_outside, rtol=1e-14)


def test_at_once_the_step_is_along_the_gradient_of_the_sum():
    """Twice the rate is twice the step, which it is not where each pair sees the step before."""
    rng = np.random.default_rng(0)
    before = rng.normal(size=(9, 3)), rng.normal(size=(9, 3))
    batch = (
        np.array([[1, 2]]),
        np.array([[5, 1, 2, 7, 8, 3]]),
        np.array([[[1, 0, 1, -2, -2, -2], [0, 1, 0, -1, -1, -1]]]),
    )
    moved = {}
    for at_once in (True, False):
        for rate in (1.0, 2.0):
            after = [table.copy() for table in before]
            PairwiseStep(negative_sampling, 2, at_once=at_once)(*after, *batch, rate)
            moved[at_once, rate] = np.stack(after) - np.stack(before)
    np.testing.assert_allclose(moved[True, 2.0], 2 * moved[True, 1.0], rtol=1e-12)
    assert not np.allclose(moved[False, 2.0], 2 * moved[False, 1.0], rtol=1e-3)
