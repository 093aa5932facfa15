"""One's own `negative_sampling`, one pair after the other."""

import numpy as np

from framework.training.tasks.pairwise import PairwiseStep
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
