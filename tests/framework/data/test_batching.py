"""Streams keep the text in order; batches hold every example once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework.data.batching import batches, pad, streams, training_streams, without_padding
from framework.errors import BadInputError


@given(st.integers(2, 60), st.integers(1, 20))
def test_streams_predict_every_token_but_the_first_from_the_one_before(length, batch_size):
    ids = np.arange(100, 100 + length)
    text = streams(ids, batch_size)
    assert text.targets.shape[0] == batch_size
    np.testing.assert_array_equal(text.inputs[text.mask], ids[:-1])
    np.testing.assert_array_equal(text.targets[text.mask], ids[1:])


@given(st.integers(2, 60), st.integers(1, 20), st.integers(1, 7))
def test_chunks_of_training_streams_join_to_the_streams(length, batch_size, unroll):
    if length <= batch_size:
        return
    ids = np.arange(100, 100 + length)
    text = training_streams(ids, batch_size)
    assert text.mask.all()
    inputs, targets = zip(*text.chunks(unroll), strict=True)
    np.testing.assert_array_equal(np.concatenate(inputs, axis=1), text.inputs)
    np.testing.assert_array_equal(np.concatenate(targets, axis=1), text.targets)
    assert all(chunk.shape[1] <= unroll for chunk in inputs)
    assert text.targets.size > length - 1 - batch_size
    assert training_streams(np.arange(9), 2).inputs.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_pad_fills_with_zeros_behind_the_text():
    assert pad([[5, 6, 7], [], [8]]).tolist() == [[5, 6, 7], [0, 0, 0], [8, 0, 0]]
    assert pad([]).shape == (0, 0)


def test_columns_without_a_word_are_left_out_at_the_end_alone():
    assert without_padding(np.array([[1, 0, 0, 0], [0, 0, 3, 0]])).tolist() == [
        [1, 0, 0],
        [0, 0, 3],
    ]
    assert without_padding(np.array([[1], [2]])).tolist() == [[1], [2]]
    assert without_padding(np.zeros((2, 3), dtype=np.int64)).shape == (2, 1)


def test_batches_hold_every_example_once_beside_its_label():
    rng = np.random.default_rng(0)
    inputs, labels = np.arange(20).reshape(10, 2), np.arange(10)
    result = list(batches(inputs, labels, 4, rng=rng))
    assert [len(batch) for batch, _ in result] == [4, 4, 2]
    for examples, chosen in result:
        np.testing.assert_array_equal(examples[:, 0], 2 * chosen)
    order = np.concatenate([chosen for _, chosen in result])
    assert sorted(order) == list(range(10))
    assert order.tolist() != list(range(10))


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (lambda: streams(np.array([3]), 4), "nothing to predict"),
        (lambda: training_streams(np.arange(4), 4), "too short for 4 streams"),
        (lambda: next(batches(np.zeros(3), np.zeros(2), 2, rng=None)), "3 inputs but 2 labels"),
    ],
)
def test_what_makes_no_batches_is_refused(action, said):
    with pytest.raises(BadInputError, match=said):
        action()
