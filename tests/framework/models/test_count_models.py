"""What models that count read: histories of tuples, from texts and from arrays."""

import numpy as np
import pytest

from framework.models.count_models import CountModel

V, END = 5, 0


class Constant(CountModel):
    """Says 1/2 for every word, and keeps the histories that it was asked for."""

    def __init__(self, order, end=None):
        super().__init__(V, order, end=end)
        self.counts.update({(1,): 1})
        self.asked = []

    def estimate(self, h, w):
        self.asked.append((h, w))
        return 0.5


def test_a_history_has_at_most_n_minus_one_words():
    assert [*Constant(3).read(np.array([1, 2, 3, 4]))] == [((1,), 2), ((1, 2), 3), ((2, 3), 4)]
    assert [*Constant(1).read(np.array([1, 2]))] == [((), 2)]


def test_a_history_starts_with_the_last_end_of_a_sentence():
    pairs = [*Constant(4, END).read(np.array([1, END, 2, 3, END, 4]))]
    assert pairs[1:] == [((END,), 2), ((END, 2), 3), ((END, 2, 3), END), ((END,), 4)]


def test_places_without_a_word_are_left_out_of_a_history():
    model = Constant(4)
    p = model.probability(np.array([[V, 1, 2], [1, V, 2], [V, V, V]]), np.array([3, 3, 3]))
    assert [h for h, _ in model.asked] == [(1, 2), (2,), ()]
    np.testing.assert_array_equal(p, [0.5, 0.5, 0.5])


def test_words_and_histories_broadcast():
    p = Constant(3).probability(np.zeros((2, 1, 7), int), np.arange(3))
    assert p.shape == (2, 3)
    assert Constant(3).probability(np.zeros(0, int), np.array(1)).shape == ()


def test_the_state_is_the_history_after_the_last_token():
    model = Constant(4, END)
    model.forward(np.array([[1, 2], [END, 2]]))
    np.testing.assert_array_equal(model.state, [[V, 1, 2], [V, END, 2]])
    before = model.state.copy()
    log_p, after = model.next_log_probabilities(np.array([3, END]), model.state)
    np.testing.assert_array_equal(after, [[1, 2, 3], [V, V, END]])
    np.testing.assert_array_equal(before, [[V, 1, 2], [V, END, 2]])
    np.testing.assert_array_equal(log_p, np.full((2, V), np.log(0.5)))


def test_what_cannot_be_read_is_refused():
    with pytest.raises(IndexError, match=r"in 0 ... 4, but these lie in 1 ... 5"):
        next(Constant(2).read(np.array([1, 5])))
    with pytest.raises(ValueError, match="a text of 1 token"):
        next(Constant(2).read(np.array([1])))
    with pytest.raises(ValueError, match="order must be at least 1"):
        Constant(0)
    model = CountModel(V, 2)
    with pytest.raises(ValueError, match=r"call fit\(tokens\) first"):
        model.log_probabilities(np.array([1, 2]))
